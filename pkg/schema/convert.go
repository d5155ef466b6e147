package schema

import (
	"maps"
	"slices"

	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// Convert takes values that were stored under the type old over to this one, by x-migrate and by the conversions that lose nothing.
// Whatever would be lost or would not fit is a problem that names the field; the values are only good if there is none.
func (t *Type) Convert(old *Type, values value.Object) (value.Object, []fault.Field) {
	c := converter{writer{newID: RandomItemID, kept: true}}
	out := c.fields(nil, t.Fields, old.byName, values, false)
	return out, c.problems
}

// converter reports like the writer, which brings what has been converted into its stored form.
type converter struct{ writer }

func (c *converter) fields(at *place, fields []*Field, old map[string]*Field, values value.Object, item bool) value.Object {
	out := value.Object{}
	used := map[string]bool{itemID: item}
	for _, f := range fields {
		name := f.source(old, values)
		if name == "" {
			continue
		}
		used[name] = true
		if v := c.convert(at.at(f), old[name], f, values[name]); v != nil {
			out[f.Name] = v
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if used[name] || empty(values[name]) {
			continue
		}
		at := at.key(name)
		if f := old[name]; f != nil {
			at = at.up.at(f)
		}
		c.report(at, lost("the field is gone", "das Feld gibt es nicht mehr, sein Wert ginge verloren."), values[name])
	}
	return out
}

// source is the old field that a field's values come from: the one of its name, or the one it was renamed from if only that has
// a value, so that a hint does no harm once it has done its work.
func (f *Field) source(old map[string]*Field, values value.Object) string {
	if old[f.Name] != nil && !empty(values[f.Name]) {
		return f.Name
	}
	if f.Migrate != nil && old[f.Migrate.From] != nil && !empty(values[f.Migrate.From]) {
		return f.Migrate.From
	}
	return ""
}

func (c *converter) convert(at *place, old, f *Field, v any) any {
	from, many := v.(value.List)
	if !many {
		from = value.List{v}
	}
	if !f.Many && len(from) > 1 {
		c.report(at, lost("only one of several values can stay", "nur einer von mehreren Werten könnte bleiben."), v)
		return nil
	}
	if f.Kind == Object && old.Kind == Object {
		return c.objects(at, old, f, from)
	}
	to := make(value.List, 0, len(from))
	for _, e := range from {
		n, w := convertValue(old, f, e)
		if w != nil {
			c.report(at, w, e)
			return nil
		}
		if n != nil {
			to = append(to, n)
		}
	}
	switch {
	case len(to) == 0:
		return nil
	case f.Kind == JSON:
		return to[0] // is in its stored form already
	case f.Many:
		return c.field(f, at, nil, to)
	}
	return c.field(f, at, nil, to[0])
}

// objects converts what is within. Items keep their id; an object that becomes an item gets one.
func (c *converter) objects(at *place, old, f *Field, from value.List) any {
	out := make(value.List, 0, len(from))
	taken := map[int64]bool{}
	for i, e := range from {
		at := at
		if f.Many {
			at = at.item(i)
		}
		o, ok := e.(value.Object)
		if !ok {
			c.report(at, notObject(e), e)
			continue
		}
		n := c.fields(at, f.Fields, old.byName, o, old.Many)
		if id, w := whole(o[itemID]); w == nil && old.Many && f.Many && !taken[id] {
			n[itemID] = id
			taken[id] = true
		}
		out = append(out, n)
	}
	if f.MaxItems > 0 && len(out) > f.MaxItems {
		c.report(at, tooMany(f.MaxItems), from)
		return nil
	}
	switch {
	case len(out) == 0:
		return nil
	case f.Many:
		c.number(out, nil, taken)
		return out
	case len(out[0].(value.Object)) == 0:
		return nil
	}
	return out[0]
}
