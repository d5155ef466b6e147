package storetest

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// declared are three ways to declare the same lists: the results may not depend on them.
func declared(scalars []string, lists []string) map[string]store.Collection {
	var indexed store.Collection
	indexed.Many = lists
	for _, path := range scalars {
		indexed.Indexes = append(indexed.Indexes, []string{path})
	}
	for _, path := range lists {
		indexed.Indexes = append(indexed.Indexes, []string{path})
	}
	return map[string]store.Collection{
		"indexed":    indexed,
		"unindexed":  {Many: lists},
		"compounded": {Many: lists, Indexes: [][]string{scalars, append([]string{lists[0]}, scalars...)}},
	}
}

// sample has a document for each kind of value: v holds a scalar, l a list of such.
func sample() []store.Document {
	scalars := []any{
		nil, "", "a", "b", "ab", "B", "ä", "1", "true", "2.5", int64(0), int64(1), int64(2), int64(10), int64(-1), 0.0, 1.0, 1.5, 2.5, 1e300, -1e300, math.SmallestNonzeroFloat64, int64(value.MaxInt),
		true, false, "a\x00b", "😀", value.Object{"x": "a"},
	}
	docs := []store.Document{}
	for i, v := range scalars {
		docs = append(docs, published(numbered("v", i), value.Object{"v": v, "l": value.List{v}, "other": int64(i)}))
	}
	lists := []value.List{{"a", "b"}, {"a", int64(1)}, {int64(1), int64(2)}, {true, "x"}, {1.5, 2.0}, {value.Object{"x": "a"}, "b"}, {value.List{"a"}}, {value.List{"a"}, "c"}, {}, {"a", "a"}}
	for i, l := range lists {
		docs = append(docs, published(numbered("w", i), value.Object{"l": l}))
	}
	return docs
}

// testFilter compares every operator with every kind of value, on scalars and on lists, by what query.Eval says.
func testFilter(t *testing.T, h Harness) {
	docs := h.storable(sample())
	values := []any{"a", "b", "", "ä", "a\x00b", "2.5", "1", "true", int64(1), int64(0), 1.5, 1.0, true, false, int64(2), 2.5, int64(value.MaxInt), 1e300} // a sparse run takes every second
	ops := []query.Op{query.Eq, query.Ne, query.Lt, query.Lte, query.Gt, query.Gte}
	for how, c := range declared([]string{"published.v", "published.other"}, []string{"published.l", "published.none"}) {
		t.Run(how, func(t *testing.T) {
			f := h.open(t, c)
			f.put(docs...)
			for _, path := range []string{"published.v", "published.l", "published.none", "published.absent", "published.v.x", "draft.v"} {
				check := func(filter query.Filter) {
					t.Helper()
					f.agrees(docs, filter, c.Many)
				}
				for _, op := range ops {
					for _, v := range some(2, values...) {
						check(query.Where(path, op, v))
					}
				}
				for _, op := range []query.Op{query.In, query.NotIn} {
					check(query.Where(path, op, value.List{}))
					check(query.Where(path, op, value.List{"a", int64(1), true}))
					check(query.Where(path, op, value.List{"nothing"}))
					check(query.Where(path, op, value.List(values)))
				}
				for _, op := range []query.Op{query.Between, query.NotBetween} {
					if h.lacks(Elements) && slices.Contains(c.Many, path) {
						continue // testMatch says so
					}
					for _, bounds := range []value.List{{"a", "b"}, {int64(1), int64(2)}, {0.5, int64(2)}, {int64(2), int64(1)}, {"a", int64(1)}, {false, true}, {nil, "b"}, {value.List{}, value.Object{}}} {
						check(query.Where(path, op, bounds))
					}
				}
				check(query.Where(path, query.Null, nil))
				check(query.Where(path, query.NotNull, nil))
			}
			testTrees(t, f, docs, c.Many)
		})
	}
	t.Run("no path looks inside a list", func(t *testing.T) {
		docs := []store.Document{
			published("list", value.Object{"o": value.List{value.Object{"a": "x", "b": value.Object{"c": "x"}}}, "0": "x"}), published("object", value.Object{"o": value.Object{"a": "x", "0": value.Object{"a": "x"}, "b": value.Object{"c": "x"}}}),
			published("deep", value.Object{"o": value.Object{"b": value.List{value.Object{"c": "x"}}}}), published("none", value.Object{"o": "x"}),
		}
		for _, many := range [][]string{nil, {"published.o"}, {"published.o.a"}} {
			f := h.open(t, store.Collection{Many: many})
			f.put(docs...)
			for _, path := range []string{"published.o.a", "published.o.b.c", "published.o.0", "published.o.0.a", "published.0"} {
				for _, op := range []query.Op{query.Eq, query.Ne, query.Contains, query.NotIn, query.Null, query.NotNull} {
					var v any = "x"
					switch op {
					case query.NotIn:
						v = value.List{"x"}
					case query.Null, query.NotNull:
						v = nil
					}
					f.agrees(docs, query.Where(path, op, v), many)
				}
			}
		}
	})
}

