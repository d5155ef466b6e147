package storetest

import (
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// testText: contains, starts with and ends with take every character for itself and compare bytes.
func testText(t *testing.T, h Harness) {
	texts := []string{
		"", "a", "A", "abc", "ABC", "cab", "a%c", "a_c", "axc", "%", "_", "*", "?", "[a]", "a*c", "a?c", "a.c", "^a", "c$", "(", ")", "|", "{1}", "+", `\`, `a\c`, `\d`, `"`, `a"c`, "'", "''", "a'c",
		"Straße", "STRASSE", "Ämter", "ämter", "A\u0308mter", "\x00", "a\x00c", "a\x00", "\x00c", "a\nc", "a\r\nc", "😀", "x😀y", "\u2028", "ÿ", "\u007f", "\u07ff", "\uffff", "\U0010ffff", "1", "1.0", "true",
	}
	var docs []store.Document
	for i, s := range texts {
		docs = append(docs, published(numbered("t", i), value.Object{"v": s, "l": value.List{s, "other"}}))
	}
	for i, v := range []any{int64(1), 1.0, true, nil, value.Object{"a": "a"}} {
		docs = append(docs, published(numbered("u", i), value.Object{"v": v, "l": value.List{v}}))
	}
	needles := append(texts, "b", "bc", "ä", "mter", "\u0308", "ße", "oth", "er")
	ops := []query.Op{query.Contains, query.NotContains, query.StartsWith, query.NotStartsWith, query.EndsWith, query.NotEndsWith, query.Eq, query.Lt, query.Gte}
	for how, c := range declared([]string{"published.v"}, []string{"published.l"}) {
		t.Run(how, func(t *testing.T) {
			f := h.open(t, c)
			f.put(docs...)
			for _, path := range []string{"published.v", "published.l"} {
				for _, op := range ops {
					for _, needle := range some(3, needles...) {
						f.agrees(docs, query.Where(path, op, needle), c.Many)
					}
				}
			}
		})
	}
}

// testKeyFilter: the key may be filtered like any text that is always there.
func testKeyFilter(t *testing.T, h Harness) {
	f := h.open(t, store.Collection{})
	var docs []store.Document
	for _, k := range []string{"a/de", "a/en", "b/de", "b/de/1", "b/de/2", "1", "1.0", "ä", "%", "true"} {
		docs = append(docs, published(k, value.Object{"v": k, "key": "within"}))
	}
	f.put(docs...)
	for _, op := range []query.Op{query.Eq, query.Ne, query.Lt, query.Lte, query.Gt, query.Gte, query.StartsWith, query.NotStartsWith, query.EndsWith, query.NotEndsWith, query.Contains, query.NotContains} {
		for _, v := range []any{"a/de", "b/", "", "1", "zz", "%", int64(1), 1.0, true} {
			if _, text := v.(string); op.Textual() && !text {
				continue
			}
			f.agrees(docs, query.Where(store.KeyPath, op, v), nil)
		}
	}
	for _, op := range []query.Op{query.In, query.NotIn} {
		for _, l := range []value.List{{}, {"a/de"}, {"a/de", "1", "none"}, {int64(1), 1.0, true}, {int64(1), "1"}} {
			f.agrees(docs, query.Where(store.KeyPath, op, l), nil)
		}
	}
	for _, op := range []query.Op{query.Between, query.NotBetween} {
		for _, l := range []value.List{{"a", "b"}, {"b", "a"}, {int64(1), int64(2)}, {"1", int64(2)}} {
			f.agrees(docs, query.Where(store.KeyPath, op, l), nil)
		}
	}
	f.agrees(docs, query.Where(store.KeyPath, query.Null, nil), nil)
	f.agrees(docs, query.Where(store.KeyPath, query.NotNull, nil), nil)
	f.agrees(docs, query.Where("published.key", query.Eq, "within"), nil)
}
