package api

import (
	"fmt"
	"log/slog"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/rate"
)

// maxClients bounds the memory of the rate limits, about 200 bytes each.
const maxClients = 50_000

// perRefusal is how many wrong credentials a network may show: guessing a token is hopeless, but each try costs a look into the store.
var perRefusal = rate.Limit{Burst: 100, Every: time.Second}

// perProbe is how often a network may ask for /healthz and /readyz, beside everything else.
var perProbe = rate.Per(600, time.Minute)

// limits says how often each client may ask: a network without credentials, and a caller with them from wherever it comes.
type limits struct {
	buckets *rate.Limiter[client]
	address policy
	caller  policy
}

// client is whose bucket it is.
type client struct {
	network netip.Prefix // without credentials
	caller  string       // with them: the ID of the account or token
	refused bool         // the network's bucket for wrong credentials
	probe   bool         // the network's bucket for /healthz and /readyz
}

// policy is a limit and how it is told to clients.
type policy struct {
	limit rate.Limit
	name  string // what is counted
	text  string // RateLimit-Policy
}

func newLimits(perAddress, perCaller rate.Limit) limits {
	return limits{buckets: rate.New[client](time.Now, maxClients), address: newPolicy("address", perAddress), caller: newPolicy("caller", perCaller)}
}

func newPolicy(name string, l rate.Limit) policy {
	return policy{limit: l, name: name, text: fmt.Sprintf("%q;q=%d;w=%d", name, l.Burst, rate.Seconds(l.Span()))}
}

// admit counts a request, and refuses it if its client has made too many. The answer says how many are left, in the fields of
// draft-ietf-httpapi-ratelimit-headers-10: t is when all of them are back.
func (s *Server) admit(c *fiber.Ctx, caller auth.Caller) error {
	p, key := s.bucketOf(c, caller)
	if p.limit.IsZero() {
		return nil
	}
	state, ok := s.limits.buckets.Take(key, p.limit)
	c.Set("RateLimit-Policy", p.text)
	c.Set("RateLimit", string(p.appendState(make([]byte, 0, 40), state)))
	if !ok {
		return tooMany(state)
	}
	return nil
}

// counted counts a request that no other middleware counts: it needs no credentials, but a token of
// this server says whose it is.
func (s *Server) counted(c *fiber.Ctx) error {
	if _, ok := c.Locals(callerKey).(auth.Caller); ok {
		return c.Next()
	}
	caller := s.countedAs(c)
	if err := s.admit(c, caller); err != nil {
		return err
	}
	c.Locals(callerKey, auth.Anonymous())
	c.Locals(countedKey, caller)
	if underSearch(c.Path()) {
		s.meter(c, caller)
	}
	return c.Next()
}

// probe counts the requests of load balancers apart, so that no reader uses up what they need. Within
// a network of one's own, where they and readers may have one address, none is refused: an answer
// costs no more than its refusal, and a refusal would take the server out of service.
func (s *Server) probe(c *fiber.Ctx) error {
	addr := s.clientAddress(c)
	if s.limits.address.limit.IsZero() || addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast() || s.trusts(addr) {
		return c.Next()
	}
	if state, ok := s.limits.buckets.Take(client{network: rate.Network(addr), probe: true}, perProbe); !ok {
		return tooMany(state)
	}
	return c.Next()
}

// bucketOf gives the limit that holds for a caller, the zero policy for none, and whose bucket counts.
func (s *Server) bucketOf(c *fiber.Ctx, caller auth.Caller) (policy, client) {
	switch {
	case caller.Unlimited:
		return policy{}, client{}
	case caller.ID != "":
		return s.limits.caller, client{caller: caller.ID}
	}
	return s.limits.address, client{network: rate.Network(s.clientAddress(c))}
}

