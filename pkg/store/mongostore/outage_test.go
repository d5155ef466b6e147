package mongostore

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

const col = "projects"

// patience bounds every wait of these tests; none of them fails because a machine is slow.
const patience = time.Minute

// openBy opens a store by way of a wire, as Kontor does.
func openBy(t *testing.T, opts Options) (*wire, *Store) {
	t.Helper()
	dir := t.TempDir()
	w, uri := newWire(t, dir)
	opts.Start = patience
	s, err := Open(context.Background(), uri, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { drop(t, dir) })
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx := context.Background()
	if err := s.Ensure(ctx, store.Collection{Name: col, Indexes: [][]string{{"published.n"}}}); err != nil {
		t.Fatal(err)
	}
	for i := range 500 {
		if err := s.Apply(ctx, []store.Op{insert(fmt.Sprintf("d%03d", i), int64(i))}); err != nil {
			t.Fatal(err)
		}
	}
	return w, s
}

func insert(key string, n int64) store.Op {
	return store.Op{Kind: store.Insert, Collection: col, Key: key, Parts: map[string]value.Object{store.Published: {"n": n}}}
}

// calls is one call of each kind.
func calls(s *Store) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Ping": s.Ping,
		"Get":  func(ctx context.Context) error { _, err := s.Get(ctx, col, "d001", nil); return err },
		"Find": func(ctx context.Context) error { _, err := s.Find(ctx, col, store.Query{Limit: 5}); return err },
		"Count": func(ctx context.Context) error {
			_, err := s.Count(ctx, col, query.Where("published.n", query.Gt, int64(3)))
			return err
		},
		"Scan": func(ctx context.Context) error {
			return s.Scan(ctx, col, query.Filter{}, nil, func(store.Document) error { return nil })
		},
		"Apply": func(ctx context.Context) error {
			return s.Apply(ctx, []store.Op{{Kind: store.Keep, Collection: col, Key: "kept"}})
		},
		"Touch": func(ctx context.Context) error {
			_, err := s.Touch(ctx, col, query.Where(store.KeyPath, query.Eq, "d001"), value.Object{"touched": true}, nil)
			return err
		},
		"Ensure": func(ctx context.Context) error {
			return s.Ensure(ctx, store.Collection{Name: col, Indexes: [][]string{{"published.n"}}})
		},
	}
}

// TestOutage: while the server is away every call says so in time, and afterwards all is well without a restart.
func TestOutage(t *testing.T) {
	w, s := openBy(t, Options{})
	outages := map[string]struct{ begin, end func() }{
		"its process is killed":       {w.cut, w.mend},
		"its machine does not answer": {func() { w.stop(true) }, func() { w.stop(false) }},
	}
	for name, outage := range outages {
		t.Run(name, func(t *testing.T) {
			outage.begin()
			var all sync.WaitGroup
			for name, call := range calls(s) {
				for range 3 {
					all.Go(func() {
						ctx, cancel := context.WithTimeout(context.Background(), patience)
						defer cancel()
						began := time.Now()
						err := call(ctx)
						if !fault.Is(err, fault.Unavailable) || fault.As(err).Message == "" || ctx.Err() != nil {
							t.Errorf("%s of a server that is away: %v after %v", name, err, time.Since(began))
						}
						t.Logf("%s: %v", name, time.Since(began).Round(time.Millisecond))
					})
				}
			}
			all.Wait()
			outage.end()
			for name, call := range calls(s) {
				eventually(t, name, call)
			}
		})
	}
}

