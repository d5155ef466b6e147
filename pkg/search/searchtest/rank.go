package searchtest

import (
	"slices"
	"strings"
	"testing"

	"kontor/pkg/search"
)

// testRanking: each rule orders what the rules before it leave equal, and only that.
func testRanking(t *testing.T, h Harness) {
	type c struct {
		clause string
		rules  []search.Rule
		docs   []search.Document
		query  search.Query
		want   string
	}
	year := []search.Order{{Attribute: "year"}}
	cases := []c{
		{"words: more of them first", nil, []search.Document{
			doc("a", attributes{"title": "Hafen"}), doc("b", attributes{"body": "Hafen und Brücke"}), doc("c", attributes{"body": "Hafen, Brücke, Straße"}),
		}, search.Query{Text: "hafen brücke straße "}, "cba"},
		{"typo: fewer first, wherever they are", nil, []search.Document{
			doc("a", attributes{"title": "Schwimbat"}), doc("b", attributes{"title": "Schwimbad"}), doc("c", attributes{"body": "Schwimmbad"}),
		}, search.Query{Text: "schwimmbad "}, "cba"},
		{"proximity: nearer first", nil, []search.Document{
			doc("a", attributes{"body": "Radweg und noch vieles andere mehr zur Brücke"}), doc("b", attributes{"body": "Radweg zur Brücke"}), doc("c", attributes{"body": "Radweg Brücke"}),
			doc("d", attributes{"body": "Radweg", "tags": list("Brücke")}),
		}, search.Query{Text: "radweg brücke "}, "cb"},
		{"attribute: more weight first", nil, []search.Document{
			doc("a", attributes{"body": "Hafen"}), doc("b", attributes{"tags": list("Hafen")}), doc("c", attributes{"title": "Hafen"}),
		}, search.Query{Text: "hafen "}, "cba"},
		{"sort: among what the rules before leave equal", nil, []search.Document{
			doc("a", attributes{"title": "Hafen", "year": int64(3)}), doc("b", attributes{"title": "Hafen", "year": int64(2)}), doc("c", attributes{"body": "Hafen", "year": int64(1)}), doc("d", attributes{"title": "Hafen"}),
		}, search.Query{Text: "hafen ", Sort: year}, "badc"},
		{"exactness: the word itself before a longer one", nil, []search.Document{
			doc("a", attributes{"title": "Hafenamt"}), doc("b", attributes{"title": "Hafen"}),
		}, search.Query{Text: "hafen"}, "ba"},
		{"exactness: the whole attribute first", nil, []search.Document{
			doc("a", attributes{"title": "Hafen und mehr"}), doc("b", attributes{"title": "Hafen"}),
		}, search.Query{Text: "hafen"}, "ba"},
		{"sort as the first rule", []search.Rule{search.Sorting, search.Words, search.Weight}, []search.Document{
			doc("a", attributes{"title": "Hafen", "year": int64(3)}), doc("b", attributes{"body": "Hafen", "year": int64(2)}), doc("c", attributes{"title": "Hafen", "year": int64(2)}),
		}, search.Query{Text: "hafen ", Sort: year}, "cba"},
		{"attribute before typo", []search.Rule{search.Weight, search.Typo}, []search.Document{
			doc("a", attributes{"title": "Schwimbad"}), doc("b", attributes{"body": "Schwimmbad"}), doc("c", attributes{"title": "Schwimmbad"}),
		}, search.Query{Text: "schwimmbad "}, "cab"},
		{"words last", []search.Rule{search.Weight, search.Words}, []search.Document{
			doc("a", attributes{"title": "Hafen", "body": "x"}), doc("b", attributes{"body": "Hafen"}),
		}, search.Query{Text: "hafen brücke "}, "ab"},
		{"an order without text", []search.Rule{search.Words}, []search.Document{
			doc("a", attributes{"year": int64(2)}), doc("b", attributes{"year": int64(1)}),
		}, search.Query{}, ""},
	}
	for _, c := range cases {
		t.Run(c.clause, func(t *testing.T) {
			s := settings()
			s.Ranking = c.rules
			f := h.openWith(t, s)
			f.put(c.docs...)
			for range 2 {
				got := f.ids(c.query)
				if len(got) != len(c.docs) {
					t.Fatalf("%d of %d are found", len(got), len(c.docs))
				}
				f.same(c.clause, got[:len(c.want)], strings.Split(c.want, "")[:len(c.want)])
			}
			// The same when each came in a batch of its own, in the other order.
			f.must(f.Ensure(f.ctx, "again", s))
			for _, d := range slices.Backward(c.docs) {
				f.putIn("again", d)
			}
			c.query.Index = "again"
			f.same(c.clause+", in single batches", f.ids(c.query)[:len(c.want)], strings.Split(c.want, "")[:len(c.want)])
		})
	}
}

// testScore: from 0 to 1, falling along the hits, and a bound below which hits are left out.
func testScore(t *testing.T, h Harness) {
	f := h.open(t)
	f.put(
		doc("a", attributes{"title": "Schwimmbad in Bonn"}), doc("b", attributes{"title": "Schwimmbad"}), doc("c", attributes{"body": "Ein Schwimmbad für Bonn"}),
		doc("d", attributes{"body": "Schwimmbäder"}), doc("e", attributes{"title": "Schwimbad Bonn"}), doc("f", attributes{"title": "Anderes"}),
	)
	for _, text := range []string{"schwimmbad bonn", "schwimmbad", "schwimmbad gibtesnicht", ""} {
		hits := f.search(search.Query{Text: text, WithScores: true}).Hits
		for i, hit := range hits {
			if hit.Score <= 0 || hit.Score > 1 || i > 0 && hit.Score > hits[i-1].Score {
				t.Errorf("%q: the score of %s, at %d, is %v", text, hit.ID, i, hit.Score)
			}
		}
		if len(hits) < 2 {
			continue
		}
		least := hits[1].Score
		var want []string
		for _, hit := range hits {
			if hit.Score >= least {
				want = append(want, hit.ID)
			}
		}
		r := f.search(search.Query{Text: text, MinScore: least, Facets: []string{"kind"}})
		f.same(text+" with a least score", idsOf(r.Hits), want)
		if r.Total != len(want) {
			t.Errorf("%q with a least score has a total of %d, want %d", text, r.Total, len(want))
		}
		f.same("a page of that", f.ids(search.Query{Text: text, MinScore: least, Offset: 1, Limit: 1}), want[1:2])
	}
	if hit := f.search(search.Query{Text: "schwimmbad"}).Hits[0]; hit.Score != 0 {
		t.Errorf("a score that is not asked for is %v", hit.Score)
	}
	if hits := f.search(search.Query{MinScore: 0.5}).Hits; len(hits) != 6 {
		t.Errorf("without a text a least score leaves %d of 6", len(hits))
	}
}
