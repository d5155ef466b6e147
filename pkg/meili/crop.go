package meili

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// crop gives the stretch of so many words of a text in which most of what was searched for stands, closest together and first. Around it the
// window grows by as much on both sides, and the odd word stands before it. A text without matches begins at its beginning.
func crop(text string, matches []span, length int) span {
	words := wordsOf(text)
	if len(words) <= length {
		return span{0, len(text)}
	}
	first, last := densest(text, words, matches, length)
	spare := length - (last - first + 1)
	first = max(0, first-(spare+1)/2)
	first = min(first, len(words)-length)
	last = first + length - 1
	out := span{words[first].start, words[last].end}
	if first == 0 {
		out.start = 0
	}
	if last == len(words)-1 {
		out.end = len(text)
	}
	return out
}

// densest gives the words from the first to the last match of the best window.
func densest(text string, words, matches []span, length int) (first, last int) {
	type place struct {
		first, last int // words
		folded      string
	}
	places := make([]place, 0, len(matches))
	for _, m := range matches {
		p := place{wordAt(words, m.start), wordAt(words, m.end-1), strings.ToLower(text[m.start:m.end])}
		p.last = min(p.last, p.first+length-1)
		places = append(places, p)
	}
	last = -1 // no match: the window begins at the beginning
	distinct := map[string]int{}
	best, bestCount := 0, 0
	for from, to := 0, 0; from < len(places); from++ {
		for ; to < len(places) && places[to].last-places[from].first < length; to++ {
			distinct[places[to].folded]++
		}
		if n := len(distinct); n > best || n == best && to-from > bestCount {
			best, bestCount = n, to-from
			first, last = places[from].first, places[to-1].last
		}
		if distinct[places[from].folded]--; distinct[places[from].folded] == 0 {
			delete(distinct, places[from].folded)
		}
	}
	return first, last
}

// wordAt gives the word in which a byte is, or else the one before it.
func wordAt(words []span, at int) int {
	i, found := slices.BinarySearchFunc(words, at, func(w span, at int) int { return cmp.Compare(w.start, at) })
	if found {
		return i
	}
	return max(0, i-1)
}

// wordsOf finds the words of a text. Where words are written without spaces, every character is one.
func wordsOf(text string) []span {
	out := make([]span, 0, len(text)/6)
	for i := 0; i < len(text); {
		r, size := runeAt(text, i)
		switch {
		case isIdeograph(r):
			out = append(out, span{i, i + size})
			i += size
		case isLetter(r):
			end := wordEnd(text, i+size)
			out = append(out, span{i, end})
			i = end
		default:
			i += size
		}
	}
	return out
}

// wordEnd is where a word ends of which the first letter is read.
func wordEnd(text string, at int) int {
	for at < len(text) {
		r, size := runeAt(text, at)
		if !isLetter(r) || isIdeograph(r) {
			break
		}
		at += size
	}
	return at
}

func runeAt(text string, at int) (rune, int) {
	if b := text[at]; b < utf8.RuneSelf {
		return rune(b), 1
	}
	return utf8.DecodeRuneInString(text[at:])
}

// asciiLetters are the letters and digits that most texts consist of.
var asciiLetters = func() (t [utf8.RuneSelf]bool) {
	for b := range t {
		c := byte(b)
		t[b] = 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
	}
	return t
}()

func isLetter(r rune) bool {
	if r < utf8.RuneSelf {
		return asciiLetters[r]
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || r == '\u00ad') // the soft hyphen is inside of words
}

func isIdeograph(r rune) bool { return 0x3040 <= r && r <= 0x9fff }
