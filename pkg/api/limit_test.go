package api_test

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"kontor/pkg/api"
	"kontor/pkg/auth"
	"kontor/pkg/rate"
)

// limited is a server on which an address has 5 requests and a token 8; an hour brings none back that a test would notice.
func limited(t *testing.T) *server {
	return newServer(t, setup{edit: func(o *api.Options) {
		o.RateLimit = rate.Limit{Burst: 5, Every: time.Hour}
		o.TokenRateLimit = rate.Limit{Burst: 8, Every: time.Hour}
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")}
	}})
}

// from is the header with which a proxy says where a request comes from.
func from(forwarded string) map[string]string { return map[string]string{"X-Forwarded-For": forwarded} }

func TestRateLimit(t *testing.T) {
	s := limited(t)
	for i := range 5 {
		r := s.want(200, call{method: "GET", path: "/api/topics", header: from("192.0.2.1")})
		if got, want := r.header.Get("RateLimit"), fmt.Sprintf(`"address";r=%d;t=`, 4-i); !strings.HasPrefix(got, want) {
			t.Errorf("RateLimit %s, want %s…", got, want)
		}
		if got := r.header.Get("RateLimit-Policy"); got != `"address";q=5;w=18000` {
			t.Errorf("RateLimit-Policy %s", got)
		}
	}
	// Whatever path: it is one bucket, and each dialect has its own form of the refusal.
	for _, path := range []string{"/api/topics", "/api/nothing", "/manage/types"} {
		r := s.want(429, call{method: "GET", path: path, header: from("192.0.2.1")})
		if n, err := strconv.Atoi(r.header.Get("Retry-After")); err != nil || n < 1 || n > 3600 {
			t.Errorf("%s: Retry-After %q", path, r.header.Get("Retry-After"))
		}
		if !strings.HasPrefix(r.header.Get("RateLimit"), `"address";r=0;`) {
			t.Errorf("%s: RateLimit %s", path, r.header.Get("RateLimit"))
		}
	}
	s.want(429, call{method: "GET", path: "/api/topics", header: from("192.0.2.1")}).wantAt(t, "error.name", `"RateLimitError"`)
	s.want(200, call{method: "GET", path: "/api/topics", header: from("192.0.2.2")})
	s.want(200, call{method: "GET", path: "/healthz", header: from("192.0.2.1")})
	s.want(200, call{method: "GET", path: "/api/topics", by: auth.Editor, header: from("192.0.2.1")})
}

func TestRateLimitOfTokens(t *testing.T) {
	s := limited(t)
	secret, _, err := s.auth.CreateToken(t.Context(), auth.Token{Name: "site", Role: auth.Editor, Unlimited: true})
	if err != nil {
		t.Fatal(err)
	}
	s.secrets["site"] = "Bearer " + secret
	for i := range 8 { // from wherever it comes
		r := s.want(200, call{method: "GET", path: "/api/topics", by: auth.Editor, header: from(fmt.Sprintf("192.0.2.%d", i))})
		if got, want := r.header.Get("RateLimit"), fmt.Sprintf(`"caller";r=%d;t=`, 7-i); !strings.HasPrefix(got, want) {
			t.Errorf("RateLimit %s, want %s…", got, want)
		}
	}
	s.want(429, call{method: "GET", path: "/api/topics", by: auth.Editor, header: from("192.0.2.99")})
	s.want(200, call{method: "GET", path: "/api/topics", by: auth.Admin, header: from("192.0.2.99")})
	for range 30 {
		r := s.want(200, call{method: "GET", path: "/api/topics", by: "site", header: from("192.0.2.99")})
		if r.header.Get("RateLimit") != "" {
			t.Fatalf("an unlimited token has %s", r.header.Get("RateLimit"))
		}
	}
}

// TestRateLimitOfSearches: a token decides how a search is counted, and nothing else; one that is wrong is none.
func TestRateLimitOfSearches(t *testing.T) {
	s := limited(t)
	secret, _, err := s.auth.CreateToken(t.Context(), auth.Token{Name: "site", Role: auth.Editor, Unlimited: true})
	if err != nil {
		t.Fatal(err)
	}
	s.secrets["site"], s.secrets["guess"], s.secrets["key"] = "Bearer "+secret, fmt.Sprintf("Bearer kontor_%043d", 1), "Bearer any key"
	search := func(by, address string) int {
		return s.do(call{method: "GET", path: "/search/version", by: by, header: from(address)}).status
	}
	for range 30 {
		if status := search("site", "192.0.2.7"); status != 200 {
			t.Fatalf("an unlimited token is answered %d", status)
		}
	}
	refused := 0
	for i := range 30 {
		by := []string{"", "guess", "key"}[i%3]
		switch status := search(by, "192.0.2.8"); status {
		case 429:
			refused++
		case 200:
		default:
			t.Fatalf("%q is answered %d", by, status)
		}
	}
	if refused != 25 { // of a bucket of five
		t.Errorf("%d of 30 searches from one address were refused", refused)
	}
}

