package api

import (
	"container/list"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"

	"kontor/pkg/rate"
)

// The default limits of connections.
const (
	defaultConnections = 4096
	defaultPerNetwork  = 256
)

// The process keeps ownDescriptors for the store, the search and the log. A connection needs two of
// the others: its own and that of the file which its request may read or write.
const (
	ownDescriptors   = 128
	perConnection    = 2
	leastConnections = 16
)

// connectionLimit returns how many connections may be open, fewer than wanted if the process may
// open few descriptors. 0 descriptors means that their limit is not known.
func connectionLimit(wanted, descriptors int) int {
	if descriptors == 0 {
		return wanted
	}
	return min(wanted, max(leastConnections, (descriptors-ownDescriptors)/perConnection))
}

// stallShare is the part of the read timeout for which a client must have kept a running request
// waiting before its connection may be closed for a new one.
const stallShare = 6

// connTable holds the open connections. When there are too many it closes the one that has been
// idle longest: of the network that has too many, or of all.
type connTable struct {
	log        *slog.Logger
	start      time.Time
	stallTime  time.Duration
	trusts     func(netip.Addr) bool // proxies, which may have any number
	most       int
	perNetwork int
	heldBytes  atomic.Int64 // of long responses that are being written

	mu       sync.Mutex
	open     map[*conn]struct{}
	networks map[netip.Prefix]*connNetwork
	idle     list.List // of *conn without a request, the one idle longest first
	warned   time.Time
}

// connNetwork is the connections of one network.
type connNetwork struct {
	prefix netip.Prefix
	open   int
	idle   list.List // as in connTable

	heldBytes atomic.Int64 // as in connTable
}

func newConnTable(o Options, log *slog.Logger, readTimeout time.Duration, trusts func(netip.Addr) bool) *connTable {
	t := &connTable{log: log, stallTime: readTimeout / stallShare, start: time.Now(), trusts: trusts, open: map[*conn]struct{}{}, networks: map[netip.Prefix]*connNetwork{}}
	t.most = connectionLimit(orDefault(o.MaxConnections, defaultConnections), o.Descriptors)
	t.perNetwork = min(orDefault(o.MaxConnectionsPerAddress, defaultPerNetwork), max(1, t.most/2))
	t.idle.Init()
	return t
}

func orDefault(n, standard int) int {
	if n == 0 {
		return standard
	}
	return n
}

// now is the time since the table was made.
func (t *connTable) now() time.Duration { return time.Since(t.start) }

// add enters a new connection. It returns false if there are too many and none of them is idle.
func (t *connTable) add(c *conn) bool {
	addr := remoteAddress(c.Conn.RemoteAddr())
	t.mu.Lock()
	n := t.networks[rate.Network(addr)]
	if n == nil {
		n = &connNetwork{prefix: rate.Network(addr)}
	}
	var victims []*conn
	makeRoom := func(idle *list.List, in func(*conn) bool) bool {
		victim := longestIdle(idle)
		if victim == nil {
			victim = t.longestStalled(in)
		}
		if victim == nil {
			return false
		}
		t.remove(victim)
		victims = append(victims, victim)
		return true
	}
	ok := true
	if n.open >= t.perNetwork && !t.trusts(addr) {
		ok = makeRoom(&n.idle, func(c *conn) bool { return c.network == n })
	}
	if ok && len(t.open) >= t.most {
		ok = makeRoom(&t.idle, func(*conn) bool { return true })
	}
	if ok {
		t.networks[n.prefix], c.network = n, n
		n.open++
		t.open[c] = struct{}{}
		t.setIdle(c)
	}
	if !ok || len(victims) > 0 {
		t.warn(addr)
	}
	t.mu.Unlock()
	for _, v := range victims {
		_ = v.Conn.Close()
	}
	return ok
}

func longestIdle(idle *list.List) *conn {
	if e := idle.Front(); e != nil {
		return e.Value.(*conn)
	}
	return nil
}

