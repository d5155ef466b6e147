package searchtest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/search"
)

func facetDocs() []search.Document {
	return []search.Document{
		doc("a", attributes{"title": "Netz", "tags": list("IT", "Wasser"), "year": int64(2020), "price": 0.5, "done": true}),
		doc("b", attributes{"title": "Netz", "tags": list("IT", "IT"), "year": int64(2021), "price": int64(3)}),
		doc("c", attributes{"title": "Netz Bau", "tags": list("Bau"), "year": int64(2020), "done": false}),
		doc("d", attributes{"title": "Anderes", "tags": list("Bau", "Öffentliches"), "year": int64(1999), "done": true}),
		doc("e", attributes{"title": "Netz"}),
	}
}

// testFacet: values are counted over all hits, whatever the window; a document counts once for a value.
func testFacet(t *testing.T, h Harness) {
	f := h.open(t)
	for _, d := range facetDocs() {
		f.put(d)
	}
	counts := func(q search.Query, name string) []search.Count { return f.search(q).Facets[name].Counts }
	want := func(clause string, got []search.Count, want ...search.Count) {
		t.Helper()
		if len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", clause, got, want)
		}
	}
	all := search.Query{Facets: []string{"tags", "year", "price", "done"}, Limit: 1}
	want("texts, by count and then by value", counts(all, "tags"), search.Count{Value: "Bau", Count: 2}, search.Count{Value: "IT", Count: 2}, search.Count{Value: "Wasser", Count: 1}, search.Count{Value: "Öffentliches", Count: 1})
	want("numbers, as JSON writes them", counts(all, "price"), search.Count{Value: "0.5", Count: 1}, search.Count{Value: "3", Count: 1})
	want("years", counts(all, "year"), search.Count{Value: "2020", Count: 2}, search.Count{Value: "1999", Count: 1}, search.Count{Value: "2021", Count: 1})
	want("true and false", counts(all, "done"), search.Count{Value: "true", Count: 2}, search.Count{Value: "false", Count: 1})
	r := f.search(all)
	if s := r.Facets["year"].Stats; s == nil || s.Min != 1999 || s.Max != 2021 {
		t.Errorf("the years reach over %v, want 1999 to 2021", s)
	}
	if s := r.Facets["tags"].Stats; s != nil {
		t.Errorf("texts have the bounds %v", s)
	}
	all.Text = "netz"
	want("of the hits of a text", counts(all, "tags"), search.Count{Value: "IT", Count: 2}, search.Count{Value: "Bau", Count: 1}, search.Count{Value: "Wasser", Count: 1})
	all.Filter = number("year", query.Lte, 2020)
	want("and of a filter", counts(all, "tags"), search.Count{Value: "Bau", Count: 1}, search.Count{Value: "IT", Count: 1}, search.Count{Value: "Wasser", Count: 1})
	all.Text = "gibtesnicht"
	want("of no hit", counts(all, "tags"))

	t.Run("many values", func(t *testing.T) {
		f := h.open(t)
		var docs []search.Document
		for i := range 300 {
			tags := list(fmt.Sprintf("wert %03d", i))
			for k := range i % 5 {
				tags = append(tags, fmt.Sprintf("oft %d", k))
			}
			docs = append(docs, doc(numbered("m", i), attributes{"tags": tags}))
		}
		f.put(docs...)
		q := search.Query{Facets: []string{"tags"}}
		if got := f.search(q).Facets["tags"].Counts; len(got) != 100 || got[0] != (search.Count{Value: "oft 0", Count: 240}) {
			t.Errorf("there are %d values, the first is %v, want 100 and the most frequent one", len(got), got[0])
		}
		q.MaxValues = 3
		if got := f.search(q).Facets["tags"].Counts; len(got) != 3 || got[2] != (search.Count{Value: "oft 2", Count: 120}) {
			t.Errorf("three values are %v", got)
		}
		q.MaxValues = 1000
		if got := f.search(q).Facets["tags"].Counts; len(got) != 304 {
			t.Errorf("there are %d values, want 304", len(got))
		}
	})
}