// charge counts what a request asks for beyond the one that admit has counted. It refuses a client
// that has a debt, and lets the others have one: a limit that is lower than what one request may
// cost would refuse that for good.
func (s *Server) charge(c *fiber.Ctx, n int) error {
	caller, _ := c.Locals(countedKey).(auth.Caller)
	p, key := s.bucketOf(c, caller)
	if p.limit.IsZero() || n <= 0 {
		return nil
	}
	state, ok := s.limits.buckets.Spend(key, p.limit, float64(n), false)
	c.Set("RateLimit", string(p.appendState(make([]byte, 0, 40), state)))
	if !ok {
		return tooMany(state)
	}
	return nil
}

func (p policy) appendState(dst []byte, state rate.State) []byte {
	dst = append(strconv.AppendQuote(dst, p.name), ";r="...)
	dst = append(strconv.AppendInt(dst, int64(state.Left), 10), ";t="...)
	return strconv.AppendInt(dst, rate.Seconds(state.Full), 10)
}

func tooMany(state rate.State) error {
	return fault.New(fault.TooMany, "Too many requests, try again later").With("retryAfter", rate.Seconds(state.Wait))
}

// refusals says whether the client's network may show credentials: it may not after too many wrong ones. With a limit on requests
// switched off this is off too.
func (s *Server) refusals(c *fiber.Ctx) (wrong func(), err error) {
	if s.limits.address.limit.IsZero() {
		return func() {}, nil
	}
	key := client{network: rate.Network(s.clientAddress(c)), refused: true}
	if state, ok := s.limits.buckets.Look(key, perRefusal); !ok {
		return nil, tooMany(state)
	}
	return func() { s.limits.buckets.Take(key, perRefusal) }, nil
}

// clientAddress is where a request comes from. Behind proxies that the operator trusts it is the last address in X-Forwarded-For that
// is none of theirs: what stands before it, the client may have written itself.
func (s *Server) clientAddress(c *fiber.Ctx) netip.Addr {
	addr := remoteAddress(c.Context().RemoteAddr())
	if !s.trusts(addr) {
		s.untrusted.warn(s.log, c, addr)
		return addr
	}
	lines := c.Request().Header.PeekAll(fiber.HeaderXForwardedFor)
	for i := len(lines) - 1; i >= 0; i-- {
		hops := strings.Split(string(lines[i]), ",")
		for j := len(hops) - 1; j >= 0; j-- {
			hop, ok := hopAddress(strings.TrimSpace(hops[j]))
			if !ok {
				return addr
			}
			if addr = hop; !s.trusts(addr) {
				return addr
			}
		}
	}
	return addr
}

// maxUntrusted is how many peers the log names whose X-Forwarded-For is not believed. It is more than one, since anybody who
// reaches the server can send the header, which must not silence the warning about the operator's own proxy.
const maxUntrusted = 10

// untrusted warns of proxies that the operator has not named, once for each. All their readers count as one client, for the rate
// limits and for sign-ins.
type untrusted struct {
	full  atomic.Bool
	mu    sync.Mutex
	peers map[netip.Addr]bool
}

func (u *untrusted) warn(log *slog.Logger, c *fiber.Ctx, peer netip.Addr) {
	if u.full.Load() || len(c.Request().Header.Peek(fiber.HeaderXForwardedFor)) == 0 {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.peers[peer] || len(u.peers) >= maxUntrusted {
		return
	}
	if u.peers == nil {
		u.peers = map[netip.Addr]bool{}
	}
	u.peers[peer] = true
	u.full.Store(len(u.peers) >= maxUntrusted)
	log.Warn("X-Forwarded-For of a peer that is not a trusted proxy is ignored: all its readers share one limit. "+
		"If it is your proxy, name it in trusted-proxies", "peer", peer.String())
}

// hopAddress reads an address as proxies write it: alone, or with a port.
func hopAddress(s string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return a.Unmap(), true
	}
	ap, err := netip.ParseAddrPort(s)
	return ap.Addr().Unmap(), err == nil
}

func (s *Server) trusts(a netip.Addr) bool {
	for _, p := range s.proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
