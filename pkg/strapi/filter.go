package strapi

import (
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/value"
)

// operators are Strapi's comparisons.
var operators = map[string]query.Op{
	"$eq": query.Eq, "$eqi": query.EqI, "$ne": query.Ne, "$nei": query.NeI,
	"$lt": query.Lt, "$lte": query.Lte, "$gt": query.Gt, "$gte": query.Gte,
	"$in": query.In, "$notIn": query.NotIn, "$between": query.Between, "$null": query.Null, "$notNull": query.NotNull,
	"$contains": query.Contains, "$containsi": query.ContainsI, "$notContains": query.NotContains, "$notContainsi": query.NotContainsI,
	"$startsWith": query.StartsWith, "$startsWithi": query.StartsWithI, "$endsWith": query.EndsWith, "$endsWithi": query.EndsWithI,
}

// conditions reads filters for one parameter: filters itself, or those inside populate.
type conditions struct {
	*parser
	param string
}

// filters reads a filter tree. A list at the top means all of its elements.
func (p *parser) filters(n *node, param string) (query.Filter, error) {
	c := conditions{p, param}
	switch n.kind {
	case null:
		return query.Filter{}, nil
	case leaf:
		return query.Filter{}, fault.New(fault.Invalid, "The filters parameter must be an object or an array")
	}
	if elements, ok := n.list(); ok {
		args, err := c.each(elements, func(e *node) (query.Filter, error) { return c.group(e, "") })
		return query.AllOf(args...), err
	}
	return c.group(n, "")
}

// group reads an object whose names are fields of one type or object; at is the dotted path above it, for errors.
func (c conditions) group(n *node, at string) (query.Filter, error) {
	if n.kind != branch || len(n.children) == 0 {
		return query.Filter{}, c.shape("A group of filters must be an object", at)
	}
	args, err := c.each(n.children, func(e *node) (query.Filter, error) { return c.condition(e, at) })
	return query.AllOf(args...), err
}

func (c conditions) each(nodes []*node, read func(*node) (query.Filter, error)) ([]query.Filter, error) {
	args := make([]query.Filter, 0, len(nodes))
	for _, n := range nodes {
		f, err := read(n)
		if err != nil {
			return nil, err
		}
		args = append(args, f)
	}
	return args, nil
}

// condition reads one member of a group: a field with what must hold for it, or $and, $or, $not over groups.
func (c conditions) condition(n *node, at string) (query.Filter, error) {
	switch {
	case logical(n.name):
		return c.logic(n, at, func(e *node) (query.Filter, error) { return c.group(e, at) })
	case n.name == "":
		return query.Filter{}, c.shape("A filter has no name", at)
	case n.name[0] == '$' || strings.Contains(n.name, "."):
		return query.Filter{}, fault.Key(n.name, at, "query", c.param)
	}
	return c.field(n, at)
}

func logical(name string) bool { return name == "$and" || name == "$or" || name == "$not" }

// logic reads $and, $or and $not, whose elements are all read alike.
func (c conditions) logic(n *node, at string, read func(*node) (query.Filter, error)) (query.Filter, error) {
	elements, isList := n.list()
	if n.name == "$not" {
		if isList {
			return query.Filter{}, c.shape("$not takes one object", at)
		}
		f, err := read(n)
		return query.Filter{Op: query.Not, Args: []query.Filter{f}}, err
	}
	if len(elements) == 0 {
		return query.Filter{}, c.shape(n.name+" takes a list of filters", at)
	}
	args, err := c.each(elements, read)
	if n.name == "$and" {
		return query.AllOf(args...), err
	}
	return query.AnyOf(args...), err
}

