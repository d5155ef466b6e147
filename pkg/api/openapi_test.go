package api_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// document gets the OpenAPI document of a caller.
func (s *server) document(by string) (doc map[string]any, text string) {
	s.t.Helper()
	r := s.want(200, call{"GET", "/openapi.json", by, "", nil})
	if err := json.Unmarshal([]byte(r.body), &doc); err != nil {
		s.t.Fatal(err)
	}
	return doc, r.body
}

// A document has what its reader may know, and no name of anything else.
func TestDocumentKeepsSecrets(t *testing.T) {
	s := newServer(t, setup{})
	for _, c := range []struct {
		by        string
		has, lack []string
	}{
		{"", []string{"dossier", "/api/dossiers", "parts", "/manage/roles"}, []string{"verdict", "Urteil", "clues", "Spuren", "memo", "Vermerk", "internalNote", "createDossier"}},
		{"editor", []string{"memo", "clues", "internalNote", "createDossier"}, []string{"verdict", "Urteil"}},
		{"admin", []string{"memo", "clues", "verdict", "createMemo"}, nil},
	} {
		_, text := s.document(c.by)
		for _, name := range c.has {
			if !strings.Contains(text, name) {
				t.Errorf("the document of %q has no %s", c.by, name)
			}
		}
		for _, name := range c.lack {
			if strings.Contains(text, name) {
				t.Errorf("the document of %q has %s", c.by, name)
			}
		}
	}
	// The editor reads stamps and does not write them.
	doc, _ := s.document("editor")
	if within(doc, "components", "schemas", "Dossier", "properties")["stamp"] == nil || within(doc, "components", "schemas", "DossierUpdate", "properties")["stamp"] != nil {
		t.Error("stamp is to be read and not to be written")
	}
	if within(doc, "components", "schemas", "DossierUpdate", "properties")["year"] == nil {
		t.Error("year is to be written")
	}
	if within(doc, "components", "schemas", "DossierFilters", "properties")["memo"] == nil {
		t.Error("memo can be filtered by")
	}
}

// A document changes when a role does: what the role shuts is gone at the next request.
func TestDocumentFollowsRoles(t *testing.T) {
	s := newServer(t, setup{})
	doc, before := s.document("")
	if within(doc, "components", "schemas", "Dossier", "properties", "year") == nil {
		t.Fatal("the public reads dossiers and their year")
	}
	tag := s.get("admin", "/manage/roles/public").header.Get("ETag")
	r := s.want(200, call{"PUT", "/manage/roles/public", "admin",
		`{"title": "Alle", "rules": [{"types": ["dossier"], "actions": ["read"], "fields": ["title"]}]}`, map[string]string{"If-Match": tag}})
	doc, _ = s.document("")
	props := within(doc, "components", "schemas", "Dossier", "properties")
	if props["title"] == nil || props["year"] != nil || within(doc, "paths", "/api/projects") != nil {
		t.Errorf("the public's document has more than its role opens: %v", props)
	}
	if of, _ := s.document("editor"); within(of, "paths", "/api/projects") == nil {
		t.Error("the editor's document has lost what only the public has lost")
	}
	s.want(200, call{"PUT", "/manage/roles/public", "admin", `{"rules": [{"types": ["*"], "actions": ["read"]}]}`, map[string]string{"If-Match": r.header.Get("ETag")}})
	if _, again := s.document(""); again != before {
		t.Error("the document is not as it was before")
	}
}

func TestDocumentIsCheap(t *testing.T) {
	s := newServer(t, setup{})
	first := s.get("", "/openapi.json")
	tag := first.header.Get("ETag")
	if tag == "" || first.header.Get("Cache-Control") != "no-cache" || !strings.Contains(first.header.Get("Vary"), "Authorization") {
		t.Errorf("headers %v", first.header)
	}
	s.want(304, call{"GET", "/openapi.json", "", "", map[string]string{"If-None-Match": tag}})
	s.want(200, call{"GET", "/openapi.json", "admin", "", map[string]string{"If-None-Match": tag}})
	if c := s.get("admin", "/openapi.json").header.Get("Cache-Control"); c != "private, no-store" {
		t.Errorf("an admin's document may be kept: %s", c)
	}
	s.want(400, call{"GET", "/openapi.json?format=yaml", "", "", nil})
	s.want(401, call{"GET", "/openapi.json", "", "", map[string]string{"Authorization": "Bearer wrong"}})
}

