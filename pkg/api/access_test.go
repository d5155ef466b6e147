package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kontor/pkg/auth"
	"kontor/pkg/schema"
)

// planted is a word that stands in everything the public may not see.
const planted = "xyzzyplugh"

// plantSecrets fills every kind of type with entries that hold the word wherever the public may not look: in fields with x-access, in
// drafts over what is published, in entries that are drafts, in the trash, in a type that is not public. It gives the published ones.
func (s *server) plantSecrets() map[string]string {
	s.t.Helper()
	ids := map[string]string{}
	make := func(name, path, data string) string {
		ids[name] = s.create(path, data)
		return ids[name]
	}
	draft := func(path, data string) string {
		return s.want(201, call{"POST", "/api/" + path + "?status=draft", "admin", `{"data":` + data + `}`, nil}).text(s.t, "data.documentId")
	}
	memo := make("memo", "memos", `{"title":"`+planted+`"}`)
	hidden := draft("dossiers", `{"title":"`+planted+` dossier"}`)
	open := make("dossier", "dossiers", `{"title":"Akte","verdict":"`+planted+`","memo":"`+memo+`","clues":["`+hidden+`"],"see":["`+hidden+`"]}`)
	make("second", "dossiers", `{"title":"Zweite","see":["`+open+`"]}`)
	topic := make("topic", "topics", `{"name":"Bauhof"}`)
	person := make("person", "persons", `{"name":"Frau Beispiel","mail":"`+planted+`@example.org","phone":"`+planted+`","shown":["portrait"],"consentDate":"2020-01-01","internalNote":"`+planted+`"}`)
	secretPerson := draft("persons", `{"name":"`+planted+`"}`)
	town := make("municipality", "municipalities", `{"name":"Unna","kind":"town","internalNote":"`+planted+`","contact":"`+secretPerson+`"}`)
	related := draft("projects", `{"title":"`+planted+` Projekt","topics":["`+topic+`"]}`)
	make("project", "projects", `{"title":"Gemeinsam","topics":["`+topic+`"],"contact":"`+person+`","municipalities":["`+town+`"],"relatedProjects":["`+related+`"],"internalNote":"`+planted+`"}`)
	make("expert", "experts", `{"name":"Herr Fachmann","consentDate":"2020-01-01","contact":{"mail":"`+planted+`@example.org"},"internalNote":"`+planted+`"}`)
	make("event", "events", `{"title":"Tagung","start":{"local":"2026-11-22T19:00","zone":"Europe/Berlin"},"eventStatus":"scheduled","onlineLink":"https://`+planted+`.example.org","internalNote":"`+planted+`"}`)
	make("term", "terms", `{"title":"Zweckverband","definition":"<p>x</p>","internalNote":"`+planted+`"}`)
	make("faq", "faqs", `{"title":"Warum?","answer":"<p>x</p>","internalNote":"`+planted+`"}`)
	make("organisation", "organisations", `{"name":"Institut","kind":"association","internalNote":"`+planted+`"}`)
	s.want(200, call{"PUT", "/api/settings", "admin", `{"data":{"siteName":"Portal","editorialMail":"` + planted + `@example.org"}}`, nil})
	// Changed and not published, an English draft, and one in the trash.
	s.want(200, call{"PUT", "/api/projects/" + ids["project"] + "?status=draft", "admin", `{"data":{"summary":"` + planted + `"}}`, nil})
	s.want(200, call{"PUT", "/api/projects/" + ids["project"] + "?status=draft&locale=en", "admin", `{"data":{"title":"` + planted + `"}}`, nil})
	gone := s.create("topics", `{"name":"`+planted+`"}`)
	s.want(204, call{"DELETE", "/api/topics/" + gone, "admin", "", nil})
	ids["gone"], ids["draft"] = gone, related
	return ids
}

