package api_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"kontor/pkg/api"
	"kontor/pkg/auth"
)

const portalSite = "https://www.portal.example"

func pathServer(t *testing.T) *server {
	return newServer(t, setup{edit: func(o *api.Options) { o.SiteURL, o.BaseURL = portalSite, "https://cms.portal.example" }})
}

// put changes an entry as an editor.
func (s *server) put(path, data string) {
	s.t.Helper()
	s.want(200, call{method: "PUT", path: path, by: auth.Editor, body: `{"data": ` + data + `}`})
}

// leads gives where a path leads for a caller: the new path, or "" if nowhere.
func (s *server) leads(by, path, locale string) string {
	s.t.Helper()
	r := s.do(call{method: "GET", path: "/manage/paths?path=" + path + "&locale=" + locale, by: by})
	if r.status == 404 {
		return ""
	}
	if r.status != 200 {
		s.t.Fatalf("%s: %d %s", path, r.status, r.body)
	}
	return r.text(s.t, "data.to")
}

func TestOldSlugsLead(t *testing.T) {
	s := pathServer(t)
	check := func(path, want string) {
		t.Helper()
		if got := s.leads("", path, ""); got != want {
			t.Errorf("%s leads to %q, want %q", path, got, want)
		}
	}
	id := s.create("topics", `{"name": "Bauhof"}`)
	check("/themen/bauhof", "/themen/bauhof")
	s.put("/api/topics/"+id, `{"slug": "bauhoefe"}`)
	s.put("/api/topics/"+id, `{"slug": "bau-und-betriebshof"}`)
	check("/themen/bauhof", "/themen/bau-und-betriebshof") // no chain
	check("/themen/bauhoefe", "/themen/bau-und-betriebshof")
	check("/themen/bau-und-betriebshof", "/themen/bau-und-betriebshof")
	check("/themen/nichts", "")
	check("/themen/", "")
	check("/anderswo/bauhof", "")

	// A new slug that only the draft has is nobody's business, whoever asks.
	s.want(200, call{method: "PUT", path: "/api/topics/" + id + "?status=draft", by: auth.Editor, body: `{"data": {"slug": "geheimer-plan"}}`})
	check("/themen/geheimer-plan", "")
	if got := s.leads(auth.Editor, "/themen/geheimer-plan", ""); got != "" {
		t.Errorf("to an editor it leads to %s", got)
	}
	s.create("topics?status=draft", `{"name": "Nur ein Entwurf"}`)
	check("/themen/nur-ein-entwurf", "")

	// Back again: the former slug is the slug, and the one between leads to it.
	s.put("/api/topics/"+id, `{"slug": "bauhof"}`)
	check("/themen/bauhof", "/themen/bauhof")
	check("/themen/bau-und-betriebshof", "/themen/bauhof")

	var list struct {
		Data []struct{ From, To, DocumentID string }
	}
	if err := json.Unmarshal([]byte(s.get("", "/manage/redirects/topic").body), &list); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range list.Data {
		got = append(got, m.From+" > "+m.To)
	}
	want := []string{"/themen/bau-und-betriebshof > /themen/bauhof", "/themen/bauhoefe > /themen/bauhof"}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("redirects %q, want %q", got, want)
	}

	// What is not published leads nowhere; once deleted, its slugs are free.
	s.want(200, call{method: "POST", path: "/manage/entries/topic/" + id + "/unpublish", by: auth.Editor, header: map[string]string{"If-Match": "*"}})
	check("/themen/bauhoefe", "")
	if r := s.get("", "/manage/redirects/topic"); strings.Contains(r.body, "bauhoefe") {
		t.Errorf("an unpublished entry is listed: %s", r.body)
	}
	s.want(204, call{method: "DELETE", path: "/api/topics/" + id, by: auth.Editor})
	other := s.create("topics", `{"name": "Bauhöfe", "slug": "bauhoefe"}`)
	check("/themen/bauhoefe", "/themen/bauhoefe")
	s.want(200, call{method: "GET", path: "/api/topics/" + other})
}

func TestOldSlugsByLocale(t *testing.T) {
	s := pathServer(t)
	id := s.create("topics", `{"name": "Schule"}`)
	s.put("/api/topics/"+id+"?locale=en", `{"name": "School"}`)
	s.put("/api/topics/"+id+"?locale=en", `{"slug": "schools"}`)
	for _, tt := range []struct{ path, locale, want string }{
		{"/themen/school", "en", "/themen/schools"},
		{"/themen/school", "", ""},
		{"/themen/schule", "", "/themen/schule"},
		{"/themen/schule", "en", ""},
	} {
		if got := s.leads("", tt.path, tt.locale); got != tt.want {
			t.Errorf("%s in %q leads to %q, want %q", tt.path, tt.locale, got, tt.want)
		}
	}
}

