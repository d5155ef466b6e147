package blevesearch

import (
	"slices"
	"strings"

	"kontor/pkg/search"
)

// synonyms are an index's synonyms by the stem of the first word that is typed.
type synonyms map[string][]synonym

type synonym struct {
	from []string // stems, without the words that say nothing
	to   [][]string
}

func newSynonyms(l *language, list []search.Synonym) synonyms {
	if len(list) == 0 {
		return nil
	}
	out := synonyms{}
	z := tokenizer{language: l}
	for _, s := range list {
		var to [][]string
		for _, t := range s.To {
			if words := z.words(t); len(words) > 0 {
				to = append(to, words)
			}
		}
		for _, f := range s.From {
			if from := l.stems(z.words(f)); len(from) > 0 && len(to) > 0 {
				out[from[0]] = append(out[from[0]], synonym{from, to})
			}
		}
	}
	return out
}

// stems gives the stems of words as a query has them: without those that say nothing, unless all are such.
func (l *language) stems(words []string) []string {
	var out []string
	for _, w := range words {
		if !l.stops(w) {
			out = append(out, l.stem(w))
		}
	}
	if len(out) == 0 {
		return words
	}
	return out
}

// alternative is words that stand for the terms from one to another of a query.
type alternative struct {
	from, to int
	words    []string
	joined   bool // the very letters of the terms, typed apart
	begins   bool // it is also a beginning
}

// alternatives gives what stands for the terms of a query by its synonyms, and adjoining words as one.
func (p *plan) alternatives(t text) []alternative {
	var out []alternative
	stems := make([]string, len(t.terms))
	for i, term := range t.terms {
		if !term.phrase {
			stems[i] = p.language.stem(term.words[0])
		}
	}
	for i, first := range t.terms {
		if first.phrase {
			continue
		}
		for _, s := range p.synonyms[stems[i]] {
			if !follows(stems[i:], s.from) {
				continue
			}
			for _, to := range s.to {
				if !slices.Equal(p.language.stems(to), s.from) {
					out = append(out, alternative{from: i, to: i + len(s.from), words: to})
				}
			}
		}
		out = append(out, spellings(t.terms, i)...)
	}
	return out
}

// means tells whether a word alone has synonyms.
func (p *plan) means(word string) bool {
	stem := p.language.stem(word)
	return slices.ContainsFunc(p.synonyms[stem], func(s synonym) bool { return len(s.from) == 1 })
}

// follows tells whether stems begin with others; a phrase has none and so ends it.
func follows(stems, others []string) bool {
	return len(stems) >= len(others) && slices.Equal(stems[:len(others)], others)
}

// inflected tells whether a word is a form of one with a stem.
func (l *language) inflected(word, stem string) bool {
	rest, ok := strings.CutPrefix(word, stem)
	return ok && (rest == "" || len(stem) >= minStem && l.inflects(rest))
}
