package auth

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"kontor/pkg/query"
	"kontor/pkg/value"
)

// userValue is what stands in a filter in the place of a fact about the caller.
type userValue string

const (
	userPrefix       = "$user."
	userID           = userValue("id")
	userOrganisation = userValue("organisation")
)

// ruleOperators are those of the dialect in which rules are written.
var ruleOperators = map[string]query.Op{
	"$eq": query.Eq, "$eqi": query.EqI, "$ne": query.Ne, "$nei": query.NeI,
	"$lt": query.Lt, "$lte": query.Lte, "$gt": query.Gt, "$gte": query.Gte,
	"$in": query.In, "$notIn": query.NotIn, "$between": query.Between, "$null": query.Null, "$notNull": query.NotNull,
	"$contains": query.Contains, "$containsi": query.ContainsI, "$notContains": query.NotContains, "$notContainsi": query.NotContainsI,
	"$startsWith": query.StartsWith, "$startsWithi": query.StartsWithI, "$endsWith": query.EndsWith, "$endsWithi": query.EndsWithI,
}

// entries reads a filter. It is without Not, so that a missing fact can be hit by nothing wherever it stands.
func (r *reader) entries(v any) (query.Filter, value.Object) {
	o, ok := v.(value.Object)
	if !ok || len(o) == 0 {
		r.wrong("type", nil, "must be an object with conditions", "muss ein Objekt mit Bedingungen sein")
		return query.Nothing(), nil
	}
	f := r.group(o, 0)
	if terms, depth := f.Size(); terms > maxRuleTerms || depth > maxRuleDepth {
		r.wrong("too_long", nil, "has too many conditions", "hat zu viele Bedingungen")
		return query.Nothing(), o
	}
	return f.Positive(), o
}

func (r *reader) group(v any, depth int) query.Filter {
	o, ok := v.(value.Object)
	if !ok || len(o) == 0 || depth > maxRuleDepth {
		r.wrong("type", nil, "must be an object with conditions, not too deep", "muss ein Objekt mit Bedingungen sein, nicht zu tief")
		return query.Nothing()
	}
	var args []query.Filter
	for _, name := range slices.Sorted(maps.Keys(o)) {
		r.under(func() { args = append(args, r.member(name, o[name], depth)) }, name)
	}
	return query.AllOf(args...)
}

// member reads one condition of a group: a field with what must hold for it, or $and, $or, $not over groups.
func (r *reader) member(name string, v any, depth int) query.Filter {
	switch name {
	case "$and", "$or":
		return r.several(name, v, func(e any) query.Filter { return r.group(e, depth+1) })
	case "$not":
		return query.Filter{Op: query.Not, Args: []query.Filter{r.group(v, depth+1)}}
	}
	if name == "" || name[0] == '$' {
		r.wrong("unknown", nil, "is no operator that groups conditions", "ist kein Operator, der Bedingungen verbindet")
		return query.Nothing()
	}
	switch x := v.(type) {
	case value.Object:
		return r.field(name, x, depth)
	case value.List:
		return r.comparison(name, query.In, x)
	}
	return r.comparison(name, query.Eq, v)
}

func (r *reader) several(name string, v any, read func(any) query.Filter) query.Filter {
	list, ok := v.(value.List)
	if !ok || len(list) == 0 {
		r.wrong("type", nil, "takes a list of conditions", "erwartet eine Liste von Bedingungen")
		return query.Nothing()
	}
	args := make([]query.Filter, len(list))
	for i, e := range list {
		r.under(func() { args[i] = read(e) }, strconv.Itoa(i))
	}
	if name == "$and" {
		return query.AllOf(args...)
	}
	return query.AnyOf(args...)
}

// field reads what must hold for a field: operators, or conditions on what it points to, which all meet in one target.
func (r *reader) field(path string, o value.Object, depth int) query.Filter {
	var own []query.Filter
	target := value.Object{}
	if len(o) == 0 {
		r.wrong("type", nil, "must have a condition", "muss eine Bedingung haben")
		return query.Nothing()
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if !strings.HasPrefix(name, "$") {
			target[name] = o[name]
			continue
		}
		op, ok := ruleOperators[name]
		r.under(func() {
			if !ok {
				r.wrong("unknown", nil, "is no operator", "ist kein Operator")
				own = append(own, query.Nothing())
				return
			}
			own = append(own, r.comparison(path, op, o[name]))
		}, name)
	}
	if len(target) > 0 {
		own = append(own, query.Filter{Op: query.Match, Path: path, Args: []query.Filter{r.group(target, depth+1)}})
	}
	return query.AllOf(own...)
}

