package searchtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/search"
)

// testSort: numbers by size, text without regard to case and accents, absent values last both ways.
func testSort(t *testing.T, h Harness) {
	f := h.open(t)
	f.put(
		doc("a", attributes{"title": "Zoo", "kind": "x", "year": int64(10), "price": 2.5, "done": true}),
		doc("b", attributes{"title": "ämter", "kind": "x", "year": int64(9), "price": int64(2), "done": false}),
		doc("c", attributes{"title": "Bauhof", "kind": "y", "year": int64(-1), "price": 1e10}),
		doc("d", attributes{"title": "Äpfel", "kind": "y"}),
		doc("e", attributes{"title": "amt", "year": 9.5}),
		doc("f", attributes{"kind": "z", "price": -0.5}),
	)
	up := func(names ...string) []search.Order {
		var out []search.Order
		for _, n := range names {
			name, desc := strings.CutSuffix(n, " falling")
			out = append(out, search.Order{Attribute: name, Desc: desc})
		}
		return out
	}
	for _, c := range []struct {
		clause string
		sort   []search.Order
		want   string
	}{
		{"numbers by size", up("year"), "cbea"},
		{"numbers falling", up("year falling"), "aebc"},
		{"whole and broken numbers", up("price"), "fbac"},
		{"text without regard to case and accents", up("title"), "ebdca"},
		{"text falling", up("title falling"), "acdbe"},
		{"false before true", up("done"), "ba"},
		{"two keys", up("kind", "year falling"), "abcdf"},
		{"two keys, the first falling", up("kind falling", "title"), "fdcba"},
	} {
		got := f.ids(search.Query{Sort: c.sort})
		f.same(c.clause, got[:len(c.want)], strings.Split(c.want, ""))
		rest := slices.Clone(got[len(c.want):])
		slices.Sort(rest)
		var absent []string
		for _, id := range []string{"a", "b", "c", "d", "e", "f"} {
			if !strings.Contains(c.want, id) {
				absent = append(absent, id)
			}
		}
		f.same(c.clause+", absent ones last", rest, absent)
	}

	t.Run("pages of a sorted list, over several batches", func(t *testing.T) {
		f := h.open(t)
		r := rand.New(rand.NewPCG(3, 4))
		var docs []search.Document
		for i := range 400 {
			docs = append(docs, doc(numbered("s", i), attributes{"year": int64(r.IntN(30)), "price": float64(r.IntN(1000))}))
		}
		for batch := range slices.Chunk(docs, 60) {
			f.put(batch...)
		}
		slices.SortFunc(docs, func(a, b search.Document) int {
			if d := b.Attributes["year"].(int64) - a.Attributes["year"].(int64); d != 0 {
				return int(d)
			}
			return int(a.Attributes["price"].(float64) - b.Attributes["price"].(float64))
		})
		q := search.Query{Sort: up("year falling", "price")}
		for at := 0; at < 400; at += 37 {
			q.Offset, q.Limit = at, 37
			for i, hit := range f.search(q).Hits {
				want := docs[at+i].Attributes
				if hit.Attributes["year"] != want["year"] || hit.Attributes["price"] != want["price"] {
					t.Fatalf("at %d there is %v, want %v", at+i, hit.Attributes, want)
				}
			}
		}
	})
}

// testPage: windows fit together, and the total does not depend on them.
func testPage(t *testing.T, h Harness) {
	f := h.open(t)
	var docs []search.Document
	for i := range 250 {
		docs = append(docs, doc(numbered("w", (i*89)%250), attributes{"title": fmt.Sprintf("Projekt Nummer %d", i%10), "kind": fmt.Sprint(i % 3)}))
	}
	for batch := range slices.Chunk(docs, 70) {
		f.put(batch...)
	}
	for name, q := range map[string]search.Query{
		"everything": {}, "a word": {Text: "projekt"}, "two words": {Text: "nummer 3"}, "a filter": {Filter: eq("kind", "1")}, "sorted": {Sort: []search.Order{{Attribute: "kind"}}},
	} {
		whole := f.search(q)
		f.same(name+" a second time", f.ids(q), idsOf(whole.Hits))
		if whole.Total != len(whole.Hits) {
			t.Errorf("%s: the total is %d, there are %d", name, whole.Total, len(whole.Hits))
		}
		for _, size := range []int{1, 20, 99} {
			var got []string
			for at := 0; at < whole.Total; at += size {
				page := q
				page.Offset, page.Limit = at, size
				r := f.search(page)
				if r.Total != whole.Total || len(r.Hits) > size {
					t.Fatalf("%s from %d: %d hits of %d, want at most %d of %d", name, at, len(r.Hits), r.Total, size, whole.Total)
				}
				got = append(got, idsOf(r.Hits)...)
			}
			f.same(fmt.Sprintf("%s in pages of %d", name, size), got, idsOf(whole.Hits))
		}
		past := q
		past.Offset, past.Limit = 250, 10
		if r := f.search(past); len(r.Hits) != 0 || r.Total != whole.Total {
			t.Errorf("%s past the end: %d hits of %d", name, len(r.Hits), r.Total)
		}
	}
	r, err := f.Search(f.ctx, []search.Query{{Index: idx, Text: "projekt", Limit: 0, Facets: []string{"kind"}}})
	f.must(err)
	if len(r[0].Hits) != 0 || r[0].Total != 250 || len(r[0].Facets["kind"].Counts) != 3 {
		t.Errorf("a limit of 0 answers %+v, want the total and the facets only", r[0])
	}
}

