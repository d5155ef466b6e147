package api_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kontor/pkg/auth"
)

// Whatever the path, a request counts once against the limit of its address, and is refused when that is used up.
func TestEveryRouteIsLimited(t *testing.T) {
	for _, path := range []string{
		"/", "/nothing", "/docs", "/docs/", "/docs/start.js", "/docs/swagger-ui-bundle.js", "/docs/nothing", "/docs/manual", "/docs/manual/search", "/docsx", "/openapi.json", "/sitemap.xml",
		"/files/nothing/x.pdf", "/api", "/api/topics", "/api/nothing/x/y", "/manage", "/manage/types", "/manage/nothing", "/search/version", "/search/nothing",
		"/favicon.ico", "/robots.txt",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			s := limited(t)
			for i := range 5 {
				r := s.do(call{"GET", path, "", "", from("192.0.2.1")})
				if want := fmt.Sprintf(`"address";r=%d;`, 4-i); r.status == 429 || !strings.HasPrefix(r.header.Get("RateLimit"), want) {
					t.Fatalf("request %d: %d, RateLimit %q, want %s", i, r.status, r.header.Get("RateLimit"), want)
				}
			}
			for _, method := range []string{"GET", "HEAD", "PUT", "BREW"} {
				s.want(429, call{method, path, "", "", from("192.0.2.1")})
			}
			if r := s.do(call{"GET", path, auth.Editor, "", from("192.0.2.1")}); r.status == 429 {
				t.Error("a caller with a token pays for others")
			}
		})
	}
}

// A load balancer is answered whatever readers do; a network far away can't ask for ever.
func TestProbesAreLimitedApart(t *testing.T) {
	s := limited(t)
	probe := func(path, address string) int { return s.do(call{"GET", path, "", "", from(address)}).status }
	for range 6 {
		s.do(call{"GET", "/api/topics", "", "", from("192.0.2.1")})
	}
	s.want(429, call{"GET", "/api/topics", "", "", from("192.0.2.1")})
	asked := 0
	for asked < 5_000 { // a slow machine wins some requests back while it asks
		path := []string{"/healthz", "/readyz"}[asked%2]
		if probe(path, "192.0.2.1") == 429 {
			break
		}
		asked++
	}
	if asked < 600 || asked == 5_000 {
		t.Errorf("the first refusal came after %d requests", asked)
	}
	for _, address := range []string{"", "10.0.0.1", "192.168.7.1", "fd00::1"} {
		for i := range 700 {
			if status := probe("/healthz", address); status != 200 {
				t.Fatalf("request %d of a load balancer at %q: %d", i, address, status)
			}
		}
	}
	if status := probe("/healthz", "192.0.2.2"); status != 200 {
		t.Errorf("another network: %d", status)
	}
}

// However many ask whether the server is ready, the store is asked a few times a second.
func TestReadinessIsShared(t *testing.T) {
	s := newServer(t, setup{})
	var asked atomic.Int64
	s.store.trouble(func(_ context.Context, method, _ string) error {
		if method == "Ping" {
			asked.Add(1)
		}
		return nil
	})
	began := time.Now()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				s.want(200, call{"GET", "/readyz", "", "", nil})
			}
		})
	}
	wg.Wait()
	if most := 1 + time.Since(began)/(100*time.Millisecond); asked.Load() == 0 || asked.Load() > int64(most) {
		t.Errorf("800 requests asked the store %d times, want at most %d", asked.Load(), most)
	}
}

// What the documentation consists of is unpacked and compressed once, for every coding.
func TestDocsAreMadeOnce(t *testing.T) {
	s := newServer(t, setup{})
	get := func(coding string) reply {
		return s.do(call{"GET", "/docs/swagger-ui-bundle.js", "", "", map[string]string{"Accept-Encoding": coding}})
	}
	for _, coding := range []string{"identity", "gzip", "br", "zstd"} {
		first := get(coding)
		if first.status != 200 || coding != "identity" && (first.header.Get("Content-Encoding") != coding || len(first.body) > 600<<10) {
			t.Errorf("%s: %d, %d bytes, %v", coding, first.status, len(first.body), first.header)
		}
		if again := get(coding); again.body != first.body || again.header.Get("ETag") != first.header.Get("ETag") {
			t.Errorf("%s: the second answer is another", coding)
		}
	}
}
