package auth_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
)

func TestAccountLife(t *testing.T) {
	s, c := open(t)
	ctx := t.Context()
	a, err := s.CreateAccount(ctx, auth.NewAccount{Mail: "Änne@Stadt.example", Username: "Änne", Role: auth.Editor,
		Organisation: strings.Repeat("a", 24), Password: password})
	if err != nil {
		t.Fatal(err)
	}
	if a.ID != 1 || a.Name() != "Änne" || a.CreatedAt != c.now() || a.UpdatedAt != c.now() {
		t.Errorf("created %+v", a)
	}
	for _, mail := range []string{"Änne@Stadt.example", "änne@stadt.EXAMPLE"} {
		if got, err := s.AccountByMail(ctx, mail); err != nil || got != a {
			t.Errorf("by %s: %+v, %v", mail, got, err)
		}
	}
	if unnamed, err := s.CountNameless(ctx); err != nil || unnamed != 1 {
		t.Errorf("%d accounts have no name, %v", unnamed, err)
	}
	if named, err := s.UpdateAccount(ctx, a.ID, auth.AccountChanges{DisplayName: ptr("Änne Beispiel")}); err != nil || named.Name() != "Änne Beispiel" {
		t.Errorf("named %+v, %v", named, err)
	}
	if unnamed, err := s.CountNameless(ctx); err != nil || unnamed != 0 {
		t.Errorf("%d accounts have no name, %v", unnamed, err)
	}
	if _, err := s.AccountByMail(ctx, "Änne"); !fault.Is(err, fault.NotFound) {
		t.Errorf("by the user name: %v", err)
	}
	c.pass(time.Hour)
	b, err := s.UpdateAccount(ctx, a.ID, auth.AccountChanges{Mail: ptr("anne@stadt.example"), Username: ptr(""), DisplayName: ptr(""), Organisation: ptr(""), Blocked: ptr(true)})
	if err != nil {
		t.Fatal(err)
	}
	want := auth.Account{ID: 1, Mail: "anne@stadt.example", Role: auth.Editor, Blocked: true, CreatedAt: a.CreatedAt, UpdatedAt: c.now()}
	if b != want || b.Name() != "Konto 1" {
		t.Errorf("updated %+v, want %+v", b, want)
	}
	if got, err := s.Account(ctx, a.ID); err != nil || got != want {
		t.Errorf("stored %+v, %v, want %+v", got, err, want)
	}
	if err := s.DeleteAccount(ctx, a.ID); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		s.DeleteAccount(ctx, a.ID),
		func() error { _, err := s.Account(ctx, a.ID); return err }(),
		func() error { _, err := s.AccountByMail(ctx, "anne@stadt.example"); return err }(),
		func() error {
			_, err := s.UpdateAccount(ctx, a.ID, auth.AccountChanges{Blocked: ptr(false)})
			return err
		}(),
		func() error {
			_, err := s.UpdateAccount(ctx, a.ID, auth.AccountChanges{Password: ptr(password)})
			return err
		}(),
	} {
		wantCode(t, err, fault.NotFound)
	}
	if again := create(t, s, "anne@stadt.example", auth.Editor); again.ID != 2 {
		t.Errorf("an ID was used twice: %+v", again)
	}
}

func TestAccountPages(t *testing.T) {
	s, _ := open(t)
	for _, n := range strings.Fields("a b c d e f g h i j k l") {
		create(t, s, n+"@x.example", auth.Editor)
	}
	for _, tt := range []struct {
		page            query.Page
		first, n, total int
	}{
		{query.Page{Limit: 5}, 1, 5, -1},
		{query.Page{Offset: 9, Limit: 5, Count: true}, 10, 3, 12},
		{query.Page{Offset: 99, Limit: 5, Count: true}, 0, 0, 12},
		{query.Page{Count: true}, 0, 0, 12},
	} {
		list, total, err := s.Accounts(t.Context(), tt.page)
		if err != nil || len(list) != tt.n || total != tt.total || tt.n > 0 && list[0].ID != int64(tt.first) {
			t.Errorf("page %+v: %d of %d from %+v, %v", tt.page, len(list), total, list, err)
		}
	}
}

