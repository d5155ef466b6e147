package blevesearch

import (
	"slices"
	"strings"
	"testing"

	"kontor/pkg/search"
)

// TestSpellings: a word finds the other ways in which it is written, in both directions.
func TestSpellings(t *testing.T) {
	for _, c := range []struct{ titles, typed, want string }{
		{"CO₂ senken|CO2 sparen|Cobalt", "CO2 ", "0 1"},
		{"CO₂ senken|CO2 sparen|Cobalt", "CO₂ ", "0 1"},
		{"Fläche in m²|Fläche in m2|Fläche in ㎡|Fläche in m", "m2 ", "0 1 2"},
		{"Haus № 5|Haus No 5|Haus Nord", "No ", "0 1"},
		{"½ Stelle|1/2 Stelle|Stelle 12", "½ ", "0 1"},
		{"½ Stelle|1/2 Stelle|Stelle 12", "1/2 ", "0 1"},
		{"Ausbau A40|Ausbau A 40|Ausbau 40 A|A und 40", "A40 ", "0 1"},
		{"Ausbau A40|Ausbau A 40|A 400", "A 40 ", "0 1"},
		{"Ausbau A40|Ausbau A 40|A 5", "A4", "0 1"},
		{"B54n|B 54n|B 54 n|B54 n|B 54", "B54n ", "0 1 2 3"},
		{"B54n|B 54n|B 54 n|B54 n|B 54", "B 54n ", "0 1 2 3"},
		{"B54n|B 54n|B 54 n|B54 n|B 54", "B 54 n ", "0 1 2 3"},
		{"SGBII|SGB II|SGB XII|II", "SGBII ", "0 1"},
		{"SGBII|SGB II|SGB XII|II", "SGB II ", "0 1"},
		{"SGBXII|SGB XII|SGB II|SGB Ⅻ", "SGBXII ", "0 1 3"},
		{"1.000 Euro|1000 Euro|1 000 Euro|1\u202f000 Euro|10.000 Euro|1 Euro", "1000 ", "0 1 2 3"},
		{"10.000 Euro|10000 Euro|1.000 Euro", "10000 ", "0 1"},
		{"10.000 Euro|10000 Euro|1.000 Euro", "10.000 ", "0 1"},
		{"1.250.000 Euro|1250000 Euro|1 250 000 Euro|250.000 Euro", "1 250 000 ", "0 1 2"},
		{"Rad- und Fußwege|Radwege|Fußwege|Rad und Wege", "Radwege ", "1 0"},
		{"Rad- und Fußweg|Radwege|Fußwege", "Radweg", "0 1"},
		{"Kinder- und Jugendhilfe|Kinderhilfe|Jugendhilfe für Kinder", "Kinderhilfe ", "1 0"},
		{"Ver- und Entsorgung|Entsorgung", "Versorgung ", "0"},
		{"Verkehrswege und -plätze|Verkehrsplatz|Plätze", "Verkehrsplatz ", "1 0"},
		{"Bau-, Planungs- und Umweltamt|Umweltbau", "Bauamt ", "0"},
	} {
		find := shelfOf(t, nil, strings.Split(c.titles, "|")...)
		got := find(c.typed, search.MatchAll)
		want := strings.Fields(c.want)
		if c.want != "1 0" {
			slices.Sort(got) // all of them are the word itself
		}
		if !slices.Equal(got, want) {
			t.Errorf("of %s %q finds %v, want %v", c.titles, c.typed, got, want)
		}
	}
}

// TestSpellingMarks: what is written otherwise is marked as a whole.
func TestSpellingMarks(t *testing.T) {
	e := open(t, t.TempDir())
	must(t, e.Ensure(t.Context(), "p", search.Settings{Language: "de", Attributes: []search.Attribute{{Name: "title", Weight: 10}}}))
	titles := map[string]string{"0": "Die Rad- und Fußwege an der A 40 mit 10.000 m² und ½ №"}
	_, err := e.Put(t.Context(), "p", []search.Document{{ID: "0", Attributes: map[string]any{"title": titles["0"]}}})
	must(t, err)
	for typed, want := range map[string]string{
		"Radwege": "Rad- und Fußwege", "A40": "A 40", "A4": "A 40", "10000": "10.000", "m2": "m²", "½ ": "½", "No ": "№", "rad": "Rad",
	} {
		r, err := e.Search(t.Context(), []search.Query{{Index: "p", Text: typed, Limit: 1, Matches: []string{"title"}}})
		must(t, err)
		if len(r[0].Hits) != 1 || len(r[0].Hits[0].Matches["title"]) == 0 {
			t.Errorf("%q finds %+v", typed, r[0].Hits)
			continue
		}
		m := r[0].Hits[0].Matches["title"][0]
		if got := titles["0"][m.Start : m.Start+m.Length]; got != want {
			t.Errorf("%q marks %q, want %q", typed, got, want)
		}
	}
}
