package auth_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
)

// try signs in and returns the code of the error, "" if there is none.
func try(t *testing.T, s *auth.Service, identifier, password, address string) fault.Code {
	t.Helper()
	_, _, err := s.SignIn(t.Context(), auth.Credentials{Identifier: identifier, Password: password, Address: address})
	if err == nil {
		return ""
	}
	return fault.As(err).Code
}

func wrongTries(t *testing.T, s *auth.Service, n int, identifier, address string) {
	t.Helper()
	for range n {
		if got := try(t, s, identifier, "wrong", address); got != fault.Invalid {
			t.Fatalf("a wrong password of %s from %s: %q", identifier, address, got)
		}
	}
}

// Somebody elsewhere has used up the guesses, by address and by user name: the owner signs in, the guesser does not.
func TestWrongPasswordsElsewhereLockNobodyOut(t *testing.T) {
	s, _ := open(t)
	if _, err := s.CreateAccount(t.Context(), auth.NewAccount{Mail: "a@x.example", Username: "anne", Role: auth.Editor, Password: password}); err != nil {
		t.Fatal(err)
	}
	wrongTries(t, s, 5, "a@x.example", "198.51.100.7")
	wrongTries(t, s, 5, "anne", "198.51.100.7")
	for _, identifier := range []string{"anne", "a@x.example", "A@X.example"} {
		if got := try(t, s, identifier, password, "198.51.100.7"); got != fault.TooMany {
			t.Errorf("%s after ten wrong ones: %q", identifier, got)
		}
		if got := try(t, s, identifier, password, "192.0.2.1"); got != "" {
			t.Errorf("%s from home: %q", identifier, got)
		}
	}
}

// The networks from which an account signs in outlive the process, for a month, and go with the account.
func TestKnownNetworks(t *testing.T) {
	st, c := openStore(t), newClock()
	s := newService(t, st, c)
	a := create(t, s, "a@x.example", auth.Editor)
	signIn(t, s, "a@x.example", password) // from 192.0.2.1
	count := func() int {
		t.Helper()
		n, err := st.Count(t.Context(), "_networks", query.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	docs, err := st.Find(t.Context(), "_networks", store.Query{})
	if err != nil || len(docs) != 1 || strings.Contains(fmt.Sprint(docs), "192.0.2") {
		t.Fatalf("stored: %v, %v", docs, err)
	}

	s = newService(t, st, c)
	for i := range 10 {
		wrongTries(t, s, 10, "a@x.example", fmt.Sprintf("198.51.100.%d", i))
	}
	if got := try(t, s, "a@x.example", password, "203.0.113.5"); got != fault.TooMany {
		t.Errorf("from a new network under attack: %q", got)
	}
	for _, address := range []string{"192.0.2.1", "::ffff:192.0.2.1"} {
		if got := try(t, s, "a@x.example", password, address); got != "" {
			t.Errorf("from %s: %q", address, got)
		}
	}
	c.pass(31 * 24 * time.Hour)
	if err := s.Sweep(t.Context()); err != nil || count() != 0 {
		t.Errorf("%d networks are kept for good, %v", count(), err)
	}

	s = newService(t, st, c)
	for i := range 30 {
		c.pass(time.Second)
		if got := try(t, s, "a@x.example", password, fmt.Sprintf("2001:db8:0:%x::1", i)); got != "" {
			t.Fatalf("sign-in %d: %q", i, got)
		}
	}
	if n := count(); n != 20 {
		t.Errorf("%d networks of one account are kept", n)
	}
	if err := s.DeleteAccount(t.Context(), a.ID); err != nil || count() != 0 {
		t.Errorf("%d networks outlive their account, %v", count(), err)
	}
}

// readCounter counts how often a store is asked.
type readCounter struct {
	store.Store
	reads int
}

func (r *readCounter) Get(ctx context.Context, collection, key string, parts []string) (store.Document, error) {
	r.reads++
	return r.Store.Get(ctx, collection, key, parts)
}

// A name costs the same reads whether it is an account's or not, when it is refused too: then nothing is hashed, and a read more
// would be all that the response's time shows.
func TestUnknownNamesCostTheSame(t *testing.T) {
	st := &readCounter{Store: openStore(t)}
	s := newService(t, st, newClock())
	if _, err := s.CreateAccount(t.Context(), auth.NewAccount{Mail: "a@x.example", Username: "anne", Role: auth.Editor, Password: password}); err != nil {
		t.Fatal(err)
	}
	for n, pair := range [][2]string{{"a@x.example", "nobody@x.example"}, {"anne", "nobody"}} {
		var cost [2]string
		for i, identifier := range pair {
			for range 12 {
				st.reads = 0
				code := try(t, s, identifier, "wrong", fmt.Sprint("192.0.2.", n))
				cost[i] += fmt.Sprint(code, st.reads, " ")
			}
		}
		if cost[0] != cost[1] {
			t.Errorf("%s costs %s\n%s costs %s", pair[0], cost[0], pair[1], cost[1])
		}
	}
}

// Many wrong passwords at once are hardly more tries than one after the other, and right ones at once are all let in.
func TestSignInsAtOnce(t *testing.T) {
	s, _ := open(t)
	create(t, s, "a@x.example", auth.Editor)
	atOnce := func(n int, password string) map[fault.Code]int {
		var mu sync.Mutex
		got := map[fault.Code]int{}
		var wait sync.WaitGroup
		for range n {
			wait.Go(func() {
				code := try(t, s, "a@x.example", password, "192.0.2.1")
				mu.Lock()
				got[code]++
				mu.Unlock()
			})
		}
		wait.Wait()
		return got
	}
	if got := atOnce(14, password); got[""] != 14 {
		t.Errorf("14 right passwords at once: %v", got)
	}
	if got := atOnce(24, "wrong"); got[fault.Invalid] < 10 || got[fault.Invalid] > 13 {
		t.Errorf("24 wrong passwords at once: %v", got)
	}
}

// The log names the address of every failure and of the first refusal, and neither identifier nor password.
func TestSignInLog(t *testing.T) {
	var out bytes.Buffer
	c := newClock()
	s, err := auth.New(t.Context(), openStore(t), auth.Options{Now: c.now, Log: slog.New(slog.NewTextHandler(&out, nil))})
	if err != nil {
		t.Fatal(err)
	}
	create(t, s, "a@x.example", auth.Editor)
	wrongTries(t, s, 10, "a@x.example", "198.51.100.7")
	for range 3 {
		try(t, s, "a@x.example", "wrong", "198.51.100.7")
	}
	text := out.String()
	failed, refused := strings.Count(text, `level=INFO msg="sign-in failed" address=198.51.100.7 account=1`), strings.Count(text, `address=198.51.100.7 account=1 retryAfter=30`)
	if failed != 10 || refused != 1 {
		t.Errorf("%d failures and %d refusals are logged:\n%s", failed, refused, text)
	}
	if strings.Contains(text, "x.example") || strings.Contains(text, "wrong") {
		t.Errorf("the log tells too much:\n%s", text)
	}
}
