package storetest

import (
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

const writers = 100

// at once runs a function in many goroutines that start together.
func atOnce(n int, run func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			run(i)
		})
	}
	close(start)
	all.Wait()
}

// testClaim: of many who insert one key at once exactly one wins, and the others learn it.
func testClaim(t *testing.T, h Harness) {
	f := h.open(t, store.Collection{})
	for round := range 3 {
		key := fmt.Sprint("project/de/slug/", round)
		var won atomic.Int32
		var winner atomic.Int64
		atOnce(writers, func(i int) {
			err := f.Apply(f.ctx, []store.Op{insert(key, parts{store.Meta: {"by": int64(i)}}), insert(fmt.Sprint(key, "/entry/", i), nil)})
			switch {
			case err == nil:
				won.Add(1)
				winner.Store(int64(i))
			default:
				f.failedAt("a claim that was lost", err, 0)
			}
		})
		if n := won.Load(); n != 1 {
			t.Fatalf("%d of %d won the claim, want 1", n, writers)
		}
		if by := f.get(key).Part(store.Meta)["by"]; by != winner.Load() {
			t.Errorf("the claim is held by %v, but %d was told so", by, winner.Load())
		}
		f.same("what stands behind a lost claim did not happen", f.hits(query.Where(store.KeyPath, query.StartsWith, key+"/")), []string{fmt.Sprint(key, "/entry/", winner.Load())})
	}
	t.Run("keep never fails", func(t *testing.T) {
		atOnce(writers, func(i int) {
			if err := f.Apply(f.ctx, []store.Op{keep("kept", parts{store.Meta: {"by": int64(i)}})}); err != nil {
				t.Errorf("Keep: %v", err)
			}
		})
		if d := f.get("kept"); d.Rev != 1 || d.Part(store.Meta)["by"] == nil {
			t.Errorf("the kept document is %v", d)
		}
	})
	t.Run("a stale claim is taken over once", func(t *testing.T) {
		f.apply(insert("stale", nil))
		var won atomic.Int32
		atOnce(writers, func(i int) {
			op := replace("stale", 1, nil)
			op.Set = value.Object{"by": int64(i)}
			if err := f.Apply(f.ctx, []store.Op{op}); err == nil {
				won.Add(1)
			} else {
				f.failedAt("a takeover that was late", err, 0)
			}
		})
		if won.Load() != 1 {
			t.Errorf("%d took the claim over, want 1", won.Load())
		}
	})
}

// testConcurrency: no update is lost and no document is seen half written.
func testConcurrency(t *testing.T, h Harness) {
	f := h.open(t, store.Collection{Indexes: [][]string{{"published.tags"}}, Many: []string{"published.tags"}})
	t.Run("conditional replaces of one document", func(t *testing.T) {
		f.put(store.Document{Key: "one", Parts: parts{store.Published: {"n": int64(0)}, store.Draft: {"n": int64(0)}}})
		atOnce(writers, func(int) { f.raise("one") })
		if d := f.get("one"); d.Rev != writers+1 || d.Part(store.Published)["n"] != int64(writers) {
			t.Errorf("updates were lost: revision %d and %v after %d replaces", d.Rev, d.Part(store.Published), writers)
		}
	})
	t.Run("distinct documents", func(t *testing.T) {
		atOnce(writers, func(i int) {
			key := numbered("many", i)
			for rev := range int64(3) {
				op := replace(key, rev, parts{store.Published: {"n": rev, "tags": value.List{"t", fmt.Sprint("t", rev)}}})
				if rev == 0 {
					op = insert(key, op.Parts)
				}
				if err := f.Apply(f.ctx, []store.Op{op}); err != nil {
					t.Errorf("a writer of its own document: %v", err)
				}
			}
			if d, err := f.Get(f.ctx, col, key, nil); err != nil || d.Rev != 3 || d.Part(store.Published)["n"] != int64(2) {
				t.Errorf("a writer does not read what it wrote: %v, %v", d, err)
			}
		})
		if n := f.count(query.Where("published.tags", query.Eq, "t2")); n != writers {
			t.Errorf("%d documents are hit by what was written last, want %d", n, writers)
		}
		if n := f.count(query.Where("published.tags", query.Eq, "t1")); n != 0 {
			t.Errorf("%d documents are hit by what was replaced, want 0", n)
		}
	})
	t.Run("a failure is its caller's alone", func(t *testing.T) {
		f.apply(insert("taken", nil))
		atOnce(writers, func(i int) {
			key := numbered("alone", i)
			ops := []store.Op{insert(key, nil), insert(key+"b", nil)}
			if i%2 == 0 {
				ops[1] = insert("taken", nil)
			}
			err := f.Apply(f.ctx, ops)
			switch {
			case i%2 == 0:
				f.failedAt("an op that must fail", err, 1)
			case err != nil:
				t.Errorf("a write beside failing ones: %v", err)
			}
		})
		if n := f.count(query.AllOf(query.Where(store.KeyPath, query.StartsWith, "alone"), query.Where(store.KeyPath, query.EndsWith, "b"))); n != writers/2 {
			t.Errorf("%d of %d writes beside failing ones are there", n, writers/2)
		}
	})
	t.Run("readers see whole documents", func(t *testing.T) { testWhole(t, f) })
}

// raise adds one by read and conditional replace until it succeeds.
func (f *fixture) raise(key string) {
	for {
		d, err := f.Get(f.ctx, col, key, nil)
		if err != nil {
			f.t.Errorf("Get: %v", err)
			return
		}
		n, _ := d.Part(store.Published)["n"].(int64)
		err = f.Apply(f.ctx, []store.Op{replace(key, d.Rev, parts{store.Published: {"n": n + 1}, store.Draft: {"n": n + 1}})})
		if err == nil {
			return
		}
		if !fault.Is(err, fault.Conflict) {
			f.t.Errorf("Replace: %v", err)
			return
		}
	}
}

func testWhole(t *testing.T, f *fixture) {
	f.put(store.Document{Key: "whole", Parts: parts{store.Published: {"n": int64(0)}, store.Draft: {"n": int64(0)}}})
	var stop atomic.Bool
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			last := int64(0)
			for !stop.Load() {
				docs, err := f.Find(f.ctx, col, store.Query{Filter: query.Where(store.KeyPath, query.Eq, "whole")})
				if err != nil || len(docs) != 1 {
					t.Errorf("Find: %v, %v", docs, err)
					return
				}
				d := docs[0]
				n, _ := d.Part(store.Published)["n"].(int64)
				if !reflect.DeepEqual(d.Part(store.Draft), d.Part(store.Published)) || d.Rev != n+1 {
					t.Errorf("a document is seen half written: %v", d)
				}
				if n < last {
					t.Errorf("a reader went back from %d to %d", last, n)
				}
				last = n
			}
		})
	}
	for range times(100) {
		f.raise("whole")
	}
	stop.Store(true)
	readers.Wait()
}
