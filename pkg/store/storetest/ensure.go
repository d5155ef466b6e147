package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// testEnsure: indexes come and go, documents and results stay.
func testEnsure(t *testing.T, h Harness) {
	many := []string{"published.topics", "draft.topics"}
	sets := [][][]string{
		nil,
		{{"published.n"}},
		{{"published.topics"}},
		{{"published.n", "published.s"}, {"published.topics"}, {"draft.topics"}, {"meta.locale", "publishedTwin.sort.title"}},
		{{"draft.topics"}, {"published.topics", "published.n"}, {store.KeyPath}, {"published.s", store.KeyPath}, {"published.S"}},
		{{"published.n"}, {"published.n"}, {"published.topics"}, {"published.topics"}},
	}
	f := h.open(t, store.Collection{Many: many})
	var docs []store.Document
	written := 0
	write := func() {
		i := written
		written++
		d := store.Document{Key: numbered("e", i), Parts: parts{
			store.Published: {"n": int64(i % 4), "s": fmt.Sprint(i % 3), "S": "other", "topics": value.List{fmt.Sprint("t", i%5), fmt.Sprint("t", i%2)}},
			store.Draft:     {"topics": value.List{int64(i), true}},
		}}
		f.put(d)
		docs = append(docs, d)
	}
	is := query.Where
	filters := []query.Filter{
		{}, is("published.n", query.Eq, int64(1)), is("published.topics", query.Eq, "t1"), is("published.topics", query.Ne, "t1"), is("draft.topics", query.Gt, int64(3)), is("draft.topics", query.Eq, true),
		query.AllOf(is("published.topics", query.In, value.List{"t1", "t2"}), is("published.n", query.Gte, int64(2))), is("published.s", query.Eq, "1"), is("published.S", query.Eq, "other"),
	}
	check := func(t *testing.T) {
		t.Helper()
		for _, filter := range filters {
			f.agrees(docs, filter, many)
		}
	}
	for round, step := range append(slices.Clone(sets), sets...) {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			for range 2 { // the second time there is nothing to do
				f.must(f.Ensure(f.ctx, store.Collection{Name: col, Indexes: step, Many: many}))
				check(t)
			}
			for range 6 {
				write()
			}
			f.apply(remove(docs[0].Key, 1))
			docs = docs[1:]
			check(t)
		})
	}
	t.Run("by many at once, beside writers", func(t *testing.T) {
		ensureAtOnce(f, sets, many)
		check(t)
	})
	t.Run("a name may be as long as it may", func(t *testing.T) {
		name := "_a" + string(slices.Repeat([]byte("b"), 79)) + "~"
		f.must(f.Ensure(f.ctx, store.Collection{Name: name, Indexes: sets[3], Many: many}))
		f.must(f.Apply(context.Background(), []store.Op{{Kind: store.Insert, Collection: name, Key: "k"}}))
	})
}

func ensureAtOnce(f *fixture, sets [][][]string, many []string) {
	atOnce(12, func(i int) {
		if i%3 == 0 {
			key := numbered("x", i)
			d := published(key, value.Object{"topics": value.List{"x"}})
			if err := f.Apply(f.ctx, []store.Op{insert(key, d.Parts), remove(key, 1)}); err != nil {
				f.t.Errorf("a writer beside Ensure: %v", err)
			}
			return
		}
		if err := f.Ensure(f.ctx, store.Collection{Name: col, Indexes: sets[i%len(sets)], Many: many}); err != nil {
			f.t.Errorf("Ensure beside others: %v", err)
		}
		if err := f.Ensure(f.ctx, store.Collection{Name: fmt.Sprint("new", i%2)}); err != nil {
			f.t.Errorf("Ensure of a new collection beside others: %v", err)
		}
	})
}
