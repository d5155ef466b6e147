package mongostore

import (
	"context"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

const (
	watchEvery = 250 * time.Millisecond // how often a replica set is asked for its last write; the port promises a second
	blindEvery = time.Second            // how often a server that can't be asked may have been written to
)

// hub tells all watchers of a store what one goroutine finds out. It runs while somebody watches.
type hub struct {
	mu       sync.Mutex
	watchers map[chan struct{}]bool
	end      context.CancelFunc
}

// Watch asks the primary for the time of the last write that a majority has, which its greeting carries: a look at memory, however
// large the database. A write of this store or to another database of the server is a signal too. A server without replicas numbers
// no writes, so there every second may have brought one.
func (s *Store) Watch(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	done, err := s.begin(ctx)
	if err != nil {
		close(out)
		return out
	}
	s.hub.join(s, out)
	go func() {
		defer done()
		select {
		case <-ctx.Done():
		case <-s.stop:
		}
		s.hub.leave(out)
		close(out)
	}()
	return out
}

// join adds a watcher. The first one waits until the hub knows the state that changes are measured from.
func (h *hub) join(s *Store, out chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.watchers) == 0 {
		ctx, cancel := context.WithCancel(context.Background())
		h.watchers, h.end = map[chan struct{}]bool{}, cancel
		go h.watch(ctx, s, s.lastWrite(ctx))
		if s.server.replicas {
			go h.listen(ctx, s)
		}
	}
	h.watchers[out] = true
}

func (h *hub) leave(out chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if delete(h.watchers, out); len(h.watchers) == 0 {
		h.end()
	}
}

// signal never waits: a watcher that has not read the last signal knows already.
func (h *hub) signal() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for w := range h.watchers {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

func (h *hub) watch(ctx context.Context, s *Store, seen bson.RawValue) {
	every := blindEvery
	if s.server.replicas {
		every = watchEvery
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := s.lastWrite(ctx)
		if now.IsZero() || !now.Equal(seen) { // what can't be asked may have changed
			h.signal()
		}
		seen = now
	}
}

// lastWrite is the place in the server's log of the last write that a majority has.
func (s *Store) lastWrite(ctx context.Context) bson.RawValue {
	if !s.server.replicas {
		return bson.RawValue{}
	}
	raw, err := s.db.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Raw()
	if err != nil {
		return bson.RawValue{}
	}
	return raw.Lookup("lastWrite", "majorityOpTime")
}

// listen hears of writes at once, where the server offers it and lets Kontor; where not, watch hears of them a little later.
func (h *hub) listen(ctx context.Context, s *Store) {
	fields := bson.A{bson.D{{Key: "$project", Value: bson.D{{Key: keyField, Value: 1}}}}}
	for {
		stream, err := s.db.Watch(ctx, fields)
		for err == nil && stream.Next(ctx) {
			h.signal()
		}
		if err == nil {
			_ = stream.Close(context.WithoutCancel(ctx))
		}
		select {
		case <-time.After(30 * time.Second):
		case <-ctx.Done():
			return
		}
	}
}