// testGeo: radius, box, order by distance, and the distance of a hit.
func testGeo(t *testing.T, h Harness) {
	f := h.open(t)
	place := func(lat, lng float64) attributes {
		return attributes{search.GeoAttribute: search.Point{Lat: lat, Lng: lng}}
	}
	koeln, duesseldorf := search.Point{Lat: 50.9375, Lng: 6.9603}, search.Point{Lat: 51.2277, Lng: 6.7735}
	f.put(doc("koeln", place(koeln.Lat, koeln.Lng)), doc("duesseldorf", place(duesseldorf.Lat, duesseldorf.Lng)), doc("muenster", place(51.9607, 7.6261)),
		doc("fiji", place(-17.7134, 178.065)), doc("samoa", place(-13.759, -172.1046)), doc("nowhere", attributes{"title": "x"}))
	within := func(metres float64) search.Filter {
		return search.Filter{Op: search.Within, Points: []search.Point{koeln}, Numbers: []float64{metres}}
	}
	box := func(top, right, bottom, left float64) search.Filter {
		return search.Filter{Op: search.Inside, Points: []search.Point{{Lat: top, Lng: right}, {Lat: bottom, Lng: left}}}
	}
	for _, c := range []struct {
		clause string
		filter search.Filter
		want   []string
	}{
		{"within 1 m", within(1), []string{"koeln"}},
		{"within 34 km", within(34_000), []string{"koeln"}},
		{"within 36 km", within(36_000), []string{"duesseldorf", "koeln"}},
		{"within 20,100 km", within(20_100_000), []string{"duesseldorf", "fiji", "koeln", "muenster", "samoa"}},
		{"in a box", box(52, 8, 51, 6), []string{"duesseldorf", "muenster"}},
		{"in a box over the line of 180 degrees", box(0, -170, -30, 170), []string{"fiji", "samoa"}},
		{"not near, with what has no place", search.Filter{Op: query.Not, Args: []search.Filter{within(200_000)}}, []string{"fiji", "nowhere", "samoa"}},
	} {
		f.same(c.clause, f.found(search.Query{Filter: c.filter}), c.want)
	}
	near := search.Query{Sort: []search.Order{{From: &koeln}}}
	hits := f.search(near).Hits
	f.same("by distance", idsOf(hits), []string{"koeln", "duesseldorf", "muenster", "samoa", "fiji", "nowhere"})
	if d := hits[1].Distance; d < 34_000 || d > 36_000 {
		t.Errorf("from Köln to Düsseldorf it is %d m", d)
	}
	if hits[0].Distance != 0 || hits[5].Distance != -1 {
		t.Errorf("the distances are %d and %d, want 0 and, without a place, -1", hits[0].Distance, hits[5].Distance)
	}
	later := search.Query{Sort: []search.Order{{Attribute: "kind"}, {From: &koeln}}}
	if d := f.search(later).Hits[0].Distance; d != 0 {
		t.Errorf("the distance from a point that is the second sort key is %d, want 0", d)
	}
	near.Sort[0].Desc = true
	f.same("by distance, the farthest first", f.ids(near), []string{"fiji", "samoa", "muenster", "duesseldorf", "koeln", "nowhere"})
	if d := f.search(search.Query{}).Hits[0].Distance; d != -1 {
		t.Errorf("the distance without such an order is %d, want -1", d)
	}
}
