package transfer

import (
	"maps"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// typed takes a value of JSON: it is as the API has it, but enums may be titles and relations names.
func typed(f *schema.Field, v any) (any, *wrong) {
	if v == nil {
		return nil, nil
	}
	switch f.Kind {
	case schema.Relation:
		return related(f, v)
	case schema.Asset:
		return each(v, namedFile)
	case schema.Enum:
		return each(v, func(e any) (any, *wrong) {
			if s, ok := e.(string); ok {
				return enum(f, s)
			}
			return e, nil
		})
	case schema.Object:
		return each(v, func(e any) (any, *wrong) {
			if o, ok := e.(value.Object); ok {
				return inner(f, o)
			}
			return e, nil
		})
	}
	return v, nil
}

// each does fn to a value or to those of a list.
func each(v any, fn func(any) (any, *wrong)) (any, *wrong) {
	list, ok := v.(value.List)
	if !ok {
		return fn(v)
	}
	out := make(value.List, len(list))
	for i, e := range list {
		var w *wrong
		if out[i], w = fn(e); w != nil {
			return nil, w
		}
	}
	return out, nil
}

func inner(f *schema.Field, o value.Object) (any, *wrong) {
	out := maps.Clone(o)
	for _, g := range f.Fields {
		v, ok := o[g.Name]
		if !ok {
			continue
		}
		t, w := typed(g, v)
		if w != nil {
			return nil, &wrong{w.code, g.Name + " " + w.english, w.german}
		}
		out[g.Name] = t
	}
	return out, nil
}

// related reads a relation: a name, an id, an entry as the API answers it, or a list of these.
func related(f *schema.Field, v any) (any, *wrong) {
	out := wanted{field: f}
	list, ok := v.(value.List)
	if s, text := v.(string); text && f.Many {
		return wanted{f, split(s)}, nil
	} else if !ok {
		list = value.List{v}
	}
	if len(list) > 1 && !f.Many {
		return nil, &wrong{"too_many", "must name one entry", "darf nur einen Eintrag nennen."}
	}
	for _, e := range list {
		if o, ok := e.(value.Object); ok {
			e = o[documentID]
			if e == nil {
				e = o["id"]
			}
		}
		switch x := e.(type) {
		case string:
			out.names = append(out.names, x)
		case int64:
			out.names = append(out.names, x)
		default:
			return nil, &wrong{"type", "must name entries: by documentId, slug, key or name", "erwartet werden Einträge, benannt durch documentId, Kurznamen, Schlüssel oder Namen."}
		}
	}
	return out, nil
}
