package storetest

import (
	"fmt"
	"slices"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// testMatch: all conditions meet in one element of a list of objects.
func testMatch(t *testing.T, h Harness) {
	h.need(t, Elements)
	link := func(label string, n int64, tags ...any) value.Object {
		return value.Object{"label": label, "n": n, "tags": value.List(tags), "at": value.Object{"city": label}, "key": label}
	}
	var docs []store.Document
	for i, links := range []any{
		value.List{link("a", 1, "x"), link("b", 2, "y", "z")}, value.List{link("a", 2), link("b", 1, "x")}, value.List{link("c", 3)},
		value.List{link("a", 1), "text", int64(1), value.List{link("b", 2)}}, value.List{"a"}, link("a", 1), "a", nil,
		value.List{value.Object{"sub": value.List{value.Object{"x": int64(1), "y": int64(2)}, value.Object{"x": int64(3)}}}},
		value.List{value.Object{"sub": value.List{value.Object{"x": int64(1)}, value.Object{"y": int64(2)}}}},
	} {
		docs = append(docs, published(numbered("m", i), value.Object{"links": links, "label": "a"}))
	}
	is := query.Where
	both := query.AllOf(is("label", query.Eq, "a"), is("n", query.Eq, int64(1)))
	inner := []query.Filter{
		{}, query.Nothing(), both, query.AnyOf(is("label", query.Eq, "c"), is("n", query.Gt, int64(1))), is("label", query.Ne, "a"), is("label", query.Null, nil), is("tags", query.Eq, "x"), is("tags", query.Ne, "x"),
		is("tags", query.Null, nil), is("at.city", query.In, value.List{"b", "c"}), is("key", query.Eq, "c"), is("label", query.Contains, "b"), is("n", query.Between, value.List{int64(2), int64(3)}),
		{Op: query.Match, Path: "sub", Args: []query.Filter{query.AllOf(is("x", query.Eq, int64(1)), is("y", query.Eq, int64(2)))}},
		{Op: query.NoMatch, Path: "sub", Args: []query.Filter{is("x", query.Eq, int64(3))}},
	}
	docs = h.storable(docs)
	for how, many := range map[string][]string{"declared": {"published.links"}, "undeclared": nil} {
		t.Run(how, func(t *testing.T) {
			f := h.open(t, store.Collection{Many: many})
			f.put(docs...)
			for _, in := range inner {
				for _, op := range []query.Op{query.Match, query.NoMatch} {
					for _, path := range []string{"published.links", "published.absent", "published", store.KeyPath} {
						filter := query.Filter{Op: op, Path: path, Args: []query.Filter{in}}
						f.agrees(docs, filter, many)
						f.agrees(docs, query.AllOf(filter, is("published.label", query.Eq, "a")), many)
					}
				}
			}
		})
	}
}

// testIn: long lists, as they come from a relation filter that was resolved before.
func testIn(t *testing.T, h Harness) {
	many := []string{"published.topics"}
	f := h.open(t, store.Collection{Indexes: [][]string{{"published.ref"}, {"published.topics"}}, Many: many})
	var docs []store.Document
	for i := range 600 {
		docs = append(docs, published(numbered("d", i), value.Object{"ref": fmt.Sprint("id", i*7), "n": int64(i * 7), "topics": value.List{fmt.Sprint("id", i*3), int64(i)}}))
	}
	f.put(docs...)
	for _, size := range some(2, 0, 1, 2, 15, 17, 16, 2000, 33, 10000) {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			if size > 2000 {
				h.need(t, ManyValues)
			}
			texts, mixed := value.List{}, value.List{}
			for i := range size {
				texts = append(texts, fmt.Sprint("id", i))
				mixed = append(mixed, []any{int64(i), float64(i) + 0.5, fmt.Sprint("id", i), i%2 == 0}[i%4])
			}
			lists := []value.List{texts, mixed}
			if size > 100 {
				lists = lists[size/10000:][:1] // one list of each size says as much, and both take their time
			}
			for _, list := range lists {
				for _, path := range []string{"published.ref", "published.n", "published.topics", "published.absent"} {
					f.agrees(docs, query.Where(path, query.In, list), many)
					f.agrees(docs, query.Where(path, query.NotIn, list), many)
				}
			}
			keys := value.List{}
			for i := range size {
				keys = append(keys, numbered("d", i*2))
			}
			f.agrees(docs, query.Where(store.KeyPath, query.In, keys), nil)
			f.agrees(docs, query.AllOf(query.Where(store.KeyPath, query.NotIn, keys), query.Where("published.ref", query.In, texts)), nil)
		})
	}
	t.Run("doubles in the list hit once", func(t *testing.T) {
		got := f.hits(query.Where("published.topics", query.In, value.List{"id0", "id0", int64(0), 0.0}))
		if !slices.Equal(got, []string{numbered("d", 0)}) {
			t.Errorf("got %q", got)
		}
	})
}
