package api

import (
	"context"
	"sync"
	"time"
)

// deadline is a context that ends at a time, like that of context.WithDeadline, but sets its timer only when somebody waits for it: an
// answer from memory asks nobody who might.
type deadline struct {
	parent context.Context
	at     time.Time
	mu     sync.Mutex
	timed  context.Context // nil: nobody has asked yet
	cancel context.CancelFunc
	ended  bool
}

func newDeadline(parent context.Context, at time.Time) *deadline { return &deadline{parent: parent, at: at} }

// context gives the one with a timer.
func (d *deadline) context() context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timed == nil {
		d.timed, d.cancel = context.WithDeadline(d.parent, d.at)
		if d.ended {
			d.cancel()
		}
	}
	return d.timed
}

// end ends the context and lets go of its timer.
func (d *deadline) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = true
	if d.cancel != nil {
		d.cancel()
	}
}

// Deadline gives the time at which the context ends by itself.
func (d *deadline) Deadline() (time.Time, bool) { return d.context().Deadline() }

// Done gives a channel that is closed when the context ends.
func (d *deadline) Done() <-chan struct{} { return d.context().Done() }

// Err tells why the context has ended, nil if it has not.
func (d *deadline) Err() error { return d.context().Err() }

// Value gives the parent's.
func (d *deadline) Value(key any) any { return d.context().Value(key) }
