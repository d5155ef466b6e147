package api_test

import "strings"

func badUsers() []badRequest {
	row := func(method, path, by, body string, status int, names string) badRequest {
		return badRequest{call{method, path, by, body, nil}, status, names}
	}
	out := []badRequest{
		row("POST", "/api/auth/local", "", `{}`, 400, "identifier"),
		row("POST", "/api/auth/local", "", `[]`, 400, "object"),
		row("POST", "/api/auth/local", "", ``, 400, "object"),
		row("POST", "/api/auth/local", "", `{"identifier":5,"password":"x"}`, 400, "identifier"),
		row("POST", "/api/auth/local", "", `{"identifier":"e@example.org","password":{"$ne":null}}`, 400, "password"),
		row("POST", "/api/auth/local", "", `{"identifier":{"$gt":""},"password":["x"]}`, 400, "password"),
		row("POST", "/api/auth/local", "", `{"identifier":null,"password":null}`, 400, "identifier"),
		row("POST", "/api/auth/local", "", `{"identifier":"e@example.org","password":"x","role":"admin"}`, 400, "role"),
		row("POST", "/api/auth/local", "", `{"identifier":"e@example.org","password":"wrong"}`, 400, "Invalid identifier or password"),
		row("POST", "/api/auth/local", "", `{"identifier":"`+strings.Repeat("e", 5000)+`","password":"wrong"}`, 400, "Invalid identifier or password"),
		row("POST", "/api/auth/local", "", `{"identifier":"nobody@example.org","password":"`+strings.Repeat("x", 100000)+`"}`, 400, "Invalid identifier or password"),
		row("POST", "/api/auth/local", "", `{"identifier":"\u0000","password":"\u0000"}`, 400, "Invalid identifier or password"),
		row("POST", "/api/auth/local?foo=1", "", `{"identifier":"e@example.org","password":"x"}`, 400, "foo"),
		row("POST", "/api/auth/local/register", "", `{"username":"a","email":"a@example.org","password":"x"}`, 400, "disabled"),
		row("POST", "/api/auth/change-password", "", `{"currentPassword":"a","password":"b","passwordConfirmation":"b"}`, 401, "credentials"),
		row("POST", "/api/auth/change-password", "editor", `{"currentPassword":"a","password":"b","passwordConfirmation":"b"}`, 401, "credentials"),
		row("POST", "/api/auth/change-password", "editor", `{"currentPassword":"a","password":"b","passwordConfirmation":"c"}`, 400, "match"),
		row("POST", "/api/auth/change-password", "editor", `{"currentPassword":1}`, 400, "currentPassword"),
		row("POST", "/api/auth/forgot-password", "", `{"email":"e@example.org"}`, 501, "mail"),
		row("POST", "/api/auth/reset-password", "", `{"code":"x"}`, 501, "mail"),
		row("GET", "/api/users/me", "", ``, 401, "credentials"),
		row("GET", "/api/users/me", "editor", ``, 401, "credentials"),
		row("GET", "/api/users/0", "admin", ``, 404, "Not Found"),
		row("GET", "/api/users/-1", "admin", ``, 404, "Not Found"),
		row("GET", "/api/users/+1", "admin", ``, 404, "Not Found"),
		row("GET", "/api/users/9999999999", "admin", ``, 404, "no such account"),
		row("GET", "/api/users/9007199254740993", "admin", ``, 404, "Not Found"),
		row("GET", "/api/users/99999999999999999999", "admin", ``, 404, "Not Found"),
		row("GET", "/api/users/1%2f2", "admin", ``, 404, "Not Found"),
		row("GET", "/api/users?filter=1", "admin", ``, 400, "filters is meant"),
		row("GET", "/api/users?filters[email]=x", "admin", ``, 400, "filter"),
		row("GET", "/api/users?sort=email", "admin", ``, 400, "sort"),
		row("GET", "/api/users?status=draft", "admin", ``, 400, "status"),
		row("GET", "/api/users?pagination[page]=x", "admin", ``, 400, "NaN"),
		row("GET", "/api/users/<u>?filter=1", "admin", ``, 400, "filters is meant"),
		row("GET", "/api/users/count?filter=1", "admin", ``, 400, "filters is meant"),
		row("POST", "/api/users", "admin", `{}`, 400, "email"),
		row("POST", "/api/users", "admin", `{"email":"x@example.org","password":"`+strings.Repeat("long", 5)+`","role":"organizer"}`, 400, "organisation is required"),
		row("POST", "/api/users", "admin", `{"data":{"email":"x@example.org"}}`, 400, "data"),
		row("POST", "/api/users", "admin", `{"email":"x","password":"correct horse battery","role":"editor"}`, 400, "email"),
		row("POST", "/api/users", "admin", `{"email":"x@example.org","password":"short","role":"editor"}`, 400, "password"),
		row("POST", "/api/users", "admin", `{"email":"x@example.org","password":"Passwort2026!","role":"editor"}`, 400, "tried first"),
		row("POST", "/api/users", "admin", `{"email":"x@example.org","password":"            ","role":"editor"}`, 400, "blank"),
		row("POST", "/api/users", "admin", `{"email":"gemeinde@rathaus.example","password":"Gemeinde-Rathaus1","role":"editor"}`, 400, "must not be made of email"),
		row("POST", "/api/users", "admin", `{"email":"x@example.org","password":"correct horse battery","role":"root"}`, 400, "role"),
		row("POST", "/api/users", "admin", `{"email":"x@example.org","password":"correct horse battery","role":"public"}`, 400, "role"),
		row("POST", "/api/users", "admin", `{"email":"E@EXAMPLE.ORG","password":"correct horse battery","role":"editor"}`, 400, "email"),
		row("POST", "/api/users", "admin", `{"email":"x@example.org","password":"correct horse battery","role":"editor","id":1}`, 400, "id"),
		row("POST", "/api/users", "admin", `{"email":1,"password":2,"role":3}`, 400, "password"),
		row("PUT", "/api/users/<u>", "admin", `{"blocked":"yes"}`, 400, "blocked"),
		row("PUT", "/api/users/<u>", "admin", `{"confirmed":true}`, 400, "confirmed"),
		row("PUT", "/api/users/<u>", "admin", `{"role":null}`, 400, "role"),
		row("PUT", "/api/users/<u>", "admin", `{"organisation":"x"}`, 400, "organisation"),
		row("PUT", "/api/users/9999", "admin", `{"role":"admin"}`, 404, "no such account"),
		row("DELETE", "/api/users/9999", "admin", ``, 404, "no such account"),
	}
	for _, by := range []string{"", "editor"} {
		out = append(out,
			row("GET", "/api/users", by, ``, 403, "Forbidden"),
			row("GET", "/api/users/count", by, ``, 403, "Forbidden"),
			row("GET", "/api/users/<u>", by, ``, 403, "Forbidden"),
			row("POST", "/api/users", by, `{"email":"x@example.org","password":"correct horse battery","role":"admin"}`, 403, "Forbidden"),
			row("PUT", "/api/users/<u>", by, `{"role":"admin"}`, 403, "Forbidden"),
			row("DELETE", "/api/users/<u>", by, ``, 403, "Forbidden"))
	}
	return out
}

