package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"kontor/pkg/api"
	"kontor/pkg/rate"
	"kontor/pkg/store"
)

// many is how many dossiers the tests of costs have.
const many = 40

// withDossiers is a server on which little work is too much for the public.
func withDossiers(t *testing.T, edit func(*api.Options)) *server {
	s := newServer(t, setup{searched: true, edit: func(o *api.Options) {
		o.PublicWork, o.CallerWork, o.CacheSize = 200, 1_000_000, 0
		edit(o)
	}})
	var ids []string
	for i := range many {
		ids = append(ids, `"`+s.create("dossiers", fmt.Sprintf(`{"title":"Akte %02d","year":%d}`, i, 1990+i%20))+`"`)
	}
	s.create("dossiers", `{"title":"Alle","see":[`+strings.Join(ids[:20], ",")+`]}`)
	return s
}

// or is so many alternatives on a field, of which none hits.
func or(field string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "&filters[$or][%d]%s[$containsi]=zz%d", i, field, i)
	}
	return b.String()[1:]
}

// TestDearReads: what no index serves is refused by what it would cost this caller, before it runs, and the
// answer names it. What an index serves is never refused.
func TestDearReads(t *testing.T) {
	s := withDossiers(t, func(*api.Options) {})
	for _, c := range []struct{ name, path, field string }{
		{"a filter", "/api/dossiers?" + or("[title]", 3), `"field":"title"`},
		{"words", "/api/dossiers?_q=akte", `"field":"_q"`},
		{"a count", "/api/dossiers/count?" + or("[slug]", 3), `"field":"slug"`},
		{"through a relation", "/api/dossiers?" + or("[see][title]", 3), `"field":"see.title"`},
		{"within populate", "/api/dossiers?filters[title]=Alle&populate[see][fields]=title&populate[see]" + strings.ReplaceAll(strings.ReplaceAll(or("[title]", 120), "filters", "[filters]"), "&", "&populate[see]"), `"field":"see"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := s.want(http.StatusBadRequest, call{"GET", c.path, "", "", nil})
			if !strings.Contains(r.body, "too expensive") || !strings.Contains(r.body, c.field) {
				t.Errorf("it does not say what is too dear, want %s: %s", c.field, r.body)
			}
			if r := s.get("editor", c.path); r.status != http.StatusOK {
				t.Errorf("an editor gets %d: %s", r.status, r.body)
			}
		})
	}
	for _, path := range []string{
		"/api/dossiers?sort=title", "/api/dossiers?filters[year][$gte]=1995&filters[year][$lt]=2000&sort=year:desc", "/api/dossiers?filters[title]=Akte 07",
		"/api/dossiers?filters[slug][$in][0]=akte-07", "/api/dossiers/count", "/api/dossiers?populate=see&sort=title:desc&pagination[pageSize]=1",
	} {
		s.want(http.StatusOK, call{"GET", strings.ReplaceAll(path, " ", "%20"), "", "", nil})
	}
}

// TestHeavyReadsShareSlots: with all slots taken, heavy work is told to come back, and what is light goes on.
func TestHeavyReadsShareSlots(t *testing.T) {
	slots := rate.NewSlots(1)
	s := withDossiers(t, func(o *api.Options) { o.Slots, o.PublicWork = slots, 1_000_000 })
	s.followed()
	heavy := "/api/dossiers?" + or("[title]", 20)
	search := call{"POST", "/search/indexes/dossiers/search", "", `{"q":"akte"}`, nil}
	s.want(http.StatusOK, call{"GET", heavy, "", "", nil})
	s.want(http.StatusOK, search)
	release, ok := slots.TakeWithin(t.Context(), time.Minute)
	if !ok {
		t.Fatal("a request has kept its slot")
	}
	for _, c := range []call{{"GET", heavy, "", "", nil}, search, {"POST", "/search/multi-search", "", `{"queries":[{"indexUid":"dossiers","q":"x"}]}`, nil}} {
		r := s.want(http.StatusServiceUnavailable, c)
		if r.header.Get("Retry-After") != "1" {
			t.Errorf("%s says nothing of when to come back: %v", c.path, r.header)
		}
	}
	for _, path := range []string{"/api/dossiers?sort=title", "/search/health", "/healthz"} {
		s.want(http.StatusOK, call{"GET", path, "", "", nil})
	}
	time.AfterFunc(2*rate.SlotWait, release) // credentials wait longer
	s.want(http.StatusOK, call{"GET", heavy, "editor", "", nil})
	s.want(http.StatusOK, call{"GET", heavy, "", "", nil})
	s.want(http.StatusOK, search)
}

// TestDearReadsAreCharged: a heavy read takes as many tokens of the rate limit as it is worth, more than there
// are if need be, and then its caller waits.
func TestDearReadsAreCharged(t *testing.T) {
	s := withDossiers(t, func(o *api.Options) {
		o.PublicWork = 1_000_000
		o.RateLimit, o.TokenRateLimit = rate.Limit{Burst: 10, Every: time.Hour}, rate.Limit{Burst: 1000, Every: time.Hour}
	})
	s.store.trouble(func(ctx context.Context, _, _ string) error {
		if b := store.BoundOf(ctx); b != nil {
			b.Note(1 << 40) // no read takes less than it was estimated at
		}
		return nil
	})
	left := func(r reply) (n int) {
		_, _ = fmt.Sscanf(r.header.Get("RateLimit"), `"address";r=%d;`, &n)
		return n
	}
	if r := s.want(http.StatusOK, call{"GET", "/api/dossiers?sort=title", "", "", nil}); left(r) != 9 {
		t.Errorf("a light read leaves %s", r.header.Get("RateLimit"))
	}
	if r := s.want(http.StatusOK, call{"GET", "/api/dossiers?" + or("[title]", 50), "", "", nil}); left(r) > 6 || left(r) < 3 {
		t.Errorf("a heavy read leaves %s", r.header.Get("RateLimit"))
	}
	if r := s.want(http.StatusOK, call{"GET", "/api/dossiers?" + or("[title]", 200), "", "", nil}); left(r) != 0 {
		t.Errorf("a heavier read leaves %s", r.header.Get("RateLimit"))
	}
	r := s.want(http.StatusTooManyRequests, call{"GET", "/api/dossiers?sort=title", "", "", nil})
	var wait int
	if _, err := fmt.Sscan(r.header.Get("Retry-After"), &wait); err != nil || wait < 2*3600 {
		t.Errorf("a debt is paid within %s s", r.header.Get("Retry-After"))
	}
	s.want(http.StatusOK, call{"GET", "/api/dossiers?" + or("[title]", 50), "editor", "", nil})
}
