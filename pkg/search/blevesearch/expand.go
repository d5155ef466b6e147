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
	costPart  = 2 // a word that has it as a part, or a synonym
	costForm  = 3 // another form of a name, alone or as a part: Rhein for Rheine
	costTypo  = 4
	costTypos = 6
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

// derived is how a word of the index answers to a word of a query.
type derived struct {
	cost       int
	start, end int // which of its bytes do
}

// expansion is what answers to one word of a query.
type expansion struct {
	word    string
	begins  bool
	cost    int                // of the word itself
	name    bool               // its other forms are likely other words
	form    int                // of its other forms
	begun   int                // of what begins with it
	others  map[string]derived // besides the word itself and, if begins, what begins with it
	numbers [][]answer         // the same by table
}

// answer is a word of a table by its number.
type answer struct {
	number int
	cost   int
}

// expand finds in the tables of words what answers to a word. The other forms of a name are not the
// name.
func expand(l *language, tables []*words, word string, begins, name bool) *expansion {
	x := newExpansion(tables, word, begins)
	if name {
		x.name, x.form = true, costForm
	}
	stem := l.stem(word)
	x.forms(l, tables, stem)
	x.kin(l, tables)
	if l.compound && utf8.RuneCountInString(stem) >= minPart {
		x.pairs(l, tables, stem)
		x.parts(l, tables, stem)
	}
	if most := typos(word); most > 0 {
		x.typos(tables, most)
	}
	return x
}

func newExpansion(tables []*words, word string, begins bool) *expansion {
	return &expansion{word: word, begins: begins, others: map[string]derived{}, numbers: make([][]answer, len(tables))}
}

// expandForms finds only the other forms of a word, all at one cost.
func expandForms(l *language, tables []*words, word string, begins bool, cost int) *expansion {
	x := newExpansion(tables, word, begins)
	x.cost, x.begun, x.form = cost, cost, cost
	x.forms(l, tables, l.stem(word))
	return x
}

// same tells whether a word needs no derivation.
func (x *expansion) same(word string) bool {
	return word == x.word || x.begins && strings.HasPrefix(word, x.word)
}

// derivation is a word that was derived in one way, before the best are taken.
type derivation struct {
	word   string
	table  int
	number int
	d      derived
}

// fresh tells whether a word has not been derived in a better way. A pair of words is there beside
// its words, which are derived by themselves.
func (x *expansion) fresh(word string) bool {
	_, ok := x.others[word]
	return !ok && !x.same(word) && !strings.Contains(word, pairMark)
}

// take adds at most so many words, those with the fewest steps first, then the shortest.
func (x *expansion) take(found []derivation, most int) {
	slices.SortFunc(found, func(a, b derivation) int {
		return cmp.Or(cmp.Compare(a.d.cost, b.d.cost), cmp.Compare(len(a.word), len(b.word)), cmp.Compare(a.word, b.word), cmp.Compare(a.table, b.table), cmp.Compare(b.d.start, a.d.start))
	})
	n := 0
	for i, f := range found {
		if i > 0 && found[i-1].word == f.word && found[i-1].table == f.table {
			continue
		}
		if i == 0 || found[i-1].word != f.word {
			if n++; n > most {
				return
			}
		}
		if _, ok := x.others[f.word]; !ok {
			x.others[f.word] = f.d
		}
		x.numbers[f.table] = append(x.numbers[f.table], answer{f.number, f.d.cost})
	}
}

// forms finds other forms of the word.
func (x *expansion) forms(l *language, tables []*words, stem string) {
	if len(stem) < minStem || len(l.endings) == 0 {
		return
	}
	var found []derivation
	for k, t := range tables {
		from, to := t.begun(stem)
		for i := from; i < to; i++ {
			if w := t.at(i); len(w)-len(stem) <= maxEnding && x.fresh(w) && l.inflects(w[len(stem):]) {
				found = append(found, derivation{w, k, i, derived{cost: x.form, end: len(w)}})
			}
		}
	}
	x.take(found, len(found))
}

