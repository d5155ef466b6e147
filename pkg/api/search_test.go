package api_test

import (
	"strings"
	"testing"

	"kontor/pkg/api"
	"kontor/pkg/rate"
)

// What Meilisearch's clients ask first, whatever key they send.
func TestSearchFacts(t *testing.T) {
	s := newServer(t, setup{})
	for _, key := range []string{"", "Bearer x", "Bearer ", "x", "Basic eDp5", s.secrets["admin"]} {
		for path, want := range map[string]string{
			"/search/health": `{"status":"available"}`, "/search/version": `{"commitSha":"unknown","commitDate":"unknown","pkgVersion":"kontor"}`,
		} {
			r := s.want(200, call{"GET", path, "", "", map[string]string{"Authorization": key}})
			if r.body != want || r.header.Get("Cache-Control") != "no-cache" {
				t.Errorf("%s with the key %q: %s, %v", path, key, r.body, r.header)
			}
		}
	}
}

// A page of another site asks first whether it may.
func TestSearchIsShared(t *testing.T) {
	s := newServer(t, setup{})
	asks := map[string]string{"Origin": "https://site.example", "Access-Control-Request-Method": "POST",
		"Access-Control-Request-Headers": "authorization,content-type,x-meilisearch-client"}
	r := s.want(204, call{"OPTIONS", "/search/multi-search", "", "", asks})
	for name, want := range map[string]string{"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Headers": "X-Meilisearch-Client"} {
		if !strings.Contains(r.header.Get(name), want) {
			t.Errorf("%s is %q", name, r.header.Get(name))
		}
	}
	r = s.do(call{"POST", "/search/multi-search", "", `{`, map[string]string{"Origin": "https://site.example"}})
	if r.status != 400 || r.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d %v", r.status, r.header)
	}
	if r = s.do(call{"OPTIONS", "/searching", "", "", asks}); r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("what is no search is shared: %v", r.header)
	}
}

// Searches count for the network that they come from, also those with a key.
func TestSearchIsLimited(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) {
		o.RateLimit, o.TokenRateLimit = rate.Limit{Burst: 2, Every: 1e12}, rate.Limit{Burst: 100, Every: 1e12}
	}})
	c := call{"POST", "/search/multi-search", "", `{"queries":[]}`, map[string]string{"Authorization": s.secrets["editor"]}}
	s.want(200, c)
	if r := s.want(200, c); !strings.Contains(r.header.Get("RateLimit"), `"address";r=0`) {
		t.Error(r.header)
	}
	r := s.want(429, c)
	r.wantAt(t, "code", `"too_many_search_requests"`)
	if r.checkForm(t, c); r.header.Get("Retry-After") == "" {
		t.Error(r.header)
	}
}
