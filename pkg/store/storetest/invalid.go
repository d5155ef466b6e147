package storetest

import (
	"math"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// testInvalid: a defect of the caller is Invalid, and nothing has happened.
func testInvalid(t *testing.T, h Harness) {
	f := h.open(t, store.Collection{})
	f.put(published("a", value.Object{"v": "x"}))
	t.Run("unknown collection", func(t *testing.T) {
		for _, c := range f.calls("unknown") {
			if c.name != "Ensure" && c.name != "Ping" {
				f.code(c.name+" of a collection that was not ensured", c.run(f.ctx), fault.Invalid)
			}
		}
	})
	t.Run("a document that is not there", func(t *testing.T) {
		_, err := f.Get(f.ctx, col, "none", nil)
		f.code("Get", err, fault.NotFound)
		if message := fault.As(err).Message; message != "Not Found" {
			f.t.Errorf("Get of a document that is not there says %q, want Not Found", message)
		}
	})
	for _, filter := range []query.Filter{
		{Op: "unknown", Path: "published.v", Value: "x"}, query.Where("", query.Eq, "x"), query.Where("v", query.Eq, "x"), query.Where("Published.v", query.Eq, "x"), query.Where("key.v", query.Eq, "x"), query.Where("published.a\x00b", query.Eq, "x"),
		query.Where("published.v", query.Eq, nil), query.Where("published.v", query.Eq, value.List{"x"}), query.Where("published.v", query.In, "x"), query.Where("published.v", query.Between, value.List{"x"}),
		query.Where("published.v", query.Contains, int64(1)), query.Where("published.v", query.EqI, "x"), query.Where("published.v", query.In, value.List{value.Object{"a": "b"}}),
		{Op: query.Not, Args: []query.Filter{{}}}, {Op: query.Match, Path: "published.v"}, query.AllOf(query.Where("published.v", query.Eq, "x"), query.Where("published.v", query.ContainsI, "x")),
	} {
		t.Run("filter "+describe(filter), func(t *testing.T) {
			_, err := f.Find(f.ctx, col, store.Query{Filter: filter})
			f.code("Find", err, fault.Invalid)
			_, err = f.Count(f.ctx, col, filter)
			f.code("Count", err, fault.Invalid)
			f.code("Scan", f.Scan(f.ctx, col, filter, nil, func(store.Document) error { return nil }), fault.Invalid)
			_, err = f.Touch(f.ctx, col, filter, value.Object{"x": true}, nil)
			f.code("Touch", err, fault.Invalid)
		})
	}
	t.Run("parts and sorts", func(t *testing.T) {
		_, err := f.Get(f.ctx, col, "a", []string{"body"})
		f.code("Get of a part that no document has", err, fault.Invalid)
		_, err = f.Find(f.ctx, col, store.Query{Parts: []string{""}})
		f.code("Find of a part without a name", err, fault.Invalid)
		_, err = f.Find(f.ctx, col, store.Query{Sort: []query.Order{{Path: "title"}}})
		f.code("a sort by a path without a part", err, fault.Invalid)
		_, err = f.Find(f.ctx, col, store.Query{Offset: -1})
		f.code("a negative offset", err, fault.Invalid)
		_, err = f.Find(f.ctx, col, store.Query{Limit: -1})
		f.code("a negative limit", err, fault.Invalid)
	})
	t.Run("ops", func(t *testing.T) { testInvalidOps(t, f) })
	t.Run("collections", func(t *testing.T) {
		for _, name := range []string{"", "A", "1a", "a b", "a.b", "a_b", "__a", "~", "a~b", "a$", "sqlite_a", string(make([]byte, 90))} {
			f.code("the name "+name, f.Ensure(f.ctx, store.Collection{Name: name}), fault.Invalid)
		}
		f.code("an index by a path without a part", f.Ensure(f.ctx, store.Collection{Name: "x", Indexes: [][]string{{"title"}}}), fault.Invalid)
		f.code("an index of nothing", f.Ensure(f.ctx, store.Collection{Name: "x", Indexes: [][]string{{}}}), fault.Invalid)
		f.code("a list path without a part", f.Ensure(f.ctx, store.Collection{Name: "x", Many: []string{"topics"}}), fault.Invalid)
	})
}

func testInvalidOps(t *testing.T, f *fixture) {
	set := func(op store.Op, set value.Object, inc map[string]int64) store.Op {
		op.Set, op.Inc = set, inc
		return op
	}
	deep := any("x")
	for range value.MaxDepth + 1 {
		deep = value.List{deep}
	}
	for name, op := range map[string]store.Op{
		"no kind":                     {Collection: col, Key: "b"},
		"an unknown kind":             {Kind: 99, Collection: col, Key: "b"},
		"an unknown part":             insert("b", parts{"body": {}}),
		"meta in a replace":           replace("a", 1, parts{store.Meta: {"x": true}}),
		"set in an insert":            set(insert("b", nil), value.Object{"x": true}, nil),
		"inc in a delete":             set(remove("a", 1), nil, map[string]int64{"n": 1}),
		"one field set and added to":  set(replace("a", 1, nil), value.Object{"n": int64(1)}, map[string]int64{"n": 1}),
		"not a number":                insert("b", parts{store.Draft: {"n": math.NaN()}}),
		"an infinite number":          insert("b", parts{store.Draft: {"n": math.Inf(1)}}),
		"an integer beyond 2^53-1":    insert("b", parts{store.Draft: {"n": int64(1) << 53}}),
		"an int, which is no value":   insert("b", parts{store.Draft: {"n": 1}}),
		"a text that is not UTF-8":    insert("b", parts{store.Draft: {"n": "a\xff"}}),
		"a name that is not UTF-8":    insert("b", parts{store.Draft: {"a\xff": "n"}}),
		"more levels than can return": insert("b", parts{store.Draft: {"n": deep}}),
		"a set of no value":           set(replace("a", 1, nil), value.Object{"n": struct{}{}}, nil),
	} {
		t.Run(name, func(t *testing.T) {
			f.code(name, f.Apply(f.ctx, []store.Op{op, insert("behind", nil)}), fault.Invalid)
			f.same("nothing has happened", f.hits(query.Filter{}), []string{"a"})
			if d := f.get("a"); d.Rev != 1 {
				t.Errorf("the revision was raised to %d", d.Rev)
			}
		})
	}
}
