package blevesearch

import (
	"github.com/RoaringBitmap/roaring/v2"

	"kontor/pkg/search"
)

// absent is the rank of a word that a document has not; it does not occur among the words of a level.
const absent = 255

// rank gives each candidate its rank by a rule.
func (r *ranker) rank(rule search.Rule, c []candidate) error {
	for i := range c {
		c[i].rank = 0
	}
	if rule == search.Words {
		for i := range c {
			c[i].rank = uint32(len(r.levels[0].terms) - len(r.levels[c[i].level].terms))
		}
		return nil
	}
	if rule == search.Proximity && !r.near(len(c)) {
		return nil
	}
	for from := 0; from < len(c); {
		to := from + 1
		for to < len(c) && c[to].seg == c[from].seg {
			to++
		}
		if err := r.rankSegment(rule, int(c[from].seg), c[from:to]); err != nil {
			return err
		}
		from = to
	}
	return nil
}

func (r *ranker) rankSegment(rule search.Rule, seg int, c []candidate) error {
	switch rule {
	case search.Typo:
		r.addBest(seg, c, func(g group) uint32 { return uint32(g.cost) })
	case search.Weight:
		r.addBest(seg, c, func(g group) uint32 { return uint32(g.class) })
	case search.Exactness:
		r.exactness(seg, c)
	case search.Proximity:
		return r.proximity(seg, c)
	}
	return nil
}

// addBest adds, for each word of their level, what the best group says that a candidate is in: of least cost, then of most weight.
func (r *ranker) addBest(seg int, c []candidate, of func(group) uint32) {
	best := make([]uint8, len(c))
	for t, m := range r.matched.segments[seg].terms {
		for i := range best {
			best[i] = absent
		}
		for _, g := range m.groups {
			v := uint8(of(g))
			each(g.docs, c, func(i int) {
				if best[i] == absent {
					best[i] = v
				}
			})
		}
		for i := range c {
			if best[i] != absent && r.levels[c[i].level].has(t) {
				c[i].rank += uint32(best[i])
			}
		}
	}
}

// exactness ranks first what is the text as a whole, then by how many words are there as they were typed.
func (r *ranker) exactness(seg int, c []candidate) {
	m := r.matched.segments[seg]
	exact := make([]bool, len(c))
	for i := range c {
		c[i].rank = 1
	}
	for t := range m.terms {
		clear(exact)
		for _, g := range m.terms[t].groups {
			if g.exact {
				each(g.docs, c, func(i int) { exact[i] = true })
			}
		}
		for i := range c {
			if !exact[i] && r.levels[c[i].level].has(t) {
				c[i].rank++
			}
		}
	}
	each(m.whole, c, func(i int) { c[i].rank = 0 })
}

func (l level) has(term int) bool {
	for _, t := range l.terms {
		if t == term {
			return true
		}
	}
	return false
}

// each calls fn with the candidates, all of one segment and by number, that are among the documents.
func each(docs *roaring.Bitmap, c []candidate, fn func(i int)) {
	if docs.IsEmpty() {
		return
	}
	if uint64(len(c)) < docs.GetCardinality()/4 {
		for i := range c {
			if docs.Contains(c[i].doc) {
				fn(i)
			}
		}
		return
	}
	it := docs.Iterator()
	for i := range c {
		it.AdvanceIfNeeded(c[i].doc)
		if !it.HasNext() {
			return
		}
		if it.PeekNext() == c[i].doc {
			fn(i)
		}
	}
}

// worst is the highest rank that a rule can give to a level with so many words.
func (r *ranker) worst(rule search.Rule, terms int) uint32 {
	n := uint32(terms)
	switch rule {
	case search.Words:
		return uint32(len(r.levels[0].terms)) - 1
	case search.Typo:
		return n * costTypos
	case search.Weight:
		return n * uint32(max(len(r.plan.classes), 1)-1)
	case search.Exactness:
		return n + 1
	case search.Proximity:
		if n == 0 || len(r.matched.text.terms) < 2 {
			return 0 // see near
		}
		return (2*n - 1) * (farthest - 1) // n-1 distances and n words in a shorter form
	}
	return 0
}
