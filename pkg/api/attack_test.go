package api_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"kontor/pkg/auth"
)

// attack is a request that must not succeed. One that reads may be answered, with nothing that who asks may not read; one that writes is
// refused, and in either case everything is as it was.
type attack struct {
	name string
	call
	reads bool
}

// None of the requests by which somebody reaches for more than the role gives does, and none leaves a trace.
func TestAttacks(t *testing.T) {
	f := newField(t)
	list := f.attacks()
	if len(list) < 100 {
		t.Fatalf("only %d attacks", len(list))
	}
	before := f.dump()
	const group = 8 // a look at everything takes longer than a request
	var since []string
	for i, a := range list {
		r := f.do(a.call)
		for _, w := range secretWord.FindAllString(r.body+fmt.Sprint(r.header), -1) {
			if s := f.secrets[w]; !f.may(a.by, s) && !strings.Contains(a.path+a.body, w) {
				t.Errorf("%s: %s %s by %q tells %s of %s (own %v, %s)", a.name, a.method, a.path, a.by, s.field, s.typ.ID, s.own, s.state)
				break
			}
		}
		switch {
		case r.status >= 500:
			t.Errorf("%s: %s %s: %d %s", a.name, a.method, a.path, r.status, r.body)
		case r.status >= 400, a.reads, a.method == "DELETE" && r.status == 204: // what is not there for the caller is deleted already
		default:
			t.Errorf("%s: %s %s by %q: %d %s", a.name, a.method, a.path, a.by, r.status, r.body)
		}
		if since = append(since, fmt.Sprintf("%s: %s %s by %q", a.name, a.method, a.path, a.by)); len(since) < group && i < len(list)-1 {
			continue
		}
		if after := f.dump(); after != before {
			t.Errorf("one of these changed something:\n%s\n%s", strings.Join(since, "\n"), firstDifference(before, after))
			before = after
		}
		since = nil
	}
	t.Logf("%d attacks", len(list))
}

func (f *field) attacks() []attack {
	var out []attack
	out = append(out, f.foreignIDs()...)
	out = append(out, f.massAssignment()...)
	out = append(out, f.probing()...)
	out = append(out, f.pathTricks()...)
	out = append(out, f.replays()...)
	out = append(out, f.byPreview()...)
	return append(out, f.escalation()...)
}

var anyRevision = map[string]string{"If-Match": "*"}

func (f *field) foreignIDs() []attack {
	e := f.entries["event"]
	var out []attack
	add := func(name, method, path, by, body string, reads bool) {
		out = append(out, attack{name, call{method, path, by, body, anyRevision}, reads})
	}
	for _, n := range []string{"foreign", "foreignDraft", "foreignGone"} {
		id := e[n]
		add("change "+n, "PUT", "/api/events/"+id, "organizer", `{"data":{"title":"x"}}`, false)
		add("change a draft of "+n, "PUT", "/api/events/"+id+"?status=draft", "organizer", `{"data":{"title":"x"}}`, false)
		add("add a locale to "+n, "PUT", "/api/events/"+id+"?locale=en", "organizer", `{"data":{"title":"x"}}`, false)
		add("save "+n, "PUT", "/manage/entries/event/"+id, "organizer", `{"data":{"title":"x"}}`, false)
		add("delete "+n, "DELETE", "/api/events/"+id, "organizer", "", false)
		add("read "+n, "GET", "/api/events/"+id+"?status=draft", "organizer", "", true)
		for _, act := range []string{"publish", "unpublish", "discard", "history/1/restore"} {
			add(act+" "+n, "POST", "/manage/entries/event/"+id+"/"+act, "organizer", "", false)
		}
		add("restore "+n, "POST", "/manage/trash/event/"+id+"/restore", "organizer", "", false)
		add("purge "+n, "DELETE", "/manage/trash/event/"+id, "organizer", "", false)
		add("uses of "+n, "GET", "/manage/entries/event/"+id+"/uses", "organizer", "", true)
	}
	own := e["own"]
	for field, target := range map[string]string{
		"topics": f.entries["topic"]["foreignDraft"], "municipality": f.entries["municipality"]["foreignDraft"], "organiser": f.entries["organisation"]["foreign"],
		"contact": f.entries["person"]["own"], "projects": f.entries["project"]["own"], "partners": f.entries["organisation"]["foreign"],
	} {
		add("link "+field, "PUT", "/api/events/"+own, "organizer", `{"data":{"`+field+`":"`+target+`"}}`, false)
		add("connect "+field, "PUT", "/api/events/"+own, "organizer", `{"data":{"`+field+`":{"connect":["`+target+`"]}}}`, false)
	}
	for _, path := range []string{"articles", "topics", "municipalities", "persons", "organisations", "projects", "memos"} {
		typ, _ := f.content.Types().ByPath(path)
		add("write "+path, "PUT", "/api/"+path+"/"+f.entries[typ.ID]["own"], "organizer", `{"data":{"`+typ.Display+`":"x"}}`, false)
		add("make "+path, "POST", "/api/"+path, "organizer", `{"data":{"`+typ.Display+`":"x"}}`, false)
	}
	add("an author publishes", "POST", "/manage/entries/article/"+f.entries["article"]["own"]+"/publish", "author", "", false)
	add("an author unpublishes", "POST", "/manage/entries/article/"+f.entries["article"]["own"]+"/unpublish", "author", "", false)
	add("a clerk writes another field", "PUT", "/api/events/"+own, "clerk", `{"data":{"title":"x"}}`, false)
	add("a clerk discards what others wrote", "POST", "/manage/entries/event/"+own+"/discard", "clerk", "", false)
	add("a clerk saves another field", "PUT", "/manage/entries/event/"+own, "clerk", `{"data":{"title":"x"}}`, false)
	add("a reviewer writes", "PUT", "/api/events/"+own, "reviewer", `{"data":{"title":"x"}}`, false)
	add("nobody's organizer makes an event", "POST", "/api/events", "stranger", `{"data":{"title":"x","start":{"local":"2026-11-22T19:00"}}}`, false)
	return out
}

