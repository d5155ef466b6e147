package api_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"kontor/pkg/api"
)

// signIn gives a session the name under which the test calls with it.
func (s *server) signIn(name, identifier, password string) reply {
	s.t.Helper()
	r := s.want(200, call{"POST", "/api/auth/local", "", fmt.Sprintf(`{"identifier":%q,"password":%q}`, identifier, password), nil})
	s.secrets[name] = "Bearer " + r.text(s.t, "jwt")
	return r
}

func TestSessionLife(t *testing.T) {
	s := newServer(t, setup{})
	made := s.want(201, call{"POST", "/api/users", "admin",
		`{"email":"Frau@Example.org","username":"beispiel","password":"` + s.password + `","role":"editor"}`, nil})
	made.wantAt(t, "email", `"Frau@Example.org"`)
	made.wantAt(t, "role.type", `"editor"`)
	if strings.Contains(made.body, "password") || strings.Contains(made.body, "hash") || strings.Contains(made.body, s.password) {
		t.Errorf("the answer has a password: %s", made.body)
	}

	in := s.signIn("desk", "frau@example.org", s.password)
	in.wantAt(t, "user.username", `"beispiel"`)
	in.wantAt(t, "user.provider", `"local"`)
	if c := in.header.Get("Cache-Control"); !strings.Contains(c, "no-store") {
		t.Errorf("Cache-Control %q of a sign-in", c)
	}
	s.signIn("phone", "BEISPIEL", s.password)
	if s.secrets["desk"] == s.secrets["phone"] {
		t.Error("two sessions with one secret")
	}
	for _, by := range []string{"desk", "phone"} {
		me := s.want(200, call{"GET", "/api/users/me?populate=role", by, "", nil})
		me.wantAt(t, "email", `"Frau@Example.org"`)
		me.wantAt(t, "role.name", `"editor"`)
	}

	const next = "another good passphrase"
	change := func(by, now, a, b string) reply {
		return s.do(call{"POST", "/api/auth/change-password", by,
			fmt.Sprintf(`{"currentPassword":%q,"password":%q,"passwordConfirmation":%q}`, now, a, b), nil})
	}
	if r := change("desk", "wrong", next, next); r.status != 400 || !strings.Contains(r.body, "current password is invalid") {
		t.Errorf("wrong password: %d %s", r.status, r.body)
	}
	if r := change("desk", s.password, next, "other"); r.status != 400 {
		t.Errorf("no match: %d %s", r.status, r.body)
	}
	changed := change("desk", s.password, next, next)
	if changed.status != 200 || "Bearer "+changed.text(t, "jwt") != s.secrets["desk"] {
		t.Errorf("changed: %d %s", changed.status, changed.body)
	}
	s.want(200, call{"GET", "/api/users/me", "desk", "", nil})
	s.want(401, call{"GET", "/api/users/me", "phone", "", nil})
	s.want(400, call{"POST", "/api/auth/local", "", `{"identifier":"beispiel","password":"` + s.password + `"}`, nil})
	s.signIn("phone", "beispiel", next)

	s.want(200, call{"POST", "/api/auth/logout", "phone", "", nil})
	s.want(401, call{"GET", "/api/users/me", "phone", "", nil})
	s.want(401, call{"GET", "/api/projects", "phone", "", nil}) // also where the public may read
	s.want(200, call{"GET", "/api/users/me", "desk", "", nil})
	s.want(200, call{"POST", "/api/auth/logout", "", "", nil})
}

