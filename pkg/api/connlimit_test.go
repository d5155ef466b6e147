package api_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kontor/pkg/api"
)

const askForHealth = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

// dialFrom opens a connection from an address of this machine.
func (s *server) dialFrom(address string) net.Conn {
	s.t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}, Timeout: 10 * time.Second}
	c, err := d.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

// answered sends a request over a connection and returns the status, or 0 if the connection ended.
func answered(t *testing.T, c net.Conn, request string) int {
	t.Helper()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(c, request); err != nil {
		return 0
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		t.Fatal("neither an answer nor an end")
	}
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// ended waits until the server has closed a connection.
func ended(t *testing.T, c net.Conn) {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.Copy(io.Discard, c); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the connection is still open: %v", err)
	}
}

func countAnswered(t *testing.T, list []net.Conn) int {
	n := 0
	for _, c := range list {
		if answered(t, c, askForHealth) == 200 {
			n++
		}
	}
	return n
}

// A network has a share of the connections. A new one of it takes the place of its oldest, and others notice nothing.
func TestConnectionsOfANetwork(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) {
		o.MaxConnections, o.MaxConnectionsPerAddress = 20, 6
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.3/32")}
	}})
	keptOpen := s.dialFrom("127.0.0.1")
	var many, proxied []net.Conn
	for range 60 {
		many = append(many, s.dialFrom("127.0.0.2"))
		if status := answered(t, keptOpen, askForHealth); status != 200 {
			t.Fatalf("another client is answered %d", status)
		}
	}
	if status := answered(t, s.dialFrom("127.0.0.1"), askForHealth); status != 200 {
		t.Fatalf("a new client is answered %d", status)
	}
	ended(t, many[53])
	if n := countAnswered(t, many[54:]); n != 6 {
		t.Errorf("%d of the last 6 connections are open", n)
	}
	for range 10 {
		proxied = append(proxied, s.dialFrom("127.0.0.3"))
	}
	if n := countAnswered(t, proxied); n != 10 {
		t.Errorf("%d of 10 connections of a trusted proxy are open", n)
	}
	if n := strings.Count(s.log.String(), "too many connections"); n != 1 {
		t.Errorf("the log tells %d times of too many connections, want 1", n)
	}
}

// When there are too many of all networks, the connection that has waited longest for a request is closed, not the oldest.
func TestLongestIdleIsClosed(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.MaxConnections = 3 }})
	first, second, third := s.dialFrom("127.0.0.1"), s.dialFrom("127.0.0.2"), s.dialFrom("127.0.0.3")
	if status := answered(t, first, askForHealth); status != 200 {
		t.Fatalf("the first connection is answered %d", status)
	}
	fourth := s.dialFrom("127.0.0.4")
	ended(t, second)
	if n := countAnswered(t, []net.Conn{first, third, fourth}); n != 3 {
		t.Errorf("%d of the other 3 connections are open", n)
	}
}

// A head that comes byte by byte keeps a connection idle: it does not count as a running request.
func TestSlowHeadIsIdle(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.MaxConnections = 2 }})
	slow, other := s.dialFrom("127.0.0.1"), s.dialFrom("127.0.0.2")
	if status := answered(t, other, askForHealth); status != 200 {
		t.Fatal(status)
	}
	if _, err := io.WriteString(slow, "GET /healthz HT"); err != nil {
		t.Fatal(err)
	}
	fresh := s.dialFrom("127.0.0.3")
	ended(t, slow)
	if n := countAnswered(t, []net.Conn{other, fresh}); n != 2 {
		t.Errorf("%d of the other 2 connections are open", n)
	}
}

