package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"kontor/pkg/api"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/schemas"
)

// everyRoute has a request for each kind of route that touches the store.
func everyRoute(id string) []call {
	match := map[string]string{"If-Match": "*"}
	const change = `{"data":{"title":"x"}}`
	return []call{
		{"GET", "/api/dossiers", "", "", nil}, {"GET", "/api/dossiers/" + id, "", "", nil}, {"GET", "/api/dossiers/count", "", "", nil},
		{"GET", "/api/settings", "", "", nil}, {"GET", "/api/dossiers?filters[see][title]=x&populate=*", "editor", "", nil},
		{"POST", "/api/dossiers", "editor", change, nil}, {"PUT", "/api/dossiers/" + id, "editor", change, nil}, {"DELETE", "/api/dossiers/" + id, "editor", "", nil},
		{"PUT", "/api/settings", "editor", `{"data":{"siteName":"x"}}`, nil}, {"DELETE", "/api/settings", "editor", "", nil},
		{"POST", "/api/auth/local", "", `{"identifier":"x@example.org","password":"x"}`, nil}, {"GET", "/api/users", "admin", "", nil},
		{"GET", "/manage/entries/dossier/" + id, "editor", "", nil}, {"GET", "/manage/entries/dossier/" + id + "/history", "editor", "", nil},
		{"GET", "/manage/entries/dossier/" + id + "/uses", "editor", "", nil}, {"GET", "/manage/trash/dossier", "editor", "", nil},
		{"POST", "/manage/entries/dossier/" + id + "/publish", "editor", "", match}, {"POST", "/manage/trash/dossier/" + id + "/restore", "editor", "", match},
		{"DELETE", "/manage/trash/dossier/" + id, "editor", "", nil},
	}
}

var answerID = regexp.MustCompile(`"id":"([0-9a-f-]{36})"`)

// nothing is read through a nil pointer.
type nothing struct{ Secret error }

// A store that fails in a way nobody has foreseen: 500 with an id that joins answer and log, and not a word more.
func TestInternalErrors(t *testing.T) {
	s := newServer(t, setup{})
	id := s.create("dossiers", `{"title":"Akte"}`)
	for name, trouble := range map[string]func() error{
		"an error":           func() error { return errors.New("disk secret /var/hidden at sector 7") },
		"an internal fault":  func() error { return fault.Wrap(fault.Internal, errors.New("secret cause"), "secret message") },
		"an internal no one": func() error { return fault.New(fault.Internal, "secret message of a defect") },
		"a panic":            func() error { panic("secret panic") },
		"a panic with nil":   func() error { return (*nothing)(nil).Secret },
	} {
		t.Run(name, func(t *testing.T) {
			s.store.trouble(func(context.Context, string, string) error { return trouble() })
			defer s.store.trouble(nil)
			for _, c := range everyRoute(id) {
				r := s.do(c)
				if r.status != 500 {
					t.Errorf("%s %s: status %d: %s", c.method, c.path, r.status, r.body)
					continue
				}
				r.checkForm(t, c)
				if strings.Contains(r.body+fmt.Sprint(r.header), "secret") || strings.Contains(r.body, "goroutine") || strings.Contains(r.body, ".go:") {
					t.Errorf("%s %s tells: %s", c.method, c.path, r.body)
				}
				m := answerID.FindStringSubmatch(r.body)
				if m == nil {
					t.Errorf("%s %s: no id: %s", c.method, c.path, r.body)
				} else if line := s.logLine(m[1]); !strings.Contains(line, "level=ERROR") || !strings.Contains(line, "secret") && !strings.Contains(line, "nil pointer") {
					t.Errorf("the log does not say what %s was: %s", m[1], line)
				}
			}
		})
	}
	s.want(200, call{"GET", "/api/dossiers/" + id, "", "", nil}) // the process lives, and nothing has changed
}

func (s *server) logLine(word string) string {
	for line := range strings.SplitSeq(s.log.String(), "\n") {
		if strings.Contains(line, word) {
			return line
		}
	}
	return ""
}

