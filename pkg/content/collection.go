package content

import (
	"kontor/pkg/schema"
	"kontor/pkg/store"
)

// Kontor's own collections.
const (
	claims   = "_claims"   // type/locale/field/value, held by a documentId
	counters = "_counters" // by type: the next free numeric id
	settings = "_settings" // the active set of types
	spreads  = "_spreads"  // type/documentId/write: a write that has begun to copy shared fields to other locales
	notes    = "_notes"    // type/documentId/locale: an entry that was purged and that search may still have
)

func historyOf(t *schema.Type) string { return t.ID + "~" }

// collectionOf derives what the store must know of a type: the lists and the indexes. Public lists are served by indexes that start
// with the locale inside the published part: an entry has that only if it is published.
func collectionOf(t *schema.Type) store.Collection {
	c := store.Collection{Name: t.ID, Many: []string{"meta.refs", "meta.publicRefs"}}
	c.Indexes = [][]string{
		{"meta.refs"}, {"meta." + pendingFact},
		{"draft.locale", "draft.id"}, {"draft.locale", "draft.updatedAt"},
		{"published.locale", "published.id"}, {"published.locale", "published.publishedAt"}, {"published.locale", "published.createdAt"},
	}
	seen := map[string]bool{}
	add := func(paths ...string) {
		name := ""
		for _, p := range paths {
			name += p + "\x00"
		}
		if !seen[name] {
			seen[name] = true
			c.Indexes = append(c.Indexes, paths)
		}
	}
	for _, f := range t.Fields {
		c.Many = append(c.Many, lists(f, f.Name)...)
		switch {
		case !indexed(f):
		case f.Many:
			add("published." + f.Name)
		default:
			add("published.locale", sortPath(store.Published, f))
		}
		if f.Name == t.Display && f.Sortable() {
			add("draft.locale", sortPath(store.Draft, f))
		}
	}
	for _, names := range t.Indexes {
		paths := []string{"published.locale"}
		for _, n := range names {
			if f, ok := t.Field(n); ok {
				paths = append(paths, sortPath(store.Published, f))
			}
		}
		add(paths...)
	}
	return c
}

// indexed tells whether a field has an index of its own in what is published. Every other relation is found through the index of
// all references, meta.refs, so that a type with many relations is not slow to write.
func indexed(f *schema.Field) bool {
	return f.Search.Facet || f.Search.Sort || f.Unique || f.Kind == schema.Slug
}

// lists gives the paths under which a field, or one within it, holds a list. What lies in the items of a list has no path.
func lists(f *schema.Field, name string) (paths []string) {
	switch {
	case f.Many:
		for _, part := range []string{store.Published, store.Draft} {
			paths = append(paths, part+"."+name)
			if f.Textual() {
				paths = append(paths, twinOf(part)+".fold."+name)
			}
		}
	case f.Kind == schema.Object:
		for _, inner := range f.Fields {
			paths = append(paths, lists(inner, name+"."+inner.Name)...)
		}
	}
	return paths
}

func twinOf(part string) string {
	if part == store.Published {
		return store.PublishedTwin
	}
	return store.DraftTwin
}

// sortPath is where the value by which a field is ordered lies in a document.
func sortPath(part string, f *schema.Field) string {
	switch f.Kind {
	case schema.String:
		if f.Sortable() {
			return twinOf(part) + ".sort." + f.Name
		}
	case schema.LocalTime:
		return part + "." + f.Name + ".utc"
	}
	return part + "." + f.Name
}
