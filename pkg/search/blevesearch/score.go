package blevesearch

import (
	"slices"

	"kontor/pkg/search"
)

// scores gives each hit what its ranks come to: a number from 0 to 1 that no later rule can turn against an earlier one.
func (r *ranker) scores(hits []candidate) ([]float64, error) {
	c := slices.Clone(hits)
	places := make([]int, len(c))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(a, b int) int { return byPlace(c[a], c[b]) })
	ordered := make([]candidate, len(c))
	for i, p := range places {
		ordered[i] = c[p]
	}
	out := make([]float64, len(c))
	rest := make([]float64, len(c))
	for i := range rest {
		rest[i] = 1
	}
	for _, rule := range r.rules {
		if rule == search.Sorting {
			continue
		}
		if err := r.rank(rule, ordered); err != nil {
			return nil, err
		}
		for i, p := range places {
			steps := float64(r.worst(rule, len(r.levels[ordered[i].level].terms))) + 1
			better := steps - 1 - float64(ordered[i].rank)
			out[p] += rest[p] * better / steps
			rest[p] /= steps
		}
	}
	for i := range out {
		out[i] += rest[i]
	}
	return out, nil
}

// scored ranks all hits and leaves out those below the least score.
func (r *ranker) scored() (ranked, error) {
	whole := *r
	whole.skip, whole.take = 0, 0
	for i, l := range r.levels {
		whole.take += set{i, l.docs}.size()
	}
	if err := whole.start(); err != nil {
		return ranked{}, err
	}
	scores, err := whole.scores(whole.out)
	if err != nil {
		return ranked{}, err
	}
	for i := range r.all {
		r.all[i].Clear()
	}
	var kept []candidate
	for i, c := range whole.out {
		if scores[i] >= r.q.MinScore {
			kept = append(kept, c)
			r.all[c.seg].Add(c.doc)
		}
	}
	from := min(r.q.Offset, len(kept))
	return ranked{kept[from:min(len(kept), from+r.q.Limit)], len(kept)}, nil
}