func TestAccountChecks(t *testing.T) {
	s, _ := open(t)
	create(t, s, "taken@x.example", auth.Admin)
	good := auth.NewAccount{Mail: "new@x.example", Role: auth.Editor, Password: password}
	for _, tt := range []struct {
		name   string
		edit   func(*auth.NewAccount)
		fields string
	}{
		{"nothing given", func(n *auth.NewAccount) { *n = auth.NewAccount{} }, "email role password"},
		{"no address", func(n *auth.NewAccount) { n.Mail = "new.x.example" }, "email"},
		{"address with a name", func(n *auth.NewAccount) { n.Mail = "New <new@x.example>" }, "email"},
		{"address in brackets", func(n *auth.NewAccount) { n.Mail = "<new@x.example>" }, "email"},
		{"quoted address", func(n *auth.NewAccount) { n.Mail = `"a b"@x.example` }, "email"},
		{"address with a comment", func(n *auth.NewAccount) { n.Mail = "new@x.example (me)" }, "email"},
		{"two addresses", func(n *auth.NewAccount) { n.Mail = "a@x.example, b@x.example" }, "email"},
		{"line end in the address", func(n *auth.NewAccount) { n.Mail = "new@x.example\n" }, "email"},
		{"zero-width space", func(n *auth.NewAccount) { n.Mail = "ne\u200bw@x.example" }, "email"},
		{"not UTF-8", func(n *auth.NewAccount) { n.Mail = "ne\xffw@x.example" }, "email"},
		{"long address", func(n *auth.NewAccount) { n.Mail = strings.Repeat("a", 250) + "@x.example" }, "email"},
		{"address taken", func(n *auth.NewAccount) { n.Mail = "TAKEN@x.example" }, "email"},
		{"public role", func(n *auth.NewAccount) { n.Role = auth.Public }, "role"},
		{"unknown role", func(n *auth.NewAccount) { n.Role = "Admin" }, "role"},
		{"user name with @", func(n *auth.NewAccount) { n.Username = "taken@x.example" }, "username"},
		{"short user name", func(n *auth.NewAccount) { n.Username = "ab" }, "username"},
		{"long user name", func(n *auth.NewAccount) { n.Username = strings.Repeat("a", 61) }, "username"},
		{"space at the end", func(n *auth.NewAccount) { n.Username = "abc " }, "username"},
		{"unseen user name", func(n *auth.NewAccount) { n.Username = "abc\x00" }, "username"},
		{"name with @", func(n *auth.NewAccount) { n.DisplayName = "new@x.example" }, "name"},
		{"unseen name", func(n *auth.NewAccount) { n.DisplayName = "An\u200bna" }, "name"},
		{"name that turns", func(n *auth.NewAccount) { n.DisplayName = "Anna\u202e" }, "name"},
		{"space before the name", func(n *auth.NewAccount) { n.DisplayName = " Anna" }, "name"},
		{"long name", func(n *auth.NewAccount) { n.DisplayName = strings.Repeat("ä", 101) }, "name"},
		{"name of 100 letters", func(n *auth.NewAccount) { n.DisplayName = strings.Repeat("ä", 100) }, ""},
		{"organisation", func(n *auth.NewAccount) { n.Organisation = "1" }, "organisation"},
		{"short password", func(n *auth.NewAccount) { n.Password = "ÄÖÜäöüßÄÖ" }, "password"},
		{"ten characters", func(n *auth.NewAccount) { n.Password = "ÄÖÜabcßÄÖÜ" }, ""},
		{"long password", func(n *auth.NewAccount) { n.Password = strings.Repeat("ä", 201) }, "password"},
		{"password not UTF-8", func(n *auth.NewAccount) { n.Password = strings.Repeat("\xff", 12) }, "password"},
		{"password is the address", func(n *auth.NewAccount) { n.Password = "NEW@x.example" }, "password"},
		{"password is the user name", func(n *auth.NewAccount) { n.Username, n.Password = "administrator", "Administrator" }, "password"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := good
			tt.edit(&n)
			before := len(all(t, s))
			a, err := s.CreateAccount(t.Context(), n)
			wantFields(t, err, strings.Fields(tt.fields)...)
			if err == nil {
				err = s.DeleteAccount(t.Context(), a.ID)
			} else {
				wantCode(t, err, fault.Invalid)
				err = nil
			}
			if after := len(all(t, s)); err != nil || after != before {
				t.Errorf("%d accounts became %d, %v", before, after, err)
			}
		})
	}
}

