package blevesearch

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"kontor/pkg/search"
	"kontor/pkg/value"
)

func open(t *testing.T, dir string) *Engine {
	t.Helper()
	e, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return e
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestGerman: what is typed finds what is meant.
func TestGerman(t *testing.T) {
	e := open(t, t.TempDir())
	ctx := context.Background()
	must(t, e.Ensure(ctx, "p", search.Settings{
		Language:   "de",
		Attributes: []search.Attribute{{Name: "title", Weight: 10}, {Name: "tags", Weight: 2, Filter: true}},
		Synonyms:   []search.Synonym{{From: []string{"IKZ"}, To: []string{"interkommunale Zusammenarbeit"}}},
	}))
	titles := []string{
		"Straßenbeleuchtung im Kreis", "Bürgerbüro digital", "Digitalisierung der Verwaltung", "Abwasserbeseitigung", "IT-Sicherheit gemeinsam",
		"Interkommunale Zusammenarbeit", "§ 107 GO NRW und der e. V.", "Verträge zwischen Zweckverbänden", "Um\u00adsatz\u00adsteuer nach § 2b UStG", "Gemeinden im Wandel",
	}
	var docs []search.Document
	for i, title := range titles {
		docs = append(docs, search.Document{ID: fmt.Sprint(i), Attributes: map[string]any{"title": title, "tags": value.List{"x"}}})
	}
	_, err := e.Put(ctx, "p", docs)
	must(t, err)
	for typed, want := range map[string]string{
		"Beleuchtung": "0", "Strasse": "0", "Straße": "0", "Burgerburo": "1", "Buergerbuero": "1", "BÜRGERBÜRO": "1", "Digitalisirung Verwaltng": "2", "Abwaser": "3", "abw": "3",
		"IT Sicherheit": "4", "IT-Sicherheit": "4", "itsicherheit": "4", "ikz": "5", "§ 107 GO": "6", "107 GO NRW": "6", "e.V.": "6", "eV": "6", "Vertrag": "7", "Zweckverband": "7",
		"Umsatzsteuer": "8", "2b UStG": "8", "Gemeinde": "9", `"GO NRW"`: "6", "die Gemeinde": "9", "der Vertrag zwischen": "7",
	} {
		r, err := e.Search(ctx, []search.Query{{Index: "p", Text: typed, Limit: 3, Matching: search.MatchAll}})
		must(t, err)
		var got []string
		for _, h := range r[0].Hits {
			got = append(got, h.ID)
		}
		if !slices.Equal(got, []string{want}) {
			t.Errorf("%q finds %q, want %q", typed, got, want)
		}
	}
}