// TestRateLimitOfWrongTokens: a new guess each time is no way around the limit, and does not lock out those who read.
func TestRateLimitOfWrongTokens(t *testing.T) {
	s := limited(t)
	statuses := map[int]int{}
	for i := range 130 {
		s.secrets["guess"] = fmt.Sprintf("Bearer kontor_%043d", i)
		statuses[s.do(call{method: "GET", path: "/api/topics", by: "guess", header: from("192.0.2.1")}).status]++
	}
	// The bucket gains one token a second while this runs.
	if statuses[401] < 100 || statuses[429] < 1 || statuses[401]+statuses[429] != 130 {
		t.Errorf("answers by status: %v", statuses)
	}
	s.want(200, call{method: "GET", path: "/api/topics", header: from("192.0.2.1")})
	s.want(401, call{method: "GET", path: "/api/topics", by: "guess", header: from("192.0.2.2")})
}

// TestClientAddress: which of two requests count as the same client. The test's own address is a trusted proxy.
func TestClientAddress(t *testing.T) {
	for _, tt := range []struct {
		name, one, other string
		same             bool
	}{
		{"another client", "192.0.2.1", "192.0.2.2", false},
		{"invented addresses in front", "192.0.2.1", "203.0.113.9, 192.0.2.1", true},
		{"a second proxy", "192.0.2.1", "192.0.2.1, 10.1.2.3", true},
		{"an invented proxy", "192.0.2.1", "203.0.113.9, 10.1.2.3, 192.0.2.1", true},
		{"one IPv6 network", "2001:db8::1", "2001:db8::ffff:1", true},
		{"two IPv6 networks", "2001:db8::1", "2001:db8:0:1::1", false},
		{"IPv4 in IPv6", "192.0.2.1", "::ffff:192.0.2.1", true},
		{"with a port", "192.0.2.1", "192.0.2.1:4711", true},
		{"IPv6 with a port", "2001:db8::1", "[2001:db8::1]:4711", true},
		{"IPv6 in brackets", "2001:db8::1", "[2001:db8::1]", true},
		{"rubbish", "rubbish", "127.0.0.1", true},
		{"rubbish in front", "rubbish, 192.0.2.1", "192.0.2.1", true},
		{"rubbish behind", "192.0.2.1, rubbish", "127.0.0.1", true},
		{"nothing", "", "127.0.0.1", true},
		{"only proxies", "10.1.2.3, 10.1.2.4", "10.1.2.3", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := limited(t)
			for range 5 {
				s.want(200, call{method: "GET", path: "/api/topics", header: from(tt.one)})
			}
			want := 200
			if tt.same {
				want = 429
			}
			s.want(want, call{method: "GET", path: "/api/topics", header: from(tt.other)})
		})
	}
	t.Run("nobody is trusted", func(t *testing.T) {
		s := newServer(t, setup{edit: func(o *api.Options) { o.RateLimit = rate.Limit{Burst: 2, Every: time.Hour} }})
		for i, status := range []int{200, 200, 429} {
			s.want(status, call{method: "GET", path: "/api/topics", header: from(fmt.Sprintf("192.0.2.%d", i))})
		}
	})
}

// TestSignInCountsTheClient: behind a proxy, one who guesses passwords does not lock out everybody.
func TestSignInCountsTheClient(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }})
	try := func(address string) int {
		body := `{"identifier": "nobody@portal.example", "password": "wrong"}`
		return s.do(call{method: "POST", path: "/api/auth/local", body: body, header: from(address)}).status
	}
	refused := 0
	for range 12 {
		if try("192.0.2.1") == 429 {
			refused++
		}
	}
	if refused != 2 {
		t.Errorf("%d of 12 guesses are refused", refused)
	}
	if got := try("192.0.2.2"); got != 400 {
		t.Errorf("another client gets %d", got)
	}
}

