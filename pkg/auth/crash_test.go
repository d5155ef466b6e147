package auth_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// invariants are what must hold after a crash at any point.
func invariants(t *testing.T, st store.Store, s *auth.Service) {
	t.Helper()
	seen := map[string]bool{}
	active := map[int64]bool{}
	for _, a := range all(t, s) {
		if seen[a.Mail] {
			t.Errorf("two accounts have the address %s", a.Mail)
		}
		seen[a.Mail] = true
		active[a.ID] = a.Role == auth.Admin && !a.Blocked
		if got, err := s.AccountByMail(t.Context(), a.Mail); err != nil || got.ID != a.ID {
			t.Errorf("%s is not found by its address: %+v, %v", a.Mail, got, err)
		}
	}
	d, err := st.Get(t.Context(), "_auth", "admins", nil)
	if fault.Is(err, fault.NotFound) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	list, _ := d.Part(store.Meta)["admins"].(value.List)
	for _, id := range list {
		if !active[id.(int64)] {
			t.Errorf("account %v is in the set of admins and is none", id)
		}
	}
}

// crashed is a change of account 1, a@x.example, or account 2, b@x.example, and what holds when it was made a second time after a crash.
type crashed struct {
	name   string
	role   string // of account 2; account 1 is an admin
	writes int    // at least so many, or the test cuts less than it should
	do     func(ctx context.Context, s *auth.Service) error
	check  func(t *testing.T, s *auth.Service, err error)
}

func crashes() []crashed {
	update := func(id int64, c auth.AccountChanges) func(context.Context, *auth.Service) error {
		return func(ctx context.Context, s *auth.Service) error {
			_, err := s.UpdateAccount(ctx, id, c)
			return err
		}
	}
	works := func(t *testing.T, _ *auth.Service, err error) {
		if err != nil {
			t.Error(err)
		}
	}
	return []crashed{
		{"create", auth.Admin, 5, func(ctx context.Context, s *auth.Service) error {
			_, err := s.CreateAccount(ctx, auth.NewAccount{Mail: "new@x.example", Username: "new", Role: auth.Admin, Password: password})
			return err
		}, func(t *testing.T, s *auth.Service, err error) {
			if err != nil { // the first time got far enough, and the second is told so
				wantFields(t, err, "email", "username")
			}
			if n := len(all(t, s)); n != 3 {
				t.Errorf("%d accounts", n)
			}
		}},
		{"rename", auth.Admin, 4, update(1, auth.AccountChanges{Mail: ptr("new@x.example"), Username: ptr("new")}),
			func(t *testing.T, s *auth.Service, err error) {
				works(t, s, err)
				if _, err := s.AccountByMail(t.Context(), "new@x.example"); err != nil {
					t.Error(err)
				}
				create(t, s, "a@x.example", auth.Editor) // the old address is free
			}},
		{"demote", auth.Admin, 2, update(1, auth.AccountChanges{Role: ptr(auth.Editor)}), works},
		{"promote", auth.Editor, 2, update(2, auth.AccountChanges{Role: ptr(auth.Admin)}), func(t *testing.T, s *auth.Service, err error) {
			works(t, s, err)
			works(t, s, s.DeleteAccount(t.Context(), 1)) // who was admin alone can go now
		}},
		{"delete", auth.Admin, 3, func(ctx context.Context, s *auth.Service) error { return s.DeleteAccount(ctx, 1) },
			func(t *testing.T, s *auth.Service, err error) {
				if err != nil && !fault.Is(err, fault.NotFound) {
					t.Error(err)
				}
				create(t, s, "a@x.example", auth.Editor)
			}},
	}
}

// Every change is cut before each of its writes; then it is made again by another process.
func TestCrashAtEveryWrite(t *testing.T) {
	for _, tt := range crashes() {
		for cut, done := 0, false; !done && !t.Failed(); cut++ {
			t.Run(fmt.Sprintf("%s/%d", tt.name, cut), func(t *testing.T) {
				shared, c := openStore(t), newClock()
				healthy := newService(t, shared, c)
				create(t, healthy, "a@x.example", auth.Admin)
				create(t, healthy, "b@x.example", tt.role)
				dying := &prefixStore{Store: shared, left: -1}
				s := newService(t, dying, c)
				dying.left = cut
				err := tt.do(t.Context(), s)
				done = err == nil
				if err != nil {
					wantCode(t, err, fault.Unavailable)
				} else if cut < tt.writes {
					t.Errorf("it has only %d writes", cut)
				}
				invariants(t, shared, healthy)
				tt.check(t, healthy, tt.do(t.Context(), healthy))
				invariants(t, shared, healthy)
			})
		}
	}
}

// An admin whom a crash left out of the set of admins counts all the same.
func TestAdminLeftOutByACrash(t *testing.T) {
	shared, c := openStore(t), newClock()
	s := newService(t, shared, c)
	a, b := create(t, s, "a@x.example", auth.Admin), create(t, s, "b@x.example", auth.Editor)
	dying := &prefixStore{Store: shared, left: -1}
	other := newService(t, dying, c)
	dying.left = 1
	_, err := other.UpdateAccount(t.Context(), b.ID, auth.AccountChanges{Role: ptr(auth.Admin)})
	wantCode(t, err, fault.Unavailable)
	if got, err := s.Account(t.Context(), b.ID); err != nil || got.Role != auth.Admin {
		t.Fatalf("the crash came too early: %+v, %v", got, err)
	}
	if err := s.DeleteAccount(t.Context(), a.ID); err != nil {
		t.Error(err)
	}
	invariants(t, shared, s)
	wantCode(t, s.DeleteAccount(t.Context(), b.ID), fault.Conflict)
}

