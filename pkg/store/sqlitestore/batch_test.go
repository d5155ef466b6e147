package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
)

// gate keeps the writer busy until the function it returns is called.
func (s *Store) gate(t *testing.T) (open func()) {
	t.Helper()
	held, release := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.submit(context.Background(), &request{run: func(context.Context, *conn) error {
			close(held)
			<-release
			return nil
		}})
	}()
	<-held
	return func() { close(release) }
}

func insertOne(key string) []store.Op {
	return []store.Op{{Kind: store.Insert, Collection: "projects", Key: key}}
}

// queued waits until n requests stand before the writer.
func (s *Store) queued(t *testing.T, n int) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); len(s.requests) < n; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d of %d requests are queued", len(s.requests), n)
		}
	}
}

// TestNotTaken: a call whose context ends while it waits returns at once and is never run.
func TestNotTaken(t *testing.T) {
	s := openListed(t, 0)
	open := s.gate(t)
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() { result <- s.Apply(ctx, insertOne("late")) }()
	s.queued(t, 1)
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	open()
	if err := s.Apply(context.Background(), insertOne("after")); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get(context.Background(), "projects", "late", nil)
	refused(t, err, fault.NotFound, "Not Found")
}

// TestGroup: calls that wait together are committed together, and each gets its own result.
func TestGroup(t *testing.T) {
	s := openListed(t, 0)
	ctx := context.Background()
	open := s.gate(t)
	var all sync.WaitGroup
	ran, together := 0, 0 // of the writer's goroutine
	for range 10 {
		all.Go(func() {
			err := s.submit(ctx, &request{run: func(_ context.Context, c *conn) error {
				if _, err := c.exec(ctx, `INSERT INTO "doc.projects"(key,rev) VALUES(?,1)`, fmt.Sprint("group", ran)); err != nil {
					return err
				}
				// A reader sees what is committed.
				n, err := s.Count(ctx, "projects", query.Where(store.KeyPath, query.StartsWith, "group"))
				if ran++; n < ran-1 {
					together++
				}
				return err
			}})
			if err != nil {
				t.Error(err)
			}
		})
	}
	for i := range 50 {
		all.Go(func() {
			err := s.Apply(ctx, insertOne(fmt.Sprint("k", i/2))) // one of two fails
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		})
	}
	s.queued(t, 60)
	open()
	all.Wait()
	if together == 0 {
		t.Error("every call had a transaction of its own")
	}
	if n, err := s.Count(ctx, "projects", query.Filter{}); n != 35 || err != nil {
		t.Errorf("%d documents, %v, want 35", n, err)
	}
}

func (s *Store) watcher(t *testing.T) *conn {
	t.Helper()
	c, err := dial(s.dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.close() })
	return c
}

// TestLostTransaction: if SQLite undoes the whole transaction, nobody in it is told that his write is there.
func TestLostTransaction(t *testing.T) {
	s := openListed(t, 0)
	ctx := context.Background()
	open := s.gate(t)
	results := make([]error, 20)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() {
			if i == 10 {
				results[i] = s.submit(ctx, &request{run: func(_ context.Context, c *conn) error {
					_, _ = c.exec(context.Background(), "ROLLBACK")
					return errors.New("the disk is full")
				}})
				return
			}
			results[i] = s.Apply(ctx, insertOne(fmt.Sprint("k", i)))
		})
	}
	s.queued(t, len(results))
	open()
	all.Wait()
	if results[10] == nil {
		t.Error("the call that broke the transaction succeeded")
	}
	for i, err := range results {
		_, missing := s.Get(ctx, "projects", fmt.Sprint("k", i), nil)
		if i != 10 && (err == nil) != (missing == nil) {
			t.Errorf("call %d was told %v, and its document: %v", i, err, missing)
		}
	}
}

// TestBusy: another process that holds the file for longer than Options.Busy makes a write Unavailable, and reads go on.
func TestBusy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kontor.db")
	s, err := Open(path, Options{Busy: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := context.Background()
	if err := s.Ensure(ctx, listed()); err != nil {
		t.Fatal(err)
	}
	other := s.watcher(t)
	if _, err := other.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	refused(t, s.Apply(ctx, insertOne("a")), fault.Unavailable, "busy")
	if _, err := s.Count(ctx, "projects", query.Filter{}); err != nil {
		t.Errorf("a read beside a foreign writer: %v", err)
	}
	if _, err := other.exec(ctx, "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := s.Apply(ctx, insertOne("a")); err != nil {
		t.Error(err)
	}
}

// TestCountMemory: an unchanged database answers a count from memory, and any commit, foreign or own, ends that.
func TestCountMemory(t *testing.T) {
	s := openListed(t, 3)
	ctx := context.Background()
	count := func() int {
		t.Helper()
		n, err := s.Count(ctx, "projects", query.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	falsify := func() {
		count()
		for id := range s.counts.totals {
			s.counts.totals[id] = 42
		}
	}
	falsify()
	if n := count(); n != 42 {
		t.Errorf("an unchanged database was counted again: %d", n)
	}
	if err := s.Apply(ctx, insertOne("own")); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 4 {
		t.Errorf("after a write of its own: %d", n)
	}
	falsify()
	if _, err := s.watcher(t).exec(ctx, `DELETE FROM "doc.projects" WHERE key='own'`); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 3 {
		t.Errorf("after a foreign write: %d", n)
	}
}

// openWatched opens an empty store with a watcher that has heard of everything so far. told waits for
// its next signal.
func openWatched(t *testing.T) (s *Store, told func(within time.Duration) bool) {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "watched.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Ensure(t.Context(), store.Collection{Name: "projects"}); err != nil {
		t.Fatal(err)
	}
	changes := s.Watch(t.Context())
	told = func(within time.Duration) bool {
		select {
		case <-changes:
			return true
		case <-time.After(within):
			return false
		}
	}
	for told(4 * watchEvery) { // what came before
	}
	return s, told
}

// A writer that is busy for longer than a watcher waits for its word is not taken for another
// process.
func TestWatchBesideABusyWriter(t *testing.T) {
	s, told := openWatched(t)
	ctx := t.Context()
	for i := range 3 { // where the machine is busy the writer may be idle and still not answer in time
		if err := s.Apply(ctx, insertOne(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
		open := s.gate(t)
		signal := told(5 * watchEvery)
		open()
		if !signal {
			return
		}
	}
	t.Error("each write of this process is taken for another's")
}

// A watcher hears of another process that commits between the writer's commit and the moment when
// the writer no longer says that it has the lock.
func TestWatchHearsOfACommitAfterTheWriters(t *testing.T) {
	s, told := openWatched(t)
	ctx, other := t.Context(), s.watcher(t)
	early := false
	err := s.submit(ctx, &request{alone: true, run: func(ctx context.Context, c *conn) error {
		if _, err := c.exec(ctx, "COMMIT"); err != nil {
			return err
		}
		if _, err := other.exec(ctx, `INSERT INTO "doc.projects" (key, rev) VALUES ('theirs', 1)`); err != nil {
			return err
		}
		early = told(5 * watchEvery) // the watcher has asked, and got no answer
		_, err := c.exec(ctx, "BEGIN IMMEDIATE")
		return err
	}})
	if err != nil {
		t.Fatal(err)
	}
	if !early && !told(2*time.Second) {
		t.Error("the watcher did not hear of the other process")
	}
}
