package searchtest

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/search"
)

func asQuery(err error) *search.QueryError {
	var q *search.QueryError
	errors.As(err, &q)
	return q
}

// testInvalid: what the settings do not open is a defect of the caller, and so is what makes no sense.
func testInvalid(t *testing.T, h Harness) {
	f := h.open(t)
	f.put(titled("Eins")...)
	for clause, q := range map[string]search.Query{
		"a filter by an attribute that is only searched": {Filter: eq("body", "x")},
		"a filter by an unknown attribute":               {Filter: eq("none", "x")},
		"a filter by a hidden attribute":                 {Filter: eq("secret", "x")},
		"a bad filter deep within":                       {Filter: search.Filter{Op: query.Not, Args: []search.Filter{{Op: query.Or, Args: []search.Filter{eq("none", "x")}}}}},
		"an unknown operator":                            {Filter: search.Filter{Op: "like", Attribute: "kind", Values: []string{"x"}}},
		"no value":                                       {Filter: search.Filter{Op: query.Eq, Attribute: "kind"}},
		"no number":                                      {Filter: search.Filter{Op: query.Lt, Attribute: "year", Values: []string{"1"}}},
		"one number of two":                              {Filter: number("year", query.Between, 1)},
		"a number that is none":                          {Filter: number("year", query.Lt, math.NaN())},
		"not of nothing":                                 {Filter: search.Filter{Op: query.Not}},
		"a radius without a place":                       {Filter: search.Filter{Op: search.Within, Numbers: []float64{1}}},
		"a negative radius":                              {Filter: search.Filter{Op: search.Within, Points: []search.Point{{}}, Numbers: []float64{-1}}},
		"a box of one corner":                            {Filter: search.Filter{Op: search.Inside, Points: []search.Point{{}}}},
		"a facet that is none":                           {Facets: []string{"tags", "title"}},
		"a hidden facet":                                 {Facets: []string{"secret"}},
		"a sort by what is not sorted by":                {Sort: []search.Order{{Attribute: "tags"}}},
		"a sort by a hidden attribute":                   {Sort: []search.Order{{Attribute: "secret"}}},
		"a distinct attribute that is none":              {Distinct: "title"},
		"a search in what is not searched":               {SearchOn: []string{"kind"}, Text: "x"},
		"a hidden attribute to answer":                   {Retrieve: []string{"title", "secret"}},
		"an unknown attribute to answer":                 {Retrieve: []string{"none"}},
		"matches of a hidden attribute":                  {Matches: []string{"secret"}},
		"a negative offset":                              {Offset: -1},
		"a negative limit":                               {Limit: -1},
		"a negative number of values":                    {MaxValues: -1},
	} {
		q.Index = idx
		_, err := f.Search(f.ctx, []search.Query{q})
		f.code(clause, err, fault.Invalid)
		if asQuery(err) == nil {
			t.Errorf("%s: the error is no *search.QueryError: %v", clause, err)
		}
	}
	_, err := f.Search(f.ctx, []search.Query{{Index: "none"}})
	f.code("an index that is not there", err, fault.NotFound)
	_, err = f.Scan(f.ctx, idx, "", -1)
	f.code("Scan with a negative limit", err, fault.Invalid)
	f.must(f.Ensure(f.ctx, "nogeo", search.Settings{Attributes: []search.Attribute{{Name: "title", Weight: 1}}}))
	_, err = f.Search(f.ctx, []search.Query{{Index: "nogeo", Sort: []search.Order{{From: &search.Point{}}}}})
	f.code("a sort by distance where there are no places", err, fault.Invalid)
}

// call is one method of the port, as a function of a context.
type call struct {
	name string
	run  func(ctx context.Context) error
}

// calls lists every method that takes a context, so that a clause can be asked of all.
func calls(e search.Engine) []call {
	return []call{
		{"Ensure", func(ctx context.Context) error { return e.Ensure(ctx, idx, settings()) }},
		{"Put", func(ctx context.Context) error { _, err := e.Put(ctx, idx, titled("Nie")); return err }},
		{"Delete", func(ctx context.Context) error { return e.Delete(ctx, idx, []string{"keep"}) }},
		{"Search", func(ctx context.Context) error {
			_, err := e.Search(ctx, []search.Query{{Index: idx, Text: "x", Limit: 1}})
			return err
		}},
		{"FacetSearch", func(ctx context.Context) error {
			_, err := e.FacetSearch(ctx, search.FacetQuery{Query: search.Query{Index: idx}, Facet: "tags"})
			return err
		}},
		{"Scan", func(ctx context.Context) error { _, err := e.Scan(ctx, idx, "", 1); return err }},
		{"Swap", func(ctx context.Context) error { return e.Swap(ctx, idx, "other~") }},
		{"Drop", func(ctx context.Context) error { return e.Drop(ctx, idx) }},
		{"Indexes", func(ctx context.Context) error { _, err := e.Indexes(ctx); return err }},
	}
}

// testContext: a call whose context has ended does nothing and says why.
func testContext(t *testing.T, h Harness) {
	f := h.open(t)
	f.must(f.Ensure(f.ctx, "other~", settings()))
	f.put(doc("keep", attributes{"title": "Bleibt"}))
	cancelled, cancel := context.WithCancel(f.ctx)
	cancel()
	expired, stop := context.WithDeadline(f.ctx, time.Now().Add(-time.Second))
	defer stop()
	for _, c := range calls(f.Engine) {
		for ctx, want := range map[context.Context]error{cancelled: context.Canceled, expired: context.DeadlineExceeded} {
			err := c.run(ctx)
			f.code(c.name+" with a context that has ended", err, fault.Timeout)
			if !errors.Is(err, want) {
				t.Errorf("%s with a context that has ended: %v, want the context's own error wrapped", c.name, err)
			}
		}
	}
	f.same("nothing has happened", f.ids(search.Query{}), []string{"keep"})
}

// testClose: running calls end in order, later ones are refused, and it may be repeated.
func testClose(t *testing.T, h Harness) {
	e := h.Open(t, t.TempDir())
	ctx := t.Context()
	if err := e.Ensure(ctx, idx, settings()); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	started := make(chan struct{}, 8)
	closed := make(chan struct{})
	for w := range 8 {
		wait.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-closed:
					if err := e.Delete(ctx, idx, []string{"x"}); err == nil {
						t.Error("a call after Close succeeds")
					}
					return
				default:
				}
				var err error
				if w%2 == 0 {
					_, err = e.Put(ctx, idx, []search.Document{doc(numbered("x", i), attributes{"title": "Ende"})})
				} else {
					_, err = e.Search(ctx, []search.Query{{Index: idx, Text: "ende", Limit: 5}})
				}
				if i == 1 {
					started <- struct{}{}
				}
				if err != nil {
					wantCode(t, "a call during Close", err, fault.Unavailable)
					return
				}
			}
		})
	}
	for range 8 {
		<-started
	}
	for range 2 {
		if err := e.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	close(closed)
	wait.Wait()
	for _, c := range calls(e) {
		wantCode(t, c.name+" after Close", c.run(ctx), fault.Unavailable)
	}
}
