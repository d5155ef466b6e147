package api_test

import (
	"strings"
	"testing"
)

func TestETags(t *testing.T) {
	s := newServer(t, setup{})
	topic := s.create("topics", `{"name":"Bauhof"}`)
	s.want(200, call{"PUT", "/api/settings", "admin", `{"data":{"siteName":"Portal"}}`, nil})
	for _, path := range []string{"/api/topics/" + topic, "/api/topics", "/api/topics?populate=*&locale=de", "/api/settings", "/api/topics/count"} {
		first := s.want(200, call{"GET", path, "", "", nil})
		tag := first.header.Get("ETag")
		if tag == "" || tag[0] != '"' || !strings.Contains(tag, "-") {
			t.Fatalf("%s: ETag %q", path, tag)
		}
		for _, header := range []string{tag, "W/" + tag, `"other", ` + tag, "*", `W/"a" , W/` + tag} {
			r := s.do(call{"GET", path, "", "", map[string]string{"If-None-Match": header}})
			if r.status != 304 || r.body != "" || r.header.Get("ETag") != tag || r.header.Get("Cache-Control") != "no-cache" {
				t.Errorf("%s with %s: %d %v", path, header, r.status, r.header)
			}
			if r := s.do(call{"HEAD", path, "", "", map[string]string{"If-None-Match": header}}); r.status != 304 {
				t.Errorf("HEAD %s with %s: %d", path, header, r.status)
			}
		}
		for _, header := range []string{`"other"`, "", "nonsense", `"` + strings.Trim(tag, `"`), strings.Repeat(",", 1000)} {
			if r := s.do(call{"GET", path, "", "", map[string]string{"If-None-Match": header}}); r.status != 200 || r.body != first.body {
				t.Errorf("%s with %q: %d", path, header, r.status)
			}
		}
		if h := s.do(call{"HEAD", path, "", "", nil}); h.status != 200 || h.body != "" || h.header.Get("ETag") != tag {
			t.Errorf("HEAD %s: %d %v", path, h.status, h.header)
		}
		if by := s.get("editor", path).header; !strings.Contains(by.Get("Cache-Control"), "no-store") {
			t.Errorf("%s with credentials: Cache-Control %q", path, by.Get("Cache-Control"))
		}
	}
	// A tag ends with the answer, also if what it shows of another entry changes.
	project := s.create("projects", `{"title":"Bauhof","topics":["`+topic+`"]}`)
	before := s.get("", "/api/projects/"+project+"?populate=topics").header.Get("ETag")
	s.want(200, call{"PUT", "/api/topics/" + topic, "admin", `{"data":{"name":"Betriebshof"}}`, nil})
	r := s.do(call{"GET", "/api/projects/" + project + "?populate=topics", "", "", map[string]string{"If-None-Match": before}})
	if r.status != 200 || !strings.Contains(r.body, "Betriebshof") {
		t.Errorf("an old answer is taken for fresh: %d", r.status)
	}
	// An error is never "not modified".
	if r := s.do(call{"GET", "/api/topics/nothing", "", "", map[string]string{"If-None-Match": "*"}}); r.status != 404 || r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("nothing: %d, Cache-Control %q", r.status, r.header.Get("Cache-Control"))
	}
}

func TestIfMatch(t *testing.T) {
	s := newServer(t, setup{})
	id := s.create("dossiers", `{"title":"Akte","year":2000}`)
	path := "/api/dossiers/" + id
	put := func(tag, data string) reply {
		return s.do(call{"PUT", path, "editor", `{"data":` + data + `}`, map[string]string{"If-Match": tag}})
	}
	old := s.get("editor", path).header.Get("ETag")
	first := put(old, `{"year":2001}`)
	if first.status != 200 {
		t.Fatalf("fresh: %d %s", first.status, first.body)
	}
	tag := first.header.Get("ETag")
	if tag == old || tag != s.get("editor", path).header.Get("ETag") {
		t.Errorf("the write answers with the tag %s, the read with another", tag)
	}
	stale := put(old, `{"title":"Andere"}`)
	if stale.status != 412 {
		t.Fatalf("stale: %d %s", stale.status, stale.body)
	}
	stale.wantAt(t, "error.name", `"PreconditionFailedError"`)
	stale.wantAt(t, "error.details.fields", `["year"]`)
	stale.wantAt(t, "error.details.rev", "2")
	for _, fresh := range []string{"*", "W/" + tag, `"2-whatever"`} {
		if r := put(fresh, `{"year":2001}`); r.status != 200 {
			t.Errorf("If-Match: %s: %d %s", fresh, r.status, r.body)
		}
	}
	if r := s.do(call{"DELETE", path, "editor", "", map[string]string{"If-Match": old}}); r.status != 412 {
		t.Errorf("stale delete: %d %s", r.status, r.body)
	}
	s.want(204, call{"DELETE", path, "editor", "", map[string]string{"If-Match": tag}})
	s.want(204, call{"DELETE", path, "editor", "", nil}) // what is not there is deleted already
}

