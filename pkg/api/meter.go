package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/auth"
	"kontor/pkg/rate"
)

// The work that one request may take if the options say nothing else: what a list of 10,000 entries needs for a handful of conditions without
// an index, and of credentials also what the lists and searches of editors need, over all fields of as many
// drafts.
const (
	publicWork = 60_000
	callerWork = 600_000
)

// tokenWork is the work that a token of a rate limit pays for, beyond the light work that each request has for
// its one token: an editor may search all fields of 10,000 drafts once a second.
const tokenWork = 6 * rate.LightWork

// searchWait is how long a search without credentials waits for a slot: longer than lists do, so that one
// address that reads lists can't keep the visitors of a site from searching.
const searchWait = time.Second

const meterLocal = "meter"

// metered is the meter of a request with the bucket of the rate limit that it charges.
type metered struct {
	*rate.Meter
	policy policy
	key    client
}

// meter has the reads of a request counted: those of a GET and of a search. A write is let through by the
// caller's rights, and one that was refused between its steps would do harm.
func (s *Server) meter(c *fiber.Ctx, caller auth.Caller) {
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead && !underSearch(c.Path()) {
		return
	}
	o := rate.MeterOptions{Most: s.publicWork, Slots: s.slots}
	if underSearch(c.Path()) {
		o.Wait = searchWait
	}
	if caller.ID != "" {
		o.Most, o.Wait = s.callerWork, rate.CallerWait
	}
	p, key := s.bucketOf(c, caller)
	if !p.limit.IsZero() {
		o.Charge = func(work int64, goesOn bool) error {
			state, ok := s.limits.buckets.Spend(key, p.limit, float64(work)/tokenWork, goesOn)
			if !ok {
				return tooMany(state)
			}
			return nil
		}
	}
	m := rate.NewMeter(o)
	c.Locals(meterLocal, metered{m, p, key})
	c.SetUserContext(rate.WithMeter(c.UserContext(), m))
}

// settle ends the meter of a request, and tells the client what its limit is after it was charged.
func (s *Server) settle(c *fiber.Ctx) {
	m, _ := c.Locals(meterLocal).(metered)
	if m.Close() > 0 {
		state, _ := s.limits.buckets.Look(m.key, m.policy.limit)
		c.Set("RateLimit", string(m.policy.appendState(make([]byte, 0, 40), state)))
	}
}
