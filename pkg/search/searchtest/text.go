package searchtest

import (
	"slices"
	"strings"
	"testing"

	"kontor/pkg/search"
)

// testText: whole words without regard to case and accents, in any searched attribute, and the beginning of the last one.
func testText(t *testing.T, h Harness) {
	f := h.open(t)
	f.put(
		doc("a", attributes{"title": "Radweg entlang der Sieg", "tags": list("Verkehr", "Tourismus")}),
		doc("b", attributes{"title": "Bauhof", "body": "Der Bauhof räumt den Radweg."}),
		doc("c", attributes{"title": "École für Alle", "secret": "Radweg"}),
		doc("d", attributes{"title": "Radio", "kind": "Sieg", "extra": "Sieg"}),
		doc("e", attributes{"title": "ΑΘΗΝΑ и Москва 東京"}),
		doc("f", attributes{"title": "Antrag 2024/17, 4. Fassung (neu)"}),
	)
	for text, want := range map[string]string{
		"radweg": "abc", "RADWEG": "abc", "Radweg ": "abc", "bauhof radweg": "b", "radweg bauhof": "b", "verkehr": "a", "sieg": "a",
		"rad": "abcd", "radi": "d", "rad ": "", "ecole": "c", "École": "c", "verkehr tour": "a", "tour verkehr": "", "αθηνα": "e", "МОСКВА": "e", "моск": "e",
		"2024": "f", "17": "f", "fassung, neu": "f", "  radweg   bauhof  ": "b", "gibtesnicht": "", "radweg gibtesnicht": "", "t": "a", "ve": "a",
	} {
		f.finds(text, strings.Split(want, "")[:len(want)]...)
	}
	for _, text := range []string{"", " ", "\t\n", "!?", "\u00a0"} {
		f.finds(text, "a", "b", "c", "d", "e", "f")
	}
	t.Run("with a filter", func(t *testing.T) {
		f.same("both must hold", f.found(search.Query{Text: "rad", Filter: eq("tags", "verkehr")}), []string{"a"})
	})
	t.Run("hostile texts", func(t *testing.T) {
		for _, text := range []string{"\"", "-", "--", "- -", "\"\"", "-\"", "\"-\"", "\xff\xfe", "\x00", strings.Repeat("a", 100_000), strings.Repeat("wort ", 5000), strings.Repeat("\"", 999), "*", "a* ?b ~c^2 +d field:e (f OR g)", "\u202e\u200b", "\U0010ffff"} {
			if _, err := f.Search(f.ctx, []search.Query{{Index: idx, Text: text, Limit: 1, Matches: []string{"title", "body"}}}); err != nil {
				t.Errorf("%.20q: %v", text, err)
			}
		}
	})
}

// testTypo: one letter from five letters on, two from nine.
func testTypo(t *testing.T, h Harness) {
	f := h.open(t)
	f.put(titled("Wald", "Brücke", "Schwimmbad", "Verwaltungsgericht", "Feuerwehr")...)
	for text, want := range map[string]string{
		"wald": "a", "walt ": "", "wld ": "", // four letters: none
		"bruke ": "b", "brucce ": "b", "bruecke ": "b", "brückke ": "b", "brükce ": "b", "bruk ": "", "brakka ": "", // one: left out, changed, put in, changed round
		"schwimbad ": "c", "schwimbat ": "c", "schwimpatt ": "", // nine letters: two
		"feurwehr": "e", "feuerwher": "e", "verwltungsgericht": "d", "verwltungsgerihct": "d",
		"verwltun": "d", "feurw": "e", // the beginning of the last word, with a typo
		"feurw ": "", // and that of no other
	} {
		f.finds(text, strings.Split(want, "")[:len(want)]...)
	}
	t.Run("numbers have none", func(t *testing.T) {
		f.put(doc("n", attributes{"title": "123456"}))
		f.finds("123456", "n")
	})
}

// testPhrase: words in quotes stand one behind the other; a - excludes.
func testPhrase(t *testing.T, h Harness) {
	f := h.open(t)
	f.put(
		doc("a", attributes{"title": "Kommunale Zusammenarbeit im Kreis", "body": "Ein Beispiel."}),
		doc("b", attributes{"title": "Zusammenarbeit", "body": "Kommunale Aufgaben. Zusammenarbeit lohnt sich."}),
		doc("c", attributes{"title": "Kommunale", "tags": list("Kommunale", "Zusammenarbeit")}),
	)
	for text, want := range map[string]string{
		`"kommunale zusammenarbeit"`: "a", `"Zusammenarbeit Kommunale"`: "", `"zusammenarbeit"`: "abc", `kommunale zusammenarbeit`: "abc",
		`"kommunale zusammenarbeit" beispiel`: "a", `"kommunale zusammenarbeit" aufgaben`: "", `beispiel "kommunale zusammenarbeit`: "a",
		`"kommunale zusammen"`: "", `"komunale"`: "", `"kommunale" -aufgaben`: "ac", `zusammenarbeit -kreis -aufgaben`: "c", `-kreis`: "bc",
		`zusammenarbeit -"kommunale zusammenarbeit"`: "bc", `kommunale - kreis`: "a", `-gibtesnicht`: "abc", `"" kreis`: "a",
	} {
		f.finds(text, strings.Split(want, "")[:len(want)]...)
	}
	f.same("a phrase must be there however words are matched", f.found(search.Query{Text: `kommunale "zusammenarbeit im kreis"`}), []string{"a"})
	f.same("what is excluded is not there however words are matched", f.found(search.Query{Text: "zusammenarbeit kreis -beispiel"}), []string{"b", "c"})
}

