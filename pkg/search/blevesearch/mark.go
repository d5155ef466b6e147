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
	phrases    [][]string
	singles    map[string]bool // words of which each alone stands for something
	buf        []token
	known      map[string]part
}

// part is which bytes of a word answer; none if end is 0.
type part struct{ start, end int }

func newMarker(p *plan, m *matched) *marker {
	k := &marker{tokens: tokenizer{language: p.language, offsets: true}, singles: map[string]bool{}, known: map[string]part{}}
	for i, t := range m.text.terms {
		if t.phrase {
			k.phrase(t.words)
		} else {
			k.expansions = append(k.expansions, m.expansions[i])
		}
	}
	for _, a := range m.others {
		k.phrase(a.words)
	}
	return k
}

func (k *marker) phrase(words []string) {
	if len(words) == 1 {
		k.singles[words[0]] = true
		return
	}
	k.phrases = append(k.phrases, words)
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
			start, end := t.start, t.end
			if p.start > 0 {
				start = t.spans[p.start].start
			}
			if p.end < len(t.spans) {
				end = t.spans[p.end-1].end
			}
			add(start, end)
		}
	}
	for _, phrase := range k.phrases {
		k.runs(phrase, add)
	}
	return distinctMatches(out, first)
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
	if k.singles[w] {
		best = part{0, len(w)}
	}
	return best
}

// runs finds the words of a phrase one behind the other, and adds each.
func (k *marker) runs(phrase []string, add func(start, end int)) {
	for i := range k.buf {
		if k.buf[i].joined || i+len(phrase) > len(k.buf) {
			continue
		}
		n := 0
		for n < len(phrase) && k.buf[i+n].word == phrase[n] && !k.buf[i+n].joined {
			n++
		}
		if n == len(phrase) {
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