// What the document promises beside the usual is answered: conforms compares, and checkSeen counts.
func TestPromisedRefusals(t *testing.T) {
	s := newServer(t, setup{})
	id := s.create("dossiers", `{"title": "Akte"}`)
	entry := "/manage/entries/dossier/" + id
	old := map[string]string{"If-Match": `"999-0"`}
	s.want(412, call{"PUT", "/api/home", "editor", `{"data": {"title": "Start"}}`, old})
	s.want(200, call{"PUT", "/api/home", "editor", `{"data": {"title": "Start"}}`, nil})
	paper := s.upload("satzung.pdf", "%PDF-1.4\n%%EOF\n")
	s.create("documents", fmt.Sprintf(`{"title": "Satzung", "kind": "guide", "file": %d}`, paper.ID))
	for _, c := range []struct {
		status int
		call   call
	}{
		{201, call{"PUT", "/manage/roles/author", "admin", `{"rules": []}`, nil}},
		{428, call{"DELETE", "/manage/roles/author", "admin", "", nil}},
		{412, call{"DELETE", "/manage/roles/author", "admin", "", old}},
		{204, call{"DELETE", "/manage/roles/author", "admin", "", anyRevision}},
		{404, call{"DELETE", "/manage/roles/author", "admin", "", anyRevision}},
		{404, call{"GET", "/manage/roles/author", "admin", "", nil}},
		{428, call{"POST", entry + "/publish", "editor", "", nil}},
		{412, call{"POST", entry + "/publish", "editor", "", old}},
		{428, call{"POST", entry + "/discard", "editor", "", nil}},
		{412, call{"POST", entry + "/discard", "editor", "", old}},
		{428, call{"POST", entry + "/history/1/restore", "editor", "", nil}},
		{412, call{"POST", entry + "/history/1/restore", "editor", "", old}},
		{412, call{"DELETE", "/api/home", "editor", "", old}},
		{400, call{"DELETE", "/api/home?locale=xx", "editor", "", nil}},
		{204, call{"DELETE", "/api/home", "editor", "", nil}},
		{204, call{"DELETE", "/api/home", "editor", "", nil}},
		{400, call{"DELETE", "/api/home?locale=xx", "editor", "", nil}},
		{204, call{"DELETE", "/api/dossiers/" + id, "editor", "", nil}},
		{412, call{"POST", "/manage/trash/dossier/" + id + "/restore", "editor", "", old}},
		{200, call{"POST", "/manage/trash/dossier/" + id + "/restore", "editor", "", anyRevision}},
		{409, call{"POST", entry + "/history/2/restore", "editor", "", anyRevision}},
		{501, call{"POST", "/api/auth/send-email-confirmation", "", "", nil}},
		{403, call{"DELETE", fmt.Sprint("/api/upload/files/", paper.ID), "", "", nil}},
		{404, call{"GET", "/manage/files/999/uses", "editor", "", nil}},
		{403, call{"GET", fmt.Sprintf("/manage/files/%d/uses", paper.ID), "", "", nil}},
	} {
		s.want(c.status, c.call)
	}
}

