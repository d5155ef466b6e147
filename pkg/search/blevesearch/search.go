package blevesearch

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"kontor/pkg/fault"
	"kontor/pkg/search"
)

// Search answers queries.
func (e *Engine) Search(ctx context.Context, queries []search.Query) ([]search.Result, error) {
	if err := e.begin(ctx); err != nil {
		return nil, err
	}
	defer e.end()
	c := call{engine: e, indexes: map[string]*opened{}}
	defer c.release()
	results := make([]search.Result, 0, len(queries))
	for i, q := range queries {
		r, err := c.search(ctx, q)
		if err != nil {
			return nil, &search.QueryError{Index: i, Err: err}
		}
		results = append(results, r)
	}
	return results, nil
}

// call is what the queries of one call share: each index as it was when the first of them came, and what its texts and filters found.
type call struct {
	engine  *Engine
	indexes map[string]*opened
}

// opened is an index during a call.
type opened struct {
	shelf   *shelf
	view    *view
	plan    *plan
	texts   map[string]*matched
	filters []filters // by segment
}

func (c *call) release() {
	for _, o := range c.indexes {
		if o.view != nil {
			_ = o.view.release()
		}
		o.shelf.release()
	}
}

func (c *call) open(name string) (*opened, error) {
	if o := c.indexes[name]; o != nil {
		return o, nil
	}
	s, err := c.engine.shelf(name)
	if err != nil {
		return nil, err
	}
	v, p, err := s.look()
	if err != nil {
		s.release()
		return nil, err
	}
	o := &opened{shelf: s, view: v, plan: p, texts: map[string]*matched{}}
	c.indexes[name] = o
	return o, nil
}

func (c *call) search(ctx context.Context, q search.Query) (search.Result, error) {
	if err := ended(ctx); err != nil {
		return search.Result{}, err
	}
	o, err := c.open(q.Index)
	if err != nil {
		return search.Result{}, err
	}
	if err := o.plan.check(q); err != nil {
		return search.Result{}, err
	}
	if o.view == nil {
		return emptyResult(q), nil
	}
	r, key, ok := o.remembered(q)
	if ok {
		return r, nil
	}
	err = guard(func() (err error) {
		r, err = o.search(ctx, q)
		return err
	})
	if err == nil {
		o.remember(key, r)
	}
	return r, o.shelf.failed(err, "read")
}

func emptyResult(q search.Query) search.Result {
	r := search.Result{Facets: map[string]search.Facet{}}
	for _, name := range q.Facets {
		r.Facets[name] = search.Facet{}
	}
	return r
}

func (o *opened) search(ctx context.Context, q search.Query) (search.Result, error) {
	s, err := o.selected(ctx, q)
	if err != nil {
		return search.Result{}, err
	}
	r := emptyResult(q)
	ranked, err := s.window(ctx, q)
	if err != nil {
		return search.Result{}, err
	}
	r.Total = ranked.total
	if r.Hits, err = s.hits(q, ranked.hits); err != nil {
		return search.Result{}, err
	}
	for _, name := range q.Facets {
		if r.Facets[name], err = s.facet(name, q.MaxValues); err != nil {
			return search.Result{}, err
		}
	}
	return r, ended(ctx)
}

// selection is the documents that a query hits.
type selection struct {
	*opened
	matched *matched
	levels  []level
	all     []*roaring.Bitmap // by segment: what is in any level
}

// level is documents that have the same of a query's words, the more the earlier.
type level struct {
	terms []int // of the text, those that they have
	docs  []*roaring.Bitmap
}

// selected finds the documents.
func (o *opened) selected(ctx context.Context, q search.Query) (*selection, error) {
	m, err := o.matched(ctx, q)
	if err != nil {
		return nil, err
	}
	filter, err := o.filter(q.Filter)
	if err != nil {
		return nil, err
	}
	s := &selection{opened: o, matched: m}
	base := make([]*roaring.Bitmap, len(o.view.segments))
	for i, seg := range o.view.segments {
		base[i] = roaring.AndNot(filter[i], seg.deleted)
		base[i].AndNot(m.segments[i].not)
	}
	for _, terms := range o.sets(m, q.Matching) {
		l := level{terms: terms}
		for i := range o.view.segments {
			docs := base[i].Clone()
			for _, t := range terms {
				docs.And(m.segments[i].terms[t].any)
			}
			if len(s.all) > i {
				docs.AndNot(s.all[i])
				s.all[i] = roaring.Or(s.all[i], docs)
			} else {
				s.all = append(s.all, docs.Clone())
			}
			l.docs = append(l.docs, docs)
		}
		s.levels = append(s.levels, l)
	}
	return s, nil
}

