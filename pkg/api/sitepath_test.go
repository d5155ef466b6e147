package api_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kontor/pkg/api"
)

// Every address of the sitemap, and its path, is one that /manage/paths knows: as it is, and after
// the slug has changed.
func TestPathsOfTheSitemap(t *testing.T) {
	const site = "https://www.portal.example/portal"
	s := newServer(t, setup{edit: func(o *api.Options) { o.BaseURL, o.SiteURL = "https://cms.example", site }})
	id := s.create("topics", `{"name":"Bauhof"}`)
	s.want(200, call{"PUT", "/api/topics/" + id + "?locale=en", "admin", `{"data":{"name":"Depot"}}`, nil})
	s.create("topics", `{"name":"Abwasser"}`)
	ask := func(path, locale string) reply {
		target := "/manage/paths?path=" + url.QueryEscape(path)
		if locale != "" {
			target += "&locale=" + locale
		}
		return s.get("", target)
	}
	var paths []string
	for _, loc := range regexp.MustCompile(`<loc>([^<]*)</loc>`).FindAllStringSubmatch(s.get("", "/sitemap/topic.xml").body, -1) {
		path := strings.TrimPrefix(loc[1], site)
		paths = append(paths, path)
		for _, asked := range []string{path, loc[1]} {
			r := ask(asked, "")
			if r.status != 200 || r.at(t, "data.to") != path || r.at(t, "data.moved") != false {
				t.Errorf("%s: %d %s", asked, r.status, r.body)
			}
		}
	}
	if len(paths) != 3 {
		t.Fatalf("the sitemap has %v", paths)
	}
	english := "/en/themen/depot"
	if r := ask(english, ""); r.status != 200 || r.at(t, "data.locale") != "en" || r.at(t, "data.documentId") != id {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := ask(english, "de"); r.status != 404 {
		t.Errorf("English under another locale: %d %s", r.status, r.body)
	}
	for _, path := range []string{"/de/themen/bauhof", "/en/themen/bauhof", "/en", "/xx/themen/depot", "https://other.example/themen/bauhof"} {
		if r := ask(path, ""); r.status == 200 {
			t.Errorf("%s is no path of the site: %s", path, r.body)
		}
	}
	s.want(200, call{"PUT", "/api/topics/" + id + "?locale=en", "admin", `{"data":{"slug":"yard"}}`, nil})
	if r := ask(english, ""); r.status != 200 || r.at(t, "data.to") != "/en/themen/yard" || r.at(t, "data.moved") != true {
		t.Errorf("an old English path: %d %s", r.status, r.body)
	}
	if r := ask("/themen/depot", "en"); r.status != 200 || r.at(t, "data.to") != "/themen/yard" {
		t.Errorf("with the locale beside it: %d %s", r.status, r.body)
	}

	for target, want := range map[string]int{
		"/manage/paths/topic": 3, "/manage/paths/topic?locale=de": 2, "/manage/paths/topic?locale=en": 1,
		"/manage/redirects/topic": 1, "/manage/redirects/topic?locale=en": 1, "/manage/redirects/topic?locale=de": 0,
	} {
		body := s.want(200, call{"GET", target, "", "", nil}).body
		if n := strings.Count(body, `"locale"`); n != want {
			t.Errorf("%s has %d paths, want %d: %s", target, n, want, body)
		}
	}
	s.want(400, call{"GET", "/manage/paths/topic?locale=xx", "", "", nil})
	s.want(400, call{"GET", "/manage/redirects/topic?locale=xx", "", "", nil})
}
