package api_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"kontor/pkg/api"
	"kontor/pkg/auth"
	"kontor/pkg/rate"
)

// manyQueries is the body of a multi-search.
func manyQueries(n int, query string) string {
	return `{"queries":[` + strings.TrimSuffix(strings.Repeat(query+",", n), ",") + `]}`
}

// Every query of a multi-search counts against the rate limit, and a client with a debt waits until it is paid.
func TestMultiSearchIsCharged(t *testing.T) {
	s := newServer(t, setup{searched: true, edit: func(o *api.Options) {
		o.RateLimit = rate.Limit{Burst: 10, Every: time.Hour}
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	}})
	secret, _, err := s.auth.CreateToken(t.Context(), auth.Token{Name: "site", Role: auth.Editor, Unlimited: true})
	if err != nil {
		t.Fatal(err)
	}
	s.secrets["site"] = "Bearer " + secret
	s.followed()
	search := func(by, address string, queries int) (int, string) {
		r := s.do(call{"POST", "/search/multi-search", by, manyQueries(queries, `{"indexUid":"dossiers"}`), from(address)})
		left, _, _ := strings.Cut(r.header.Get("RateLimit"), ";t=")
		return r.status, left
	}
	for i, want := range []struct {
		queries, status int
		left            string
	}{
		{0, 200, `"address";r=9`}, {1, 200, `"address";r=8`}, {5, 200, `"address";r=3`}, {50, 200, `"address";r=0`}, {1, 429, `"address";r=0`},
	} {
		if status, left := search("", "192.0.2.1", want.queries); status != want.status || left != want.left {
			t.Errorf("multi-search %d with %d queries: %d, %s left, want %d, %s", i, want.queries, status, left, want.status, want.left)
		}
	}
	if status, _ := search("", "192.0.2.2", 1); status != 200 {
		t.Errorf("another address is answered %d", status)
	}
	for range 3 {
		if status, left := search("site", "192.0.2.1", 50); status != 200 || left != "" {
			t.Errorf("an unlimited token is answered %d, %s left", status, left)
		}
	}
}

// A small request does not bring about an answer of any length.
func TestSearchAnswerIsBounded(t *testing.T) {
	s := newServer(t, setup{searched: true})
	text := strings.Repeat("Zusammenarbeit der Gemeinden im Kreis. ", 1000)
	for i := range 12 {
		s.create("articles", fmt.Sprintf(`{"title":"Beitrag %d","body":"<p>%s</p>"}`, i, text))
	}
	s.followed()
	query := `{"indexUid":"articles","limit":%d,"q":"Gemeinden","attributesToHighlight":["*"],"highlightPreTag":"` + strings.Repeat("x", 100) + `"}`
	small := s.want(200, call{"POST", "/search/multi-search", "", manyQueries(1, fmt.Sprintf(query, 12)), nil})
	if n := len(small.body); n < 1<<20 {
		t.Fatalf("the answer to one query has %d bytes, too few for this test", n)
	}
	r := s.want(400, call{"POST", "/search/multi-search", "", manyQueries(50, fmt.Sprintf(query, 12)), nil})
	if !strings.Contains(r.body, "too long") || !strings.Contains(r.body, ".queries[") || len(r.body) > 1000 {
		t.Error(abridged(r.body))
	}
	// The same number of queries that ask for less is answered, each at its place, however they are asked in batches.
	queries := strings.TrimSuffix(strings.Repeat(`{"indexUid":"articles","limit":12,"attributesToRetrieve":["title"]},{"indexUid":"articles","limit":0},`, 25), ",")
	r = s.want(200, call{"POST", "/search/multi-search", "", `{"queries":[` + queries + `]}`, nil})
	for i, result := range r.at(t, "results").([]any) {
		if n := len(result.(map[string]any)["hits"].([]any)); n != 12*((i+1)%2) {
			t.Errorf("result %d has %d hits", i, n)
		}
	}
	r = s.want(400, call{"POST", "/search/multi-search", "", `{"queries":[` + queries[:len(queries)-len(`{"indexUid":"articles","limit":0}`)] + `{"indexUid":"nothing"}]}`, nil})
	if !strings.Contains(r.body, ".queries[49]") {
		t.Error(abridged(r.body))
	}
}

