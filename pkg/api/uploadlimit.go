package api

import (
	"context"
	"sync"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/rate"
)

// defaultUploads is how many uploads an account may have running.
const defaultUploads = 4

// leastRate is how many bytes a second an upload must bring, on average over the time in which a
// client must send anything at all. A mobile network of the second generation brings twice that.
const leastRate = 4 << 10

// maxAccounts bounds the memory of the limits of bytes.
const maxAccounts = 10_000

// uploadLimits bounds the uploads of each account or token: how many run at once, and how many bytes
// come in a span of time.
type uploadLimits struct {
	atOnce  int
	kib     rate.Limit // in KiB; zero for any number
	buckets *rate.Limiter[string]

	mu      sync.Mutex
	running map[string]*accountUploads // by the ID of the caller
}

type accountUploads struct {
	slots *rate.Slots
	users int // that run or wait
}

func newUploadLimits(atOnce int, kib rate.Limit) *uploadLimits {
	return &uploadLimits{atOnce: orDefault(atOnce, defaultUploads), kib: kib, buckets: rate.New[string](time.Now, maxAccounts), running: map[string]*accountUploads{}}
}

// begin waits until fewer uploads of the caller are running. It refuses if that takes too long, and
// if the caller has brought too many bytes. Afterwards the intake counts the bytes that come.
func (u *uploadLimits) begin(ctx context.Context, caller auth.Caller, in *intake, patience time.Duration) (end func(), err error) {
	release, ok := u.enter(ctx, caller.ID, patience)
	if !ok {
		return nil, fault.New(fault.TooMany, "This account has %d uploads running already, try again when one has ended", u.atOnce).With("retryAfter", 5)
	}
	if caller.Unlimited || u.kib.IsZero() {
		return release, nil
	}
	charge := func(bytes int64, refuse bool) error {
		state, ok := u.buckets.Spend(caller.ID, u.kib, float64(bytes)/1024, !refuse)
		if !ok {
			return fault.New(fault.TooMany, "This account has uploaded too many bytes, try again later").With("retryAfter", rate.Seconds(state.Wait))
		}
		return nil
	}
	announced := max(0, in.length)
	if err := charge(announced, true); err != nil {
		release()
		return nil, err
	}
	if in.length < 0 { // in chunks: nobody knows how many
		in.charge = func(n int) error { return charge(int64(n), true) }
	}
	return func() {
		if in.length >= 0 {
			_ = charge(min(in.read-announced, 0), false) // gives back, and is not refused
		}
		release()
	}, nil
}

// enter takes one of the account's slots.
func (u *uploadLimits) enter(ctx context.Context, account string, patience time.Duration) (release func(), ok bool) {
	u.mu.Lock()
	a := u.running[account]
	if a == nil {
		a = &accountUploads{slots: rate.NewSlots(u.atOnce)}
		u.running[account] = a
	}
	a.users++
	u.mu.Unlock()
	leave := func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		if a.users--; a.users == 0 {
			delete(u.running, account)
		}
	}
	give, ok := a.slots.TakeWithin(ctx, patience)
	if !ok {
		leave()
		return nil, false
	}
	return func() { give(); leave() }, true
}

// pace measures how fast a body comes. Only the time counts in which the server waits for the client.
type pace struct {
	window time.Duration // 0: any pace will do
	waited time.Duration
	bytes  int
}

// tooSlow notes bytes that came after a wait, and reports whether a whole window brought too few.
func (p *pace) tooSlow(n int, wait time.Duration) bool {
	p.waited, p.bytes = p.waited+wait, p.bytes+n
	if p.window == 0 || p.waited < p.window {
		return false
	}
	slow := float64(p.bytes) < leastRate*p.waited.Seconds()
	p.waited, p.bytes = 0, 0
	return slow
}
