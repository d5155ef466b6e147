package api_test

import (
	"strings"
	"testing"
)

// A whole life of an entry: draft, published, changed, discarded, restored, deleted, back, gone.
func TestManageOverHTTP(t *testing.T) {
	s := newServer(t, setup{})
	topic := s.create("topics", `{"name":"Bauhof"}`)
	made := s.want(201, call{"POST", "/api/projects?status=draft", "editor", `{"data":{"title":"Eins"}}`, nil})
	id := made.text(t, "data.documentId")
	entry, open := "/manage/entries/project/"+id, "/api/projects/"+id
	tag := func() string {
		t.Helper()
		return s.want(200, call{"GET", entry, "editor", "", nil}).header.Get("ETag")
	}
	act := func(status int, path string) reply {
		t.Helper()
		return s.want(status, call{"POST", path, "editor", "", map[string]string{"If-Match": tag()}})
	}
	s.get("editor", entry).wantAt(t, "data.status", `"draft"`)
	missing := act(400, entry+"/publish")
	missing.wantAt(t, "errors.0.pointer", `"/topics"`)
	missing.wantAt(t, "status", "400")
	if missing.text(t, "errors.0.messages.de") == "" {
		t.Errorf("no German: %s", missing.body)
	}
	s.want(200, call{"PUT", open + "?status=draft", "editor", `{"data":{"topics":["` + topic + `"]}}`, nil})
	done := act(200, entry+"/publish")
	done.wantAt(t, "data.status", `"published"`)
	if done.header.Get("ETag") == "" || !strings.Contains(done.header.Get("ETag"), "3-") {
		t.Errorf("ETag %q of the third revision", done.header.Get("ETag"))
	}
	s.get("", open).wantAt(t, "data.title", `"Eins"`)

	s.want(200, call{"PUT", open + "?status=draft", "editor", `{"data":{"title":"Zwei"}}`, nil})
	s.get("editor", entry).wantAt(t, "data.status", `"modified"`)
	act(200, entry+"/discard").wantAt(t, "data.status", `"published"`)
	s.get("editor", open+"?status=draft").wantAt(t, "data.title", `"Eins"`)

	for _, c := range []struct {
		header map[string]string
		status int
	}{{nil, 428}, {map[string]string{"If-Match": ""}, 428}, {map[string]string{"If-Match": `"1-x"`}, 412}, {map[string]string{"If-Match": `"999-x"`}, 412}} {
		r := s.want(c.status, call{"POST", entry + "/unpublish", "editor", "", c.header})
		r.checkForm(t, call{"POST", entry, "editor", "", nil})
		s.want(200, call{"GET", open, "", "", nil})
	}
	s.want(200, call{"POST", entry + "/unpublish", "editor", "", map[string]string{"If-Match": "*"}}).wantAt(t, "data.publishedAt", "null")
	s.want(404, call{"GET", open, "", "", nil})
	act(200, entry+"/publish")

	history := s.get("editor", entry+"/history")
	history.wantAt(t, "data.0.action", `"publish"`)
	history.wantAt(t, "data.0.actor", `"editor"`)
	if n := len(history.at(t, "data").([]any)); n != 7 {
		t.Errorf("%d versions, want 7: %s", n, history.body)
	}
	s.get("editor", entry+"/history/4").wantAt(t, "data.values.title", `"Zwei"`)
	s.get("editor", entry+"/history/compare?from=1&to=4").wantAt(t, "data.0.field", `"title"`)
	s.get("editor", entry+"/history/compare?from=4&to=4").wantAt(t, "data", `[]`)
	act(200, entry+"/history/4/restore").wantAt(t, "data.status", `"modified"`)
	s.get("editor", open+"?status=draft").wantAt(t, "data.title", `"Zwei"`)
	s.get("", open).wantAt(t, "data.title", `"Eins"`)

	uses := s.get("editor", "/manage/entries/topic/"+topic+"/uses")
	uses.wantAt(t, "data.0.documentId", `"`+id+`"`)
	uses.wantAt(t, "data.0.fields", `["topics"]`)
	uses.wantAt(t, "data.0.published", "true")
	refused := s.do(call{"DELETE", "/api/topics/" + topic, "editor", "", nil})
	if refused.status != 409 || !strings.Contains(refused.body, id) {
		t.Errorf("what is in use is deleted: %d %s", refused.status, refused.body)
	}

	s.want(204, call{"DELETE", open, "editor", "", nil})
	s.want(404, call{"GET", entry, "editor", "", nil})
	bin := s.get("editor", "/manage/trash/project")
	bin.wantAt(t, "data.0.documentId", `"`+id+`"`)
	bin.wantAt(t, "data.0.title", `"Zwei"`)
	bin.wantAt(t, "meta", `{"limit":25,"start":0,"total":1}`)
	s.get("editor", "/manage/trash/projects?start=1&limit=1").wantAt(t, "data", "[]") // the plural names the type too
	trash := "/manage/trash/project/" + id
	s.want(428, call{"POST", trash + "/restore", "editor", "", nil})
	s.want(200, call{"POST", trash + "/restore", "editor", "", map[string]string{"If-Match": bin.text(t, "data.0.etag")}}).wantAt(t, "data.status", `"draft"`)
	s.get("editor", open+"?status=draft").wantAt(t, "data.title", `"Zwei"`)
	s.want(409, call{"DELETE", trash, "editor", "", nil})
	s.want(204, call{"DELETE", open, "editor", "", nil})
	s.want(204, call{"DELETE", trash, "editor", "", nil})
	s.want(404, call{"GET", entry + "/history", "editor", "", nil})
	if strings.Contains(s.dump(), id) {
		t.Error("something of the purged entry is left")
	}
}