func TestEntryOverHTTP(t *testing.T) {
	s := newServer(t, setup{})
	topic := s.create("topics", `{"name":"Bauhof"}`)
	made := s.want(201, call{"POST", "/api/projects?populate=topics&fields=title", "editor", `{"data":{"title":"Eins","summary":"kurz","topics":["` + topic + `"]}}`, nil})
	made.wantAt(t, "data.title", `"Eins"`)
	made.wantAt(t, "data.topics.0.name", `"Bauhof"`)
	if made.at(t, "data.summary") != nil || made.at(t, "data.id") == nil || made.at(t, "meta") == nil {
		t.Errorf("the answer does not have what was asked for: %s", made.body)
	}
	id := made.text(t, "data.documentId")
	path := "/api/projects/" + id

	merged := s.want(200, call{"PUT", path, "editor", `{"data":{"summary":null,"startYear":2020}}`, nil})
	merged.wantAt(t, "data.title", `"Eins"`)
	merged.wantAt(t, "data.summary", "null")
	merged.wantAt(t, "data.startYear", "2020")

	draft := s.want(200, call{"PUT", path + "?status=draft", "editor", `{"data":{"title":"Zwei"}}`, nil})
	draft.wantAt(t, "data.title", `"Zwei"`)
	draft.wantAt(t, "data.publishedAt", "null")
	s.get("", path).wantAt(t, "data.title", `"Eins"`)
	s.get("editor", path+"?status=draft").wantAt(t, "data.title", `"Zwei"`)
	published := s.want(200, call{"PUT", path, "editor", `{"data":{}}`, nil})
	published.wantAt(t, "data.title", `"Zwei"`)
	s.get("", path).wantAt(t, "data.title", `"Zwei"`)
	if s.get("", path).at(t, "data.publishedAt") == nil {
		t.Error("published without publishedAt")
	}

	s.want(201, call{"POST", "/api/projects", "editor", `{"data":{"title":"Drei","topics":["` + topic + `"]}}`, nil})
	s.want(201, call{"POST", "/api/projects?status=draft", "editor", `{"data":{"title":"Vier"}}`, nil})
	if r := s.get("", "/api/projects/count"); r.body != "2" {
		t.Errorf("count: %s", r.body)
	}
	if r := s.get("editor", "/api/projects/count?status=draft&filters[title][$ne]=Drei"); r.body != "2" {
		t.Errorf("count of drafts: %s", r.body)
	}
	if r := s.get("", "/api/projects/count?pagination[pageSize]=1&filters[startYear]=2020"); r.body != "1" {
		t.Errorf("count with a filter: %s", r.body)
	}
	s.get("", "/api/projects?pagination[pageSize]=1&pagination[page]=2&sort=title").wantAt(t, "meta.pagination", `{"page":2,"pageCount":2,"pageSize":1,"total":2}`)
	s.get("", "/api/projects/?sort=title:DESC").wantAt(t, "data.0.title", `"Zwei"`) // a slash at the end changes nothing
	s.want(200, call{"GET", path + "/", "", "", nil})

	// In a second locale, and what all locales share.
	s.want(200, call{"PUT", path + "?locale=en", "editor", `{"data":{"title":"Two"}}`, nil}).wantAt(t, "data.startYear", "2020")
	s.get("", path+"?locale=en").wantAt(t, "data.locale", `"en"`)
	s.want(204, call{"DELETE", path + "?locale=en", "editor", "", nil})
	s.want(404, call{"GET", path + "?locale=en", "", "", nil})
	s.want(200, call{"GET", path, "", "", nil})
}

func TestSingleType(t *testing.T) {
	s := newServer(t, setup{})
	s.want(404, call{"GET", "/api/settings", "", "", nil})
	s.want(204, call{"DELETE", "/api/settings", "editor", "", nil})
	first := s.want(200, call{"PUT", "/api/settings", "editor", `{"data":{"siteName":"Portal"}}`, nil})
	s.want(200, call{"PUT", "/api/settings", "editor", `{"data":{"noticeActive":true}}`, nil}).wantAt(t, "data.siteName", `"Portal"`)
	got := s.want(200, call{"GET", "/api/settings", "", "", nil})
	got.wantAt(t, "data.documentId", `"`+first.text(t, "data.documentId")+`"`)
	r := s.do(call{"PUT", "/api/settings", "editor", `{"data":{"siteName":"X"}}`, map[string]string{"If-Match": first.header.Get("ETag")}})
	if r.status != 412 {
		t.Errorf("stale: %d %s", r.status, r.body)
	}
	s.want(200, call{"PUT", "/api/settings?status=draft", "editor", `{"data":{"siteName":"Entwurf"}}`, nil})
	s.get("", "/api/settings").wantAt(t, "data.siteName", `"Portal"`)
	s.get("editor", "/api/settings?status=draft").wantAt(t, "data.siteName", `"Entwurf"`)
	s.want(204, call{"DELETE", "/api/settings", "editor", "", nil})
	s.want(404, call{"GET", "/api/settings", "", "", nil})
	s.want(200, call{"PUT", "/api/settings", "editor", `{"data":{"siteName":"Neu"}}`, nil})
	s.get("", "/api/settings").wantAt(t, "data.siteName", `"Neu"`)
}

func TestAllowedMethods(t *testing.T) {
	s := newServer(t, setup{})
	for path, allow := range map[string]string{
		"/api/projects":                     "GET, HEAD, POST",
		"/api/projects/x":                   "GET, HEAD, PUT, DELETE",
		"/api/settings":                     "GET, HEAD, PUT, DELETE",
		"/api/auth/local":                   "POST",
		"/api/users":                        "GET, HEAD, POST",
		"/api/users/me":                     "GET, HEAD, PUT, DELETE",
		"/manage/types":                     "GET, HEAD",
		"/manage/entries/project/x/publish": "POST",
		"/manage/trash/project/x":           "DELETE",
		"/healthz":                          "GET, HEAD",
	} {
		if r := s.do(call{"OPTIONS", path, "", "", nil}); r.status != 204 || r.header.Get("Allow") != allow {
			t.Errorf("OPTIONS %s: %d, Allow %q, want %q", path, r.status, r.header.Get("Allow"), allow)
		}
		c := call{"PATCH", path, "", "", nil}
		r := s.do(c)
		if r.status != 405 || r.header.Get("Allow") != allow {
			t.Errorf("PATCH %s: %d, Allow %q, want %q", path, r.status, r.header.Get("Allow"), allow)
		}
		r.checkForm(t, c)
	}
}
