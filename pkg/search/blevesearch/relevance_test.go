package blevesearch

import (
	"fmt"
	"slices"
	"testing"

	"kontor/pkg/search"
	"kontor/pkg/value"
)

// shelfOf makes an index of titles, with their numbers as ids.
func shelfOf(t *testing.T, synonyms []search.Synonym, titles ...string) func(typed string, how ...search.Matching) []string {
	t.Helper()
	e := open(t, t.TempDir())
	must(t, e.Ensure(t.Context(), "p", search.Settings{Language: "de", Attributes: []search.Attribute{{Name: "title", Weight: 10}}, Synonyms: synonyms}))
	var docs []search.Document
	for i, title := range titles {
		docs = append(docs, search.Document{ID: fmt.Sprint(i), Attributes: map[string]any{"title": title}})
	}
	_, err := e.Put(t.Context(), "p", docs)
	must(t, err)
	return func(typed string, how ...search.Matching) []string {
		q := search.Query{Index: "p", Text: typed, Limit: 20}
		if len(how) > 0 {
			q.Matching = how[0]
		}
		r, err := e.Search(t.Context(), []search.Query{q})
		must(t, err)
		got := []string{}
		for _, h := range r[0].Hits {
			got = append(got, h.ID)
		}
		return got
	}
}

// TestSynonymForms: a synonym is known, and finds, in all forms of its words.
func TestSynonymForms(t *testing.T) {
	find := shelfOf(t, []search.Synonym{
		{From: []string{"Hackerangriff"}, To: []string{"Cyberangriff"}},
		{From: []string{"Stab für außergewöhnliche Ereignisse"}, To: []string{"Krisenstab"}},
		{From: []string{"SAE"}, To: []string{"Stab für außergewöhnliche Ereignisse"}},
		{From: []string{"Netz"}, To: []string{"gemeinsames Portal"}},
	}, "Hilfe bei Cyberangriffen", "Krisenstäbe üben", "Ein Stab für außergewöhnliche Ereignisse", "Sachen und Saal", "Die gemeinsamen Portale", "Ein Portal, aber gemeinsames", "Cyber")
	tests := []struct {
		typed string
		want  []string
	}{
		{"Hackerangriffe", []string{"0"}},
		{"Stab außergewöhnliche Ereignisse", []string{"2", "1"}},
		{"SAE", []string{"2", "3"}}, // which is a beginning of Sachen too, where ae is a
		{"Netze ", []string{"4"}},
	}
	for _, tt := range tests {
		if got := find(tt.typed); !slices.Equal(got, tt.want) {
			t.Errorf("%q finds %v, want %v", tt.typed, got, tt.want)
		}
	}
}

// TestSynonymMarks: what a synonym finds is marked, as a word and as a phrase.
func TestSynonymMarks(t *testing.T) {
	e := open(t, t.TempDir())
	must(t, e.Ensure(t.Context(), "p", search.Settings{Language: "de", Attributes: []search.Attribute{{Name: "title", Weight: 10}},
		Synonyms: []search.Synonym{{From: []string{"Netz"}, To: []string{"gemeinsames Portal", "Verbund"}}}}))
	const title = "Verbünde: gemeinsame Portale"
	_, err := e.Put(t.Context(), "p", []search.Document{{ID: "0", Attributes: map[string]any{"title": title}}})
	must(t, err)
	r, err := e.Search(t.Context(), []search.Query{{Index: "p", Text: "Netz", Limit: 1, Matches: []string{"title"}}})
	must(t, err)
	var got []string
	for _, h := range r[0].Hits {
		for _, m := range h.Matches["title"] {
			got = append(got, title[m.Start:m.Start+m.Length])
		}
	}
	if want := []string{"Verbünde", "gemeinsame Portale"}; !slices.Equal(got, want) {
		t.Errorf("marked %q, want %q", got, want)
	}
}

// TestUnknownWords: a word that no document has does not keep the others from being found, unless all must be there.
func TestUnknownWords(t *testing.T) {
	find := shelfOf(t, nil, "Baumaschinen teilen", "Baumaschinen", "Kanäle")
	for typed, want := range map[string][]string{
		"Sharing Baumaschinen":        {"0", "1"},
		"Sharing Baumaschinen teilen": {"0", "1"},
		"Baumaschinen Sharing":        {"0", "1"},
		"Sharing Economy":             {},
		`"Sharing" Baumaschinen`:      {},
	} {
		if got := find(typed); !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", typed, got, want)
		}
	}
}

// TestKin: nouns and the verbs they are made of find each other, behind what is there as it was typed.
func TestKin(t *testing.T) {
	find := shelfOf(t, nil, "Wer haftet für was", "Die Haftung", "Wir fördern Vereine", "Förderungen", "Schulen im Kreis", "Die Zeit", "Flächen entwickeln")
	for typed, want := range map[string][]string{
		"Haftung": {"1", "0"}, "haften": {"0", "1"}, "fördern": {"2", "3"}, "Förderung": {"3", "2"}, "Schule": {"4"}, "Zeitung": {},
		"Entwicklung": {"6"},
	} {
		if got := find(typed); !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", typed, got, want)
		}
	}
}

// TestParts: a word finds those that are composed of it, and not those that have its letters by chance.
func TestParts(t *testing.T) {
	find := shelfOf(t, nil, "Abwasser", "Trinkwasser", "Gewerbeflächen", "Anlagen", "Reisen", "Verwaltungsgericht")
	for typed, want := range map[string][]string{
		"Wasser ": {"0", "1"}, "Flächen ": {"2"}, "Lagen ": {}, "Eisen ": {}, "Gericht ": {"5"},
	} {
		if got := find(typed); !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", typed, got, want)
		}
	}
}