func TestTypesOverHTTP(t *testing.T) {
	s := newServer(t, setup{})
	list := s.want(200, call{"GET", "/manage/types", "editor", "", nil})
	if n, want := len(list.at(t, "data").([]any)), len(s.content.Types().Types()); n != want {
		t.Errorf("%d types, want %d", n, want)
	}
	one := s.want(200, call{"GET", "/manage/types/dossier", "editor", "", nil})
	one.wantAt(t, "data.path", `"/api/dossiers"`)
	one.wantAt(t, "data.schema.properties.title.maxLength", "60")
	one.wantAt(t, "data.schema.required", `["title"]`)
	if strings.Contains(one.body, "verdict") {
		t.Errorf("the editor sees an admin's field: %s", one.body)
	}
	if admin := s.get("admin", "/manage/types/dossiers"); !strings.Contains(admin.body, "verdict") || !strings.Contains(admin.body, `"publish"`) {
		t.Errorf("the admin does not: %s", admin.body)
	}
	s.get("editor", "/manage/types/settings").wantAt(t, "data.path", `"/api/settings"`)
	tag := one.header.Get("ETag")
	if r := s.do(call{"GET", "/manage/types/dossier", "editor", "", map[string]string{"If-None-Match": tag}}); tag == "" || r.status != 304 {
		t.Errorf("ETag %q, status %d", tag, r.status)
	}
}

// Free JSON is JSON in every answer, at the top, inside lists of objects, in versions and comparisons.
func TestFreeJSON(t *testing.T) {
	s := newServer(t, setup{})
	id := s.create("dossiers", `{"title":"Akte","extra":{"a":[1,{"b":null}]},"parts":[{"label":"eins","raw":{"x":1}},{"label":"zwei","raw":[2]}]}`)
	s.get("", "/api/dossiers/"+id+"?populate=parts").wantAt(t, "data.parts.0.raw", `{"x":1}`)
	s.want(200, call{"PUT", "/api/dossiers/" + id, "editor", `{"data":{"extra":[],"parts":[{"label":"drei","raw":"text"}]}}`, nil})
	v := s.want(200, call{"GET", "/manage/entries/dossier/" + id + "/history/1", "editor", "", nil})
	v.wantAt(t, "data.values.extra", `{"a":[1,{"b":null}]}`)
	v.wantAt(t, "data.values.parts.0.raw", `{"x":1}`)
	v.wantAt(t, "data.values.parts.1.raw", `[2]`)
	d := s.want(200, call{"GET", "/manage/entries/dossier/" + id + "/history/compare?from=1&to=2", "editor", "", nil})
	d.wantAt(t, "data.0.from", `{"a":[1,{"b":null}]}`)
	d.wantAt(t, "data.1.from.0.raw", `{"x":1}`)
	d.wantAt(t, "data.1.to.0.raw", `"text"`)
}
