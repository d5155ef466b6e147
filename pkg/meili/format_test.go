package meili

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"kontor/pkg/search"
	"kontor/pkg/value"
)

// marked takes a text in which [ and ] stand around what matched.
func marked(s string) (text string, matches []search.Match) {
	var b strings.Builder
	for _, r := range s {
		switch r {
		case '[':
			matches = append(matches, search.Match{Start: b.Len(), Element: -1})
		case ']':
			m := &matches[len(matches)-1]
			m.Length = b.Len() - m.Start
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), matches
}

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		name, in  string
		highlight bool
		crop      int
		want      string
	}{
		{"nothing to do", "Der [Bauhof] in Unna", false, 0, "Der Bauhof in Unna"},
		{"highlight", "Der [Bauhof] in [Un]na", true, 0, "Der <Bauhof> in <Un>na"},
		{"whole text", "[Bauhof]", true, 0, "<Bauhof>"},
		{"umlauts", "Die [Übung] für [Mü]ller", true, 0, "Die <Übung> für <Mü>ller"},
		{"no match", "Der Bauhof", true, 0, "Der Bauhof"},
		{"empty", "", true, 5, ""},
		{"crop around", "eins zwei drei vier [fünf] sechs sieben acht neun", false, 3, "…vier fünf sechs…"},
		{"crop and highlight", "eins zwei drei vier [fünf] sechs sieben acht neun", true, 3, "…vier <fünf> sechs…"},
		{"even", "eins zwei drei vier [fünf] sechs sieben acht neun", true, 4, "…drei vier <fünf> sechs…"},
		{"two words", "eins zwei drei vier [fünf] sechs sieben acht neun", true, 2, "…vier <fünf>…"},
		{"even at the end", "eins zwei drei vier [fünf]", true, 4, "…zwei drei vier <fünf>"},
		{"at the beginning", "[eins] zwei drei vier fünf", true, 3, "<eins> zwei drei…"},
		{"at the end", "eins zwei drei vier [fünf].", true, 3, "…drei vier <fünf>."},
		{"leading marks stay", "„[Eins] zwei drei“ vier", true, 2, "„<Eins> zwei…"},
		{"nothing matched", "eins zwei drei vier fünf", true, 2, "eins zwei…"},
		{"all of it", "eins zwei drei", true, 3, "eins zwei drei"},
		{"more than all", "eins zwei [drei].", true, 30, "eins zwei <drei>."},
		{"the densest", "[a] b c d e f [a] [b] g h i j", true, 4, "…f <a> <b> g…"},
		{"different words before more", "[a] [a] [a] d e f g [a] h [b] i j k", true, 3, "…<a> h <b>…"},
		{"the first of equals", "x [a] x x x x [a] x x x", true, 3, "x <a> x…"},
		{"a phrase longer than the window", "eins [zwei drei vier fünf] sechs", true, 2, "…<zwei drei>…"},
		{"inside of a word", "Die neue Straßen[beleuchtung] leuchtet hell", true, 1, "…Straßen<beleuchtung>…"},
		{"characters as words", "東京都は[日本]の首都です", true, 4, "…は<日本>の…"},
		{"no words at all", "!!! ??? !!!", true, 1, "!!! ??? !!!"},
		{"emoji", "😀 eins 😀 [zwei] 😀 drei 😀 vier", true, 1, "…<zwei>…"},
		{"a soft hyphen does not part", "eins Bau\u00adhof zwei [drei]", true, 2, "…zwei <drei>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, matches := marked(c.in)
			got := style{"<", ">", "…"}.format(formatAttribute{highlight: c.highlight, crop: c.crop}, text, matches)
			if got != c.want {
				t.Errorf("%q in place of %q", got, c.want)
			}
		})
	}
}