// More searches than the machine can work on wait a little, and are then told to come back; everything else goes on.
func TestSearchesAtOnce(t *testing.T) {
	const most = 2
	s := newServer(t, setup{searched: true, edit: func(o *api.Options) { o.Slots = rate.NewSlots(most) }})
	s.someSearchable()
	search := call{"POST", "/search/multi-search", "", manyQueries(1, `{"indexUid":"dossiers"}`), nil}
	s.want(200, search) // counts the entries, for which others would wait
	running, release := make(chan struct{}, most), make(chan struct{})
	s.store.trouble(func(ctx context.Context, _, collection string) error {
		if _, request := ctx.Deadline(); !request || collection != "dossier" { // what follows the store has no deadline
			return nil
		}
		select {
		case running <- struct{}{}:
		case <-release:
		}
		<-release
		return nil
	})
	statuses := make(chan int, most)
	for range most {
		go func() {
			r, err := s.try(t.Context(), search)
			if err != nil {
				t.Error(err)
			}
			statuses <- r.status
		}()
	}
	for range most {
		select {
		case <-running:
		case <-time.After(20 * time.Second):
			t.Fatal("the searches do not come to the store")
		}
	}
	for _, c := range []call{search, {"GET", "/search/indexes/dossiers/search?q=a", "", "", nil}, {"POST", "/search/indexes/dossiers/facet-search", "", `{"facetName":"year"}`, nil}} {
		if r := s.want(503, c); r.header.Get("Retry-After") != "1" {
			t.Errorf("%s %s: Retry-After %q", c.method, c.path, r.header.Get("Retry-After"))
		}
	}
	s.want(200, call{"GET", "/api/topics", "", "", nil})
	close(release)
	for range most {
		if status := <-statuses; status != 200 {
			t.Errorf("a search that had begun is answered %d", status)
		}
	}
	s.want(200, search)
}

// TestMediumResponsesAreCounted: responses far below a megabyte count too, because many connections may hold one each.
func TestMediumResponsesAreCounted(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.ResponseMemory = 200 << 10 }})
	for i := range 6 {
		s.create("articles", fmt.Sprintf(`{"title":"Beitrag %d","body":"<p>%s</p>"}`, i, strings.Repeat("Zusammenarbeit ", 2600)))
	}
	plain := map[string]string{"Accept-Encoding": "identity"}
	if r := s.want(503, call{"GET", "/api/articles", "editor", "", plain}); r.header.Get("Retry-After") != "1" {
		t.Error(r.header)
	}
	for range 3 { // each is counted until it is written, and none for longer
		if r := s.want(200, call{"GET", "/api/articles?pagination[pageSize]=2", "editor", "", plain}); len(r.body) < 64<<10 {
			t.Errorf("a response of %d bytes is not counted", len(r.body))
		}
	}
}

// Clients that do not read long responses fill no more than the memory that is meant for them, and give it back.
func TestUnreadResponsesAreBounded(t *testing.T) {
	s := newServer(t, setup{searched: true, edit: func(o *api.Options) { o.ResponseMemory = 16 << 20 }})
	text := strings.Repeat("Zusammenarbeit der Gemeinden im Kreis. ", 1000)
	for i := range 12 {
		s.create("articles", fmt.Sprintf(`{"title":"Beitrag %d","body":"<p>%s</p>"}`, i, text))
	}
	s.followed()
	body := manyQueries(6, `{"indexUid":"articles","limit":12,"q":"Gemeinden","attributesToHighlight":["*"],"highlightPreTag":"`+strings.Repeat("x", 30)+`"}`)
	long := call{"POST", "/search/multi-search", "", body, nil}
	if n := len(s.want(200, long).body); n < 6<<20 {
		t.Fatalf("a response has %d bytes, which the system's buffers may hold", n)
	}
	request := "POST /search/multi-search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " + fmt.Sprint(len(body)) + "\r\n\r\n" + body
	var unread []net.Conn
	ask := func(address, status string) {
		c := s.dialFrom(address)
		_ = c.(*net.TCPConn).SetReadBuffer(4 << 10)
		if _, err := io.WriteString(c, request); err != nil {
			t.Fatal(err)
		}
		line := make([]byte, 12)
		if _, err := io.ReadFull(c, line); err != nil || !strings.HasSuffix(string(line), status) {
			t.Fatalf("%s is answered %s, not %s: %v", address, line, status, err)
		}
		unread = append(unread, c)
	}
	ask("127.0.0.2", "200")
	ask("127.0.0.2", "503") // a second one is more than the share of one address
	s.want(200, long)
	ask("127.0.0.3", "200")
	r := s.want(503, long)
	if r.header.Get("Retry-After") != "1" || r.header.Get("X-Content-Type-Options") != "nosniff" || r.header.Get("Content-Encoding") != "" {
		t.Error(r.header)
	}
	s.want(200, call{"POST", "/search/multi-search", "", manyQueries(1, `{"indexUid":"articles","limit":1}`), nil})
	for _, c := range unread {
		_ = c.Close()
	}
	for end := time.Now().Add(20 * time.Second); s.do(long).status != 200; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the memory of responses that nobody reads is not given back")
		}
	}
}
