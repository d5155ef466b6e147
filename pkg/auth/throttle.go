package auth

import (
	"container/list"
	"math"
	"net/netip"
	"sync"
	"time"

	"kontor/pkg/fault"
)

// rate is a token bucket's size and how long one token takes to come back.
type rate struct {
	burst int
	every time.Duration
}

// Wrong passwords that one identifier and one address may try. An address is often a whole town hall, so it has more.
var (
	perIdentifier = rate{burst: 10, every: 30 * time.Second}
	perAddress    = rate{burst: 50, every: 5 * time.Second}
)

// maxBuckets bounds the memory; beyond it the bucket that was not used for longest is forgotten.
const maxBuckets = 20_000

// throttle slows down those who guess passwords. It counts per process: several processes let through that many times more.
type throttle struct {
	now     func() time.Time
	mu      sync.Mutex
	buckets map[string]*list.Element
	order   *list.List // of *bucket, the last used first
}

type bucket struct {
	key    string
	tokens float64
	at     time.Time
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, buckets: map[string]*list.Element{}, order: list.New()}
}

// attempt is one try that was let through.
type attempt struct {
	t    *throttle
	keys []string
}

// begin takes a token of the identifier's bucket and one of the address's ("" if there is none); TooMany with the seconds to wait in
// details.retryAfter if one is empty.
func (t *throttle) begin(identifier, address string) (attempt, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	a := attempt{t: t}
	if address != "" {
		if err := t.take(&a, "address/"+network(address), perAddress); err != nil {
			return a, err
		}
	}
	if len(identifier) > maxMail {
		identifier = "" // none is that long; all such share a bucket
	}
	return a, t.take(&a, "identifier/"+fold(identifier), perIdentifier)
}

func (t *throttle) take(a *attempt, key string, r rate) error {
	b := t.bucket(key, r)
	now := t.now()
	if gone := now.Sub(b.at); gone > 0 {
		b.tokens = min(float64(r.burst), b.tokens+float64(gone)/float64(r.every))
	}
	b.at = now
	if b.tokens < 1 {
		seconds := int64(math.Ceil((1 - b.tokens) * r.every.Seconds()))
		return fault.New(fault.TooMany, "Too many sign-in attempts, try again later").With("retryAfter", seconds)
	}
	b.tokens--
	a.keys = append(a.keys, key)
	return nil
}

func (t *throttle) bucket(key string, r rate) *bucket {
	if e, ok := t.buckets[key]; ok {
		t.order.MoveToFront(e)
		return e.Value.(*bucket)
	}
	if t.order.Len() >= maxBuckets {
		last := t.order.Back()
		delete(t.buckets, t.order.Remove(last).(*bucket).key)
	}
	b := &bucket{key: key, tokens: float64(r.burst), at: t.now()}
	t.buckets[key] = t.order.PushFront(b)
	return b
}

// forgive gives the tokens back: the attempt was no wrong guess. The next take cuts what is more than a full bucket.
func (a attempt) forgive() {
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	for _, key := range a.keys {
		if e, ok := a.t.buckets[key]; ok {
			e.Value.(*bucket).tokens++
		}
	}
}

// network is the part of an address that one customer of a provider has: all of an IPv4 address, half of an IPv6 one.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}
