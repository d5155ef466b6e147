package blevesearch

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"
)

// minCompound is how long a word must be to be taken for one of several.
const minCompound = 2 * minStem

// split takes words apart that nothing answers to, if they are composed of others that something does: Gewerbegebietsentwicklung is asked
// for as Gewerbegebiet and Entwicklung.
func (l *look) split(ctx context.Context, terms []term) ([]term, error) {
	if !l.plan.language.compound {
		return terms, nil
	}
	var out []term
	for _, t := range terms {
		parts := []string(nil)
		if !t.phrase && len(t.words[0]) >= minCompound && !l.plan.means(t.words[0]) {
			f, err := l.term(ctx, t)
			if err != nil {
				return nil, err
			}
			if f.empty() {
				parts = l.parts(t.words[0], 3)
			}
		}
		if parts == nil {
			out = append(out, t)
		}
		for i, p := range parts {
			out = append(out, term{words: []string{p}, begins: t.begins && i == len(parts)-1})
		}
	}
	return out[:min(len(out), maxTerms)], nil
}

func (f found) empty() bool {
	return !slices.ContainsFunc(f.segments, func(m *termMatch) bool { return !m.any.IsEmpty() })
}

// parts gives the words that a word is composed of, at most so many, the longest last one first; nil if it is not.
func (l *look) parts(word string, most int) []string {
	for i := minStem; i <= len(word)-minStem; i++ {
		if !utf8.RuneStart(word[i]) || !l.knows(word[i:]) {
			continue
		}
		for _, joint := range append([]string{""}, joints...) {
			head, ok := strings.CutSuffix(word[:i], joint)
			if ok && len(head) >= minStem && l.knows(head) {
				return []string{head, word[i:]}
			}
		}
		if most > 2 {
			if before := l.parts(word[:i], most-1); before != nil {
				return append(before, word[i:])
			}
		}
	}
	return nil
}

// knows tells whether a word is in the index in any of its forms, or its kin, or has synonyms.
func (l *look) knows(word string) bool {
	if known(l.tables, word) || l.plan.means(word) || slices.ContainsFunc(l.plan.language.kin(word), func(w string) bool { return known(l.tables, w) }) {
		return true
	}
	stem := l.plan.language.stem(word)
	if len(stem) < minStem {
		return false
	}
	for _, t := range l.tables {
		from, to := t.begun(stem)
		for i := from; i < to; i++ {
			if w := t.at(i); len(w)-len(stem) <= maxEnding && l.plan.language.inflected(w, stem) {
				return true
			}
		}
	}
	return false
}
