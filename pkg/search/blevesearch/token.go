package blevesearch

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWord is where a word is cut, in bytes after folding: what is longer is no word, and would only be read again and again.
const maxWord = 100

// token is a word of a text.
type token struct {
	word       string
	pos        int  // its place among the words
	start, end int  // its bytes in the text
	joined     bool // a word of several: one with hyphens, beside its parts
	spans      []span
}

// tokenizer cuts texts into words. It is used by one goroutine at a time.
type tokenizer struct {
	language *language
	fold     folder
	offsets  bool // whether token.spans is wanted: for each byte of word where in the text its rune stands
}

// tokens appends the words of a text to dst, by their place, and then those that are joined of several.
func (z *tokenizer) tokens(dst []token, text string) []token {
	z.fold.language = z.language
	first := len(dst)
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if !inWord(r) {
			at += size
			continue
		}
		end := wordEnd(text, at)
		dst = z.word(dst, text, at, end)
		at = end
	}
	dst = z.abbreviations(dst, text, first)
	return z.hyphens(dst, text, first)
}

// word folds one word; what folds to nothing is none.
func (z *tokenizer) word(dst []token, text string, start, end int) []token {
	z.fold.reset()
	for i, r := range text[start:end] {
		z.fold.add(r, start+i, start+i+utf8.RuneLen(r))
	}
	out := z.fold.out
	if len(out) == 0 {
		return dst
	}
	if len(out) > maxWord {
		out = out[:maxWord]
		for len(out) > 0 && !utf8.Valid(out) {
			out = out[:len(out)-1]
		}
	}
	pos := 0
	if n := len(dst); n > 0 {
		pos = dst[n-1].pos + 1
	}
	t := token{word: string(out), pos: pos, start: start, end: end}
	if z.offsets {
		t.spans = append([]span(nil), z.fold.spans[:len(out)]...)
	}
	return append(dst, t)
}

func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return r != utf8.RuneError && unicode.In(r, unicode.L, unicode.N, unicode.M)
}

// wordEnd is where the word that begins at a place ends.
func wordEnd(text string, at int) int {
	end := at
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		at += size
		switch {
		case inWord(r):
			end = at
		case !ignored(r):
			return end
		}
	}
	return end
}

// abbreviations joins single letters with dots between them, z.B. and e. V., to one word.
func (z *tokenizer) abbreviations(dst []token, text string, first int) []token {
	out := dst[:first]
	shift := 0
	for i := first; i < len(dst); {
		j := i + 1
		for j < len(dst) && letter(text, dst[j-1]) && letter(text, dst[j]) && dotted(text[dst[j-1].end:dst[j].start]) {
			j++
		}
		t := dst[i]
		t.pos -= shift
		for _, more := range dst[i+1 : j] {
			t.word += more.word
			t.spans = append(t.spans, more.spans...)
			t.end = more.end
			shift++
		}
		out = append(out, t)
		i = j
	}
	return out
}

// letter tells whether a word is one letter.
func letter(text string, t token) bool {
	r, size := utf8.DecodeRuneInString(text[t.start:t.end])
	return size == t.end-t.start && unicode.IsLetter(r)
}

func dotted(between string) bool {
	rest, ok := strings.CutPrefix(between, ".")
	return ok && (rest == "" || rest == " " || rest == "\u00a0" || rest == "\u202f" || rest == "\u2009")
}

// hyphens adds the whole of words with hyphens.
func (z *tokenizer) hyphens(dst []token, text string, first int) []token {
	var joined []token
	for i := first; i < len(dst); {
		j := i + 1
		for j < len(dst) && hyphen(text[dst[j-1].end:dst[j].start]) {
			j++
		}
		if j-i > 1 {
			joined = append(joined, join(dst[i:j]))
		}
		i = j
	}
	for _, t := range joined {
		if len(t.word) <= maxWord {
			dst = append(dst, t)
		}
	}
	return dst
}

func join(parts []token) token {
	t := token{pos: parts[0].pos, start: parts[0].start, end: parts[len(parts)-1].end, joined: true}
	for _, p := range parts {
		t.word += p.word
		t.spans = append(t.spans, p.spans...)
	}
	return t
}

func hyphen(between string) bool { return between == "-" || between == "\u2010" || between == "\u2011" }
