package blevesearch

import (
	"cmp"
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"kontor/pkg/search"
)

// candidate is a hit that is being ranked.
type candidate struct {
	seg   uint16
	level uint8
	doc   uint32
	rank  uint32 // by the rule at hand, less is better
}

// ranked is the window of a query's hits.
type ranked struct {
	hits  []candidate
	total int
}

// ranker puts candidates in order by rules, bucket by bucket: what is equal by the rules so far is a bucket, and only the buckets that
// reach into the window are looked at closer.
type ranker struct {
	*selection
	ctx      context.Context
	q        search.Query
	rules    []search.Rule
	skip     int // hits before the window that are still to come
	take     int // hits of the window that are still to come
	out      []candidate
	distinct *distinct
}

// window ranks as far as the query's window reaches.
func (s *selection) window(ctx context.Context, q search.Query) (ranked, error) {
	r := &ranker{selection: s, ctx: ctx, q: q, skip: q.Offset, take: q.Limit}
	total := 0
	for _, docs := range s.all {
		total += int(docs.GetCardinality())
	}
	for _, rule := range s.plan.ranking {
		if rule != search.Sorting && len(s.matched.text.terms) == 0 || rule == search.Sorting && len(q.Sort) == 0 {
			continue
		}
		r.rules = append(r.rules, rule)
	}
	if q.Distinct != "" {
		var err error
		if r.distinct, total, err = s.distinct(q.Distinct); err != nil {
			return ranked{}, err
		}
	}
	if q.MinScore > 0 {
		return r.scored()
	}
	err := r.start()
	return ranked{r.out, total}, err
}

// start ranks the levels; if the number of words is the first rule they are buckets already.
func (r *ranker) start() error {
	first := len(r.rules) > 0 && r.rules[0] == search.Words
	if first || len(r.levels) == 1 {
		rules := r.rules
		if first {
			rules = rules[1:]
		}
		for i := range r.levels {
			if r.take == 0 {
				return nil
			}
			if err := r.set(set{i, r.levels[i].docs}, rules); err != nil {
				return err
			}
		}
		return nil
	}
	var all []candidate
	for i := range r.levels {
		all = append(all, r.candidates(set{i, r.levels[i].docs})...)
	}
	slices.SortFunc(all, byPlace)
	return r.bucket(all, r.rules)
}

func byPlace(a, b candidate) int {
	return cmp.Or(cmp.Compare(a.seg, b.seg), cmp.Compare(a.doc, b.doc))
}

// candidates lists the documents of a bucket, by segment and number.
func (r *ranker) candidates(s set) []candidate {
	out := make([]candidate, 0, s.size())
	for seg, docs := range s.docs {
		for it := docs.Iterator(); it.HasNext(); {
			out = append(out, candidate{seg: uint16(seg), level: uint8(s.level), doc: it.Next()})
		}
	}
	return out
}