func TestUsers(t *testing.T) {
	s := newServer(t, setup{})
	var ids []string
	for i := range 3 {
		r := s.want(201, call{"POST", "/api/users", "admin",
			fmt.Sprintf(`{"email":"u%d@example.org","password":%q,"role":"editor"}`, i, s.password), nil})
		ids = append(ids, fmt.Sprint(r.at(t, "id")))
	}
	s.signIn("u0", "u0@example.org", s.password)
	s.signIn("u1", "u1@example.org", s.password)

	if r := s.want(200, call{"GET", "/api/users", "admin", "", nil}); !strings.HasPrefix(r.body, "[") || strings.Count(r.body, "@example.org") != 6 {
		t.Errorf("users: %s", r.body)
	}
	s.want(200, call{"GET", "/api/users?pagination[page]=2&pagination[pageSize]=2", "admin", "", nil}).wantAt(t, "0.email", `"u2@example.org"`)
	s.want(200, call{"GET", "/api/users?pagination[start]=1&pagination[limit]=1", "admin", "", nil}).wantAt(t, "0.email", `"u1@example.org"`)
	if r := s.want(200, call{"GET", "/api/users/count", "admin", "", nil}); r.body != "3" {
		t.Errorf("count: %s", r.body)
	}
	s.want(200, call{"GET", "/api/users/" + ids[1], "admin", "", nil}).wantAt(t, "email", `"u1@example.org"`)

	wrong := s.want(400, call{"POST", "/api/users", "admin", `{"email":"x","password":"y","role":"z"}`, nil})
	for _, name := range []string{"email", "password", "role"} {
		if !strings.Contains(wrong.body, `"path":["`+name+`"]`) {
			t.Errorf("%s is not among what is wrong: %s", name, wrong.body)
		}
	}
	if first := s.do(call{"POST", "/api/users", "admin", `{"email":1,"password":2,"role":3}`, nil}); len(first.at(t, "error.details.errors").([]any)) != 3 {
		t.Errorf("of three wrong kinds some are not named: %s", first.body)
	}

	s.want(200, call{"PUT", "/api/users/" + ids[0], "admin", `{"blocked":true}`, nil}).wantAt(t, "blocked", "true")
	s.want(401, call{"GET", "/api/users/me", "u0", "", nil})
	s.want(400, call{"POST", "/api/auth/local", "", `{"identifier":"u0@example.org","password":"` + s.password + `"}`, nil})
	s.want(200, call{"PUT", "/api/users/" + ids[0], "admin", `{"blocked":false}`, nil})
	s.signIn("u0", "u0@example.org", s.password)
	s.want(200, call{"PUT", "/api/users/" + ids[1], "admin", `{"role":"admin"}`, nil})
	s.want(200, call{"GET", "/api/users", "u1", "", nil}) // a role takes effect at the next request
	s.want(200, call{"DELETE", "/api/users/" + ids[0], "admin", "", nil}).wantAt(t, "id", ids[0])
	s.want(401, call{"GET", "/api/users/me", "u0", "", nil})
	s.want(404, call{"GET", "/api/users/" + ids[0], "admin", "", nil})
	if r := s.do(call{"PUT", "/api/users/" + ids[1], "u1", `{"role":"editor"}`, nil}); r.status != 409 {
		t.Errorf("the last admin goes: %d %s", r.status, r.body)
	}
}

// Wrong passwords are refused with the time to wait, and the owner signs in from elsewhere all the same, by either name.
func TestSignInThrottle(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} }})
	s.want(201, call{"POST", "/api/users", "admin", `{"email":"a@example.org","username":"anne","password":"` + s.password + `","role":"editor"}`, nil})
	try := func(identifier, password, address string) reply {
		return s.do(call{"POST", "/api/auth/local", "", fmt.Sprintf(`{"identifier":%q,"password":%q}`, identifier, password), from(address)})
	}
	var last reply
	for i := range 12 {
		last = try([]string{"a@example.org", "anne"}[i%2], "wrong", "198.51.100.7")
	}
	if last.status != 429 || last.header.Get("Retry-After") == "" {
		t.Errorf("after 12 wrong ones: %d, Retry-After %q: %s", last.status, last.header.Get("Retry-After"), last.body)
	}
	last.wantAt(t, "error.name", `"RateLimitError"`)
	for i := range 52 {
		if r := try(fmt.Sprintf("nobody%d@example.org", i), "wrong", "192.0.2.1"); r.status != 400 {
			t.Fatalf("invented name %d: %d %s", i, r.status, r.body)
		}
	}
	for _, identifier := range []string{"a@example.org", "anne"} {
		if r := try(identifier, s.password, "192.0.2.1"); r.status != 200 {
			t.Errorf("the owner as %s behind an address that invents names: %d %s", identifier, r.status, r.body)
		}
	}
	if text := s.log.String(); strings.Count(text, `msg="sign-in failed" address=198.51.100.7 account=1`) != 10 {
		t.Errorf("the log does not name the address of ten failures:\n%s", text)
	}
}

// A proxy that nobody has named is told of once.
func TestUntrustedProxyIsLogged(t *testing.T) {
	s := newServer(t, setup{})
	s.want(200, call{method: "GET", path: "/api/topics"})
	if strings.Contains(s.log.String(), "trusted-proxies") {
		t.Error("a warning without X-Forwarded-For")
	}
	for range 3 {
		s.want(200, call{method: "GET", path: "/api/topics", header: from("192.0.2.1")})
	}
	if n := strings.Count(s.log.String(), "level=WARN msg=\"X-Forwarded-For of a peer that is not a trusted proxy"); n != 1 {
		t.Errorf("%d warnings of an untrusted proxy:\n%s", n, s.log)
	}
}
