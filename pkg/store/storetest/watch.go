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
			for _, c := range []<-chan struct{}{changes, second} {
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
	t.Run("signals are merged: nobody has to read", func(t *testing.T) {
		for i := range 50 {
			other.apply(insert(numbered("m", i), nil))
		}
	})
	t.Run("the channel is closed when the context ends", func(t *testing.T) {
		cancel()
		for _, c := range []<-chan struct{}{changes, second} {
			closes(t, c, patience*h.Notice)
		}
		closes(t, f.Watch(ctx), patience*h.Notice)
	})
}

// settle takes the signals of earlier writes.
func settle(c <-chan struct{}, notice time.Duration) {
	for {
		select {
		case <-c:
		case <-time.After(3 * notice):
			return
		}
	}
}

func closes(t *testing.T, c <-chan struct{}, within time.Duration) {
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