// Whatever the public asks, the word is in no answer; and a name that is hidden is refused in the same words as one that does not exist.
func TestSecretsStaySecret(t *testing.T) {
	s := newServer(t, setup{})
	ids := s.plantSecrets()
	asked := 0
	look := func(t *testing.T, by, path string) reply {
		asked++
		r := s.get(by, path)
		if r.status >= 500 {
			t.Errorf("%s: status %d: %s", path, r.status, r.body)
		}
		if text := strings.ToLower(r.body + fmt.Sprint(r.header)); strings.Contains(text, planted) {
			t.Errorf("%s by %q tells: %s", path, by, r.body)
		}
		return r
	}
	for _, typ := range s.content.Types().Types() {
		t.Run(typ.ID, func(t *testing.T) {
			for _, path := range probes(typ, ids) {
				look(t, "", path)
			}
			for _, f := range typ.Fields {
				if len(f.Access.Read) > 0 && !slices.Contains(f.Access.Read, auth.Public) && !typ.Single {
					if f.Access.ReadIf == nil {
						s.wantUnknown(t, "", typ, f.Name)
					}
				}
			}
		})
	}
	for _, id := range ids {
		for _, typ := range s.content.Types().Types() {
			for _, path := range []string{"", "/history", "/history/1", "/history/compare?from=1&to=2", "/uses"} {
				want := map[bool]int{true: 403, false: 404}[typ.Public]
				if r := look(t, "", "/manage/entries/"+typ.ID+"/"+id+path); r.status != want {
					t.Errorf("%s %s: status %d, want %d", typ.ID, path, r.status, want)
				}
			}
			look(t, "", "/manage/trash/"+typ.ID)
			look(t, "", "/manage/types/"+typ.ID)
		}
	}
	if asked < 1000 {
		t.Errorf("only %d questions were asked", asked)
	}
	// The word is there for those who may see it, so the search above would have found it.
	for path, by := range map[string]string{
		"/api/projects?status=draft": "editor", "/api/persons": "editor", "/api/experts?populate=*": "editor", "/api/memos": "editor",
		"/api/settings": "editor", "/api/dossiers": "admin", "/manage/trash/topic": "editor", "/api/events": "editor",
	} {
		if r := s.get(by, path); !strings.Contains(r.body, planted) {
			t.Errorf("%s by %s does not show it: %s", path, by, r.body)
		}
	}
}

// probes are questions about a type in every form that the dialect has.
func probes(typ *schema.Type, ids map[string]string) []string {
	root := "/api/" + typ.PathName()
	if typ.Single {
		return []string{root, root + "?populate=*", root + "?fields=*", root + "?status=draft", root + "?locale=en"}
	}
	out := []string{
		root, root + "?populate=*", root + "?locale=*", root + "?locale=*&populate=*", root + "?locale=en&populate=*", root + "?status=draft",
		root + "?_q=xyzzy", root + "?_q=xyzzy&populate=*", root + "/count?_q=xyzzy", root + "?sort=id:desc&fields=*",
		root + "?filters[$not][documentId]=x&populate=*",
	}
	for _, id := range ids {
		out = append(out, root+"/"+id, root+"/"+id+"?populate=*", root+"/"+id+"?status=draft", root+"/"+id+"?locale=en&populate=*")
	}
	names := []string{"id", "documentId", "createdAt", "publishedAt", "createdBy", "owner", "meta", "draft", "localizations"}
	for _, f := range typ.Fields {
		names = append(names, f.Name)
	}
	for _, n := range names {
		out = append(out, root+"?fields="+n, root+"?sort="+n, root+"?populate="+n, root+"?populate["+n+"][populate]=*", root+"?populate["+n+"][fields]=internalNote",
			root+"?populate["+n+"][populate][see][populate]=*", root+"?filters["+n+"][$startsWith]=xyzzy", root+"?filters["+n+"][$notNull]=true",
			root+"?filters["+n+"][internalNote][$containsi]=xyzzy", root+"?filters["+n+"][title][$containsi]=xyzzy", root+"?filters["+n+"][name][$containsi]=xyzzy",
			root+"?filters["+n+"][mail][$notNull]=true", root+"?populate["+n+"][filters][internalNote][$notNull]=true", root+"?populate["+n+"][sort]=internalNote",
			root+"?populate["+n+"][filters][title][$startsWith]=xyzzy")
	}
	return out
}

