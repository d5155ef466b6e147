package api

import (
	"container/list"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/fault"
)

// How much of a refused request is still taken, and for how long.
const (
	lingerTime  = 2 * time.Second
	lingerBytes = 64 << 20
)

// The pauses after an error of accept that passes: each is twice the one before.
const (
	firstPause = 5 * time.Millisecond
	lastPause  = 250 * time.Millisecond
)

// listener accepts connections as long as it is open, and enters them into the table.
type listener struct {
	net.Listener
	table *connTable
}

// busyResponse is all that a connection gets which there is no room for.
const busyResponse = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

// Accept waits for the next connection. It returns an error only if there can be no further one.
func (l listener) Accept() (net.Conn, error) {
	pause := firstPause
	for {
		inner, err := l.Listener.Accept()
		if passes(err) {
			l.table.log.Warn("could not accept a connection, trying again", "error", err, "pause", pause)
			l.table.freeDescriptor()
			time.Sleep(pause)
			pause = min(2*pause, lastPause)
			continue
		}
		if err != nil {
			return nil, err
		}
		pause = firstPause
		c := &conn{Conn: inner, table: l.table}
		if l.table.add(c) {
			return c, nil
		}
		_ = inner.SetWriteDeadline(time.Now().Add(firstPause))
		_, _ = io.WriteString(inner, busyResponse)
		_ = inner.Close()
	}
}

// conn is a connection that can be closed without cutting off the answer: closing while bytes of the client are unread resets the
// connection, and a client that is still sending would lose what it was told (RFC 9112, section 9.6).
type conn struct {
	net.Conn
	spoke   atomic.Bool // something was read from it
	linger  atomic.Bool
	idle    atomic.Int64 // nanoseconds within which a write must succeed, in place of a time for all of them; 0 for none
	stalled atomic.Int64 // since when a read or write waits for the client, in nanoseconds of the table's clock; 0: none does

	held atomic.Int64 // bytes of the response that is being written, as the table counts them

	table            *connTable // and what it notes of the connection
	network          *connNetwork
	inAll, inNetwork *list.Element // in the lists of idle connections; nil while a request runs
}

// Write is the connection's, with a deadline of its own while an answer streams.
func (c *conn) Write(p []byte) (int, error) {
	if idle := c.idle.Load(); idle > 0 {
		if err := c.SetWriteDeadline(time.Now().Add(time.Duration(idle))); err != nil {
			return 0, err
		}
	}
	c.stalled.Store(int64(c.table.now()))
	defer c.stalled.Store(0)
	return c.Conn.Write(p)
}

// Read is the connection's; only one goroutine reads.
func (c *conn) Read(p []byte) (int, error) {
	c.stalled.Store(int64(c.table.now()))
	n, err := c.Conn.Read(p)
	c.stalled.Store(0)
	if n > 0 && !c.spoke.Load() {
		c.spoke.Store(true)
	}
	return n, err
}

// Close ends the connection; if it lingers, after the client has taken notice.
func (c *conn) Close() error {
	c.release()
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok && c.linger.Load() && half.CloseWrite() == nil {
		c.table.leave(c, false)
		_ = c.SetReadDeadline(time.Now().Add(lingerTime))
		_, _ = io.CopyN(io.Discard, c.Conn, lingerBytes)
	}
	c.table.leave(c, true)
	return c.Conn.Close()
}

// linger is for answers to requests that were not read to their end.
func linger(c *fiber.Ctx) {
	if conn, ok := c.Context().Conn().(*conn); ok {
		conn.linger.Store(true)
	}
}

// release ends the count of a response that is written, or will not be any more.
func (c *conn) release() {
	if n := c.held.Swap(0); n > 0 {
		c.table.heldBytes.Add(-n)
		c.network.heldBytes.Add(-n)
	}
}

// hold counts a response of n bytes until it is written. It returns false if too many bytes wait to be
// written, of all connections or of this one's network.
func (c *conn) hold(n, most int64) bool {
	c.held.Store(n)
	ofNetwork, ofAll := c.network.heldBytes.Add(n), c.table.heldBytes.Add(n)
	tooMany := ofAll > most || ofNetwork > max(n, most/networkResponses) && !c.table.trusts(remoteAddress(c.RemoteAddr()))
	if tooMany {
		c.release()
	}
	return !tooMany
}

// defaultResponseMemory is how many bytes of long responses may wait for their clients.
const defaultResponseMemory = 128 << 20

// networkResponses is the share of that, as a divisor, which the clients of one network may fill.
const networkResponses = 4

// countedResponse is the length in bytes from which a response counts. All connections at their
// standard limit hold at most 256 MiB of shorter ones.
const countedResponse = 64 << 10

// holdResponse counts a long response until it is written. A client may take its time to read, so
// without a bound a few connections would fill the memory. Responses that many clients share are not
// counted, and those that stream are never in memory.
func (s *Server) holdResponse(c *fiber.Ctx) error {
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead && !underSearch(c.Path()) {
		return nil // a write that was done must not be told to be tried again
	}
	conn, ok := c.Context().Conn().(*conn)
	if _, shared := c.Locals(answerKey).(*answer); !ok || shared || c.Response().IsBodyStream() {
		return nil
	}
	n := int64(len(c.Response().Body()))
	if n < countedResponse {
		return nil
	}
	if !conn.hold(n, s.responseMemory) {
		c.Response().Reset()
		s.harden(c)
		s.share(c)
		return fault.New(fault.Unavailable, "Too many long responses are waiting to be read, try again in a second").With("retryAfter", 1)
	}
	return nil
}
