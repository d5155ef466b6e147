package sqlitestore

import (
	"context"
	"time"
)

// watchEvery is how often a watcher asks whether the file has changed; the port promises 50 ms.
const watchEvery = 25 * time.Millisecond

// Watch asks for SQLite's data_version on a connection of its own, which changes with every commit of any other connection. It
// costs a look at shared memory and runs only while somebody watches.
func (s *Store) Watch(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	done, err := s.begin(ctx)
	if err != nil {
		close(out)
		return out
	}
	ready := make(chan struct{})
	go func() {
		defer close(out)
		defer done()
		s.watch(ctx, ready, out)
	}()
	<-ready
	return out
}

// watch says that it is ready once it knows the version that changes are measured from.
func (s *Store) watch(ctx context.Context, ready, out chan struct{}) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var c *conn
	defer func() {
		if c != nil {
			_ = c.close()
		}
	}()
	seen := int64(-1)
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
		if version != seen || err != nil {
			select {
			case out <- struct{}{}:
			default:
			}
			seen = version
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
