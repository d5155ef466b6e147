package blevesearch

import (
	"slices"
	"strings"

	"kontor/pkg/search"
	"kontor/pkg/value"
)

// marker finds in a document's texts what answers to a query.
type marker struct {
	tokens     tokenizer
	expansions []*expansion
	phrases    []markedPhrase
	buf        []token
	known      map[string]part
}

// part is which bytes of a word answer; none if end is 0.
type part struct{ start, end int }

func newMarker(p *plan, m *matched) *marker {
	k := &marker{tokens: tokenizer{language: p.language}, known: map[string]part{}, expansions: m.expansions}
	for _, t := range m.text.terms {
		if t.phrase {
			k.phrases = append(k.phrases, markedPhrase{words: t.words})
		}
	}
	for _, a := range m.others {
		if len(a.words) > 1 { // those of one word are expansions
			phrase := markedPhrase{words: a.words, loose: formsOf(a)}
			if phrase.loose == anyForm {
				phrase.words = nil
				for _, w := range a.words {
					phrase.words = append(phrase.words, p.language.stem(w))
				}
			}
			k.phrases = append(k.phrases, phrase)
		}
	}
	return k
}

// markedPhrase is words that answer one behind the other; of any form they are stems.
type markedPhrase struct {
	words []string
	loose looseness
}

// matches gives what answers in a value.
func (k *marker) matches(_ string, v any) []search.Match {
	list, ok := v.(value.List)
	if !ok {
		return k.text(nil, plainText(v), -1)
	}
	var out []search.Match
	for i, e := range list {
		out = k.text(out, plainText(e), i)
	}
	return out
}

func (k *marker) text(out []search.Match, s string, element int) []search.Match {
	k.buf = k.tokens.tokens(k.buf[:0], s)
	first := len(out)
	add := func(start, end int) {
		out = append(out, search.Match{Start: start, Length: end - start, Element: element})
	}
	for i := range k.buf {
		t := &k.buf[i]
		if p := k.word(t.word); p.end > 0 {
			start, end := k.place(s, *t, p)
			add(start, end)
		}
	}
	for _, phrase := range k.phrases {
		k.runs(phrase, add)
	}
	return distinctMatches(out, first)
}

// place gives where in a text a part of a word stands.
func (k *marker) place(s string, t token, p part) (start, end int) {
	start, end = t.start, t.end
	if p.start == 0 && p.end == len(t.word) {
		return start, end
	}
	spans := k.tokens.spans(s, t)
	if p.start > 0 && p.start < len(spans) {
		start = spans[p.start].start
	}
	if p.end < len(t.word) && p.end <= len(spans) {
		end = spans[p.end-1].end
	}
	return start, end
}

// word gives which part of a word answers.
func (k *marker) word(w string) part {
	p, ok := k.known[w]
	if !ok {
		p = k.find(w)
		k.known[w] = p
	}
	return p
}

func (k *marker) find(w string) part {
	var best part
	for _, x := range k.expansions {
		p := part{}
		d, ok := x.others[w]
		switch {
		case w == x.word:
			p.end = len(w)
		case x.begins && strings.HasPrefix(w, x.word):
			p.end = len(x.word)
		case ok:
			p = part{d.start, d.end}
		}
		if p.end-p.start > best.end-best.start {
			best = p
		}
	}
	return best
}

// runs finds the words of a phrase one behind the other, and adds each.
func (k *marker) runs(phrase markedPhrase, add func(start, end int)) {
	l := k.tokens.language
	last := len(phrase.words) - 1
	is := func(t token, n int) bool {
		word := phrase.words[n]
		switch {
		case t.joined:
			return false
		case phrase.loose == anyForm:
			return l.inflected(t.word, word)
		case phrase.loose == lastBegun && n == last:
			return strings.HasPrefix(t.word, word)
		}
		return t.word == word
	}
	for i := range k.buf {
		n := 0
		for n < len(phrase.words) && i+n < len(k.buf) && is(k.buf[i+n], n) {
			n++
		}
		if n == len(phrase.words) {
			add(k.buf[i].start, k.buf[i+n-1].end)
		}
	}
}

// distinctMatches orders the matches from first on and joins those that lie over each other.
func distinctMatches(m []search.Match, first int) []search.Match {
	part := m[first:]
	if len(part) < 2 {
		return m
	}
	slices.SortFunc(part, func(a, b search.Match) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.Length - a.Length
	})
	out := m[:first+1]
	for _, x := range part[1:] {
		last := &out[len(out)-1]
		if x.Start >= last.Start+last.Length {
			out = append(out, x)
			continue
		}
		last.Length = max(last.Length, x.Start+x.Length-last.Start)
	}
	return out
}
