package store

import (
	"context"
	"sync/atomic"

	"kontor/pkg/fault"
)

// Bound is how much work a driver may do for one read, in the unit of rate.Meter. A driver ends the read when it
// has done clearly more: with the error of TooMuchWork if it counts what it does, with a Timeout if it can only
// measure time, which others make longer. The store stays usable, and the work is noted either way. A bound
// stops what the estimate was wrong about, so a driver adds what makes sure that it stops nothing else.
type Bound struct {
	Work int64 // at least 1
	done atomic.Int64
}

// Note adds work that a driver has done.
func (b *Bound) Note(work int64) { b.done.Add(work) }

// Done is how much work drivers have noted.
func (b *Bound) Done() int64 { return b.done.Load() }

type contextKey int

const boundKey contextKey = iota

// WithBound gives a context whose reads are bounded.
func WithBound(ctx context.Context, b *Bound) context.Context {
	return context.WithValue(ctx, boundKey, b)
}

// BoundOf gives the bound in a context, nil if there is none.
func BoundOf(ctx context.Context) *Bound {
	b, _ := ctx.Value(boundKey).(*Bound)
	return b
}

// TooMuchWork is the error of a read that came to its Bound.
func TooMuchWork(cause error) error {
	return fault.Wrap(fault.TooDear, cause, "The request takes more work than it was estimated at and allowed; ask for less at once")
}
