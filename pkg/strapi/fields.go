package strapi

import (
	"slices"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/query"
)

// parseFields reads names: one, with commas, or a list. Nil means all, which "*" among them says too.
func parseFields(n *node, param string) ([]string, error) {
	texts, ok := n.texts()
	if !ok {
		return nil, fault.New(fault.Invalid, "Invalid fields parameter. Expected a string or an array of strings").With("param", param)
	}
	var names []string
	for _, text := range texts {
		for name := range strings.SplitSeq(text, ",") {
			if name = strings.TrimSpace(name); name == "" || slices.Contains(names, name) {
				continue
			}
			if err := checkLength(name); err != nil {
				return nil, err
			}
			if names = append(names, name); len(names) > MaxFields {
				return nil, fault.New(fault.Invalid, "At most %d fields may be named", MaxFields).With("param", param)
			}
		}
	}
	if slices.Contains(names, "*") {
		return nil, nil
	}
	return names, nil
}

// texts gives the values of a node that is one value or a list of values; none for a bare name.
func (n *node) texts() (texts []string, ok bool) {
	switch n.kind {
	case null:
		return nil, true
	case leaf:
		return []string{n.text}, true
	}
	elements, ok := n.list()
	for _, e := range elements {
		if e.kind != leaf {
			return nil, false
		}
		texts = append(texts, e.text)
	}
	return texts, ok
}

// parseSort reads sort keys: name, name:desc, with commas, as a list, or as an object {name: desc}.
// A path through a relation is kept with dots, so that content can refuse it by its name.
func parseSort(n *node, param string) ([]query.Order, error) {
	s := sorter{param: param}
	err := s.read(n)
	return s.orders, err
}

type sorter struct {
	param  string
	orders []query.Order
}

func (s *sorter) read(n *node) error {
	switch n.kind {
	case null:
		return nil
	case leaf:
		for key := range strings.SplitSeq(n.text, ",") {
			if key = strings.TrimSpace(key); key == "" {
				continue
			}
			path, order, named := strings.Cut(key, ":")
			if !named {
				order = "asc"
			}
			if err := s.add(path, order); err != nil {
				return err
			}
		}
		return nil
	}
	if elements, ok := n.list(); ok {
		for _, e := range elements {
			if err := s.read(e); err != nil {
				return err
			}
		}
		return nil
	}
	return s.object("", n)
}

// object reads {name: desc}, nested ones as paths.
func (s *sorter) object(path string, n *node) error {
	for _, c := range n.children {
		var err error
		if at := join(path, c.name); c.kind == branch {
			err = s.object(at, c)
		} else {
			err = s.add(at, c.text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *sorter) add(path, order string) error {
	path, order = strings.TrimSpace(path), strings.ToLower(strings.TrimSpace(order))
	if order != "asc" && order != "desc" {
		return fault.New(fault.Invalid, "Invalid order. order can only be one of asc|desc|ASC|DESC")
	}
	for name := range strings.SplitSeq(path, ".") {
		if name == "" {
			return fault.New(fault.Invalid, "Field cannot be empty").With("param", s.param)
		}
		if err := checkLength(name); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(s.orders, func(o query.Order) bool { return o.Path == path }) {
		return nil // a key again cannot change the order
	}
	if len(s.orders) == MaxSort {
		return fault.New(fault.Invalid, "At most %d sort keys may be named", MaxSort).With("param", s.param)
	}
	s.orders = append(s.orders, query.Order{Path: path, Desc: order == "desc"})
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
