package strapi

import (
	"slices"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/query"
)

// populate reads what to resolve: names with commas and dots, a list of them, or an object with options per name.
// at is the dotted path above, for errors.
func (p *parser) populate(n *node, depth int, at string) ([]query.Populate, error) {
	var list []query.Populate
	if texts, ok := n.texts(); ok {
		for _, text := range texts {
			if err := p.populateNames(&list, text, depth, at); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	if _, ok := n.list(); ok {
		return nil, invalidPopulate(at)
	}
	for _, c := range n.children {
		if err := p.populateField(&list, c, depth, at); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (p *parser) populateNames(list *[]query.Populate, text string, depth int, at string) error {
	switch text {
	case "true":
		text = "*"
	case "false":
		return nil
	}
	for path := range strings.SplitSeq(text, ",") {
		if path = strings.TrimSpace(path); path == "" {
			continue
		}
		if err := p.populatePath(list, path, depth, at); err != nil {
			return err
		}
	}
	return nil
}

// populatePath adds a dotted path; what is there already is added to.
func (p *parser) populatePath(list *[]query.Populate, path string, depth int, at string) error {
	name, rest, deep := strings.Cut(path, ".")
	if name == "" || deep && (name == "*" || rest == "") {
		return fault.Key(shorten(path), join(at, shorten(path)), "query", "populate")
	}
	if err := checkLength(name); err != nil {
		return err
	}
	i := slices.IndexFunc(*list, func(x query.Populate) bool { return x.Path == name })
	if i < 0 {
		if err := p.populateBound(depth); err != nil {
			return err
		}
		i = len(*list)
		*list = append(*list, query.Populate{Path: name})
	}
	if !deep {
		return nil
	}
	return p.populatePath(&(*list)[i].Populate, rest, depth+1, join(at, name))
}

func (p *parser) populateBound(depth int) error {
	if depth > MaxPopulateDepth {
		return fault.New(fault.Invalid, "populate goes at most %d levels deep", MaxPopulateDepth).With("param", "populate")
	}
	if p.populated++; p.populated > MaxPopulate {
		return fault.New(fault.Invalid, "populate names at most %d fields", MaxPopulate).With("param", "populate")
	}
	return nil
}

// populateField reads one member of the object form: true, "*", false, or options.
func (p *parser) populateField(list *[]query.Populate, n *node, depth int, at string) error {
	if n.name == "" || strings.Contains(n.name, ".") {
		return fault.Key(n.name, join(at, n.name), "query", "populate")
	}
	if n.kind != branch {
		is, ok := parseBool(n)
		if !ok && n.text != "*" {
			return invalidPopulate(join(at, n.name))
		}
		if ok && !is {
			return nil
		}
		return p.populatePath(list, n.name, depth, at)
	}
	if _, numbered := n.list(); numbered || n.name == "*" {
		return invalidPopulate(join(at, n.name))
	}
	if err := p.populateBound(depth); err != nil {
		return err
	}
	pop := query.Populate{Path: n.name}
	if err := p.populateOptions(&pop, n, depth, join(at, n.name)); err != nil {
		return err
	}
	*list = append(*list, pop)
	return nil
}

func (p *parser) populateOptions(pop *query.Populate, n *node, depth int, at string) (err error) {
	for _, o := range n.children {
		switch o.name {
		case "fields":
			pop.Fields, err = parseFields(o, "populate")
		case "filters":
			pop.Filter, err = p.filters(o, "populate")
		case "sort":
			pop.Sort, err = parseSort(o, "populate")
		case "populate":
			pop.Populate, err = p.populate(o, depth+1, at)
		default: // also "on", since there are no dynamic zones, and pages, since a relation comes whole
			err = fault.Key(o.name, at, "query", "populate")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func invalidPopulate(at string) error {
	if at == "" {
		return fault.New(fault.Invalid, "Invalid populate parameter. Expected a string or an array of strings or a populate object").
			With("param", "populate")
	}
	return fault.New(fault.Invalid, "Invalid nested populate at %s. Expected '*' or an object", at).
		With("param", "populate").With("path", at)
}
