package index

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/search"
)

// opening is what the public may use of an index at this moment.
type opening struct {
	*logical
	list   []search.Attribute
	byName map[string]search.Attribute
	whole  bool // the index holds nothing beyond it
}

// open gives what is open of a logical index: what it was built with, as far as the roles in force open it. Where it was built by other
// roles than those, an attribute that is open in some entries only may hold what is not any more, so it is shut until the index is built anew.
func (s *Service) open(v *view, name string) (*opening, error) {
	l, ok := s.catalogue().byName[name]
	if !ok {
		return nil, s.noIndex(name)
	}
	if v == nil {
		return nil, notHere()
	}
	b, ok := v.built[name]
	if !ok {
		return nil, filling()
	}
	o := &opening{logical: l, byName: map[string]search.Attribute{}, whole: true}
	for _, a := range b.attributes {
		i := slices.IndexFunc(l.attributes, func(now search.Attribute) bool { return now.Name == a.Name })
		if i < 0 || b.print != l.print && !l.strict[a.Name] {
			o.whole = false
			continue
		}
		o.list = append(o.list, a)
		o.byName[a.Name] = a
	}
	return o, nil
}

// Settings gives what the public may use of a logical index now: by the roles in force, and of what the index was built with. NotFound if
// there is no such index for it; Unavailable as with Search.
func (s *Service) Settings(_ context.Context, index string) (search.Settings, error) {
	o, err := s.open(s.current.Load(), index)
	if err != nil {
		return search.Settings{}, err
	}
	return search.Settings{Language: o.language, Attributes: o.list}, nil
}

// Search answers queries on logical indexes for the public. Only attributes of Settings count; one that is not among them is Invalid. A hit
// that the public may no longer read is left out, and the next one takes its place. NotFound for an index that is not there; Unavailable
// with a hint when to ask again (RetryAfter) while it is not filled, and where this process has no engine. The error of one query is in a
// *search.QueryError.
func (s *Service) Search(ctx context.Context, queries []search.Query) ([]search.Result, error) {
	v := s.current.Load()
	asked := make([]search.Query, len(queries))
	opened := make([]*opening, len(queries))
	for i, q := range queries {
		o, err := s.open(v, q.Index)
		if err == nil {
			asked[i], err = o.narrow(q)
		}
		if err != nil {
			return nil, &search.QueryError{Index: i, Err: err}
		}
		opened[i] = o
	}
	if len(asked) == 0 {
		return nil, nil
	}
	results, err := v.engine.Search(ctx, asked)
	if err != nil {
		return nil, absent(err)
	}
	gone, err := s.gone(ctx, opened, results)
	if err == nil && len(gone) > 0 {
		err = s.askAgain(ctx, v.engine, opened, asked, results, gone)
	}
	return results, err
}

// FacetSearch answers which values of a facet there are, as Search does.
func (s *Service) FacetSearch(ctx context.Context, q search.FacetQuery) (search.FacetResult, error) {
	v := s.current.Load()
	o, err := s.open(v, q.Index)
	if err != nil {
		return search.FacetResult{}, err
	}
	if !o.byName[q.Facet].Filter {
		return search.FacetResult{}, shut(q.Facet)
	}
	if q.Query, err = o.narrow(q.Query); err != nil {
		return search.FacetResult{}, err
	}
	out, err := v.engine.FacetSearch(ctx, q)
	return out, absent(err)
}

// absent turns an index that the engine has not (any more), or that is damaged, into one that will be there again.
func absent(err error) error {
	if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Unavailable) {
		return err
	}
	again := fault.Wrap(fault.Unavailable, err, "The search is not ready").With(RetryAfter, 5)
	var of *search.QueryError
	if errors.As(err, &of) {
		return &search.QueryError{Index: of.Index, Err: again}
	}
	return again
}

func shut(name string) error {
	return fault.New(fault.Invalid, "The attribute `%s` can't be used so", name).With("attribute", name)
}

// narrow keeps a query within what is open. Whoever writes queries checks names before, in the words of its dialect; this is the last gate.
func (o *opening) narrow(q search.Query) (search.Query, error) {
	wrong := ""
	need := func(name string, ok func(search.Attribute) bool) {
		if a, known := o.byName[name]; !known || !ok(a) {
			wrong = name
		}
	}
	filters := func(a search.Attribute) bool { return a.Filter }
	q.Filter.Walk(func(f search.Filter) {
		switch f.Op {
		case query.All, query.And, query.Or, query.Not:
		case search.Within, search.Inside:
			need(search.GeoAttribute, filters)
		default:
			need(f.Attribute, filters)
		}
	})
	for _, name := range q.Facets {
		need(name, filters)
	}
	if q.Distinct != "" {
		need(q.Distinct, filters)
	}
	for _, by := range q.Sort {
		name := by.Attribute
		if by.From != nil {
			name = search.GeoAttribute
		}
		need(name, func(a search.Attribute) bool { return a.Sort })
	}
	for _, name := range q.SearchOn {
		need(name, func(a search.Attribute) bool { return a.Weight > 0 })
	}
	for _, name := range slices.Concat(q.Retrieve, q.Matches) {
		need(name, func(a search.Attribute) bool { return !a.Hidden })
	}
	if wrong != "" {
		return q, shut(wrong)
	}
	if !o.whole {
		q.SearchOn, q.Retrieve = o.explicit(q.SearchOn, q.Retrieve)
	}
	q.Index = o.name
	return q, nil
}

// explicit names what is open where a query means all that there is.
func (o *opening) explicit(searchOn, retrieve []string) (on, get []string) {
	on, get = searchOn, retrieve
	for _, a := range o.list {
		if searchOn == nil && a.Weight > 0 {
			on = append(on, a.Name)
		}
		if retrieve == nil && !a.Hidden {
			get = append(get, a.Name)
		}
	}
	return on, get
}

// place is where hits are looked for in the store: entries of a type in a locale.
type place struct {
	typ    *schema.Type
	locale string
}

// entry is the entry that a document of the index stands for.
func (l *logical) entry(id string) (place, string) {
	if len(l.sources) == 1 && !l.mixed {
		return place{l.sources[0].typ, l.sources[0].locale}, id
	}
	at := strings.LastIndexByte(id, '_')
	for _, s := range l.sources {
		if at > 0 && s.typ.ID == id[:at] {
			return place{s.typ, s.locale}, id[at+1:]
		}
	}
	return place{}, ""
}

// readLocale is how a locale is asked for: entries without one are in the default locale.
func readLocale(locale string) string {
	if locale == schema.NoLocale {
		return ""
	}
	return locale
}
