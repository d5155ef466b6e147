package searchtest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/search"
)

// testSwap: the shadow's documents and settings have the index's name, at once, and the shadow is gone.
func testSwap(t *testing.T, h Harness) {
	f := h.open(t)
	f.put(titled("Alt", "Älter")...)
	s := settings()
	s.Attributes = append(s.Attributes, search.Attribute{Name: "more", Filter: true})
	f.must(f.Ensure(f.ctx, idx+"~", s))
	f.putIn(idx+"~", doc("x", attributes{"title": "Neu", "more": "ja"}))
	f.must(f.Swap(f.ctx, idx, idx+"~"))
	f.same("the shadow's documents", f.ids(search.Query{}), []string{"x"})
	f.same("the shadow's settings", f.ids(search.Query{Filter: eq("more", "ja")}), []string{"x"})
	if _, ok := f.info(idx + "~"); ok {
		t.Error("the shadow is still listed")
	}
	f.must(f.Ensure(f.ctx, idx, s))
	f.code("Ensure with the settings before", f.Ensure(f.ctx, idx, settings()), fault.Conflict)
	f.code("Swap without a shadow", f.Swap(f.ctx, idx, idx+"~"), fault.NotFound)
	f.same("after that", f.ids(search.Query{}), []string{"x"})

	t.Run("an index that was not there", func(t *testing.T) {
		f.must(f.Ensure(f.ctx, "fresh~", settings()))
		f.putIn("fresh~", titled("Frisch")...)
		f.must(f.Swap(f.ctx, "fresh", "fresh~"))
		f.same("it is", f.ids(search.Query{Index: "fresh"}), []string{"a"})
	})
	t.Run("an empty shadow", func(t *testing.T) {
		f.must(f.Ensure(f.ctx, "fresh~", settings()))
		f.must(f.Swap(f.ctx, "fresh", "fresh~"))
		f.same("empties the index", f.ids(search.Query{Index: "fresh"}), nil)
		f.putIn("fresh", titled("Wieder")...)
		f.same("which is filled again", f.ids(search.Query{Index: "fresh"}), []string{"a"})
	})
	t.Run("with itself", func(t *testing.T) {
		f.code("Swap", f.Swap(f.ctx, idx, idx), fault.Invalid)
	})
}

// testDrop: a dropped index is not there; one that is not there is no error.
func testDrop(t *testing.T, h Harness) {
	f := h.open(t)
	f.put(titled("Eins")...)
	f.must(f.Drop(f.ctx, idx))
	f.must(f.Drop(f.ctx, idx))
	f.must(f.Drop(f.ctx, "none"))
	if _, ok := f.info(idx); ok {
		t.Error("a dropped index is listed")
	}
	_, err := f.Search(f.ctx, []search.Query{{Index: idx}})
	f.code("Search in a dropped index", err, fault.NotFound)
	f.must(f.Ensure(f.ctx, idx, settings()))
	f.same("an index of the same name is empty", f.ids(search.Query{}), nil)
}

// testMany: queries are answered in their order, and the first that fails ends all.
func testMany(t *testing.T, h Harness) {
	f := h.open(t)
	f.must(f.Ensure(f.ctx, "events", settings()))
	f.put(titled("Netz", "Bau")...)
	f.putIn("events", titled("Netz", "Netz", "Bau")...)
	queries := []search.Query{
		{Index: idx, Text: "netz", Limit: 5}, {Index: "events", Text: "netz", Limit: 5}, {Index: idx, Limit: 1}, {Index: idx, Text: "netz", Limit: 5, Filter: eq("kind", "x")},
		{Index: idx, Text: "netz", SearchOn: []string{"body"}, Limit: 5}, {Index: "events", Text: "bau", Limit: 5},
	}
	results, err := f.Search(f.ctx, queries)
	f.must(err)
	var got []string
	for _, r := range results {
		got = append(got, fmt.Sprint(r.Total, idsOf(r.Hits)))
	}
	f.same("each by itself", got, []string{"1 [a]", "2 [a b]", "2 [a]", "0 []", "0 []", "1 [c]"})
	if r, err := f.Search(f.ctx, nil); err != nil || len(r) != 0 {
		t.Errorf("no queries: %v, %v", r, err)
	}
	for clause, c := range map[string]struct {
		bad  search.Query
		code fault.Code
	}{
		"an index that is not there": {search.Query{Index: "none"}, fault.NotFound},
		"a bad filter":               {search.Query{Index: idx, Filter: eq("none", "x")}, fault.Invalid},
	} {
		results, err := f.Search(f.ctx, []search.Query{queries[0], queries[1], c.bad, {Index: "none too"}})
		f.code(clause, err, c.code)
		if q := asQuery(err); q == nil || q.Index != 2 || results != nil {
			t.Errorf("%s: the failing query is %v with %d results, want number 2 and none", clause, q, len(results))
		}
	}
}

