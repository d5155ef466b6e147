package api_test

import (
	"strings"
	"testing"

	"kontor/pkg/api"
)

func TestHome(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) {
		o.SiteURL, o.BaseURL = `https://www.portal.example/?a="b"&c`, "https://cms.portal.example"
	}})
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for accept, html := range map[string]bool{"": false, "*/*": false, "application/json": false, "application/json, text/html;q=0.5": false, browser: true, "text/html": true} {
		header := map[string]string{"Accept": accept}
		if accept == "" {
			header = nil
		}
		r := s.want(200, call{"GET", "/", "", "", header})
		if got := strings.HasPrefix(r.header.Get("Content-Type"), "text/html"); got != html || !strings.Contains(r.header.Get("Vary"), "Accept") {
			t.Errorf("Accept %q: %v", accept, r.header)
		}
		if html {
			if !strings.Contains(r.body, `<html lang="de">`) || !strings.Contains(r.body, `<a href="/docs">`) || strings.Contains(r.body, `href="/api"`) || strings.Contains(r.body, `"b"&c`) {
				t.Errorf("the page is %s", r.body)
			}
			continue
		}
		r.wantAt(t, "name", `"Kontor"`)
		r.wantAt(t, "links.sitemap", `"/sitemap.xml"`)
		links := r.at(t, "links").(map[string]any)
		delete(links, "site")
		for name, path := range links {
			if status := s.get("", path.(string)).status; status != 200 && name != "api" {
				t.Errorf("%s: %s answers %d", name, path, status)
			}
		}
	}
	s.want(405, call{"POST", "/", "admin", "{}", nil})
}

// Pages of origins that the operator names use all that an admin UI needs; others do as before.
func TestManageOrigins(t *testing.T) {
	const desk = "https://desk.example"
	for _, public := range [][]string{{"*"}, nil, {"https://www.portal.example"}} {
		s := newServer(t, setup{edit: func(o *api.Options) { o.CORSOrigins, o.ManageOrigins = public, []string{desk} }})
		for path, allowed := range map[string]bool{"/manage/types": true, "/manage/paths": true, "/api/topics": true, "/manageable": false, "/healthz": false} {
			for _, origin := range []string{desk, "https://other.example"} {
				r := s.do(call{"OPTIONS", path, "", "", map[string]string{"Origin": origin, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "if-match, authorization"}})
				all := len(public) > 0 && public[0] == "*" && path != "/manage/types"
				want := allowed && (origin == desk || all)
				if got := r.header.Get("Access-Control-Allow-Methods") != ""; got != want {
					t.Errorf("public %v, %s from %s: %d %v", public, path, origin, r.status, r.header)
				}
			}
		}
		r := s.do(call{"GET", "/manage/types", "admin", "", map[string]string{"Origin": desk}})
		if r.status != 200 || r.header.Get("Access-Control-Allow-Origin") != desk || !strings.Contains(r.header.Get("Vary"), "Origin") || r.header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%d %v", r.status, r.header)
		}
	}
}
