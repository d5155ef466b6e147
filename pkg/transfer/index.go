package transfer

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// entry is one that a relation can point to.
type entry struct {
	documentID string
	id         int64
	label      string // for people: its name, and its slug or key
	kind       string // constant of the field kind
	job        *job   // that creates it, if it is of this file; documentID is empty then
}

// index finds the entries of one type by their names.
type index struct {
	typ   *schema.Type
	words []kindWord

	byDocument map[string]*entry
	byID       map[int64]*entry
	slug       map[string][]*entry // as it is written; several where locales have the same
	own        map[string][]*entry // by unique fields and display field, folded
	also       map[string][]*entry // by aliases and synonyms
}

// aliasFields are lists of further names.
var aliasFields = []string{"aliases", "synonyms"}

func newIndex(t *schema.Type) *index {
	return &index{
		typ: t, words: kindWords(t),
		byDocument: map[string]*entry{}, byID: map[int64]*entry{}, slug: map[string][]*entry{}, own: map[string][]*entry{}, also: map[string][]*entry{},
	}
}

// loadIndex reads the names of every entry of a type: in its default locale, and in another one besides.
func loadIndex(ctx context.Context, svc *content.Service, c auth.Caller, t *schema.Type, locale string) (*index, error) {
	x := newIndex(t)
	locales := []string{t.DefaultLocale()}
	if !t.Localized() {
		locales = []string{""}
	} else if locale != locales[0] && slices.Contains(t.Locales, locale) {
		locales = append(locales, locale)
	}
	for _, l := range locales {
		err := svc.Each(ctx, c, t, query.Query{Draft: true, Locale: l, Fields: x.fields(svc.Readable(c, t, t.Drafts))}, func(e *content.Entry) error {
			known := x.byDocument[e.DocumentID]
			if known == nil {
				known = &entry{documentID: e.DocumentID, id: e.ID}
				x.byDocument[e.DocumentID], x.byID[e.ID] = known, known
			}
			x.add(known, func(name string) any { v, _ := e.Attributes.Get(name); return v })
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return x, nil
}

// fields are those that name an entry, as far as the caller may read them.
func (x *index) fields(readable func(*schema.Field) bool) []string {
	out := []string{}
	for _, f := range x.typ.Fields {
		if readable(f) && (x.names(f) || isAlias(f) || isKind(f)) {
			out = append(out, f.Name)
		}
	}
	return out
}

func (x *index) names(f *schema.Field) bool {
	return !f.Populated() && !f.Many && (f.Name == x.typ.Display || f.Kind == schema.Slug || f.Unique)
}

func isAlias(f *schema.Field) bool {
	return slices.Contains(aliasFields, f.Name) && f.Many && f.Kind == schema.String
}

// add makes an entry known by the names in its fields; those that it has already stay.
func (x *index) add(e *entry, get func(name string) any) {
	var detail string
	for _, f := range x.typ.Fields {
		v := get(f.Name)
		if v == nil {
			continue
		}
		switch {
		case isKind(f):
			e.kind, _ = v.(string)
		case isAlias(f):
			list, _ := v.(value.List)
			for _, a := range list {
				put(x.also, nameOf(a), e)
			}
		case x.names(f):
			if s, ok := v.(string); ok && f.Kind == schema.Slug {
				put(x.slug, strings.TrimSpace(s), e)
			} else {
				put(x.own, nameOf(v), e)
			}
			if f.Name == x.typ.Display {
				e.label, _ = v.(string)
			} else if s, ok := v.(string); ok && detail == "" {
				detail = s
			}
		}
	}
	if detail != "" && !strings.HasSuffix(e.label, ")") {
		e.label = strings.TrimSpace(e.label + " (" + detail + ")")
	}
}

func put(names map[string][]*entry, name string, e *entry) {
	if name != "" && !slices.Contains(names[name], e) {
		names[name] = append(names[name], e)
	}
}

// nameOf is a value as it is compared.
func nameOf(v any) string {
	switch x := v.(type) {
	case string:
		return foldName(x)
	case int64:
		return strconv.FormatInt(x, 10)
	}
	return ""
}

// find gives the entries that a name means. Not exactly one is no answer: then near are those that come close.
func (x *index) find(name any) (found, near []*entry) {
	if id, ok := name.(int64); ok {
		if e := x.byID[id]; e != nil {
			return []*entry{e}, nil
		}
		return nil, nil
	}
	text, _ := name.(string)
	if e := x.byDocument[strings.TrimSpace(text)]; e != nil {
		return []*entry{e}, nil
	}
	folded := foldName(text)
	found = x.named(folded)
	switch slugs := x.slug[strings.TrimSpace(text)]; {
	case len(slugs) == 1 && (len(found) == 0 || slices.Contains(found, slugs[0])):
		return slugs, nil
	case len(slugs) > 0:
		return union(slugs, found), nil // the slug of one is the name of another
	case len(found) > 0:
		return found, nil
	}
	return x.byKind(folded)
}

func union(a, b []*entry) []*entry {
	out := slices.Clone(a)
	for _, e := range b {
		if !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out
}

// named gives the entries of a name; other names count only where it is nobody's own.
func (x *index) named(folded string) []*entry {
	if own := x.own[folded]; len(own) > 0 {
		return own
	}
	return x.also[folded]
}

// ref gives the shortest name by which an entry is found again: slug, unique field, display field, else the documentId. In a list
// within a cell it must not hold what separates.
func (x *index) ref(documentID string, get func(name string) any) string {
	for _, want := range []func(*schema.Field) bool{
		func(f *schema.Field) bool { return f.Kind == schema.Slug },
		func(f *schema.Field) bool { return f.Unique && f.Kind != schema.Slug },
		func(f *schema.Field) bool { return f.Name == x.typ.Display },
	} {
		for _, f := range x.typ.Fields {
			name, _ := get(f.Name).(string)
			if name == "" || !want(f) || !x.names(f) || strings.ContainsAny(name, ";\n\r") || strings.HasPrefix(name, "[") || dangerous(name) {
				continue
			}
			if found, _ := x.find(name); len(found) == 1 && found[0].documentID == documentID {
				return name
			}
		}
	}
	return documentID
}

func decimal(i int) string { return strconv.Itoa(i) }