// agrees compares Find and Count with the reference.
func (f *fixture) agrees(docs []store.Document, filter query.Filter, many []string) bool {
	f.t.Helper()
	want := reference(docs, filter, many)
	got := f.hits(filter)
	if !slices.Equal(got, want) && len(got)+len(want) > 0 {
		f.t.Errorf("the filter %s must not hit %q and must hit %q, each once and in key order", describe(filter), minus(got, want), minus(want, got))
		return false
	}
	if f.asked++; f.asked%3 != 0 {
		return true // Count shares the meaning; to ask it now and then is enough
	}
	if n := f.count(filter); n != len(want) {
		f.t.Errorf("the filter %s: Count says %d, want %d", describe(filter), n, len(want))
		return false
	}
	return true
}

// minus gives the first few of a that are not in b.
func minus(a, b []string) []string {
	rest := slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
	return rest[:min(5, len(rest))]
}

// describe writes a filter for a failure.
func describe(f query.Filter) string {
	switch {
	case f.Op == query.All:
		return "all"
	case len(f.Args) > 0 || f.Op == query.And || f.Op == query.Or:
		text := string(f.Op)
		if f.Path != "" {
			text += " " + f.Path
		}
		text += "("
		for i, a := range f.Args {
			if i > 0 {
				text += ", "
			}
			text += describe(a)
		}
		return text + ")"
	}
	text := short(f.Value)
	return fmt.Sprintf("%s %s %s", f.Path, f.Op, text)
}

// testTrees: And, Or, their empty forms, depth and width.
func testTrees(t *testing.T, f *fixture, docs []store.Document, many []string) {
	a, b := query.Where("published.v", query.Eq, "a"), query.Where("published.l", query.Eq, "b")
	neither := query.Where("published.v", query.Ne, "a")
	deep := a
	for range 20 {
		deep = query.Filter{Op: query.Or, Args: []query.Filter{{Op: query.And, Args: []query.Filter{deep, {}}}, query.Nothing()}}
	}
	wide := query.Filter{Op: query.Or}
	for i := range 1500 {
		wide.Args = append(wide.Args, query.Where(store.KeyPath, query.Eq, numbered("v", i*2)))
	}
	for _, filter := range []query.Filter{
		{}, query.Nothing(), {Op: query.And}, {Op: query.Or, Args: []query.Filter{{}}}, {Op: query.And, Args: []query.Filter{{}, query.Nothing()}},
		{Op: query.And, Args: []query.Filter{a, b}}, {Op: query.Or, Args: []query.Filter{a, b}}, {Op: query.And, Args: []query.Filter{a, neither}}, {Op: query.Or, Args: []query.Filter{a, neither}},
		{Op: query.And, Args: []query.Filter{{Op: query.Or, Args: []query.Filter{a, b}}, {Op: query.Or, Args: []query.Filter{neither, query.Where(store.KeyPath, query.Gt, "v")}}}},
		{Op: query.And, Args: []query.Filter{{Op: query.And, Args: []query.Filter{query.Where("published.other", query.Gte, int64(3)), query.Where("published.other", query.Lt, int64(9))}}, neither}},
		deep, wide,
	} {
		f.agrees(docs, filter, many)
	}
}
