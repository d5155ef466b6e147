package schema

import (
	"golang.org/x/text/unicode/norm"

	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// ParseQuery turns a value of a filter into one that can be compared with the field's stored values, or with those within its list.
// Strings are read as they stand in a URL: "2015" for an integer, a date or RFC 3339 time for a date-time, which is also what local
// times are compared by (their utc). For a relation a string of digits or a number is an id (int64), every other string a documentId.
// Typed values pass if they fit; a list is taken value by value. What does not fit is Invalid.
func (f *Field) ParseQuery(v any) (any, error) {
	if list, ok := v.(value.List); ok {
		out := make(value.List, len(list))
		for i, e := range list {
			n, err := f.ParseQuery(e)
			if err != nil {
				return nil, err
			}
			out[i] = n
		}
		return out, nil
	}
	n, w := f.parse(v)
	if w != nil {
		return nil, fault.Fields([]fault.Field{(*place)(nil).at(f).report(w, v)})
	}
	return n, nil
}

func (f *Field) parse(v any) (any, *problem) {
	if s, ok := v.(string); ok {
		if p, ok := kinds[f.Kind].(parser); ok {
			return p.parse(f, s)
		}
		return norm.NFC.String(s), nil
	}
	if c, ok := kinds[f.Kind].(comparer); ok {
		return c.compare(v)
	}
	return nil, notText(v)
}