func TestUpdateChecks(t *testing.T) {
	s, _ := open(t)
	create(t, s, "taken@x.example", auth.Admin)
	a, err := s.CreateAccount(t.Context(), auth.NewAccount{Mail: "a@x.example", Username: "first", Role: auth.Editor, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		c      auth.AccountChanges
		fields string
	}{
		{"everything", auth.AccountChanges{Mail: ptr(""), Username: ptr("@"), Role: ptr("x"), Organisation: ptr("x"), Password: ptr("x")},
			"email username role organisation password"},
		{"taken", auth.AccountChanges{Mail: ptr("Taken@x.example")}, "email"},
		{"password is the new address", auth.AccountChanges{Mail: ptr("someone@x.example"), Password: ptr("someone@x.example")}, "password"},
		{"other case is no other address", auth.AccountChanges{Mail: ptr("A@x.example"), Username: ptr("First")}, ""},
		{"nothing", auth.AccountChanges{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := s.UpdateAccount(t.Context(), a.ID, tt.c)
			wantFields(t, err, strings.Fields(tt.fields)...)
		})
	}
	for _, username := range []string{"A@x.example", "a@X.example"} {
		if got, err := s.UpdateAccount(t.Context(), a.ID, auth.AccountChanges{Username: &username}); err != nil || got.Username != "" {
			t.Errorf("the address as user name gives %+v, %v", got, err)
		}
	}
	if _, err := s.UpdateAccount(t.Context(), a.ID, auth.AccountChanges{Username: ptr("First")}); err != nil {
		t.Error(err)
	}
	if got, _ := s.Account(t.Context(), a.ID); got.Mail != "A@x.example" || got.Username != "First" {
		t.Errorf("stored %+v", got)
	}
}

// What an account gives up is free, what it has is not.
func TestNamesAreFreedAndKept(t *testing.T) {
	s, _ := open(t)
	ctx := t.Context()
	a, err := s.CreateAccount(ctx, auth.NewAccount{Mail: "one@x.example", Username: "one", Role: auth.Editor, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	both := auth.NewAccount{Mail: "one@x.example", Username: "ONE", Role: auth.Editor, Password: password}
	_, err = s.CreateAccount(ctx, both)
	wantFields(t, err, "email", "username")
	if _, err := s.UpdateAccount(ctx, a.ID, auth.AccountChanges{Mail: ptr("two@x.example"), Username: ptr("two")}); err != nil {
		t.Fatal(err)
	}
	b, err := s.CreateAccount(ctx, both)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.UpdateAccount(ctx, a.ID, auth.AccountChanges{Mail: ptr("one@x.example"), Username: ptr("one")})
	wantFields(t, err, "email", "username")
	if err := s.DeleteAccount(ctx, b.ID); err != nil {
		t.Fatal(err)
	}
	if _, err = s.UpdateAccount(ctx, a.ID, auth.AccountChanges{Mail: ptr("one@x.example"), Username: ptr("one")}); err != nil {
		t.Error(err)
	}
}

func TestLastAdminStays(t *testing.T) {
	s, _ := open(t)
	ctx := t.Context()
	a, e := create(t, s, "a@x.example", auth.Admin), create(t, s, "e@x.example", auth.Editor)
	refused := func() {
		t.Helper()
		_, err1 := s.UpdateAccount(ctx, a.ID, auth.AccountChanges{Role: ptr(auth.Editor)})
		_, err2 := s.UpdateAccount(ctx, a.ID, auth.AccountChanges{Blocked: ptr(true)})
		for _, err := range []error{err1, err2, s.DeleteAccount(ctx, a.ID)} {
			wantCode(t, err, fault.Conflict)
		}
		if got, err := s.Account(ctx, a.ID); err != nil || got.Role != auth.Admin || got.Blocked {
			t.Errorf("the last admin is %+v, %v", got, err)
		}
	}
	refused()
	if _, err := s.UpdateAccount(ctx, e.ID, auth.AccountChanges{Role: ptr(auth.Admin), Blocked: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	refused() // a blocked admin does not count
	if _, err := s.UpdateAccount(ctx, e.ID, auth.AccountChanges{Blocked: ptr(false)}); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteAccount(ctx, a.ID); err != nil {
		t.Error(err)
	}
	a = e
	refused()
}

// Two processes that take away an admin each, at once, leave one.
func TestLastAdminStaysUnderConcurrency(t *testing.T) {
	shared, c := openStore(t), newClock()
	for round := range 9 {
		st := []*prefixStore{{Store: shared, left: -1}, {Store: shared, left: -1}}
		s := []*auth.Service{newService(t, st[0], c), newService(t, st[1], c)}
		var admins []auth.Account
		for _, a := range all(t, s[0]) {
			if a.Role == auth.Admin && !a.Blocked {
				admins = append(admins, a)
			}
		}
		for len(admins) < 2 {
			admins = append(admins, create(t, s[0], strings.Repeat("x", round+1)+string(rune('a'+len(admins)))+"@x.example", auth.Admin))
		}
		var wg sync.WaitGroup
		for i, a := range admins[:2] {
			wg.Go(func() {
				var err error
				switch (round + i) % 3 {
				case 0:
					err = s[i].DeleteAccount(t.Context(), a.ID)
				case 1:
					_, err = s[i].UpdateAccount(t.Context(), a.ID, auth.AccountChanges{Role: ptr(auth.Editor)})
				case 2:
					_, err = s[i].UpdateAccount(t.Context(), a.ID, auth.AccountChanges{Blocked: ptr(true)})
				}
				if err != nil && !fault.Is(err, fault.Conflict) {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		wg.Wait()
		left := 0
		for _, a := range all(t, s[0]) {
			if a.Role == auth.Admin && !a.Blocked {
				left++
			}
		}
		if left != 1 {
			t.Fatalf("round %d: %d admins are left", round, left)
		}
	}
}

// Of many who want one address at once, one gets it.
func TestOneAddressUnderConcurrency(t *testing.T) {
	shared, c := openStore(t), newClock()
	var wg sync.WaitGroup
	var mu sync.Mutex
	made := map[int64]bool{}
	for range 8 {
		s := newService(t, &prefixStore{Store: shared, left: -1}, c)
		wg.Go(func() {
			a, err := s.CreateAccount(t.Context(), auth.NewAccount{Mail: "one@x.example", Role: auth.Admin, Password: password})
			if err == nil {
				mu.Lock()
				made[a.ID] = true
				mu.Unlock()
			} else {
				wantFields(t, err, "email")
			}
		})
	}
	wg.Wait()
	list := all(t, newService(t, shared, c))
	if len(made) != 1 || len(list) != 1 || !made[list[0].ID] {
		t.Errorf("made %v, stored %+v", made, list)
	}
}