// testFacetSearch: values by what is typed of them.
func testFacetSearch(t *testing.T, h Harness) {
	f := h.open(t)
	f.put(
		doc("a", attributes{"title": "Netz", "tags": list("Stadt Köln", "Abfallwirtschaft")}),
		doc("b", attributes{"title": "Netz", "tags": list("Stadt Köln", "Kreis Kleve")}),
		doc("c", attributes{"title": "Bau", "tags": list("Kreis Kleve", "Abwasser"), "year": int64(2020)}),
		doc("d", attributes{"title": "Bau", "tags": list("Gemeinde Nümbrecht")}),
	)
	ask := func(q search.FacetQuery) []string {
		t.Helper()
		q.Index, q.Facet = idx, "tags"
		r, err := f.FacetSearch(f.ctx, q)
		f.must(err)
		var out []string
		for _, c := range r.Counts {
			out = append(out, fmt.Sprintf("%s %d", c.Value, c.Count))
		}
		return out
	}
	f.same("nothing typed", ask(search.FacetQuery{}), []string{"Kreis Kleve 2", "Stadt Köln 2", "Abfallwirtschaft 1", "Abwasser 1", "Gemeinde Nümbrecht 1"})
	f.same("a beginning", ask(search.FacetQuery{Typed: "ab"}), []string{"Abfallwirtschaft 1", "Abwasser 1"})
	f.same("the beginning of a later word, without its accent", ask(search.FacetQuery{Typed: "kol"}), []string{"Stadt Köln 2"})
	f.same("two words", ask(search.FacetQuery{Typed: "kreis kle"}), []string{"Kreis Kleve 2"})
	f.same("a typo", ask(search.FacetQuery{Typed: "Numbrcht"}), []string{"Gemeinde Nümbrecht 1"})
	f.same("nothing like it", ask(search.FacetQuery{Typed: "xyz"}), nil)
	f.same("under a text", ask(search.FacetQuery{Query: search.Query{Text: "netz"}, Typed: "k"}), []string{"Stadt Köln 2", "Kreis Kleve 1"})
	f.same("under a filter", ask(search.FacetQuery{Query: search.Query{Filter: eq("year", "2020")}}), []string{"Abwasser 1", "Kreis Kleve 1"})
	f.same("some of them", ask(search.FacetQuery{Most: 1, Typed: "a"}), []string{"Abfallwirtschaft 1"})
	for clause, q := range map[string]search.FacetQuery{
		"an attribute that is no facet": {Query: search.Query{Index: idx}, Facet: "title"}, "an unknown one": {Query: search.Query{Index: idx}, Facet: "none"},
		"a bad filter": {Query: search.Query{Index: idx, Filter: eq("title", "x")}, Facet: "tags"}, "a negative number": {Query: search.Query{Index: idx}, Facet: "tags", Most: -1},
	} {
		_, err := f.FacetSearch(f.ctx, q)
		f.code("FacetSearch with "+clause, err, fault.Invalid)
	}
	_, err := f.FacetSearch(f.ctx, search.FacetQuery{Query: search.Query{Index: "none"}, Facet: "tags"})
	f.code("FacetSearch in an index that is not there", err, fault.NotFound)
}

// testDistinct: of the hits with one value only the first is answered; those without a value all are.
func testDistinct(t *testing.T, h Harness) {
	f := h.open(t)
	for i := range 12 {
		a := attributes{"title": "Haus", "year": int64(i)}
		if i < 10 {
			a["kind"] = fmt.Sprint(i % 3)
		}
		f.put(doc(letter(i), a))
	}
	q := search.Query{Text: "haus", Distinct: "kind", Sort: []search.Order{{Attribute: "year", Desc: true}}}
	r := f.search(q)
	f.same("one hit for each value", idsOf(r.Hits), []string{"l", "k", "j", "i", "h"})
	if r.Total != 5 {
		t.Errorf("the total is %d, want 5", r.Total)
	}
	q.Offset, q.Limit = 1, 3
	f.same("a page of them", f.ids(q), []string{"k", "j", "i"})
	if got := f.search(search.Query{Distinct: "kind", Filter: search.Filter{Op: query.NotNull, Attribute: "kind"}}); got.Total != 3 {
		t.Errorf("over everything with a value there are %d, want 3", got.Total)
	}
}

// testRetrieve: what is asked for, never what is hidden.
func testRetrieve(t *testing.T, h Harness) {
	f := h.open(t)
	f.put(doc("a", attributes{"title": "Titel", "body": "Text", "secret": "geheim", "extra": "mehr", "year": int64(1)}))
	for _, c := range []struct {
		clause string
		names  []string
		want   []string
	}{
		{"nil: all that are not hidden", nil, []string{"body", "extra", "title", "year"}},
		{"empty: none", []string{}, nil},
		{"some", []string{"year", "title"}, []string{"title", "year"}},
		{"one that the document has not", []string{"price"}, nil},
	} {
		var got []string
		for name := range f.search(search.Query{Retrieve: c.names}).Hits[0].Attributes {
			got = append(got, name)
		}
		slices.Sort(got)
		f.same(c.clause, got, c.want)
	}
	f.finds("geheim", "a")
}
