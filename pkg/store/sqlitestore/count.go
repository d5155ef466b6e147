package sqlitestore

import (
	"context"
	"crypto/sha256"
	"strings"
	"sync"

	"kontor/pkg/query"
	"kontor/pkg/value"
)

// maxCounts bounds the counts that are remembered; beyond it all are dropped.
const maxCounts = 2000

// counts remembers totals as long as the database does not change. SQLite's data_version says so exactly: seen from one connection
// it changes with every commit of any other, and the connection that watches does nothing else.
type counts struct {
	mu      sync.Mutex
	watch   *conn
	version int64
	totals  map[[sha256.Size]byte]int
}

// now gives the version of the database, and drops what was counted in another one.
func (m *counts) now(ctx context.Context) (int64, error) {
	version, err := m.watch.number(ctx, "PRAGMA data_version")
	if err == nil && (version != m.version || m.totals == nil || len(m.totals) >= maxCounts) {
		m.version, m.totals = version, map[[sha256.Size]byte]int{}
	}
	return version, err
}

// known gives a total of the database as it is now, and the version that this is.
func (m *counts) known(ctx context.Context, id [sha256.Size]byte) (total int, ok bool, version int64, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	version, err = m.now(context.WithoutCancel(ctx))
	total, ok = m.totals[id]
	return total, ok && err == nil, version, err
}

// keep remembers a total if the version is what it was before it was counted: then nothing was committed in between.
func (m *counts) keep(ctx context.Context, id [sha256.Size]byte, total int, before int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if version, err := m.now(context.WithoutCancel(ctx)); err == nil && version == before {
		m.totals[id] = total
	}
}

func (m *counts) close() { _ = m.watch.close() }

// Count says how many documents a filter hits.
func (s *Store) Count(ctx context.Context, name string, f query.Filter) (int, error) {
	total := 0
	err := s.readIn(ctx, name, func(c *conn, col *collection) (err error) {
		total, err = s.count(ctx, c, col, f)
		return err
	})
	return total, err
}

func compileCount(col *collection, f query.Filter, popular popular) (compiled, error) {
	c := compiler{col: col, popular: popular}
	where, err := c.where(f)
	return compiled{sql: "SELECT count(*) FROM " + col.table + " AS d WHERE " + where, args: c.args}, err
}

// count answers from memory if it may; what is remembered does not depend on the plan that was chosen.
func (s *Store) count(ctx context.Context, c *conn, col *collection, f query.Filter) (int, error) {
	q, err := compileCount(col, f, nil)
	if err != nil {
		return 0, err
	}
	return s.recount(ctx, q, func() (int64, error) {
		q, err := compileCount(col, f, s.popularity(ctx, c, col, f, nil, false))
		if err != nil {
			return 0, err
		}
		return c.number(ctx, q.sql, q.args...)
	})
}

// remembered gives the one number that a statement gives, from memory if it may.
func (s *Store) remembered(ctx context.Context, c *conn, q compiled) (int, error) {
	return s.recount(ctx, q, func() (int64, error) { return c.number(ctx, q.sql, q.args...) })
}

// recount gives what is remembered under a statement, or else counts and remembers.
func (s *Store) recount(ctx context.Context, q compiled, count func() (int64, error)) (int, error) {
	id := q.digest()
	total, ok, version, err := s.counts.known(ctx, id)
	if err != nil || ok {
		return total, err
	}
	n, err := count()
	if err == nil {
		s.counts.keep(ctx, id, int(n), version)
	}
	return int(n), err
}

// digest tells statements and their parameters apart.
func (q compiled) digest() [sha256.Size]byte {
	var b strings.Builder
	b.WriteString(q.sql)
	for _, a := range q.args {
		if raw, ok := a.([]byte); ok {
			a = "\x00" + string(raw)
		}
		b.WriteByte(0)
		b.Write(value.AppendCanonical(nil, a))
	}
	return sha256.Sum256([]byte(b.String()))
}
