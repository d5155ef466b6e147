package store_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/rate"
	"kontor/pkg/store"
)

// counting is a store of 5,000 documents that notes what it is asked.
type counting struct {
	store.Store
	finds, counts int
	bound         *store.Bound
}

func (c *counting) Ensure(context.Context, store.Collection) error { return nil }

func (c *counting) Find(ctx context.Context, _ string, _ store.Query) ([]store.Document, error) {
	c.finds++
	if c.bound = store.BoundOf(ctx); c.bound != nil {
		c.bound.Note(700)
	}
	return make([]store.Document, 10), nil
}

func (c *counting) Count(ctx context.Context, _ string, _ query.Filter) (int, error) {
	c.counts++
	c.bound = store.BoundOf(ctx)
	return 5000, nil
}

func (c *counting) Scan(context.Context, string, query.Filter, []string, func(store.Document) error) error {
	c.finds++
	return nil
}

// TestGuardOfScans: a request that reads a whole collection has a slot.
func TestGuardOfScans(t *testing.T) {
	in := &counting{}
	g := store.NewGuard(in)
	if err := g.Ensure(t.Context(), estimated()); err != nil {
		t.Fatal(err)
	}
	slots := rate.NewSlots(1)
	m := rate.NewMeter(rate.MeterOptions{Most: 1, Slots: slots})
	scan := func(ctx context.Context) error {
		return g.Scan(ctx, "projects", query.Filter{}, nil, func(store.Document) error { return nil })
	}
	release, _ := slots.TakeWithin(t.Context(), time.Second)
	if err := scan(rate.WithMeter(t.Context(), m)); !fault.Is(err, fault.Unavailable) || in.finds != 0 {
		t.Errorf("a scan without a slot: %v", err)
	}
	if err := scan(t.Context()); err != nil || in.finds != 1 {
		t.Errorf("a scan that nobody asked for: %v", err)
	}
	release()
	if err := scan(rate.WithMeter(t.Context(), m)); err != nil || in.finds != 2 {
		t.Errorf("a scan with a slot: %v", err)
	}
	m.Close()
}

func TestGuard(t *testing.T) {
	in := &counting{}
	g := store.NewGuard(in)
	if err := g.Ensure(t.Context(), estimated()); err != nil {
		t.Fatal(err)
	}
	scan := query.Where("published.none", query.Eq, "x")
	dear := store.Query{Filter: query.AllOf(scan, query.Where("published.other", query.Eq, "x")), Limit: 10}
	var charged int64
	metered := func() (context.Context, *rate.Meter) {
		m := rate.NewMeter(rate.MeterOptions{Most: 8500, Charge: func(work int64, _ bool) error { charged += work; return nil }})
		return rate.WithMeter(t.Context(), m), m
	}

	if _, err := g.Find(t.Context(), "projects", dear); err != nil || in.bound != nil || in.counts != 0 {
		t.Errorf("without a meter: %v, bound %v, %d counts", err, in.bound, in.counts)
	}
	ctx, _ := metered()
	if _, err := g.Find(ctx, "projects", dear); !fault.Is(err, fault.TooDear) || in.finds != 1 || charged != 0 {
		t.Errorf("10,000 tests of 8,500: %v, run %d times, charged %d", err, in.finds-1, charged)
	}
	if _, err := g.Find(rate.Unmetered(ctx), "projects", dear); err != nil || in.finds != 2 || in.bound != nil {
		t.Errorf("what no caller chooses: %v", err)
	}

	ctx, m := metered()
	e := estimated().Estimate(store.Query{Filter: scan, Limit: 10})
	docs, err := g.Find(ctx, "projects", store.Query{Filter: scan, Limit: 10})
	if err != nil || len(docs) != 10 || in.bound == nil || in.bound.Work != e.Bound(5000) || charged != e.Work(5000)-rate.LightWork {
		t.Errorf("5,000 tests of 8,500: %v, %d documents, bound %+v, charged %d", err, len(docs), in.bound, charged)
	}
	if _, err := g.Find(ctx, "projects", store.Query{Filter: scan, Limit: 1200}); err != nil {
		t.Errorf("720 units of work that were measured and 7,500 more of 8,500: %v", err)
	}
	if _, err := g.Find(ctx, "projects", store.Query{Filter: scan, Limit: 1200}); !fault.Is(err, fault.TooDear) {
		t.Errorf("1,440 units of work that were measured and 7,500 more of 8,500: %v", err)
	}
	if in.counts != 1 {
		t.Errorf("the documents were counted %d times", in.counts)
	}
	if left := m.Close(); left != 940 || charged != 940 { // twice 700 that were noted and 10 documents at 2, without light work
		t.Errorf("%d is charged in the end (%d)", left, charged)
	}
}

// slowCount is a store whose counts wait until they are let go.
type slowCount struct {
	counting
	begun  atomic.Int64
	letGo  chan struct{}
	failed atomic.Bool
}

func (c *slowCount) Count(context.Context, string, query.Filter) (int, error) {
	c.begun.Add(1)
	<-c.letGo
	if c.failed.Load() {
		return 0, fault.New(fault.Unavailable, "no connection")
	}
	return 5000, nil
}

func (c *slowCount) Scan(context.Context, string, query.Filter, []string, func(store.Document) error) error {
	return nil
}

// TestGuardCountsOnce: requests that need the number of documents at the same time count them once.
func TestGuardCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := &slowCount{letGo: make(chan struct{})}
		g := store.NewGuard(in)
		if err := g.Ensure(t.Context(), estimated()); err != nil {
			t.Fatal(err)
		}
		var ended, failed atomic.Int64
		scan := func(requests int) {
			for range requests {
				go func() {
					ctx := rate.WithMeter(t.Context(), rate.NewMeter(rate.MeterOptions{}))
					if err := g.Scan(ctx, "projects", query.Filter{}, nil, nil); err != nil {
						failed.Add(1)
					}
					ended.Add(1)
				}()
			}
			synctest.Wait()
		}
		expect := func(when string, begun, over, wrong int64) {
			t.Helper()
			if in.begun.Load() != begun || ended.Load() != over || failed.Load() != wrong {
				t.Errorf("%s: %d counts, %d requests ended, %d failed; want %d, %d, %d", when, in.begun.Load(), ended.Load(), failed.Load(), begun, over, wrong)
			}
		}
		letGo := func() {
			in.letGo <- struct{}{}
			synctest.Wait()
		}
		scan(4)
		expect("the number is not known", 1, 0, 0)
		in.failed.Store(true)
		letGo()
		expect("the first count failed", 2, 1, 1)
		in.failed.Store(false)
		letGo()
		expect("the second count ended", 2, 4, 1)
		time.Sleep(time.Minute)
		scan(3)
		expect("the number is old", 3, 6, 1)
		letGo()
		scan(1)
		expect("the number is new", 3, 8, 1)
	})
}
