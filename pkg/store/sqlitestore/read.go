package sqlitestore

import (
	"context"
	"database/sql/driver"
	"strings"

	sqlite3 "modernc.org/sqlite/lib"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// compiled is SQL with its parameters.
type compiled struct {
	sql  string
	args []any
}

// Get loads one document by its key.
func (s *Store) Get(ctx context.Context, name, key string, parts []string) (store.Document, error) {
	cols, err := store.CheckParts(parts)
	if err != nil {
		return store.Document{}, err
	}
	var docs []store.Document
	err = s.readIn(ctx, name, func(c *conn, col *collection) error {
		docs, err = load(ctx, c, compiled{sql: selection(col, cols) + " WHERE d.key=?1", args: []any{key}}, cols)
		return err
	})
	switch {
	case err != nil:
		return store.Document{}, err
	case len(docs) == 0:
		return store.Document{}, fault.New(fault.NotFound, "Not Found")
	}
	return docs[0], nil
}

// Find loads what a query hits.
func (s *Store) Find(ctx context.Context, name string, q store.Query) ([]store.Document, error) {
	cols, err := store.CheckParts(q.Parts)
	if err != nil {
		return nil, err
	}
	var docs []store.Document
	err = s.readIn(ctx, name, func(c *conn, col *collection) error {
		docs, err = s.find(ctx, c, col, q, cols)
		return err
	})
	return docs, err
}

func (s *Store) find(ctx context.Context, c *conn, col *collection, q store.Query, cols []string) ([]store.Document, error) {
	popular := s.popularity(ctx, c, col, q.Filter, q.Sort, true)
	if cached(cols) {
		sql, err := compileFind(col, q, []string{"id"}, popular)
		if err != nil {
			return nil, err
		}
		if docs, err := s.recall(ctx, c, col, sql, cols); err != nil || docs != nil {
			return docs, err
		}
	}
	sql, err := compileFind(col, q, cols, popular)
	if err != nil {
		return nil, err
	}
	return load(ctx, c, sql, cols)
}

// readIn runs fn with a reader and a collection.
func (s *Store) readIn(ctx context.Context, name string, fn func(c *conn, col *collection) error) error {
	return s.read(ctx, func(c *conn) error { return s.with(ctx, c, name, fn) })
}

// with runs fn with a collection, and once more without the side tables that turn out to be gone from the file: another process may
// declare fewer indexes than this one, and then its word counts, until this one ensures the collection again.
func (s *Store) with(ctx context.Context, c *conn, name string, fn func(c *conn, col *collection) error) error {
	col, err := s.collection(name)
	if err != nil {
		return err
	}
	err = fn(c, col)
	if code(err) != sqlite3.SQLITE_ERROR || len(col.side) == 0 {
		return err
	}
	now, failed := present(ctx, c, col)
	if failed != nil || len(now.side) == len(col.side) {
		return err
	}
	s.swap(col, now)
	return fn(c, now)
}

func (s *Store) swap(from, to *collection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.collections[from.decl.Name] == from {
		s.collections[from.decl.Name] = to
	}
}

func selection(col *collection, cols []string) string {
	return "SELECT d.key,d.rev" + strings.Join(append([]string{""}, cols...), ",d.") + " FROM " + col.table + " AS d"
}

func compileFind(col *collection, q store.Query, cols []string, popular popular) (compiled, error) {
	if err := store.CheckWindow(q.Offset, q.Limit); err != nil {
		return compiled{}, err
	}
	c := compiler{col: col, popular: popular, windowed: q.Limit > 0}
	where, err := c.where(q.Filter)
	if err != nil {
		return compiled{}, err
	}
	order, err := ordering(q.Sort)
	if err != nil {
		return compiled{}, err
	}
	sql := selection(col, cols) + " WHERE " + where + " ORDER BY " + order
	return compiled{sql: sql + c.window(q), args: c.args}, nil
}

// window writes the limit and a common offset as numbers: a plan depends on them, so SQLite would prepare a statement anew for each
// value that is bound. Other offsets are bound all the same, since every one would be a statement to remember.
func (c *compiler) window(q store.Query) string {
	switch limit := itoa(q.Limit); {
	case q.Limit == 0 && q.Offset == 0:
		return ""
	case q.Limit == 0:
		return " LIMIT -1 OFFSET " + c.bind(int64(q.Offset))
	case q.Offset == 0:
		return " LIMIT " + limit
	default:
		return " LIMIT " + limit + " OFFSET " + c.bind(int64(q.Offset))
	}
}

// ordering writes the sort keys. SQLite sorts NULL first ascending and last descending, as the port wants absent values.
func ordering(sort []query.Order) (string, error) {
	var terms []string
	desc := ""
	for _, o := range sort {
		if desc = ""; o.Desc {
			desc = " DESC"
		}
		if o.Path == store.KeyPath {
			return strings.Join(append(terms, "d.key"+desc), ", "), nil
		}
		p, err := documentPlace(o.Path)
		if err != nil {
			return "", err
		}
		terms = append(terms, p.scalar()+desc)
	}
	return strings.Join(append(terms, "d.key"+desc), ", "), nil
}

// load runs a selection of key, revision and parts.
func load(ctx context.Context, c *conn, q compiled, cols []string) ([]store.Document, error) {
	var docs []store.Document
	err := c.query(ctx, q.sql, q.args, func(row []driver.Value) error {
		d, err := document(row, cols)
		docs = append(docs, d)
		return err
	})
	if err != nil {
		return nil, err
	}
	return docs, nil
}

func document(row []driver.Value, cols []string) (store.Document, error) {
	var d store.Document
	d.Key, _ = row[0].(string)
	d.Rev, _ = row[1].(int64)
	for i, part := range cols {
		text, ok := row[2+i].(string)
		if !ok {
			continue
		}
		o, err := decodeObject(text)
		if err != nil {
			return d, fault.Wrap(fault.Internal, err, "A stored document cannot be read")
		}
		if d.Parts == nil {
			d.Parts = make(map[string]value.Object, len(cols))
		}
		d.Parts[part] = o
	}
	return d, nil
}