// bucket puts candidates in order that are equal so far.
func (r *ranker) bucket(c []candidate, rules []search.Rule) error {
	if err := ended(r.ctx); err != nil {
		return err
	}
	if r.take == 0 || len(c) == 0 {
		return nil
	}
	if r.distinct == nil && len(c) <= r.skip {
		r.skip -= len(c)
		return nil
	}
	if len(rules) == 0 || len(c) == 1 {
		return r.emit(c)
	}
	if rules[0] == search.Sorting {
		return r.sorted(c, rules[1:])
	}
	if err := r.rank(rules[0], c); err != nil {
		return err
	}
	c = partition(c)
	for from := 0; from < len(c); {
		to := from + 1
		for to < len(c) && c[to].rank == c[from].rank {
			to++
		}
		if err := r.bucket(c[from:to], rules[1:]); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// partition orders candidates by rank and keeps the order of equal ones.
func partition(c []candidate) []candidate {
	most := uint32(0)
	for i := range c {
		most = max(most, c[i].rank)
	}
	if most > 4096 {
		slices.SortStableFunc(c, func(a, b candidate) int { return cmp.Compare(a.rank, b.rank) })
		return c
	}
	starts := make([]int, most+2)
	for i := range c {
		starts[c[i].rank+1]++
	}
	if starts[1] == len(c) {
		return c
	}
	for i := range most + 1 {
		starts[i+1] += starts[i]
	}
	out := make([]candidate, len(c))
	for i := range c {
		out[starts[c[i].rank]] = c[i]
		starts[c[i].rank]++
	}
	return out
}

// emit gives out candidates that no rule tells apart, by their ids.
func (r *ranker) emit(c []candidate) error {
	most := len(c)
	if r.distinct == nil {
		most = min(most, r.skip+r.take)
	}
	c, err := r.least(c, most, r.byID)
	if err != nil {
		return err
	}
	for _, hit := range c {
		if r.take == 0 {
			return nil
		}
		if r.distinct != nil && !r.distinct.fresh(hit) {
			continue
		}
		if r.skip > 0 {
			r.skip--
			continue
		}
		r.out = append(r.out, hit)
		r.take--
	}
	return nil
}

// byID loads the ids and gives their order.
func (r *ranker) byID() (func(a, b candidate) int, error) {
	all := make([]*names, len(r.view.segments))
	for i, seg := range r.view.segments {
		n, err := seg.file.ids()
		if err != nil {
			return nil, err
		}
		all[i] = n
	}
	return func(a, b candidate) int { return cmp.Compare(all[a.seg].at(a.doc), all[b.seg].at(b.doc)) }, nil
}

// least gives the first candidates by an order, in that order. It takes no more than the time to look at each once and to sort
// those.
func (r *ranker) least(c []candidate, most int, order func() (func(a, b candidate) int, error)) ([]candidate, error) {
	if len(c) <= 1 {
		return c, nil
	}
	compare, err := order()
	if err != nil {
		return nil, err
	}
	if most*4 >= len(c) {
		c = slices.Clone(c)
		slices.SortFunc(c, compare)
		return c[:most], nil
	}
	h := make([]candidate, 0, most) // a heap with the greatest on top
	for _, x := range c {
		switch {
		case len(h) < most:
			h = append(h, x)
			up(h, compare)
		case compare(x, h[0]) < 0:
			h[0] = x
			down(h, compare)
		}
	}
	slices.SortFunc(h, compare)
	return h, nil
}

func up(h []candidate, compare func(a, b candidate) int) {
	for i := len(h) - 1; i > 0; {
		above := (i - 1) / 2
		if compare(h[above], h[i]) >= 0 {
			return
		}
		h[above], h[i] = h[i], h[above]
		i = above
	}
}

func down(h []candidate, compare func(a, b candidate) int) {
	for i := 0; ; {
		below := 2*i + 1
		if below >= len(h) {
			return
		}
		if below+1 < len(h) && compare(h[below+1], h[below]) > 0 {
			below++
		}
		if compare(h[i], h[below]) >= 0 {
			return
		}
		h[i], h[below] = h[below], h[i]
		i = below
	}
}

// distinct tells of which value of an attribute a hit has been there.
type distinct struct {
	columns []*column
	seen    map[string]struct{}
}

// distinct also gives how many hits there are if each value is there once.
func (s *selection) distinct(name string) (*distinct, int, error) {
	d := &distinct{seen: map[string]struct{}{}}
	values := map[string]struct{}{}
	without := 0
	for i, seg := range s.view.segments {
		c, err := seg.file.column(name)
		if err != nil {
			return nil, 0, err
		}
		d.columns = append(d.columns, c)
		without += int(roaring.AndNot(s.all[i], c.present).GetCardinality())
		used := make([]bool, len(c.cells))
		for it := s.all[i].Iterator(); it.HasNext(); {
			if ords := c.of(it.Next()); len(ords) > 0 {
				used[ords[0]] = true
			}
		}
		for o, u := range used {
			if u {
				values[string(c.cells[o].kind)+c.cells[o].text] = struct{}{}
			}
		}
	}
	return d, without + len(values), nil
}

func (d *distinct) fresh(c candidate) bool {
	col := d.columns[c.seg]
	ords := col.of(c.doc)
	if len(ords) == 0 {
		return true
	}
	key := string(col.cells[ords[0]].kind) + col.cells[ords[0]].text
	if _, ok := d.seen[key]; ok {
		return false
	}
	d.seen[key] = struct{}{}
	return true
}

func sortByFalling(list []int, by []uint64) {
	slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(by[b], by[a]) })
}

// inPlace puts candidates back in the order of segments and numbers, which the rules rely on.
func inPlace(c []candidate) { slices.SortFunc(c, byPlace) }
