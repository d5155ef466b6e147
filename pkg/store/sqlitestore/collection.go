package sqlitestore

import (
	"slices"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// object is one index, side table or trigger of a collection: SQLite's name for it and the text that makes it.
type object struct {
	kind string // index, table, trigger
	name string
	sql  string
	fill string // a side table: what fills it from the documents that are there
}

// collection is a declared collection and what the driver derives from it. It is not changed after it was made.
type collection struct {
	decl    store.Collection
	table   string            // quoted
	many    map[string]bool   // paths that hold lists
	scalars map[string]bool   // paths of indexes that hold no lists: compared by their expression alone, so that the index serves
	side    map[string]string // list path to the quoted side table of its elements
	objects []object
}

func newCollection(c store.Collection) (*collection, error) {
	if err := store.CheckName(c.Name); err != nil {
		return nil, err
	}
	out := &collection{
		decl: c, table: quote("doc." + c.Name),
		many: map[string]bool{}, scalars: map[string]bool{}, side: map[string]string{},
	}
	for _, path := range c.Many {
		if _, err := documentPlace(path); err != nil {
			return nil, err
		}
		out.many[path] = true
	}
	for _, paths := range c.Indexes {
		if err := out.index(paths); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *collection) index(paths []string) error {
	if len(paths) == 0 {
		return fault.New(fault.Invalid, "An index of the collection %q names no path", c.decl.Name)
	}
	if len(paths) == 1 && c.many[paths[0]] {
		return c.sideTable(paths[0])
	}
	var terms []string
	for _, path := range paths {
		if path == store.KeyPath {
			break // nothing behind the key narrows anything
		}
		p, err := documentPlace(path)
		if err != nil {
			return err
		}
		if !c.many[path] {
			c.scalars[path] = true
		}
		terms = append(terms, p.scalar())
	}
	if len(terms) == 0 {
		return nil // the key has its index
	}
	name := "index." + c.decl.Name + "." + digest(string(value.Append(nil, paths)))
	c.add(object{kind: "index", name: name, sql: "CREATE INDEX " + quote(name) + " ON " + c.table + "(" + strings.Join(append(terms, "key"), ", ") + ")"})
	return nil
}

// sideTable declares the table of a list's elements and the triggers that keep it.
func (c *collection) sideTable(path string) error {
	p, err := documentPlace(path)
	if err != nil {
		return err
	}
	name := "many." + c.decl.Name + "." + digest(path)
	side := quote(name)
	c.side[path] = side
	rows := func(doc string) string {
		of := place{json: doc + "." + p.json, path: p.path}
		return " FROM " + of.elements("e") + " WHERE " + of.kind() + "<>'object' AND e.type NOT IN ('array','object')"
	}
	insert := "INSERT INTO " + side + "(value,id) SELECT DISTINCT " + element("e") + ",new.id" + rows("new") + "; "
	remove := "DELETE FROM " + side + " WHERE id=old.id AND value IN (SELECT " + element("e") + rows("old") + "); "
	changed := "old." + p.json + " -> " + p.path + " IS NOT new." + p.json + " -> " + p.path
	c.add(object{kind: "table", name: name,
		sql: "CREATE TABLE " + side + "(value, id INTEGER, PRIMARY KEY(value, id)) WITHOUT ROWID",
		fill: "INSERT INTO " + side + "(value,id) SELECT DISTINCT " + element("e") + ",d.id FROM " + c.table + " AS d, " +
			strings.TrimPrefix(rows("d"), " FROM "),
	})
	trigger := func(event, when, body string) {
		n := name + "." + strings.ToLower(event[:6])
		c.add(object{kind: "trigger", name: n, sql: "CREATE TRIGGER " + quote(n) + " AFTER " + event + " ON " + c.table +
			" WHEN " + when + " BEGIN " + body + "END"})
	}
	trigger("INSERT", "new."+p.json+" IS NOT NULL", insert)
	trigger("UPDATE OF "+p.json, changed, remove+insert)
	trigger("DELETE", "old."+p.json+" IS NOT NULL", remove)
	return nil
}

func (c *collection) add(o object) {
	if !slices.ContainsFunc(c.objects, func(have object) bool { return have.name == o.name }) {
		c.objects = append(c.objects, o)
	}
}

// without is the collection as a file is that lacks some side tables, because another process dropped them.
func (c *collection) without(missing func(table string) bool) *collection {
	out := *c
	out.side = map[string]string{}
	for path, table := range c.side {
		if !missing(table) {
			out.side[path] = table
		}
	}
	return &out
}
