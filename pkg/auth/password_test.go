package auth

import (
	"context"
	"encoding/base64"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/rate"
	"kontor/pkg/store"
	"kontor/pkg/store/sqlitestore"
	"kontor/pkg/value"
)

// A hash with other costs than today's, of "correct horse battery".
func oldHash(t *testing.T) string {
	t.Helper()
	h := newHasher(nil)
	salt := []byte("0123456789abcdef")
	key, err := h.derive(t.Context(), "correct horse battery", salt, params{memory: 64, time: 1, threads: 2}, 32, nil)
	if err != nil {
		t.Fatal(err)
	}
	return "$argon2id$v=19$m=64,t=1,p=2$" + base64.RawStdEncoding.EncodeToString(salt) + "$" + base64.RawStdEncoding.EncodeToString(key)
}

func TestHash(t *testing.T) {
	h := newHasher(nil)
	one, err := h.hash(t.Context(), "pässwörd!!")
	if err != nil || !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%s, %v", one, err)
	}
	two, _ := h.hash(t.Context(), "pässwörd!!")
	if one == two {
		t.Error("two hashes with one salt")
	}
	for _, tt := range []struct {
		name, phc, password string
		ok, outdated        bool
	}{
		{"right", one, "pässwörd!!", true, false},
		{"wrong", one, "passwörd!!", false, false},
		{"empty", one, "", false, false},
		{"other costs", oldHash(t), "correct horse battery", true, true},
		{"other costs, wrong", oldHash(t), "x", false, true},
		{"unknown account", "", "", false, false},
		{"no hash", "plain", "plain", false, false},
		{"other algorithm", strings.Replace(one, "argon2id", "argon2i", 1), "pässwörd!!", false, false},
		{"other version", strings.Replace(one, "v=19", "v=16", 1), "pässwörd!!", false, false},
		{"too costly", strings.Replace(one, "m=19456", "m=4000000000", 1), "pässwörd!!", false, false},
		{"empty hash", one[:strings.LastIndex(one, "$")+1], "pässwörd!!", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ok, outdated, err := h.verify(t.Context(), tt.phc, tt.password, nil)
			if err != nil || ok != tt.ok || outdated != tt.outdated {
				t.Errorf("ok %v, outdated %v, %v", ok, outdated, err)
			}
		})
	}
}

// With all slots taken nothing is hashed, for an unknown account neither: it costs what a known one does.
func TestHashingWaitsForASlot(t *testing.T) {
	shared := rate.NewSlots(1)
	h := newHasher(shared)
	h.wait = rate.SlotWait
	release, _ := shared.TakeWithin(t.Context(), time.Second)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for ctx, code := range map[context.Context]fault.Code{ended: fault.Timeout, t.Context(): fault.Unavailable} {
		_, _, err := h.verify(ctx, "", "x", nil)
		_, err2 := h.hash(ctx, "x")
		for _, err := range []error{err, err2} {
			if !fault.Is(err, code) {
				t.Errorf("got %v, want %s", err, code)
			}
		}
	}
	release()
	for range 2 {
		if _, _, err := h.verify(t.Context(), "", "x", nil); err != nil {
			t.Errorf("a slot is not given back: %v", err)
		}
	}
}

// TestHashingOutwaitsASearch: a sign-in waits for a slot longer than a read of the public, because other
// heavy work holds the only slot of a small machine for a second or two.
func TestHashingOutwaitsASearch(t *testing.T) {
	shared := rate.NewSlots(1)
	release, _ := shared.TakeWithin(t.Context(), time.Second)
	time.AfterFunc(2*rate.SlotWait, release)
	if _, _, err := newHasher(shared).verify(t.Context(), "", "x", nil); err != nil {
		t.Errorf("a sign-in beside a search: %v", err)
	}
}

