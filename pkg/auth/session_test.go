package auth_test

import (
	"strings"
	"testing"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

func TestSignIn(t *testing.T) {
	s, _ := open(t)
	ctx := t.Context()
	a, err := s.CreateAccount(ctx, auth.NewAccount{Mail: "Änne@x.example", Username: "Änne", Role: auth.Editor,
		Organisation: strings.Repeat("o", 24), Password: password})
	if err != nil {
		t.Fatal(err)
	}
	blocked := create(t, s, "blocked@x.example", auth.Editor)
	if _, err := s.UpdateAccount(ctx, blocked.ID, auth.AccountChanges{Blocked: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, identifier, password, problem string }{
		{"address", "Änne@x.example", password, ""},
		{"address in other case", "äNNE@X.example", password, ""},
		{"user name", "änne", password, ""},
		{"wrong password", "Änne@x.example", password + " ", "Invalid identifier or password"},
		{"no password", "Änne@x.example", "", "Invalid identifier or password"},
		{"huge password", "Änne@x.example", strings.Repeat("a", 1<<20), "Invalid identifier or password"},
		{"unknown address", "none@x.example", password, "Invalid identifier or password"},
		{"unknown name", "none", password, "Invalid identifier or password"},
		{"nothing", "", "", "Invalid identifier or password"},
		{"huge identifier", strings.Repeat("a", 1<<20), password, "Invalid identifier or password"},
		{"zero byte", "a\x00@x.example", password, "Invalid identifier or password"},
		{"blocked", "blocked@x.example", password, "Your account has been blocked by an administrator"},
		{"blocked with the wrong password", "blocked@x.example", "guess", "Invalid identifier or password"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			secret, got, err := s.SignIn(ctx, auth.Credentials{Identifier: tt.identifier, Password: tt.password})
			if tt.problem != "" {
				wantCode(t, err, fault.Invalid)
				if secret != "" || got != (auth.Account{}) || fault.As(err).Message != tt.problem {
					t.Errorf("got %q, %+v, %v", secret, got, err)
				}
				return
			}
			if err != nil || got != a {
				t.Fatalf("got %+v, %v", got, err)
			}
			c, err := s.Caller(ctx, secret)
			want := auth.Caller{ID: "account/1", Name: "Änne", Role: auth.Editor, Organisation: strings.Repeat("o", 24)}
			if err != nil || c.ID != want.ID || c.Name != want.Name || c.Role != want.Role || c.Organisation != want.Organisation {
				t.Errorf("caller %+v, %v, want %+v", c, err, want)
			}
			if got, err := s.AccountOf(ctx, c); err != nil || got != a {
				t.Errorf("account %+v, %v", got, err)
			}
		})
	}
}

func TestBadCredentials(t *testing.T) {
	s, _ := open(t)
	create(t, s, "a@x.example", auth.Admin)
	good := signIn(t, s, "a@x.example", password)
	flipped := good[:len(good)-1] + map[bool]string{true: "A", false: "B"}[good[len(good)-1] != 'A']
	for _, secret := range []string{"", "x", "kontor_", "kontor_s_", good + "A", good[:len(good)-1], flipped, strings.ToUpper(good),
		"kontor_" + strings.TrimPrefix(good, "kontor_s_"), "kontor_s_" + strings.Repeat("\x00", 43), strings.Repeat("a", 1<<20)} {
		c, err := s.Caller(t.Context(), secret)
		wantCode(t, err, fault.Unauthorized)
		if c != (auth.Caller{}) || fault.As(err).Message != "Missing or invalid credentials" {
			t.Errorf("%.60q: caller %+v, %v", secret, c, err)
		}
	}
	for _, c := range []auth.Caller{{}, auth.Anonymous(), auth.System("x"), {ID: "token/1", Role: auth.Admin}, {ID: "account/99", Role: auth.Admin}, {ID: "account/"}} {
		if _, err := s.AccountOf(t.Context(), c); err == nil {
			t.Errorf("%+v has an account", c)
		}
	}
}

// What ends sessions, and what a session sees of its account, also through another process.
func TestChangesReachSessions(t *testing.T) {
	st, c := openStore(t), newClock()
	s, other := newService(t, st, c), newService(t, st, c)
	ctx := t.Context()
	create(t, s, "admin@x.example", auth.Admin)
	a := create(t, s, "a@x.example", auth.Editor)
	change := func(ch auth.AccountChanges) {
		t.Helper()
		if _, err := other.UpdateAccount(ctx, a.ID, ch); err != nil {
			t.Fatal(err)
		}
	}
	ended := func(secret string) {
		t.Helper()
		_, err := s.Caller(ctx, secret)
		wantCode(t, err, fault.Unauthorized)
	}

	secret := signIn(t, s, "a@x.example", password)
	change(auth.AccountChanges{Role: ptr(auth.Admin), Username: ptr("anne"), Organisation: ptr(strings.Repeat("a", 24))})
	if got, err := s.Caller(ctx, secret); err != nil || got.Role != auth.Admin || got.Name != "anne" || got.Organisation == "" {
		t.Errorf("caller %+v, %v", got, err)
	}
	change(auth.AccountChanges{Role: ptr(auth.Editor)})
	if got, err := s.Caller(ctx, secret); err != nil || got.Role != auth.Editor {
		t.Errorf("caller %+v, %v", got, err)
	}
	change(auth.AccountChanges{Blocked: ptr(true)})
	ended(secret)
	change(auth.AccountChanges{Blocked: ptr(false)})
	ended(secret) // it does not come back

	secret = signIn(t, s, "a@x.example", password)
	change(auth.AccountChanges{Password: ptr("another password")})
	ended(secret)
	if _, _, err := s.SignIn(ctx, auth.Credentials{Identifier: "a@x.example", Password: password}); err == nil {
		t.Error("the old password still works")
	}
	secret = signIn(t, s, "a@x.example", "another password")
	if err := other.DeleteAccount(ctx, a.ID); err != nil {
		t.Fatal(err)
	}
	ended(secret)
	if n, err := st.Count(ctx, "_sessions", query.Where("meta.account", query.Eq, "2")); n != 0 || err != nil {
		t.Errorf("%d sessions are left, %v", n, err)
	}
}

func TestSignOut(t *testing.T) {
	s, _ := open(t)
	create(t, s, "a@x.example", auth.Admin)
	one, two := signIn(t, s, "a@x.example", password), signIn(t, s, "a@x.example", password)
	for _, secret := range []string{one, one, "x", ""} {
		if err := s.SignOut(t.Context(), secret); err != nil {
			t.Error(err)
		}
	}
	_, err := s.Caller(t.Context(), one)
	wantCode(t, err, fault.Unauthorized)
	if _, err := s.Caller(t.Context(), two); err != nil {
		t.Error(err)
	}
}

func TestChangePassword(t *testing.T) {
	st := openStore(t)
	s := newService(t, st, newClock())
	ctx := t.Context()
	create(t, s, "a@x.example", auth.Admin)
	own, other := signIn(t, s, "a@x.example", password), signIn(t, s, "a@x.example", password)
	for _, tt := range []struct {
		name, secret, present, next string
		code                        fault.Code
	}{
		{"no session", "x", password, "another password", fault.Unauthorized},
		{"wrong password", own, "guess", "another password", fault.Invalid},
		{"the same", own, password, password, fault.Invalid},
		{"too short", own, password, "short", fault.Invalid},
		{"the address", own, password, "a@x.Example", fault.Invalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantCode(t, s.ChangePassword(ctx, tt.secret, tt.present, tt.next), tt.code)
		})
	}
	if err := s.ChangePassword(ctx, own, password, "another password"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Caller(ctx, own); err != nil {
		t.Errorf("the own session ended: %v", err)
	}
	_, err := s.Caller(ctx, other)
	wantCode(t, err, fault.Unauthorized)
	if n, err := st.Count(ctx, "_sessions", query.Filter{}); n != 1 || err != nil {
		t.Errorf("%d sessions are stored, %v", n, err)
	}
	signIn(t, s, "a@x.example", "another password")
}

// A sign-in with the old password that is under way while the password changes leads to a session that is dead.
func TestSignInDuringPasswordChange(t *testing.T) {
	shared, c := openStore(t), newClock()
	s := newService(t, shared, c)
	a := create(t, s, "a@x.example", auth.Admin)
	slow := &prefixStore{Store: shared, left: -1}
	slow.before = func(op store.Op) {
		if op.Collection == "_sessions" {
			if _, err := s.UpdateAccount(t.Context(), a.ID, auth.AccountChanges{Password: ptr("another password")}); err != nil {
				t.Error(err)
			}
		}
	}
	secret := signIn(t, newService(t, slow, c), "a@x.example", password)
	_, err := s.Caller(t.Context(), secret)
	wantCode(t, err, fault.Unauthorized)
}

func TestSessionsRunOut(t *testing.T) {
	st, c := openStore(t), newClock()
	s := newService(t, st, c)
	ctx := t.Context()
	create(t, s, "a@x.example", auth.Admin)
	idle, busy := signIn(t, s, "a@x.example", password), signIn(t, s, "a@x.example", password)
	day := 24 * time.Hour
	for range 29 {
		c.pass(day)
		if _, err := s.Caller(ctx, busy); err != nil {
			t.Fatalf("after %v: %v", c.now(), err)
		}
	}
	_, err := s.Caller(ctx, idle)
	wantCode(t, err, fault.Unauthorized)
	c.pass(day - time.Second)
	if _, err := s.Caller(ctx, busy); err != nil {
		t.Error(err)
	}
	c.pass(time.Second)
	_, err = s.Caller(ctx, busy)
	wantCode(t, err, fault.Unauthorized)

	fresh := signIn(t, s, "a@x.example", password)
	if err := s.Sweep(ctx); err != nil {
		t.Error(err)
	}
	if n, err := st.Count(ctx, "_sessions", query.Filter{}); n != 1 || err != nil {
		t.Errorf("%d sessions are left, %v", n, err)
	}
	if _, err := s.Caller(ctx, fresh); err != nil {
		t.Error(err)
	}
	c.pass(7*day - time.Millisecond)
	if err := s.Sweep(ctx); err != nil {
		t.Error(err)
	}
	if _, err := s.Caller(ctx, fresh); err != nil {
		t.Error("ended before seven days without a request")
	}
	c.pass(7 * day)
	if err := s.Sweep(ctx); err != nil {
		t.Error(err)
	}
	if n, err := st.Count(ctx, "_sessions", query.Filter{}); n != 0 || err != nil {
		t.Errorf("%d sessions are left that nobody used, %v", n, err)
	}
}

// The last use is written once an hour, and a store that can't be written keeps nobody out.
func TestUseIsNotedHourly(t *testing.T) {
	st, c := openStore(t), newClock()
	s := newService(t, st, c)
	ctx := t.Context()
	create(t, s, "a@x.example", auth.Admin)
	session := signIn(t, s, "a@x.example", password)
	token, _, err := s.CreateToken(ctx, auth.Token{Name: "t", Role: auth.Editor})
	if err != nil {
		t.Fatal(err)
	}
	used := func(collection string) string {
		t.Helper()
		docs, err := st.Find(ctx, collection, store.Query{})
		if err != nil || len(docs) != 1 || docs[0].Rev != 1 {
			t.Fatalf("documents %+v, %v", docs, err)
		}
		v, _ := docs[0].Part(store.Meta)["used"].(string)
		return v
	}
	for _, tt := range []struct {
		pass           time.Duration
		session, token string
	}{
		{0, "2026-03-01T08:00:00.000Z", "2026-03-01T08:00:00.000Z"},
		{59 * time.Minute, "2026-03-01T08:00:00.000Z", "2026-03-01T08:00:00.000Z"},
		{time.Minute, "2026-03-01T09:00:00.000Z", "2026-03-01T09:00:00.000Z"},
	} {
		c.pass(tt.pass)
		for _, secret := range []string{session, token} {
			if _, err := s.Caller(ctx, secret); err != nil {
				t.Fatal(err)
			}
		}
		if a, b := used("_sessions"), used("_tokens"); a != tt.session || b != tt.token {
			t.Errorf("used %s and %s, want %s and %s", a, b, tt.session, tt.token)
		}
	}
	list, err := s.ListTokens(ctx)
	if err != nil || !list[0].UsedAt.Equal(c.now()) {
		t.Errorf("tokens %+v, %v", list, err)
	}
}

// No collection holds a secret or a password as it is.
func TestNothingSecretIsStored(t *testing.T) {
	st := openStore(t)
	s := newService(t, st, newClock())
	create(t, s, "a@x.example", auth.Admin)
	session := signIn(t, s, "a@x.example", password)
	token, _, err := s.CreateToken(t.Context(), auth.Token{Name: "t", Role: auth.Editor})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, collection := range []string{"_accounts", "_account-mails", "_account-names", "_sessions", "_tokens", "_token-names", "_auth"} {
		err := st.Scan(t.Context(), collection, query.Filter{}, nil, func(d store.Document) error {
			seen++
			text := d.Key + string(value.Append(nil, value.Object{"parts": value.Object{"meta": d.Part(store.Meta)}}))
			for _, secret := range []string{session[10:], token[10:], password} {
				if strings.Contains(text, secret) {
					t.Errorf("%s holds a secret: %s", collection, text)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if seen < 6 {
		t.Errorf("looked at %d documents only", seen)
	}
}
