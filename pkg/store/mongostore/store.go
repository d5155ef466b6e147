package mongostore

import (
	"context"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"kontor/pkg/fault"
	"kontor/pkg/store"
)

// Store is a store.Store in one database of a MongoDB server.
type Store struct {
	client *mongo.Client
	db     *mongo.Database
	server server
	hub    hub
	stop   chan struct{} // closed when Close begins

	mu          sync.RWMutex
	collections map[string]*collection
	closed      bool
	running     sync.WaitGroup
}

var _ store.Store = (*Store)(nil)

// begin counts a call in, unless the store is closed; the caller calls the function when it is done.
func (s *Store) begin(ctx context.Context) (func(), error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, closed()
	}
	if ctx.Err() != nil {
		return nil, convert(ctx, ctx.Err())
	}
	s.running.Add(1)
	return s.running.Done, nil
}

// call runs fn as a call of the port: counted, and with errors of the port.
func (s *Store) call(ctx context.Context, fn func() error) error {
	done, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	return convert(ctx, fn())
}

// retryWithin is how soon a read must have broken to be tried again: a connection that a server closed when it started anew says so
// at once, and who has waited for a server that no longer answers has waited enough.
const retryWithin = 500 * time.Millisecond

// read runs a read in a collection within its bound, and once more where its connection was broken.
func (s *Store) read(ctx context.Context, name string, fn func(ctx context.Context, col *collection) error) error {
	return s.call(ctx, func() error {
		col, err := s.collection(name)
		if err != nil {
			return err
		}
		return bounded(ctx, func(ctx context.Context) error {
			began := time.Now()
			err := fn(ctx, col)
			if err != nil && ctx.Err() == nil && ambiguous(err) && time.Since(began) < retryWithin {
				err = fn(ctx, col)
			}
			return err
		})
	})
}

// The time that stands for work here, where the server counts nothing. Other work on its machine makes reads some
// times as long, and the first read of a collection comes from the disk.
const (
	workTime  = 20 * time.Microsecond
	workSlack = 5                      // how many times the time of its work a read may take
	leastTime = 500 * time.Millisecond // for every read
)

// bounded runs a read for as long as the bound in the context allows, and notes the work that its time stands
// for. The library tells the server the time that is left, which then ends the read by itself.
func bounded(ctx context.Context, read func(ctx context.Context) error) error {
	bound := store.BoundOf(ctx)
	if bound == nil {
		return read(ctx)
	}
	began := time.Now()
	allowed := leastTime + time.Duration(bound.Work)*workTime*workSlack
	limited, cancel := context.WithTimeout(ctx, allowed)
	defer cancel()
	err := read(limited)
	took := time.Since(began)
	bound.Note(int64(took / workTime))
	// A connection may notice a moment before the context that its time is over.
	late := limited.Err() != nil || isDeadline(limited, err) || mongo.IsTimeout(err) && took > allowed*9/10
	if err != nil && ctx.Err() == nil && late {
		return fault.Wrap(fault.Timeout, err, "The request takes longer than it was estimated at, try again later or ask for less")
	}
	return err
}

// collection gives what Ensure has made ready in this process.
func (s *Store) collection(name string) (*collection, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, ok := s.collections[name]
	switch {
	case s.closed:
		return nil, closed()
	case !ok:
		return nil, fault.New(fault.Invalid, "The collection %q is not known to the store", name)
	}
	return c, nil
}

func (s *Store) keep(c *collection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.collections[c.name] = c
}

// Ping asks the primary.
func (s *Store) Ping(ctx context.Context) error {
	return s.call(ctx, func() error { return s.db.RunCommand(ctx, bson.D{{Key: "ping", Value: 1}}).Err() })
}

// Drop removes the database with all that is in it. It is for those who made one to try something.
func (s *Store) Drop(ctx context.Context) error {
	return s.call(ctx, func() error { return s.db.Drop(ctx) })
}

// Close waits for running calls and closes the connections.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	close(s.stop)
	s.running.Wait()
	ctx := context.Background()
	return convert(ctx, s.client.Disconnect(ctx))
}
