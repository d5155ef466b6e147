package blevesearch

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// described writes tokens as word@place, those that are joined with a + before them.
func described(l *language, text string) string {
	z := tokenizer{language: l}
	var out []string
	for _, t := range z.tokens(nil, text) {
		s := fmt.Sprintf("%s@%d", t.word, t.pos)
		if t.joined {
			s = "+" + s
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestTokens(t *testing.T) {
	for _, c := range []struct{ language, text, want string }{
		{"de", "", ""},
		{"de", " ,.;!? ", ""},
		{"de", "Die Gemeinde", "die@0 gemeinde@1"},
		{"de", "Bürgerbüro BUERGERBUERO Burgerburo", "burgerburo@0 burgerburo@1 burgerburo@2"},
		{"de", "Straße STRASSE ẞ", "strasse@0 strasse@1 ss@2"},
		{"de", "neue Steuer, Quelle, Bauer, Feuer", "neue@0 steuer@1 quelle@2 bauer@3 feuer@4"},
		{"de", "Goethe Göthe aktuell", "gothe@0 gothe@1 aktull@2"},
		{"en", "Goethe does", "goethe@0 does@1"},
		{"de", "École Čapek Łódź Ærø", "ecole@0 capek@1 lodz@2 aro@3"},
		{"de", "A\u0308mter u\u0308ber", "amter@0 uber@1"},
		{"de", "Um\u00adsatz\u00adsteuer zero\u200bwidth", "umsatzsteuer@0 zerowidth@1"},
		{"de", "IT-Sicherheit", "it@0 sicherheit@1 +itsicherheit@0"},
		{"de", "Nord-Süd-Achse und A\u2011B", "nord@0 sud@1 achse@2 und@3 a@4 b@5 +nordsudachse@0 +ab@4"},
		{"de", "Ver- und Entsorgung - ja", "ver@0 und@1 entsorgung@2 ja@3 +ver-entsorgung@0"},
		{"de", "§ 107 GO NRW, §§2b, 3 UStG", "107@0 go@1 nrw@2 2b@3 3@4 ustg@5"},
		{"de", "e.V. e. V., z.B., i. d. R. und", "ev@0 ev@1 zb@2 idr@3 und@4"},
		{"de", "e.\u00a0V. Plan A. Bau", "ev@0 plan@1 a@2 bau@3"},
		{"de", "1.000,50 € am 31.12.2025 um 8:30", "1000@0 50@1 am@2 31@3 12@4 2025@5 um@6 8@7 30@8"},
		{"de", "Bürger:innen Bürger*innen BürgerInnen", "burger@0 innen@1 burger@2 innen@3 burgerinnen@4"},
		{"de", "50% CO₂ m²", "50@0 co2@1 m2@2"},
		{"de", "№ 5, ½ 1½ ¼h 5㎡ 25℃ ﬁn ｍ² ① ⑴ SGB Ⅱ x²³ 10⁶ 2024¹ Marke™ 5 µm … ´ –", "no@0 5@1 1@2 2@3 1@4 1@5 2@6 1@7 4@8 h@9 5@10 m2@11 25@12 c@13 fin@14 m2@15 1@16 1@17 sgb@18 ii@19 x23@20 10@21 6@22 2024@23 1@24 marke@25 tm@26 5@27 μm@28"},
		{"de", "Αθήνα Чайка", "αθηνα@0 чаика@1"},
		{"de", "10.000 Euro, 1.000.000, 10 000, 1\u202f000, 0.123, 12.34, 1.0000", "10000@0 euro@1 1000000@2 10@3 000@4 1000@5 0@6 123@7 12@8 34@9 1@10 0000@11 +10000@3"},
		{"en", "1,000.50 and 1.000", "1000@0 50@1 and@2 1@3 000@4"},
		{"de", "Rad-, Fuß- und Wanderwege", "rad@0 fuss@1 und@2 wanderwege@3 +rad-wanderwege@0 +fuss-wanderwege@1"},
		{"de", "Bau- bzw. IT-Amt", "bau@0 bzw@1 it@2 amt@3 +itamt@2 +bau-itamt@0"},
		{"de", "Kinder-/Jugendhilfe", "kinder@0 jugendhilfe@1 +kinder-jugendhilfe@0"},
		{"de", "Verkehrswege und -plätze", "verkehrswege@0 und@1 platze@2 +-platze-verkehrswege@2"},
		{"de", "bis -5 Grad. Rad-. Fuß", "bis@0 5@1 grad@2 rad@3 fuss@4"},
		{"de", "Rad-\nWege – Ver- ", "rad@0 wege@1 ver@2"},
		{"en", "pre- and postwar", "pre@0 and@1 postwar@2"},
		{"de", "ΑΘΗΝΑ Москва 東京", "αθηνα@0 москва@1 東京@2"},
		{"de", "a\x00b \xff\xfec", "a@0 b@1 c@2"},
		{"", "Ämter Straße", "amter@0 strasse@1"},
		{"de", strings.Repeat("ä", 150), strings.Repeat("a", 100) + "@0"},
	} {
		if got := described(languageOf(c.language), c.text); got != c.want {
			t.Errorf("%q is\n%s, want\n%s", c.text, got, c.want)
		}
	}
}

func TestSpans(t *testing.T) {
	l := languageOf("de")
	for _, c := range []struct {
		text string
		part int // bytes of the folded word
		want string
	}{
		{"Straße", 5, "Straß"}, {"Straße", 6, "Straß"}, {"Straße", 7, "Straße"}, {"Bürger", 2, "Bü"}, {"Buerger", 2, "Bue"}, {"A\u0308mter", 1, "A"}, {"Um\u00adsatz", 3, "Um\u00ads"},
	} {
		z := tokenizer{language: l}
		tok := z.tokens(nil, c.text)[0]
		if got := c.text[:z.spans(c.text, tok)[c.part-1].end]; got != c.want {
			t.Errorf("%d bytes of the folded %q are %q, want %q", c.part, c.text, got, c.want)
		}
	}
}

func TestStem(t *testing.T) {
	l := languageOf("de")
	for _, forms := range []string{
		"Gemeinde Gemeinden", "Vertrag Verträge Vertrages Verträgen Vertrags", "Zweckverband Zweckverbände Zweckverbänden Zweckverbandes", "Haus", "Bürgerin Bürgerinnen", "Satzung Satzungen",
	} {
		words := strings.Fields(forms)
		stem := l.stem(l.fold(words[0]))
		for _, w := range words[1:] {
			folded := l.fold(w)
			if rest, ok := strings.CutPrefix(folded, stem); !ok || !l.inflects(rest) {
				t.Errorf("%s is no form of %s, whose stem is %s", w, words[0], stem)
			}
		}
	}
	for _, c := range [][2]string{{"der", "der"}, {"amt", "amt"}, {"büro", "buro"}} {
		if got := l.stem(l.fold(c[0])); got != c[1] {
			t.Errorf("the stem of %s is %s, want %s", c[0], got, c[1])
		}
	}
}

func TestReadText(t *testing.T) {
	l := languageOf("de")
	describe := func(x text) string {
		var out []string
		one := func(sign string, terms []term) {
			for _, t := range terms {
				s := sign + strings.Join(t.words, "_")
				if t.phrase {
					s = sign + "\"" + strings.Join(t.words, "_") + "\""
				}
				if t.begins {
					s += "*"
				}
				out = append(out, s)
			}
		}
		one("", x.terms)
		one("-", x.not)
		return strings.Join(out, " ")
	}
	for _, c := range [][2]string{
		{"", ""}, {"  ", ""}, {"Gemeinde", "gemeinde*"}, {"Gemeinde ", "gemeinde"}, {"Gemeinde.", "gemeinde"}, {"rot grün", "rot grun*"}, {"die Gemeinde in der", "gemeinde"}, {"die", "die*"}, {"in der ", "in der"},
		{`"Haus der Jugend"`, `"haus_der_jugend"`}, {`"offen`, `"offen"`}, {`rot "grün blau" gelb`, `rot "grun_blau" gelb*`}, {`„so auch“ hier`, `"so_auch" hier*`}, {`""`, ""}, {`"!" rot`, "rot*"},
		{"rot -grün", "rot -grun"}, {"rot - grün", "rot grun*"}, {"-rot", "-rot"}, {`-"rot grün" blau`, `blau* -"rot_grun"`}, {"IT-Sicherheit", "it sicherheit*"}, {"-IT-Sicherheit x", "x* -it -sicherheit"}, {"--", ""}, {"e. V.", "ev"}, {"e. V", "ev*"},
		{"a1 b2 c3 d4 e5 f6 g7 h8 i9 j10 k11 l12", "a1 b2 c3 d4 e5 f6 g7 h8 i9 j10"},
	} {
		if got := describe(readText(l, c[0])); got != c[1] {
			t.Errorf("%q is read as %s, want %s", c[0], got, c[1])
		}
	}
}

// FuzzReadText: nothing that is typed is misread so far that it fails or grows.
func FuzzReadText(f *testing.F) {
	for _, s := range []string{"Gemeinde", `"Haus der" -x`, "„a“ «b» -\"c", "\xff-\"", "e. V. IT-Sicherheit", "A\u0308\u00ad", "-", "§ 2b", "½ № 1½㎡²", "Rad-, -b und -Wege -", "1.000 10 000"} {
		f.Add(s)
	}
	de := languageOf("de")
	f.Fuzz(func(t *testing.T, s string) {
		x := readText(de, s)
		if len(x.terms) > maxTerms {
			t.Fatalf("%d terms", len(x.terms))
		}
		for i, term := range slices.Concat(x.terms, x.not) {
			if len(term.words) == 0 || term.begins && i != len(x.terms)-1 {
				t.Errorf("%q has the term %+v", s, term)
			}
			for _, w := range term.words {
				if w == "" || len(w) > maxWord*maxTerms*100 || !utf8.ValidString(w) {
					t.Errorf("%q has the word %q", s, w)
				}
			}
		}
		z := tokenizer{language: de}
		at := -1
		for _, tok := range z.tokens(nil, s) {
			if tok.start < 0 || tok.end > len(s) || tok.start >= tok.end || !tok.joined && tok.start < at {
				t.Errorf("%q has the token %+v", s, tok)
			}
			if spans := z.spans(s, tok); len(spans) < len(tok.word) && !strings.Contains(s, "\xff") {
				t.Errorf("%q has %d spans for %q", s, len(spans), tok.word)
			}
			at = tok.start
		}
	})
}
