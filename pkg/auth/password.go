package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"kontor/pkg/fault"
	"kontor/pkg/rate"
)

// The cost of a password hash (argon2id). OWASP's smallest.
const (
	hashMemory   = 19 * 1024 // KiB
	hashTime     = 2
	hashThreads  = 1
	saltLength   = 16
	hashLength   = 32
	hashesAtOnce = 2
)

// The bounds of a password in characters.
const (
	minPassword = 10
	maxPassword = 200
)

// hasher makes and checks password hashes in the slots that all heavy work shares, so that sign-ins take neither the machine's memory
// nor the processors from others.
type hasher struct {
	slots   *rate.Slots
	wait    time.Duration
	waiting *atomic.Int32 // hashes that wait for a shared slot or have it
}

// maxWaiting is how many hashes wait for a shared slot as long as they may; further ones wait a moment. All
// who wait stand in one queue, so many of them would keep searches from ever getting a slot. It is half a
// second's work.
const maxWaiting = 16

// newHasher takes slots of its own where there are none to share, and waits for those as long as it takes.
func newHasher(shared *rate.Slots) hasher {
	if shared == nil {
		return hasher{slots: rate.NewSlots(hashesAtOnce), wait: time.Hour}
	}
	return hasher{slots: shared, wait: rate.CallerWait, waiting: new(atomic.Int32)}
}

// params are what a stored hash was made with.
type params struct {
	memory, time uint32
	threads      uint8
}

var currentCost = params{hashMemory, hashTime, hashThreads}

// hash gives the PHC string of a password: $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
func (h hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	rand.Read(salt) // never fails, see newSecret
	key, err := h.derive(ctx, password, salt, currentCost, hashLength, nil)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, currentCost.memory, currentCost.time, currentCost.threads,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// verify tells whether the password belongs to the PHC string, and whether that was made with other costs than today's. A string that
// is none, so also the "" of an unknown account, costs as much as one and is never right. If admit returns an error once the slot is
// free, nothing is hashed and verify returns that error.
func (h hasher) verify(ctx context.Context, phc, password string, admit func() error) (ok, outdated bool, err error) {
	p, salt, want, known := parsePHC(phc)
	if !known {
		p, salt, want = currentCost, make([]byte, saltLength), make([]byte, hashLength)
	}
	key, err := h.derive(ctx, password, salt, p, uint32(len(want)), admit)
	if err != nil {
		return false, false, err
	}
	same := subtle.ConstantTimeCompare(key, want) == 1
	return same && known, p != currentCost || len(want) != hashLength, nil
}

func (h hasher) derive(ctx context.Context, password string, salt []byte, p params, length uint32, admit func() error) ([]byte, error) {
	wait := h.wait
	if h.waiting != nil {
		if h.waiting.Add(1) > maxWaiting {
			wait = min(wait, rate.SlotWait)
		}
		defer h.waiting.Add(-1)
	}
	release, ok := h.slots.TakeWithin(ctx, wait)
	if !ok {
		return nil, rate.Busy(ctx)
	}
	defer release()
	if admit != nil {
		if err := admit(); err != nil {
			return nil, err
		}
	}
	return argon2.IDKey([]byte(password), salt, p.time, p.memory, p.threads, length), nil
}

// parsePHC reads a hash that this package wrote, also with other costs. It takes no costs that would stop the process.
func parsePHC(s string) (p params, salt, hash []byte, ok bool) {
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, false
	}
	if n, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads); n != 3 || err != nil {
		return p, nil, nil, false
	}
	if p.memory < 8 || p.memory > 1<<18 || p.time < 1 || p.time > 16 || p.threads < 1 || p.threads > 16 {
		return p, nil, nil, false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(part[4])
	hash, err2 := base64.RawStdEncoding.DecodeString(part[5])
	return p, salt, hash, err1 == nil && err2 == nil && len(salt) >= 8 && len(hash) >= 16 && len(hash) <= 64
}

// checkPassword says what is wrong with a new password of an account; nil if nothing is.
func checkPassword(password string, a Account) *fault.Field {
	n, seen := utf8.RuneCountInString(password), utf8.RuneCountInString(strings.TrimFunc(password, isBlank))
	switch {
	case password == "":
		return required("password")
	case !utf8.ValidString(password):
		return wrong("password", "encoding", "password must be UTF-8", "Das Passwort muss UTF-8 sein")
	case seen == 0:
		return wrong("password", "blank", "password must not be blank", "Das Passwort darf nicht nur aus Leerzeichen bestehen")
	case n < minPassword:
		return wrong("password", "too_short", fmt.Sprintf("password must be at least %d characters", minPassword),
			fmt.Sprintf("Das Passwort braucht mindestens %d Zeichen", minPassword))
	case seen < minPassword:
		return wrong("password", "too_short", fmt.Sprintf("password must be at least %d characters, blanks at its ends not counted", minPassword),
			fmt.Sprintf("Das Passwort braucht mindestens %d Zeichen; Leerzeichen an den Enden zählen nicht", minPassword))
	case n > maxPassword:
		return wrong("password", "too_long", fmt.Sprintf("password must be at most %d characters", maxPassword),
			fmt.Sprintf("Das Passwort darf höchstens %d Zeichen haben", maxPassword))
	}
	return checkGuessable(password, a)
}
