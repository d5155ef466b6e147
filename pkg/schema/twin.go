package schema

import "kontor/pkg/value"

// Twin gives what the store keeps beside values so that it can order and compare text the same way everywhere:
// "sort" has SortKey of the type's sortable strings, "fold" has Fold of all text, nested as the values are, rich text as plain text.
// It is nil if there is neither.
func (t *Type) Twin(values value.Object) value.Object {
	sort := value.Object{}
	for _, f := range t.Fields {
		if s, ok := values[f.Name].(string); ok && f.Kind == String && f.Sortable() {
			sort[f.Name] = SortKey(s)
		}
	}
	twin := value.Object{}
	if len(sort) > 0 {
		twin["sort"] = sort
	}
	if fold := foldFields(t.Fields, values); len(fold) > 0 {
		twin["fold"] = fold
	}
	if len(twin) == 0 {
		return nil
	}
	return twin
}

func foldFields(fields []*Field, values value.Object) value.Object {
	fold := value.Object{}
	for _, f := range fields {
		if v := foldValue(f, values[f.Name]); v != nil {
			fold[f.Name] = v
		}
	}
	return fold
}

func foldValue(f *Field, v any) any {
	switch x := v.(type) {
	case value.List:
		list := make(value.List, 0, len(x))
		for _, e := range x {
			if n := foldValue(f, e); n != nil {
				list = append(list, n)
			}
		}
		if len(list) > 0 {
			return list
		}
	case value.Object:
		if f.Kind != Object {
			return nil
		}
		if fold := foldFields(f.Fields, x); len(fold) > 0 {
			return fold
		}
	case string:
		if f.Textual() {
			return Fold(f.plain(x))
		}
	}
	return nil
}

func (f *Field) plain(s string) string {
	if p, ok := kinds[f.Kind].(plain); ok {
		return p.plain(s)
	}
	return s
}
