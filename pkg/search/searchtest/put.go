package searchtest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// testPut: what is put is there at once, a second time replaces it whole, and of two with one id in a batch the last counts.
func testPut(t *testing.T, h Harness) {
	f := h.open(t)
	f.put(doc("a", attributes{"title": "Erstes", "tags": list("rot"), "year": int64(2020)}))
	f.finds("erstes", "a")
	f.put(doc("a", attributes{"title": "Zweites"}))
	f.finds("erstes")
	f.finds("zweites", "a")
	if r := f.search(search.Query{Facets: []string{"tags", "year"}}); r.Total != 1 || len(r.Facets["tags"].Counts) != 0 || r.Facets["year"].Stats != nil {
		t.Errorf("a replaced document keeps what it had: %+v", r)
	}
	f.put(doc("b", attributes{"title": "Alt"}), doc("c", attributes{"title": "Anderes"}), doc("b", attributes{"title": "Neu"}))
	f.finds("alt")
	f.finds("neu", "b")
	if r := f.search(search.Query{}); r.Total != 3 {
		t.Errorf("there are %d documents, want 3", r.Total)
	}

	t.Run("attributes that the settings do not name are dropped", func(t *testing.T) {
		f.put(doc("d", attributes{"title": "Ding", "other": "unbekannt"}))
		f.finds("unbekannt")
		if hit := f.search(search.Query{Text: "ding"}).Hits[0]; hit.Attributes["other"] != nil {
			t.Errorf("it is answered: %v", hit.Attributes)
		}
	})
	t.Run("a whole batch and many of them", func(t *testing.T) {
		var docs []search.Document
		for i := range 1200 {
			docs = append(docs, doc(numbered("n", i), attributes{"title": fmt.Sprintf("Nummer %d", i), "kind": fmt.Sprint(i % 7)}))
		}
		f.put(docs...)
		f.put(docs[:700]...)
		if r := f.search(search.Query{Text: "nummer", Facets: []string{"kind"}, Limit: 1}); r.Facets["kind"].Counts[0].Count != 172 || len(r.Hits) != 1 {
			t.Errorf("1,200 documents, 700 of them twice, are counted %+v", r.Facets["kind"].Counts)
		}
		if i, _ := f.info(idx); i.Documents != 1204 {
			t.Errorf("the list says %d documents, want 1204", i.Documents)
		}
	})
	t.Run("too many at once", func(t *testing.T) {
		_, err := f.Put(f.ctx, idx, make([]search.Document, search.MaxBatch+1))
		f.code("Put of more than MaxBatch", err, fault.Invalid)
	})
	t.Run("nothing", func(t *testing.T) {
		refused, err := f.Put(f.ctx, idx, nil)
		if err != nil || len(refused) != 0 {
			t.Errorf("Put of nothing: %v, %v", refused, err)
		}
	})
	t.Run("no index", func(t *testing.T) {
		_, err := f.Put(f.ctx, "none", titled("a"))
		f.code("Put into an index that is not there", err, fault.NotFound)
	})
}

// testValues: attributes come back as they were put.
func testValues(t *testing.T, h Harness) {
	f := h.open(t)
	long := strings.Repeat("Straße und Ämter 😀 \u2028 <b>\"'&\\ ", 3000)
	want := []attributes{
		{"title": "", "extra": "x"},
		{"title": "Ä\u0308 \x00 \n\r\t 😀 \U0010ffff", "extra": long},
		{"year": int64(0), "price": -1.5, "done": false, "extra": true},
		{"year": int64(value.MaxInt), "price": math.SmallestNonzeroFloat64, "extra": int64(-value.MaxInt)},
		{"price": 1e300, "extra": list("a", "b", "a", ""), "tags": list("x")},
		{"tags": list("b", "a"), "extra": list(int64(3), 1.5, int64(-2))},
		{search.GeoAttribute: search.Point{Lat: 51.4556, Lng: 7.0116}},
		{search.GeoAttribute: search.Point{Lat: -90, Lng: 180}},
		{},
	}
	for i, a := range want {
		f.put(doc(letter(i), a))
	}
	for _, hit := range f.search(search.Query{}).Hits {
		a := want[hit.ID[0]-'a']
		if len(hit.Attributes) != len(a) {
			t.Errorf("%s has the attributes %v, want %v", hit.ID, hit.Attributes, a)
		}
		for name, v := range a {
			got := hit.Attributes[name]
			_, point := v.(search.Point)
			if point && got != v || !point && !value.Equal(got, v) {
				t.Errorf("%s of %s is %v (%T), want %v (%T)", name, hit.ID, got, got, v, v)
			}
		}
		if hit.Rev != 1 {
			t.Errorf("the revision of %s is %d, want 1", hit.ID, hit.Rev)
		}
	}
}