func (r *reader) comparison(path string, op query.Op, v any) query.Filter {
	list, isList := v.(value.List)
	switch op {
	case query.Null, query.NotNull:
		is, ok := v.(bool)
		if !ok {
			r.wrong("type", v, "takes true or false", "erwartet true oder false")
			return query.Nothing()
		}
		if is != (op == query.Null) {
			return query.Where(path, query.NotNull, nil)
		}
		return query.Where(path, query.Null, nil)
	case query.In, query.NotIn, query.Between:
		if !isList || len(list) == 0 || op == query.Between && len(list) != 2 {
			r.wrong("type", nil, "takes a list of values", "erwartet eine Liste von Werten")
			return query.Nothing()
		}
		out := make(value.List, len(list))
		for i, e := range list {
			out[i] = r.scalar(e)
		}
		return query.Where(path, op, out)
	}
	return query.Where(path, op, r.scalar(v))
}

// scalar reads a value: a text, a number, a truth value, or a fact about the caller.
func (r *reader) scalar(v any) any {
	s, ok := v.(string)
	switch {
	case ok && strings.HasPrefix(s, "$"):
		u := userValue(strings.TrimPrefix(s, userPrefix))
		if !strings.HasPrefix(s, userPrefix) || u != userID && u != userOrganisation {
			r.wrong("unknown", s, "knows $user.id and $user.organisation, not "+strconv.Quote(s), "kennt $user.id und $user.organisation, nicht „"+s+"“")
		}
		return u
	case ok:
		return s
	}
	switch v.(type) {
	case int64, float64, bool:
		return v
	}
	r.wrong("type", nil, "takes a text, a number, true or false", "erwartet einen Text, eine Zahl, true oder false")
	return ""
}

// personal tells whether a filter depends on who is calling.
func personal(f query.Filter) bool {
	if _, ok := f.Value.(userValue); ok {
		return true
	}
	if list, ok := f.Value.(value.List); ok && slices.ContainsFunc(list, func(v any) bool { _, ok := v.(userValue); return ok }) {
		return true
	}
	return slices.ContainsFunc(f.Args, personal)
}

// bind puts the caller's facts into a filter. A comparison with a fact that the caller does not have hits nothing, whichever way it is
// turned; not ok if it stands where hitting nothing would mean hitting more.
func (c Caller) bind(f query.Filter) (out query.Filter, ok bool) {
	if len(f.Args) > 0 {
		args := make([]query.Filter, len(f.Args))
		for i, a := range f.Args {
			if f.Op == query.NoMatch && !c.has(a) {
				return query.Nothing(), false
			}
			if args[i], ok = c.bind(a); !ok {
				return query.Nothing(), false
			}
		}
		switch f.Op {
		case query.And:
			return query.AllOf(args...), true
		case query.Or:
			return query.AnyOf(args...), true
		}
		f.Args = args
		return f, true
	}
	if !c.has(f) {
		return query.Nothing(), true
	}
	switch v := f.Value.(type) {
	case userValue:
		f.Value, _ = c.user(v)
	case value.List:
		list := slices.Clone(v)
		for i, e := range list {
			if u, ok := e.(userValue); ok {
				list[i], _ = c.user(u)
			}
		}
		f.Value = list
	}
	return f, true
}

// has tells whether the caller has every fact that a filter names.
func (c Caller) has(f query.Filter) bool {
	missing := func(v any) bool {
		u, ok := v.(userValue)
		if !ok {
			return false
		}
		_, known := c.user(u)
		return !known
	}
	if list, ok := f.Value.(value.List); ok && slices.ContainsFunc(list, missing) || missing(f.Value) {
		return false
	}
	return !slices.ContainsFunc(f.Args, func(a query.Filter) bool { return !c.has(a) })
}

// needsOrganisation reports whether a rule of the role compares with the caller's organisation.
func (r Role) needsOrganisation() bool {
	return slices.ContainsFunc(r.Rules, func(rule Rule) bool { return namesOrganisation(rule.Entries) })
}

func namesOrganisation(f query.Filter) bool {
	list, _ := f.Value.(value.List)
	return f.Value == userOrganisation || slices.Contains(list, any(userOrganisation)) || slices.ContainsFunc(f.Args, namesOrganisation)
}
