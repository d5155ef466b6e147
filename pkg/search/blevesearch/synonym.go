package blevesearch

import (
	"slices"

	"kontor/pkg/search"
)

// synonyms are an index's synonyms by the first word of what is typed.
type synonyms map[string][]synonym

type synonym struct {
	from []string
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
			if from := z.words(f); len(from) > 0 && len(to) > 0 {
				out[from[0]] = append(out[from[0]], synonym{from, to})
			}
		}
	}
	return out
}

// alternative is words that stand for the terms from one to another of a query.
type alternative struct {
	from, to int
	words    []string
}

// alternatives gives what stands for the terms of a query by its synonyms, and adjoining words as one.
func (p *plan) alternatives(t text) []alternative {
	var out []alternative
	for i, first := range t.terms {
		if first.phrase {
			continue
		}
		for _, s := range p.synonyms[first.words[0]] {
			if !follows(t.terms[i:], s.from) {
				continue
			}
			for _, to := range s.to {
				if !slices.Equal(to, s.from) {
					out = append(out, alternative{i, i + len(s.from), to})
				}
			}
		}
		if i+1 < len(t.terms) && !t.terms[i+1].phrase {
			out = append(out, alternative{i, i + 2, []string{first.words[0] + t.terms[i+1].words[0]}})
		}
	}
	return out
}

func follows(terms []term, words []string) bool {
	if len(terms) < len(words) {
		return false
	}
	for i, w := range words {
		if terms[i].phrase || terms[i].words[0] != w {
			return false
		}
	}
	return true
}
