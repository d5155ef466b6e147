package schema

import (
	"strings"

	"kontor/pkg/value"
)

// Ref is a reference from an entry to another.
type Ref struct {
	Field      string // dotted, without positions in lists: "mainNavigation.page"
	To         string // type ID
	DocumentID string
	Restrict   bool // the target may not be deleted meanwhile
	Link       bool // a link in rich text
}

// Refs gives every reference in values once, those within objects and the links in rich text included.
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
	case string:
		switch f.Kind {
		case Relation:
			c.add(Ref{Field: path, To: f.Relation.To, DocumentID: x, Restrict: f.Relation.Restrict})
		case RichText:
			for _, link := range entryLinks(x) {
				to, id, _ := strings.Cut(link, "/")
				c.add(Ref{Field: path, To: to, DocumentID: id, Link: true})
			}
		}
	}
}
