package store

import (
	"context"
	"sync"
	"sync/atomic"

	"kontor/pkg/query"
	"kontor/pkg/value"
)

// Tracked is a Store that numbers what it holds, so that an answer can be kept as long as it is
// true, and that tells of work to do.
type Tracked struct {
	Store
	interests  []Interest
	generation atomic.Int64

	mu      sync.Mutex
	waiting map[*Mailbox]bool
}

// The interests of a Tracked by their bits.
const (
	seenBit = 1 << iota
	workBit
)

// Listening says which writes matter to a process.
type Listening struct {
	Seen Interest // raises the generation
	Work Interest // signals Changes
}

// Track wraps a store. All writes of this process must go through the wrapped one. Until ctx ends
// it listens for writes of other processes.
func Track(ctx context.Context, st Store, l Listening) *Tracked {
	t := &Tracked{Store: st, interests: []Interest{l.Seen, l.Work}, waiting: map[*Mailbox]bool{}}
	changes := st.Watch(ctx, t.interests...)
	go func() {
		for s := range changes {
			t.changed(s)
		}
	}()
	return t
}

// Generation rises with every write that Listening.Seen hears of before that write returns, and
// with one of another process as soon as Watch tells. An answer that was read entirely under one
// generation is true as long as that lasts.
func (t *Tracked) Generation() int64 { return t.generation.Load() }

// Changes gets a signal after each write that Listening.Work hears of, until ctx ends. Signals are
// merged.
func (t *Tracked) Changes(ctx context.Context) <-chan Signal {
	box := NewMailbox()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting[box] = true
	context.AfterFunc(ctx, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.waiting, box)
	})
	return box.C()
}

func (t *Tracked) changed(s Signal) {
	if s.Heard&seenBit != 0 {
		t.generation.Add(1)
	}
	if s.Heard&workBit == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for box := range t.waiting {
		box.Put(Signal{Heard: s.Heard, Guess: s.Guess})
	}
}

// Apply runs the ops. The generation rises also where it fails, since some of them may have happened.
func (t *Tracked) Apply(ctx context.Context, ops []Op) error {
	var heard uint64
	for _, op := range ops {
		heard |= HeardBy(changeBy(op), t.interests)
	}
	defer t.changed(Signal{Heard: heard})
	return t.Store.Apply(ctx, ops)
}

// Touch changes meta. The generation rises also where it fails.
func (t *Tracked) Touch(ctx context.Context, collection string, f query.Filter, set value.Object, inc map[string]int64) (int, error) {
	c := Change{Collection: collection, Touch: true}
	c.add(set, inc)
	defer t.changed(Signal{Heard: HeardBy(c, t.interests)})
	return t.Store.Touch(ctx, collection, f, set, inc)
}
