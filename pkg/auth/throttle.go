package auth

import (
	"net/netip"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/rate"
)

// Wrong passwords that one identifier and one address may try. An address is often a whole town hall, so it has more.
var (
	perIdentifier = rate.Limit{Burst: 10, Every: 30 * time.Second}
	perAddress    = rate.Limit{Burst: 50, Every: 5 * time.Second}
)

// maxBuckets bounds the memory.
const maxBuckets = 20_000

// throttle slows down those who guess passwords.
type throttle struct{ *rate.Limiter[string] }

func newThrottle(now func() time.Time) *throttle { return &throttle{rate.New[string](now, maxBuckets)} }

// attempt is one try that was let through.
type attempt struct {
	t    *throttle
	keys []string
}

// begin takes a token of the identifier's bucket and one of the address's ("" if there is none); TooMany with the seconds to wait in
// details.retryAfter if one is empty.
func (t *throttle) begin(identifier, address string) (attempt, error) {
	a := attempt{t: t}
	if address != "" {
		if err := a.take("address/"+network(address), perAddress); err != nil {
			return a, err
		}
	}
	if len(identifier) > maxMail {
		identifier = "" // none is that long; all such share a bucket
	}
	return a, a.take("identifier/"+fold(identifier), perIdentifier)
}

func (a *attempt) take(key string, l rate.Limit) error {
	state, ok := a.t.Take(key, l)
	if !ok {
		return fault.New(fault.TooMany, "Too many sign-in attempts, try again later").With("retryAfter", rate.Seconds(state.Wait))
	}
	a.keys = append(a.keys, key)
	return nil
}

// forgive gives the tokens back: the attempt was no wrong guess.
func (a attempt) forgive() {
	for _, key := range a.keys {
		a.t.Give(key)
	}
}

// network is what of an address counts as one caller.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	return rate.Network(ip).String()
}