func TestBadPaths(t *testing.T) {
	s := pathServer(t)
	for path, status := range map[string]int{
		"/manage/paths": 400, "/manage/paths?path=": 400, "/manage/paths?path=themen/x": 400, "/manage/paths?path=/" + strings.Repeat("a", 2000): 400,
		"/manage/paths?path=/themen/x&locale=xx": 400, "/manage/paths?path=/themen/x&q=1": 400, "/manage/paths?path=/x&path=/y": 400,
		"/manage/paths?path=/themen/%00": 404, "/manage/paths?path=/themen/../projekte/x": 404, "/manage/paths?path=/%ff": 400,
		"/manage/paths/nothing": 404, "/manage/paths/topic?limit=0": 400, "/manage/paths/topic?limit=10001": 400, "/manage/paths/topic?limit=x": 400,
		"/manage/paths/topic?after=zzz": 200, "/manage/paths/memo": 404, "/manage/redirects/memo": 404, "/manage/redirects/nothing": 404, "/manage/redirects/topic?x=1": 400,
		"/sitemap/nothing.xml": 404, "/sitemap/memo.xml": 404, "/sitemap/topic.xml?x=1": 400, "/sitemap/topic": 404, "/sitemap/topic.xml?part=A": 400,
		"/sitemap/topic.xml?part=abcd": 400, "/sitemap.xml?part=a": 400,
	} {
		if r := s.get("", path); r.status != status {
			t.Errorf("%.80s: %d, want %d: %.200s", path, r.status, status, r.body)
		}
	}
}

