package storetest

import (
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// testCount: Count agrees with Find at once after every write, also when it was asked before.
func testCount(t *testing.T, h Harness) {
	f := h.open(t, store.Collection{Indexes: [][]string{{"published.n"}}})
	filter := query.Where("published.n", query.Gte, int64(5))
	want := func(clause string, all, some int) {
		t.Helper()
		for range 2 { // the second time an answer may come from memory
			if n := f.count(query.Filter{}); n != all {
				t.Errorf("%s: Count of everything is %d, want %d", clause, n, all)
			}
			if n := f.count(filter); n != some {
				t.Errorf("%s: Count of a filter is %d, want %d", clause, n, some)
			}
		}
	}
	want("empty", 0, 0)
	for i := range 10 {
		f.put(published(numbered("c", i), value.Object{"n": int64(i)}))
		want("after an insert", i+1, max(0, i-4))
	}
	f.apply(replace(numbered("c", 0), 1, parts{store.Published: {"n": int64(50)}}))
	want("after a replace", 10, 6)
	f.apply(remove(numbered("c", 9), 0))
	want("after a delete", 9, 5)
	f.failedAt("a failing insert", f.Apply(f.ctx, []store.Op{insert(numbered("c", 1), nil)}), 0)
	want("after a failure", 9, 5)
	if n, err := f.Touch(f.ctx, col, filter, value.Object{"x": true}, nil); n != 5 || err != nil {
		t.Errorf("Touch: %d, %v", n, err)
	}
	if n := f.count(query.Where("meta.x", query.Eq, true)); n != 5 {
		t.Errorf("after Touch: Count is %d, want 5", n)
	}
}
