package auth_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
)

var somePreview = auth.Preview{Type: "event", DocumentID: strings.Repeat("e", 24), Locale: "de"}

// TestPreview: its holder is the public, save for one draft, for a quarter of an hour; the store does not give the secret back.
func TestPreview(t *testing.T) {
	st, c := openStore(t), newClock()
	s, other := newService(t, st, c), newService(t, st, c) // as two processes
	ctx := t.Context()
	a := create(t, s, "a@x.example", auth.Editor)
	editor, err := s.Caller(ctx, signIn(t, s, a.Mail, password))
	if err != nil {
		t.Fatal(err)
	}
	secret, p, err := s.CreatePreview(ctx, editor, somePreview)
	if err != nil || p.ExpiresAt != c.now().Add(15*time.Minute) || !auth.IsPreview(secret) {
		t.Fatalf("%q, %+v, %v", secret, p, err)
	}
	err = st.Scan(ctx, "_previews", query.Filter{}, nil, func(d store.Document) error {
		if text := fmt.Sprint(d); strings.Contains(text, secret) || strings.Contains(text, secret[9:]) {
			t.Errorf("the secret is stored: %s", text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c.pass(15*time.Minute - time.Millisecond)
	got, err := other.Caller(ctx, secret)
	if err != nil || got.Role != auth.Public || got.Organisation != "" || got.Unlimited || got.IsAnonymous() || strings.HasPrefix(got.ID, "account/") {
		t.Errorf("caller %+v, %v", got, err)
	}
	issuer, ok := got.Shows("event", somePreview.DocumentID, "de")
	if !ok || issuer.ID != editor.ID || issuer.Role != auth.Editor {
		t.Errorf("shows as %+v, %v", issuer, ok)
	}
	for _, x := range [][3]string{{"topic", somePreview.DocumentID, "de"}, {"event", strings.Repeat("f", 24), "de"}, {"event", somePreview.DocumentID, "en"}, {"", "", ""}} {
		if _, ok := got.Shows(x[0], x[1], x[2]); ok {
			t.Errorf("it shows %v", x)
		}
	}
	if _, ok := editor.Shows("event", somePreview.DocumentID, "de"); ok {
		t.Error("an editor shows a preview")
	}
	if _, err := s.AccountOf(ctx, got); !fault.Is(err, fault.Unauthorized) {
		t.Errorf("it has an account: %v", err)
	}
	if _, _, err := s.CreatePreview(ctx, got, somePreview); !fault.Is(err, fault.Unauthorized) {
		t.Errorf("a preview is prolonged by itself: %v", err)
	}
	for _, wrong := range []string{secret[:len(secret)-1], secret + "A", strings.Replace(secret, "_p_", "_s_", 1), strings.Replace(secret, "kontor_p_", "kontor_", 1), strings.ToUpper(secret)} {
		if _, err := s.Caller(ctx, wrong); !fault.Is(err, fault.Unauthorized) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	c.pass(time.Millisecond)
	if _, err := s.Caller(ctx, secret); !fault.Is(err, fault.Unauthorized) {
		t.Errorf("after a quarter of an hour: %v", err)
	}
}

func TestPreviewIssuers(t *testing.T) {
	s, c := open(t)
	ctx := t.Context()
	blocked := create(t, s, "blocked@x.example", auth.Editor)
	if _, err := s.UpdateAccount(ctx, blocked.ID, auth.AccountChanges{Blocked: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	_, token, err := s.CreateToken(ctx, auth.Token{Name: "short", Role: auth.Editor, ExpiresAt: c.now().Add(time.Minute), Unlimited: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []auth.Caller{
		auth.Anonymous(), auth.System("cli"), blocked.Caller(), {ID: "account/99", Role: auth.Editor}, {ID: "account/", Role: auth.Editor},
		{ID: "token/99", Role: auth.Editor}, {ID: "token/x", Role: auth.Editor}, {ID: fmt.Sprint(token.ID), Role: auth.Editor},
	} {
		if _, _, err := s.CreatePreview(ctx, who, somePreview); !fault.Is(err, fault.Unauthorized) {
			t.Errorf("%+v: %v", who, err)
		}
	}
	secret, _, err := s.CreatePreview(ctx, auth.Caller{ID: fmt.Sprintf("token/%d", token.ID)}, somePreview)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Caller(ctx, secret); err != nil || got.Unlimited {
		t.Errorf("%+v, %v", got, err)
	}
	c.pass(time.Minute)
	if _, err := s.Caller(ctx, secret); !fault.Is(err, fault.Unauthorized) {
		t.Errorf("after its token: %v", err)
	}
}

// TestSweepPreviews: only what has run out goes.
func TestSweepPreviews(t *testing.T) {
	st, c := openStore(t), newClock()
	s := newService(t, st, c)
	ctx := t.Context()
	editor := create(t, s, "a@x.example", auth.Editor).Caller()
	for range 3 {
		if _, _, err := s.CreatePreview(ctx, editor, somePreview); err != nil {
			t.Fatal(err)
		}
		c.pass(10 * time.Minute)
	}
	if err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if n, err := st.Count(ctx, "_previews", query.Filter{}); err != nil || n != 1 {
		t.Errorf("%d are left, %v", n, err)
	}
}
