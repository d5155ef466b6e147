package blevesearch

import (
	"cmp"
	"context"
	"slices"

	"kontor/pkg/fault"
	"kontor/pkg/search"
)

// usualValues is how many values of a facet are answered unless another number is asked for.
const usualValues = 100

// facet counts the values of an attribute over all hits.
func (s *selection) facet(name string, most int) (search.Facet, error) {
	counts, stats, err := s.count(name, nil)
	if err != nil {
		return search.Facet{}, err
	}
	return search.Facet{Counts: frequent(counts, most), Stats: stats}, nil
}

// count counts the values of an attribute that pass, over all hits; nil passes all.
func (s *selection) count(name string, pass func(cell) bool) ([]search.Count, *search.Stats, error) {
	type key struct {
		kind byte
		text string
	}
	sums := map[key]int{}
	var stats *search.Stats
	for i, seg := range s.view.segments {
		c, err := seg.file.column(name)
		if err != nil {
			return nil, nil, err
		}
		n := make([]int, len(c.cells))
		for it := s.all[i].Iterator(); it.HasNext(); {
			for _, o := range c.of(it.Next()) {
				n[o]++
			}
		}
		for o, count := range n {
			cell := c.cells[o]
			if count == 0 || pass != nil && !pass(cell) {
				continue
			}
			sums[key{cell.kind, cell.text}] += count
			if cell.kind == termNumber {
				if stats == nil {
					stats = &search.Stats{Min: cell.number, Max: cell.number}
				}
				stats.Min, stats.Max = min(stats.Min, cell.number), max(stats.Max, cell.number)
			}
		}
	}
	counts := make([]search.Count, 0, len(sums))
	for k, n := range sums {
		if k.kind != termPoint {
			counts = append(counts, search.Count{Value: k.text, Count: n})
		}
	}
	return counts, stats, nil
}

// frequent gives the values that are there most often.
func frequent(counts []search.Count, most int) []search.Count {
	if most == 0 {
		most = usualValues
	}
	slices.SortFunc(counts, func(a, b search.Count) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return counts[:min(len(counts), most)]
}

// FacetSearch finds values of a facet by what is typed of them.
func (e *Engine) FacetSearch(ctx context.Context, q search.FacetQuery) (search.FacetResult, error) {
	if err := e.begin(ctx); err != nil {
		return search.FacetResult{}, err
	}
	defer e.end()
	c := call{engine: e, indexes: map[string]*opened{}}
	defer c.release()
	o, err := c.open(q.Index)
	if err != nil {
		return search.FacetResult{}, err
	}
	narrow := search.Query{Index: q.Index, Text: q.Text, Filter: q.Filter, Matching: q.Matching, SearchOn: q.SearchOn}
	if err := o.plan.check(narrow); err != nil {
		return search.FacetResult{}, err
	}
	if q.Most < 0 {
		return search.FacetResult{}, fault.New(fault.Invalid, "The number of values is below 0")
	}
	if err := o.plan.filters(q.Facet, "facets"); err != nil || o.view == nil {
		return search.FacetResult{}, err
	}
	var found search.FacetResult
	err = guard(func() error {
		s, err := o.selected(ctx, narrow)
		if err != nil {
			return err
		}
		counts, _, err := s.count(q.Facet, typed(o.plan.language, q.Typed))
		found.Counts = frequent(counts, q.Most)
		return err
	})
	return found, o.shelf.failed(err, "read")
}

// typed tests whether the words that were typed are in a value, the last as a beginning, each with typos.
func typed(l *language, s string) func(cell) bool {
	t := readText(l, s)
	if len(t.terms) == 0 {
		return nil
	}
	z := tokenizer{language: l}
	return func(c cell) bool {
		words := tableOf(z.words(c.text))
		for _, term := range t.terms {
			for _, w := range term.words {
				if !words.answers(l, w, term.begins) {
					return false
				}
			}
		}
		return true
	}
}

func tableOf(list []string) *words {
	slices.Sort(list)
	return newWords(slices.Compact(list), func(string) uint64 { return 1 })
}

// answers tells whether one of the words answers to one that was typed.
func (w *words) answers(l *language, typedWord string, begins bool) bool {
	from, to := w.begun(typedWord)
	if begins && to > from || w.number(typedWord) >= 0 {
		return true
	}
	return len(expand(l, []*words{w}, typedWord, begins, false).others) > 0
}
