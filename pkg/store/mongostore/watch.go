package mongostore

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"kontor/pkg/store"
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
	watchers  map[*watcher]bool
	end       context.CancelFunc
	streaming bool           // a change stream is open
	moved     bson.Timestamp // of the last write that the stream has not come to; zero: none
	since     time.Time      // when it was behind for the first time
}

// watcher is one caller of Watch.
type watcher struct {
	*store.Mailbox
	interests []store.Interest
}

// Watch asks the primary for the time of the last write that a majority has, which its greeting
// carries: a look at memory, however large the database. Where a change stream is open, that tells
// of writes sooner and what they changed, so that each interest hears of no others. A write that
// the stream does not explain in time is a signal all the same, so nothing depends on the stream. A
// write of this store is a signal too. A server without replicas numbers no writes, so there every
// second may have brought one: a guess.
func (s *Store) Watch(ctx context.Context, interests ...store.Interest) <-chan store.Signal {
	w := &watcher{store.NewMailbox(), interests}
	done, err := s.begin(ctx)
	if err != nil {
		w.Close()
		return w.C()
	}
	s.hub.join(s, w)
	go func() {
		defer done()
		select {
		case <-ctx.Done():
		case <-s.stop:
		}
		s.hub.leave(w)
		w.Close()
	}()
	return w.C()
}

// join adds a watcher. The first one waits until the hub knows the state that changes are measured from.
func (h *hub) join(s *Store, w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.watchers) == 0 {
		ctx, cancel := context.WithCancel(context.Background())
		h.watchers, h.end = map[*watcher]bool{}, cancel
		go h.watch(ctx, s, s.lastWrite(ctx))
		if s.server.replicas {
			go h.listen(ctx, s)
		}
	}
	h.watchers[w] = true
}

func (h *hub) leave(w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if delete(h.watchers, w); len(h.watchers) == 0 {
		h.end()
	}
}

// signal tells every watcher that anything may have been written. Without a stream that is a guess.
func (h *hub) signal() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.moved = bson.Timestamp{}
	for w := range h.watchers {
		w.Put(store.Signal{Heard: store.EveryInterest, Guess: !h.streaming})
	}
}

// tell tells the watchers that hear of a change.
func (h *hub) tell(c store.Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for w := range h.watchers {
		if bits := store.HeardBy(c, w.interests); bits != 0 || len(w.interests) == 0 {
			w.Put(store.Signal{Heard: bits})
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

// event is what a change stream tells of a write.
type event struct {
	Operation string `bson:"operationType"`
	Space     struct {
		Collection string `bson:"coll"`
	} `bson:"ns"`
	Meta    []string `bson:"meta"`    // of an insert: the fields of Meta
	Changed []string `bson:"changed"` // of an update: the paths that it sets
}

// changes opens a change stream. Values stay on the server: of an event only names are sent.
func (s *Store) changes(ctx context.Context) (*mongo.ChangeStream, error) {
	names := func(of string) bson.D {
		pairs := bson.D{{Key: "$objectToArray", Value: bson.D{{Key: "$ifNull", Value: bson.A{of, bson.D{}}}}}}
		return bson.D{{Key: "$map", Value: bson.D{{Key: "input", Value: pairs}, {Key: "in", Value: "$$this.k"}}}}
	}
	return s.db.Watch(ctx, bson.A{
		bson.D{{Key: "$project", Value: bson.D{
			{Key: keyField, Value: 1}, {Key: "operationType", Value: 1}, {Key: "ns", Value: 1},
			{Key: "meta", Value: names("$fullDocument." + store.Meta)}, {Key: "changed", Value: names("$updateDescription.updatedFields")},
		}}},
	}, options.ChangeStream().SetMaxAwaitTime(streamWait))
}

// change reads an event; not ok if that does not tell what was changed.
func (e event) change() (c store.Change, ok bool) {
	c = store.Change{Collection: e.Space.Collection, New: e.Operation == "insert", Gone: e.Operation == "delete"}
	switch e.Operation {
	case "insert":
		for _, name := range e.Meta {
			c.Facts = append(c.Facts, unescape(name))
		}
	case "update":
		c.Touch = true
		for _, path := range e.Changed {
			switch path {
			case store.Meta: // it was set as a whole
				return c, false
			case revField:
				c.Touch = false
			}
			if rest, found := strings.CutPrefix(path, store.Meta+"."); found {
				name, _, _ := strings.Cut(rest, ".")
				c.Facts = append(c.Facts, unescape(name))
			}
		}
	}
	return c, c.Gone || e.Operation == "insert" || e.Operation == "update"
}

// follow looks into the stream until it breaks.
func (h *hub) follow(ctx context.Context, stream *mongo.ChangeStream) {
	for {
		switch {
		case stream.TryNext(ctx):
			var e event
			err := stream.Decode(&e)
			if c, ok := e.change(); err == nil && ok {
				h.tell(c)
			} else {
				h.signal()
			}
		case stream.Err() != nil:
			return
		}
		h.explained(position(stream.ResumeToken()))
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