// TestCompounds: a word that no document has is asked for by the words that it is composed of.
func TestCompounds(t *testing.T) {
	find := shelfOf(t, []search.Synonym{{From: []string{"Handy"}, To: []string{"Smartphone"}}},
		"Entwicklung eines Gewerbegebiets", "Gewerbegebiet am Hafen", "Kurse am Smartphone", "Entwicklungen", "Kosten der Personalgewinnung")
	for typed, want := range map[string][]string{
		"Gewerbegebietsentwicklung": {"0", "1"}, "Handykurs": {"2"}, "Personalgewinnungskosten": {"4"}, "Hafenentwicklungsunsinn": {},
		"Gewerbegebiete": {"0", "1"}, "Xylofonkonzert": {},
	} {
		got := find(typed)
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", typed, got, want)
		}
	}
}

// TestNames: a name is found as it is before other forms of it, even where those have more weight;
// a form of a word that is no name still counts as the word.
func TestNames(t *testing.T) {
	e := open(t, t.TempDir())
	must(t, e.Ensure(t.Context(), "p", search.Settings{Language: "de", Attributes: []search.Attribute{{Name: "title", Weight: 10}, {Name: "places", Weight: 2}, {Name: "body", Weight: 1}}}))
	_, err := e.Put(t.Context(), "p", []search.Document{
		{ID: "rhein", Attributes: map[string]any{"title": "Radweg am Rhein", "places": value.List{"Bonn"}}},
		{ID: "rheine", Attributes: map[string]any{"title": "Kläranlage im Verbund", "places": value.List{"Greven", "Rheine"}}},
		{ID: "form", Attributes: map[string]any{"title": "Radwege"}},
		{ID: "word", Attributes: map[string]any{"title": "Brücken", "body": "für den Radweg"}},
	})
	must(t, err)
	for typed, want := range map[string][]string{"Rheine": {"rheine", "rhein"}, "Rheine ": {"rheine", "rhein"}, "Rhein ": {"rhein", "rheine"}, "Radweg ": {"rhein", "form", "word"}} {
		r, err := e.Search(t.Context(), []search.Query{{Index: "p", Text: typed, Limit: 20}})
		must(t, err)
		got := []string{}
		for _, h := range r[0].Hits {
			got = append(got, h.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", typed, got, want)
		}
	}
}

// TestNamesWithOtherWords: beside another word, too, a name ranks before its other forms, before
// compounds of those, and before words that only begin with its letters.
func TestNamesWithOtherWords(t *testing.T) {
	e := open(t, t.TempDir())
	must(t, e.Ensure(t.Context(), "p", search.Settings{
		Language:   "de",
		Attributes: []search.Attribute{{Name: "title", Weight: 10}, {Name: "places", Weight: 2}, {Name: "body", Weight: 1}},
		Synonyms:   []search.Synonym{{From: []string{"IT"}, To: []string{"digital"}}},
	}))
	put := func(id, title, place, body string) search.Document {
		return search.Document{ID: id, Attributes: map[string]any{"title": title, "places": value.List{place}, "body": body}}
	}
	_, err := e.Put(t.Context(), "p", []search.Document{
		put("erft", "Eine Vergabestelle im Rhein-Erft-Kreis", "Rhein-Erft-Kreis", ""),
		put("rheine", "Rheine und Nottuln schreiben gemeinsam aus", "Rheine", "Was eine Vergabestelle tut"),
		put("sieg", "IT im Rhein-Sieg-Kreis", "Rhein-Sieg-Kreis", ""),
		put("siegen", "Bauaufsicht, inzwischen digital", "Siegen", ""),
		put("compound", "Ein Bauhofverbund im Tal", "Lemgo", ""),
		put("word", "Ein Verbund im Tal", "Bauhof", ""),
	})
	must(t, err)
	for typed, want := range map[string][]string{
		"Vergabestelle Rheine":  {"rheine", "erft"},
		"Vergabestelle Rheine ": {"rheine", "erft"},
		"Rheine Vergabestelle":  {"rheine", "erft"},
		"Siegen IT":             {"siegen", "sieg"},
		"IT Siegen":             {"siegen", "sieg"},
		"Tal Bauhof":            {"compound", "word"}, // a compound of a name still begins with it
	} {
		r, err := e.Search(t.Context(), []search.Query{{Index: "p", Text: typed, Limit: 20}})
		must(t, err)
		got := []string{}
		for _, h := range r[0].Hits {
			got = append(got, h.ID)
		}
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("%q finds %v, want %v first", typed, got, want)
		}
	}
}

// TestShorterForms: of several words, a word as it was typed ranks before a shorter form that stands
// nearer to its neighbour, and a longer form does not rank after it for that.
func TestShorterForms(t *testing.T) {
	find := shelfOf(t, nil, "Feuerwehr am Rhein", "Rheine und Emsdetten planen Feuerwehr", "Halle Musik", "Hallen und Musik",
		"Alten Bahnen folgen", "Eine alte und stillgelegte Bahn")
	for typed, want := range map[string][]string{
		"Feuerwehr Rheine": {"1", "0"}, "Rheine Feuerwehr": {"1", "0"}, "Hallen Musik": {"3", "2"}, "Musik Hallen": {"3", "2"},
		"alte Bahn": {"4", "5"},
	} {
		if got := find(typed); len(got) < 2 || !slices.Equal(got[:2], want) {
			t.Errorf("%q finds %v, want %v first", typed, got, want)
		}
	}
}
