package api_test

import (
	"strings"
	"testing"

	"kontor/pkg/auth"
)

// TestLocaleFallback: a site asks for a locale and gets the default one where there is nothing in it; each entry says which it is.
func TestLocaleFallback(t *testing.T) {
	s := newServer(t, setup{})
	one := s.create("topics", `{"name": "Schule"}`)
	two := s.create("topics", `{"name": "Abfall"}`)
	s.put("/api/topics/"+one+"?locale=en", `{"name": "School"}`)
	s.want(200, call{method: "PUT", path: "/api/topics/" + two + "?locale=en&status=draft", by: auth.Editor, body: `{"data": {"name": "Secret waste"}}`})
	project := s.create("projects", `{"title": "Projekt", "topics": ["`+one+`", "`+two+`"]}`)
	s.want(200, call{method: "PUT", path: "/api/home", by: auth.Editor, body: `{"data": {"title": "Willkommen"}}`})
	get := func(path string) reply {
		t.Helper()
		r := s.want(200, call{method: "GET", path: path})
		if strings.Contains(r.body, "Secret") {
			t.Errorf("%s shows a draft: %s", path, r.body)
		}
		return r
	}
	r := get("/api/topics?locale=en&localeFallback=true&sort=name&fields=name,locale")
	r.wantAt(t, "data.0.name", `"Abfall"`)
	r.wantAt(t, "data.0.locale", `"de"`)
	r.wantAt(t, "data.1.name", `"School"`)
	r.wantAt(t, "data.1.locale", `"en"`)
	r.wantAt(t, "meta.pagination.total", `2`)
	r = get("/api/topics?locale=en&localeFallback=true&filters[name][$contains]=Schule")
	r.wantAt(t, "meta.pagination.total", `0`)
	r = get("/api/topics?locale=en&localeFallback=true&sort=name&pagination[pageSize]=1&pagination[page]=2")
	r.wantAt(t, "data.0.name", `"School"`)
	r.wantAt(t, "meta.pagination.pageCount", `2`)
	get("/api/topics?locale=en&localeFallback=false").wantAt(t, "meta.pagination.total", `1`)
	get("/api/topics?locale=en").wantAt(t, "meta.pagination.total", `1`)
	if got := get("/api/topics/count?locale=en&localeFallback=1").body; got != "2" {
		t.Errorf("count %s", got)
	}
	r = get("/api/projects/" + project + "?locale=en&localeFallback=true&populate=topics,localizations")
	r.wantAt(t, "data.locale", `"de"`)
	r.wantAt(t, "data.topics.0.name", `"School"`)
	r.wantAt(t, "data.topics.1.name", `"Abfall"`)
	get("/api/projects?locale=en&localeFallback=true&filters[topics][name]=School").wantAt(t, "meta.pagination.total", `1`)
	get("/api/projects?locale=en&localeFallback=true&filters[topics][name]=Schule").wantAt(t, "meta.pagination.total", `0`)
	get("/api/home?locale=de-simple&localeFallback=true").wantAt(t, "data.locale", `"de"`)
	s.run(t, []scenario{
		{call{method: "GET", path: "/api/home?locale=de-simple"}, 404, nil, nil},
		{call{method: "GET", path: "/api/topics?locale=xx&localeFallback=true"}, 400, []string{"Invalid locale xx"}, nil},
		{call{method: "GET", path: "/api/topics?locale=*&localeFallback=true"}, 400, []string{"localeFallback"}, nil},
		{call{method: "GET", path: "/api/topics?locale=en&localeFallback=maybe"}, 400, []string{"localeFallback"}, nil},
		{call{method: "GET", path: "/api/topics?locale=en&localeFallback[a]=true"}, 400, []string{"localeFallback"}, nil},
		{call{method: "GET", path: "/api/topics?locale=en&localeFallback=true&status=draft"}, 403, nil, []string{"Secret"}},
		{call{method: "GET", path: "/api/topics?locale=en&localeFallback=true&status=draft&sort=name", by: auth.Editor}, 200, []string{"School", "Secret waste"}, []string{"Abfall"}},
		{call{method: "PUT", path: "/api/topics/" + one + "?locale=en&localeFallback=true", by: auth.Editor, body: `{"data": {}}`}, 400, []string{"Invalid key localeFallback"}, nil},
		{call{method: "DELETE", path: "/api/topics/" + one + "?localeFallback=true", by: auth.Editor}, 400, []string{"Invalid key localeFallback"}, nil},
	})
}

// TestPreviewDoesNotFallBack: a preview of one locale opens the draft of no other, also once its own is gone.
func TestPreviewDoesNotFallBack(t *testing.T) {
	s := newServer(t, setup{})
	id := s.create("topics", `{"name": "Schule"}`)
	s.want(200, call{method: "PUT", path: "/api/topics/" + id + "?status=draft", by: auth.Editor, body: `{"data": {"name": "Geheimplan"}}`})
	s.want(200, call{method: "PUT", path: "/api/topics/" + id + "?locale=en&status=draft", by: auth.Editor, body: `{"data": {"name": "School"}}`})
	s.preview("preview", auth.Editor, "topic/"+id+"/previews?locale=en")
	path := "/api/topics/" + id + "?locale=en&localeFallback=true&status=draft"
	s.want(200, call{method: "GET", path: path, by: "preview"}).wantAt(t, "data.name", `"School"`)
	s.want(204, call{method: "DELETE", path: "/api/topics/" + id + "?locale=en", by: auth.Editor})
	if r := s.get("preview", path); r.status != 404 || strings.Contains(r.body, "Geheimplan") {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// TestLocalizationsOfThePublic: those that are published, and no trace of the others.
func TestLocalizationsOfThePublic(t *testing.T) {
	s := newServer(t, setup{})
	id := s.create("topics", `{"name": "Schule"}`)
	s.put("/api/topics/"+id+"?locale=en", `{"name": "School"}`)
	s.want(200, call{method: "PUT", path: "/api/topics/" + id + "?locale=en&status=draft", by: auth.Editor, body: `{"data": {"name": "Secret school"}}`})
	s.want(200, call{method: "PUT", path: "/api/topics/" + id + "?locale=de-simple&status=draft", by: auth.Editor, body: `{"data": {"name": "Secret plain"}}`})
	shown := func(by, query string) (out []string) {
		t.Helper()
		r := s.want(200, call{method: "GET", path: "/api/topics/" + id + "?populate=localizations" + query, by: by})
		for _, l := range r.at(t, "data.localizations").([]any) {
			o := l.(map[string]any)
			if o["documentId"] != id || o["id"] != r.at(t, "data.id") || (o["publishedAt"] == nil) == (by == "") {
				t.Errorf("a localization is %v", o)
			}
			out = append(out, o["locale"].(string)+" "+o["name"].(string))
		}
		return out
	}
	for _, tt := range []struct{ by, query, want string }{
		{"", "", "en School"}, {"", "&locale=en", "de Schule"}, {auth.Editor, "&status=draft", "en Secret school, de-simple Secret plain"},
		{auth.Editor, "&status=draft&locale=de-simple", "de Schule, en Secret school"},
	} {
		if got := strings.Join(shown(tt.by, tt.query), ", "); got != tt.want {
			t.Errorf("%q%s: %s, want %s", tt.by, tt.query, got, tt.want)
		}
	}
	s.want(200, call{method: "POST", path: "/manage/entries/topic/" + id + "/unpublish?locale=en", by: auth.Editor, header: anyRevision})
	if got := shown("", ""); len(got) != 0 {
		t.Errorf("after unpublishing: %v", got)
	}
}
