package sqlitestore

import (
	"context"
	"time"

	"kontor/pkg/store"
)

// watchEvery is how often a watcher asks whether the file has changed; the port promises 50 ms.
const watchEvery = 25 * time.Millisecond

// Watch asks for SQLite's data_version on a connection of its own, which changes with every commit of any other connection. It
// costs a look at shared memory and runs only while somebody watches. Commits of this store's own writer are told from those of other
// processes by the data_version that the writer has: that changes with none of its own.
//
// A data_version does not say what was written, so every interest hears of every commit.
func (s *Store) Watch(ctx context.Context, _ ...store.Interest) <-chan store.Signal {
	out := store.NewMailbox()
	done, err := s.begin(ctx)
	if err != nil {
		out.Close()
		return out.C()
	}
	ready := make(chan struct{})
	go func() {
		defer out.Close()
		defer done()
		s.watch(ctx, ready, out)
	}()
	<-ready
	return out.C()
}

// watch says that it is ready once it knows the version that changes are measured from.
func (s *Store) watch(ctx context.Context, ready chan struct{}, out *store.Mailbox) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var c *conn
	defer func() {
		if c != nil {
			_ = c.close()
		}
	}()
	seen, others := int64(-1), s.others.Load()
	for first := true; ; first = false {
		version, err := int64(-2), error(nil)
		if c == nil {
			c, err = dial(s.dsn + "&_pragma=query_only(1)")
		}
		if err == nil {
			version, err = c.number(ctx, "PRAGMA data_version")
		}
		if first {
			seen = version
			close(ready)
		}
		// What cannot be asked may have changed.
		changed, certain := err != nil, true
		if err == nil && version != seen {
			changed, certain = s.byOthers(ctx, &others)
		}
		if changed {
			out.Put(store.Signal{Heard: store.EveryInterest})
		}
		if certain {
			seen = version // else the next tick asks again
		}
		select {
		case <-ctx.Done():
			return
		case <-s.stop:
			return
		case <-tick.C:
		}
	}
}

// askPatience is how long a watcher waits for the writer to tell whose a commit was. One of which
// it did not hear may be of any process, unless the writer is in a transaction.
const askPatience = 20 * time.Millisecond

// byOthers tells whether other processes have committed since it was asked the last time, and
// whether the answer is certain. It is not while the writer is in a transaction and doesn't answer:
// the writer lets the file's lock go a moment before it says so, and another process may commit in
// between.
func (s *Store) byOthers(ctx context.Context, seen *int64) (changed, certain bool) {
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	err := s.submit(ctx, &request{run: func(context.Context, *conn) error { return nil }}) // each transaction looks
	holding := s.holding.Load()
	now := s.others.Load()
	changed = err != nil && !holding || now != *seen
	*seen = now
	return changed, err == nil || !holding
}

// lookForOthers counts up if other processes have committed since the writer's last transaction. A commit of the writer itself leaves the
// data_version of its connection as it is.
func (s *Store) lookForOthers(ctx context.Context) {
	version, err := s.writer.number(ctx, "PRAGMA data_version")
	if err != nil || version != s.version {
		s.others.Add(1)
	}
	s.version = version
}
