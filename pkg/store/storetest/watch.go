package storetest

import (
	"context"
	"testing"
	"time"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// patience is how many times longer than Harness.Notice the suite waits before it complains.
const patience = 30

// testWatch: a signal follows a foreign write, and ends with its context.
func testWatch(t *testing.T, h Harness) {
	h.need(t, SecondHandle)
	dir := t.TempDir()
	f := h.openIn(t, dir, store.Collection{})
	other := h.openIn(t, dir, store.Collection{})
	ctx, cancel := context.WithCancel(f.ctx)
	defer cancel()
	changes, second := f.Watch(ctx), f.Watch(ctx)
	writes := map[string]func(){
		"an insert": func() { other.apply(insert("w", nil)) },
		"a replace": func() { other.apply(replace("w", 1, nil)) },
		"a touch": func() {
			_, err := other.Touch(other.ctx, col, query.Filter{}, value.Object{"x": true}, nil)
			other.must(err)
		},
		"a delete": func() { other.apply(remove("w", 0)) },
	}
	for _, name := range []string{"an insert", "a replace", "a touch", "a delete"} {
		t.Run(name, func(t *testing.T) {
			settle(changes, h.Notice)
			settle(second, h.Notice)
			writes[name]()
			for _, c := range []<-chan store.Signal{changes, second} {
				select {
				case _, ok := <-c:
					if !ok {
						t.Fatal("the channel is closed before its context ends")
					}
				case <-time.After(patience * h.Notice):
					t.Fatalf("%s of another handle was not noticed in %v", name, patience*h.Notice)
				}
			}
		})
	}
	t.Run("interests", func(t *testing.T) { testInterests(t, h, f, other) })
	t.Run("signals are merged: nobody has to read", func(t *testing.T) {
		for i := range 50 {
			other.apply(insert(numbered("m", i), nil))
		}
	})
	t.Run("the channel is closed when the context ends", func(t *testing.T) {
		cancel()
		for _, c := range []<-chan store.Signal{changes, second} {
			closes(t, c, patience*h.Notice)
		}
		closes(t, f.Watch(ctx), patience*h.Notice)
	})
}

// testInterests: the interests of a watcher are told apart as far as the driver can, and none
// misses what it hears of.
func testInterests(t *testing.T, h Harness, f, other *fixture) {
	ctx, cancel := context.WithCancel(f.ctx)
	defer cancel()
	other.apply(insert("fact", nil))
	changes := f.Watch(ctx, store.Interest{Facts: []string{"never"}}, store.Interest{Facts: []string{"fact"}}, store.Interest{Facts: []string{"fact"}, Touch: true})
	for _, c := range []struct {
		name  string
		write func()
		heard uint64
	}{
		{"a replace", func() {
			other.apply(store.Op{Kind: store.Replace, Collection: col, Key: "fact", Rev: 1, Set: value.Object{"fact": int64(1)}})
		}, 0b110},
		{"a touch", func() {
			_, err := other.Touch(other.ctx, col, query.Where(store.KeyPath, query.Eq, "fact"), value.Object{"other": true}, map[string]int64{"fact": 1})
			other.must(err)
		}, 0b100},
		{"an insert", func() { other.apply(insert("born", parts{store.Meta: {"fact": int64(1)}})) }, 0b110},
		{"a delete", func() { other.apply(remove("born", 0)) }, 0b111},
	} {
		settle(changes, h.Notice)
		c.write()
		var got uint64
		for end := time.After(patience * h.Notice); got&c.heard != c.heard; {
			select {
			case s := <-changes:
				got |= s.Heard
			case <-end:
				t.Fatalf("after %s of another handle the interests %b have heard of it, want %b", c.name, got, c.heard)
			}
		}
	}
}

// settle takes the signals of earlier writes.
func settle(c <-chan store.Signal, notice time.Duration) {
	for {
		select {
		case <-c:
		case <-time.After(3 * notice):
			return
		}
	}
}

func closes(t *testing.T, c <-chan store.Signal, within time.Duration) {
	t.Helper()
	end := time.After(within)
	for {
		select {
		case _, ok := <-c:
			if !ok {
				return
			}
		case <-end:
			t.Fatal("the channel stays open after its context has ended")
		}
	}
}
