package store

import (
	"slices"
	"strings"

	"kontor/pkg/query"
)

// A read is estimated before it runs, from the declared collection and the query alone, so that the caller can
// be told at once what is too dear. Both engines find documents in the same ways, and the estimate takes the
// cheapest of these:
//
//   - the keys that a condition names,
//   - an index of which the first paths are compared with equal values, the next one perhaps with a range, and
//     the path behind those perhaps gives the order,
//   - an index of a list, by an element.
//
// Whatever condition that leaves over is tested on every document that it leads to, and how many those are is
// not known without reading: they count as all documents of the collection. The same holds for a sort that no
// index gives. The tests of both drivers hold the estimate against the plans that the engines really make and
// against the steps and documents that they really use.

// The weights in units of work, see Bound.
const (
	entryWork   = 0.02 // one entry of an index
	loadWork    = 2    // one document that is read, decoded and written into an answer
	textWork    = 2    // a search within a text
	valueWork   = 1    // one value of a list in a condition
	elementWork = 3    // the elements of a list, which have to be taken out of the document
	// leadingWork is for a list's element that few documents have: drivers read these one by one instead of
	// walking an index, as long as they are fewer than some hundreds.
	leadingWork = 75
	// prefixKeys is how many documents are taken to share the beginning of a key, which is a whole id: the
	// locales of an entry, the versions of one.
	prefixKeys = 100
	// nearWindow is up to which place of a list only the entries before it count; beyond it they may be more
	// than there are.
	nearWindow = 1000
)

// Estimate is how much work a read takes.
type Estimate struct {
	Fixed float64 // whatever the number of documents: what is found by key or at the beginning of an index
	Loads int     // documents that are loaded, as far as the collection has so many
	Tests float64 // for each document of the collection: conditions and sorts that take it apart; 0 if indexes serve
	Walk  float64 // for each document of the collection: entries of indexes, in units of work

	Field      string // the field whose conditions or sort make up most of Tests; "" if an index serves all
	Conditions int    // how many conditions on that field are tested; 0 for a sort
}

// Heavy is the work on documents, which grows with the collection unless indexes serve the read.
func (e Estimate) Heavy(documents int) int64 {
	return int64(e.fixed(documents) + e.Tests*float64(documents))
}

// Work is all work.
func (e Estimate) Work(documents int) int64 {
	return int64(e.total(documents))
}

func (e Estimate) total(documents int) float64 {
	return e.fixed(documents) + (e.Tests+e.Walk)*float64(documents)
}

// fixed is the work that does not grow once the collection has as many documents as are loaded.
func (e Estimate) fixed(documents int) float64 {
	return e.Fixed + loadWork*float64(min(e.Loads, documents))
}

// stepsOfEntry is how many times the work of an entry an engine counts for it, since it counts steps: walking
// along an index takes many quick ones.
const stepsOfEntry = 20

// Bound is what a driver may be allowed for it.
func (e Estimate) Bound(documents int) int64 {
	return max(1, int64(e.fixed(documents)+(e.Tests+stepsOfEntry*e.Walk)*float64(documents)))
}

// Estimate says how much work Find takes. The filter is one that Check accepts.
func (c Collection) Estimate(q Query) Estimate { return newEstimator(c, q, false).best() }

// EstimateCount says how much work Count takes.
func (c Collection) EstimateCount(f query.Filter) Estimate {
	return newEstimator(c, Query{Filter: f}, true).best()
}

// estimator compares the ways in which a query can be answered.
type estimator struct {
	Collection
	q         Query
	counts    bool
	conjuncts []query.Filter // all of them must hold
}

func newEstimator(c Collection, q Query, counts bool) *estimator {
	all := query.AllOf(q.Filter)
	e := &estimator{Collection: c, q: q, counts: counts, conjuncts: []query.Filter{all}}
	switch all.Op {
	case query.All:
		e.conjuncts = nil
	case query.And:
		e.conjuncts = all.Args
	}
	return e
}

// lead is one way to the documents.
type lead struct {
	consumed []int // conjuncts that it answers
	keys     int   // it leads to so many documents at most; -1: not known
	ordered  bool  // the documents come in the order that is asked for
	element  bool  // it leads from the element of a list
}

func (e *estimator) best() Estimate {
	const many = 10_000 // where the ways are compared
	best := e.cost(lead{keys: -1, ordered: e.counts || sortedByKey(e.q.Sort)})
	for _, l := range e.leads() {
		if x := e.cost(l); x.total(many) < best.total(many) {
			best = x
		}
	}
	return best
}

