package content

import (
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// compare compiles one comparison on a field.
func (r *resolver) compare(sc scope, field *schema.Field, f query.Filter) (query.Filter, error) {
	f.Path = r.at(sc, field.Name)
	if field.Kind == schema.Relation {
		return r.compareRelation(sc, field, f)
	}
	if f.Op == query.Null || f.Op == query.NotNull {
		return f, nil
	}
	switch field.Kind {
	case schema.Object, schema.Point, schema.JSON:
		return f, unfit(sc, field, f.Op)
	case schema.LocalTime:
		f.Path += ".utc"
	}
	values, err := parse(field, f)
	if err != nil {
		return f, err
	}
	if field.Name == "documentId" && (f.Op == query.Eq || f.Op == query.In) {
		return r.keys(sc.typ, values), nil
	}
	if f, err = r.placed(sc, field, f); err != nil {
		return f, err
	}
	f = withValues(f, values, func(v any) any { return twinValue(field, f, v) })
	if (f.Op == query.Eq || f.Op == query.In) && field.Kind == schema.String && field.Sortable() && sc.in == nil && f.Path == r.at(sc, field.Name) {
		return query.AllOf(r.sortKeys(field, f), f), nil
	}
	return f, nil
}

// sortKeys is what equal texts have in common, as a condition that the index of the text's order serves.
func (r *resolver) sortKeys(field *schema.Field, f query.Filter) query.Filter {
	key := func(v any) any {
		s, _ := v.(string)
		return schema.SortKey(s)
	}
	f.Path = sortPath(r.part, field)
	list, many := f.Value.(value.List)
	if !many {
		f.Value = key(f.Value)
		return f
	}
	keys := make(value.List, len(list))
	for i, v := range list {
		keys[i] = key(v)
	}
	f.Value = keys
	return f
}

// keys compiles documentIds to the keys of documents, which every store finds at once.
func (r *resolver) keys(t *schema.Type, documentIDs value.List) query.Filter {
	locales := r.fallback(t)
	if locales == nil {
		for _, l := range t.Locales {
			locales = append(locales, l)
		}
	}
	keys := make(value.List, 0, len(documentIDs)*len(locales))
	for _, id := range documentIDs {
		for _, l := range locales {
			keys = append(keys, keyOf(id.(string), l.(string)))
		}
	}
	return query.Where(store.KeyPath, query.In, keys)
}

// placed decides which of the field's forms the operator reads: the value, its sort key, or its folded twin.
func (r *resolver) placed(sc scope, field *schema.Field, f query.Filter) (query.Filter, error) {
	plain, folded := f.Op.Folded()
	switch {
	case (folded || f.Op.Textual()) && !field.Textual():
		return f, unfit(sc, field, f.Op)
	case folded && sc.items:
		return f, fault.New(fault.Invalid, "%s is not offered inside lists of objects: %s", dialectName(f.Op), join(sc.trail, field.Name))
	case folded && sc.in == nil && isSystem(field.Name):
		f.Op = plain // documentId and locale are lower case
	case folded:
		f.Op, f.Path = plain, twinOf(r.part)+".fold."+join(sc.path, field.Name)
	case f.Op.Ranged() && (sc.items || sc.in != nil) && field.Kind == schema.String:
		return f, unfit(sc, field, f.Op)
	case f.Op.Ranged() && (!field.Sortable() || field.Kind == schema.Boolean):
		return f, unfit(sc, field, f.Op)
	case f.Op.Ranged() && field.Kind == schema.String:
		f.Path = sortPath(r.part, field)
	}
	return f, nil
}

// anyText reads text of whatever form.
var anyText = &schema.Field{Kind: schema.Text}

// parse gives the filter's values in the field's kind.
func parse(field *schema.Field, f query.Filter) (value.List, error) {
	list, ok := f.Value.(value.List)
	switch {
	case !ok:
		list = value.List{f.Value}
	case len(list) != 1 && !takesList(f.Op):
		return nil, fault.New(fault.Invalid, "%s takes one value", dialectName(f.Op)).With("key", dialectName(f.Op))
	}
	out := make(value.List, len(list))
	for i, v := range list {
		as := field
		if _, ok := v.(string); ok && f.Op.Textual() {
			as = anyText // a part of a value need not be one
		}
		if _, folded := f.Op.Folded(); folded && field.Kind == schema.Enum {
			v = constantOf(field, v)
		}
		p, err := as.ParseQuery(v)
		if err != nil {
			return nil, err
		}
		if _, scalar := value.Compare(p, p); !scalar {
			return nil, fault.New(fault.Invalid, "%s does not take a list within a list", dialectName(f.Op)).With("key", dialectName(f.Op))
		}
		out[i] = p
	}
	return out, nil
}

// constantOf returns the constant that a text is, letter case aside; other values as they are.
func constantOf(field *schema.Field, v any) any {
	s, _ := v.(string)
	for _, o := range field.Options {
		if schema.Fold(o.Const) == schema.Fold(s) {
			return o.Const
		}
	}
	return v
}

// twinValue brings a value into the form that the compiled path holds.
func twinValue(field *schema.Field, f query.Filter, v any) any {
	s, ok := v.(string)
	switch {
	case !ok:
		return v
	case strings.HasPrefix(f.Path, store.PublishedTwin+"."), strings.HasPrefix(f.Path, store.DraftTwin+"."):
		if f.Op.Ranged() {
			return schema.SortKey(s)
		}
		return schema.Fold(s)
	}
	return v
}

// withValues puts values back in the shape that the operator wants.
func withValues(f query.Filter, values value.List, form func(any) any) query.Filter {
	for i, v := range values {
		values[i] = form(v)
	}
	f.Value = values
	if !takesList(f.Op) {
		f.Value = values[0]
	}
	return f
}

func takesList(op query.Op) bool {
	switch op {
	case query.In, query.NotIn, query.Between, query.NotBetween:
		return true
	}
	return false
}

// compareRelation compiles a comparison of the relation itself: with documentIds, with numeric ids
// which are looked up, or with nothing at all.
func (r *resolver) compareRelation(sc scope, field *schema.Field, f query.Filter) (query.Filter, error) {
	t, err := r.comparedTarget(sc, field)
	if err != nil {
		return f, err
	}
	in := r.over(t)
	cond := query.Filter{}
	switch f.Op {
	case query.Null, query.NotNull:
		if r.trusted {
			return f, nil
		}
	case query.Eq, query.Ne, query.In, query.NotIn:
		if cond, err = in.namedTargets(t, field, f); err != nil {
			return f, err
		}
	default:
		return f, unfit(sc, field, f.Op)
	}
	found, err := in.targets(t, cond)
	r.lookups = in.lookups
	if err != nil {
		return f, err
	}
	switch {
	case f.Op == query.Null:
		return r.pointingNowhere(sc, field, found), nil
	case f.Op.Negative():
		return r.pointingElsewhere(sc, field, t, found)
	}
	return r.pointing(sc, field, found), nil
}

func isSystem(name string) bool { _, ok := systemKind(name); return ok }

// unfit is the error for an operator that says nothing about the field's kind.
func unfit(sc scope, field *schema.Field, op query.Op) error {
	return fault.New(fault.Invalid, "%s does not fit %s, which is %s", dialectName(op), join(sc.trail, field.Name), field.Kind).
		With("key", dialectName(op)).With("path", join(sc.trail, field.Name))
}

func dialectName(op query.Op) string { return "$" + string(op) }
