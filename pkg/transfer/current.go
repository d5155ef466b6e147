package transfer

import (
	"context"
	"encoding/json"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// current reads an entry's draft as it is stored, in the fields that want picks; nil if it does not exist in that locale.
func (im *importer) current(ctx context.Context, id, locale string, want func(*schema.Field) bool) (value.Object, error) {
	q := query.Query{Draft: true, Locale: locale, Fields: []string{}}
	var picked []*schema.Field
	for _, f := range im.o.Type.Fields {
		if !want(f) {
			continue
		}
		picked = append(picked, f)
		if !f.Populated() {
			q.Fields = append(q.Fields, f.Name)
		}
	}
	q.Populate = populateAll(picked, func(*schema.Type) []string { return []string{} }, nil)
	e, err := im.svc.Get(ctx, im.caller, im.o.Type, id, q)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return storedValues(picked, e.Attributes), nil
}

// populateAll asks for every relation, object and file among the fields, and of targets for the fields that of names.
func populateAll(fields []*schema.Field, of func(*schema.Type) []string, types *schema.Set) []query.Populate {
	var out []query.Populate
	for _, f := range fields {
		switch f.Kind {
		case schema.Relation:
			p := query.Populate{Path: f.Name, Fields: []string{}}
			if types != nil {
				if t, ok := types.Type(f.Relation.To); ok {
					p.Fields = of(t)
				}
			}
			out = append(out, p)
		case schema.Object:
			out = append(out, query.Populate{Path: f.Name, Populate: populateAll(f.Fields, of, types)})
		case schema.Asset:
			out = append(out, query.Populate{Path: f.Name})
		}
	}
	return out
}

// storedValues turns an answer back into what is stored.
func storedValues(fields []*schema.Field, answer content.Attributes) value.Object {
	out := value.Object{}
	if id, ok := answer.Get("id"); ok {
		out["id"] = id
	}
	for _, f := range fields {
		v, ok := answer.Get(f.Name)
		if !ok {
			continue
		}
		if v = storedValue(f, v); v != nil {
			out[f.Name] = v
		}
	}
	return out
}

func storedValue(f *schema.Field, v any) any {
	switch x := v.(type) {
	case json.RawMessage:
		return string(x)
	case content.File:
		return x.ID
	case []content.File:
		var out value.List
		for _, f := range x {
			out = append(out, f.ID)
		}
		return value.Normal(out)
	case *content.Entry:
		return x.DocumentID
	case []*content.Entry:
		var out value.List
		for _, e := range x {
			out = append(out, e.DocumentID)
		}
		return value.Normal(out)
	case content.Attributes:
		return storedValues(f.Fields, x)
	case []content.Attributes:
		var out value.List
		for _, e := range x {
			out = append(out, storedValues(f.Fields, e))
		}
		return value.Normal(out)
	}
	return value.Normal(v)
}