func (f *field) massAssignment() []attack {
	var out []attack
	own := f.entries["event"]["own"]
	for _, name := range []string{"organisation", "owner", "meta", "createdBy", "updatedBy", "publishedAt", "id", "documentId", "locale", "status", "rev",
		"meta.organisation", "draft", "published", "internalNote", "role", "focuses", "$set", "__proto__"} {
		body := `{"data":{"title":"x","start":{"local":"2026-11-22T19:00"},"` + name + `":"` + strings.Repeat("b", 24) + `"}}`
		out = append(out, attack{"make with " + name, call{"POST", "/api/events", "organizer", body, nil}, false},
			attack{"change " + name, call{"PUT", "/api/events/" + own, "organizer", body, nil}, false})
	}
	return out
}

func (f *field) probing() []attack {
	var out []attack
	id := f.entries["event"]["foreign"]
	for _, q := range []string{
		"filters[internalNote][$contains]=zq", "filters[internalNote][$notNull]=true", "sort=internalNote", "sort=internalNote:desc", "fields=internalNote",
		"filters[$and][0][internalNote][$contains]=zq", "filters[$or][0][internalNote][$contains]=zq", "filters[$not][internalNote][$contains]=zq",
		"filters[organiser][internalNote][$contains]=zq", "filters[topics][internalNote][$contains]=zq", "filters[municipality][internalNote][$contains]=zq",
		"filters[contact][mail][$contains]=zq", "filters[contact][name][$notNull]=true", "filters[projects][title][$contains]=zq", "populate=contact",
		"populate=projects", "populate[organiser][fields]=internalNote", "populate[organiser][filters][internalNote][$notNull]=true",
		"populate[topics][populate]=internalNote", "populate[speakers][populate][expert][populate]=*", "filters[meta.organisation]=x", "filters[meta][organisation]=x",
		"filters[organisation]=x", "filters[owner]=x", "sort=meta.owner", "sort=organisation", "filters[createdBy]=x", "filters[documentId]=" + id,
		"filters[documentId][$in]=" + id + "&status=draft", "filters[id][$gt]=0&status=draft", "filters[id][$gt]=0&locale=*", "filters[published.internalNote]=x",
		"filters[$or][0][title][$notNull]=true&filters[$or][1][id][$notNull]=true", "_q=zq&status=draft", "filters[$not][documentId]=x&status=draft",
	} {
		out = append(out, attack{"probe " + q, call{"GET", "/api/events?" + q, "organizer", "", nil}, true},
			attack{"probe as a clerk " + q, call{"GET", "/api/events?" + q, "clerk", "", nil}, true})
	}
	return out
}

