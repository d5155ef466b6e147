package api_test

import (
	"strings"
	"testing"
)

// An admin makes, changes and deletes roles; what was changed counts at the next request.
func TestRoles(t *testing.T) {
	s := newServer(t, setup{})
	id := s.create("topics", `{"name":"Bauhof"}`)
	const desk = `{"title":"Pult","rules":[{"types":["topic"],"actions":["read","readDraft","update"]}]}`
	for _, by := range []string{"editor", ""} {
		for _, c := range []call{{"GET", "/manage/roles", by, "", nil}, {"GET", "/manage/roles/editor", by, "", nil}, {"PUT", "/manage/roles/desk", by, desk, nil},
			{"DELETE", "/manage/roles/editor", by, "", anyRevision}, {"GET", "/manage/explain?as=editor&type=topic&id=" + id, by, "", nil}} {
			s.want(403, c)
		}
	}
	list := s.want(200, call{"GET", "/manage/roles", "admin", "", nil})
	if n := len(list.at(t, "data").([]any)); n != 6 || !strings.Contains(list.body, `"$user.organisation"`) {
		t.Errorf("%d roles: %s", n, list.body)
	}
	made := s.want(201, call{"PUT", "/manage/roles/desk", "admin", desk, nil})
	made.wantAt(t, "data.name", `"desk"`)
	made.wantAt(t, "data.shipped", "false")
	made.wantAt(t, "data.problems", "[]")
	s.want(428, call{"PUT", "/manage/roles/desk", "admin", desk, nil})
	s.want(412, call{"PUT", "/manage/roles/none", "admin", desk, anyRevision})
	s.want(201, call{"POST", "/api/users", "admin", `{"username":"pult","email":"pult@x.example","password":"correct horse battery","role":"desk"}`, nil})
	in := s.want(200, call{"POST", "/api/auth/local", "", `{"identifier":"pult","password":"correct horse battery"}`, nil})
	s.secrets["pult"] = "Bearer " + in.text(t, "jwt")

	change := call{"PUT", "/api/topics/" + id + "?status=draft", "pult", `{"data":{"name":"Neu"}}`, nil}
	s.want(200, change)
	s.want(403, call{"DELETE", "/api/topics/" + id, "pult", "", nil})
	types := s.want(200, call{"GET", "/manage/types", "pult", "", nil})
	types.wantAt(t, "data.0.id", `"topic"`)
	types.wantAt(t, "data.0.actions", `["read","readDraft","update"]`)
	types.wantAt(t, "data.0.rights.update.every", "true")
	if len(types.at(t, "data").([]any)) != 1 || strings.Contains(types.body, "internalNote") {
		t.Errorf("types: %s", types.body)
	}
	tag := s.get("admin", "/manage/roles/desk").header.Get("ETag")
	put := call{"PUT", "/manage/roles/desk", "admin", `{"rules":[{"types":["topic"],"actions":["read"]}]}`, map[string]string{"If-Match": tag}}
	s.want(200, put)
	s.want(412, put)
	s.want(403, change)
	s.want(403, call{"GET", "/api/topics?status=draft", "pult", "", nil})
	s.want(409, call{"DELETE", "/manage/roles/desk", "admin", "", anyRevision})
	bad := s.want(400, call{"PUT", "/manage/roles/other", "admin", `{"rules":[{"types":["topic"],"actions":["read"],"fields":["nope"],"entries":{"x":{"$eq":"$user.mail"}}}]}`, nil})
	if !strings.Contains(bad.body, "rules.0.entries.x.$eq") {
		t.Errorf("%s", bad.body)
	}
	s.want(400, call{"PUT", "/manage/roles/other", "admin", `{"name":"desk"}`, nil})

	// What the public may read is data too.
	s.want(200, call{"GET", "/api/topics", "", "", nil})
	s.want(200, call{"PUT", "/manage/roles/public", "admin", `{"rules":[{"types":["event"],"actions":["read"]}]}`, anyRevision})
	s.want(404, call{"GET", "/api/topics", "", "", nil})
	s.want(404, call{"PUT", "/api/settings", "", `{"data":{}}`, nil})
	s.want(404, call{"DELETE", "/api/settings", "", "", nil})
	s.want(200, call{"GET", "/api/events", "", "", nil})
}

// A type that a role works with is refused where the role may not do something, not denied.
func TestKnownTypesAreRefused(t *testing.T) {
	s := newServer(t, setup{})
	s.want(201, call{"PUT", "/manage/roles/drafter", "admin", `{"rules":[{"types":["memo"],"actions":["readDraft"]}]}`, nil})
	s.want(201, call{"POST", "/api/users", "admin", `{"username":"drafter","email":"d@x.example","password":"correct horse battery","role":"drafter"}`, nil})
	in := s.want(200, call{"POST", "/api/auth/local", "", `{"identifier":"drafter","password":"correct horse battery"}`, nil})
	s.secrets["drafter"] = "Bearer " + in.text(t, "jwt")
	for _, path := range []string{"/api/memos", "/manage/paths/memo", "/manage/redirects/memo"} {
		s.want(403, call{"GET", path, "drafter", "", nil})
		s.want(404, call{"GET", path, "", "", nil})
	}
	s.want(403, call{"POST", "/api/memos", "drafter", `{"data":{"title":"x"}}`, nil})
}

// The explanation over HTTP says the same as the answer, and refuses what it does not know.
func TestExplainRoute(t *testing.T) {
	s := newServer(t, setup{})
	id := s.want(201, call{"POST", "/api/topics?status=draft", "admin", `{"data":{"name":"Bauhof"}}`, nil}).text(t, "data.documentId")
	root := "/manage/explain?type=topic&id=" + id
	for query, want := range map[string]string{
		"&as=public": `"not_found"`, "&as=public&action=readDraft": `"forbidden"`, "&as=reviewer&action=readDraft": `"ok"`, "&as=token:editor&action=update": `"ok"`,
		"&as=reviewer&action=update": `"forbidden"`, "&as=organizer&action=readDraft": `"forbidden"`,
	} {
		s.want(200, call{"GET", root + query, "admin", "", nil}).wantAt(t, "data.answer", want)
	}
	for path, status := range map[string]int{root + "&as=nobody": 404, root + "&as=public&action=own": 400, "/manage/explain?type=x&id=1&as=public": 400,
		root + "&as=public&more=1": 400, root: 404} {
		s.want(status, call{"GET", path, "admin", "", nil})
	}
}