// longestStalled returns the connection whose client has kept a running request waiting longest.
func (t *connTable) longestStalled(in func(*conn) bool) *conn {
	var out *conn
	oldest := t.now() - t.stallTime
	for c := range t.open {
		if since := time.Duration(c.stalled.Load()); since > 0 && since < oldest && in(c) {
			out, oldest = c, since
		}
	}
	return out
}

// warn logs at most once a minute that connections are closed or refused.
func (t *connTable) warn(addr netip.Addr) {
	if time.Since(t.warned) < time.Minute {
		return
	}
	t.warned = time.Now()
	t.log.Warn("too many connections: closing those that are idle longest, refusing new ones if none is idle",
		"open", len(t.open), "limit", t.most, "limit_per_address", t.perNetwork, "address", addr.String())
}

// remove takes a connection out of the table; it may be repeated.
func (t *connTable) remove(c *conn) {
	if _, ok := t.open[c]; !ok {
		return
	}
	t.clearIdle(c)
	delete(t.open, c)
	if c.network.open--; c.network.open == 0 {
		delete(t.networks, c.network.prefix)
	}
}

// leave notes that a connection serves no more requests: it is idle while it lingers, and then gone.
func (t *connTable) leave(c *conn, gone bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if gone {
		t.remove(c)
	} else {
		t.setIdle(c)
	}
}

func (t *connTable) setIdle(c *conn) {
	if _, ok := t.open[c]; ok && c.inAll == nil {
		c.inAll, c.inNetwork = t.idle.PushBack(c), c.network.idle.PushBack(c)
	}
}

func (t *connTable) clearIdle(c *conn) {
	if c.inAll != nil {
		t.idle.Remove(c.inAll)
		c.network.idle.Remove(c.inNetwork)
		c.inAll, c.inNetwork = nil, nil
	}
}

// freeDescriptor closes the connection that has been idle longest.
func (t *connTable) freeDescriptor() {
	t.mu.Lock()
	victim := longestIdle(&t.idle)
	if victim != nil {
		t.remove(victim)
	}
	t.mu.Unlock()
	if victim != nil {
		_ = victim.Conn.Close()
	}
}

// endSilent ends the connections on which nothing was sent, as browsers open them ahead of time.
// The library closes those that idle between requests, and would wait for these.
func (t *connTable) endSilent() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for e := t.idle.Front(); e != nil; e = e.Next() {
		if c := e.Value.(*conn); !c.spoke.Load() {
			_ = c.SetReadDeadline(time.Now())
		}
	}
}

// watch marks connections as idle or busy as the library serves them.
func (t *connTable) watch(server *fasthttp.Server) {
	server.ConnState = func(nc net.Conn, state fasthttp.ConnState) {
		if c, ok := nc.(*conn); ok && state == fasthttp.StateIdle {
			c.release()
			t.mu.Lock()
			t.setIdle(c)
			t.mu.Unlock()
		}
	}
	next := server.Handler
	server.Handler = func(fctx *fasthttp.RequestCtx) {
		if c, ok := fctx.Conn().(*conn); ok {
			t.mu.Lock()
			t.clearIdle(c)
			t.mu.Unlock()
		}
		next(fctx)
	}
}

// remoteAddress returns the zero Addr for what is no TCP address.
func remoteAddress(a net.Addr) netip.Addr {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap()
}

// passing lists the errors of accept(2) after which the next call may succeed: the system or the
// process is short of something, or the new connection broke off.
var passing = []error{
	syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED, syscall.EPROTO, syscall.ENETDOWN,
	syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.EHOSTUNREACH, syscall.ENOPROTOOPT, syscall.EOPNOTSUPP, syscall.EPERM,
	syscall.EINTR, syscall.EAGAIN,
}

func passes(err error) bool {
	for _, p := range passing {
		if errors.Is(err, p) {
			return true
		}
	}
	return false
}