// A claim without its account is taken over by another process; the slow one does not write its
// account and says so.
func TestSlowCreatorLosesItsClaim(t *testing.T) {
	shared, c := openStore(t), newClock()
	fast := newService(t, shared, c)
	create(t, fast, "admin@x.example", auth.Admin)
	var winner auth.Account
	slow := &prefixStore{Store: shared, left: -1}
	slow.before = func(op store.Op) {
		if op.Collection == "_accounts" && winner.ID == 0 {
			winner = create(t, fast, "one@x.example", auth.Editor)
		}
	}
	_, err := newService(t, slow, c).CreateAccount(t.Context(), auth.NewAccount{Mail: "One@x.example", Role: auth.Admin, Password: password})
	wantFields(t, err, "email")
	if list := all(t, fast); winner.ID == 0 || len(list) != 2 {
		t.Errorf("accounts %+v", list)
	}
	invariants(t, shared, fast)
}

// The same for a new address of an account that is there.
func TestSlowRenamerLosesItsClaim(t *testing.T) {
	shared, c := openStore(t), newClock()
	fast := newService(t, shared, c)
	a := create(t, fast, "old@x.example", auth.Admin)
	slow, once := &prefixStore{Store: shared, left: -1}, false
	slow.before = func(op store.Op) {
		if op.Collection == "_accounts" && !once {
			once = true
			create(t, fast, "one@x.example", auth.Editor)
		}
	}
	_, err := newService(t, slow, c).UpdateAccount(t.Context(), a.ID, auth.AccountChanges{Mail: ptr("one@x.example")})
	wantFields(t, err, "email")
	if got, err := fast.AccountByMail(t.Context(), "old@x.example"); err != nil || got.ID != a.ID {
		t.Errorf("the renamed account is %+v, %v", got, err)
	}
	invariants(t, shared, fast)
}

// What was fenced is no account and no token in any list, and its documents are there.
func TestFencesAreNotListed(t *testing.T) {
	shared, c := openStore(t), newClock()
	fast := newService(t, shared, c)
	create(t, fast, "admin@x.example", auth.Admin)
	dying := &prefixStore{Store: shared, left: -1}
	s := newService(t, dying, c)
	cut := func(collection string) func(store.Op) {
		return func(op store.Op) {
			if op.Collection == collection {
				dying.left = 0
			}
		}
	}
	dying.before = cut("_accounts")
	if _, err := s.CreateAccount(t.Context(), auth.NewAccount{Mail: "one@x.example", Role: auth.Editor, Password: password}); err == nil {
		t.Fatal("it did not die")
	}
	dying.left, dying.before = -1, cut("_tokens")
	if _, _, err := s.CreateToken(t.Context(), auth.Token{Name: "build", Role: auth.Editor}); err == nil {
		t.Fatal("it did not die")
	}
	c.pass(-5 * time.Minute)
	create(t, fast, "one@x.example", auth.Editor)
	if _, _, err := fast.CreateToken(t.Context(), auth.Token{Name: "build", Role: auth.Editor}); err != nil {
		t.Fatal(err)
	}
	list, err := fast.ListTokens(t.Context())
	if n := len(all(t, fast)); n != 2 || len(list) != 1 || err != nil {
		t.Errorf("%d accounts, tokens %+v, %v", n, list, err)
	}
	for collection, want := range map[string]int{"_accounts": 3, "_tokens": 2} {
		if n, err := shared.Count(t.Context(), collection, query.Filter{}); n != want || err != nil {
			t.Errorf("%d documents in %s, want %d with the fence, %v", n, collection, want, err)
		}
	}
	invariants(t, shared, fast)
}

func TestSlowTokenLosesItsName(t *testing.T) {
	shared, c := openStore(t), newClock()
	fast := newService(t, shared, c)
	slow, won := &prefixStore{Store: shared, left: -1}, ""
	slow.before = func(op store.Op) {
		if op.Collection == "_tokens" && won == "" {
			var err error
			if won, _, err = fast.CreateToken(t.Context(), auth.Token{Name: "build", Role: auth.Editor}); err != nil {
				t.Error(err)
			}
		}
	}
	_, _, err := newService(t, slow, c).CreateToken(t.Context(), auth.Token{Name: "Build", Role: auth.Admin})
	wantFields(t, err, "name")
	list, err := fast.ListTokens(t.Context())
	if err != nil || len(list) != 1 || list[0].Role != auth.Editor {
		t.Errorf("tokens %+v, %v", list, err)
	}
	if n, err := shared.Count(t.Context(), "_token-names", query.Filter{}); n != 1 || err != nil {
		t.Errorf("%d names, %v", n, err)
	}
	if _, err := fast.Caller(t.Context(), won); err != nil {
		t.Error(err)
	}
}
