package blevesearch

import (
	"context"
	"slices"
	"testing"

	"kontor/pkg/search"
)

// TestLargeBuckets: a bucket that is split as bitmaps has the order of one that is ranked as a list.
func TestLargeBuckets(t *testing.T) {
	e := open(t, t.TempDir())
	ctx := context.Background()
	must(t, e.Ensure(ctx, "p", sampleSettings()))
	s := newSampler(200)
	for range 6 {
		var docs []search.Document
		for range 500 {
			docs = append(docs, s.document(s.r.IntN(1<<30)))
		}
		_, err := e.Put(ctx, "p", docs)
		must(t, err)
	}
	settled(t, e, "p")
	for _, text := range []string{"", "s", "gem", "gemeinde", "gemeinde vertrag", "gemeindn vertrg k", "straße kreis gemeinde öffentliche", `"gemeinde" s`} {
		for _, rules := range [][]search.Rule{nil, {search.Words, search.Weight, search.Exactness, search.Typo}, {search.Words, search.Exactness}, {search.Typo, search.Words}} {
			must(t, e.Ensure(ctx, "p", withRanking(rules)))
			c := call{engine: e, indexes: map[string]*opened{}}
			o, err := c.open("p")
			must(t, err)
			q := search.Query{Index: "p", Text: text, Limit: 100, Offset: 40}
			sel, err := o.selected(ctx, q)
			must(t, err)
			got, err := sel.window(ctx, q)
			must(t, err)
			want := &ranker{selection: sel, ctx: ctx, q: q, skip: q.Offset, take: q.Limit}
			if text != "" {
				want.rules = o.plan.ranking
			}
			want.rules = slices.DeleteFunc(slices.Clone(want.rules), func(r search.Rule) bool { return r == search.Sorting })
			var all []candidate
			for i := range sel.levels {
				all = append(all, want.candidates(set{i, sel.levels[i].docs})...)
			}
			inPlace(all)
			must(t, want.bucket(all, want.rules))
			if text != "" && len(all) <= listed {
				t.Errorf("%q finds only %d, which are a list anyway", text, len(all))
			}
			same := func(a, b candidate) bool { return a.seg == b.seg && a.doc == b.doc && a.level == b.level }
			if !slices.EqualFunc(got.hits, want.out, same) {
				t.Errorf("%q by %v: the hits differ", text, rules)
			}
			c.release()
		}
	}
}

func withRanking(rules []search.Rule) search.Settings {
	s := sampleSettings()
	s.Ranking = rules
	return s
}
