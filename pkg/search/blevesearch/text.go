package blevesearch

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTerms is how many words of a query count; what is typed after them is not looked at.
const maxTerms = 10

// text is a query's text, read.
type text struct {
	terms []term
	not   []term // what no hit may have
	whole string // all its words, as a short attribute is known as a whole
}

// term is one word of a query, or a phrase.
type term struct {
	words  []string
	phrase bool
	begins bool // it is also a beginning
}

// readText reads what was typed: "…" and „…“ are phrases, a - before a word or a phrase excludes it. Words that say nothing are left
// out unless there are no others.
func readText(l *language, s string) text {
	var (
		out    text
		z      = tokenizer{language: l}
		loose  []term
		whole  []string
		pieces = cut(s)
	)
	for i, p := range pieces {
		words := z.words(p.text)
		if len(words) == 0 {
			continue
		}
		switch {
		case p.not && p.phrase:
			out.not = append(out.not, term{words: words, phrase: true})
		case p.not:
			for _, w := range words {
				out.not = append(out.not, term{words: []string{w}})
			}
		case p.phrase:
			loose = append(loose, term{words: words, phrase: true})
			whole = append(whole, words...)
		default:
			for j, w := range words {
				last := i == len(pieces)-1 && j == len(words)-1 && !p.ended
				loose = append(loose, term{words: []string{w}, begins: last})
			}
			whole = append(whole, words...)
		}
	}
	out.terms = telling(l, loose)
	if len(whole) > 0 && len(whole) <= maxWhole {
		out.whole = strings.Join(whole, " ") + " "
	}
	return out
}

// telling leaves out the words that say nothing, unless all are such, and what is too much.
func telling(l *language, all []term) []term {
	var kept []term
	for _, t := range all {
		if t.phrase || !l.stops(t.words[0]) {
			kept = append(kept, t)
		}
	}
	if len(kept) == 0 {
		kept = all
	}
	return kept[:min(len(kept), maxTerms)]
}

// words gives the words of a piece, without those that are joined of others that are there too.
func (z *tokenizer) words(s string) []string {
	var out []string
	for _, t := range z.tokens(nil, s) {
		if !t.joined {
			out = append(out, t.word)
		}
	}
	return out
}

// piece is a part of a query's text: a phrase, something excluded, or what is between.
type piece struct {
	text        string
	phrase, not bool
	ended       bool // something stands behind its last word, so that is whole
}

func cut(s string) []piece {
	var (
		out   []piece
		plain strings.Builder
	)
	flush := func() {
		if plain.Len() > 0 {
			out = append(out, piece{text: plain.String()})
			plain.Reset()
		}
	}
	before := ' '
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		closing := closes(r)
		switch {
		case closing != "":
			flush()
			inside, rest := s[size:], ""
			if end := strings.IndexAny(s[size:], closing); end >= 0 {
				_, n := utf8.DecodeRuneInString(s[size+end:])
				inside, rest = s[size:size+end], s[size+end+n:]
			}
			out = append(out, piece{text: inside, phrase: true})
			s, before = rest, ' '
			continue
		case r == '-' && unicode.IsSpace(before) && len(s) > size && !unicode.IsSpace(rune(s[size])):
			flush()
			var p piece
			p, s = excluded(s[size:])
			out = append(out, p)
			before = ' '
			continue
		}
		plain.WriteRune(r)
		before = r
		s = s[size:]
	}
	flush()
	if n := len(out); n > 0 && !out[n-1].phrase {
		r, _ := utf8.DecodeLastRuneInString(out[n-1].text)
		class := classOf(r)
		out[n-1].ended = class == separator || class == symbol
	}
	return out
}

// excluded reads what stands behind a -.
func excluded(s string) (piece, string) {
	r, size := utf8.DecodeRuneInString(s)
	if closing := closes(r); closing != "" {
		if end := strings.IndexAny(s[size:], closing); end >= 0 {
			_, n := utf8.DecodeRuneInString(s[size+end:])
			return piece{text: s[size : size+end], phrase: true, not: true}, s[size+end+n:]
		}
		return piece{text: s[size:], phrase: true, not: true}, ""
	}
	end := strings.IndexFunc(s, unicode.IsSpace)
	if end < 0 {
		end = len(s)
	}
	return piece{text: s[:end], not: true}, s[end:]
}

// closes gives the characters that end a phrase that begins with r, "" if none does.
func closes(r rune) string {
	switch r {
	case '"':
		return `"`
	case '„', '“':
		return "“”\""
	case '»':
		return "«"
	case '«':
		return "»"
	}
	return ""
}
