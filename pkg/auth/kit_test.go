package auth_test

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/store/sqlitestore"
)

const password = "correct horse battery"

// clock is a time that only a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func openStore(t *testing.T) store.Store {
	t.Helper()
	st, err := sqlitestore.Open(filepath.Join(t.TempDir(), "test.db"), sqlitestore.Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return st
}

func newService(t *testing.T, st store.Store, c *clock) *auth.Service {
	t.Helper()
	s, err := auth.New(t.Context(), st, auth.Options{Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// open is one service on a store of its own.
func open(t *testing.T) (*auth.Service, *clock) {
	t.Helper()
	c := newClock()
	return newService(t, openStore(t), c), c
}

func create(t *testing.T, s *auth.Service, mail, role string) auth.Account {
	t.Helper()
	a, err := s.CreateAccount(t.Context(), auth.NewAccount{Mail: mail, Role: role, Password: password})
	if err != nil {
		t.Fatalf("create %s: %v", mail, err)
	}
	return a
}

func signIn(t *testing.T, s *auth.Service, identifier, password string) string {
	t.Helper()
	secret, _, err := s.SignIn(t.Context(), auth.Credentials{Identifier: identifier, Password: password, Address: "192.0.2.1"})
	if err != nil {
		t.Fatalf("sign in as %s: %v", identifier, err)
	}
	return secret
}

func wantCode(t *testing.T, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

// wantFields checks that an error names these fields and no other.
func wantFields(t *testing.T, err error, fields ...string) {
	t.Helper()
	if err == nil && len(fields) == 0 {
		return
	}
	if err == nil {
		t.Errorf("no error, want fields %v", fields)
		return
	}
	var got []string
	for _, f := range fault.As(err).Fields {
		got = append(got, f.Path[0])
		if f.English == "" || f.German == "" || f.Code == "" {
			t.Errorf("field %+v is not complete", f)
		}
	}
	if !slices.Equal(got, fields) {
		t.Errorf("got fields %v (%v), want %v", got, err, fields)
	}
}

func ptr[T any](v T) *T { return &v }

func all(t *testing.T, s *auth.Service) []auth.Account {
	t.Helper()
	list, total, err := s.Accounts(t.Context(), query.Page{Limit: 1000, Count: true})
	if err != nil || total != len(list) {
		t.Fatalf("%d of %d accounts, %v", len(list), total, err)
	}
	return list
}

// prefixStore is a store that keeps no more than the port's promise: each op of an Apply is a write of its own. It can fall dead
// before a write, and let something else happen there.
type prefixStore struct {
	store.Store
	mu     sync.Mutex
	left   int               // writes until it is dead; negative: never
	before func(op store.Op) // called ahead of each op
}

func (p *prefixStore) Apply(ctx context.Context, ops []store.Op) error {
	for i, op := range ops {
		if p.before != nil {
			p.before(op)
		}
		p.mu.Lock()
		dead := p.left == 0
		if p.left > 0 {
			p.left--
		}
		p.mu.Unlock()
		if dead {
			return fault.New(fault.Unavailable, "dead")
		}
		if err := p.Store.Apply(ctx, []store.Op{op}); err != nil {
			if fault.Is(err, fault.Conflict) {
				return &store.OpError{Index: i, Err: fault.New(fault.Conflict, "conflict at op %d", i)}
			}
			return err
		}
	}
	return nil
}