func (f *field) pathTricks() []attack {
	var out []attack
	foreign, own := f.entries["event"]["foreignDraft"], f.entries["event"]["own"]
	for _, path := range []string{
		"/api/events/../persons", "/api/events/%2e%2e/persons", "/api/events/..%2fpersons", "//api/persons", "/api//persons", "/API/persons", "/api/Persons",
		"/api/persons%00", "/api/persons;x=1", "/api/events/" + own + "/../../persons", "/api/events/" + foreign + "/de", "/api/events/" + foreign + "%2fde",
		"/api/events/" + foreign + "%2Fde%2F0000000001", "/api/event~", "/api/event~/" + foreign, "/api/_accounts", "/api/_roles", "/api/_tokens",
		"/manage/entries/_accounts/1", "/manage/entries/event~/" + foreign, "/manage/entries/event/" + own + "/../" + foreign,
		"/manage/entries/person/" + foreign, "/manage/entries/event/" + foreign + "%2e/history", "/manage/trash/event~", "/manage/trash/_tokens",
		"/manage/entries/events/" + foreign + "/history", "/manage/roles", "/manage/roles/admin", "/manage/explain?as=admin&type=event&id=" + foreign,
		"/api/users", "/api/users/1", "/manage/types/person", "/manage/entries/event/" + own + "%00/history", "/api/events/" + foreign + "?status=draft&status=published",
	} {
		out = append(out, attack{"path", call{"GET", path, "organizer", "", nil}, true})
		if !strings.Contains(path, "?") {
			out = append(out, attack{"path", call{"DELETE", path, "organizer", "", anyRevision}, false})
		}
	}
	return out
}

// replays are requests with credentials that are over, made up, or shown where they do not belong.
func (f *field) replays() []attack {
	f.t.Helper()
	ctx := context.Background()
	old := map[string]string{}
	for _, name := range []string{"signed-out", "blocked", "deleted", "new-password", "demoted"} {
		f.account(name, "editor", "")
		f.callers = f.callers[:len(f.callers)-1]
		old[name] = f.server.secrets[name]
	}
	account := func(name string) int64 {
		a, err := f.auth.AccountByMail(ctx, name+"@x.example")
		if err != nil {
			f.t.Fatal(err)
		}
		return a.ID
	}
	blocked, password, role := true, "another good password", "stray"
	must := func(err error) {
		f.t.Helper()
		if err != nil {
			f.t.Fatal(err)
		}
	}
	_, err := f.auth.PutRole(ctx, auth.Role{Name: role}, 0, f.content.Types())
	must(err)
	must(f.auth.SignOut(ctx, strings.TrimPrefix(old["signed-out"], "Bearer ")))
	_, err = f.auth.UpdateAccount(ctx, account("blocked"), auth.AccountChanges{Blocked: &blocked})
	must(err)
	_, err = f.auth.UpdateAccount(ctx, account("new-password"), auth.AccountChanges{Password: &password})
	must(err)
	_, err = f.auth.UpdateAccount(ctx, account("demoted"), auth.AccountChanges{Role: &role})
	must(err)
	must(f.auth.DeleteAccount(ctx, account("deleted")))
	secret, token, err := f.auth.CreateToken(ctx, auth.Token{Name: "revoked", Role: "editor"})
	must(err)
	must(f.auth.RevokeToken(ctx, token.ID))
	old["revoked"], f.server.secrets["revoked"] = "Bearer "+secret, "Bearer "+secret

	var out []attack
	body := `{"data":{"name":"x"}}`
	for name := range old {
		out = append(out, attack{"with " + name, call{"POST", "/api/topics", name, body, nil}, false},
			attack{"with " + name, call{"GET", "/api/persons?status=draft", name, "", nil}, true})
	}
	good := strings.TrimPrefix(f.server.secrets["admin"], "Bearer ")
	for _, header := range []string{"Basic " + base64.StdEncoding.EncodeToString([]byte("admin:"+f.password)), "Token " + good, good, "Bearer", "Bearer ", "Bearer " + good + "x",
		"Bearer " + good[:len(good)-1], "Bearer " + strings.ToUpper(good), "Bearer null", "Bearer " + good + ", Bearer " + good, "bearer\t" + good + " x"} {
		out = append(out, attack{"as " + header[:min(12, len(header))], call{"POST", "/api/topics", "", body, map[string]string{"Authorization": header}}, false})
	}
	for _, q := range []string{"access_token=", "token=", "jwt=", "authorization="} {
		out = append(out, attack{"in the query", call{"POST", "/api/topics?" + q + good, "", body, nil}, false})
	}
	out = append(out, attack{"in a cookie", call{"POST", "/api/topics", "", body, map[string]string{"Cookie": "jwt=" + good}}, false})
	return out
}