func badManagement() []badRequest {
	const id = "abcdefghijklmnopqrstuvwx"
	row := func(method, path, by string, status int, names string) badRequest {
		return badRequest{call{method, path, by, "", nil}, status, names}
	}
	act := func(path string, status int, names, tag string) badRequest {
		return badRequest{call{"POST", path, "editor", "", map[string]string{"If-Match": tag}}, status, names}
	}
	out := []badRequest{
		row("GET", "/manage/types/nothing", "editor", 404, "Not Found"),
		row("GET", "/manage/types?foo=1", "editor", 400, "foo"),
		row("GET", "/manage/types/project?foo=1", "editor", 400, "foo"),
		row("GET", "/manage/types/project?locale=xx", "editor", 400, "locale"),
		row("GET", "/manage/entries/nothing/"+id, "editor", 404, "Not Found"),
		row("GET", "/manage/entries/project/"+id, "editor", 404, "Not Found"),
		row("GET", "/manage/entries/project/"+id+"/history", "editor", 404, "Not Found"),
		row("GET", "/manage/entries/project/"+id+"/uses", "editor", 404, "Not Found"),
		row("GET", "/manage/entries/project/<p>?foo=1", "editor", 400, "foo"),
		row("GET", "/manage/entries/project/<p>?locale=xx", "editor", 400, "xx"),
		row("GET", "/manage/entries/project/<p>?locale=de&locale=en", "editor", 400, "locale"),
		row("GET", "/manage/entries/project/<p>?locale=%ff", "editor", 400, "UTF-8"),
		row("GET", "/manage/entries/project/<p>?locale=%zz", "editor", 400, "query"),
		row("GET", "/manage/entries/project/<p>?locale=en", "editor", 404, "Not Found"),
		row("GET", "/manage/entries/project/<p>/uses?foo=1", "editor", 400, "foo"),
		row("GET", "/manage/entries/project/<p>/history/0", "editor", 400, "rev"),
		row("GET", "/manage/entries/project/<p>/history/-1", "editor", 400, "rev"),
		row("GET", "/manage/entries/project/<p>/history/x", "editor", 400, "rev"),
		row("GET", "/manage/entries/project/<p>/history/99", "editor", 404, "99"),
		row("GET", "/manage/entries/project/<p>/history/9223372036854775807", "editor", 404, "9223372036854775807"),
		row("GET", "/manage/entries/project/<p>/history/99999999999999999999", "editor", 400, "rev"),
		row("GET", "/manage/entries/project/<p>/history/compare", "editor", 400, "from"),
		row("GET", "/manage/entries/project/<p>/history/compare?from=1", "editor", 400, "to"),
		row("GET", "/manage/entries/project/<p>/history/compare?from=x&to=2", "editor", 400, "from"),
		row("GET", "/manage/entries/project/<p>/history/compare?from=1&to=99", "editor", 404, "99"),
		row("GET", "/manage/entries/project/<p>/history/compare?from=1&to=2&foo=3", "editor", 400, "foo"),
		row("GET", "/manage/trash/nothing", "editor", 404, "Not Found"),
		row("GET", "/manage/trash/topic?start=-1", "editor", 400, "start"),
		row("GET", "/manage/trash/topic?limit=x", "editor", 400, "limit"),
		row("GET", "/manage/trash/topic?limit=0", "editor", 400, "100"),
		row("GET", "/manage/trash/topic?limit=101", "editor", 400, "100"),
		row("GET", "/manage/trash/topic?start=99999999999999999999", "editor", 400, "start"),
		row("GET", "/manage/trash/topic?locale=xx", "editor", 400, "locale"),
		row("DELETE", "/manage/trash/topic/<t>", "editor", 409, "trash"),
		row("DELETE", "/manage/trash/topic/"+id, "editor", 404, "Not Found"),
		row("DELETE", "/manage/trash/topic/<x>?locale=xx", "editor", 400, "xx"),
		act("/manage/entries/project/"+id+"/publish", 404, "Not Found", `"1-x"`),
		act("/manage/entries/project/<d>/publish", 400, "topics", `"1-x"`),
		act("/manage/entries/project/<d>/discard", 409, "published", `"1-x"`),
		act("/manage/entries/project/<p>/history/99/restore", 404, "99", `"2-x"`),
		act("/manage/entries/project/<p>/history/x/restore", 400, "rev", `"2-x"`),
		act("/manage/trash/topic/<t>/restore", 409, "trash", `"1-x"`),
		act("/manage/trash/topic/"+id+"/restore", 404, "Not Found", `"1-x"`),
		act("/manage/entries/project/<p>/publish?foo=1", 400, "foo", `"2-x"`),
	}
	for _, path := range []string{"/manage/types", "/manage/types/project", "/manage/entries/project/<p>", "/manage/entries/project/<p>/history",
		"/manage/entries/project/<p>/history/1", "/manage/entries/project/<p>/history/compare?from=1&to=2", "/manage/entries/project/<p>/uses",
		"/manage/trash/topic"} {
		out = append(out, row("GET", path, "", 403, "Forbidden"))
	}
	for _, path := range []string{"/manage/entries/project/<p>/publish", "/manage/entries/project/<p>/unpublish", "/manage/entries/project/<p>/discard",
		"/manage/entries/project/<p>/history/1/restore", "/manage/trash/topic/<x>/restore"} {
		out = append(out, row("POST", path, "", 403, "Forbidden"))
	}
	out = append(out, row("GET", "/manage/entries/memo/"+id, "", 404, "Not Found"))
	return append(out, row("DELETE", "/manage/trash/topic/<x>", "", 403, "Forbidden"))
}
