package strapi

import (
	"errors"
	"strconv"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/value"
)

// pagination reads the window of a list. Numbers below the first become the first, sizes over the most become the most, and a
// negative size is refused.
func (req *Request) pagination(n *node) error {
	if n.kind == null {
		return nil
	}
	if _, numbered := n.list(); n.kind == leaf || numbered {
		return fault.New(fault.Invalid, "The pagination parameter must be an object").With("param", "pagination")
	}
	if mixed(n) {
		return fault.New(fault.Pagination, "Cannot use both page & offset pagination in the same query")
	}
	for _, c := range n.children {
		var err error
		switch c.name {
		case "page":
			req.Page, err = bounded(c, "start", 1, value.MaxInt)
		case "pageSize":
			req.PageSize, err = size(c)
		case "start":
			req.offsetMode()
			req.Start, err = bounded(c, "start", 0, value.MaxInt)
		case "limit":
			req.offsetMode()
			req.Limit, err = size(c)
		case "withCount":
			var ok bool
			if req.WithCount, ok = parseBool(c); !ok {
				err = fault.New(fault.Invalid, "Invalid parameter at 'withCount'. Expected true or false")
			}
		default:
			err = fault.Key(c.name, "pagination", "query", "pagination")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func mixed(n *node) bool {
	pages := n.child("page") != nil || n.child("pageSize") != nil
	return pages && (n.child("start") != nil || n.child("limit") != nil)
}

func (req *Request) offsetMode() {
	if req.Pages != ByOffset {
		req.Pages = ByOffset
		req.Page, req.PageSize, req.Limit = 0, 0, DefaultPageSize
	}
}

// bounded reads an integer and moves it into its bounds. name is what Strapi calls the number in its message.
func bounded(n *node, name string, least, most int64) (int, error) {
	i, err := strconv.ParseInt(n.text, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange), err == nil && (i > value.MaxInt || i < -value.MaxInt):
		return 0, fault.New(fault.Invalid, "Invalid parameter at '%s'. The number is out of range", name)
	case n.kind != leaf, err != nil:
		return 0, fault.New(fault.Invalid, "Invalid parameter at '%s'. Expected integer >= 0, received: NaN", name)
	}
	return int(min(max(i, least), most)), nil
}

// size reads how many entries a page has. A negative number means all entries elsewhere, so it is refused rather than answered
// with one.
func size(n *node) (int, error) {
	if i, err := strconv.ParseInt(n.text, 10, 64); err == nil && i < 0 && i >= -value.MaxInt {
		return 0, fault.New(fault.Invalid, "Invalid parameter at '%s'. Expected an integer from 1 to %d, received: %d", n.name, MaxPageSize, i)
	}
	return bounded(n, "limit", 1, MaxPageSize)
}

// window makes the neutral page of what was read.
func (req *Request) window() error {
	page := query.Page{Offset: req.Start, Limit: req.Limit, Count: req.WithCount}
	if req.Pages == ByPage {
		offset := int64(req.Page-1) * int64(req.PageSize)
		if offset > value.MaxInt {
			return fault.New(fault.Invalid, "Invalid parameter at 'start'. The number is out of range")
		}
		page.Offset, page.Limit = int(offset), req.PageSize
	}
	req.Query.Page = page
	return nil
}
