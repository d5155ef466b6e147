package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// testScan: key order, everything that stays is seen once, writers go on.
func testScan(t *testing.T, h Harness) {
	f := h.open(t, store.Collection{Indexes: [][]string{{"published.n"}}})
	const total = 3000
	var docs []store.Document
	for i := range total {
		docs = append(docs, published(numbered("s", i*2), value.Object{"n": int64(i % 3), "text": "t"}))
	}
	f.put(docs...)
	scan := func(filter query.Filter) (keys []string) {
		t.Helper()
		f.must(f.Scan(f.ctx, col, filter, []string{store.Published}, func(d store.Document) error {
			keys = append(keys, d.Key)
			if d.Part(store.Published)["text"] != "t" {
				t.Errorf("a scanned document lacks its part: %v", d)
			}
			return nil
		}))
		return keys
	}
	t.Run("everything in key order", func(t *testing.T) { f.same("Scan", scan(query.Filter{}), keysOf(docs)) })
	for _, filter := range []query.Filter{query.Where("published.n", query.Eq, int64(1)), query.Where("published.text", query.Ne, "t"), query.Where(store.KeyPath, query.Gt, numbered("s", 5000))} {
		f.same("Scan with a filter", scan(filter), reference(docs, filter, nil))
	}
	testScanEnds(t, f)
	t.Run("the function may use the store", func(t *testing.T) {
		err := f.Scan(f.ctx, col, query.Where(store.KeyPath, query.Lt, numbered("s", 20)), nil, func(d store.Document) error {
			if err := f.Apply(f.ctx, []store.Op{replace(d.Key, d.Rev, nil)}); err != nil {
				return err
			}
			_, err := f.Get(f.ctx, col, d.Key, nil)
			return err
		})
		f.must(err)
	})
	t.Run("many scans nest and run at once", func(t *testing.T) { testManyScans(f) })
	t.Run("while writers write", func(t *testing.T) { testScanAndWrite(t, f, total) })
}

func testScanEnds(t *testing.T, f *fixture) {
	t.Run("an error of the function ends it and comes back as it is", func(t *testing.T) {
		mine, n := errors.New("mine"), 0
		err := f.Scan(f.ctx, col, query.Filter{}, nil, func(store.Document) error {
			if n++; n == 500 {
				return mine
			}
			return nil
		})
		if err != mine || n != 500 {
			t.Errorf("got %v after %d calls, want the function's own error after 500", err, n)
		}
	})
	t.Run("a context that ends within", func(t *testing.T) {
		ctx, cancel := context.WithCancel(f.ctx)
		defer cancel()
		n := 0
		err := f.Scan(ctx, col, query.Filter{}, nil, func(store.Document) error {
			if n++; n == 500 {
				cancel()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) || n > 1500 {
			t.Errorf("got %v after %d calls", err, n)
		}
	})
}

func testManyScans(f *fixture) {
	var all sync.WaitGroup
	filter := query.Where(store.KeyPath, query.Lt, numbered("s", 6))
	for range times(30) {
		all.Go(func() {
			err := f.Scan(f.ctx, col, filter, nil, func(store.Document) error {
				return f.Scan(f.ctx, col, filter, nil, func(store.Document) error { return nil })
			})
			if err != nil {
				f.t.Errorf("a scan within a scan: %v", err)
			}
		})
	}
	all.Wait()
}

// testScanAndWrite: what is there all the time is seen exactly once, whatever comes, goes and changes around it.
func testScanAndWrite(t *testing.T, f *fixture, total int) {
	var stop atomic.Bool
	var writers sync.WaitGroup
	for w := range 3 {
		writers.Go(func() {
			for i := w; !stop.Load(); i += 3 {
				key := numbered("s", (i*2+1)%(total*2))
				ops := []store.Op{keep(key, parts{store.Published: {"n": int64(9)}}), remove(key, 0), keep(key+"x", nil)}
				if err := f.Apply(f.ctx, ops); err != nil {
					t.Errorf("a writer beside a scan: %v", err)
					return
				}
				if _, err := f.Touch(f.ctx, col, query.Where(store.KeyPath, query.Eq, numbered("s", i%total*2)), nil, map[string]int64{"n": 1}); err != nil {
					t.Errorf("Touch beside a scan: %v", err)
					return
				}
			}
		})
	}
	for range times(3) {
		seen := map[string]int{}
		var order []string
		err := f.Scan(f.ctx, col, query.Filter{}, nil, func(d store.Document) error {
			seen[d.Key]++
			order = append(order, d.Key)
			return nil
		})
		if err != nil {
			t.Errorf("a scan beside writers: %v", err)
		}
		if !slices.IsSorted(order) {
			t.Error("a scan beside writers leaves the order of the keys")
		}
		for key, n := range seen {
			if n != 1 {
				t.Errorf("%s was seen %d times", key, n)
			}
		}
		for i := range total {
			if seen[numbered("s", i*2)] == 0 {
				t.Errorf("%s was there all the time and not seen", numbered("s", i*2))
				break
			}
		}
	}
	stop.Store(true)
	writers.Wait()
}