// A store that is away, or slower than a request may take: 503, when to try again, and why.
func TestUnavailable(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.RequestTimeout = 300 * time.Millisecond }})
	const id = "abcdefghijklmnopqrstuvwx"
	late := func(wrap func(error) error) func(context.Context, string, string) error {
		return func(ctx context.Context, _, _ string) error { <-ctx.Done(); return wrap(ctx.Err()) }
	}
	for name, c := range map[string]struct {
		trouble func(ctx context.Context, method, collection string) error
		says    string
	}{
		"away": {func(context.Context, string, string) error {
			return fault.New(fault.Unavailable, "The database does not answer")
		}, "does not answer"},
		"slow":             {late(func(err error) error { return fmt.Errorf("query: %w", err) }), "too long"},
		"slow, as a fault": {late(func(err error) error { return fault.Wrap(fault.Internal, err, "query") }), "too long"},
	} {
		t.Run(name, func(t *testing.T) {
			s.store.trouble(c.trouble)
			defer s.store.trouble(nil)
			routes := everyRoute(id)
			replies := make([]reply, len(routes))
			var wg sync.WaitGroup
			start := time.Now()
			for i, route := range routes {
				wg.Go(func() {
					var err error
					if replies[i], err = s.try(context.Background(), route); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			for i, r := range replies {
				if r.status != 503 || !strings.Contains(r.body, c.says) {
					t.Errorf("%s %s: status %d: %s", routes[i].method, routes[i].path, r.status, r.body)
				} else {
					r.checkForm(t, routes[i])
				}
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("the answers took %v", took)
			}
		})
	}
}

func TestReady(t *testing.T) {
	s := newServer(t, setup{})
	for _, path := range []string{"/healthz", "/readyz"} {
		s.want(200, call{"GET", path, "", "", nil}).wantAt(t, "status", `"ok"`)
		s.want(200, call{"GET", path, "nobody", "", nil}.as(s, "Bearer wrong"))
	}
	notReady := func(reason string) {
		t.Helper()
		time.Sleep(120 * time.Millisecond) // longer than the answer before is given to others
		for _, header := range []map[string]string{nil, {"If-None-Match": "*"}} {
			r := s.do(call{"GET", "/readyz", "", "", header})
			if r.status != 503 || !strings.Contains(r.body, reason) || r.header.Get("Cache-Control") != "no-store" || r.header.Get("ETag") != "" {
				t.Errorf("%s: %d %s %v", reason, r.status, r.body, r.header)
			}
		}
		s.want(200, call{"GET", "/healthz", "", "", nil})
	}
	s.store.trouble(func(context.Context, string, string) error { return errors.New("secret") })
	notReady("Internal Server Error")
	s.store.trouble(nil)

	// Another process puts other types in force: this one goes not ready and writes nothing any more.
	id := s.create("dossiers", `{"title":"Akte"}`)
	other, err := schema.Load(fstest.MapFS{"dossier.json": {Data: []byte(strings.Replace(ownTypes["dossier.json"], `"memo":{"title":"Vermerk","x-relation":{"to":"memo"}},`, "", 1))}}, schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	next, err := content.New(t.Context(), s.store.Store, other, content.Options{Meta: schemas.FS})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := next.ApplyTypes(t.Context()); err != nil {
		t.Fatal(err)
	}
	notReady("types have changed")
	for _, c := range []call{{"POST", "/api/dossiers", "editor", `{"data":{"title":"x"}}`, nil}, {"PUT", "/api/dossiers/" + id, "editor", `{"data":{"title":"x"}}`, nil},
		{"DELETE", "/api/dossiers/" + id, "editor", "", nil}, {"POST", "/manage/entries/dossier/" + id + "/unpublish", "editor", "", map[string]string{"If-Match": "*"}}} {
		if r := s.do(c); r.status != 503 || !strings.Contains(r.body, "types have changed") {
			t.Errorf("%s %s: %d %s", c.method, c.path, r.status, r.body)
		}
	}
	_ = s.store.Close()
	notReady("")
	if r := s.get("", "/api/dossiers"); r.status != 503 {
		t.Errorf("a closed store: %d %s", r.status, r.body)
	}
}

// as is the call with this Authorization.
func (c call) as(s *server, authorization string) call {
	s.secrets[c.by] = authorization
	return c
}

// Shutdown lets a running request finish, takes no new one, and waits for nobody else.
func TestShutdown(t *testing.T) {
	s := newServer(t, setup{})
	id := s.create("dossiers", `{"title":"Akte"}`)
	dial := func() net.Conn {
		t.Helper()
		c, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	dial() // opened and not used, as browsers do it
	idle := dial()
	if _, err := io.WriteString(idle, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := idle.Read(make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	running, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.store.trouble(func(_ context.Context, method, collection string) error {
		if method == "Apply" && collection != "_tokens" {
			once.Do(func() { close(running) })
			<-release
		}
		return nil
	})
	answered := make(chan reply, 1)
	go func() {
		r, err := s.try(context.Background(), call{"PUT", "/api/dossiers/" + id, "editor", `{"data":{"title":"Neu"}}`, nil})
		if err != nil {
			t.Error(err)
		}
		answered <- r
	}()
	<-running
	stopped := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		stopped <- s.api.Shutdown(ctx)
	}()
	time.Sleep(200 * time.Millisecond)
	if c, err := net.Dial("tcp", s.addr); err == nil {
		_ = c.Close()
		t.Error("a new connection is taken")
	}
	select {
	case err := <-stopped:
		t.Fatalf("shutdown does not wait: %v", err)
	default:
	}
	close(release)
	r := <-answered
	if r.status != 200 || r.at(t, "data.title") != "Neu" {
		t.Errorf("the running request: %d %v %s", r.status, r.header, r.body)
	}
	start := time.Now()
	if err := <-stopped; err != nil || time.Since(start) > 3*time.Second {
		t.Errorf("shutdown: %v after %v", err, time.Since(start))
	}
	if d := s.dump(); !strings.Contains(d, "Neu") {
		t.Error("what was acknowledged is lost")
	}
}

// A shutdown whose time is over says so, and does not hang.
func TestShutdownGivesUp(t *testing.T) {
	s := newServer(t, setup{})
	running, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.store.trouble(func(context.Context, string, string) error {
		once.Do(func() { close(running) })
		<-release
		return nil
	})
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _ = s.try(context.Background(), call{"GET", "/api/dossiers", "", "", nil})
	}()
	<-running
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if err := s.api.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("shutdown: %v", err)
	}
	close(release)
	<-answered
}

// Values that an entry keeps must not be overwritten by later requests, whose bytes lie in the same buffers.
func TestValuesOutliveTheRequest(t *testing.T) {
	s := newServer(t, setup{})
	const writers, rounds = 8, 10
	type written struct{ id, text, slug string }
	out := make([][]written, writers)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range rounds {
				letter := string(rune('a' + w))
				text := strings.Repeat(letter, 10+rand.IntN(40))
				slug := fmt.Sprintf("%s-%d-%d", strings.Repeat(letter, 10), w, i)
				body := fmt.Sprintf(`{"data":{"title":%q,"slug":%q,"extra":{%q:[%q]},"parts":[{"label":%q}]}}`, text, slug, text, text, text)
				r, err := s.try(context.Background(), call{"POST", "/api/dossiers?fields=title,slug,extra&populate=parts", "editor", body, nil})
				if err != nil || r.status != 201 {
					t.Errorf("%d %v %s", r.status, err, r.body)
					return
				}
				out[w] = append(out[w], written{r.text(t, "data.documentId"), text, slug})
				// Longer and shorter requests between, so that the buffers change.
				_, _ = s.try(context.Background(), call{"GET", "/api/dossiers?_q=" + strings.Repeat("Z", rand.IntN(400)), "", "", nil})
			}
		})
	}
	wg.Wait()
	for _, list := range out {
		for _, e := range list {
			r := s.get("", "/api/dossiers/"+e.id+"?populate=parts")
			r.wantAt(t, "data.title", `"`+e.text+`"`)
			r.wantAt(t, "data.slug", `"`+e.slug+`"`)
			r.wantAt(t, "data.extra", `{"`+e.text+`":["`+e.text+`"]}`)
			r.wantAt(t, "data.parts.0.label", `"`+e.text+`"`)
		}
	}
	if broken, err := s.content.Verify(t.Context()); err != nil || len(broken) > 0 {
		t.Errorf("%v %v", err, broken)
	}
}