// Running requests are never cut off: where nothing is idle, a new connection is told to come back.
func TestRunningRequestsAreKept(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.MaxConnections = 2 }})
	running, release := make(chan struct{}, 2), make(chan struct{})
	s.store.trouble(func(_ context.Context, method, collection string) error {
		if method == "Find" && !strings.HasPrefix(collection, "_") {
			running <- struct{}{}
			<-release
		}
		return nil
	})
	statuses := make(chan int, 2)
	for _, address := range []string{"127.0.0.1", "127.0.0.2"} {
		c := s.dialFrom(address)
		go func() {
			statuses <- answered(t, c, "GET /api/dossiers?fields=title&filters[year]="+address[8:]+" HTTP/1.1\r\nHost: x\r\n\r\n")
		}()
		<-running
	}
	if status := answered(t, s.dialFrom("127.0.0.3"), ""); status != 503 {
		t.Errorf("a third connection is answered %d", status)
	}
	close(release)
	for range 2 {
		if status := <-statuses; status != 200 {
			t.Errorf("a running request is answered %d", status)
		}
	}
	if status := answered(t, s.dialFrom("127.0.0.3"), askForHealth); status != 200 {
		t.Errorf("afterwards a connection is answered %d", status)
	}
}

// Where nothing is idle the connection goes whose client has kept its request waiting, and no request that Kontor works on.
func TestStalledConnectionIsClosed(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.MaxConnections, o.ReadTimeout = 2, 30*time.Second }})
	running, release := make(chan struct{}, 10), make(chan struct{})
	s.store.trouble(func(_ context.Context, method, collection string) error {
		if method == "Find" && !strings.HasPrefix(collection, "_") {
			running <- struct{}{}
			<-release
		}
		if collection == "_tokens" {
			running <- struct{}{}
		}
		return nil
	})
	status, busy, upload := make(chan int, 1), s.dialFrom("127.0.0.1"), s.dialFrom("127.0.0.2")
	go func() { status <- answered(t, busy, "GET /api/dossiers?fields=title HTTP/1.1\r\nHost: x\r\n\r\n") }()
	<-running
	head := "POST /api/upload HTTP/1.1\r\nHost: x\r\nAuthorization: " + s.secrets["editor"] + "\r\nContent-Type: multipart/form-data; boundary=b\r\n"
	form := "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\n" + strings.Repeat("x", 9<<10) // more than the library reads ahead
	if _, err := io.WriteString(upload, head+"Content-Length: 100000\r\n\r\n"+form); err != nil {
		t.Fatal(err)
	}
	<-running
	if status := answered(t, s.dialFrom("127.0.0.3"), ""); status != 503 {
		t.Errorf("a third connection is answered %d before the upload has stalled", status)
	}
	third, ready := 503, time.Now().Add(20*time.Second)
	for third == 503 && time.Now().Before(ready) {
		time.Sleep(100 * time.Millisecond)
		third = answered(t, s.dialFrom("127.0.0.3"), askForHealth)
	}
	if third != 200 {
		t.Errorf("a third connection is answered %d", third)
	}
	ended(t, upload)
	close(release)
	if got := <-status; got != 200 {
		t.Errorf("the running request is answered %d", got)
	}
}

// failingListener returns errors before it accepts.
type failingListener struct {
	net.Listener
	mu     sync.Mutex
	errors []error
}

func (l *failingListener) Accept() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.errors) > 0 {
		err := l.errors[0]
		l.errors = l.errors[1:]
		return nil, err
	}
	return l.Listener.Accept()
}

// An error that passes does not end the server; one that does not pass ends it.
func TestAcceptErrors(t *testing.T) {
	s := newServer(t, setup{})
	open := func(list ...error) (*failingListener, chan error) {
		inner, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l, done := &failingListener{Listener: inner, errors: list}, make(chan error, 1)
		go func() { done <- api.New(api.Options{Content: s.content, Auth: s.auth}).Serve(l) }()
		return l, done
	}
	var passing []error
	for _, e := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED} {
		passing = append(passing, &net.OpError{Op: "accept", Net: "tcp", Err: e})
	}
	l, done := open(passing...)
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if status := answered(t, c, askForHealth); status != 200 {
		t.Errorf("after errors that pass a client is answered %d", status)
	}
	_ = l.Close()
	if err := <-done; err != nil {
		t.Errorf("a closed listener: %v", err)
	}
	_, done = open(&net.OpError{Op: "accept", Net: "tcp", Err: syscall.EBADF})
	if err := <-done; !errors.Is(err, syscall.EBADF) {
		t.Errorf("an error that does not pass ends the server with %v", err)
	}
}
