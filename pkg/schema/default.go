package schema

import (
	"maps"

	"kontor/pkg/value"
)

// WithDefaults gives the values of a new entry with the defaults of fields that they do not name; a field that is named with nil
// stays empty. So it comes before Normalise. Objects that are sent get the defaults of their fields, others are not made.
func (t *Type) WithDefaults(values value.Object) value.Object {
	return withDefaults(t.Fields, values)
}

func withDefaults(fields []*Field, values value.Object) value.Object {
	out := make(value.Object, len(values))
	maps.Copy(out, values)
	for _, f := range fields {
		v, named := values[f.Name]
		switch {
		case !named && f.Default != nil:
			out[f.Name] = value.Clone(f.Default)
		case f.Kind == Object:
			if filled := defaultsWithin(f, v); filled != nil {
				out[f.Name] = filled
			}
		}
	}
	return out
}

func defaultsWithin(f *Field, v any) any {
	switch x := v.(type) {
	case value.Object:
		return withDefaults(f.Fields, x)
	case value.List:
		out := make(value.List, len(x))
		for i, e := range x {
			out[i] = e
			if o, ok := e.(value.Object); ok {
				out[i] = withDefaults(f.Fields, o)
			}
		}
		return out
	}
	return nil
}
