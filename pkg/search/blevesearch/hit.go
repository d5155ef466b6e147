package blevesearch

import (
	"math"
	"slices"

	"kontor/pkg/search"
)

// hits gives what is answered of the documents in the window.
func (s *selection) hits(q search.Query, window []candidate) ([]search.Hit, error) {
	var scores []float64
	if q.WithScores && len(window) > 0 {
		r := &ranker{selection: s, q: q}
		for _, rule := range s.plan.ranking {
			if len(s.matched.text.terms) > 0 && rule != search.Sorting {
				r.rules = append(r.rules, rule)
			}
		}
		var err error
		if scores, err = r.scores(window); err != nil {
			return nil, err
		}
	}
	out := make([]search.Hit, 0, len(window))
	marks := newMarker(s.plan, s.matched)
	for i, c := range window {
		h, err := s.hit(q, c, marks)
		if err != nil {
			return nil, err
		}
		if scores != nil {
			h.Score = scores[i]
		}
		out = append(out, h)
	}
	return out, nil
}

func (s *selection) hit(q search.Query, c candidate, marks *marker) (search.Hit, error) {
	file := s.view.segments[c.seg].file
	h := search.Hit{Distance: -1}
	var all map[string]any
	var failed error
	err := file.zap.VisitStoredFields(uint64(c.doc), func(name string, _ byte, data []byte, _ []uint64) bool {
		switch name {
		case "_id":
			h.ID = string(data)
		case storedField:
			h.Rev, all, failed = decodeStored(data, func(name string) bool {
				return s.retrieved(q, name) || slices.Contains(q.Matches, name)
			})
		}
		return true
	})
	if err != nil || failed != nil {
		return h, firstError(err, failed)
	}
	h.Attributes = make(map[string]any, len(all))
	for name, v := range all {
		if s.retrieved(q, name) {
			h.Attributes[name] = v
		}
		if slices.Contains(q.Matches, name) {
			if m := marks.matches(name, v); len(m) > 0 {
				if h.Matches == nil {
					h.Matches = map[string][]search.Match{}
				}
				h.Matches[name] = m
			}
		}
	}
	if i := slices.IndexFunc(q.Sort, func(o search.Order) bool { return o.From != nil }); i >= 0 {
		col, err := file.column(search.GeoAttribute)
		if err != nil {
			return h, err
		}
		if far, ok := metres(col, c.doc, *q.Sort[i].From); ok {
			h.Distance = int(math.Round(far))
		}
	}
	return h, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// retrieved tells whether an attribute is answered.
func (s *selection) retrieved(q search.Query, name string) bool {
	if a, ok := s.plan.attrs[name]; !ok || a.Hidden {
		return false
	}
	return q.Retrieve == nil || slices.Contains(q.Retrieve, name)
}