// field reads what must hold for a field: a value, operators, or conditions on what the field points to. The latter all meet in
// one target, also if $or or $not stands between.
func (c conditions) field(n *node, at string) (query.Filter, error) {
	at = join(at, n.name)
	if n.kind != branch {
		return c.comparison(n.name, query.Eq, n, at)
	}
	if _, ok := n.list(); ok {
		return c.comparison(n.name, query.In, n, at)
	}
	var own, target []query.Filter
	for _, e := range n.children {
		var f query.Filter
		var err error
		if named(e) {
			f, err = c.condition(e, at)
			target = append(target, f)
		} else {
			f, err = c.operator(n.name, e, at)
			own = append(own, f)
		}
		if err != nil {
			return query.Filter{}, err
		}
	}
	if len(target) > 0 {
		own = append(own, query.Filter{Op: query.Match, Path: n.name, Args: []query.Filter{query.AllOf(target...)}})
	}
	return query.AllOf(own...), nil
}

// named tells whether a member under a field speaks of fields below: a name, or $and, $or, $not with a name inside.
func named(n *node) bool {
	if !strings.HasPrefix(n.name, "$") {
		return true
	}
	if !logical(n.name) {
		return false
	}
	members := n.children
	for _, m := range members {
		if _, numbered := m.position(); !numbered {
			if named(m) {
				return true
			}
			continue
		}
		for _, inner := range m.children {
			if named(inner) {
				return true
			}
		}
	}
	return false
}

// operator reads one operator under a field, or $and, $or, $not over operators on the same field.
func (c conditions) operator(path string, n *node, at string) (query.Filter, error) {
	if logical(n.name) {
		return c.logic(n, at, func(e *node) (query.Filter, error) {
			switch {
			case e.kind != branch && n.name == "$not":
				return c.comparison(path, query.Eq, e, at)
			case e.kind != branch || len(e.children) == 0:
				return query.Filter{}, c.shape(n.name+" takes a list of objects", at)
			}
			args, err := c.each(e.children, func(o *node) (query.Filter, error) { return c.operator(path, o, at) })
			return query.AllOf(args...), err
		})
	}
	op, ok := operators[n.name]
	if !ok {
		return query.Filter{}, fault.Key(n.name, at, "query", c.param)
	}
	return c.comparison(path, op, n, at)
}

// comparison reads the value of an operator.
func (c conditions) comparison(path string, op query.Op, n *node, at string) (query.Filter, error) {
	if c.terms++; c.terms > MaxTerms {
		return query.Filter{}, fault.New(fault.Invalid, "The filters have more than %d comparisons", MaxTerms).With("param", c.param)
	}
	switch op {
	case query.Null, query.NotNull:
		is, ok := parseBool(n)
		if !ok {
			return query.Filter{}, c.shape("The operator $"+string(op)+" takes true or false", at)
		}
		if is != (op == query.Null) {
			return query.Where(path, query.NotNull, nil), nil
		}
		return query.Where(path, query.Null, nil), nil
	case query.In, query.NotIn, query.Between:
		return c.list(path, op, n, at)
	}
	switch {
	case n.kind == leaf:
		return query.Where(path, op, n.text), nil
	case n.kind == null && op == query.Eq:
		return query.Where(path, query.Null, nil), nil
	case n.kind == null && op == query.Ne:
		return query.Where(path, query.NotNull, nil), nil
	}
	return query.Filter{}, c.shape("The operator $"+string(op)+" takes one value", at)
}

// list reads the values of $in, $notIn and $between. One value is a list of one; a comma in it is part of it.
func (c conditions) list(path string, op query.Op, n *node, at string) (query.Filter, error) {
	texts, ok := n.texts()
	switch {
	case !ok:
		return query.Filter{}, c.shape("The operator $"+string(op)+" takes a list of values", at)
	case op == query.Between && len(texts) != 2:
		return query.Filter{}, c.shape("The operator $between takes exactly two values", at)
	}
	list := make(value.List, len(texts))
	for i, t := range texts {
		list[i] = t
	}
	return query.Where(path, op, list), nil
}

// shape is the error for a value of the wrong form.
func (c conditions) shape(message, at string) error {
	err := fault.New(fault.Invalid, "%s", message).With("source", "query").With("param", c.param)
	if at != "" {
		err.Message += " at " + at
		err.With("path", at)
	}
	return err
}
