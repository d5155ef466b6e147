package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/store/sqlitestore"
	"kontor/pkg/value"
)

func open(t *testing.T, file string) store.Store {
	t.Helper()
	st, err := sqlitestore.Open(file, sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	for _, name := range []string{"thing", "_beat"} {
		if err := st.Ensure(t.Context(), store.Collection{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	return st
}

func insert(key string) []store.Op {
	return []store.Op{{Kind: store.Insert, Collection: "thing", Key: key, Parts: map[string]value.Object{store.Meta: {"a": int64(1)}}}}
}

// listening hears of things that are shown.
var listening = store.Listening{Seen: store.Interest{Facts: []string{"a"}}, Work: store.Interest{Facts: []string{"a", "mark"}, Touch: true}}

// The generation has risen when a write returns, also one that failed: some of its steps may have happened.
func TestTracked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kontor.db")
	other := open(t, file)
	tracked := store.Track(t.Context(), open(t, file), listening)
	ctx := t.Context()
	for _, c := range []struct {
		name string
		do   func() error
		fail bool
	}{
		{"an insert", func() error { return tracked.Apply(ctx, insert("x")) }, false},
		{"a conflict", func() error { return tracked.Apply(ctx, insert("x")) }, true},
		{"a delete", func() error {
			return tracked.Apply(ctx, []store.Op{{Kind: store.Delete, Collection: "thing", Key: "x"}})
		}, false},
		{"an insert after it", func() error { return tracked.Apply(ctx, insert("x")) }, false},
	} {
		before := tracked.Generation()
		if err := c.do(); (err != nil) != c.fail {
			t.Fatalf("%s: %v", c.name, err)
		}
		if tracked.Generation() <= before {
			t.Errorf("after %s the generation is still %d", c.name, before)
		}
	}
	settled := func() int64 { // signals of one's own writes come late
		for g := tracked.Generation(); ; g = tracked.Generation() {
			if time.Sleep(200 * time.Millisecond); g == tracked.Generation() {
				return g
			}
		}
	}
	before := settled()
	changes := tracked.Changes(ctx)
	for _, c := range []struct {
		name string
		do   func() error
	}{
		{"a write to another collection", func() error {
			return tracked.Apply(ctx, []store.Op{{Kind: store.Insert, Collection: "_beat", Key: "x", Parts: map[string]value.Object{store.Meta: {"a": int64(1)}}}})
		}},
		{"an insert without the facts", func() error {
			return tracked.Apply(ctx, []store.Op{{Kind: store.Insert, Collection: "thing", Key: "draft", Parts: map[string]value.Object{store.Draft: {"a": int64(1)}}}})
		}},
		{"a replace that removes a fact", func() error {
			return tracked.Apply(ctx, []store.Op{{Kind: store.Replace, Collection: "thing", Key: "draft", Rev: 1, Set: value.Object{"a": nil}}})
		}},
	} {
		if err := c.do(); err != nil || settled() != before {
			t.Errorf("%s moved the generation (%v)", c.name, err)
		}
	}
	select {
	case s := <-changes:
		t.Errorf("writes that nobody hears of are told of: %+v", s)
	default:
	}
	if _, err := tracked.Touch(ctx, "thing", query.Filter{}, value.Object{"mark": "x"}, nil); err != nil || settled() != before {
		t.Errorf("a mark moved the generation (%v)", err)
	}
	select {
	case <-changes:
	default:
		t.Error("a mark is not told of when it is made")
	}
	if err := tracked.Apply(ctx, insert("z")); err != nil {
		t.Fatal(err)
	}
	select {
	case <-changes:
	default:
		t.Error("a write is not told of when it returns")
	}
	before = settled()
	if _, err := tracked.Get(ctx, "thing", "x", nil); err != nil || settled() != before {
		t.Errorf("reading moved the generation (%v)", err)
	}
	if err := other.Apply(ctx, insert("y")); err != nil {
		t.Fatal(err)
	}
	for tries := 0; tracked.Generation() == before; tries++ {
		if tries > 1000 {
			t.Fatal("a foreign write is never noticed")
		}
		time.Sleep(10 * time.Millisecond)
	}
}