func TestSharing(t *testing.T) {
	const portal = "https://www.portal.example"
	for _, tt := range []struct {
		name    string
		origins []string
		origin  string
		want    string // Access-Control-Allow-Origin
		varies  bool
	}{
		{"all", []string{"*"}, portal, "*", false},
		{"all, asked by no page", []string{"*"}, "", "*", false},
		{"named", []string{"http://localhost:3000", portal}, portal, portal, true},
		{"named, in other letters", []string{portal}, "https://WWW.portal.example", "https://WWW.portal.example", true},
		{"another", []string{portal}, "https://www.portal.example.evil.example", "", true},
		{"another scheme", []string{portal}, "http://www.portal.example", "", true},
		{"null", []string{portal}, "null", "", true},
		{"no page", []string{portal}, "", "", true},
		{"nobody", nil, portal, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, setup{edit: func(o *api.Options) { o.CORSOrigins = tt.origins }})
			header := map[string]string{"Origin": tt.origin}
			if tt.origin == "" {
				header = nil
			}
			for _, path := range []string{"/api/topics", "/api/nothing"} {
				r := s.do(call{method: "GET", path: path, header: header})
				if got := r.header.Get("Access-Control-Allow-Origin"); got != tt.want {
					t.Errorf("%s: Access-Control-Allow-Origin %q, want %q", path, got, tt.want)
				}
				if got := strings.Contains(r.header.Get("Vary"), "Origin"); got != tt.varies {
					t.Errorf("%s: Vary %q", path, r.header.Get("Vary"))
				}
				if r.header.Get("Access-Control-Allow-Credentials") != "" {
					t.Error("credentials of the browser are let in")
				}
			}
			ask := map[string]string{"Origin": tt.origin, "Access-Control-Request-Method": "PUT"}
			for path, shared := range map[string]bool{
				"/api/topics": true, "/api": true, "/files/x/y.pdf": true, "/manage/paths": true, "/manage/redirects/topic": true,
				"/manage/types": false, "/manage/pathsx": false, "/apix": false, "/healthz": false, "/": false,
			} {
				r := s.do(call{method: "OPTIONS", path: path, header: ask})
				if got := r.header.Get("Access-Control-Allow-Methods") != ""; got != (tt.want != "" && shared) {
					t.Errorf("%s: a preflight is answered with %d %v", path, r.status, r.header)
				}
			}
		})
	}
}

// TestRefusalsAreShared: a script is told why, also where no handler was reached, and where a preflight brings a body.
func TestRefusalsAreShared(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.BodyLimit = 1000; o.RateLimit = rate.Limit{Burst: 2, Every: time.Hour} }})
	page := map[string]string{"Origin": "https://www.portal.example"}
	for _, tt := range []struct {
		status int
		call
	}{
		{413, call{method: "POST", path: "/api/topics", by: auth.Editor, body: strings.Repeat(" ", 1001), header: page}},
		{401, call{method: "GET", path: "/api/topics", header: map[string]string{"Authorization": "Bearer x"}}},
		{405, call{method: "PUT", path: "/api/topics", by: auth.Editor, header: page}},
		{404, call{method: "GET", path: "/files/nothing/x.pdf", header: page}},
		{200, call{method: "GET", path: "/api/topics", header: page}},
		{429, call{method: "GET", path: "/api/topics", header: page}},
		{204, call{method: "OPTIONS", path: "/api/topics", body: "{}", header: map[string]string{"Origin": page["Origin"], "Access-Control-Request-Method": "GET"}}},
	} {
		r := s.want(tt.status, tt.call)
		if r.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(r.header.Get("Access-Control-Expose-Headers"), "Retry-After") {
			t.Errorf("%d: %v", tt.status, r.header)
		}
	}
}

func TestHarmlessHeaders(t *testing.T) {
	for base, hsts := range map[string]string{"": "", "http://portal.example": "", "https://portal.example": "max-age=31536000"} {
		s := newServer(t, setup{edit: func(o *api.Options) { o.BaseURL = base }})
		for _, path := range []string{"/healthz", "/api/topics", "/api/nothing", "/manage/types", "/nothing"} {
			h := s.do(call{method: "GET", path: path}).header
			for name, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
				"Referrer-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": hsts, "X-Robots-Tag": "noindex",
			} {
				if got := h.Get(name); got != want {
					t.Errorf("%s at %q: %s: %q, want %q", path, base, name, got, want)
				}
			}
		}
	}
}
