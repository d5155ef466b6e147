package s3blob

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// proxy stands between the driver and a server and makes trouble.
type proxy struct {
	t        *testing.T
	addr     string
	upstream string
	out      *http.Transport
	log      logText // what the driver logged
	secret   string

	mu     sync.Mutex
	server *http.Server
	faults []*trouble
	seen   []string // request kinds, in order
}

// trouble is what happens to requests of one kind.
type trouble struct {
	kind  string        // "" for each
	skip  int           // requests of the kind that pass first
	times int           // how many it happens to; 0 means all
	act   string        // see meet
	at    int64         // bytes of a body before it is cut
	wait  time.Duration // of "delay"
}

// The kinds of requests.
const (
	putKind      = "put"
	beginKind    = "begin"
	partKind     = "part"
	completeKind = "complete"
	abortKind    = "abort"
	headKind     = "head"
	getKind      = "get"
	listKind     = "list"
	deleteKind   = "delete"
)

func kindOf(r *http.Request) string {
	q := r.URL.Query()
	switch {
	case r.Method == http.MethodPut && q.Has("partNumber"):
		return partKind
	case r.Method == http.MethodPost && q.Has("uploads"):
		return beginKind
	case r.Method == http.MethodPost && q.Has("uploadId"):
		return completeKind
	case r.Method == http.MethodDelete && q.Has("uploadId"):
		return abortKind
	case r.Method == http.MethodGet && q.Has("list-type"):
		return listKind
	}
	return strings.ToLower(r.Method)
}

// newProxy listens before a server; the address that it returns leads there.
func newProxy(t *testing.T, a Address) (*proxy, Address) {
	p := &proxy{t: t, upstream: a.Host, secret: a.secret, out: &http.Transport{DisableCompression: true}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.addr = l.Addr().String()
	p.start(l)
	t.Cleanup(func() {
		p.stop()
		p.out.CloseIdleConnections()
		if strings.Contains(p.log.String(), p.secret) {
			t.Errorf("a secret is in the log: %s", p.log.String())
		}
	})
	a.Host = p.addr
	return p, a.in(t.TempDir())
}

func (p *proxy) open(a Address, patience patience) *Store {
	p.t.Helper()
	s, err := open(p.t.Context(), a, Options{Log: slog.New(slog.NewTextHandler(&p.log, nil))}, patience)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		p.plan()
		empty(p.t, s)
	})
	return s
}

func (p *proxy) start(l net.Listener) {
	p.server = &http.Server{Handler: p, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	go func() { _ = p.server.Serve(l) }()
}

// stop is a server that goes away: what it was doing breaks off, and nobody listens.
func (p *proxy) stop() { _ = p.server.Close() }

// comeBack listens where it did before.
func (p *proxy) comeBack() {
	p.t.Helper()
	l, err := net.Listen("tcp", p.addr)
	if err != nil {
		p.t.Fatal(err)
	}
	p.start(l)
}

// plan replaces what is to happen, and forgets what was seen.
func (p *proxy) plan(faults ...*trouble) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults, p.seen = faults, nil
}

// count is how many requests of a kind came.
func (p *proxy) count(kind string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, k := range p.seen {
		if k == kind {
			n++
		}
	}
	return n
}

// next gives the trouble of a request, nil if it has none.
func (p *proxy) next(kind string) *trouble {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = append(p.seen, kind)
	for _, f := range p.faults {
		if f.kind != "" && f.kind != kind || f.times < 0 {
			continue
		}
		if f.skip > 0 {
			f.skip--
			continue
		}
		if f.times--; f.times == 0 {
			f.times = -1 // used up
		} else if f.times < 0 {
			f.times = 0 // for all
		}
		return f
	}
	return nil
}

// errCut ends a body that is cut.
var errCut = errors.New("cut")

// ServeHTTP hands a request on, unless something happens to it.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := p.next(kindOf(r))
	if f == nil {
		f = &trouble{}
	}
	out := r.Clone(r.Context())
	out.RequestURI, out.URL.Scheme, out.URL.Host = "", "http", p.upstream
	switch f.act {
	case "503", "500", "429":
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(map[string]int{"503": 503, "500": 500, "429": 429}[f.act])
		if r.Method != http.MethodHead {
			_, _ = io.WriteString(w, `<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>`)
		}
		return
	case "early 503": // before the body was read, as busy servers do
		w.Header().Set("Connection", "close")
		w.WriteHeader(503)
		return
	case "reset":
		reset(w)
		return
	case "stuck":
		_, _ = io.CopyN(io.Discard, r.Body, 1000)
		<-r.Context().Done()
		return
	case "delay":
		time.Sleep(f.wait)
	case "flip": // a bit of the body, which no checksum of TCP may notice
		body, _ := io.ReadAll(r.Body)
		if len(body) > 0 {
			body[len(body)/2] ^= 1
		}
		out.Body = io.NopCloser(bytes.NewReader(body))
	case "cut request":
		if r.ContentLength <= f.at { // it would arrive whole, and whether before it is made again would be chance: it does not arrive
			reset(w)
			return
		}
		out.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, f.at), errReader{}))
	}
	answer, err := p.out.RoundTrip(out)
	if err != nil {
		reset(w)
		return
	}
	defer answer.Body.Close()
	if f.act == "lose answer" {
		_, _ = io.Copy(io.Discard, answer.Body)
		reset(w)
		return
	}
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	if f.act == "no length" || f.act == "short" {
		w.Header().Del("Content-Length")
	}
	w.WriteHeader(answer.StatusCode)
	switch f.act {
	case "short": // and ended as if that were all
		_, _ = io.CopyN(w, answer.Body, f.at)
		_ = http.NewResponseController(w).Flush()
	case "cut answer":
		_, _ = io.CopyN(w, answer.Body, f.at)
		_ = http.NewResponseController(w).Flush()
		reset(w)
	case "dribble":
		for range 5 {
			_, _ = io.CopyN(w, answer.Body, f.at)
			_ = http.NewResponseController(w).Flush()
			time.Sleep(f.wait)
		}
		fallthrough
	default:
		_, _ = io.Copy(w, answer.Body)
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errCut }

// reset ends a connection as a machine does that lost power and came back.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// logText is a log that can be read while it is written.
type logText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write appends.
func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String gives all of it.
func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
