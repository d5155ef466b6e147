package blevesearch

import (
	"maps"
	"slices"
	"sort"

	"github.com/RoaringBitmap/roaring/v2"

	"kontor/pkg/search"
)

// listed is up to how many documents a bucket is ranked as a list. A larger one is split as bitmaps, so that a letter that half of all
// documents have costs no look at each of them.
const listed = 1000

// set is a bucket as bitmaps, by segment.
type set struct {
	level int
	docs  []*roaring.Bitmap
}

func (s set) size() int {
	n := 0
	for _, d := range s.docs {
		n += int(d.GetCardinality())
	}
	return n
}

// set puts a bucket in order, in parts as long as it is large.
func (r *ranker) set(s set, rules []search.Rule) error {
	if err := ended(r.ctx); err != nil {
		return err
	}
	n := s.size()
	switch {
	case r.take == 0 || n == 0:
		return nil
	case r.distinct == nil && n <= r.skip:
		r.skip -= n
		return nil
	case n <= listed:
		return r.bucket(r.candidates(s), rules)
	case len(rules) == 0 && r.distinct == nil:
		return r.firstByID(s)
	case len(rules) == 0 || rules[0] == search.Sorting:
		return r.bucket(r.candidates(s), rules)
	case rules[0] == search.Proximity:
		if r.near(n) {
			return r.bucket(r.candidates(s), rules)
		}
		return r.set(s, rules[1:])
	case rules[0] == search.Words: // all of a level have as many
		return r.set(s, rules[1:])
	}
	for _, part := range r.split(rules[0], s) {
		if err := r.set(part, rules[1:]); err != nil {
			return err
		}
	}
	return nil
}

// near tells whether so many candidates are ranked by how near their words are.
func (r *ranker) near(candidates int) bool {
	terms := len(r.matched.text.terms)
	return terms > 1 && candidates*terms <= maxNear
}

// split gives the parts of a bucket by a rule, the best first.
func (r *ranker) split(rule search.Rule, s set) []set {
	parts := map[int][]*roaring.Bitmap{}
	for seg, docs := range s.docs {
		if docs.IsEmpty() {
			continue
		}
		for rank, found := range r.splitSegment(rule, seg, docs, r.levels[s.level].terms) {
			if parts[rank] == nil {
				parts[rank] = make([]*roaring.Bitmap, len(s.docs))
				for i := range s.docs {
					parts[rank][i] = roaring.New()
				}
			}
			parts[rank][seg] = found
		}
	}
	out := make([]set, 0, len(parts))
	for _, rank := range slices.Sorted(maps.Keys(parts)) {
		out = append(out, set{s.level, parts[rank]})
	}
	return out
}

// splitSegment gives the parts by their ranks, which are the same as those of single candidates.
func (r *ranker) splitSegment(rule search.Rule, seg int, docs *roaring.Bitmap, terms []int) map[int]*roaring.Bitmap {
	m := r.matched.segments[seg]
	sums := map[int]*roaring.Bitmap{0: docs}
	if rule == search.Exactness {
		whole := roaring.And(docs, m.whole)
		sums = map[int]*roaring.Bitmap{1: roaring.AndNot(docs, whole)}
		defer func() { sums[0] = whole }()
	}
	for _, t := range terms {
		next := map[int]*roaring.Bitmap{}
		for value, part := range parted(rule, m.terms[t], docs) {
			for sum, before := range sums {
				both := roaring.And(before, part)
				if both.IsEmpty() {
					continue
				}
				if next[sum+value] == nil {
					next[sum+value] = both
				} else {
					next[sum+value].Or(both)
				}
			}
		}
		sums = next
	}
	return sums
}

// parted gives documents by what a rule says of how they have a term.
func parted(rule search.Rule, m *termMatch, docs *roaring.Bitmap) map[int]*roaring.Bitmap {
	parts := map[int]*roaring.Bitmap{}
	rest := docs.Clone()
	for _, g := range m.groups {
		value := g.cost
		switch rule {
		case search.Weight:
			value = g.class
		case search.Exactness:
			if value = 0; !g.exact {
				continue
			}
		}
		here := roaring.And(rest, g.docs)
		rest.AndNot(here)
		if parts[value] == nil {
			parts[value] = here
		} else {
			parts[value].Or(here)
		}
	}
	if rule == search.Exactness {
		parts[1] = rest
	}
	return parts
}

// firstByID gives out the documents of the window of a large bucket that no rule tells apart.
func (r *ranker) firstByID(s set) error {
	most := r.skip + r.take
	var first []candidate
	for seg, docs := range s.docs {
		order, err := r.view.segments[seg].file.byID()
		if err != nil {
			return err
		}
		found := 0
		for _, doc := range order {
			if found == most {
				break
			}
			if docs.Contains(doc) {
				first = append(first, candidate{seg: uint16(seg), level: uint8(s.level), doc: doc})
				found++
			}
		}
	}
	return r.emit(first)
}

// byID gives the documents of a segment in the order of their ids, sorted at the first use.
func (f *segmentFile) byID() ([]uint32, error) {
	n, err := f.ids()
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.order == nil {
		f.order = make([]uint32, f.zap.Count())
		for i := range f.order {
			f.order[i] = uint32(i)
		}
		sort.Slice(f.order, func(a, b int) bool { return n.at(f.order[a]) < n.at(f.order[b]) })
	}
	return f.order, nil
}
