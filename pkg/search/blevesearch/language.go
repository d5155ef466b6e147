package blevesearch

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis/char/asciifolding"
)

// language is what is known about the words of a text.
type language struct {
	umlauts  bool                // ae, oe and ue stand for ä, ö and ü
	stop     map[string]struct{} // folded words that say nothing by themselves
	endings  []string            // of inflected words, the longest first
	compound bool                // words are joined to new ones
	nouns    []string            // endings of nouns that are made of verbs
	verbs    []string            // endings of verbs that nouns are made of

	thousands []string // what stands between the groups of three digits of a number
}

// languageOf gives the rules for a BCP 47 primary tag; a language that is not known has none but the folding.
func languageOf(tag string) *language {
	switch tag, _, _ := strings.Cut(strings.ToLower(tag), "-"); tag {
	case "de":
		return &language{
			umlauts: true, stop: wordSet(germanStopWords), endings: germanEndings, compound: true, nouns: germanNouns, verbs: germanVerbs,
			thousands: groupedBy("."),
		}
	case "en":
		return &language{stop: wordSet(englishStopWords), endings: englishEndings, thousands: groupedBy(",")}
	}
	return &language{thousands: groupedBy()}
}

// groupedBy returns the separators of groups of digits: those of every language, and more.
func groupedBy(more ...string) []string {
	return append([]string{"\u00a0", "\u202f", "\u2009", "'", "\u2019"}, more...)
}

func wordSet(list string) map[string]struct{} {
	set := map[string]struct{}{}
	de := &language{umlauts: true}
	for _, w := range strings.Fields(list) {
		set[de.fold(w)] = struct{}{}
		set[w] = struct{}{}
	}
	return set
}

const germanStopWords = `
	aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bist da damit dann das dass dein dem den der des dessen die dies
	diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es etwas euch euer für gegen habe haben hat hatte ich
	ihm ihn ihr ihre ihrem ihren ihrer ihres im in ins ist ja jede jedem jeden jeder jedes kann kein keine keinem keinen keiner können man mein
	mich mir mit muss nach nicht noch nun nur ob oder ohne sehr sein seine seinem seinen seiner seines sich sie sind so soll sollen sowie über um
	und uns unser unsere unserem unseren unserer unter vom von vor war waren was wegen weil wenn werden wer wie wieder wir wird wo wurde wurden zu
	zum zur zwischen`

const englishStopWords = `
	a about an and any are as at be been but by can do does for from had has have how i if in into is it its my no not of on or our so than that the
	their them then there these they this to was we were what when where which who why will with you your`

// The endings that inflection adds, as they are after folding, so that Vertrag, Verträge and Verträgen are one word.
var (
	germanEndings  = []string{"innen", "nen", "ern", "ens", "em", "en", "er", "es", "se", "in", "e", "n", "s"}
	englishEndings = []string{"ings", "ing", "ies", "es", "ed", "s", "y"}
)

// The endings of nouns and verbs of one stem, so that Haftung finds what haftet, and fördern the Förderung.
var (
	germanNouns = []string{"ungen", "ung"}
	germanVerbs = []string{"enden", "ende", "end", "eten", "ete", "et", "en", "ten", "te", "t", "n", "nd", "nde"}
)

// kin gives the verbs that a noun may be made of, or the other forms and the nouns of an infinitive. Not all of them are words.
func (l *language) kin(word string) []string {
	var out []string
	for _, noun := range l.nouns {
		stem, ok := strings.CutSuffix(word, noun)
		if !ok || len(stem) < minStem {
			continue
		}
		out = appendAll(out, stem, l.verbs)
		if before, ok := strings.CutSuffix(stem, "l"); ok && !strings.HasSuffix(before, "e") { // Entwicklung, entwickeln
			out = appendAll(out, before+"el", l.verbs)
		}
		return out
	}
	stem, ok := strings.CutSuffix(word, "en")
	if !ok && (strings.HasSuffix(word, "ern") || strings.HasSuffix(word, "eln")) {
		stem, ok = word[:len(word)-1], true
	}
	if !ok || len(stem) < minStem || len(l.nouns) == 0 {
		return nil
	}
	out = appendAll(appendAll(out, stem, l.verbs), stem, l.nouns)
	if before, ok := strings.CutSuffix(stem, "el"); ok {
		out = appendAll(out, before+"l", l.nouns)
	}
	return out
}