// kin finds the verbs of a noun, and its nouns for a verb.
func (x *expansion) kin(l *language, tables []*words) {
	kin := l.kin(x.word)
	var found []derivation
	for k, t := range tables {
		for _, w := range kin {
			if i := t.number(w); i >= 0 && x.fresh(w) {
				found = append(found, derivation{w, k, i, derived{cost: costPart, end: len(w)}})
			}
		}
	}
	x.take(found, len(found))
}

// parts finds words that are composed of the word and others.
func (x *expansion) parts(l *language, tables []*words, stem string) {
	var found []derivation
	for k, t := range tables {
		t.containing(stem, func(number, at int) {
			w := t.at(number)
			if !x.fresh(w) || !l.composed(tables, w, at, at+len(stem)) {
				return
			}
			end := len(w)
			if !l.inflects(w[at+len(stem):]) {
				end = at + len(stem)
			}
			found = append(found, derivation{w, k, number, derived{cost: x.partCost(w[at:]), start: at, end: end}})
		})
		if x.begins {
			continue
		}
		from, to := t.begun(stem)
		for i := from; i < to; i++ {
			if w := t.at(i); x.fresh(w) && l.composed(tables, w, 0, len(stem)) {
				found = append(found, derivation{w, k, i, derived{cost: x.partCost(w), end: len(stem)}})
			}
		}
	}
	x.take(found, maxParts)
}

// partCost returns the cost of a compound; rest is its letters from the part on that the typed word
// was found by.
func (x *expansion) partCost(rest string) int {
	if x.name && !strings.HasPrefix(rest, x.word) {
		return costForm
	}
	return costPart
}

// startsWithWord reports whether the first letters of a word are the first part of a compound.
// Rhein-Erft begins with the letters of Rheine, but not with the word.
func (l *language) startsWithWord(tables []*words, word string, letters int) bool {
	return !l.inflects(word[letters:]) && l.composed(tables, word, 0, letters)
}

// composed tells whether a word is likely composed of the part from start to end and others: what stands before is a word of the index
// by itself, with or without the letters that join German words, and what stands behind is an ending or begins another word.
func (l *language) composed(tables []*words, word string, start, end int) bool {
	length := end - start
	switch rest := word[end:]; {
	case l.inflects(rest):
		length += len(rest)
	case !known(tables, rest) && !l.joins(tables, rest, strings.CutPrefix):
		return false
	}
	before := word[:start]
	switch {
	case start == 0:
		return true
	case len(before) < minBefore:
		return length >= clearPart && slices.Contains(particles, before)
	case length >= clearPart, length >= nearlyClear && len(before) >= nearlyClear:
		return true
	}
	return known(tables, before) || l.joins(tables, before, strings.CutSuffix)
}

const (
	minBefore = 3 // letters that must stand before a part
	clearPart = 6 // letters that are seldom within a word by chance

	nearlyClear = 5 // that many are not if as many stand before
)

// particles are the short words that German words begin with.
var particles = []string{"ab", "an", "ein", "im", "in", "um", "un"}

// joints are the letters between the parts of German words.
var joints = []string{"s", "n", "en", "es", "er", "e", "ns", "ens"}

// joins tells whether something is a word of the index with a joint, which cut takes off.
func (l *language) joins(tables []*words, s string, cut func(s, joint string) (string, bool)) bool {
	for _, joint := range joints {
		if w, ok := cut(s, joint); ok && known(tables, w) {
			return true
		}
	}
	return false
}

// known tells whether a word is in the index.
func known(tables []*words, word string) bool {
	if len(word) < 3 {
		return false
	}
	for _, t := range tables {
		if t.number(word) >= 0 {
			return true
		}
	}
	return false
}

// typos finds words with typos.
func (x *expansion) typos(tables []*words, most int) {
	var found []derivation
	f := newFuzzy(x.word, most, x.begins)
	for k, t := range tables {
		f.in(t, func(number, steps, length int) {
			if w := t.at(number); steps > 0 && x.fresh(w) {
				cost := costTypo + (steps-1)*(costTypos-costTypo)
				found = append(found, derivation{w, k, number, derived{cost: cost, end: length}})
			}
		})
	}
	x.take(found, maxTypos)
}
