package blevesearch

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// German leaves out what two words share: "Rad- und Fußwege" are Radwege too, and "Verkehrswege und -plätze" are
// Verkehrsplätze too. Where the full word is to be cut can't be told without knowing all words, so a text has the
// pair as one term, rad-fusswege and -platze-verkehrswege, and a query looks for pairs that make up its word. No other
// term has a hyphen.

// pairMark joins the two words of a pair.
const pairMark = "-"

// maxShared is how many words may stand between the two of a pair.
const maxShared = 8

// Letters that the parts of a pair's word have at least.
const (
	minHead = 2
	minTail = 3
)

// conjunctions are the folded words that may stand between the two words of a pair.
var conjunctions = []string{"und", "oder", "sowie", "bzw", "beziehungsweise", "u", "od", "bis", "als", "auch", "wie", "noch", "aber", "nicht", "nur", "sondern"}

// shared appends the pairs of a text.
func shared(dst []token, text string, first int) []token {
	n := len(dst)
	for n > first && dst[n-1].joined {
		n--
	}
	words := dst[first:n]
	for i, t := range words {
		pair := token{pos: t.pos, start: t.start, end: t.end, joined: true}
		switch {
		case openEnd(text, t) && len(t.word) >= minHead:
			full, ok := fullAfter(text, words[i:])
			if !ok {
				continue
			}
			pair.word, pair.end = t.word+pairMark+full.word, full.end
		case openStart(text, t) && len(t.word) >= minTail:
			full, ok := fullBefore(text, words[:i+1])
			if !ok {
				continue
			}
			pair.word, pair.start = pairMark+t.word+pairMark+full.word, full.start
		default:
			continue
		}
		if len(pair.word) <= maxWord {
			dst = append(dst, pair)
		}
	}
	return dst
}

// openEnd reports whether a word ends with a hyphen after which no word goes on.
func openEnd(text string, t token) bool {
	rest := text[t.end:]
	r, size := utf8.DecodeRuneInString(rest)
	if size == 0 || !hyphen(rest[:size]) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(rest[size:])
	return classOf(next) == separator && !hyphen(string(next)) && r != utf8.RuneError
}

// openStart reports whether a word begins with a hyphen before which no word ends.
func openStart(text string, t token) bool {
	before := text[:t.start]
	_, size := utf8.DecodeLastRuneInString(before)
	if size == 0 || !hyphen(before[len(before)-size:]) {
		return false
	}
	last, size := utf8.DecodeLastRuneInString(before[:len(before)-size])
	return size > 0 && classOf(last) == separator && !hyphen(string(last))
}

// fullAfter returns the word that completes the first one, which ends with a hyphen.
func fullAfter(text string, words []token) (token, bool) {
	for i := 1; i < min(len(words), maxShared); i++ {
		if ends(text, words[i-1], words[i]) {
			break
		}
		if t := words[i]; !openEnd(text, t) && !slices.Contains(conjunctions, t.word) {
			end := i + 1
			for end < len(words) && hyphen(between(text, words[end-1], words[end])) {
				end++
			}
			return join(words[i:end]), true
		}
	}
	return token{}, false
}

// fullBefore returns the word that completes the last one, which begins with a hyphen.
func fullBefore(text string, words []token) (token, bool) {
	last := len(words) - 1
	for i := last - 1; i >= max(0, last-maxShared); i-- {
		if ends(text, words[i], words[i+1]) {
			break
		}
		t := words[i]
		if slices.Contains(conjunctions, t.word) || openStart(text, t) {
			continue
		}
		return t, i < last-1 || strings.ContainsAny(between(text, t, words[i+1]), ",/")
	}
	return token{}, false
}

// ends reports whether a sentence or a paragraph ends between two words. The dot of bzw. ends none.
func ends(text string, a, b token) bool {
	gap := between(text, a, b)
	if slices.Contains(conjunctions, a.word) {
		gap = strings.TrimPrefix(gap, ".")
	}
	return strings.ContainsAny(gap, ".!?;:()\n")
}

// pairs finds the pairs that make up the word, in any of its forms.
func (x *expansion) pairs(l *language, tables []*words, stem string) {
	var found []derivation
	for at := minHead; at <= len(stem)-minTail; at++ {
		head, tail := stem[:at], stem[at:]
		for k, t := range tables {
			add := func(prefix string, fits func(rest string) bool) {
				for i, to := t.begun(prefix); i < to; i++ {
					if w := t.at(i); fits(w[len(prefix):]) {
						found = append(found, derivation{w, k, i, derived{cost: costSame, end: len(w)}})
					}
				}
			}
			add(head+pairMark, func(full string) bool { return x.tailOf(l, full, tail) })
			add(pairMark+tail, func(rest string) bool {
				ending, full, _ := strings.Cut(rest, pairMark)
				return l.inflects(ending) && strings.HasPrefix(full, head)
			})
		}
	}
	x.take(found, maxParts)
}

// tailOf reports whether a full word ends with a form of a tail, or has what is typed of one.
func (x *expansion) tailOf(l *language, full, tail string) bool {
	at := strings.LastIndex(full, tail)
	return at >= minHead && (x.begins || l.inflects(full[at+len(tail):]))
}
