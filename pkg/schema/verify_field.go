package schema

import (
	"slices"
	"strings"

	"kontor/pkg/value"
)

// kept are the names that the dialects keep for themselves.
var kept = []string{"id", "documentId", "locale", "localizations", "status", "createdAt", "updatedAt", "publishedAt", "createdBy", "updatedBy",
	"data", "meta"}

func isKept(name string) bool {
	return slices.Contains(kept, name) || strings.HasSuffix(name, "_id") || strings.HasSuffix(name, "_ts")
}

// checkField checks what can be seen of a field alone. Level 0 is a type's own field.
func (l *loader) checkField(f *Field, k keywords, t *Type, level int) {
	switch {
	case level == 0 && isKept(f.Name):
		k.wrong("", "the name %q is kept for the API", f.Name)
	case level > 0 && f.Name == itemID:
		k.wrong("", "the name %q is kept for the key of list items", f.Name)
	}
	if level > 0 {
		checkInner(f, k)
	}
	if f.Search.Sort && !f.Sortable() {
		k.wrong("x-search", "sort: lists cannot be sorted by this kind of field%s", sortHint(f))
	}
	if f.Search.Facet && !f.facetable() {
		k.wrong("x-search", "facet: this kind of field has no facet")
	}
	if f.Search.Weight > 0 && !f.Textual() && f.Kind != Relation && f.Kind != Asset {
		k.wrong("x-search", "weight: there is no text in this kind of field")
	}
	if f.Search.Synonym && f.Kind != String {
		k.wrong("x-search", "synonym: only words can mean what the display field does")
	}
	if len(f.Search.Include) > 0 && f.Kind != Relation {
		k.wrong("x-search", "include: only a relation has fields to include")
	}
	if f.Unique && (f.Many || f.Kind != String && f.Kind != Email && f.Kind != Slug && f.Kind != Integer) {
		k.wrong("x-unique", "only a string, email, slug or integer can be unique")
	}
	if k.boolean("x-localized", false) && t != nil && !t.Localized() {
		k.wrong("x-localized", "the type has no locales")
	}
	if f.DefaultBy != "" && (f.Kind != Relation || f.DefaultBy != UserOrganisation || f.Relation.To != organisationType) {
		k.wrong("x-default", "only a relation to the type %q has a default from the caller, and that is %q", organisationType, UserOrganisation)
	}
	checkDefault(f, k)
	checkMigration(f, k)
}

// organisationType is the ID of the type whose entries accounts belong to.
const organisationType = "organisation"

func sortHint(f *Field) string {
	if f.Kind == String && !f.Many {
		return ", its maxLength is over 200"
	}
	return ""
}

func checkInner(f *Field, k keywords) {
	for _, word := range []string{"x-access", "x-unique", "x-localized", "x-default"} {
		if k.has(word) {
			k.wrong(word, "not allowed within an object")
		}
	}
	if f.Kind == Slug {
		k.wrong("format", "a slug is not allowed within an object")
	}
	if f.Search.Sort || f.Search.Facet || f.Search.Synonym || len(f.Search.Include) > 0 {
		k.wrong("x-search", "within an object only weight is allowed")
	}
}

func (f *Field) facetable() bool { return f.traits().counted && f.shortEnough() }

func checkDefault(f *Field, k keywords) {
	sent, ok := k.m["default"]
	if !ok {
		return
	}
	if f.Many || f.Populated() || f.Kind == JSON {
		k.wrong("default", "this kind of field has no default")
		return
	}
	v, w := kinds[f.Kind].normal(f, sent)
	switch {
	case w != nil:
		k.wrong("default", "%s", w.inEnglish(nil))
	case v == nil:
		k.wrong("default", "must not be empty")
	default:
		f.Default = v
	}
}

func checkMigration(f *Field, k keywords) {
	if f.Migrate == nil {
		return
	}
	x := k.object("x-migrate")
	if f.Migrate.From == f.Name {
		x.wrong("from", "is the field's own name")
	}
	if f.Kind == Object {
		if len(f.Migrate.Map) > 0 {
			x.wrong("map", "an object's values cannot be mapped")
		}
		return
	}
	hints := x.object("map")
	for _, name := range hints.names() {
		if to, ok := f.Migrate.Map[name]; ok && f.Kind == Enum && !f.hasOption(to) {
			hints.wrong(name, "%q is no constant of the field", to)
		}
	}
}

// scalarText writes a scalar as the text by which x-migrate.map names values.
func scalarText(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case bool:
		if x {
			return "true"
		}
		return "false"
	case int64:
		return number(float64(x))
	case float64:
		return number(x)
	}
	return string(value.AppendCanonical(nil, v))
}