// testMatching: what is hit when few documents have all the words.
func testMatching(t *testing.T, h Harness) {
	f := h.open(t)
	f.put(titled("Alpha Beta Gamma", "Alpha Beta", "Alpha", "Beta Gamma", "Gamma", "Alpha Gamma", "Gamma Delta")...)
	for _, c := range []struct {
		text  string
		how   search.Matching
		want  string
		first string
	}{
		{"alpha beta gamma", search.MatchAll, "a", "a"},
		{"alpha beta gamma", search.MatchLast, "abcf", "ab"},
		{"beta alpha ", search.MatchLast, "abd", ""},
		{"beta delta ", search.MatchLast, "abd", ""},
		{"beta delta ", search.MatchAll, "", ""},
		{"delta gamma ", search.MatchFrequency, "g", "g"},
		{"gamma delta ", search.MatchFrequency, "g", "g"},
		{"gamma beta ", search.MatchFrequency, "abd", ""},
	} {
		got := f.ids(search.Query{Text: c.text, Matching: c.how})
		if c.first != "" && !slices.Equal(got[:min(len(got), len(c.first))], strings.Split(c.first, "")) {
			t.Errorf("%q: %q, want %q first", c.text, got, c.first)
		}
		slices.Sort(got)
		f.same(c.text, got, strings.Split(c.want, "")[:len(c.want)])
	}
	got := f.ids(search.Query{Text: "none alpha "})
	if slices.Sort(got); len(got) > 0 { // or it is the first word that must be there, whatever it is
		f.same("none alpha", got, []string{"a", "b", "c", "f"})
	}
}

// testSynonym: what is typed as one member is also found as the others, of one word or several.
func testSynonym(t *testing.T, h Harness) {
	s := settings()
	s.Synonyms = []search.Synonym{
		{From: []string{"IKZ"}, To: []string{"Interkommunale Zusammenarbeit"}},
		{From: []string{"Interkommunale Zusammenarbeit"}, To: []string{"IKZ"}},
		{From: []string{"Kita", "Kindergarten"}, To: []string{"Kindertagesstätte"}},
	}
	f := h.openWith(t, s)
	f.put(titled("IKZ in NRW", "Interkommunale Zusammenarbeit", "Zusammenarbeit, interkommunale", "Neue Kindertagesstätte", "Kindergarten im Ort")...)
	for text, want := range map[string]string{
		"ikz ": "ab", "interkommunale zusammenarbeit ": "abc", "kita ": "d", "kindergarten ": "de", "kindertagesstätte ": "d", "ikz nrw ": "a", "neue kita ": "d",
	} {
		f.finds(text, strings.Split(want, "")[:len(want)]...)
	}
	f.same("the word itself first", f.ids(search.Query{Text: "kindergarten "})[:1], []string{"e"})
}

// testSearchOn: only in the attributes that are named.
func testSearchOn(t *testing.T, h Harness) {
	f := h.open(t)
	f.put(doc("a", attributes{"title": "Hafen"}), doc("b", attributes{"body": "Am Hafen"}), doc("c", attributes{"tags": list("Hafen", "See")}), doc("d", attributes{"title": "See", "body": "Hafen"}))
	for _, c := range []struct {
		on   []string
		text string
		want []string
	}{
		{nil, "hafen", []string{"a", "b", "c", "d"}},
		{[]string{"title"}, "hafen", []string{"a"}},
		{[]string{"body", "tags"}, "hafen", []string{"b", "c", "d"}},
		{[]string{"title"}, "see hafen", nil},
		{[]string{"title"}, "h", []string{"a"}},
		{[]string{"title", "body"}, "see hafen", []string{"d"}},
	} {
		f.same(c.text+" in "+strings.Join(c.on, " and "), f.found(search.Query{Text: c.text, SearchOn: c.on, Matching: search.MatchAll}), c.want)
	}
}

// testGerman: what the language adds.
func testGerman(t *testing.T, h Harness) {
	f := h.open(t)
	f.put(titled("Straßenbeleuchtung", "Bürgerbüro", "Vertrag zwischen Gemeinden", "Zweckverbände und ihre Verträge", "IT-Sicherheit", "Der Verein e. V. und § 2b UStG", "Um\u00adsatz\u00adsteuer")...)
	for text, want := range map[string]string{
		"strasse": "a", "Straßen": "a", "STRASSEN": "a", "burgerburo": "b", "IT-Sicherheit": "e", "it sicherheit": "e", "sicherheit": "e", "§ 2b UStG": "f", "2b": "f", "e. V.": "f", "umsatzsteuer": "g",
	} {
		f.finds(text, strings.Split(want, "")[:len(want)]...)
	}
	if ids := f.ids(search.Query{Text: "und die sicherheit "}); len(ids) == 0 || !slices.Contains(ids, "e") {
		t.Errorf("words that say nothing keep a document from being found: %q", ids)
	}
	if !h.lacks(Umlauts) {
		f.finds("buergerbuero", "b")
		f.finds("zweckverbaende", "d")
	}
	if !h.lacks(Compounds) {
		f.finds("beleuchtung ", "a")
	}
	if !h.lacks(Inflection) {
		f.finds("verträge ", "c", "d")
		f.finds("vertrag ", "c", "d")
		f.finds("gemeinde ", "c")
		f.finds("zweckverband ", "d")
	}
	if !h.lacks(Compounds) && !h.lacks(Inflection) {
		f.put(doc("x", attributes{"title": "Rahmenverträge"}))
		f.finds("vertrag ", "c", "d", "x")
	}
}
