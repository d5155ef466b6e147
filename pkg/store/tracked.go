package store

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"kontor/pkg/query"
	"kontor/pkg/value"
)

// Tracked is a Store that numbers what it holds, so that an answer can be kept as long as it is true, and that tells of changes.
type Tracked struct {
	Store
	quiet      Quiet
	generation atomic.Int64

	mu      sync.Mutex
	waiting map[chan struct{}]bool
}

// Quiet is what no answer shows anything of: its changes leave the generation as it is.
type Quiet struct {
	Collections []string
	Facts       []string // top-level fields of Meta, where a Touch changes nothing else
}

// Track wraps a store. All writes of this process must go through the wrapped one. Until ctx ends it listens for those of others; of them it
// is not known what they changed.
func Track(ctx context.Context, st Store, quiet Quiet) *Tracked {
	t := &Tracked{Store: st, quiet: quiet, waiting: map[chan struct{}]bool{}}
	changes := st.Watch(ctx)
	go func() {
		for range changes {
			t.changed()
		}
	}()
	return t
}

// Generation rises with every change before the write that made it returns, and with a foreign one as soon as Watch tells. What was
// read entirely under one generation is what the store holds as long as that lasts.
func (t *Tracked) Generation() int64 { return t.generation.Load() }

// Changes gets a signal after each change that raises the generation, until ctx ends. Signals are merged.
func (t *Tracked) Changes(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting[out] = true
	context.AfterFunc(ctx, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.waiting, out)
	})
	return out
}

func (t *Tracked) changed() {
	t.generation.Add(1)
	t.mu.Lock()
	defer t.mu.Unlock()
	for out := range t.waiting {
		select {
		case out <- struct{}{}:
		default:
		}
	}
}

// Apply runs the ops. The generation rises also where it fails, since some of them may have happened.
func (t *Tracked) Apply(ctx context.Context, ops []Op) error {
	if slices.ContainsFunc(ops, func(op Op) bool { return !slices.Contains(t.quiet.Collections, op.Collection) }) {
		defer t.changed()
	}
	return t.Store.Apply(ctx, ops)
}

// Touch changes meta. The generation rises also where it fails.
func (t *Tracked) Touch(ctx context.Context, collection string, f query.Filter, set value.Object, inc map[string]int64) (int, error) {
	if !slices.Contains(t.quiet.Collections, collection) && !t.quiet.only(set, inc) {
		defer t.changed()
	}
	return t.Store.Touch(ctx, collection, f, set, inc)
}

func (q Quiet) only(set value.Object, inc map[string]int64) bool {
	for name := range set {
		if !slices.Contains(q.Facts, name) {
			return false
		}
	}
	for name := range inc {
		if !slices.Contains(q.Facts, name) {
			return false
		}
	}
	return true
}