// What an engine says may be wrong; the answer is a text all the same.
func TestFormatOddMatches(t *testing.T) {
	for _, matches := range [][]search.Match{
		{{Start: 1, Length: 1}}, {{Start: 2, Length: 2}}, {{Start: -5, Length: 100}}, {{Start: 100, Length: 5}}, {{Start: 3, Length: -2}}, {{Start: 0, Length: 0}},
		{{Start: 0, Length: 4}, {Start: 2, Length: 4}}, {{Start: 4, Length: 2}, {Start: 0, Length: 8}},
	} {
		const text = "äöü und ß"
		for crop := range 4 {
			got := style{"<", ">", "…"}.format(formatAttribute{highlight: true, crop: crop}, text, matches)
			if plain := strings.NewReplacer("<", "", ">", "", "…", "").Replace(got); !utf8.ValidString(got) || !strings.Contains(text, plain) {
				t.Errorf("%v gave %q", matches, got)
			}
		}
	}
}

// Whatever the text and whatever matched: without the tags and the marker the answer is a stretch of the text, of no more words than asked for,
// with the tags in pairs.
func TestFormatKeepsTheText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	letters := []rune("aäßЖ京😀 .,-\u00ad\u0308 \n")
	for range 20_000 {
		var b strings.Builder
		for range r.IntN(60) {
			b.WriteRune(letters[r.IntN(len(letters))])
		}
		text := b.String()
		var matches []search.Match
		for range r.IntN(5) {
			matches = append(matches, search.Match{Start: r.IntN(len(text)+3) - 1, Length: r.IntN(12)})
		}
		f := formatAttribute{highlight: r.IntN(2) == 0, crop: r.IntN(6)}
		got := style{"\x01", "\x02", "\x03"}.format(f, text, matches)
		plain := strings.NewReplacer("\x01", "", "\x02", "", "\x03", "").Replace(got)
		tags := strings.Map(func(r rune) rune {
			if r == 1 || r == 2 {
				return r
			}
			return -1
		}, got)
		switch {
		case !utf8.ValidString(got), !strings.Contains(text, plain):
			t.Fatalf("%q, %v, %+v gave %q", text, matches, f, got)
		case f.crop > 0 && len(wordsOf(plain)) > f.crop && len(wordsOf(text)) > f.crop:
			t.Fatalf("%q cropped to %d words is %q", text, f.crop, got)
		case f.crop == 0 && plain != text:
			t.Fatalf("%q was cropped to %q", text, got)
		case strings.ReplaceAll(tags, "\x01\x02", "") != "", !f.highlight && tags != "":
			t.Fatalf("%q, %v gave the tags %q", text, matches, got)
		case strings.HasPrefix(got, "\x03") == strings.HasPrefix(text, plain) && plain != "" && strings.Count(text, plain) == 1:
			t.Fatalf("%q was cropped to %q", text, got)
		}
	}
}

func TestAppendFormatted(t *testing.T) {
	for _, c := range []struct {
		v       any
		matches []search.Match
		want    string
	}{
		{int64(2020), nil, `"2020"`},
		{int64(2020), []search.Match{{Start: 0, Length: 4, Element: -1}}, `"<2020>"`},
		{2.5, nil, `"2.5"`},
		{true, nil, `true`},
		{"Bauhof", []search.Match{{Start: 0, Length: 3, Element: -1}}, `"<Bau>hof"`},
		{value.List{"Bau", "IT", "Hof"}, []search.Match{{Start: 0, Length: 1, Element: 2}, {Start: 0, Length: 2, Element: 0}}, `["<Ba>u","IT","<H>of"]`},
		{value.List{int64(1), int64(2)}, []search.Match{{Start: 0, Length: 1, Element: 1}}, `["1","<2>"]`},
		{value.List{}, nil, `[]`},
		{search.Point{Lat: 51.5, Lng: -7}, nil, `{"lat":"51.5","lng":"-7"}`},
	} {
		if got := string(style{"<", ">", "…"}.appendFormatted(nil, formatAttribute{highlight: true}, c.v, c.matches)); got != c.want {
			t.Errorf("%v became %s in place of %s", c.v, got, c.want)
		}
	}
}

func BenchmarkFormat(b *testing.B) {
	text := strings.Repeat("Gemeinsam betreiben die Städte einen Bauhof für Straßen und Grünflächen. ", 100)
	at := strings.Index(text, "Bauhof")
	matches := []search.Match{{Start: at, Length: 6, Element: -1}, {Start: at + 700, Length: 6, Element: -1}}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		style{"<em>", "</em>", "…"}.format(formatAttribute{highlight: true, crop: 30}, text, matches)
	}
}
