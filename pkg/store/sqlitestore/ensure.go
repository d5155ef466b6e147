package sqlitestore

import (
	"context"
	"database/sql/driver"
	"strconv"
	"strings"

	"kontor/pkg/store"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Ensure makes the table of a collection, its indexes, side tables and triggers, and drops those that c does not name. It writes
// only where something is to be done; what it does is one transaction, during which other processes wait.
func (s *Store) Ensure(ctx context.Context, c store.Collection) error {
	col, err := newCollection(c)
	if err != nil {
		return err
	}
	ready := false
	err = s.read(ctx, func(conn *conn) error {
		drop, build, err := difference(ctx, conn, col)
		ready = len(drop)+len(build) == 0
		return err
	})
	if err == nil && !ready {
		err = s.submit(ctx, &request{alone: true, run: func(ctx context.Context, conn *conn) error {
			return ensure(ctx, conn, col)
		}})
	}
	if err == nil {
		s.keep(col)
	}
	return err
}

func ensure(ctx context.Context, c *conn, col *collection) error {
	drop, build, err := difference(ctx, c, col)
	if err != nil {
		return err
	}
	for _, sql := range drop {
		if _, err := c.exec(ctx, sql); err != nil {
			return err
		}
	}
	for _, o := range build {
		if _, err := c.exec(ctx, o.sql); err != nil {
			return err
		}
		if o.fill == "" {
			continue
		}
		if _, err := c.exec(ctx, o.fill); err != nil {
			return err
		}
	}
	return nil
}

// difference compares what the file has of a collection with what it should have, by name and by text.
func difference(ctx context.Context, c *conn, col *collection) (drop []string, build []object, err error) {
	name := col.decl.Name
	want := map[string]object{}
	for _, o := range col.objects {
		want[o.name] = o
	}
	have := map[string]bool{}
	sql := "SELECT type, name, sql FROM sqlite_schema WHERE name=?1 OR substr(name,1,length(?2))=?2 OR substr(name,1,length(?3))=?3"
	args := []any{"doc." + name, "index." + name + ".", "many." + name + "."}
	err = c.query(ctx, sql, args, func(row []driver.Value) error {
		kind, _ := row[0].(string)
		have[row[1].(string)] = true
		text, _ := row[2].(string)
		o, ok := want[row[1].(string)]
		if row[1] == "doc."+name || ok && o.sql == text {
			return nil
		}
		delete(have, row[1].(string))
		if kind == "trigger" { // a trigger goes before the table it fills
			drop = append([]string{dropping(kind, row[1].(string))}, drop...)
		} else {
			drop = append(drop, dropping(kind, row[1].(string)))
		}
		return nil
	})
	if !have["doc."+name] {
		build = append(build, object{sql: tableText(col)})
	}
	for _, o := range col.objects {
		if !have[o.name] {
			build = append(build, o)
		}
	}
	return drop, build, err
}

func dropping(kind, name string) string { return "DROP " + strings.ToUpper(kind) + " " + quote(name) }

// tableText makes the table. AUTOINCREMENT keeps an id from being given twice, which Scan relies on.
func tableText(col *collection) string {
	return "CREATE TABLE " + col.table + "(id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, rev INTEGER NOT NULL, " +
		strings.Join(store.Parts(), " TEXT, ") + " TEXT)"
}

// present gives a collection without the side tables that another process has dropped meanwhile.
func present(ctx context.Context, c *conn, col *collection) (*collection, error) {
	have := map[string]bool{}
	err := c.query(ctx, "SELECT name FROM sqlite_schema WHERE type='table'", nil, func(row []driver.Value) error {
		have[quote(row[0].(string))] = true
		return nil
	})
	return col.without(func(table string) bool { return !have[table] }), err
}