// Generators name functions and types by what the document calls them.
func TestDocumentNames(t *testing.T) {
	s := newServer(t, setup{})
	doc, _ := s.document("admin")
	var ids []string
	for path, item := range within(doc, "paths") {
		for method, o := range item.(map[string]any) {
			id := o.(map[string]any)["operationId"].(string)
			if slices.Contains(ids, id) {
				t.Errorf("%s %s has the id %s of another", method, path, id)
			}
			ids = append(ids, id)
		}
	}
	for _, want := range []string{"findProjects", "getProject", "createProject", "updateProject", "deleteProject", "countProjects", "getSettings", "putSettings", "findLegalForms", "signIn", "upload", "listRoles"} {
		if !slices.Contains(ids, want) {
			t.Errorf("no operation is called %s", want)
		}
	}
	for name, want := range map[string]string{"phase": "ProjectPhase", "seo": "SeoPart", "contact": "Person"} {
		text := fmt.Sprint(within(doc, "components", "schemas", "Project", "properties", name))
		if !strings.Contains(text, "#/components/schemas/"+want+"]") {
			t.Errorf("%s is no %s but %s", name, want, text)
		}
	}
}

// The page loads from this server alone, and its policy is no wider than it needs.
func TestDocsPage(t *testing.T) {
	s := newServer(t, setup{})
	page := s.get("", "/docs")
	policy := page.header.Get("Content-Security-Policy")
	for _, wide := range []string{"unsafe", "*", "http:", "https:", "blob:"} {
		if strings.Contains(policy, wide) {
			t.Errorf("the policy is wide: %s", policy)
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self';") || strings.Contains(page.body, "<style") || strings.Contains(page.body, "<script>") {
		t.Errorf("something is inline, or may be: %s %s", policy, page.body)
	}
	for _, name := range []string{"swagger-ui.css", "swagger-ui-bundle.js", "start.js", "page.css", "favicon-32x32.png"} {
		if !strings.Contains(page.body, `="/docs/`+name+`"`) {
			t.Errorf("the page does not load %s", name)
		}
		plain := s.get("", "/docs/"+name)
		if plain.status != 200 || plain.header.Get("Content-Encoding") != "" || len(plain.body) < 30 {
			t.Fatalf("%s: status %d, %d bytes, %v", name, plain.status, len(plain.body), plain.header)
		}
		s.want(304, call{"GET", "/docs/" + name, "", "", map[string]string{"If-None-Match": plain.header.Get("ETag")}})
	}
	packed := s.do(call{"GET", "/docs/swagger-ui-bundle.js", "", "", map[string]string{"Accept-Encoding": "gzip"}})
	if packed.header.Get("Content-Encoding") != "gzip" || !strings.Contains(packed.header.Get("Vary"), "Accept-Encoding") || len(packed.body) > 600<<10 {
		t.Errorf("not packed: %d bytes, %v", len(packed.body), packed.header)
	}
	if kind := packed.header.Get("Content-Type"); !strings.Contains(kind, "javascript") {
		t.Errorf("a script that browsers refuse: %s", kind)
	}
	for _, path := range []string{"/docs/../route.go", "/docs/index.html", "/docs/..%2f..%2fgo.mod", "/docs/swagger-ui.css.gz"} {
		s.want(404, call{"GET", path, "", "", nil})
	}
}

// TestManualPages reads every page of the manual under the policy of /docs.
func TestManualPages(t *testing.T) {
	s := newServer(t, setup{})
	first := s.get("", "/docs/manual")
	links := regexp.MustCompile(`href="(/docs/manual/[a-z-]+)"`).FindAllStringSubmatch(first.body, -1)
	if len(links) < 8 {
		t.Fatalf("the list has %d topics", len(links))
	}
	for _, link := range links {
		page := s.get("", link[1])
		if page.status != 200 || !strings.Contains(page.body, "<h1") || !strings.Contains(page.body, `aria-current="page"`) {
			t.Errorf("%s: status %d", link[1], page.status)
		}
		if strings.Contains(page.body, "style=") || strings.Contains(page.body, "<script") {
			t.Errorf("%s has an inline style or a script", link[1])
		}
	}
	s.want(404, call{"GET", "/docs/manual/none", "", "", nil})
	s.want(200, call{"GET", "/docs/manual.css", "", "", nil})
}
