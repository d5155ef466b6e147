// Package rate says how often somebody may do something, how much of it, and how much of it goes on at once: token buckets, one per key,
// bounded in memory; meters of the work of a request; and slots that heavy work shares.
package rate

import (
	"container/list"
	"math"
	"net/netip"
	"sync"
	"time"
)

// Limit is a token bucket: so many tokens it holds, and so long one takes to come back. The zero Limit lets everybody through.
type Limit struct {
	Burst int
	Every time.Duration
}

// Per is the Limit of n in a span: a full bucket has n tokens, and an empty one is full again after the span.
func Per(n int, span time.Duration) Limit {
	if n <= 0 {
		return Limit{}
	}
	return Limit{Burst: n, Every: max(1, span/time.Duration(n))}
}

// IsZero tells whether the Limit is none.
func (l Limit) IsZero() bool { return l.Burst == 0 }

// Span is how long an empty bucket takes to be full.
func (l Limit) Span() time.Duration { return time.Duration(l.Burst) * l.Every }

// State is a bucket after a Take.
type State struct {
	Left int           // tokens that are there
	Wait time.Duration // until the next token, 0 if one is there
	Full time.Duration // until all tokens are back
}

// Limiter has the buckets. It counts per process: several processes let through that many times more.
type Limiter[K comparable] struct {
	now     func() time.Time
	most    int
	mu      sync.Mutex
	buckets map[K]*list.Element
	order   *list.List // of *bucket[K], the last used first
}

type bucket[K comparable] struct {
	key    K
	tokens float64
	at     time.Time
}

// New makes a Limiter with at most so many buckets; beyond them the one that was not used for longest is forgotten.
func New[K comparable](now func() time.Time, most int) *Limiter[K] {
	return &Limiter[K]{now: now, most: most, buckets: map[K]*list.Element{}, order: list.New()}
}

// Take takes a token from the bucket of a key. It says false if there is none.
func (l *Limiter[K]) Take(key K, limit Limit) (State, bool) { return l.take(key, limit, 1) }

// Look is Take without taking.
func (l *Limiter[K]) Look(key K, limit Limit) (State, bool) { return l.take(key, limit, 0) }

func (l *Limiter[K]) take(key K, limit Limit, n float64) (State, bool) {
	if limit.IsZero() {
		return State{}, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.refilled(key, limit)
	ok := b.tokens >= 1
	if ok {
		b.tokens -= n
	}
	return b.state(limit), ok
}

// refilled gives the bucket of a key with the tokens that have come back by now.
func (l *Limiter[K]) refilled(key K, limit Limit) *bucket[K] {
	now := l.now()
	b := l.bucket(key, limit, now)
	if gone := now.Sub(b.at); gone > 0 {
		b.tokens = min(float64(limit.Burst), b.tokens+float64(gone)/float64(limit.Every))
	}
	b.at = now
	return b
}

func (b *bucket[K]) state(limit Limit) State {
	s := State{Left: max(0, int(b.tokens)), Full: spanOf(float64(limit.Burst)-b.tokens, limit)}
	if b.tokens < 1 {
		s.Wait = spanOf(1-b.tokens, limit)
	}
	return s
}

// spanOf is how long some tokens take to come back; a part of a nanosecond counts as one.
func spanOf(tokens float64, l Limit) time.Duration {
	return time.Duration(math.Ceil(max(0, tokens) * float64(l.Every)))
}

func (l *Limiter[K]) bucket(key K, limit Limit, now time.Time) *bucket[K] {
	if e, ok := l.buckets[key]; ok {
		l.order.MoveToFront(e)
		return e.Value.(*bucket[K])
	}
	if l.order.Len() >= l.most {
		delete(l.buckets, l.order.Remove(l.order.Back()).(*bucket[K]).key)
	}
	b := &bucket[K]{key: key, tokens: float64(limit.Burst), at: now}
	l.buckets[key] = l.order.PushFront(b)
	return b
}

// Spend takes some tokens, more than there are if need be: the debt is paid before the next token is there.
// While there is a debt it says false and takes nothing, unless debtors may spend on. A negative number gives
// tokens back.
func (l *Limiter[K]) Spend(key K, limit Limit, n float64, debtors bool) (State, bool) {
	if limit.IsZero() {
		return State{}, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.refilled(key, limit)
	ok := debtors || n <= 0 || b.tokens >= 0
	if ok {
		b.tokens = min(float64(limit.Burst), b.tokens-n)
	}
	return b.state(limit), ok
}

// Forget fills the bucket of a key.
func (l *Limiter[K]) Forget(key K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.buckets[key]; ok {
		l.order.Remove(e)
		delete(l.buckets, key)
	}
}

// Network is the part of an address that one customer of a provider has: all of an IPv4 address, the first 64 bits of an IPv6 one.
func Network(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) // the zero Prefix for the zero Addr
	return p
}

// Seconds rounds up, since whoever comes back too early is refused again.
func Seconds(d time.Duration) int64 { return int64(math.Ceil(d.Seconds())) }
