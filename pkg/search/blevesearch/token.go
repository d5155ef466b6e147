package blevesearch

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWord is where a word is cut, in bytes after folding: what is longer is no word, and would only be read again and again.
const maxWord = 100

// maxJoined is how many words or letters are joined to one.
const maxJoined = 20

// token is a word of a text.
type token struct {
	word       string
	pos        int  // its place among the words
	start, end int  // its bytes in the text
	joined     bool // a word of several: one with hyphens, beside its parts
}

// tokenizer cuts texts into words. It is used by one goroutine at a time.
type tokenizer struct {
	language *language
	fold     folder
	folded   []byte // all words of a text, so that they become one string
	ends     []int  // of each in it
}

// tokens appends the words of a text to dst, by their place, and then those that are joined of several.
func (z *tokenizer) tokens(dst []token, text string) []token {
	z.fold.language = z.language
	z.folded, z.ends = z.folded[:0], z.ends[:0]
	first := len(dst)
	for at := 0; at < len(text); {
		r, size := runeAt(text, at)
		switch classOf(r) {
		case symbol:
			dst = z.symbol(dst, r, at, at+size)
			at += size
		case letter, raised:
			end := z.word(text, at)
			dst = z.finish(dst, at, end)
			at = end
		default:
			at += size
		}
	}
	all, from := string(z.folded), 0
	for i, end := range z.ends {
		dst[first+i].word = all[from:end]
		from = end
	}
	dst = merge(dst, first, func(run []token) int { return abbreviated(text, run) })
	dst = merge(dst, first, func(run []token) int { return grouped(text, run, z.language.thousands) })
	return z.joined(dst, text, first)
}

// runeAt decodes the rune at a place in the text.
func runeAt(text string, at int) (rune, int) {
	if b := text[at]; b < utf8.RuneSelf {
		return rune(b), 1
	}
	return utf8.DecodeRuneInString(text[at:])
}

// finish appends the token of the word that was folded last, unless nothing is left of it.
func (z *tokenizer) finish(dst []token, start, end int) []token {
	n := len(z.folded)
	if n == 0 || len(z.ends) > 0 && n == z.ends[len(z.ends)-1] {
		return dst
	}
	dst = append(dst, token{pos: len(z.ends), start: start, end: end})
	z.ends = append(z.ends, n)
	return dst
}

// word folds the word that begins at a place in the text, and returns where it ends.
func (z *tokenizer) word(text string, at int) int {
	z.fold.reset()
	end, digit := at, false
	for first := at; at < len(text); {
		r, size := runeAt(text, at)
		class := classOf(r)
		if class == separator || class == symbol || class == raised && digit && at > first {
			break
		}
		if class != hidden {
			z.fold.add(r, at, at+size)
			end, digit = at+size, unicode.IsDigit(r)
		}
		at += size
	}
	z.folded = append(z.folded, shorten(z.fold.out)...)
	return end
}

// symbol appends the words that one character stands for: ½ for 1 and 2, ㎡ for m2.
func (z *tokenizer) symbol(dst []token, r rune, start, end int) []token {
	z.fold.reset()
	for _, part := range decomposed(r) {
		if classOf(part) == letter {
			z.fold.add(part, start, end)
			continue
		}
		z.folded = append(z.folded, z.fold.out...)
		dst = z.finish(dst, start, end)
		z.fold.reset()
	}
	z.folded = append(z.folded, z.fold.out...)
	return z.finish(dst, start, end)
}

// shorten cuts a word that is none.
func shorten(word []byte) []byte {
	if len(word) <= maxWord {
		return word
	}
	word = word[:maxWord]
	for len(word) > 0 && !utf8.Valid(word) {
		word = word[:len(word)-1]
	}
	return word
}

// merge makes one token of each run that belongs together: size says how many tokens from the first one on.
func merge(dst []token, first int, size func(run []token) int) []token {
	out := dst[:first]
	shift := 0
	for i := first; i < len(dst); {
		j := i + size(dst[i:min(len(dst), i+maxJoined)])
		t := dst[i]
		t.pos -= shift
		for _, more := range dst[i+1 : j] {
			t.word += more.word
			t.end = more.end
			shift++
		}
		out = append(out, t)
		i = j
	}
	return out
}