// A network that was not used for a month is not known, also before Sweep has removed it, and being used again counts.
func TestKnownNetworkRunsOut(t *testing.T) {
	st, err := sqlitestore.Open(filepath.Join(t.TempDir(), "test.db"), sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	s, err := New(t.Context(), st, Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	knows := func(id int64, network string, want bool) {
		t.Helper()
		if got, err := s.knowsNetwork(t.Context(), id, network); err != nil || got != want {
			t.Errorf("at %s account %d is known in %s: %v, %v", now, id, network, got, err)
		}
	}
	knows(1, "home", false)
	s.rememberNetwork(t.Context(), 1, "home")
	knows(1, "home", true)
	knows(2, "home", false)
	knows(1, "", false)
	now = now.Add(networkAge - time.Hour)
	s.rememberNetwork(t.Context(), 1, "home")
	now = now.Add(networkAge - time.Hour)
	knows(1, "home", true)
	now = now.Add(time.Hour)
	knows(1, "home", false)
}

func TestSignInRenewsAnOldHash(t *testing.T) {
	st, err := sqlitestore.Open(filepath.Join(t.TempDir(), "test.db"), sqlitestore.Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	s, err := New(t.Context(), st, Options{})
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.CreateAccount(t.Context(), NewAccount{Mail: "a@x.example", Role: Admin, Password: "an older password"})
	if err != nil {
		t.Fatal(err)
	}
	old := oldHash(t)
	if err := st.Apply(t.Context(), []store.Op{{Kind: store.Replace, Collection: accounts, Key: key(a.ID), Rev: 1, Set: value.Object{"hash": old}}}); err != nil {
		t.Fatal(err)
	}
	stored := func() string {
		r, err := s.record(t.Context(), key(a.ID))
		if err != nil {
			t.Fatal(err)
		}
		return r.hash
	}
	if _, _, err := s.SignIn(t.Context(), Credentials{Identifier: a.Mail, Password: "wrong"}); err == nil || stored() != old {
		t.Errorf("a wrong password changed the hash: %v", err)
	}
	for range 2 {
		secret, _, err := s.SignIn(t.Context(), Credentials{Identifier: a.Mail, Password: "correct horse battery"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Caller(t.Context(), secret); err != nil {
			t.Error(err)
		}
	}
	if !strings.HasPrefix(stored(), "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hash is still %s", stored())
	}
}

func TestSecrets(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		tok, sess := newSecret(tokenPrefix), newSecret(sessionPrefix)
		if seen[tok] || seen[sess] || !IsToken(tok) || isSession(tok) || !isSession(sess) || IsToken(sess) {
			t.Fatalf("%s, %s", tok, sess)
		}
		seen[tok], seen[sess] = true, true
	}
	// A token whose random part starts like a session's prefix is still a token.
	if odd := tokenPrefix + "s_" + strings.Repeat("a", secretLength-2); !IsToken(odd) || isSession(odd) {
		t.Error("taken for a session")
	}
}

// FuzzParsePHC: no stored text stops the process or asks for more memory than a hash may take.
func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg")
	f.Add("$argon2id$v=19$m=64,t=1,p=2 $$")
	f.Fuzz(func(t *testing.T, s string) {
		p, salt, hash, ok := parsePHC(s)
		if ok && (p.memory > 1<<18 || p.time > 16 || p.time == 0 || p.threads == 0 || len(salt) == 0 || len(hash) > 64) {
			t.Errorf("%q gives %+v", s, p)
		}
	})
}

// TestManyHashesDoNotQueue: of many sign-ins at once only some wait long, so that what stands behind them gets its slot.
func TestManyHashesDoNotQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := rate.NewSlots(1)
		release, _ := shared.TakeWithin(t.Context(), time.Second)
		h := newHasher(shared)
		var refused atomic.Int32
		var wg sync.WaitGroup
		for range maxWaiting + 5 {
			wg.Go(func() {
				if _, _, err := h.verify(t.Context(), "", "x", nil); fault.Is(err, fault.Unavailable) {
					refused.Add(1)
				}
			})
		}
		time.Sleep(2 * rate.SlotWait)
		if n := refused.Load(); n != 5 {
			t.Errorf("%d were refused soon", n)
		}
		release()
		wg.Wait()
		if n := refused.Load(); n != 5 {
			t.Errorf("%d were refused in all", n)
		}
	})
}
