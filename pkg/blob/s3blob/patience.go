package s3blob

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// patience is how long a server may be silent.
type patience struct {
	dial  time.Duration // until a connection stands
	read  time.Duration // of a request that reads: until it answers, and between two pieces of the answer
	write time.Duration // of one that writes, which a server may take long to keep
	ping  time.Duration // of Ping, all of it
}

// usual leaves 2 s until a caller knows that nobody listens, one try more included.
var usual = patience{dial: 1500 * time.Millisecond, read: 10 * time.Second, write: 30 * time.Second, ping: 2 * time.Second}

// errSilent is what a request ends with when the server said nothing for too long.
var errSilent = errors.New("the server was silent for too long")

// patient sends requests and gives up those on which nothing moves. A deadline for the whole would cut long files off or let a stuck
// server hold a request for hours; so every byte that moves starts the wait anew, and who reads slowly is not waited for.
type patient struct {
	next *http.Transport
	patience
}

func newPatient(p patience) *patient {
	return &patient{patience: p, next: &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: p.dial}).DialContext,
		TLSHandshakeTimeout: 5 * time.Second,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     time.Minute,
		WriteBufferSize:     32 << 10,
		ReadBufferSize:      32 << 10,
		DisableCompression:  true, // bytes come back as they are
	}}
}

// RoundTrip sends one request.
func (p *patient) RoundTrip(r *http.Request) (*http.Response, error) {
	limit := p.write
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodDelete {
		limit = p.read
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	w := &wait{ctx: ctx, limit: limit, timer: time.AfterFunc(limit, func() { cancel(errSilent) }), end: func() { cancel(nil) }}
	r = r.WithContext(ctx)
	out := &sent{ReadCloser: r.Body, wait: w}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = out
	}
	answer, err := p.next.RoundTrip(r)
	out.stop()
	w.timer.Stop()
	if err != nil {
		err = w.known(err)
		w.end()
		return nil, err
	}
	answer.Body = &received{ReadCloser: answer.Body, wait: w}
	return answer, nil
}

// wait is how long nothing has moved on a request.
type wait struct {
	ctx   context.Context
	limit time.Duration
	timer *time.Timer
	end   func()
}

// known tells silence from other ends.
func (w *wait) known(err error) error {
	if err != nil && err != io.EOF && context.Cause(w.ctx) == errSilent {
		return errSilent
	}
	return err
}

// sent is the body of a request.
type sent struct {
	io.ReadCloser
	wait *wait

	mu      sync.Mutex
	stopped bool
}

// Read hands on what is sent next.
func (s *sent) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return 0, net.ErrClosed
	}
	s.wait.timer.Reset(s.wait.limit)
	return s.ReadCloser.Read(p)
}

// stop sees to it that nothing reads on. The transport may still do so after it has returned, from bytes that by then belong to
// another upload.
func (s *sent) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
}

// received is the body of an answer.
type received struct {
	io.ReadCloser
	wait *wait
}

// Read waits for what comes next.
func (r *received) Read(p []byte) (int, error) {
	r.wait.timer.Reset(r.wait.limit)
	n, err := r.ReadCloser.Read(p)
	r.wait.timer.Stop()
	return n, r.wait.known(err)
}

// Close gives the connection back, or ends it if not all was read.
func (r *received) Close() error {
	err := r.ReadCloser.Close()
	r.wait.timer.Stop()
	r.wait.end()
	return err
}
