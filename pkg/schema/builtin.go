package schema

import "slices"

// NewObject makes an object field of fields, for facts that are built in and stand in no file.
func NewObject(fields ...*Field) *Field {
	o := &Field{Kind: Object, Fields: fields, byName: make(map[string]*Field, len(fields))}
	for _, f := range fields {
		o.byName[f.Name] = f
	}
	return o
}

// HasLocale tells whether entries of the type can exist in the locale.
func (t *Type) HasLocale(locale string) bool { return slices.Contains(t.Locales, locale) }
