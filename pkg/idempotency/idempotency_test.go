package idempotency_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/idempotency"
	"kontor/pkg/store"
	"kontor/pkg/store/sqlitestore"
	"kontor/pkg/value"
)

func open(t *testing.T, o idempotency.Options) (*idempotency.Service, store.Store) {
	t.Helper()
	st, err := sqlitestore.Open(filepath.Join(t.TempDir(), "test.db"), sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return another(t, st, o), st
}

// another is one more process on a store.
func another(t *testing.T, st store.Store, o idempotency.Options) *idempotency.Service {
	t.Helper()
	s, err := idempotency.New(t.Context(), st, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantCode(t *testing.T, what string, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// An attempt that stops is continued under the same name, and says nothing any more when it goes
// on, whatever the two clocks say.
func TestStoppedAttempt(t *testing.T) {
	// The stopped process never beats, and its clock is five minutes ahead.
	stopped, st := open(t, idempotency.Options{Beat: time.Hour, Now: func() time.Time { return time.Now().Add(5 * time.Minute) }})
	s := another(t, st, idempotency.Options{Beat: 10 * time.Millisecond, Patience: 60 * time.Millisecond})
	ctx := t.Context()
	first, kept, err := stopped.Begin(ctx, "account/1", "k", "f")
	if err != nil || kept != nil {
		t.Fatal(kept, err)
	}
	second, kept, err := s.Begin(ctx, "account/1", "k", "f")
	if err != nil || kept != nil || second.Name != first.Name {
		t.Fatalf("%+v %+v %v, want the name %s", second, kept, err, first.Name)
	}
	wantCode(t, "the stopped attempt decides", first.Decide(ctx, "f", value.Object{"x": "first"}), fault.Conflict)
	if err := second.Decide(ctx, "f", value.Object{"x": "second"}); err != nil {
		t.Fatal(err)
	}
	_, _, err = another(t, st, idempotency.Options{Patience: time.Minute}).Begin(ctx, "account/1", "k", "f")
	wantCode(t, "while the second goes on", err, fault.Conflict)
	second.Leave()
	first.Finish(idempotency.Answer{Status: 500, Body: []byte("first")})
	third, kept, err := s.Begin(ctx, "account/1", "k", "f")
	if err != nil || kept != nil || third.Name != first.Name || third.Decided["x"] != "second" {
		t.Fatalf("%+v %+v %v", third, kept, err)
	}
	third.Finish(idempotency.Answer{Status: 201, Type: "text/plain", ETag: `"1"`, Body: []byte("third")})
	_, kept, err = stopped.Begin(ctx, "account/1", "k", "f")
	if err != nil || kept == nil || kept.Status != 201 || string(kept.Body) != "third" || kept.ETag != `"1"` || kept.Type != "text/plain" {
		t.Errorf("%+v, %v", kept, err)
	}
	_, _, err = s.Begin(ctx, "account/1", "k", "other")
	wantCode(t, "another request", err, fault.Reused)
}

// An attempt that is refused after an earlier one may have written leaves the name to the next.
func TestDropOfAContinuedAttempt(t *testing.T) {
	s, _ := open(t, idempotency.Options{})
	var names []string
	for i, end := range []func(*idempotency.Attempt){(*idempotency.Attempt).Leave, (*idempotency.Attempt).Drop, (*idempotency.Attempt).Drop} {
		a, kept, err := s.Begin(t.Context(), "account/1", "k", "f")
		if err != nil || kept != nil || a.Continued != (i > 0) {
			t.Fatalf("attempt %d: %+v %+v %v", i, a, kept, err)
		}
		names = append(names, a.Name)
		end(a)
	}
	if names[1] != names[0] || names[2] != names[0] {
		t.Errorf("the attempts have the names %q, want one name", names)
	}
	_, _, err := s.Begin(t.Context(), "account/1", "k", "other")
	wantCode(t, "another request", err, fault.Reused)
}

// slowBeats is a store whose beats happen at once and are answered late, or when they are canceled.
type slowBeats struct {
	store.Store
	begun chan struct{} // closed when the first beat has happened
	once  sync.Once
}

func (s *slowBeats) Apply(ctx context.Context, ops []store.Op) error {
	if ops[0].Set["beat"] == nil {
		return s.Store.Apply(ctx, ops)
	}
	err := s.Store.Apply(context.WithoutCancel(ctx), ops)
	s.once.Do(func() { close(s.begun) })
	select {
	case <-ctx.Done():
		return fault.Wrap(fault.Timeout, ctx.Err(), "The request took too long")
	case <-time.After(50 * time.Millisecond):
		return err
	}
}

// An attempt that ends during a beat is ended all the same.
func TestEndDuringABeat(t *testing.T) {
	_, st := open(t, idempotency.Options{})
	for _, c := range []struct {
		name string
		end  func(*idempotency.Attempt)
		kept bool
	}{
		{"drop", (*idempotency.Attempt).Drop, false},
		{"finish", func(a *idempotency.Attempt) { a.Finish(idempotency.Answer{Status: 201}) }, true},
	} {
		slow := &slowBeats{Store: st, begun: make(chan struct{})}
		s := another(t, slow, idempotency.Options{Beat: time.Millisecond, Patience: time.Minute})
		a, _, err := s.Begin(t.Context(), "account/1", c.name, "f")
		if err != nil {
			t.Fatal(err)
		}
		<-slow.begun
		c.end(a)
		// After a drop the key is free for another request.
		fingerprint := map[bool]string{true: "f", false: "corrected"}[c.kept]
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		again, kept, err := s.Begin(ctx, "account/1", c.name, fingerprint)
		cancel()
		if err != nil || (kept != nil) != c.kept {
			t.Errorf("the request after a %s: answer %+v, %v", c.name, kept, err)
		}
		if again != nil {
			again.Leave()
		}
	}
}

// Of many who begin one key at once one works; the others get its answer.
func TestAtOnce(t *testing.T) {
	s, st := open(t, idempotency.Options{})
	var wg sync.WaitGroup
	var mu sync.Mutex
	worked := 0
	for i := range 20 {
		wg.Go(func() {
			by := s
			if i%2 > 0 {
				by = another(t, st, idempotency.Options{})
			}
			a, kept, err := by.Begin(t.Context(), "account/1", "k", "f")
			switch {
			case err != nil:
				t.Error(err)
			case kept != nil:
				if string(kept.Body) != "answer" {
					t.Errorf("%+v", kept)
				}
			default:
				mu.Lock()
				worked++
				mu.Unlock()
				a.Finish(idempotency.Answer{Status: 201, Body: []byte("answer")})
			}
		})
	}
	wg.Wait()
	if worked != 1 {
		t.Errorf("%d worked", worked)
	}
}

func TestBounds(t *testing.T) {
	now := time.Now()
	s, st := open(t, idempotency.Options{Now: func() time.Time { return now }})
	ctx := t.Context()
	const others = 600 // keys of another caller
	ops := make([]store.Op, idempotency.MaxKeys-1+others)
	for i := range ops {
		caller := "account/1"
		if i < others {
			caller = "account/3"
		}
		ops[i] = store.Op{Kind: store.Insert, Collection: "_idempotency", Key: fmt.Sprint(i), Parts: map[string]value.Object{
			store.Meta: {"caller": caller, "at": now.UTC().Format("2006-01-02T15:04:05.000Z")}}}
	}
	if err := st.Apply(ctx, ops); err != nil {
		t.Fatal(err)
	}
	last, _, err := s.Begin(ctx, "account/1", "last", "f")
	if err != nil {
		t.Fatal(err)
	}
	last.Finish(idempotency.Answer{Status: 201})
	_, _, err = s.Begin(ctx, "account/1", "more", "f")
	wantCode(t, "one key more", err, fault.TooMany)
	if _, kept, err := s.Begin(ctx, "account/1", "last", "f"); err != nil || kept == nil {
		t.Errorf("a key that is there: %+v, %v", kept, err)
	}
	if a, _, err := s.Begin(ctx, "account/2", "more", "f"); err != nil {
		t.Error(err)
	} else {
		a.Drop()
	}
	if n, err := s.Sweep(ctx); n != 0 || err != nil {
		t.Errorf("%d swept too soon, %v", n, err)
	}
	now = now.Add(idempotency.KeptFor + time.Second)
	if n, err := s.Sweep(ctx); n != idempotency.MaxKeys+others || err != nil {
		t.Errorf("%d swept, %v, want the keys of all callers", n, err)
	}
	if a, kept, err := s.Begin(ctx, "account/1", "last", "other"); err != nil || kept != nil {
		t.Errorf("a key after its time: %+v, %v", kept, err)
	} else {
		a.Drop()
	}
}
