package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestBadRequests runs the table of wrong requests on the embedded store.
func TestBadRequests(t *testing.T) {
	testBadRequests(t, func(t testing.TB) *server { return newServer(t, setup{}) })
}

// badRequest is a request that must be refused with a reason, and change nothing.
type badRequest struct {
	call
	status int
	names  string // a word of the message or the details that says what is wrong
}

// testBadRequests sends every wrong request to a server with some content. None may be answered with a 5xx or without a reason, and
// none may change anything that is stored.
func testBadRequests(t *testing.T, open func(t testing.TB) *server) {
	s := open(t)
	ids := s.someContent()
	rows := badRequests()
	if len(rows) < 150 {
		t.Errorf("%d wrong requests, want at least 150", len(rows))
	}
	before := s.dump()
	for i, row := range rows {
		row.path, row.body = ids.Replace(row.path), ids.Replace(row.body)
		t.Run(fmt.Sprintf("%03d %s %s %s", i, row.by, row.method, abridged(row.path)), func(t *testing.T) {
			r := s.do(row.call)
			if r.status >= 500 && row.status < 500 {
				t.Errorf("status %d: %s\n%s", r.status, r.body, s.log)
			}
			if r.status != row.status {
				t.Errorf("status %d, want %d: %s", r.status, row.status, r.body)
			}
			if row.method != "HEAD" && !strings.Contains(r.body, row.names) {
				t.Errorf("no %q in %s", row.names, r.body)
			}
			if len(r.body) > 8<<10 {
				t.Errorf("an error of %d bytes", len(r.body))
			}
			r.checkForm(t, row.call)
			if after := s.dump(); after != before {
				t.Errorf("something has changed:\n%s", firstDifference(before, after))
				before = after
			}
		})
	}
}

// someContent makes a few entries and gives what stands for them in the table: <p> a published project, <d> a draft, <t> a topic in
// use, <x> an entry in the trash, <k> a dossier, <u> the id of an account.
func (s *server) someContent() *strings.Replacer {
	s.t.Helper()
	topic := s.create("topics", `{"name":"Bauhof"}`)
	project := s.create("projects", `{"title":"Gemeinsamer Bauhof","topics":["`+topic+`"],"startYear":2020,"links":[{"label":"a","url":"https://example.org"}]}`)
	s.want(200, call{"PUT", "/api/projects/" + project, "admin", `{"data":{"summary":"Zwei Städte"}}`, nil})
	draft := s.want(201, call{"POST", "/api/projects?status=draft", "admin", `{"data":{"title":"Entwurf"}}`, nil}).text(s.t, "data.documentId")
	gone := s.create("topics", `{"name":"Weg"}`)
	s.want(204, call{"DELETE", "/api/topics/" + gone, "admin", "", nil})
	dossier := s.create("dossiers", `{"title":"Akte","year":2000,"verdict":"geheim","extra":{"a":[1]},"parts":[{"label":"eins","raw":{"x":1}}]}`)
	s.want(200, call{"PUT", "/api/settings", "admin", `{"data":{"siteName":"Portal"}}`, nil})
	s.create("municipalities", `{"name":"Unna","kind":"town","ags":"05978036"}`)
	user := s.want(201, call{"POST", "/api/users", "admin", `{"email":"e@example.org","password":"` + s.password + `","role":"editor"}`, nil})
	return strings.NewReplacer("<p>", project, "<d>", draft, "<t>", topic, "<x>", gone, "<k>", dossier, "<u>", fmt.Sprint(user.at(s.t, "id")))
}

func badRequests() []badRequest {
	var out []badRequest
	for _, part := range [][]badRequest{
		badQueries(), badFilters(), badPages(), badPaths(), badMethods(), badHeaders(), badBodies(), badFields(), badUsers(), badManagement(),
	} {
		out = append(out, part...)
	}
	return out
}

// asked is a row for a GET.
func asked(by, path string, status int, names string) badRequest {
	return badRequest{call{"GET", path, by, "", nil}, status, names}
}

