package api

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
)

// How much of a refused request is still taken, and for how long.
const (
	lingerTime  = 2 * time.Second
	lingerBytes = 64 << 20
)

// listener gives connections that can linger and that a shutdown finds while they are silent.
type listener struct {
	net.Listener
	silent *sync.Map // *conn, as long as nothing was read from it
}

// Accept waits for the next connection.
func (l listener) Accept() (net.Conn, error) {
	inner, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: inner, silent: l.silent}
	l.silent.Store(c, nil)
	return c, nil
}

// conn is a connection that can be closed without cutting off the answer: closing while bytes of the client are unread resets the
// connection, and a client that is still sending would lose what it was told (RFC 9112, section 9.6).
type conn struct {
	net.Conn
	silent *sync.Map
	spoke  bool
	linger atomic.Bool
	idle   atomic.Int64 // nanoseconds within which a write must succeed, in place of a time for all of them; 0 for none
}

// Write is the connection's, with a deadline of its own while an answer streams.
func (c *conn) Write(p []byte) (int, error) {
	if idle := c.idle.Load(); idle > 0 {
		if err := c.SetWriteDeadline(time.Now().Add(time.Duration(idle))); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(p)
}

// Read is the connection's; only one goroutine reads.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && !c.spoke {
		c.spoke = true
		c.silent.Delete(c)
	}
	return n, err
}

// Close ends the connection; if it lingers, after the client has taken notice.
func (c *conn) Close() error {
	c.silent.Delete(c)
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok && c.linger.Load() && half.CloseWrite() == nil {
		_ = c.SetReadDeadline(time.Now().Add(lingerTime))
		_, _ = io.CopyN(io.Discard, c.Conn, lingerBytes)
	}
	return c.Conn.Close()
}

// linger is for answers to requests that were not read to their end.
func linger(c *fiber.Ctx) {
	if conn, ok := c.Context().Conn().(*conn); ok {
		conn.linger.Store(true)
	}
}

// hush ends connections on which nothing was sent, as browsers open them ahead of time. The library closes those that idle between
// requests, and would wait for these.
func (s *Server) hush() {
	s.silent.Range(func(c, _ any) bool {
		_ = c.(*conn).SetReadDeadline(time.Now())
		return true
	})
}
