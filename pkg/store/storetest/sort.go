package storetest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// testSort: scalars by size or bytes, absent first ascending and last descending, ties by the key in the
// direction of the last.
func testSort(t *testing.T, h Harness) {
	r := rand.New(rand.NewPCG(1, 2))
	var docs []store.Document
	for i := range 120 {
		o := value.Object{}
		set := func(name string, v any) {
			if r.IntN(4) > 0 {
				o[name] = v
			}
		}
		set("text", []any{"", "a", "B", "ä", "b", "a\x00", "😀", "z", "\uffff"}[r.IntN(9)])
		set("int", int64(r.IntN(5)-2))
		set("num", []any{int64(1), 1.0, 1.5, -2.0, int64(-2), 1e300, int64(10)}[r.IntN(7)])
		set("bool", r.IntN(2) == 0)
		docs = append(docs, store.Document{Key: numbered("s", (i*37)%120), Parts: parts{store.PublishedTwin: {"sort": o}, store.Meta: {"locale": []any{"de", "en"}[r.IntN(2)]}}})
	}
	path := func(name string) string { return store.PublishedTwin + ".sort." + name }
	orders := [][]query.Order{nil, {{Path: store.KeyPath}}, {{Path: store.KeyPath, Desc: true}}, {{Path: path("none")}}, {{Path: path("none"), Desc: true}}}
	for _, a := range []string{"text", "int", "num", "bool"} {
		for _, desc := range []bool{false, true} {
			orders = append(orders, []query.Order{{Path: path(a), Desc: desc}}, []query.Order{{Path: path(a), Desc: desc}, {Path: "meta.locale"}, {Path: store.KeyPath, Desc: true}})
			for _, b := range []string{"text", "bool"} {
				orders = append(orders, []query.Order{{Path: path(a), Desc: desc}, {Path: path(b), Desc: !desc}})
			}
		}
	}
	for how, c := range map[string]store.Collection{"unindexed": {}, "indexed": {Indexes: [][]string{{path("text")}, {path("int"), path("text")}, {"meta.locale", path("num")}, {"meta.locale", path("text")}}}} {
		t.Run(how, func(t *testing.T) {
			f := h.open(t, c)
			f.put(docs...)
			for _, order := range some(3, orders...) {
				for _, filter := range []query.Filter{{}, query.Where("meta.locale", query.Eq, "de"), query.Where(path("int"), query.Gte, int64(0))} {
					want := sorted(docs, filter, order)
					clause := fmt.Sprintf("sort by %v of %s", order, describe(filter))
					f.same(clause, f.keys(store.Query{Filter: filter, Sort: order}), want)
					f.same(clause+", a page of it", f.keys(store.Query{Filter: filter, Sort: order, Offset: 7, Limit: 9}), want[7:16])
				}
			}
		})
	}
}

// sorted is the order by its meaning.
func sorted(docs []store.Document, f query.Filter, order []query.Order) []string {
	var kept []store.Document
	for _, d := range docs {
		if query.Eval(f, evaluated(d), nil) {
			kept = append(kept, d)
		}
	}
	slices.SortFunc(kept, func(a, b store.Document) int {
		for _, o := range order {
			c := compareAbsent(value.Get(evaluated(a), o.Path), value.Get(evaluated(b), o.Path))
			if o.Desc {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		c := cmp.Compare(a.Key, b.Key)
		if len(order) > 0 && order[len(order)-1].Desc {
			c = -c
		}
		return c
	})
	return keysOf(kept)
}

func compareAbsent(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	c, _ := value.Compare(a, b)
	return c
}

// testPage: offset and limit.
func testPage(t *testing.T, h Harness) {
	f := h.open(t, store.Collection{})
	var docs []store.Document
	var keys []string
	for i := range 30 {
		keys = append(keys, numbered("k", i))
		docs = append(docs, published(keys[i], value.Object{"n": int64(i % 3)}))
	}
	f.put(docs...)
	cases := []struct {
		clause        string
		offset, limit int
		want          []string
	}{
		{"limit 0 means none", 0, 0, keys},
		{"a limit", 0, 5, keys[:5]},
		{"an offset and a limit", 5, 5, keys[5:10]},
		{"an offset without a limit", 25, 0, keys[25:]},
		{"a page over the end", 28, 5, keys[28:]},
		{"an offset at the end", 30, 5, nil},
		{"an offset past the end", 1000, 5, nil},
		{"a limit beyond the end", 0, 1000, keys},
	}
	for _, c := range cases {
		t.Run(c.clause, func(t *testing.T) {
			f.same(c.clause, f.keys(store.Query{Offset: c.offset, Limit: c.limit}), c.want)
			f.same(c.clause+", sorted", f.keys(store.Query{Offset: c.offset, Limit: c.limit, Sort: []query.Order{{Path: store.KeyPath}}}), c.want)
		})
	}
	t.Run("pages make the whole", func(t *testing.T) {
		order := []query.Order{{Path: "published.n", Desc: true}}
		var got []string
		for at := 0; at < 30; at += 7 {
			got = append(got, f.keys(store.Query{Sort: order, Offset: at, Limit: 7})...)
		}
		f.same("pages neither repeat nor leave out, also among ties", got, f.keys(store.Query{Sort: order}))
	})
}
