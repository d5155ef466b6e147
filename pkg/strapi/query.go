// Package strapi is the Strapi 5 REST dialect: query strings and JSON bodies to query and content values, entries and errors back
// to JSON. It knows no HTTP.
//
// Reading a query is purely syntactic: names and values are kept as they were sent, and content judges them against the type and
// the caller's rights. Only a body is read along its type, since the type says where the relations are.
package strapi

import (
	"slices"
	"strings"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
)

// Bounds of one query string. Whatever is beyond is a 400 that names the bound.
const (
	MaxQueryLength   = 64 << 10 // bytes of the raw query string
	MaxParams        = 1000     // parameters; so at most 1000 values in one $in too
	MaxDepth         = 12       // brackets after a parameter's name
	MaxNameLength    = 100      // bytes of a parameter's name, and of a name in brackets
	MaxTerms         = 500      // comparisons in all filters of a request; an $in with any number of values is one
	MaxSort          = 10       // keys of one sort
	MaxFields        = 100      // names in one fields
	MaxPopulate      = 50       // names to populate, over all levels
	MaxPopulateDepth = 4        // levels of populate
	MaxTextLength    = 500      // bytes of _q
	MaxLocaleLength  = 35       // bytes, as RFC 5646 advises
)

// The window of a list.
const (
	DefaultPageSize = 25
	MaxPageSize     = 100
)

// Mode is the kind of route, which decides the parameters that it takes.
type Mode int

// The kinds of route.
const (
	List   Mode = iota // GET of a collection: every parameter
	One                // GET of an entry: fields, populate, locale, localeFallback, status
	Single             // GET of a single type: as One
	Write              // POST and PUT: as One without localeFallback
	Delete             // DELETE: as One without status, since it never spares what is published
)

// PageMode is how a list is paged.
type PageMode int

// The two ways to page.
const (
	ByPage   PageMode = iota // page and pageSize
	ByOffset                 // start and limit
)

// Request is what a query string says.
type Request struct {
	Query          query.Query
	Pages          PageMode
	Page, PageSize int    // in effect after defaults and bounds; 0 in ByOffset and where the route has no pages
	Start, Limit   int    // likewise, 0 in ByPage
	WithCount      bool   // whether the answer carries the total
	Draft          bool   // status=draft, as in Query; for a write: leave what is published as it is
	StatusSet      bool   // whether status was sent at all
	Locale         string // as in Query: "" is the default locale, "*" every one
}

// Write is what the query string says about a write.
func (r Request) Write() content.Write { return content.Write{Locale: r.Locale, Draft: r.Draft} }

// takes tells whether routes of the mode take the parameter.
func (m Mode) takes(name string) bool {
	switch name {
	case "fields", "populate", "locale":
		return true
	case "status":
		return m != Delete
	case "localeFallback": // not Strapi's
		return m == List || m == One || m == Single
	case "filters", "sort", "pagination", "_q":
		return m == List
	}
	return false
}

// ParseQuery reads a raw query string, without "?". Its errors are always faults with a status of 4xx.
func ParseQuery(raw string, mode Mode) (Request, error) {
	var req Request
	root, err := parseTree(raw)
	if err != nil {
		return req, err
	}
	if mode == List {
		req.WithCount = true
		req.Page, req.PageSize = 1, DefaultPageSize
	}
	p := parser{}
	for _, n := range root.children {
		if n.name == "publicationFilter" {
			return req, fault.New(fault.Invalid, "publicationFilter is not offered").With("key", n.name).With("param", n.name)
		}
		switch {
		case mode.takes(n.name):
		case slices.Contains(parameters, n.name):
			return req, fault.Key(n.name, "", "query", n.name)
		default:
			if err := checkUnknown(n.name); err != nil {
				return req, err
			}
			continue
		}
		if err := p.param(&req, n); err != nil {
			return req, err
		}
	}
	switch {
	case mode == List:
		return req, req.window()
	case req.Locale == "*" && mode != Delete:
		return req, fault.New(fault.Invalid, "locale=* means every locale; here one is expected").With("param", "locale")
	}
	return req, nil
}

// parser counts what is bounded over a whole request.
type parser struct {
	terms     int
	populated int
}

func (p *parser) param(req *Request, n *node) (err error) {
	q := &req.Query
	switch n.name {
	case "filters":
		q.Filter, err = p.filters(n, n.name)
	case "sort":
		q.Sort, err = parseSort(n, n.name)
	case "fields":
		q.Fields, err = parseFields(n, n.name)
	case "populate":
		q.Populate, err = p.populate(n, 1, "")
	case "pagination":
		err = req.pagination(n)
	case "locale":
		q.Locale, err = parseLocale(n)
		req.Locale = q.Locale
	case "localeFallback":
		is, ok := parseBool(n)
		if q.Fallback = is; !ok {
			err = fault.New(fault.Invalid, "localeFallback must be true or false").With("param", "localeFallback")
		}
	case "status":
		q.Draft, err = parseStatus(n)
		req.Draft, req.StatusSet = q.Draft, true
	case "_q":
		if q.Text, err = n.one(); err == nil && len(q.Text) > MaxTextLength {
			err = fault.New(fault.Invalid, "The parameter _q is longer than %d bytes", MaxTextLength)
		}
	}
	return err
}

func parseLocale(n *node) (string, error) {
	text, err := n.one()
	if err != nil || text == "*" {
		return text, err
	}
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	}
	if len(text) > MaxLocaleLength || strings.ContainsFunc(text, odd) {
		return "", fault.New(fault.Invalid, "Invalid locale: one code such as de is expected").With("param", "locale")
	}
	return text, nil
}

func parseStatus(n *node) (draft bool, err error) {
	text, err := n.one()
	if err == nil && text != "draft" && text != "published" {
		err = fault.New(fault.Invalid, "status must be one of the following values: draft, published").With("param", "status")
	}
	return text == "draft", err
}

// parseBool reads a boolean in the spellings that Strapi takes. A name without "=" means true.
func parseBool(n *node) (is, ok bool) {
	if n.kind == null {
		return true, true
	}
	switch n.text {
	case "true", "t", "1":
		return true, true
	case "false", "f", "0":
		return false, true
	}
	return false, false
}