// wantUnknown checks that a field is refused to a caller like one that does not exist, wherever it can be named.
func (s *server) wantUnknown(t *testing.T, by string, typ *schema.Type, name string) {
	t.Helper()
	const nothing = "noSuchField"
	for _, form := range []string{"fields=%s", "sort=%s", "sort=%s:desc", "populate=%s", "populate[%s][fields]=x", "filters[%s]=x", "filters[%s][$null]=true",
		"filters[%s][x]=x", "filters[$or][0][%s]=x", "filters[$not][%s][$gt]=5"} {
		var got [2]reply
		for i, n := range []string{name, nothing} {
			got[i] = s.get(by, "/api/"+typ.PathName()+"?"+strings.ReplaceAll(form, "%s", n))
		}
		if a := strings.ReplaceAll(got[0].body, name, nothing); got[0].status != 400 || got[0].status != got[1].status || a != got[1].body {
			t.Errorf("%s of %s by %q differs from an unknown field:\n%d %s\n%d %s", name, form, by, got[0].status, got[0].body, got[1].status, got[1].body)
		}
	}
}

// What only admins may read is as hidden from editors as everything is from the public; also in the history and the types.
func TestEditorsSeeNoAdminField(t *testing.T) {
	s := newServer(t, setup{})
	id := s.create("dossiers", `{"title":"Akte","verdict":"`+planted+`"}`)
	s.want(200, call{"PUT", "/api/dossiers/" + id, "admin", `{"data":{"verdict":"` + planted + ` neu","year":2000}}`, nil})
	typ, _ := s.content.Types().Type("dossier")
	s.wantUnknown(t, "editor", typ, "verdict")
	for _, path := range []string{"/api/dossiers", "/api/dossiers?populate=*", "/api/dossiers/" + id, "/api/dossiers?_q=xyzzy", "/api/dossiers?status=draft",
		"/manage/entries/dossier/" + id, "/manage/entries/dossier/" + id + "/history", "/manage/entries/dossier/" + id + "/history/1",
		"/manage/entries/dossier/" + id + "/history/2", "/manage/entries/dossier/" + id + "/history/compare?from=1&to=2", "/manage/types/dossier", "/manage/types"} {
		r := s.get("editor", path)
		if r.status != 200 {
			t.Errorf("%s: status %d: %s", path, r.status, r.body)
		}
		if strings.Contains(r.body, planted) || strings.Contains(r.body, "verdict") {
			t.Errorf("%s tells the editor: %s", path, r.body)
		}
	}
	stale := s.do(call{"PUT", "/api/dossiers/" + id, "editor", `{"data":{"title":"x"}}`, map[string]string{"If-Match": `"1-x"`}})
	if stale.status != 412 || strings.Contains(stale.body, "verdict") || !strings.Contains(stale.body, `"fields":["year"]`) {
		t.Errorf("the stale write tells too much or too little: %s", stale.body)
	}
	if r := s.get("admin", "/manage/entries/dossier/"+id+"/history/compare?from=1&to=2"); !strings.Contains(r.body, planted) {
		t.Errorf("the admin does not see it: %s", r.body)
	}
	if r := s.get("editor", "/api/dossiers?_q=xyzzy"); r.at(t, "meta.pagination.total") != float64(0) {
		t.Errorf("the search finds what the editor may not read: %s", r.body)
	}
}

// A change that the public cannot see leaves the public's answer as it is, its ETag too. The editor's
// moves, since a write names it.
func TestHiddenChangesShowNowhere(t *testing.T) {
	s := newServer(t, setup{})
	id := s.create("dossiers", `{"title":"Akte"}`)
	paths := []string{"/api/dossiers/" + id, "/api/dossiers", "/api/dossiers/" + id + "?populate=*", "/api/dossiers/count"}
	var before []reply
	for _, path := range paths {
		before = append(before, s.get("", path))
	}
	seen := s.get("editor", paths[0]).header.Get("ETag")
	s.want(200, call{"PUT", "/api/dossiers/" + id + "?status=draft", "admin", `{"data":{"title":"Neu","verdict":"x"}}`, nil})
	for i, path := range paths {
		after := s.get("", path)
		if after.body != before[i].body || after.header.Get("ETag") != before[i].header.Get("ETag") || after.header.Get("ETag") == "" {
			t.Errorf("%s tells of a save: %s %s, before %s", path, after.header.Get("ETag"), after.body, before[i].header.Get("ETag"))
		}
	}
	now := s.get("editor", paths[0]).header.Get("ETag")
	stale := call{"PUT", paths[0], "editor", `{"data":{"year":2001}}`, map[string]string{"If-Match": seen}}
	if r := s.do(stale); now == seen || r.status != 412 {
		t.Errorf("the editor's ETag %s is now %s, and a write with it is answered %d", seen, now, r.status)
	}
}

