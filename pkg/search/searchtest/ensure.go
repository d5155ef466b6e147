package searchtest

import (
	"slices"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/search"
)

// testEnsure: an index is there, empty and searchable, as soon as Ensure returns, and keeps its documents when it is ensured again.
func testEnsure(t *testing.T, h Harness) {
	f := h.open(t)
	r := f.search(search.Query{Text: "nothing", Facets: []string{"tags"}})
	if r.Total != 0 || len(r.Hits) != 0 {
		t.Errorf("a new index has hits: %+v", r)
	}
	if facet, ok := r.Facets["tags"]; !ok || len(facet.Counts) != 0 || facet.Stats != nil {
		t.Errorf("a facet of a new index is %+v, want one without counts", r.Facets)
	}
	if stamps, err := f.Scan(f.ctx, idx, "", 10); err != nil || len(stamps) != 0 {
		t.Errorf("Scan of a new index: %v, %v", stamps, err)
	}
	f.put(titled("Eins", "Zwei")...)
	f.must(f.Ensure(f.ctx, idx, settings()))
	f.finds("eins", "a")

	t.Run("synonyms and ranking are taken over", func(t *testing.T) {
		s := settings()
		s.Synonyms = []search.Synonym{{From: []string{"Drei"}, To: []string{"Zwei"}}}
		s.Ranking = []search.Rule{search.Words, search.Sorting}
		f.must(f.Ensure(f.ctx, idx, s))
		f.finds("drei", "b")
		f.must(f.Ensure(f.ctx, idx, settings()))
		f.finds("drei")
	})
	t.Run("other settings are a conflict that changes nothing", func(t *testing.T) {
		for name, change := range map[string]func(*search.Settings){
			"a language": func(s *search.Settings) { s.Language = "en" },
			"an attribute more": func(s *search.Settings) {
				s.Attributes = append(s.Attributes, search.Attribute{Name: "more", Weight: 1})
			},
			"an attribute less":     func(s *search.Settings) { s.Attributes = s.Attributes[1:] },
			"an attribute filtered": func(s *search.Settings) { s.Attributes[1].Filter = true },
		} {
			s := settings()
			s.Attributes = slices.Clone(s.Attributes)
			change(&s)
			s.Synonyms = []search.Synonym{{From: []string{"Vier"}, To: []string{"Zwei"}}}
			f.code("Ensure with "+name, f.Ensure(f.ctx, idx, s), fault.Conflict)
		}
		f.finds("vier")
		f.finds("eins", "a")
	})
	t.Run("names", func(t *testing.T) {
		for _, name := range []string{"a", "projects-de-simple", "a1~", "p~"} {
			f.must(f.Ensure(f.ctx, name, settings()))
			if _, ok := f.info(name); !ok {
				t.Errorf("%q is not listed", name)
			}
		}
		for _, name := range []string{"", "A", "1a", "a/b", "../a", "a~b", "~", "ä", "a b", "a_b"} {
			f.code("Ensure of "+name, f.Ensure(f.ctx, name, settings()), fault.Invalid)
		}
	})
	t.Run("the list", func(t *testing.T) {
		list, err := f.Indexes(f.ctx)
		f.must(err)
		if !slices.IsSortedFunc(list, func(a, b search.Info) int { return slices.Compare([]byte(a.Name), []byte(b.Name)) }) {
			t.Errorf("the indexes are not listed by name: %v", list)
		}
		if i, _ := f.info(idx); i.Documents != 2 || i.Damaged != "" {
			t.Errorf("the index is listed as %+v, want 2 documents", i)
		}
	})
	t.Run("bad settings", func(t *testing.T) {
		for name, s := range map[string]search.Settings{
			"an attribute twice":      {Attributes: []search.Attribute{{Name: "a"}, {Name: "a"}}},
			"a bad attribute":         {Attributes: []search.Attribute{{Name: "a b"}}},
			"an attribute like _rev":  {Attributes: []search.Attribute{{Name: "_rev"}}},
			"a negative weight":       {Attributes: []search.Attribute{{Name: "a", Weight: -1}}},
			"an unknown rule":         {Ranking: []search.Rule{"popularity"}},
			"a rule twice":            {Ranking: []search.Rule{search.Words, search.Words}},
			"a place that's searched": {Attributes: []search.Attribute{{Name: search.GeoAttribute, Weight: 1}}},
		} {
			f.code("Ensure with "+name, f.Ensure(f.ctx, "bad", s), fault.Invalid)
		}
		if _, ok := f.info("bad"); ok {
			t.Error("an index with bad settings is there")
		}
	})
}
