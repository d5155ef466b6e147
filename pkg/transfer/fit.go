package transfer

import (
	"context"
	"maps"
	"slices"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// fit brings a row's values in line with what its entry holds: an object of which the file has some fields keeps the others, and an
// item of a list of objects that is there already keeps its id, since otherwise every import would change every list.
func (im *importer) fit(ctx context.Context, j *job) (value.Object, error) {
	t := im.o.Type
	touched := func(f *schema.Field) bool {
		_, named := j.values[f.Name]
		return named && (f.Kind == schema.Object || j.said.covers(f))
	}
	if !slices.ContainsFunc(t.Fields, touched) {
		return j.values, nil
	}
	current := j.known.values
	if current == nil && j.known.documentID != "" {
		var err error
		if current, err = im.current(ctx, j.known.documentID, im.o.Locale, touched); err != nil {
			return nil, err
		}
	}
	values := j.values
	for _, f := range t.Fields {
		if before, ok := current[f.Name].(value.Object); ok && j.said.covers(f) {
			values[f.Name] = j.said.merge(f, values[f.Name], before, f.Name)
		}
	}
	bare, _ := mapLeaves(withoutIDs(t.Fields, values), nil, asIDs).(value.Object)
	norm, problems := t.Normalise(nil, bare)
	if len(problems) > 0 {
		norm = nil // the row will fail; items are told by their ids alone
	}
	return identify(t.Fields, values, norm, current), nil
}

// covers tells whether the row speaks of parts of a field.
func (c *converted) covers(f *schema.Field) bool {
	_, ok := c.covered[f.Name]
	return ok
}

// merge adds to an object what it holds in places of which the file has no column.
func (c *converted) merge(f *schema.Field, sent any, before value.Object, path string) any {
	out := value.Object{}
	if o, ok := sent.(value.Object); ok {
		out = maps.Clone(o)
	}
	for name, v := range before {
		inner := joined(path, name)
		leaf, covered := c.covered[inner]
		g, isField := f.Field(name)
		switch {
		case !covered && isField && g.Kind == schema.JSON:
			// It is stored as text, but sent as what it stands for.
			if text, ok := v.(string); ok {
				v, _ = decode(text)
			}
			out[name] = v
		case !covered:
			out[name] = v
		case !leaf && isField:
			if deep, ok := v.(value.Object); ok {
				out[name] = c.merge(g, out[name], deep, inner)
			}
		}
	}
	if f.Kind == schema.LocalTime && out["local"] == nil {
		return nil
	}
	return value.Normal(out)
}

// withoutIDs copies values without the ids of items.
func withoutIDs(fields []*schema.Field, values value.Object) value.Object {
	out := maps.Clone(values)
	for _, f := range fields {
		if f.Kind != schema.Object {
			continue
		}
		switch x := values[f.Name].(type) {
		case value.Object:
			out[f.Name] = withoutIDs(f.Fields, x)
		case value.List:
			list := slices.Clone(x)
			for i, e := range list {
				if o, ok := e.(value.Object); ok {
					o = withoutIDs(f.Fields, o)
					delete(o, "id")
					list[i] = o
				}
			}
			out[f.Name] = list
		}
	}
	return out
}

// identify gives the items in values the ids that they have in current: those sent, if they are there, else that of an equal item. norm
// is values as they would be stored, to compare with.
func identify(fields []*schema.Field, values, norm, current value.Object) value.Object {
	out := maps.Clone(values)
	for _, f := range fields {
		if f.Kind != schema.Object {
			continue
		}
		switch x := values[f.Name].(type) {
		case value.Object:
			n, _ := norm[f.Name].(value.Object)
			c, _ := current[f.Name].(value.Object)
			out[f.Name] = identify(f.Fields, x, n, c)
		case value.List:
			n, _ := norm[f.Name].(value.List)
			c, _ := current[f.Name].(value.List)
			out[f.Name] = identifyItems(f, x, n, c)
		}
	}
	return out
}

func identifyItems(f *schema.Field, list, norm, current value.List) value.List {
	taken := make([]bool, len(current))
	which := make([]int, len(list))
	take := func(fits func(item value.Object) bool) int {
		for k, c := range current {
			if o, ok := c.(value.Object); ok && !taken[k] && fits(o) {
				taken[k] = true
				return k
			}
		}
		return -1
	}
	for i, e := range list {
		o, _ := e.(value.Object)
		id := o["id"]
		which[i] = -1
		if id != nil {
			which[i] = take(func(c value.Object) bool { return value.Equal(c["id"], id) })
		}
	}
	out := make(value.List, len(list))
	for i, e := range list {
		o, ok := e.(value.Object)
		if !ok {
			out[i] = e
			continue
		}
		var n, c value.Object
		if i < len(norm) {
			n, _ = norm[i].(value.Object)
		}
		if which[i] < 0 && n != nil {
			which[i] = take(func(c value.Object) bool { return value.Equal(bare(c), bare(n)) })
		}
		if which[i] >= 0 {
			c, _ = current[which[i]].(value.Object)
		}
		o = identify(f.Fields, o, n, c)
		delete(o, "id")
		if c != nil {
			o["id"] = c["id"]
		}
		out[i] = o
	}
	return out
}

// bare gives an item as it is stored, without ids at any depth.
func bare(v any) any {
	switch x := v.(type) {
	case value.Object:
		out := make(value.Object, len(x))
		for name, e := range x {
			if name != "id" {
				out[name] = bare(e)
			}
		}
		return out
	case value.List:
		out := make(value.List, len(x))
		for i, e := range x {
			out[i] = bare(e)
		}
		return out
	}
	return v
}
