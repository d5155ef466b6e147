package api_test

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"kontor/pkg/api"
	"kontor/pkg/rate"
)

var adminFiles = fstest.MapFS{
	"index.html":          {Data: []byte(`<script type="module" nonce="KONTOR-NONCE" src="/admin/assets/index-a1.js"></script><meta content="KONTOR-NONCE">`)},
	"assets/index-a1.js":  {Data: []byte("export {}")},
	"assets/index-b2.css": {Data: []byte("body {}")},
}

func adminServer(t *testing.T) *server {
	return newServer(t, setup{edit: func(o *api.Options) { o.Admin = adminFiles }})
}

func TestAdminPage(t *testing.T) {
	s := adminServer(t)
	seen := map[string]bool{}
	for _, path := range []string{"/admin", "/admin/", "/admin/content/project", "/admin/content/project/abc?locale=de", "/admin/nirgends"} {
		r := s.want(200, call{"GET", path, "", "", nil})
		policy := r.header.Get("Content-Security-Policy")
		found := regexp.MustCompile(`'nonce-([A-Z2-7]{20,})'`).FindStringSubmatch(policy)
		if found == nil || seen[found[1]] {
			t.Fatalf("%s: no nonce of its own in %s", path, policy)
		}
		seen[found[1]] = true
		if strings.Contains(r.body, "KONTOR-NONCE") || strings.Count(r.body, found[1]) != 2 {
			t.Errorf("%s: the page has other nonces than its policy: %s", path, r.body)
		}
		for _, part := range []string{"default-src 'none'", "script-src 'self';", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: no %s in %s", path, part, policy)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") || strings.Contains(policy, "*") {
			t.Errorf("%s: the policy opens more than the server: %s", path, policy)
		}
		if r.header.Get("Cache-Control") != "no-store" || r.header.Get("Content-Type") != "text/html; charset=utf-8" || r.header.Get("X-Robots-Tag") != "noindex" {
			t.Errorf("%s: %v", path, r.header)
		}
	}
}

func TestAdminAssets(t *testing.T) {
	s := adminServer(t)
	for path, media := range map[string]string{"/admin/assets/index-a1.js": "text/javascript; charset=utf-8", "/admin/assets/index-b2.css": "text/css; charset=utf-8"} {
		r := s.want(200, call{"GET", path, "", "", nil})
		if r.header.Get("Cache-Control") != "public, max-age=31536000, immutable" || r.header.Get("Content-Type") != media {
			t.Errorf("%s: %v", path, r.header)
		}
	}
	for _, path := range []string{"/admin/assets/index-old.js", "/admin/assets/", "/admin/assets/../index.html", "/admin/assets/..%2Findex.html", "/admin/assets/%2e%2e/index.html"} {
		if r := s.do(call{"GET", path, "", "", nil}); r.status == 200 && strings.Contains(r.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v %s", path, r.status, r.header, r.body)
		}
	}
	s.want(404, call{"GET", "/admin/assets/index-old.js", "", "", nil})
	s.want(405, call{"POST", "/admin/content", "", "{}", nil})
}

func TestNoAdminWithoutFiles(t *testing.T) {
	s := newServer(t, setup{})
	s.want(404, call{"GET", "/admin", "", "", nil})
	s.want(404, call{"GET", "/admin/content", "", "", nil})
	s.want(404, call{"GET", "/admin/assets/index-a1.js", "", "", nil})
}

// TestAdminIsCounted: whoever asks for the admin's pages and files over and over is refused as elsewhere.
func TestAdminIsCounted(t *testing.T) {
	for _, path := range []string{"/admin", "/admin/assets/index-a1.js", "/admin/content/topic"} {
		s := newServer(t, setup{edit: func(o *api.Options) {
			o.Admin = adminFiles
			o.RateLimit = rate.Limit{Burst: 2, Every: time.Hour}
		}})
		for _, status := range []int{200, 200, 429} {
			s.want(status, call{"GET", path, "", "", nil})
		}
	}
}
