package storetest

import (
	"slices"
	"strings"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// testKeys: a key is any text of 1 to 1,000 bytes; keys are told apart and ordered by their bytes.
func testKeys(t *testing.T, h Harness) {
	f := h.open(t, store.Collection{})
	keys := []string{
		"a", "A", "ä", "Ä", "a\u0308", "b", "a/b", "a/b/1", "a/b/10", "a/b/2", "a/-", "a%b", "a%", "%", "_", "a_b", "'", `"`, "`", `\`, "$", "$a", ".", "a.b", " ", " a", "a ",
		"\x00", "a\x00b", "a\x00", "\n", "😀", "\u2028", "\uffff", "1", "01", "1.0", "-", "~", "null", "true", "{}", "[]", "*", "?", ";--", "_id",
		strings.Repeat("x", 1000), strings.Repeat("ä", 500), strings.Repeat("x", 999) + "y",
	}
	var docs []store.Document
	for i, k := range keys {
		docs = append(docs, published(k, value.Object{"n": int64(i)}))
	}
	f.put(docs...)
	ordered := slices.Sorted(slices.Values(keys))
	f.same("documents without a sort come in the order of their keys' bytes", f.hits(query.Filter{}), ordered)
	reversed := slices.Clone(ordered)
	slices.Reverse(reversed)
	f.same("a sort by key descending", f.keys(store.Query{Sort: []query.Order{{Path: store.KeyPath, Desc: true}}}), reversed)
	for i, k := range keys {
		d := f.get(k)
		if d.Key != k || d.Part(store.Published)["n"] != int64(i) {
			t.Errorf("Get of the key %.40q gave %.40q, %v", k, d.Key, d.Part(store.Published))
		}
		f.same("Eq on the key", f.hits(query.Where(store.KeyPath, query.Eq, k)), []string{k})
		f.code("an insert of a key that exists", f.Apply(f.ctx, []store.Op{insert(k, nil)}), "conflict")
	}
	for _, k := range keys {
		f.apply(replace(k, 1, nil), remove(k, 2))
	}
	f.same("all keys could be replaced and deleted", f.hits(query.Filter{}), nil)
	for name, k := range map[string]string{"empty": "", "1,001 bytes": strings.Repeat("x", 1001), "not UTF-8": "a\xff"} {
		f.code("a key that is "+name, f.Apply(f.ctx, []store.Op{insert(k, nil)}), "invalid")
	}
}