func appendAll(dst []string, stem string, endings []string) []string {
	for _, e := range endings {
		dst = append(dst, stem+e)
	}
	return dst
}

// maxEnding is how long an ending is at most.
const maxEnding = 5

// minStem is how much of a word an ending must leave.
const minStem = 4

// stem takes the ending off a folded word; a word that is too short stays.
func (l *language) stem(word string) string {
	for _, e := range l.endings {
		if len(word)-len(e) >= minStem && strings.HasSuffix(word, e) {
			return word[:len(word)-len(e)]
		}
	}
	return word
}

// inflects tells whether rest can follow a stem within one word's forms.
func (l *language) inflects(rest string) bool {
	if rest == "" {
		return true
	}
	for _, e := range l.endings {
		if rest == e {
			return true
		}
	}
	return false
}

// stops tells whether a word says nothing by itself.
func (l *language) stops(word string) bool {
	_, ok := l.stop[word]
	return ok
}

// fold gives a word as it is compared: in lower case, without accents, ß as ss, and in German ä and ae as a.
func (l *language) fold(word string) string {
	f := folder{language: l}
	for _, r := range word {
		f.add(r, 0, 0)
	}
	return string(f.out)
}

// folder folds one word rune by rune and, if it is to, knows for each byte that it wrote where its rune was.
type folder struct {
	language *language
	out      []byte
	places   bool // whether spans are kept
	spans    []span
	state    umlaut
}

// span is where in a text something stands, in bytes.
type span struct{ start, end int }

// umlaut is what the last letter means for an e that follows.
type umlaut int

const (
	neither umlaut = iota
	takesE         // a, o, or u that is not behind a vowel: with an e it is an umlaut
	vowel
)

func (f *folder) reset() { f.out, f.spans, f.state = f.out[:0], f.spans[:0], neither }

// add folds one rune that stands at a place in the text.
func (f *folder) add(r rune, start, end int) {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		if f.language.umlauts && !f.plain(byte(r), end) {
			return
		}
		f.out = append(f.out, byte(r))
		if f.places {
			f.spans = append(f.spans, span{start, end})
		}
		return
	}
	if ignored(r) || unicode.Is(unicode.Mn, r) {
		return
	}
	before := len(f.out)
	switch s := latin[r]; len(s) {
	case 0:
		if s := decomposed(r); s != string(r) {
			f.addAll(s, start, end)
			return
		}
		f.out = utf8.AppendRune(f.out, unicode.ToLower(r))
	case 1:
		f.out = append(f.out, s...)
	default: // æ is folded as ae is
		f.addAll(s, start, end)
		return
	}
	for n := len(f.out) - before; f.places && n > 0; n-- {
		f.spans = append(f.spans, span{start, end})
	}
	f.state = vowel
}

// addAll folds the letters and digits that a rune stands for.
func (f *folder) addAll(letters string, start, end int) {
	for _, r := range letters {
		if classOf(r) == letter {
			f.add(r, start, end)
		}
	}
}

// plain follows the letters of German for ae, oe and ue, and tells whether the letter is written; a swallowed e ends its umlaut.
func (f *folder) plain(r byte, end int) bool {
	switch r {
	case 'a', 'o':
		f.state = takesE
	case 'u':
		if f.state == neither {
			f.state = takesE
		} else {
			f.state = vowel
		}
	case 'e':
		swallowed := f.state == takesE
		f.state = vowel
		if swallowed {
			if f.places {
				f.spans[len(f.spans)-1].end = end
			}
			return false
		}
	case 'i', 'q', 'y':
		f.state = vowel
	default:
		f.state = neither
	}
	return true
}

// latin is what the letters with accents are without them, in lower case.
var latin = func() map[rune]string {
	m := map[rune]string{}
	fold := asciifolding.New()
	for _, block := range [][2]rune{{0xc0, 0x24f}, {0x1e00, 0x1eff}, {0xfb00, 0xfb06}, {0xff10, 0xff5a}} {
		for r := block[0]; r <= block[1]; r++ {
			s := strings.ToLower(string(fold.Filter([]byte(string(r)))))
			if unicode.In(r, unicode.L, unicode.N) && s != strings.ToLower(string(r)) {
				m[r] = s
			}
		}
	}
	return m
}()
