package blevesearch

import (
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
		r, size := rune(text[at]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[at:])
		}
		if !inWord(r) {
			at += size
			continue
		}
		end := z.word(text, at)
		if n := len(z.folded); n > 0 && (len(z.ends) == 0 || n > z.ends[len(z.ends)-1]) {
			dst = append(dst, token{pos: len(z.ends), start: at, end: end})
			z.ends = append(z.ends, n)
		}
		at = end
	}
	all, from := string(z.folded), 0
	for i, end := range z.ends {
		dst[first+i].word = all[from:end]
		from = end
	}
	dst = abbreviations(dst, text, first)
	return hyphens(dst, text, first)
}

// word folds the word that begins at a place in the text, and gives where it ends.
func (z *tokenizer) word(text string, at int) int {
	z.fold.reset()
	end := at
	for at < len(text) {
		r, size := rune(text[at]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[at:])
		}
		if inWord(r) {
			z.fold.add(r, at, at+size)
			end = at + size
		} else if !ignored(r) {
			break
		}
		at += size
	}
	z.folded = append(z.folded, shorten(z.fold.out)...)
	return end
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

func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return r != utf8.RuneError && unicode.In(r, unicode.L, unicode.N, unicode.M)
}

// abbreviations joins single letters with dots between them, z.B. and e. V., to one word.
func abbreviations(dst []token, text string, first int) []token {
	out := dst[:first]
	shift := 0
	for i := first; i < len(dst); {
		j := i + 1
		for dots := ""; j < min(len(dst), i+maxJoined) && letter(text, dst[j-1]) && letter(text, dst[j]); j++ {
			between := text[dst[j-1].end:dst[j].start]
			if !dotted(between) || dots != "" && dots != between {
				break
			}
			dots = between
		}
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

// letter tells whether a word is one letter.
func letter(text string, t token) bool {
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

// hyphens adds the whole of words with hyphens.
func hyphens(dst []token, text string, first int) []token {
	n := len(dst)
	for i := first; i < n; {
		j := i + 1
		for j < n && hyphen(text[dst[j-1].end:dst[j].start]) {
			j++
		}
		if n := j - i; n > 1 && n <= maxJoined {
			if t := join(dst[i:j]); len(t.word) <= maxWord {
				dst = append(dst, t)
			}
		}
		i = j
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

// spans gives for each byte of a token's word where in the text it stands.
func (z *tokenizer) spans(text string, t token) []span {
	f := folder{language: z.language, places: true}
	for i, r := range text[t.start:t.end] {
		switch {
		case inWord(r):
			f.add(r, t.start+i, t.start+i+utf8.RuneLen(r))
		case !ignored(r):
			f.state = neither // the parts of a joined word are folded each by itself
		}
	}
	return f.spans
}
