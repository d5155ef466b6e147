package index_test

import (
	"fmt"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/index"
	"kontor/pkg/search"
)

// TestGoneHits: a hit that is not public any more, and that the engine still has, leaves neither a gap in a page nor a
// trace in totals and facets.
func TestGoneHits(t *testing.T) {
	k, g := newGated(t)
	k.follow(index.Following{}).ready()
	topic := k.create("topic", obj{"name": "Bauhof"})
	var ids []string
	for i := range 12 {
		ids = append(ids, k.create("project", obj{"title": fmt.Sprintf("Fuhrpark %02d", i), "startYear": int64(2000 + i%2), "topics": to(topic)}))
	}
	k.settled()
	g.away.Store(true)
	for _, id := range []string{ids[0], ids[2], ids[5]} {
		if _, err := k.content.Unpublish(t.Context(), admin, k.typ("project"), id, content.Write{}); err != nil {
			t.Fatal(err)
		}
	}
	q := search.Query{Index: "projects", Text: "Fuhrpark", Limit: 4, Sort: []search.Order{{Attribute: "title"}}, Facets: []string{"startYear"}}
	all := q
	all.Index, all.Facets, all.Limit = "all", []string{"type"}, 20
	none := search.Query{Index: "projects", Text: "Fuhrpark 11", Limit: 4}
	got, err := k.search.Search(t.Context(), []search.Query{none, q, all})
	if err != nil {
		t.Fatal(err)
	}
	if titles := titlesOf(got[1].Hits); titles != "[Fuhrpark 01 Fuhrpark 03 Fuhrpark 04 Fuhrpark 06]" || got[1].Total != 9 {
		t.Errorf("a page of 4 has %s of %d, want four titles of 9", titles, got[1].Total)
	}
	if counts := fmt.Sprint(got[1].Facets["startYear"].Counts); counts != "[{2001 5} {2000 4}]" {
		t.Errorf("the facet counts %s, want those of the 9 that are there", counts)
	}
	if len(got[2].Hits) != 9 || got[2].Total != 9 || fmt.Sprint(got[2].Facets["type"].Counts) != "[{project 9}]" {
		t.Errorf("in all: %d hits of %d, %v", len(got[2].Hits), got[2].Total, got[2].Facets)
	}
	if len(got[0].Hits) == 0 || got[0].Hits[0].Attributes["title"] != "Fuhrpark 11" {
		t.Errorf("the query without a gap is answered with %v", titlesOf(got[0].Hits))
	}
}

func titlesOf(hits []search.Hit) string {
	out := []string{}
	for _, h := range hits {
		out = append(out, fmt.Sprint(h.Attributes["title"]))
	}
	return fmt.Sprint(out)
}

// TestWhyNoIndex: who asks for an index that a type of the public does not have learns why; of other types nothing.
func TestWhyNoIndex(t *testing.T) {
	k := newKit(t)
	for name, want := range map[string]string{
		"project":     "The index of the type `project` is called `projects`.",
		"projects-de": "The locales of the type `project` are de, en, de-simple; the index of `de` is called `projects`.",
		"projects-fr": "The locales of the type `project` are de, en, de-simple; the index of `de` is called `projects`.",
		"documents":   "", // not public here
		"nothing":     "",
	} {
		_, err := k.search.Settings(t.Context(), name)
		if why, _ := fault.As(err).Details[index.Why].(string); !fault.Is(err, fault.NotFound) || why != want {
			t.Errorf("%s: %v, %q, want %q", name, err, why, want)
		}
	}
}
