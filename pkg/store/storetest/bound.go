package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
)

// testBound: a read that does much more work than its context allows ends, and the store stays usable.
func testBound(t *testing.T, h Harness) {
	f := h.open(t, store.Collection{Name: col, Indexes: [][]string{{"published.n"}}})
	const documents = 1000
	var ops []store.Op
	text := strings.Repeat("Verwaltung ", 100)
	for i := range documents {
		ops = append(ops, insert(numbered("b", i), parts{store.Published: {"n": int64(i % 10), "text": text}}))
	}
	f.must(f.Apply(f.ctx, ops))
	terms := 2000
	if testing.Short() {
		terms = 100
	}
	var hopeless []query.Filter
	for i := range terms {
		hopeless = append(hopeless, query.Where("published.text", query.Contains, fmt.Sprint("absent", i)))
	}
	dear := query.AnyOf(hopeless...)
	for _, c := range []struct {
		name string
		run  func(bound *store.Bound) error
	}{
		{"Find", func(bound *store.Bound) error {
			_, err := f.Find(store.WithBound(f.ctx, bound), col, store.Query{Filter: dear})
			return err
		}},
		{"Count", func(bound *store.Bound) error {
			_, err := f.Count(store.WithBound(f.ctx, bound), col, dear)
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 2 {
				bound := &store.Bound{Work: 1}
				err := c.run(bound)
				if !fault.Is(err, fault.TooDear) && !fault.Is(err, fault.Timeout) || !errors.As(err, new(*fault.Error)) {
					t.Errorf("%s that tests %d conditions on %d documents within a work of 1: %v, want TooDear or Timeout", c.name, terms, documents, err)
				}
				if bound.Done() < 1000 {
					t.Errorf("%s noted a work of %d before it was ended", c.name, bound.Done())
				}
			}
			f.same("a read after one that was ended", f.hits(query.Where(store.KeyPath, query.Eq, numbered("b", 7))), []string{numbered("b", 7)})
		})
	}
	t.Run("enough", func(t *testing.T) {
		bound := &store.Bound{Work: documents}
		docs, err := f.Find(store.WithBound(f.ctx, bound), col, store.Query{Filter: query.Where("published.n", query.Eq, int64(3))})
		if err != nil || len(docs) != documents/10 {
			t.Errorf("a read within its bound: %d documents, %v", len(docs), err)
		}
		if n := f.count(query.Where("published.text", query.EndsWith, "ung ")); n != documents {
			t.Errorf("a count without a bound: %d", n)
		}
	})
}
