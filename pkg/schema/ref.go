package schema

import (
	"strconv"
	"strings"

	"kontor/pkg/value"
)

// Ref is a reference from an entry to another, or to a file.
type Ref struct {
	Field      string // dotted, without positions in lists: "mainNavigation.page"
	To         string // type ID; "" for a file
	DocumentID string // of a file: what FileRef or FileKeyRef gives
	Restrict   bool   // the target may not be deleted meanwhile
	Link       bool   // a link in rich text
}

// FileRef is how a file is referred to by the id that an asset field holds. It is no documentId, so that both can stand in one index.
func FileRef(id int64) string { return "file/" + strconv.FormatInt(id, 10) }

// FileKeyRef is how a file is referred to by the key in its URL, which is what rich text holds.
func FileKeyRef(key string) string { return "file/" + key }

// Refs gives every reference in values once, those within objects and the links in rich text included: to entries, and to files
// that the text links to or shows.
func (t *Type) Refs(values value.Object) []Ref {
	c := refs{seen: map[Ref]bool{}}
	c.fields("", t.Fields, values)
	return c.list
}

type refs struct {
	list []Ref
	seen map[Ref]bool
}

func (c *refs) add(r Ref) {
	if !c.seen[r] {
		c.seen[r] = true
		c.list = append(c.list, r)
	}
}

func (c *refs) fields(prefix string, fields []*Field, values value.Object) {
	for _, f := range fields {
		c.value(prefix+f.Name, f, values[f.Name])
	}
}

func (c *refs) value(path string, f *Field, v any) {
	switch x := v.(type) {
	case value.List:
		for _, e := range x {
			c.value(path, f, e)
		}
	case value.Object:
		if f.Kind == Object {
			c.fields(path+".", f.Fields, x)
		}
	case int64:
		if f.Kind == Asset {
			c.add(Ref{Field: path, DocumentID: FileRef(x)})
		}
	case string:
		switch f.Kind {
		case Relation:
			c.add(Ref{Field: path, To: f.Relation.To, DocumentID: x, Restrict: f.Relation.Restrict})
		case RichText:
			for _, link := range entryLinks(x) {
				to, id, _ := strings.Cut(link, "/")
				c.add(Ref{Field: path, To: to, DocumentID: id, Link: true})
			}
			for _, key := range fileLinks(x) {
				c.add(Ref{Field: path, DocumentID: FileKeyRef(key), Link: true})
			}
		}
	}
}
