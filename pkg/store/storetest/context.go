package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// call is one method of the port, as a function of a context.
type call struct {
	name string
	run  func(ctx context.Context) error
}

// calls lists every method that takes a context and answers with an error, so that a clause can be asked of all.
func (f *fixture) calls(collection string) []call {
	all := query.Filter{}
	return []call{
		{"Ensure", func(ctx context.Context) error { return f.Ensure(ctx, store.Collection{Name: collection}) }},
		{"Get", func(ctx context.Context) error { _, err := f.Get(ctx, collection, "a", nil); return err }},
		{"Find", func(ctx context.Context) error { _, err := f.Find(ctx, collection, store.Query{}); return err }},
		{"Count", func(ctx context.Context) error { _, err := f.Count(ctx, collection, all); return err }},
		{"Scan", func(ctx context.Context) error {
			return f.Scan(ctx, collection, all, nil, func(store.Document) error { return nil })
		}},
		{"Apply", func(ctx context.Context) error {
			return f.Apply(ctx, []store.Op{{Kind: store.Keep, Collection: collection, Key: "not written"}})
		}},
		{"Touch", func(ctx context.Context) error {
			_, err := f.Touch(ctx, collection, all, value.Object{"touched": true}, nil)
			return err
		}},
		{"Ping", func(ctx context.Context) error { return f.Ping(ctx) }},
	}
}

// testContext: a call whose context has ended does nothing and says why.
func testContext(t *testing.T, h Harness) {
	f := h.open(t, store.Collection{})
	f.put(published("a", value.Object{"v": "x"}))
	cancelled, cancel := context.WithCancel(f.ctx)
	cancel()
	expired, stop := context.WithDeadline(f.ctx, time.Now().Add(-time.Second))
	defer stop()
	for _, c := range f.calls(col) {
		t.Run(c.name, func(t *testing.T) {
			for ctx, want := range map[context.Context]error{cancelled: context.Canceled, expired: context.DeadlineExceeded} {
				err := c.run(ctx)
				if !errors.Is(err, want) {
					t.Errorf("%s with a context that has ended: %v, want the context's own error wrapped", c.name, err)
				}
				if !errors.As(err, new(*fault.Error)) {
					t.Errorf("%s: the error is no fault: %v", c.name, err)
				}
			}
			if err := c.run(f.ctx); err != nil && c.name != "Apply" && c.name != "Touch" {
				t.Errorf("%s after a call that was cancelled: %v", c.name, err)
			}
		})
	}
	t.Run("nothing was written", func(t *testing.T) {
		g := h.open(t, store.Collection{})
		g.put(published("a", nil))
		for _, c := range g.calls(col) {
			_ = c.run(cancelled)
			_ = c.run(expired)
		}
		g.same("an Apply whose context has ended", g.hits(query.Filter{}), []string{"a"})
		if d := g.get("a"); d.Part(store.Meta) != nil {
			t.Errorf("a Touch whose context has ended wrote %v", d.Part(store.Meta))
		}
	})
	t.Run("a context that ends while calls run", func(t *testing.T) { testEnding(t, f) })
}

// testEnding ends contexts at random moments of many calls: each either did its work whole or says that the context has ended, and
// the store goes on working for others.
func testEnding(t *testing.T, f *fixture) {
	atOnce(20, func(i int) {
		for n := range 10 {
			ctx, cancel := context.WithTimeout(f.ctx, time.Duration(n*(i+1))*50*time.Microsecond)
			key := numbered("ending", i*10+n)
			err := f.Apply(ctx, []store.Op{insert(key+"a", nil), insert(key+"b", nil)})
			if err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Apply with a short deadline: %v", err)
			}
			if _, failed := f.Find(ctx, col, store.Query{}); failed != nil && !errors.Is(failed, context.DeadlineExceeded) {
				t.Errorf("Find with a short deadline: %v", failed)
			}
			cancel()
			_, first := f.Get(f.ctx, col, key+"a", nil)
			if err == nil && first != nil {
				t.Errorf("an acknowledged write is not there: %v", first)
			}
		}
	})
	ends := f.count(query.AllOf(query.Where(store.KeyPath, query.StartsWith, "ending"), query.Where(store.KeyPath, query.EndsWith, "b")))
	starts := f.count(query.AllOf(query.Where(store.KeyPath, query.StartsWith, "ending"), query.Where(store.KeyPath, query.EndsWith, "a")))
	if ends > starts {
		t.Errorf("%d second ops happened and %d first ones: a gap", ends, starts)
	}
	f.must(f.Ping(f.ctx))
}