// eventually wants a call to work again.
func eventually(t *testing.T, name string, call func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		err := call(ctx)
		if err == nil {
			return
		}
		if !fault.Is(err, fault.Unavailable) || ctx.Err() != nil {
			t.Errorf("%s after the server came back: %v", name, err)
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestWatchThroughOutage: what may have been written while nobody could ask is a signal.
func TestWatchThroughOutage(t *testing.T) {
	w, s := openBy(t, Options{})
	changes := s.Watch(t.Context())
	w.cut()
	for range 2 {
		select {
		case <-changes:
		case <-time.After(patience):
			t.Fatal("an outage is no signal")
		}
	}
	w.mend()
	eventually(t, "Ping", s.Ping)
}

// TestLostAnswers: the server did what it was asked, and the connection broke before it could say so. Each write then counts as one.
func TestLostAnswers(t *testing.T) {
	w, s := openBy(t, Options{Patience: patience})
	ctx := t.Context()
	replace := func(key string, rev int64) store.Op {
		return store.Op{Kind: store.Replace, Collection: col, Key: key, Rev: rev, Inc: map[string]int64{"n": 1}}
	}
	for name, c := range map[string]struct {
		command string
		ops     []store.Op
		revs    map[string]int64 // 0: gone
	}{
		"insert":                {"insert", []store.Op{insert("a", 1)}, map[string]int64{"a": 1}},
		"inserts in a row":      {"insert", []store.Op{insert("b1", 1), insert("b2", 1), insert("b3", 1)}, map[string]int64{"b1": 1, "b2": 1, "b3": 1}},
		"keep":                  {"insert", []store.Op{{Kind: store.Keep, Collection: col, Key: "c"}}, map[string]int64{"c": 1}},
		"replace":               {"update", []store.Op{replace("d001", 1)}, map[string]int64{"d001": 2}},
		"replace after replace": {"update", []store.Op{replace("d002", 1), replace("d002", 2)}, map[string]int64{"d002": 3}},
		"delete at whichever":   {"delete", []store.Op{{Kind: store.Delete, Collection: col, Key: "d003"}}, map[string]int64{"d003": 0}},
	} {
		t.Run(name, func(t *testing.T) {
			w.losing(1, c.command)
			if err := s.Apply(ctx, c.ops); err != nil {
				t.Errorf("the write failed: %v", err)
			}
			if w.lost != 1 {
				t.Errorf("%d answers were lost, want 1", w.lost)
			}
			for key, rev := range c.revs {
				d, err := s.Get(ctx, col, key, nil)
				if rev == 0 && fault.Is(err, fault.NotFound) {
					continue
				}
				if err != nil || d.Rev != rev || c.command == "update" && d.Part(store.Meta)["n"] != rev-1 {
					t.Errorf("%s: revision %d of %v, %v; want revision %d, and to be added to once for each", key, d.Rev, d.Parts, err, rev)
				}
			}
		})
	}
	t.Run("a conflict of others stays one", func(t *testing.T) {
		w.losing(1, "update")
		if err := s.Apply(ctx, []store.Op{replace("d004", 7)}); !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Unavailable) {
			t.Errorf("a replace at a wrong revision: %v", err)
		}
		w.losing(1, "insert")
		if err := s.Apply(ctx, []store.Op{insert("d004", 1)}); !fault.Is(err, fault.Conflict) {
			t.Errorf("an insert of a key that exists: %v", err)
		}
		if d, err := s.Get(ctx, col, "d004", nil); err != nil || d.Rev != 1 {
			t.Errorf("revision %d, %v", d.Rev, err)
		}
	})
	t.Run("a read is tried again", func(t *testing.T) {
		w.losing(1, "find")
		if _, err := s.Get(ctx, col, "d005", nil); err != nil || w.lost != 1 {
			t.Errorf("Get: %v, and %d answers were lost", err, w.lost)
		}
	})
	t.Run("a scan goes on behind what it has seen", func(t *testing.T) {
		want, err := s.Count(ctx, col, query.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		w.losing(1, "getMore")
		seen := map[string]int{}
		err = s.Scan(ctx, col, query.Filter{}, []string{}, func(d store.Document) error {
			seen[d.Key]++
			return nil
		})
		if err != nil || w.lost != 1 || len(seen) != want {
			t.Errorf("%d of %d documents, %d answers lost, %v", len(seen), want, w.lost, err)
		}
		for key, n := range seen {
			if n != 1 {
				t.Errorf("%s was seen %d times", key, n)
			}
		}
	})
}
