package blevesearch

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// What a word costs that is found in place of the one that was typed; the rule of typos adds them up.
const (
	costSame  = 0 // the word, one that begins with it, or another form of it
	costPart  = 1 // a word that has it as a part, or a synonym
	costTypo  = 2
	costTypos = 3
	costNone  = 4 // the number of costs
)

// Words that are derived of one word of a query, at most: the more there are, the less each says.
const (
	maxParts = 300
	maxTypos = 100
)

// maxBegin is up to how many letters the beginnings of words are indexed by themselves, because too many words begin so.
const maxBegin = 2

// minPart is how long a word must be to be looked for inside of others.
const minPart = 4

// derived is a word of the index that answers to a word of a query.
type derived struct {
	cost       int
	start, end int // which of its bytes do
}

// expansion is what answers to one word of a query.
type expansion struct {
	word   string
	begins bool
	others map[string]derived // besides the word itself and, if begins, what begins with it
}

// expand finds in the tables of words what answers to a word.
func expand(l *language, tables []*words, word string, begins bool) *expansion {
	x := &expansion{word: word, begins: begins, others: map[string]derived{}}
	stem := l.stem(word)
	for _, t := range tables {
		x.forms(l, t, stem)
	}
	if l.compound && utf8.RuneCountInString(stem) >= minPart {
		x.parts(l, tables, stem)
	}
	if most := typos(word); most > 0 {
		x.typos(tables, most)
	}
	return x
}

// add takes a derived word unless there is a better way to it.
func (x *expansion) add(word string, d derived) {
	if old, ok := x.others[word]; !ok || d.cost < old.cost {
		x.others[word] = d
	}
}

// same tells whether a word needs no derivation.
func (x *expansion) same(word string) bool {
	return word == x.word || x.begins && strings.HasPrefix(word, x.word)
}

// forms finds other forms of the word.
func (x *expansion) forms(l *language, t *words, stem string) {
	if len(stem) < minStem && len(l.endings) > 0 || len(l.endings) == 0 {
		return
	}
	from, to := t.begun(stem)
	for i := from; i < to; i++ {
		w := t.at(i)
		if len(w)-len(stem) <= 5 && !x.same(w) && l.inflects(w[len(stem):]) {
			x.add(w, derived{cost: costSame, end: len(w)})
		}
	}
}

// parts finds words that are composed of the word and others.
func (x *expansion) parts(l *language, tables []*words, stem string) {
	type part struct {
		word string
		d    derived
	}
	var found []part
	for _, t := range tables {
		t.containing(stem, func(number, at int) {
			w := t.at(number)
			if _, ok := x.others[w]; ok || x.same(w) || !l.composed(tables, w, at, at+len(stem)) {
				return
			}
			end := len(w)
			if rest := w[at+len(stem):]; !l.inflects(rest) {
				end = at + len(stem)
			}
			found = append(found, part{w, derived{cost: costPart, start: at, end: end}})
		})
		if !x.begins {
			from, to := t.begun(stem)
			for i := from; i < to; i++ {
				w := t.at(i)
				if _, ok := x.others[w]; !ok && !x.same(w) && l.composed(tables, w, 0, len(stem)) {
					found = append(found, part{w, derived{cost: costPart, end: len(stem)}})
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b part) int {
		return cmp.Or(cmp.Compare(len(a.word), len(b.word)), cmp.Compare(a.word, b.word))
	})
	n := 0
	for _, p := range found {
		if _, ok := x.others[p.word]; ok {
			continue
		}
		if n++; n > maxParts {
			break
		}
		x.add(p.word, p.d)
	}
}

// composed tells whether a word is likely composed of the part from start to end and others: what stands before is a word of the index
// by itself, with or without the letters that join German words, and what stands behind is an ending or begins another word.
func (l *language) composed(tables []*words, word string, start, end int) bool {
	rest := word[end:]
	if !l.inflects(rest) && !known(tables, rest, true) {
		return false
	}
	if start == 0 {
		return true
	}
	before := word[:start]
	if len(before) < 2 {
		return false
	}
	if end-start >= 6 && len(before) >= 3 || known(tables, before, false) {
		return true
	}
	for _, joint := range []string{"s", "n", "en", "es", "er", "e", "ens"} {
		if w, ok := strings.CutSuffix(before, joint); ok && len(w) >= 3 && known(tables, w, false) {
			return true
		}
	}
	return false
}

// known tells whether a word is in the index, also with a letter or two that join it to another before it.
func known(tables []*words, word string, joined bool) bool {
	if len(word) < 3 {
		return false
	}
	for _, t := range tables {
		if t.number(word) >= 0 {
			return true
		}
	}
	if joined {
		for _, joint := range []string{"s", "n", "en", "es", "er", "e", "ns", "ens"} {
			if w, ok := strings.CutPrefix(word, joint); ok && known(tables, w, false) {
				return true
			}
		}
	}
	return false
}

// typos finds words with typos.
func (x *expansion) typos(tables []*words, most int) {
	type near struct {
		word          string
		steps, length int
	}
	var found []near
	f := newFuzzy(x.word, most, x.begins)
	for _, t := range tables {
		f.in(t, func(number, steps, length int) {
			w := t.at(number)
			if _, ok := x.others[w]; steps > 0 && !ok && !x.same(w) {
				found = append(found, near{w, steps, length})
			}
		})
	}
	slices.SortFunc(found, func(a, b near) int {
		return cmp.Or(cmp.Compare(a.steps, b.steps), cmp.Compare(len(a.word), len(b.word)), cmp.Compare(a.word, b.word))
	})
	found = slices.CompactFunc(found, func(a, b near) bool { return a.word == b.word })
	for _, n := range found[:min(len(found), maxTypos)] {
		x.add(n.word, derived{cost: costTypo + n.steps - 1, end: n.length})
	}
}
