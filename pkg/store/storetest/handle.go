package storetest

import (
	"context"
	"fmt"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// testHandles: several processes on one database, each with the indexes that its own version declares.
func testHandles(t *testing.T, h Harness) {
	h.need(t, SecondHandle)
	dir := t.TempDir()
	many := []string{"published.topics"}
	rich := store.Collection{Name: col, Indexes: [][]string{{"published.n"}, {"published.topics"}}, Many: many}
	poor := store.Collection{Name: col, Many: many}
	a, b := h.openIn(t, dir, rich), h.openIn(t, dir, rich)
	var docs []store.Document
	both := func(clause string) {
		t.Helper()
		for _, f := range []*fixture{a, b} {
			for _, filter := range []query.Filter{{}, query.Where("published.topics", query.Eq, "t1"), query.Where("published.topics", query.Ne, "t1"), query.Where("published.n", query.Gte, int64(2))} {
				if !f.agrees(docs, filter, many) {
					t.Errorf("%s", clause)
				}
			}
		}
	}
	write := func(f *fixture) {
		i := len(docs)
		d := published(numbered("h", i), value.Object{"n": int64(i % 4), "topics": value.List{fmt.Sprint("t", i%3)}})
		f.put(d)
		docs = append(docs, d)
	}
	both("empty")
	for range 5 {
		write(a)
		both("each sees at once what the other wrote")
		write(b)
		both("each sees at once what the other wrote")
	}
	t.Run("one has other indexes", func(t *testing.T) {
		for i, c := range []store.Collection{poor, rich, {Name: col, Indexes: [][]string{{"published.topics"}}, Many: many}, poor} {
			b.must(b.Ensure(b.ctx, c))
			write(a)
			write(b)
			both(fmt.Sprintf("after the other declared set %d", i))
		}
		a.must(a.Ensure(a.ctx, rich))
		both("after the indexes were declared again")
	})
	testTwoHandles(t, a, b)
}

func testTwoHandles(t *testing.T, a, b *fixture) {
	t.Run("conditions hold across handles", func(t *testing.T) {
		a.apply(insert("one", parts{store.Published: {"n": int64(0)}}))
		atOnce(20, func(i int) {
			f := []*fixture{a, b}[i%2]
			for range 3 {
				f.raise("one")
			}
		})
		if d := b.get("one"); d.Rev != 61 || d.Part(store.Published)["n"] != int64(60) {
			t.Errorf("updates were lost across handles: %v", d)
		}
	})
	t.Run("counts are not those of yesterday", func(t *testing.T) {
		for i := range 10 {
			a.apply(insert(numbered("count", i), nil))
			if n := b.count(query.Where(store.KeyPath, query.StartsWith, "count")); n != i+1 {
				t.Errorf("the other handle counts %d, want %d", n, i+1)
			}
		}
	})
}

// testClose: Close ends a handle, and what was acknowledged outlives it.
func testClose(t *testing.T, h Harness) {
	f := &fixture{Store: h.Open(t, t.TempDir()), t: t, ctx: context.Background()}
	f.must(f.Ensure(f.ctx, store.Collection{Name: col}))
	f.put(published("a", nil))
	watched := f.Watch(f.ctx)
	f.must(f.Close())
	for _, c := range f.calls(col) {
		f.code(c.name+" after Close", c.run(f.ctx), fault.Unavailable)
	}
	closes(t, watched, patience*h.Notice)
	f.must(f.Close())

	t.Run("running calls are waited for", func(t *testing.T) { testCloseRunning(t, h) })
	t.Run("reopen", func(t *testing.T) { testReopen(t, h) })
}

func testCloseRunning(t *testing.T, h Harness) {
	f := &fixture{Store: h.Open(t, t.TempDir()), t: t, ctx: context.Background()}
	f.must(f.Ensure(f.ctx, store.Collection{Name: col}))
	atOnce(30, func(i int) {
		if i == 15 {
			if err := f.Close(); err != nil {
				t.Errorf("Close beside running calls: %v", err)
			}
			return
		}
		for n := range 20 {
			key := numbered("r", i*100+n)
			if err := f.Apply(f.ctx, []store.Op{insert(key, nil)}); err != nil {
				f.code("a call beside Close", err, fault.Unavailable)
				return
			}
			if _, err := f.Get(f.ctx, col, key, nil); err != nil {
				f.code("a call beside Close", err, fault.Unavailable)
				return
			}
		}
	})
}

func testReopen(t *testing.T, h Harness) {
	h.need(t, Reopen)
	dir := t.TempDir()
	many := []string{"published.topics"}
	c := store.Collection{Name: col, Indexes: [][]string{{"published.topics"}}, Many: many}
	var docs []store.Document
	for round := range 4 {
		f := &fixture{Store: h.Open(t, dir), t: t, ctx: context.Background()}
		f.must(f.Ensure(f.ctx, c))
		for _, filter := range []query.Filter{{}, query.Where("published.topics", query.Eq, "t1")} {
			f.agrees(docs, filter, many)
		}
		for i := range 20 {
			d := published(numbered("r", round*20+i), value.Object{"topics": value.List{fmt.Sprint("t", i%3)}})
			f.put(d)
			docs = append(docs, d)
		}
		for i := range round {
			if d := f.get(numbered("r", i)); d.Rev != int64(round-i) {
				t.Errorf("the revision of %s is %d, want %d", d.Key, d.Rev, round-i)
			}
			f.apply(replace(numbered("r", i), int64(round-i), nil))
		}
		f.must(f.Close())
	}
}
