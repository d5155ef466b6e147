package sqlitestore

import (
	"context"
	"database/sql/driver"
	"slices"
	"strings"
	"sync"

	"kontor/pkg/store"
	"kontor/pkg/value"
)

// maxCached bounds the JSON text, in bytes, whose decoded form is remembered.
const maxCached = 24 << 20

// cache remembers decoded parts, so that a list that is asked for again reads neither their text nor decodes it. It is exact: a
// row's id is never given twice and its revision moves with every change of a part other than Meta, which is why Meta is not in it.
// It holds two generations; when the young one is half of the bound, the old one is forgotten.
type cache struct {
	mu         sync.Mutex
	young, old map[cacheKey]remembered
	size       int // of the young one
}

type cacheKey struct {
	table   string
	part    string
	id, rev int64
}

// remembered is a part, nil if the document has none, and what it counts.
type remembered struct {
	part value.Object
	size int
}

// get gives a part; ok also if the document is known not to have it.
func (m *cache) get(k cacheKey) (part value.Object, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.young[k]
	if !ok {
		if r, ok = m.old[k]; ok {
			m.put(k, r)
		}
	}
	return r.part, ok
}

// add remembers a part that was decoded from a text of so many bytes.
func (m *cache) add(k cacheKey, part value.Object, size int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(k, remembered{part, size + 100})
}

func (m *cache) put(k cacheKey, r remembered) {
	if m.young == nil || m.size > maxCached/2 {
		m.young, m.old, m.size = map[cacheKey]remembered{}, m.young, 0
	}
	m.young[k] = r
	m.size += r.size
}

// cached tells whether a query may be answered with remembered parts.
func cached(cols []string) bool { return len(cols) > 0 && !slices.Contains(cols, store.Meta) }

// recall runs a query for keys and revisions, takes the parts that are remembered, and reads only the others.
func (s *Store) recall(ctx context.Context, c *conn, col *collection, q compiled, cols []string) ([]store.Document, error) {
	docs := []store.Document{}
	missing := map[int64]int{} // by row id: the place in docs
	err := c.query(ctx, q.sql, q.args, func(row []driver.Value) error {
		d := store.Document{Parts: make(map[string]value.Object, len(cols))}
		d.Key, _ = row[0].(string)
		d.Rev, _ = row[1].(int64)
		id, _ := row[2].(int64)
		for _, name := range cols {
			part, ok := s.cache.get(cacheKey{col.table, name, id, d.Rev})
			if !ok {
				missing[id] = len(docs)
			}
			if part != nil {
				d.Parts[name] = part
			}
		}
		docs = append(docs, d)
		return nil
	})
	if err != nil || len(missing) == 0 {
		return docs, err
	}
	return s.complete(ctx, c, col, docs, missing, cols)
}

// complete reads the parts of the documents that are not remembered. If a row was changed or deleted since the
// query, it is not what the query has hit: then the list is nil, and the caller reads everything at once.
func (s *Store) complete(ctx context.Context, c *conn, col *collection, docs []store.Document, missing map[int64]int, cols []string) ([]store.Document, error) {
	list := make(value.List, 0, len(missing))
	for id := range missing {
		list = append(list, id)
	}
	sql := "SELECT d.id,d.rev" + strings.Join(append([]string{""}, cols...), ",d.") + " FROM " + col.table +
		" AS d WHERE d.id IN (SELECT atom FROM json_each(?1))"
	found := 0
	err := c.query(ctx, sql, []any{string(value.AppendCanonical(nil, list))}, func(row []driver.Value) error {
		id, _ := row[0].(int64)
		rev, _ := row[1].(int64)
		at, ok := missing[id]
		if !ok || docs[at].Rev != rev {
			return nil
		}
		found++
		d, err := document(append([]driver.Value{docs[at].Key, rev}, row[2:]...), cols)
		if err != nil {
			return err
		}
		if d.Parts == nil {
			d.Parts = map[string]value.Object{}
		}
		for i, name := range cols {
			text, _ := row[2+i].(string)
			s.cache.add(cacheKey{col.table, name, id, rev}, d.Parts[name], len(text))
		}
		docs[at] = d
		return nil
	})
	if err != nil || found < len(missing) {
		return nil, err
	}
	return docs, nil
}
