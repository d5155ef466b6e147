package sqlitestore

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"kontor/pkg/store"
	"kontor/pkg/value"
)

// TestRecall reads the same list through two handles while one of them changes, deletes and inserts anew under the same keys: what is
// remembered must never stand for another state.
func TestRecall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kontor.db")
	ctx := context.Background()
	open := func() *Store {
		s, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		if err := s.Ensure(ctx, store.Collection{Name: "thing"}); err != nil {
			t.Fatal(err)
		}
		return s
	}
	writer, reader := open(), open()
	state := map[string]string{}
	check := func(step int) {
		for _, s := range []*Store{writer, reader} {
			docs, err := s.Find(ctx, "thing", store.Query{Parts: []string{store.Published, store.Draft}})
			if err != nil || len(docs) != len(state) {
				t.Fatalf("step %d: %d documents in place of %d, %v", step, len(docs), len(state), err)
			}
			for _, d := range docs {
				if got := fmt.Sprintf("%v %v", d.Part(store.Published)["v"], d.Part(store.Draft) == nil); got != state[d.Key] {
					t.Fatalf("step %d: %s is %s in place of %s", step, d.Key, got, state[d.Key])
				}
			}
		}
	}
	for step := range 60 {
		key := fmt.Sprint("k", step%7)
		v := fmt.Sprint("v", step)
		op := store.Op{Kind: store.Insert, Collection: "thing", Key: key, Parts: map[string]value.Object{store.Published: {"v": v}}}
		d, err := writer.Get(ctx, "thing", key, []string{})
		switch {
		case err == nil && step%3 == 0:
			op = store.Op{Kind: store.Delete, Collection: "thing", Key: key}
			delete(state, key)
		case err == nil:
			op.Kind, op.Rev = store.Replace, d.Rev
			op.Parts[store.Draft] = nil
			fallthrough
		default:
			state[key] = v + " true"
		}
		if err := writer.Apply(ctx, []store.Op{op}); err != nil {
			t.Fatal(err)
		}
		check(step)
	}
}

// TestCacheIsBounded fills the cache far beyond its bound, reading old entries meanwhile so that they move to the young generation.
func TestCacheIsBounded(t *testing.T) {
	var m cache
	text := strings.Repeat("x", 1<<20)
	total := func() (n int) {
		for _, g := range []map[cacheKey]remembered{m.young, m.old} {
			for _, r := range g {
				n += r.size
			}
		}
		return n
	}
	for i := range int64(200) {
		m.add(cacheKey{"t", store.Published, i, 1}, value.Object{"v": text}, len(text))
		for j := max(0, i-10); j < i; j++ {
			m.get(cacheKey{"t", store.Published, j, 1})
		}
		if n := total(); n > maxCached+4<<20 {
			t.Fatalf("%d bytes are remembered after %d parts", n, i)
		}
	}
	if _, ok := m.get(cacheKey{"t", store.Published, 199, 1}); !ok {
		t.Error("the newest part is forgotten")
	}
	if _, ok := m.get(cacheKey{"t", store.Published, 0, 1}); ok {
		t.Error("the oldest part is still there")
	}
}
