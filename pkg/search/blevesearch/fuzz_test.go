package blevesearch

import (
	"testing"

	"kontor/pkg/search"
	"kontor/pkg/value"
)

// FuzzQuery: whatever is typed is answered, and what is marked lies within the text and does not overlap.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{"Abwaser", "§ 107 GO", `"der Vertrag" -Bauhof`, "Gewerbegebietsentwicklung", "Musik Schule", "SAE", "e. V.", "ae", "\xff\u00ad-", "„", "ﬁﬂ ẞ", "2b UStG"} {
		f.Add(s, uint8(0))
	}
	e, err := Open(f.TempDir(), Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = e.Close() })
	err = e.Ensure(f.Context(), "p", search.Settings{
		Language:   "de",
		Attributes: []search.Attribute{{Name: "title", Weight: 10}, {Name: "tags", Weight: 2, Filter: true}},
		Synonyms: []search.Synonym{
			{From: []string{"SAE"}, To: []string{"Stab für außergewöhnliche Ereignisse"}}, {From: []string{"Schule", "e. V."}, To: []string{"Musik", "2b"}}, {From: []string{"der"}, To: []string{"die das"}},
		},
	})
	if err != nil {
		f.Fatal(err)
	}
	titles := []string{"Straßenbeleuchtung und Bürgerbüro", "Entwicklung eines Gewerbegebiets", "Ein Stab für außergewöhnliche Ereignisse", "Musikschule e. V., § 2b UStG", "Wer haftet für Um\u00adsatz\u00adsteuer?", "ae\u0301 ﬁ İ ẞ"}
	var docs []search.Document
	for i, title := range titles {
		docs = append(docs, search.Document{ID: string(rune('a' + i)), Attributes: map[string]any{"title": title, "tags": value.List{"Abwasser", title}}})
	}
	if _, err := e.Put(f.Context(), "p", docs); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, typed string, how uint8) {
		r, err := e.Search(t.Context(), []search.Query{{Index: "p", Text: typed, Limit: 20, Matching: search.Matching(how % 3), Matches: []string{"title", "tags"}, WithScores: true}})
		if err != nil {
			t.Fatal(err)
		}
		if r[0].Total != len(r[0].Hits) {
			t.Errorf("%d hits of %d", len(r[0].Hits), r[0].Total)
		}
		for _, h := range r[0].Hits {
			last := 0
			for _, m := range h.Matches["title"] {
				if title := titles[h.ID[0]-'a']; m.Length <= 0 || m.Start < last || m.Start+m.Length > len(title) {
					t.Fatalf("%q marks %+v in %q", typed, m, title)
				}
				last = m.Start + m.Length
			}
		}
	})
}