// testDelete: what is deleted is gone at once, from hits, totals, facets and Scan.
func testDelete(t *testing.T, h Harness) {
	f := h.open(t)
	var docs []search.Document
	for i := range 300 {
		docs = append(docs, doc(numbered("d", i), attributes{"title": "Gleich", "tags": list("x")}))
	}
	f.put(docs...)
	f.must(f.Delete(f.ctx, idx, []string{docs[0].ID, docs[7].ID, "none", docs[0].ID}))
	r := f.search(search.Query{Text: "gleich", Facets: []string{"tags"}})
	if r.Total != 298 || len(r.Hits) != 298 || r.Facets["tags"].Counts[0].Count != 298 || slices.Contains(idsOf(r.Hits), docs[7].ID) {
		t.Errorf("after two of 300 were deleted there are %d, counted %+v", r.Total, r.Facets["tags"])
	}
	stamps, err := f.Scan(f.ctx, idx, "", 1000)
	if err != nil || len(stamps) != 298 {
		t.Errorf("Scan gives %d after two were deleted, %v", len(stamps), err)
	}
	f.put(docs[7])
	if r := f.search(search.Query{}); r.Total != 299 {
		t.Errorf("a document that is put again after its deletion: %d, want 299", r.Total)
	}
	f.must(f.Delete(f.ctx, idx, nil))
	f.code("Delete in an index that is not there", f.Delete(f.ctx, "none", []string{"a"}), fault.NotFound)
	f.code("Delete of more than MaxBatch", f.Delete(f.ctx, idx, make([]string, search.MaxBatch+1)), fault.Invalid)
	var all []string
	for _, d := range docs {
		all = append(all, d.ID)
	}
	f.must(f.Delete(f.ctx, idx, all))
	if r := f.search(search.Query{Text: "gleich", Facets: []string{"tags"}}); r.Total != 0 || len(r.Facets["tags"].Counts) != 0 {
		t.Errorf("after all were deleted there are %+v", r)
	}
	f.put(docs[0])
	f.finds("gleich", docs[0].ID)
}

// testRefusal: what can never be taken comes back with the reason, and the others are in.
func testRefusal(t *testing.T, h Harness) {
	f := h.open(t)
	bad := []search.Document{
		doc("", attributes{"title": "Schlecht"}), doc("a/b", attributes{"title": "Schlecht"}), doc(strings.Repeat("x", 101), attributes{"title": "Schlecht"}),
		doc("nan", attributes{"title": "Schlecht", "price": math.NaN()}), doc("inf", attributes{"title": "Schlecht", "price": list(math.Inf(1))}),
		doc("kind", attributes{"title": struct{}{}}), doc("object", attributes{"title": "Schlecht", "extra": map[string]any{"a": "b"}}),
		doc("geo", attributes{"title": "Schlecht", search.GeoAttribute: search.Point{Lat: 91}}), doc("text", attributes{"title": "Schlecht", search.GeoAttribute: "51,7"}),
	}
	docs := append([]search.Document{doc("good", attributes{"title": "Gut"})}, bad...)
	docs = append(docs, doc("fine", attributes{"title": "Gut"}))
	refused, err := f.Put(f.ctx, idx, docs)
	f.must(err)
	if len(refused) != len(bad) {
		t.Errorf("%d are refused, want %d: %v", len(refused), len(bad), refused)
	}
	for _, r := range refused {
		if r.Reason == "" || !slices.ContainsFunc(bad, func(d search.Document) bool { return d.ID == r.ID }) {
			t.Errorf("%q is refused because %q", r.ID, r.Reason)
		}
	}
	f.finds("gut", "good", "fine")
	f.finds("schlecht")
}

// testScan: ids by their bytes, each with what it was put with, from any point on.
func testScan(t *testing.T, h Harness) {
	f := h.open(t)
	ids := []string{"a", "A", "aa", "a-", "a_", "a0", "B", "b", "Z", "_", "-", "0", "9", "z", strings.Repeat("m", 100)}
	for i, id := range ids {
		f.put(search.Document{ID: id, Rev: int64(i), Want: int64(100 - i), Attributes: attributes{"title": "x"}})
	}
	f.put(search.Document{ID: "a", Rev: 1 << 40, Want: 0, Attributes: attributes{"title": "x"}})
	want := map[string]search.Stamp{}
	for i, id := range ids {
		want[id] = search.Stamp{ID: id, Rev: int64(i), Want: int64(100 - i)}
	}
	want["a"] = search.Stamp{ID: "a", Rev: 1 << 40}
	slices.Sort(ids)
	for _, limit := range []int{1, 2, 4, 100} {
		var got []string
		for after := ""; ; {
			page, err := f.Scan(f.ctx, idx, after, limit)
			f.must(err)
			if len(page) == 0 {
				break
			}
			if len(got) > len(ids) {
				t.Fatalf("Scan in pages of %d gives more than there is: %q", limit, got)
			}
			if len(page) > limit {
				t.Fatalf("Scan gives %d, the limit is %d", len(page), limit)
			}
			for _, s := range page {
				got = append(got, s.ID)
				if s != want[s.ID] {
					t.Errorf("Scan gives %+v, want %+v", s, want[s.ID])
				}
			}
			after = page[len(page)-1].ID
		}
		f.same(fmt.Sprintf("Scan in pages of %d", limit), got, ids)
	}
	page, err := f.Scan(f.ctx, idx, "b0", 1)
	if err != nil || len(page) != 1 || page[0].ID != strings.Repeat("m", 100) {
		t.Errorf("Scan behind an id that is not there: %v, %v", page, err)
	}
	_, err = f.Scan(f.ctx, "none", "", 1)
	f.code("Scan of an index that is not there", err, fault.NotFound)
}
