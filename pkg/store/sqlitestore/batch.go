package sqlitestore

import (
	"context"
	"sync/atomic"
	"time"

	"kontor/pkg/fault"
)

// A group commit ends when it has maxBatch calls or has run for maxHold, whichever is first; it never waits for calls to come.
const (
	maxBatch = 256
	maxHold  = 20 * time.Millisecond
)

// request is one call that writes.
type request struct {
	ctx   context.Context
	run   func(ctx context.Context, c *conn) error
	alone bool // in a transaction of its own, which may be interrupted
	taken atomic.Bool
	err   error
	done  chan struct{}
}

// take claims the request for the writer or, when its context ended first, for its caller.
func (r *request) take() bool { return r.taken.CompareAndSwap(false, true) }

func (r *request) finish() { close(r.done) }

// submit hands a call to the writer and waits until it is committed or the context ends.
func (s *Store) submit(ctx context.Context, r *request) error {
	done, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	r.ctx, r.done = ctx, make(chan struct{})
	select {
	case s.requests <- r:
	case <-ctx.Done():
		return ended(ctx)
	}
	select {
	case <-r.done:
		return convert(ctx, r.err)
	case <-ctx.Done():
		r.take() // not run unless the writer was first, and then the outcome is not known
		return ended(ctx)
	}
}

// write is the writer's goroutine.
func (s *Store) write() {
	defer close(s.written)
	for r := range s.requests {
		for r != nil {
			r = s.commit(r)
		}
	}
}

// commit runs one transaction with the first request and those that wait behind it. It returns a request that it has received
// but that wants a transaction of its own.
func (s *Store) commit(first *request) (next *request) {
	ctx := context.Background()
	if _, err := s.writer.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		// Whoever waits now has waited as long as it takes to find the file locked.
		s.refuse(first, err)
		return nil
	}
	s.lookForOthers(ctx)
	s.holding.Store(true)
	var batch []*request
	var broken error
	since := time.Now()
	for r := first; r != nil && broken == nil; r = next {
		next = nil
		if r.ctx.Err() != nil || !r.take() {
			r.err = r.ctx.Err()
			r.finish()
		} else {
			batch = append(batch, r)
			broken = s.attempt(r)
		}
		if r.alone || len(batch) >= maxBatch || time.Since(since) > maxHold {
			break
		}
		if next = s.poll(); next != nil && next.alone {
			break
		}
	}
	if broken == nil {
		_, broken = s.writer.exec(ctx, "COMMIT")
	}
	if broken != nil {
		_, _ = s.writer.exec(ctx, "ROLLBACK")
	}
	s.holding.Store(false)
	for _, r := range batch {
		if broken != nil {
			r.err = broken
		}
		r.finish()
	}
	return next
}

func (s *Store) poll() *request {
	select {
	case r := <-s.requests:
		return r
	default:
		return nil
	}
}

// refuse fails the first request and all that are queued.
func (s *Store) refuse(first *request, err error) {
	for r := first; r != nil; r = s.poll() {
		r.take()
		r.err = err
		r.finish()
	}
}

// attempt runs a request in a savepoint. Its error is its own; the error returned says that the whole transaction is gone.
func (s *Store) attempt(r *request) error {
	ctx := context.Background()
	if r.alone {
		r.err = r.run(r.ctx, s.writer)
		return r.err
	}
	if _, err := s.writer.exec(ctx, "SAVEPOINT one"); err != nil {
		return err
	}
	if r.err = r.run(r.ctx, s.writer); r.err != nil {
		if _, err := s.writer.exec(ctx, "ROLLBACK TO one"); err != nil {
			// A full disk or a broken file rolls everything back by itself.
			return r.cause(err)
		}
	}
	_, err := s.writer.exec(ctx, "RELEASE one")
	return err
}

// cause prefers what went wrong in the request to what went wrong in undoing it.
func (r *request) cause(err error) error {
	if code(r.err) != 0 {
		return r.err
	}
	return fault.Wrap(fault.Unavailable, err, "The database has undone a write")
}