// testConcurrency: searches while an index is written, dropped and swapped see it as it was or as it is.
func testConcurrency(t *testing.T, h Harness) {
	f := h.open(t)
	generation := func(n int) []search.Document {
		var docs []search.Document
		for i := range 40 {
			docs = append(docs, doc(numbered("c", i), attributes{"title": "Stand", "kind": fmt.Sprint(n), "year": int64(n)}))
		}
		return docs
	}
	f.put(generation(0)...)
	var (
		done     atomic.Bool
		searches atomic.Int64
		wait     sync.WaitGroup
	)
	for range 4 {
		wait.Go(func() {
			for !done.Load() {
				r, err := f.Search(f.ctx, []search.Query{{Index: idx, Text: "stand", Facets: []string{"kind"}, Limit: 50}, {Index: idx, Filter: number("year", "gte", 0), Limit: 50}})
				if err != nil {
					t.Errorf("a search fails while the index is swapped: %v", err)
					return
				}
				if len(r[0].Facets["kind"].Counts) != 1 || r[0].Total != 40 || len(r[0].Hits) != 40 || r[1].Total != 40 {
					t.Errorf("a search sees a mixture: %d and %d hits, %v", r[0].Total, r[1].Total, r[0].Facets["kind"].Counts)
					return
				}
				searches.Add(1)
			}
		})
	}
	for n := 1; n < 12 || searches.Load() < 40 && !t.Failed(); n++ {
		f.must(f.Ensure(f.ctx, idx+"~", settings()))
		docs := generation(n)
		f.putIn(idx+"~", docs[:25]...)
		f.putIn(idx+"~", docs[25:]...)
		f.must(f.Swap(f.ctx, idx, idx+"~"))
		f.put(docs[:3]...)
	}
	done.Store(true)
	wait.Wait()

	t.Run("writers at once", func(t *testing.T) {
		f := h.open(t)
		var wait sync.WaitGroup
		for w := range 4 {
			wait.Go(func() {
				for i := range 12 {
					id := fmt.Sprintf("w%d-%d", w, i)
					if _, err := f.Put(f.ctx, idx, []search.Document{doc(id, attributes{"title": "Schreiber"}), doc("shared", attributes{"title": "Schreiber"})}); err != nil {
						t.Errorf("Put: %v", err)
					}
					if r, err := f.Search(f.ctx, []search.Query{{Index: idx, Text: "schreiber", Limit: 100}}); err != nil || r[0].Total < i+2 {
						t.Errorf("after its Put a writer sees %v, %v", r, err)
					}
					if i%3 == 2 {
						if err := f.Delete(f.ctx, idx, []string{id}); err != nil {
							t.Errorf("Delete: %v", err)
						}
					}
				}
			})
		}
		wait.Wait()
		if r := f.search(search.Query{Text: "schreiber"}); r.Total != 33 {
			t.Errorf("in the end there are %d, want 33", r.Total)
		}
	})
}

// testReopen: what was acknowledged is there after Close and Open.
func testReopen(t *testing.T, h Harness) {
	if h.lacks(Reopen) {
		return
	}
	dir := t.TempDir()
	first := h.Open(t, dir)
	f := &fixture{Engine: first, t: t, ctx: t.Context()}
	f.must(f.Ensure(f.ctx, idx, settings()))
	f.must(f.Ensure(f.ctx, "empty", settings()))
	f.must(f.Ensure(f.ctx, "dropped", settings()))
	f.putIn("dropped", titled("Weg")...)
	f.must(f.Drop(f.ctx, "dropped"))
	f.put(titled("Eins", "Zwei", "Drei")...)
	f.put(doc("b", attributes{"title": "Zwei neu"}))
	f.must(f.Delete(f.ctx, idx, []string{"c"}))
	f.must(f.Ensure(f.ctx, "swapped~", settings()))
	f.putIn("swapped~", titled("Getauscht")...)
	f.must(f.Swap(f.ctx, "swapped", "swapped~"))
	f.must(first.Close())

	f = h.openIn(t, dir)
	f.same("documents", f.ids(search.Query{}), []string{"a", "b"})
	f.finds("neu", "b")
	f.same("a swapped index", f.ids(search.Query{Index: "swapped"}), []string{"a"})
	f.same("an empty index", f.ids(search.Query{Index: "empty"}), nil)
	list, err := f.Indexes(f.ctx)
	f.must(err)
	if len(list) != 3 {
		t.Errorf("there are the indexes %v, want three", list)
	}
	f.must(f.Ensure(f.ctx, idx, settings()))
	f.code("Ensure with other settings", f.Ensure(f.ctx, idx, search.Settings{}), fault.Conflict)
	f.putIn("empty", titled("Nicht mehr")...)
	f.same("an index that was empty", f.ids(search.Query{Index: "empty"}), []string{"a"})
}
