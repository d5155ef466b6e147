package blevesearch

import (
	"cmp"

	"kontor/pkg/search"
)

// sorted puts candidates in the order of the query's Sort, as far as the window reaches, and those that are equal by the rules that follow.
func (r *ranker) sorted(c []candidate, rules []search.Rule) error {
	compare, err := r.comparison()
	if err != nil {
		return err
	}
	most := len(c)
	if r.distinct == nil {
		most = min(most, r.skip+r.take)
	}
	first, err := r.least(c, most, func() (func(a, b candidate) int, error) { return compare, nil })
	if err != nil {
		return err
	}
	if most < len(c) {
		last := first[len(first)-1]
		var within []candidate // with all that are equal to the last one, so that the rules that follow choose among them
		for _, x := range c {
			if compare(x, last) <= 0 {
				within = append(within, x)
			}
		}
		if first, err = r.least(within, len(within), func() (func(a, b candidate) int, error) { return compare, nil }); err != nil {
			return err
		}
	}
	for from := 0; from < len(first); {
		to := from + 1
		for to < len(first) && compare(first[from], first[to]) == 0 {
			to++
		}
		same := first[from:to]
		inPlace(same)
		if err := r.bucket(same, rules); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// comparison gives the order of the query's Sort.
func (r *ranker) comparison() (func(a, b candidate) int, error) {
	var keys []func(a, b candidate) int
	for _, o := range r.q.Sort {
		columns, err := r.columns(o)
		if err != nil {
			return nil, err
		}
		if o.From != nil {
			keys = append(keys, byDistance(columns, o))
		} else {
			keys = append(keys, byValue(columns, o.Desc))
		}
	}
	return func(a, b candidate) int {
		for _, key := range keys {
			if c := key(a, b); c != 0 {
				return c
			}
		}
		return 0
	}, nil
}

func (r *ranker) columns(o search.Order) ([]*column, error) {
	name := o.Attribute
	if o.From != nil {
		name = search.GeoAttribute
	}
	out := make([]*column, len(r.view.segments))
	for i, seg := range r.view.segments {
		c, err := seg.file.column(name)
		if err != nil {
			return nil, err
		}
		out[i] = c.ordered()
	}
	return out, nil
}

func byValue(columns []*column, desc bool) func(a, b candidate) int {
	return func(a, b candidate) int {
		ca, cb := columns[a.seg], columns[b.seg]
		oa, oka := ca.first(a.doc, desc)
		ob, okb := cb.first(b.doc, desc)
		if !oka || !okb {
			return boolOrder(oka, okb)
		}
		c := 0
		if a.seg == b.seg {
			c = cmp.Compare(ca.order[oa], cb.order[ob])
		} else {
			c = ca.sorted[oa].compare(cb.sorted[ob])
		}
		if desc {
			return -c
		}
		return c
	}
}

func byDistance(columns []*column, o search.Order) func(a, b candidate) int {
	far := func(c candidate) (float64, bool) { return metres(columns[c.seg], c.doc, *o.From) }
	return func(a, b candidate) int {
		da, oka := far(a)
		db, okb := far(b)
		if !oka || !okb {
			return boolOrder(oka, okb)
		}
		if o.Desc {
			return cmp.Compare(db, da)
		}
		return cmp.Compare(da, db)
	}
}

// metres is how far a document lies from a place.
func metres(c *column, doc uint32, from search.Point) (float64, bool) {
	ords := c.of(doc)
	if len(ords) == 0 {
		return 0, false
	}
	return distance(c.cells[ords[0]].point, from), true
}