func (e *estimator) leads() []lead {
	var out []lead
	for _, paths := range e.Indexes {
		if len(paths) > 1 || !slices.Contains(e.Many, paths[0]) {
			if l, ok := e.along(paths); ok {
				out = append(out, l)
			}
		}
	}
	narrowed := slices.ContainsFunc(out, func(l lead) bool { return len(l.consumed) > 0 })
	for i, f := range e.conjuncts {
		switch {
		case f.Path == KeyPath:
			// Beside an equal value of another index only a single key is sure to be what an engine starts from.
			if n := keysIn(f); n >= 0 && (n < 2 || !narrowed) {
				out = append(out, lead{consumed: []int{i}, keys: n, ordered: e.counts || n < 2 || sortedByKey(e.q.Sort)})
			} else if f.Op == query.StartsWith && !narrowed {
				out = append(out, lead{consumed: []int{i}, keys: prefixKeys, ordered: e.counts || sortedByKey(e.q.Sort)})
			} else if n < 0 && ranged(f.Op) {
				out = append(out, lead{consumed: []int{i}, keys: -1, ordered: e.counts || sortedByKey(e.q.Sort)})
			}
		case e.inTable(f.Path) && positive(f.Op):
			out = append(out, lead{consumed: []int{i}, keys: -1, ordered: e.counts, element: true})
		}
	}
	return out
}

// along gives the way through an index of scalars; not ok if it neither narrows anything nor gives the order.
func (e *estimator) along(paths []string) (lead, bool) {
	l := lead{keys: -1}
	at, single := 0, true
	for ; at < len(paths) && paths[at] != KeyPath && !slices.Contains(e.Many, paths[at]); at++ {
		i := e.find(paths[at], func(op query.Op) bool { return op == query.Eq || op == query.In })
		if i < 0 {
			break
		}
		l.consumed = append(l.consumed, i)
		single = single && values(e.conjuncts[i]) < 2
	}
	l.ordered = e.counts || single && sortedAlong(e.q.Sort, paths[at:])
	if at < len(paths) && !slices.Contains(e.Many, paths[at]) {
		for _, side := range []func(query.Op) bool{below, above} {
			if i := e.find(paths[at], side); i >= 0 && !slices.Contains(l.consumed, i) {
				l.consumed = append(l.consumed, i)
			}
		}
	}
	return l, len(l.consumed) > 0 || !e.counts && len(e.q.Sort) > 0 && l.ordered
}

// find gives the first conjunct on a path with an operator of some kind, -1 if there is none.
func (e *estimator) find(path string, kind func(query.Op) bool) int {
	return slices.IndexFunc(e.conjuncts, func(f query.Filter) bool { return f.Path == path && kind(f.Op) })
}

// cost adds up what a way takes.
func (e *estimator) cost(l lead) Estimate {
	var out Estimate
	sum := weight{fields: tally{}}
	for i, f := range e.conjuncts {
		switch consumed := slices.Contains(l.consumed, i); {
		case consumed && l.element:
			e.weigh(f, false, &sum)
		case !consumed && !e.implied(l, f):
			e.weigh(f, false, &sum)
		}
	}
	if !l.ordered {
		sum.entries += entryWork // to be put in order
		e.weighSort(&sum)
	}
	out.Fixed, out.Loads = sum.lists, e.loads(l)
	if e.tabled(l) && !l.element {
		out.Fixed += leadingWork * float64(1+len(e.q.Sort))
	}
	switch window := e.q.Offset + e.q.Limit; {
	case l.keys >= 0:
		out.Fixed += float64(l.keys) * (5*entryWork + sum.tests + sum.entries)
		out.Walk = sum.tables
	case sum.tests+sum.entries+sum.tables == 0 && l.ordered && !e.counts && e.q.Limit > 0 && window <= nearWindow:
		out.Fixed += float64(window) * entryWork
	default:
		out.Tests, out.Walk = sum.tests, entryWork+sum.entries+sum.tables
		out.Field, out.Conditions = sum.fields.most()
	}
	return out
}

// tabled tells whether a way leaves a condition on a list's elements over, from which a driver may start
// instead.
func (e *estimator) tabled(l lead) bool {
	for i, f := range e.conjuncts {
		if !slices.Contains(l.consumed, i) && e.inTable(f.Path) && positive(f.Op) {
			return true
		}
	}
	return false
}

// loads is how many documents of the window are loaded; a query without one is Kontor's own and knows what it hits.
func (e *estimator) loads(l lead) int {
	n := e.q.Limit
	if l.keys >= 0 && (n == 0 || l.keys < n) {
		n = l.keys
	}
	if e.counts || e.q.Parts != nil && len(e.q.Parts) == 0 {
		return 0
	}
	return n
}

// weighSort adds the values by which documents are put in order; every index holds the key.
func (e *estimator) weighSort(sum *weight) {
	for _, o := range e.q.Sort {
		if o.Path != KeyPath {
			sum.tests++
			sum.fields.add(o.Path, 1, 0)
		}
	}
}

// implied tells whether a condition holds for nearly all to which the way leads: equal texts have equal sort
// keys, and the sort key is in the index.
func (e *estimator) implied(l lead, f query.Filter) bool {
	if f.Op != query.Eq && f.Op != query.In {
		return false
	}
	part, field, _ := strings.Cut(f.Path, ".")
	return slices.ContainsFunc(l.consumed, func(i int) bool {
		by := e.conjuncts[i]
		return by.Op == f.Op && by.Path == part+"Twin.sort."+field && values(by) == values(f)
	})
}
