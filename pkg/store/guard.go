package store

import (
	"context"
	"sync"
	"time"

	"kontor/pkg/query"
	"kontor/pkg/rate"
)

// countedFor is how long the number of a collection's documents is taken for estimates.
const countedFor = 10 * time.Second

// Guard is a Store that estimates the reads of requests before it lets them run: those whose context has a
// Meter. All other reads it hands on as they are.
type Guard struct {
	Store

	mu          sync.Mutex
	collections map[string]*guarded
}

type guarded struct {
	Collection
	documents int
	counted   time.Time
	counting  chan struct{} // closed when the count that is running ends; nil if none runs
}

// NewGuard wraps a store.
func NewGuard(st Store) *Guard { return &Guard{Store: st, collections: map[string]*guarded{}} }

// Ensure makes the collection ready and remembers what it declares.
func (g *Guard) Ensure(ctx context.Context, c Collection) error {
	err := g.Store.Ensure(ctx, c)
	if err == nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.collections[c.Name] = &guarded{Collection: c}
	}
	return err
}

// Find runs what the meter in the context admits.
func (g *Guard) Find(ctx context.Context, collection string, q Query) (docs []Document, err error) {
	err = g.metered(ctx, collection, func(c Collection) Estimate { return c.Estimate(q) }, func(ctx context.Context) (loaded int, err error) {
		docs, err = g.Store.Find(ctx, collection, q)
		if q.Parts == nil || len(q.Parts) > 0 {
			loaded = len(docs)
		}
		return loaded, err
	})
	return docs, err
}

// Count runs what the meter in the context admits.
func (g *Guard) Count(ctx context.Context, collection string, f query.Filter) (n int, err error) {
	err = g.metered(ctx, collection, func(c Collection) Estimate { return c.EstimateCount(f) }, func(ctx context.Context) (int, error) {
		n, err = g.Store.Count(ctx, collection, f)
		return 0, err
	})
	return n, err
}

// Scan waits for a slot where a request scans a collection that is not small. No scan is refused by what it
// costs: requests can't choose its conditions.
func (g *Guard) Scan(ctx context.Context, collection string, f query.Filter, parts []string, fn func(Document) error) error {
	if c, known := g.collection(collection); known && rate.MeterOf(ctx) != nil {
		n, err := g.documents(ctx, c)
		if err == nil && n*loadWork > rate.LightWork {
			err = rate.MeterOf(ctx).Hold(ctx)
		}
		if err != nil {
			return err
		}
	}
	return g.Store.Scan(ctx, collection, f, parts, fn)
}

// metered runs a read if the meter admits what it is estimated at, within a bound, and notes what it has used.
func (g *Guard) metered(ctx context.Context, name string, estimate func(Collection) Estimate, run func(context.Context) (loaded int, err error)) error {
	m := rate.MeterOf(ctx)
	c, known := g.collection(name)
	if m == nil || !known {
		_, err := run(ctx)
		return err
	}
	e := estimate(c.Collection)
	n := e.Loads
	if e.Tests+e.Walk > 0 || e.Loads*loadWork > rate.LightWork {
		var err error
		if n, err = g.documents(ctx, c); err != nil {
			return err
		}
	}
	work := e.Work(n)
	if err := m.Admit(ctx, work, e.Heavy(n), e.Field, e.Conditions); err != nil {
		return err
	}
	bound := &Bound{Work: e.Bound(n)}
	loaded, err := run(WithBound(ctx, bound))
	m.Note(work, min(work, bound.Done()+int64(loaded)*loadWork))
	return err
}

func (g *Guard) collection(name string) (*guarded, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c, ok := g.collections[name]
	return c, ok
}

// documents returns how many documents a collection has, or had a moment ago. One request at a time counts;
// meanwhile others take the old number, or wait where there is none.
func (g *Guard) documents(ctx context.Context, c *guarded) (int, error) {
	for {
		g.mu.Lock()
		n, known, running := c.documents, !c.counted.IsZero(), c.counting
		if known && (running != nil || time.Since(c.counted) < countedFor) {
			g.mu.Unlock()
			return n, nil
		}
		if running == nil {
			c.counting = make(chan struct{})
			g.mu.Unlock()
			return g.countDocuments(ctx, c)
		}
		g.mu.Unlock()
		select {
		case <-running:
		case <-ctx.Done():
			return 0, rate.Busy(ctx)
		}
	}
}

// countDocuments counts the documents of a collection and wakes the requests that wait for the number.
func (g *Guard) countDocuments(ctx context.Context, c *guarded) (n int, err error) {
	var counted time.Time
	defer func() { // also where the driver panics
		g.mu.Lock()
		defer g.mu.Unlock()
		if !counted.IsZero() {
			c.documents, c.counted = n, counted
		}
		close(c.counting)
		c.counting = nil
	}()
	n, err = g.Store.Count(ctx, c.Name, query.Filter{})
	if err == nil {
		counted = time.Now()
	}
	return n, err
}
