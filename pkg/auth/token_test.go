package auth_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
)

func TestTokenLife(t *testing.T) {
	s, c := open(t)
	ctx := t.Context()
	expires := c.now().Add(48 * time.Hour)
	secret, made, err := s.CreateToken(ctx, auth.Token{Name: "Website", Role: auth.Editor, ExpiresAt: expires})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(secret, "kontor_") || len(secret) != 50 {
		t.Errorf("secret %q", secret)
	}
	want := auth.Token{ID: 1, Name: "Website", Role: auth.Editor, CreatedAt: c.now(), ExpiresAt: expires}
	if got, err := s.TokenByName(ctx, "WEBSITE"); err != nil || got != want || made != want {
		t.Errorf("made %+v, stored %+v, %v, want %+v", made, got, err, want)
	}
	if got, err := s.Caller(ctx, secret); err != nil || got.ID != "token/1" || got.Name != "Website" || got.Role != auth.Editor || got.Organisation != "" {
		t.Errorf("caller %+v, %v", got, err)
	}
	c.pass(48*time.Hour - time.Millisecond)
	if _, err := s.Caller(ctx, secret); err != nil {
		t.Error(err)
	}
	c.pass(time.Millisecond)
	_, err = s.Caller(ctx, secret)
	wantCode(t, err, fault.Unauthorized)

	_, _, err = s.CreateToken(ctx, auth.Token{Name: "website", Role: auth.Editor})
	wantFields(t, err, "name") // an expired one keeps its name
	if err := s.RevokeToken(ctx, 1); err != nil {
		t.Fatal(err)
	}
	wantCode(t, s.RevokeToken(ctx, 1), fault.NotFound)
	_, err = s.TokenByName(ctx, "Website")
	wantCode(t, err, fault.NotFound)
	secret, made, err = s.CreateToken(ctx, auth.Token{Name: "website", Role: auth.Admin})
	if err != nil || made.ID <= 1 || !made.ExpiresAt.IsZero() {
		t.Fatalf("made %+v, %v", made, err)
	}
	c.pass(10 * 365 * 24 * time.Hour)
	if _, err := s.Caller(ctx, secret); err != nil {
		t.Error(err)
	}
	if err := s.RevokeToken(ctx, made.ID); err != nil {
		t.Fatal(err)
	}
	_, err = s.Caller(ctx, secret)
	wantCode(t, err, fault.Unauthorized)
}

func TestTokenChecks(t *testing.T) {
	s, c := open(t)
	for _, tt := range []struct {
		name, token, role string
		expires           time.Time
		fields            string
	}{
		{"nothing", "", "", time.Time{}, "name role"},
		{"public", "a", auth.Public, time.Time{}, "role"},
		{"unknown role", "a", "root", time.Time{}, "role"},
		{"past", "a", auth.Editor, c.now(), "expires"},
		{"spaces", " a", auth.Editor, time.Time{}, "name"},
		{"line end", "a\nb", auth.Editor, time.Time{}, "name"},
		{"long", strings.Repeat("ä", 101), auth.Editor, time.Time{}, "name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			secret, _, err := s.CreateToken(t.Context(), auth.Token{Name: tt.token, Role: tt.role, ExpiresAt: tt.expires})
			wantFields(t, err, strings.Fields(tt.fields)...)
			if secret != "" {
				t.Errorf("got a token")
			}
		})
	}
	if list, err := s.ListTokens(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("tokens %+v, %v", list, err)
	}
	for _, name := range []string{"", "none", strings.Repeat("a", 2000)} {
		_, err := s.TokenByName(t.Context(), name)
		wantCode(t, err, fault.NotFound)
	}
}

// Of many tokens under one name there is one, and IDs are not used twice.
func TestTokensUnderConcurrency(t *testing.T) {
	shared, c := openStore(t), newClock()
	var wg sync.WaitGroup
	for i := range 8 {
		s := newService(t, &prefixStore{Store: shared, left: -1}, c)
		wg.Go(func() {
			if _, _, err := s.CreateToken(t.Context(), auth.Token{Name: "one", Role: auth.Editor}); err != nil {
				wantFields(t, err, "name")
			}
			if _, _, err := s.CreateToken(t.Context(), auth.Token{Name: "own " + string(rune('a'+i)), Role: auth.Editor}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	list, err := newService(t, shared, c).ListTokens(t.Context())
	ids := map[int64]bool{}
	for _, tok := range list {
		ids[tok.ID] = true
	}
	if err != nil || len(list) != 9 || len(ids) != 9 {
		t.Errorf("tokens %+v, %v", list, err)
	}
}