// sent is a row for a write of an editor.
func sent(method, path, body string, status int, names string) badRequest {
	return badRequest{call{method, path, "editor", body, nil}, status, names}
}

func badPaths() []badRequest {
	const id = "abcdefghijklmnopqrstuvwx"
	out := []badRequest{
		asked("", "/api", 404, "Not Found"),
		asked("", "/api/", 404, "Not Found"),
		asked("", "/api/nothing", 404, "Not Found"),
		asked("", "/api/nothing/"+id, 404, "Not Found"),
		asked("", "/api/project", 404, "Not Found"),
		asked("", "/api/Projects", 404, "Not Found"),
		asked("", "/API/projects", 404, "Not Found"),
		asked("", "/HEALTHZ", 404, "Not Found"),
		asked("", "/Manage/Types", 404, "Not Found"),
		asked("", "/api/memos", 404, "Not Found"),
		asked("", "/api/memos/"+id, 404, "Not Found"),
		asked("", "/api/projects/"+id, 404, "Not Found"),
		asked("", "/api/projects/<d>", 404, "Not Found"),
		asked("", "/api/topics/<x>", 404, "Not Found"),
		asked("", "/api/topics/<p>", 404, "Not Found"),
		asked("", "/api/projects/1", 404, "Not Found"),
		asked("", "/api/projects/-1", 404, "Not Found"),
		asked("", "/api/projects/99999999999999999999999999", 404, "Not Found"),
		asked("", "/api/projects/<p>/title", 404, "Not Found"),
		asked("", "/api/projects/<p>%2fde", 404, "Not Found"),
		asked("", "/api/projects/<p>%2Fde%2F0000000001", 404, "Not Found"),
		asked("", "/api/projects/%2e%2e/settings", 404, "Not Found"),
		asked("", "/api/projects/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404, "Not Found"),
		asked("", "/api/projects/..%2f..%2fmanage%2ftypes", 404, "Not Found"),
		asked("", "/api/projects/%00", 404, "Not Found"),
		asked("", "/api/projects/<p>%00", 404, "Not Found"),
		asked("", "/api/projects/%ff%fe", 404, "Not Found"),
		asked("", "/api/projects/%ed%a0%80", 404, "Not Found"),
		asked("", "/api/projects/%", 404, "Not Found"),
		asked("", "/api/projects/%zz", 404, "Not Found"),
		asked("", "/api/projects/$%7b7*7%7d", 404, "Not Found"),
		asked("", "/api/projects/"+strings.Repeat("a", 1200), 404, "Not Found"),
		asked("", "/api/"+strings.Repeat("a", 9000), 404, "Not Found"),
		asked("", "/api/"+strings.Repeat("a/", 3000), 404, "Not Found"),
		asked("", "/api//projects", 404, "Not Found"),
		asked("", "/api/projects//<p>", 404, "Not Found"),
		asked("", "/", 404, "Not Found"),
		asked("", "/favicon.ico", 404, "Not Found"),
		asked("", "/manage", 404, "Not Found"),
		asked("", "/manage/nothing", 404, "Not Found"),
		asked("", "/api/settings/<p>", 404, "Not Found"),
		asked("", "/api/settings/count", 404, "Not Found"),
		asked("", "/api/nothing/count", 404, "Not Found"),
		asked("editor", "/api/projects/"+strings.Repeat("a", 1200)+"?status=draft", 404, "Not Found"),
		asked("editor", "/manage/entries/project/"+strings.Repeat("a", 1200), 404, "Not Found"),
		asked("editor", "/manage/entries/project/"+strings.Repeat("a", 1200)+"/uses", 404, "Not Found"),
	}
	for _, odd := range []string{"%00", "%ff", "%2fde", strings.Repeat("a", 1200)} {
		out = append(out,
			sent("PUT", "/api/projects/"+odd, `{"data":{"title":"x"}}`, 404, "Not Found"),
			asked("editor", "/manage/entries/project/"+odd+"/history", 404, "Not Found"))
	}
	return out
}

func badMethods() []badRequest {
	row := func(method, path, by string, status int, names string) badRequest {
		return badRequest{call{method, path, by, "", nil}, status, names}
	}
	return []badRequest{
		row("PATCH", "/api/projects/<p>", "editor", 405, "Method Not Allowed"),
		row("PATCH", "/api/projects", "", 405, "Method Not Allowed"),
		row("PUT", "/api/projects", "editor", 405, "Method Not Allowed"),
		row("DELETE", "/api/projects", "editor", 405, "Method Not Allowed"),
		row("POST", "/api/projects/<p>", "editor", 405, "Method Not Allowed"),
		row("POST", "/api/settings", "editor", 405, "Method Not Allowed"),
		row("TRACE", "/api/projects", "", 405, "Method Not Allowed"),
		row("DELETE", "/healthz", "", 405, "Method Not Allowed"),
		row("POST", "/readyz", "", 405, "Method Not Allowed"),
		row("GET", "/api/auth/local", "", 405, "Method Not Allowed"),
		row("DELETE", "/api/users/me", "admin", 404, "Not Found"),
		row("GET", "/manage/entries/project/<p>/publish", "editor", 405, "Method Not Allowed"),
		row("PUT", "/manage/types", "admin", 405, "Method Not Allowed"),
		row("POST", "/manage/trash/topic", "admin", 405, "Method Not Allowed"),
		row("HEAD", "/api/nothing", "", 404, ""),
		row("OPTIONS", "/api/nothing", "", 404, "Not Found"),
		row("BREW", "/api/projects", "", 405, "Method Not Allowed"),
		row("get", "/api/projects", "", 405, "Method Not Allowed"),
		row("BREW", "/manage/types", "", 405, "Method Not Allowed"),
	}
}

func badHeaders() []badRequest {
	const change = `{"data":{"title":"x"}}`
	head := func(method, path, by, body string, status int, names string, header ...string) badRequest {
		h := map[string]string{}
		for i := 0; i < len(header); i += 2 {
			h[header[i]] = header[i+1]
		}
		return badRequest{call{method, path, by, body, h}, status, names}
	}
	put := func(status int, names, tag string) badRequest {
		return head("PUT", "/api/projects/<p>", "editor", change, status, names, "If-Match", tag)
	}
	return []badRequest{
		put(400, "If-Match", "5"),
		put(400, "If-Match", `"x"`),
		put(400, "If-Match", `""`),
		put(400, "If-Match", `"-1-ab"`),
		put(400, "If-Match", `"0-ab"`),
		put(400, "If-Match", `"+2-ab"`),
		put(400, "If-Match", `"2-a", "3-b"`),
		put(400, "If-Match", `"99999999999999999999-ab"`),
		put(400, "If-Match", `'2-ab'`),
		put(400, "If-Match", strings.Repeat("x", 5000)),
		put(412, "changed", `"1-ab"`),
		put(412, "changed", `"77-ab"`),
		head("DELETE", "/api/projects/<p>", "editor", "", 400, "If-Match", "If-Match", "x"),
		head("DELETE", "/api/projects/<p>", "editor", "", 412, "changed", "If-Match", `"1-ab"`),
		head("PUT", "/api/settings", "editor", `{"data":{"siteName":"x"}}`, 412, "changed", "If-Match", `"9-ab"`),
		head("POST", "/manage/entries/project/<p>/unpublish", "editor", "", 428, "If-Match"),
		head("POST", "/manage/entries/project/<p>/unpublish", "editor", "", 412, "changed", "If-Match", `"1-ab"`),
		head("POST", "/manage/entries/project/<p>/unpublish", "editor", "", 400, "If-Match", "If-Match", `x`),
		head("GET", "/api/projects", "", "", 401, "credentials", "Authorization", "Bearer"),
		head("GET", "/api/projects", "", "", 401, "credentials", "Authorization", "Bearer "),
		head("GET", "/api/projects", "", "", 401, "credentials", "Authorization", "Bearer wrong"),
		head("GET", "/api/projects", "", "", 401, "credentials", "Authorization", "Basic YWRtaW46YWRtaW4="),
		head("GET", "/api/projects", "", "", 401, "credentials", "Authorization", "wrong"),
		head("GET", "/api/projects", "", "", 401, "credentials", "Authorization", "Token a b c"),
		head("GET", "/api/projects", "", "", 401, "credentials", "Authorization", "Bearer "+strings.Repeat("x", 5000)),
		head("GET", "/api/projects", "", "", 401, "credentials", "Authorization", "Bearer \xff\xfe"),
		head("GET", "/api/nothing", "", "", 401, "credentials", "Authorization", "Bearer wrong"),
		head("GET", "/manage/types", "", "", 401, "credentials", "Authorization", "Bearer wrong"),
		head("POST", "/api/projects", "", change, 401, "credentials", "Authorization", "Bearer wrong"),
		head("POST", "/api/auth/local", "", `{}`, 401, "credentials", "Authorization", "Bearer wrong"),
		head("POST", "/api/projects", "editor", change, 415, "text/plain", "Content-Type", "text/plain"),
		head("POST", "/api/projects", "editor", change, 415, "application/json", "Content-Type", ""),
		head("POST", "/api/projects", "editor", "title=x", 415, "x-www-form-urlencoded", "Content-Type", "application/x-www-form-urlencoded"),
		head("POST", "/api/projects", "editor", change, 415, "multipart", "Content-Type", "multipart/form-data; boundary=x"),
		head("POST", "/api/projects", "editor", change, 415, "multipart", "Content-Type", "multipart/form-data"),
		head("POST", "/api/projects", "editor", change, 415, "jsonp", "Content-Type", "application/jsonp"),
		head("POST", "/api/projects", "editor", change, 415, "latin1", "Content-Type", "application/json; charset=latin1"),
		head("POST", "/api/projects", "editor", change, 415, "utf-16", "Content-Type", `application/json; charset="UTF-16"`),
		head("POST", "/api/projects", "editor", change, 415, "gzip", "Content-Encoding", "gzip"),
		head("POST", "/api/projects", "editor", change, 415, "br", "Content-Encoding", "br"),
		head("POST", "/api/projects", "editor", change, 415, "gzip", "Content-Encoding", "gzip", "Content-Type", ""),
		head("POST", "/api/auth/local", "", "identifier=a", 415, "x-www-form-urlencoded", "Content-Type", "application/x-www-form-urlencoded"),
	}
}

func badBodies() []badRequest {
	post := func(body string, status int, names string) badRequest {
		return sent("POST", "/api/projects", body, status, names)
	}
	deep := strings.Repeat(`[`, 100) + strings.Repeat(`]`, 100)
	return []badRequest{
		{call{"POST", "/api/projects", "editor", "", map[string]string{"Content-Type": "application/json"}}, 400, "data"},
		{call{"POST", "/api/projects", "editor", "", nil}, 400, "data"},
		post(`{}`, 400, "data"),
		post(`[]`, 400, "data"),
		post(`null`, 400, "JSON"),
		post(`"x"`, 400, "JSON"),
		post(`1`, 400, "JSON"),
		post(`{"data":null}`, 400, "data"),
		post(`{"data":[]}`, 400, "object"),
		post(`{"data":"x"}`, 400, "data"),
		post(`{"data":{"title":"x"}`, 400, "JSON"),
		post(`{"data":{"title":"x"}}}`, 400, "JSON"),
		post(`{"data":{"title":"x"}} {}`, 400, "JSON"),
		post(`{'data':{}}`, 400, "JSON"),
		post(`{"data":{"title":"x",}}`, 400, "JSON"),
		post(`{"data":{"title":NaN}}`, 400, "JSON"),
		post(`{"data":{"startYear":1e999}}`, 400, "1e999"),
		post(`{"data":{"startYear":9007199254740992}}`, 400, "9007199254740992"),
		post(`{"data":{"startYear":`+strings.Repeat("9", 5000)+`}}`, 400, "999"),
		post(`{"data":{"startYear":01}}`, 400, "JSON"),
		post(`{"data":{"title":"a","title":"b"}}`, 400, "duplicate"),
		post(`{"data":{},"data":{}}`, 400, "duplicate"),
		post(`{"data":{"title":"\ud800"}}`, 400, "surrogate"),
		post("{\"data\":{\"title\":\"\xff\"}}", 400, "UTF-8"),
		post("{\"data\":{\"\xff\":1}}", 400, "UTF-8"),
		post("{\"data\":{\"title\":\"a\x00b\"}}", 400, "JSON"),
		post("\xef\xbb\xbf{\"data\":{}}", 400, "JSON"),
		post("{\x00}", 400, "JSON"),
		post(`{"data":{"title":`+deep+`}}`, 400, "levels"),
		post(strings.Repeat(`{"data":`, 5000), 400, "levels"),
		post(`{"data":{},"extra":1}`, 400, "extra"),
		post(`{"data":{},"meta":5}`, 400, "meta"),
		sent("PUT", "/api/projects/<p>", `{}`, 400, "data"),
		sent("PUT", "/api/projects/<p>", `{"data":[1]}`, 400, "object"),
		sent("PUT", "/api/settings", `{"data":1}`, 400, "data"),
		post(`{"data":{"title":"`+strings.Repeat("x", 1<<20)+`"}}`, 413, "Too Large"),
		post(strings.Repeat(" ", 1<<20+1), 413, "Too Large"),
		{call{"POST", "/manage/entries/project/<p>/publish", "editor", strings.Repeat(" ", 1<<20+1), nil}, 413, "Too Large"},
	}
}

func badFields() []badRequest {
	post := func(data, names string) badRequest {
		return sent("POST", "/api/projects", `{"data":`+data+`}`, 400, names)
	}
	put := func(data, names string) badRequest {
		return sent("PUT", "/api/projects/<p>", `{"data":`+data+`}`, 400, names)
	}
	long := strings.Repeat("n", 3000)
	out := []badRequest{
		post(`{"nope":1}`, "nope"),
		post(`{"`+long+`":1}`, "nnn"),
		post(`{"title":"x","topics":[]}`, "topics"),
		post(`{"topics":["<t>"]}`, "title"),
		put(`{"title":5}`, "title"),
		put(`{"title":null}`, "title"),
		put(`{"title":["x"]}`, "title"),
		put(`{"title":"`+strings.Repeat("x", 201)+`"}`, "200"),
		put(`{"startYear":"2020"}`, "startYear"),
		put(`{"startYear":2020.5}`, "startYear"),
		put(`{"startYear":1900}`, "startYear"),
		put(`{"startYear":true}`, "startYear"),
		put(`{"phase":"never"}`, "phase"),
		put(`{"slug":"Not A Slug"}`, "slug"),
		put(`{"topics":"abcdefghijklmnopqrstuvwx"}`, "topics"),
		put(`{"topics":[""]}`, "topics"),
		put(`{"topics":[0]}`, "topics"),
		put(`{"topics":[-5]}`, "topics"),
		put(`{"topics":[9007199254740991]}`, "topics"),
		put(`{"topics":["<p>"]}`, "topics"),
		put(`{"topics":{"connect":["<t>"],"push":[]}}`, "push"),
		put(`{"topics":{"connect":[{"documentId":"<t>","position":{"after":5}}]}}`, "topics"),
		put(`{"topics":{"connect":[{"documentId":"<t>","status":"x"}]}}`, "topics"),
		put(`{"links":[{"label":"a","url":"javascript:alert(1)"}]}`, "url"),
		put(`{"links":[{"nope":1}]}`, "nope"),
		put(`{"links":[{"id":-1,"label":"a"}]}`, "id"),
		put(`{"links":{"label":"a"}}`, "links"),
		put(`{"links":[[]]}`, "links"),
		put(`{"image":"x"}`, "image"),
		put(`{"image":{"url":"x"}}`, "url"),
		put(`{"lead":["a","b"]}`, "lead"),
		sent("PUT", "/api/projects/<p>?locale=xx", `{"data":{"title":"x"}}`, 400, "xx"),
		sent("PUT", "/api/projects/<p>?locale=*", `{"data":{"title":"x"}}`, 400, "locale"),
		sent("PUT", "/api/projects/<p>?status=live", `{"data":{"title":"x"}}`, 400, "status"),
		sent("PUT", "/api/projects/<p>?populate=nope", `{"data":{"title":"x"}}`, 400, "nope"),
		sent("PUT", "/api/projects/<p>?fields=nope", `{"data":{"title":"x"}}`, 400, "nope"),
		sent("PUT", "/api/projects/<p>?filters[title]=x", `{"data":{"title":"x"}}`, 400, "filters"),
		sent("POST", "/api/projects?filter=1", `{"data":{"title":"x"}}`, 400, "filter"),
		sent("DELETE", "/api/projects/<p>?status=draft", "", 400, "status"),
		sent("DELETE", "/api/projects/<p>?locale=xx", "", 400, "xx"),
		sent("DELETE", "/api/topics/<t>", "", 409, "used"),
		sent("POST", "/api/municipalities", `{"data":{"name":"x","kind":"town","ags":"05978036"}}`, 400, "ags"),
		sent("POST", "/api/municipalities", `{"data":{"name":"x","kind":"town","ags":"1"}}`, 400, "ags"),
		sent("POST", "/api/municipalities", `{"data":{"name":"x","kind":"town","location":{"lat":91,"lng":0}}}`, 400, "location"),
		sent("POST", "/api/persons", `{"data":{"name":"x","mail":"nobody"}}`, 400, "mail"),
		sent("PUT", "/api/dossiers/<k>", `{"data":{"verdict":"x"}}`, 400, "verdict"),
		sent("PUT", "/api/dossiers/<k>", `{"data":{"stamp":"x"}}`, 403, "stamp"),
		sent("PUT", "/api/settings", `{"data":{"siteOptions":{}}}`, 403, "siteOptions"),
		sent("PUT", "/api/dossiers/<k>?locale=en", `{"data":{"year":1999}}`, 400, "year"),
		sent("PUT", "/api/topics/<x>", `{"data":{"name":"y"}}`, 404, "Not Found"),
		{call{"POST", "/api/projects", "", `{"data":{"title":"x"}}`, nil}, 403, "Forbidden"},
		{call{"POST", "/api/projects", "", `{{{`, nil}, 403, "Forbidden"},
		{call{"PUT", "/api/projects/<p>", "", `{"data":{"title":"x"}}`, nil}, 403, "Forbidden"},
		{call{"DELETE", "/api/projects/<p>", "", ``, nil}, 403, "Forbidden"},
		{call{"PUT", "/api/settings", "", `{"data":{}}`, nil}, 403, "Forbidden"},
		{call{"DELETE", "/api/settings", "", ``, nil}, 403, "Forbidden"},
		{call{"POST", "/api/memos", "", `{"data":{"title":"x"}}`, nil}, 404, "Not Found"},
	}
	for _, name := range []string{"id", "documentId", "createdAt", "updatedAt", "publishedAt", "createdBy", "updatedBy", "locale", "localizations",
		"status", "owner", "organisation", "meta", "rev", "published", "draft", "deletedAt", "__proto__"} {
		out = append(out, post(`{"title":"x","topics":["<t>"],"`+name+`":1}`, name), put(`{"`+name+`":"2020-01-01T00:00:00.000Z"}`, name))
	}
	return out
}
