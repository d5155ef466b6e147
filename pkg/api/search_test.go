package api_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kontor/pkg/api"
	"kontor/pkg/index"
	"kontor/pkg/rate"
)

// What Meilisearch's clients ask first, whatever key they send.
func TestSearchFacts(t *testing.T) {
	s := newServer(t, setup{searched: true})
	s.followed()
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
	c := call{"POST", "/search/multi-search", "", `{"queries":[]}`, map[string]string{"Authorization": "Bearer masterKey"}}
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

func TestSearch(t *testing.T) {
	s := newServer(t, setup{searched: true})
	s.someSearchable()
	const dossiers = "/search/indexes/dossiers/search"
	find := func(body string, holds ...string) scenario {
		return scenario{call{"POST", dossiers, "", body, map[string]string{"Authorization": "Bearer masterKey"}}, 200, holds,
			[]string{"verdict", "geheimwort", "stamp", "Entwurf", "Vermerk", `"_rev"`, `"_want"`, "meta"}}
	}
	s.run(t, []scenario{
		find(`{"q":"bauhof"}`, `"Gemeinsamer Bauhof"`, `"Bauhof Süd"`, `"estimatedTotalHits":2`, `"limit":20,"offset":0`, `"query":"bauhof"`, `"processingTimeMs":`),
		find(`{"q":"Gemeinsamer Bauhof","limit":1}`, `"estimatedTotalHits":1`, `"title":"Gemeinsamer Bauhof"`, `"documentId":"`, `"type":"dossier"`, `"year":2020`),
		find(`{"q":"geheimwor"}`, `"hits":[]`, `"estimatedTotalHits":0`),
		find(`{"q":"","filter":"year > 2010","sort":["year:asc"],"attributesToRetrieve":["title"]}`, `"hits":[{"title":"Zweckverband Wasser"},{"title":"Gemeinsamer Bauhof"}]`),
		find(`{"facets":["year"],"limit":0}`, `"facetDistribution":{"year":{"2010":1,"2015":1,"2020":1}}`, `"facetStats":{"year":{"min":2010,"max":2020}}`, `"hits":[]`),
		find(`{"hitsPerPage":3,"page":2,"attributesToRetrieve":[]}`, `"page":2,"hitsPerPage":3,"totalPages":2,"totalHits":4`, `"hits":[{}]`),
		find(`{"q":"nord","attributesToHighlight":["*"],"attributesToRetrieve":["year"]}`, `"title":"Rechenzentrum <b><em>Nord</em></b>"`, `"year":"2010"`, `"year":2010`),
		find(`{"q":"bauhof","attributesToHighlight":["verdict"],"attributesToCrop":["verdict:3"],"attributesToRetrieve":["title","verdict"],"showMatchesPosition":true}`,
			`{"title":"Bauhof Süd","_matchesPosition":{"slug":[{"start":0,"length":6}],"title":[{"start":0,"length":6}]}}`),
		find(`{"facets":["*"]}`, `"facetDistribution":{`, `"year":{`),
		{call{"GET", dossiers + "?q=bauhof&filter=year%3D2020&attributesToRetrieve=title&facets=year", "", "", nil}, 200,
			[]string{`"hits":[{"title":"Gemeinsamer Bauhof"}]`, `"facetDistribution":{"year":{"2020":1}}`}, nil},
		{call{"GET", dossiers, "", "", nil}, 200, []string{`"estimatedTotalHits":4`}, []string{"verdict"}},
		{call{"POST", "/search/indexes/dossiers-en/search", "", `{}`, nil}, 200, []string{`"hits":[]`}, nil},
		{call{"POST", "/search/indexes/%64ossiers/search", "", `{"q":"wasser","locales":["deu"],"facets":[]}`, nil}, 200,
			[]string{`"Zweckverband Wasser"`}, []string{"facetDistribution"}},
		{call{"GET", "/search/indexes/dossiers%2Den/search?locales=en", "", "", nil}, 200, []string{`"hits":[]`}, nil},
		{call{"POST", "/search/indexes/%64ossiers/facet-search", "", `{"facetName":"year"}`, nil}, 200, []string{`"value":"2015"`}, nil},
		{call{"POST", "/search/indexes/dossiers/facet-search", "", `{"facetName":"year","facetQuery":"20","filter":"year != 2010"}`, nil}, 200,
			[]string{`"facetHits":[{"value":"2015","count":1},{"value":"2020","count":1}]`, `"facetQuery":"20"`}, nil},
		{call{"POST", "/search/multi-search", "", `{"queries":[{"indexUid":"dossiers","q":"wasser","attributesToRetrieve":["title"]},{"indexUid":"all","q":"bauhof","limit":1}]}`, nil}, 200,
			[]string{`{"results":[{"indexUid":"dossiers","hits":[{"title":"Zweckverband Wasser"}],`, `{"indexUid":"all","hits":[`}, nil},
		{call{"POST", "/search/multi-search", "", `{"queries":[]}`, nil}, 200, []string{`{"results":[]}`}, nil},
	})
	if r := s.do(call{"HEAD", dossiers, "", "", nil}); r.status != 200 || r.body != "" || r.header.Get("Cache-Control") != "no-cache" {
		t.Errorf("HEAD: %d %q %v", r.status, r.body, r.header)
	}
}

// What was written is found as soon as the index has it, also by GET: no answer is kept from before.
func TestSearchFollows(t *testing.T) {
	s := newServer(t, setup{searched: true})
	s.someSearchable()
	const byGet = "/search/indexes/dossiers/search?q=kl%C3%A4rwerk&sort=title:asc&attributesToRetrieve=title"
	found := func() string {
		s.get("", byGet) // perhaps ahead of the index
		s.followed()
		post := s.searchIn("dossiers", `{"q":"klärwerk","sort":["title:asc"],"attributesToRetrieve":["title"]}`)
		get := s.get("", byGet)
		if post.titles(s) != get.titles(s) {
			t.Errorf("by POST %s, by GET %s", post.titles(s), get.titles(s))
		}
		return post.titles(s)
	}
	step := func(what, want string) {
		t.Helper()
		if got := found(); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	step("nothing yet", "")
	id := s.create("dossiers", `{"title":"Klärwerk Ost"}`)
	step("published", "Klärwerk Ost")
	s.want(200, call{"PUT", "/api/dossiers/" + id, "admin", `{"data":{"title":"Klärwerk West"}}`, nil})
	step("changed", "Klärwerk West")
	s.want(200, call{"PUT", "/api/dossiers/" + id + "?status=draft", "admin", `{"data":{"title":"Klärwerk Entwurf"}}`, nil})
	step("a draft beside it", "Klärwerk West")
	s.want(200, call{"POST", "/manage/entries/dossier/" + id + "/unpublish", "admin", "", map[string]string{"If-Match": "*"}})
	step("taken back", "")
	s.want(200, call{"POST", "/manage/entries/dossier/" + id + "/publish", "admin", "", map[string]string{"If-Match": "*"}})
	step("published again", "Klärwerk Entwurf")
	s.want(204, call{"DELETE", "/api/dossiers/" + id, "admin", "", nil})
	step("deleted", "")
}

// As long as there is nothing true to say, clients are told when to ask again.
func TestSearchIsNotReady(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) {
		var err error
		if o.Index, err = index.New(context.Background(), index.Options{Content: o.Content, Roles: o.Auth.Roles(), Store: openSQLite(t)}); err != nil {
			t.Fatal(err)
		}
	}})
	for _, c := range []call{
		{"GET", "/search/health", "", "", nil}, {"GET", "/search/indexes/dossiers/search", "", "", nil}, {"POST", "/search/indexes/dossiers/search", "", `{}`, nil},
		{"POST", "/search/multi-search", "", `{"queries":[{"indexUid":"all"}]}`, nil}, {"POST", "/search/indexes/dossiers/facet-search", "", `{"facetName":"year"}`, nil},
	} {
		r := s.want(503, c)
		r.checkForm(t, c)
		r.wantAt(t, "code", `"index_not_accessible"`)
		if r.header.Get("Retry-After") != "5" || r.header.Get("Cache-Control") != "no-store" {
			t.Error(r.header)
		}
	}
	c := call{"POST", "/search/indexes/nothing/search", "", `{}`, nil}
	s.want(404, c).checkForm(t, c)
}

// A search has the time that every request has.
func TestSearchIsTimed(t *testing.T) {
	s := newServer(t, setup{searched: true, edit: func(o *api.Options) { o.RequestTimeout = time.Nanosecond }})
	s.followed()
	for _, c := range []call{
		{"GET", "/search/indexes/dossiers/search?q=a", "", "", nil}, {"POST", "/search/multi-search", "", `{"queries":[{"indexUid":"dossiers","q":"a"}]}`, nil},
		{"POST", "/search/indexes/dossiers/facet-search", "", `{"facetName":"year"}`, nil},
	} {
		r := s.want(503, c)
		r.checkForm(t, c)
		r.wantAt(t, "code", `"internal"`)
	}
}

// A server without a search says so, and has everything else.
func TestNoSearch(t *testing.T) {
	s := newServer(t, setup{})
	s.want(404, call{"POST", "/search/indexes/dossiers/search", "", `{}`, nil})
	s.want(503, call{"GET", "/search/health", "", "", nil})
	s.want(200, call{"GET", "/search/version", "", "", nil})
}
