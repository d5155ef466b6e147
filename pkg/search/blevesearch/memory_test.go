package blevesearch

import (
	"context"
	"fmt"
	"testing"

	"kontor/pkg/search"
)

// TestRecent: what is kept stays within its bounds, and what is asked for again and again is kept longest.
func TestRecent(t *testing.T) {
	r := recent[int, int]{most: 8000}
	r.put(-1, 7, 100)
	for i := range 1000 {
		r.put(i, i, 100)
		if _, ok := r.get(-1); !ok {
			t.Fatalf("what is asked for each time is forgotten after %d others", i)
		}
		if r.bytes > r.most {
			t.Fatalf("%d bytes are kept, at most %d may be", r.bytes, r.most)
		}
	}
	sum := 0
	for _, e := range r.kept {
		sum += e.bytes
	}
	if sum != r.bytes || len(r.kept) < 30 {
		t.Errorf("%d bytes are kept in %d entries, counted %d", sum, len(r.kept), r.bytes)
	}
	r.put(5000, 1, 2000)
	if _, ok := r.get(5000); ok {
		t.Error("one that takes a quarter of it all is kept")
	}
}

// TestNothingOldIsRemembered: a write, a swap, synonyms and a ranking are seen by the next search, also one that was asked before.
func TestNothingOldIsRemembered(t *testing.T) {
	e := open(t, t.TempDir())
	ctx := context.Background()
	s := search.Settings{Language: "de", Attributes: []search.Attribute{{Name: "title", Weight: 1, Filter: true}}}
	must(t, e.Ensure(ctx, "p", s))
	put := func(index, id, title string) {
		t.Helper()
		_, err := e.Put(ctx, index, []search.Document{{ID: id, Attributes: map[string]any{"title": title}}})
		must(t, err)
	}
	finds := func(clause string, want int) {
		t.Helper()
		for range 2 {
			r, err := e.Search(ctx, []search.Query{{Index: "p", Text: "hafen", Limit: 9}})
			must(t, err)
			if r[0].Total != want || len(r[0].Hits) != want {
				t.Errorf("%s there are %d, want %d", clause, r[0].Total, want)
			}
		}
	}
	finds("in an empty index", 0)
	put("p", "a", "Hafen")
	finds("after a Put", 1)
	put("p", "b", "Dock")
	finds("after another", 1)
	s.Synonyms = []search.Synonym{{From: []string{"Hafen"}, To: []string{"Dock"}}}
	must(t, e.Ensure(ctx, "p", s))
	finds("after a synonym", 2)
	must(t, e.Delete(ctx, "p", []string{"a"}))
	finds("after a Delete", 1)
	s.Synonyms = nil
	must(t, e.Ensure(ctx, "p", s))
	finds("without the synonym", 0)
	must(t, e.Ensure(ctx, "q", s))
	for i := range 3 {
		put("q", fmt.Sprint(i), "Hafen")
	}
	must(t, e.Swap(ctx, "p", "q"))
	finds("after a Swap", 3)
}