func TestAccess(t *testing.T) {
	s := newServer(t, setup{})
	ids := s.plantSecrets()
	p, d := ids["project"], ids["draft"]
	anon := func(method, path, body string, status int, holds ...string) scenario {
		return scenario{call: call{method, path, "", body, nil}, status: status, holds: holds, lacks: []string{planted}}
	}
	const change = `{"data":{"title":"x"}}`
	s.secrets["wrong"] = "Bearer kontor_nobody"
	var list []scenario
	list = append(list,
		anon("GET", "/api/projects", "", 200, `"total":1`, "Gemeinsam"),
		anon("GET", "/api/projects/"+p, "", 200, "Gemeinsam", `"summary":null`),
		anon("GET", "/api/projects/"+p+"?populate=*", "", 200, "Frau Beispiel", `"relatedProjects":[]`),
		anon("GET", "/api/projects/"+d, "", 404, "NotFoundError"),
		anon("GET", "/api/projects/"+d+"?status=published", "", 404, "NotFoundError"),
		anon("GET", "/api/projects/"+d+"?status=draft", "", 403, "ForbiddenError"),
		anon("GET", "/api/projects/"+p+"?locale=en", "", 404),
		anon("GET", "/api/projects?locale=en", "", 200, `"total":0`),
		anon("GET", "/api/memos", "", 404, "NotFoundError"),
		anon("GET", "/api/memos/"+ids["memo"], "", 404, "NotFoundError"),
		anon("GET", "/api/memos/count", "", 404, "NotFoundError"),
		anon("GET", "/api/dossiers/"+ids["dossier"]+"?populate=*", "", 200, `"see":[]`),
		anon("GET", "/api/settings", "", 200, "Portal"),
		anon("GET", "/api/topics/"+ids["gone"], "", 404),
		anon("POST", "/api/projects", change, 403, "ForbiddenError"),
		anon("PUT", "/api/projects/"+p, change, 403, "ForbiddenError"),
		anon("PUT", "/api/projects/nothing", change, 403, "ForbiddenError"),
		anon("DELETE", "/api/projects/"+p, "", 403, "ForbiddenError"),
		anon("DELETE", "/api/projects/nothing", "", 403, "ForbiddenError"),
		anon("PUT", "/api/settings", change, 403, "ForbiddenError"),
		anon("GET", "/manage/types", "", 403, `"code":"forbidden"`),
		anon("GET", "/api/users", "", 403, "ForbiddenError"),
		anon("POST", "/api/auth/local/register", `{"username":"a","email":"a@example.org","password":"x"}`, 400, "Register action is currently disabled"),
		anon("POST", "/api/auth/forgot-password", `{"email":"a@example.org"}`, 501, "NotImplementedError"),
	)
	for _, path := range []string{"/api/projects", "/api/projects/" + p, "/api/settings", "/api/nothing", "/manage/types"} {
		list = append(list, scenario{call: call{"GET", path, "wrong", "", nil}, status: 401, holds: []string{"Missing or invalid credentials"}})
	}
	list = append(list,
		scenario{call: call{"POST", "/api/projects", "wrong", change, nil}, status: 401},
		scenario{call: call{"GET", "/api/memos", "editor", "", nil}, status: 200, holds: []string{planted}},
		scenario{call: call{"GET", "/api/projects?status=draft", "editor", "", nil}, status: 200, holds: []string{planted, `"publishedAt":null`}},
		scenario{call: call{"GET", "/api/projects", "editor", "", nil}, status: 200, holds: []string{`"total":1`, `"internalNote":"` + planted}},
		scenario{call: call{"GET", "/api/users", "editor", "", nil}, status: 403},
		scenario{call: call{"GET", "/api/users", "admin", "", nil}, status: 200, holds: []string{"[]"}},
	)
	s.run(t, list)
	// Schemes are case-insensitive (RFC 9110, section 11.1).
	if r := s.do(call{"GET", "/api/memos", "", "", map[string]string{"Authorization": strings.Replace(s.secrets["editor"], "Bearer", "bearer", 1)}}); r.status != 200 {
		t.Errorf("status %d with a lower-case scheme", r.status)
	}
}