func TestSitemap(t *testing.T) {
	s := pathServer(t)
	var ids []string
	for i := range 7 {
		ids = append(ids, s.create("topics", fmt.Sprintf(`{"name": "Thema %d"}`, i)))
	}
	s.put("/api/topics/"+ids[0]+"?locale=en", `{"name": "Topic 0"}`)
	s.put("/api/topics/"+ids[0]+"?locale=de-simple", `{"name": "Einfach 0"}`)
	s.put("/api/topics/"+ids[1]+"?locale=de-simple", `{"name": "Einfach 1"}`)
	s.create("topics?status=draft", `{"name": "Entwurf"}`)
	s.create("articles", `{"title": "Sichtbar", "body": "<p>x</p>"}`)
	s.create("articles", `{"title": "Ohne Suchmaschine", "body": "<p>x</p>", "seo": {"noindex": true}}`)

	// All of them, in pages, each entry once.
	var seen []string
	after := ""
	for range 10 {
		var page struct {
			Data []struct {
				DocumentID string
				Pages      []struct{ Locale, Path, UpdatedAt string }
			}
			Meta struct{ Next string }
		}
		if err := json.Unmarshal([]byte(s.want(200, call{method: "GET", path: "/manage/paths/topic?limit=3&after=" + after}).body), &page); err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Data {
			for _, p := range e.Pages {
				seen = append(seen, p.Locale+" "+p.Path)
				if p.UpdatedAt == "" {
					t.Errorf("%s has no time", p.Path)
				}
			}
		}
		if after = page.Meta.Next; after == "" {
			break
		}
	}
	want := []string{"de /themen/thema-0", "de /themen/thema-1", "de /themen/thema-2", "de /themen/thema-3", "de /themen/thema-4",
		"de /themen/thema-5", "de /themen/thema-6", "de-simple /themen/einfach-0", "de-simple /themen/einfach-1", "en /themen/topic-0"}
	if slices.Sort(seen); !slices.Equal(seen, want) {
		t.Errorf("paths %q, want %q", seen, want)
	}

	index := s.want(200, call{method: "GET", path: "/sitemap.xml"})
	for _, name := range []string{"topic", "article"} {
		if !strings.Contains(index.body, "<loc>https://cms.portal.example/sitemap/"+name+".xml</loc>") {
			t.Errorf("%s is not in %s", name, index.body)
		}
	}
	if strings.Contains(index.body, "expert") {
		t.Error("a type without entries has a sitemap")
	}
	topics := s.want(200, call{method: "GET", path: "/sitemap/topic.xml"})
	var set struct {
		URLs []struct {
			Loc   string `xml:"loc"`
			Links []struct {
				Language string `xml:"hreflang,attr"`
				Href     string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal([]byte(topics.body), &set); err != nil || len(set.URLs) != 10 {
		t.Fatalf("%v: %s", err, topics.body)
	}
	if got := topics.header.Get("Content-Type"); got != "application/xml; charset=utf-8" {
		t.Errorf("Content-Type %s", got)
	}
	links := map[string]string{}
	for _, u := range set.URLs {
		for _, l := range u.Links {
			links[u.Loc] += l.Language + " " + l.Href + ";"
		}
	}
	// The two languages of an entry know of each other; plain language is no language of its own, and one language is none to choose.
	both := "de " + portalSite + "/themen/thema-0;en " + portalSite + "/en/themen/topic-0;"
	if want := map[string]string{portalSite + "/themen/thema-0": both, portalSite + "/en/themen/topic-0": both}; !maps.Equal(links, want) {
		t.Errorf("links between languages: %q, want %q", links, want)
	}
	if !strings.Contains(topics.body, "<loc>"+portalSite+"/de-simple/themen/einfach-1</loc>") {
		t.Errorf("plain language is not listed: %s", topics.body)
	}
	if r := s.do(call{method: "GET", path: "/sitemap/topic.xml", header: map[string]string{"If-None-Match": topics.header.Get("ETag")}}); r.status != 304 {
		t.Errorf("the same sitemap again: %d", r.status)
	}
	parts := 0
	for _, r := range "0123456789abcdefghijklmnopqrstuvwxyz" {
		parts += strings.Count(s.want(200, call{method: "GET", path: "/sitemap/topic.xml?part=" + string(r)}).body, "<loc>")
	}
	if first := s.want(200, call{method: "GET", path: "/sitemap/topic.xml?part=" + ids[3][:2]}).body; parts != 10 || !strings.Contains(first, "/themen/thema-3<") {
		t.Errorf("%d pages in all parts, and %s", parts, first)
	}
	articles := s.want(200, call{method: "GET", path: "/sitemap/article.xml"}).body
	if !strings.Contains(articles, "/aktuelles/sichtbar") || strings.Contains(articles, "ohne-suchmaschine") {
		t.Errorf("articles: %s", articles)
	}
	if r := newServer(t, setup{}).get("", "/sitemap.xml"); r.status != 404 || !strings.Contains(r.body, "site-url") {
		t.Errorf("without a site: %d %s", r.status, r.body)
	}
}

// TestSitemapShowsThePublic: an editor's token in a browser's tool must not put more into a sitemap than search engines may know.
func TestSitemapShowsThePublic(t *testing.T) {
	s := pathServer(t)
	s.create("memos", `{"title": "Vertraulich"}`)
	s.create("topics", `{"name": "Offen"}`)
	for _, by := range []string{"", auth.Editor, auth.Admin} {
		if r := s.want(200, call{method: "GET", path: "/sitemap.xml", by: by}); strings.Contains(r.body, "memo") {
			t.Errorf("to %q: %s", by, r.body)
		}
		s.want(404, call{method: "GET", path: "/sitemap/memo.xml", by: by})
	}
}

// TestFormsOfPaths: other marks than the slug, and types with one entry.
func TestFormsOfPaths(t *testing.T) {
	s := pathServer(t)
	home := s.want(200, call{method: "PUT", path: "/api/home", by: auth.Admin, body: `{"data": {"title": "Willkommen"}}`}).text(t, "data.documentId")
	if r := s.get("", "/manage/paths?path=/"); r.status != 200 || r.text(t, "data.documentId") != home {
		t.Errorf("the home page: %d %s", r.status, r.body)
	}
	id := s.create("notices", `{"title": "Umbau"}`)
	s.put("/api/notices/"+id+"?locale=en", `{"title": "Works"}`)
	number := s.want(200, call{method: "GET", path: "/api/notices/" + id}).at(t, "data.id")
	path := func(locale, slug string) string { return fmt.Sprintf("/%s/meldungen/%v-%s", locale, number, slug) }
	s.put("/api/notices/"+id, `{"slug": "um-bau"}`)
	for from, want := range map[string]string{
		path("de", "um-bau"): path("de", "um-bau"), path("de", "umbau"): path("de", "um-bau"), path("de", "anything"): path("de", "um-bau"),
		path("en", "works"): path("en", "works"), path("xx", "works"): "", "/de/meldungen/999999-um-bau": "", "/de/meldungen/x-um-bau": "",
	} {
		if got := s.leads("", from, ""); got != want {
			t.Errorf("%s leads to %q, want %q", from, got, want)
		}
	}
	if got := s.leads("", path("en", "works"), "de"); got != "" {
		t.Errorf("a path in English leads to %q in German", got)
	}
	r := s.want(200, call{method: "GET", path: "/sitemap/notice.xml"})
	for _, want := range []string{path("de", "um-bau"), path("en", "works")} {
		if !strings.Contains(r.body, "<loc>"+portalSite+want+"</loc>") {
			t.Errorf("no %s in %s", want, r.body)
		}
	}
	// A path that all entries would share is none of theirs.
	s.create("leaflets", `{"title": "Eins"}`)
	if r := s.want(200, call{method: "GET", path: "/manage/paths/leaflet"}); !strings.Contains(r.body, `"data":[]`) {
		t.Errorf("leaflets: %s", r.body)
	}
	if got := s.leads("", "/faltblaetter", ""); got != "" {
		t.Errorf("/faltblaetter leads to %s", got)
	}
}