// byPreview are requests with the preview of the organizer's own draft, for more than that.
func (f *field) byPreview() []attack {
	f.t.Helper()
	id, by := f.entries["event"]["ownDraft"], "preview"
	f.preview(by, "organizer", "event/"+id+"/previews")
	var out []attack
	add := func(method, path, body string) {
		out = append(out, attack{"by a preview", call{method, path, by, body, anyRevision}, method == "GET"})
	}
	entry := "/manage/entries/event/" + id
	for _, path := range []string{"/api/events", "/api/events?status=draft", "/api/topics"} {
		add("POST", path, `{"data":{"title":"x","name":"x"}}`)
	}
	for _, path := range []string{"/api/events/" + id, "/api/events/" + id + "?status=draft", "/api/events/" + f.entries["event"]["own"]} {
		add("PUT", path, `{"data":{"title":"x"}}`)
		add("DELETE", path, "")
	}
	add("PUT", entry, `{"data":{"title":"x"}}`)
	for _, act := range []string{"/publish", "/unpublish", "/discard", "/previews", "/history/1/restore"} {
		add("POST", entry+act, "")
	}
	add("POST", "/api/upload", "")
	add("POST", "/api/users", `{"username":"evil","email":"evil@x.example","password":"correct horse battery","role":"admin"}`)
	add("POST", "/api/auth/change-password", `{"currentPassword":"x","password":"another good one","passwordConfirmation":"another good one"}`)
	add("PUT", "/manage/roles/public", `{"rules":[]}`)
	for _, path := range []string{
		entry, entry + "/history", entry + "/uses", "/manage/types", "/manage/trash/event", "/manage/roles", "/manage/explain?type=event&id=" + id + "&action=read",
		"/api/users", "/api/users/me", "/api/upload/files", "/api/events/" + f.entries["event"]["foreignDraft"] + "?status=draft",
		"/api/events/" + id + "?status=draft&populate[topics][filters][name][$startsWith]=zq", "/api/events/" + id + "?status=draft&locale=*",
		"/api/events?filters[documentId]=" + id, "/api/events?filters[documentId]=" + id + "&status=draft",
	} {
		add("GET", path, "")
	}
	return out
}

// escalation is reaching for a higher role.
func (f *field) escalation() []attack {
	var out []attack
	rights := `{"rules":[{"types":["*"],"actions":["*"]}]}`
	for _, by := range []string{"editor", "organizer", "reviewer", "stranger", "broken", ""} {
		for _, c := range []call{
			{"POST", "/api/users", by, `{"username":"evil","email":"evil@x.example","password":"correct horse battery","role":"admin"}`, nil},
			{"PUT", "/api/users/1", by, `{"role":"editor"}`, nil}, {"PUT", "/api/users/2", by, `{"role":"admin"}`, nil}, {"DELETE", "/api/users/1", by, "", nil},
			{"PUT", "/api/users/me", by, `{"role":"admin"}`, nil}, {"PUT", "/manage/roles/organizer", by, rights, anyRevision},
			{"PUT", "/manage/roles/evil", by, rights, nil}, {"DELETE", "/manage/roles/author", by, "", anyRevision},
			{"PUT", "/manage/roles/public", by, rights, anyRevision},
		} {
			out = append(out, attack{"escalate", c, false})
		}
	}
	// Not even an admin takes the admins' rights away, opens more to the public than may be, or shuts the last admin out.
	for _, c := range []call{
		{"PUT", "/manage/roles/admin", "admin", `{"rules":[]}`, anyRevision}, {"DELETE", "/manage/roles/admin", "admin", "", anyRevision},
		{"DELETE", "/manage/roles/public", "admin", "", anyRevision}, {"DELETE", "/manage/roles/organizer", "admin", "", anyRevision},
		{"PUT", "/manage/roles/public", "admin", `{"rules":[{"types":["event"],"actions":["update"]}]}`, anyRevision},
		{"PUT", "/manage/roles/public", "admin", `{"rules":[{"types":["memo"],"actions":["read"]}]}`, anyRevision},
		{"PUT", "/manage/roles/public", "admin", `{"rules":[{"actions":["upload"]}]}`, anyRevision},
		{"PUT", "/manage/roles/organizer", "admin", rights, nil}, {"PUT", "/manage/roles/organizer", "admin", rights, map[string]string{"If-Match": `"99-x"`}},
		{"PUT", "/manage/roles/Evil%20x", "admin", rights, nil}, {"PUT", "/manage/roles/evil", "admin", `{"rules":[{"types":["*"],"actions":["own"]}]}`, nil},
		{"PUT", "/api/users/1", "admin", `{"role":"editor"}`, nil}, {"DELETE", "/api/users/1", "admin", "", nil}, {"PUT", "/api/users/1", "admin", `{"blocked":true}`, nil},
		{"POST", "/api/users", "admin", `{"username":"evil","email":"evil@x.example","password":"correct horse battery","role":"public"}`, nil},
	} {
		out = append(out, attack{"an admin", c, false})
	}
	return out
}