// Pages of every site may use /api with a token, and nothing but /api.
func TestOtherOrigins(t *testing.T) {
	s := newServer(t, setup{})
	r := s.do(call{"OPTIONS", "/api/projects", "", "", map[string]string{
		"Origin": "https://example.org", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization,content-type"}})
	if r.status != 204 || r.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(r.header.Get("Access-Control-Allow-Headers"), "Content-Type") ||
		!strings.Contains(r.header.Get("Access-Control-Allow-Methods"), "PUT") || r.header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("preflight: %d %v", r.status, r.header)
	}
	for path, want := range map[string]string{"/api/projects": "*", "/api/memos": "*", "/api/nothing": "*", "/manage/types": "", "/healthz": ""} {
		if got := s.get("", path).header.Get("Access-Control-Allow-Origin"); got != want {
			t.Errorf("%s: Access-Control-Allow-Origin %q, want %q", path, got, want)
		}
	}
	r = s.do(call{"GET", "/api/projects", "", "", map[string]string{"Origin": "https://example.org", "Content-Type": "application/json"}})
	if r.status != 200 || !strings.Contains(r.header.Get("Access-Control-Expose-Headers"), "ETag") {
		t.Errorf("%d %v", r.status, r.header)
	}
}

// Facts that are the system's own never come from a body, whoever sends it.
func TestMassAssignment(t *testing.T) {
	s := newServer(t, setup{})
	id := s.create("dossiers", `{"title":"Akte"}`)
	before := s.dump()
	for _, name := range []string{"id", "documentId", "createdAt", "updatedAt", "publishedAt", "createdBy", "updatedBy", "locale", "localizations", "status",
		"owner", "organisation", "meta", "rev", "_id", "draft.title", "meta.owner", "constructor", "__proto__"} {
		for _, value := range []string{"1", `"abcdefghijklmnopqrstuvwx"`, "null", `{"id":1}`} {
			for _, by := range []string{"editor", "admin"} {
				body := `{"data":{"title":"x","` + name + `":` + value + `}}`
				for _, c := range []call{{"POST", "/api/dossiers", by, body, nil}, {"PUT", "/api/dossiers/" + id, by, body, nil}} {
					if r := s.do(c); r.status != 400 || !strings.Contains(r.body, name) {
						t.Errorf("%s %s by %s: %d %s", c.method, body, by, r.status, r.body)
					}
				}
			}
		}
	}
	if after := s.dump(); after != before {
		t.Errorf("something has changed:\n%s", firstDifference(before, after))
	}
	// In the address they say nothing, like all parameters that nobody knows.
	for _, q := range []string{"documentId=abcdefghijklmnopqrstuvwx", "id=77", "createdBy=77"} {
		r := s.want(201, call{"POST", "/api/dossiers?" + q, "admin", `{"data":{"title":"x"}}`, nil})
		if strings.Contains(r.body, "abcdefghijklmnopqrstuvwx") || r.at(t, "data.id") == float64(77) {
			t.Errorf("%s is heeded: %s", q, r.body)
		}
	}
}

// TestDraftsShowWhatTheyPointTo: also to those who may read no drafts of that.
func TestDraftsShowWhatTheyPointTo(t *testing.T) {
	f := newField(t)
	topic := f.entries["topic"]["own"]
	name := f.get("organizer", "/api/topics/"+topic).text(t, "data.name")
	for _, draft := range []string{"", "&status=draft"} {
		for _, populate := range []string{"populate=topics", "populate[topics][fields]=name", "populate[topics][filters][name]=" + name, "populate[topics][sort]=name"} {
			r := f.want(200, call{"GET", "/api/events/" + f.entries["event"]["own"] + "?" + populate + draft, "organizer", "", nil})
			if !strings.Contains(r.body, `"name":"`+name+`"`) {
				t.Errorf("%s%s: %s", populate, draft, r.body)
			}
		}
	}
}
