package store

import (
	"context"
	"sync/atomic"

	"kontor/pkg/query"
	"kontor/pkg/value"
)

// Tracked is a Store that numbers what it holds, so that an answer can be kept as long as it is true.
type Tracked struct {
	Store
	generation atomic.Int64
}

// Track wraps a store. All writes of this process must go through the wrapped one. Until ctx ends it listens for those of others.
func Track(ctx context.Context, st Store) *Tracked {
	t := &Tracked{Store: st}
	changes := st.Watch(ctx)
	go func() {
		for range changes {
			t.generation.Add(1)
		}
	}()
	return t
}

// Generation rises with every change before the write that made it returns, and with a foreign one as soon as Watch tells. What was
// read entirely under one generation is what the store holds as long as that lasts.
func (t *Tracked) Generation() int64 { return t.generation.Load() }

// Apply runs the ops. The generation rises also where it fails, since some of them may have happened.
func (t *Tracked) Apply(ctx context.Context, ops []Op) error {
	defer t.generation.Add(1)
	return t.Store.Apply(ctx, ops)
}

// Touch changes meta. The generation rises also where it fails.
func (t *Tracked) Touch(ctx context.Context, collection string, f query.Filter, set value.Object, inc map[string]int64) (int, error) {
	defer t.generation.Add(1)
	return t.Store.Touch(ctx, collection, f, set, inc)
}