// sets gives the sets of words that hits must have, the largest first. A phrase is in all of them.
func (o *opened) sets(m *matched, how search.Matching) [][]int {
	all := make([]int, len(m.text.terms))
	for i := range all {
		all[i] = i
	}
	sets := [][]int{all}
	if how == search.MatchAll {
		return sets
	}
	for _, out := range m.leaving(how) {
		last := sets[len(sets)-1]
		if len(last) == 1 {
			break
		}
		var rest []int
		for _, t := range last {
			if t != out {
				rest = append(rest, t)
			}
		}
		sets = append(sets, rest)
	}
	return sets
}

// leaving gives the words in the order in which they need not be there: first those that no document has.
func (m *matched) leaving(how search.Matching) []int {
	counts := make([]uint64, len(m.text.terms))
	for _, s := range m.segments {
		for i := range s.terms {
			counts[i] += s.terms[i].any.GetCardinality()
		}
	}
	var words []int
	for i := len(m.text.terms) - 1; i >= 0; i-- {
		if !m.text.terms[i].phrase {
			words = append(words, i)
		}
	}
	if how == search.MatchFrequency {
		sortByFalling(words, counts)
	}
	slices.SortStableFunc(words, func(a, b int) int { return boolOrder(counts[a] == 0, counts[b] == 0) })
	return words
}

// matched gives what the text finds, found once for a text and what it is looked for in.
func (o *opened) matched(ctx context.Context, q search.Query) (*matched, error) {
	attrs := uint64(1)<<len(o.plan.searched) - 1
	if q.SearchOn != nil {
		attrs = 0
		for _, name := range q.SearchOn {
			attrs |= 1 << o.plan.number(name)
		}
	}
	key := fmt.Sprintf("%x %s", attrs, q.Text)
	if m := o.texts[key]; m != nil {
		return m, nil
	}
	l, err := o.view.look(o.plan, attrs)
	if err != nil {
		return nil, err
	}
	m, err := l.match(ctx, q.Text)
	if err == nil {
		o.texts[key] = m
	}
	return m, err
}

// filter gives what a filter hits, found once for each.
func (o *opened) filter(f search.Filter) ([]*roaring.Bitmap, error) {
	docs := make([]*roaring.Bitmap, len(o.view.segments))
	for i, seg := range o.view.segments {
		if len(o.filters) == i {
			o.filters = append(o.filters, filters{})
		}
		d, err := seg.filtered(f, o.filters[i])
		if err != nil {
			return nil, err
		}
		docs[i] = d
	}
	return docs, nil
}

// check tells whether the settings are open for what a query asks.
func (p *plan) check(q search.Query) error {
	if q.Offset < 0 || q.Limit < 0 || q.MaxValues < 0 {
		return fault.New(fault.Invalid, "An offset or a limit is below 0")
	}
	if err := p.checkFilter(q.Filter); err != nil {
		return err
	}
	for _, name := range q.Facets {
		if err := p.filters(name, "facets"); err != nil {
			return err
		}
	}
	if q.Distinct != "" {
		if err := p.filters(q.Distinct, "one hit for each value"); err != nil {
			return err
		}
	}
	for _, order := range q.Sort {
		if err := p.checkOrder(order); err != nil {
			return err
		}
	}
	for _, name := range q.SearchOn {
		if p.number(name) < 0 {
			return fault.New(fault.Invalid, "The attribute %q is not searched", name).With("attribute", name)
		}
	}
	for _, list := range [][]string{q.Retrieve, q.Matches} {
		for _, name := range list {
			if a, ok := p.attrs[name]; !ok || a.Hidden {
				return fault.New(fault.Invalid, "The attribute %q is not answered", name).With("attribute", name)
			}
		}
	}
	return nil
}

func (p *plan) checkOrder(o search.Order) error {
	name := o.Attribute
	if o.From != nil {
		name = search.GeoAttribute
	}
	if a, ok := p.attrs[name]; !ok || !a.Sort {
		return fault.New(fault.Invalid, "The attribute %q is not open for sorting", name).With("attribute", name)
	}
	return nil
}

// failed gives the fault of an error of Bleve's. A panic means that the files are not what they were: the index is damaged from then on.
func (s *shelf) failed(err error, what string) error {
	var (
		known *fault.Error
		p     *panicked
	)
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.As(err, &p):
		s.damaged("what is in its files makes no sense")
		return fault.Wrap(fault.Unavailable, err, "The search index is damaged")
	}
	return fault.Wrap(fault.Unavailable, err, "The search index can't be %s", what)
}
