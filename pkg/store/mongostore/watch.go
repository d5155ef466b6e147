package mongostore

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

const (
	watchEvery = 250 * time.Millisecond // how often a replica set is asked for its last write; the port promises a second
	blindEvery = time.Second            // how often a server that can't be asked may have been written to
	streamWait = 250 * time.Millisecond // how long one look into a change stream waits for something
	overdue    = 600 * time.Millisecond // how long a write may stay of which the stream does not tell whether it matters
)

// hub tells all watchers of a store what one goroutine finds out. It runs while somebody watches.
type hub struct {
	mu        sync.Mutex
	watchers  map[chan struct{}]bool
	end       context.CancelFunc
	streaming bool           // a change stream is open
	moved     bson.Timestamp // of the last write that the stream has not come to; zero: none
	since     time.Time      // when it was behind for the first time
}

// Watch asks the primary for the time of the last write that a majority has, which its greeting carries: a look at memory, however
// large the database. Where a change stream is open, that tells of writes sooner, and of which writes nobody needs to hear: those to quiet
// collections and other databases, and what the server writes by itself. What it does not explain in time is a signal all the same, so
// nothing depends on it. A write of this store is a signal too. A server without replicas numbers no writes, so there every second may
// have brought one.
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
	h.moved = bson.Timestamp{}
	for w := range h.watchers {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

func (h *hub) watch(ctx context.Context, s *Store, seen bson.Timestamp) {
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
		if h.unexplained(now, !now.Equal(seen)) {
			h.signal()
		}
		seen = now
	}
}

// unexplained tells whether something has been written of which only a signal can tell. What can't be asked may have changed.
func (h *hub) unexplained(now bson.Timestamp, moved bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if moved {
		if h.moved.IsZero() {
			h.since = time.Now()
		}
		h.moved = now
	}
	return now.IsZero() || moved && !h.streaming || !h.moved.IsZero() && time.Since(h.since) >= overdue
}

// explained notes how far the stream has come without anything to tell: of what was written up to there, nobody needs to hear.
func (h *hub) explained(at bson.Timestamp) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.moved.After(at) {
		h.moved = bson.Timestamp{}
	}
}

func (h *hub) stream(open bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.streaming = open
}

// lastWrite is the place in the server's log of the last write that a majority has.
func (s *Store) lastWrite(ctx context.Context) bson.Timestamp {
	var hello struct {
		LastWrite struct {
			Majority struct {
				At bson.Timestamp `bson:"ts"`
			} `bson:"majorityOpTime"`
		} `bson:"lastWrite"`
	}
	if !s.server.replicas || s.db.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello) != nil {
		return bson.Timestamp{}
	}
	return hello.LastWrite.Majority.At
}

// listen looks into a change stream, where the server offers one and lets Kontor.
func (h *hub) listen(ctx context.Context, s *Store) {
	for {
		if stream, err := s.changes(ctx); err == nil {
			h.stream(true)
			h.signal() // of what was written before it was open
			h.follow(ctx, stream)
			h.stream(false)
			_ = stream.Close(context.WithoutCancel(ctx))
		}
		select {
		case <-time.After(30 * time.Second):
		case <-ctx.Done():
			return
		}
	}
}

func (s *Store) changes(ctx context.Context) (*mongo.ChangeStream, error) {
	quiet := bson.A{}
	for _, name := range s.quiet {
		quiet = append(quiet, name)
	}
	return s.db.Watch(ctx, bson.A{
		bson.D{{Key: "$match", Value: bson.D{{Key: "ns.coll", Value: bson.D{{Key: "$nin", Value: quiet}}}}}},
		bson.D{{Key: "$project", Value: bson.D{{Key: keyField, Value: 1}}}},
	}, options.ChangeStream().SetMaxAwaitTime(streamWait))
}

// follow looks into the stream until it breaks.
func (h *hub) follow(ctx context.Context, stream *mongo.ChangeStream) {
	for {
		switch {
		case stream.TryNext(ctx):
			h.signal()
		case stream.Err() != nil:
			return
		default:
			h.explained(position(stream.ResumeToken()))
		}
	}
}

// position is the place in the server's log to which a resume token has come. It begins with a byte that says so, the seconds and the number
// within the second; of a token of another form it is zero, and then nothing is explained.
func position(token bson.Raw) bson.Timestamp {
	const timestamp = 0x82
	text, _ := token.Lookup("_data").StringValueOK()
	data, err := hex.DecodeString(text)
	if err != nil || len(data) < 9 || data[0] != timestamp {
		return bson.Timestamp{}
	}
	return bson.Timestamp{T: binary.BigEndian.Uint32(data[1:]), I: binary.BigEndian.Uint32(data[5:])}
}