// between is the text from one token to the next, "" between two that one character stands for.
func between(text string, a, b token) string {
	if b.start < a.end {
		return ""
	}
	return text[a.end:b.start]
}

// abbreviated counts single letters with dots between them, as in z.B. and e. V., which are one word.
func abbreviated(text string, run []token) int {
	n := 1
	for dots := ""; n < len(run) && isLetter(text, run[n-1]) && isLetter(text, run[n]); n++ {
		gap := between(text, run[n-1], run[n])
		if !dotted(gap) || dots != "" && dots != gap {
			break
		}
		dots = gap
	}
	return n
}

// isLetter reports whether a token is one letter.
func isLetter(text string, t token) bool {
	if t.end-t.start > utf8.UTFMax {
		return false
	}
	r, size := utf8.DecodeRuneInString(text[t.start:t.end])
	return size == t.end-t.start && unicode.IsLetter(r)
}

func dotted(between string) bool {
	switch between {
	case ".", ". ", ".\u00a0", ".\u202f", ".\u2009":
		return true
	}
	return false
}

// grouped counts the groups of three digits of one number, as in 10.000.
func grouped(text string, run []token, separators []string) int {
	if !leadsGroups(run[0].word) {
		return 1
	}
	n := 1
	for gap := ""; n < len(run) && len(run[n].word) == 3 && isNumber(run[n].word); n++ {
		g := between(text, run[n-1], run[n])
		if !slices.Contains(separators, g) || gap != "" && gap != g {
			break
		}
		gap = g
	}
	return n
}

// leadsGroups reports whether a word can be the first group of digits of a number.
func leadsGroups(word string) bool { return len(word) <= 3 && isNumber(word) && word[0] != '0' }

func isNumber(word string) bool {
	return word != "" && strings.Trim(word, "0123456789") == ""
}

// joined appends the tokens that stand for several others: words with hyphens, numbers with spaces, and
// words that share a part with a neighbour.
func (z *tokenizer) joined(dst []token, text string, first int) []token {
	n := len(dst)
	for i := first; i < n; {
		j := i + 1
		for j < n && hyphen(between(text, dst[j-1], dst[j])) {
			j++
		}
		dst = appendJoined(dst, dst[i:j])
		i = j
	}
	for i := first; i < n; {
		j := i + grouped(text, dst[i:min(n, i+maxJoined)], spaced)
		dst = appendJoined(dst, dst[i:j])
		i = j
	}
	if z.language.compound {
		dst = shared(dst, text, first)
	}
	return dst
}

// spaced are the separators of groups of digits that may also stand between two numbers.
var spaced = []string{" "}

func appendJoined(dst, parts []token) []token {
	if len(parts) < 2 || len(parts) > maxJoined {
		return dst
	}
	if t := join(parts); len(t.word) <= maxWord {
		dst = append(dst, t)
	}
	return dst
}

func join(parts []token) token {
	t := token{pos: parts[0].pos, start: parts[0].start, end: parts[len(parts)-1].end, joined: true}
	for _, p := range parts {
		t.word += p.word
	}
	return t
}

func hyphen(between string) bool { return between == "-" || between == "\u2010" || between == "\u2011" }

// spans returns for each byte of a token's word where in the text it stands.
func (z *tokenizer) spans(text string, t token) []span {
	f := folder{language: z.language, places: true}
	for at := t.start; at < t.end; {
		r, size := runeAt(text, at)
		switch classOf(r) {
		case letter, raised, symbol:
			f.add(r, at, at+size)
		case separator:
			f.state = neither // the parts of a joined word are folded each by itself
		}
		at += size
	}
	for len(f.spans) < len(t.word) { // a shared part is not where its word is
		f.spans = append(f.spans, span{t.start, t.end})
	}
	return f.spans
}
