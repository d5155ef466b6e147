package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"kontor/pkg/api"
	"kontor/pkg/auth"
)

// cookieOf signs in as a browser does and returns the Set-Cookie header of the response.
func (s *server) cookieOf(mail string, header map[string]string) (reply, *http.Cookie) {
	s.t.Helper()
	r := s.want(200, call{"POST", "/manage/session", "", fmt.Sprintf(`{"identifier":%q,"password":%q}`, mail, s.password), header})
	cookie, err := http.ParseSetCookie(r.header.Get("Set-Cookie"))
	if err != nil {
		s.t.Fatal(err)
	}
	return r, cookie
}

// browser is the header of a request that a page of this server sends.
func browser(cookie *http.Cookie, more ...string) map[string]string {
	header := map[string]string{"Authorization": "Session", "Cookie": cookie.Name + "=" + cookie.Value, "Sec-Fetch-Site": "same-origin"}
	for i := 0; i+1 < len(more); i += 2 {
		header[more[i]] = more[i+1]
	}
	return header
}

func (s *server) editorAccount(mail string) {
	s.t.Helper()
	s.want(201, call{"POST", "/api/users", auth.Admin, fmt.Sprintf(`{"email":%q,"username":%q,"password":%q,"role":"editor"}`, mail, mail, s.password), nil})
}

func TestSessionCookie(t *testing.T) {
	for base, want := range map[string]struct {
		name   string
		secure bool
	}{"": {"kontor", false}, "https://cms.portal.example": {"__Host-kontor", true}} {
		s := newServer(t, setup{edit: func(o *api.Options) { o.BaseURL = base }})
		s.editorAccount("frau@portal.example")
		r, cookie := s.cookieOf("frau@portal.example", nil)
		if cookie.Name != want.name || cookie.Secure != want.secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode ||
			cookie.Path != "/" || cookie.Domain != "" || cookie.MaxAge != 0 || cookie.Value == "" {
			t.Errorf("base URL %q: %+v", base, cookie)
		}
		if strings.Contains(r.body, cookie.Value) || r.header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("%s %v", r.body, r.header)
		}
		me := s.want(200, call{"GET", "/manage/session", "", "", browser(cookie)})
		me.wantAt(t, "data.email", `"frau@portal.example"`)
		me.wantAt(t, "data.role.type", `"editor"`)
	}
}

// TestSessionOnlyFromOwnPages: the cookie alone opens nothing, and with the header only for pages of this
// server.
func TestSessionOnlyFromOwnPages(t *testing.T) {
	s := newServer(t, setup{})
	s.editorAccount("frau@portal.example")
	_, cookie := s.cookieOf("frau@portal.example", nil)
	own := "http://" + s.addr
	write := func(header map[string]string) call {
		return call{"POST", "/api/topics?status=draft", "", `{"data":{"name":"Von einer Seite"}}`, header}
	}
	cases := []struct {
		name   string
		header map[string]string
		status int
	}{
		{"its own page", browser(cookie), 201},
		{"its own page in an older browser", browser(cookie, "Sec-Fetch-Site", "", "Origin", own), 201},
		{"no browser", browser(cookie, "Sec-Fetch-Site", ""), 201},
		{"another site", browser(cookie, "Sec-Fetch-Site", "cross-site"), 401},
		{"another host of the site", browser(cookie, "Sec-Fetch-Site", "same-site"), 401},
		{"another origin in an older browser", browser(cookie, "Sec-Fetch-Site", "", "Origin", "https://evil.example"), 401},
		{"an origin without a name", browser(cookie, "Sec-Fetch-Site", "", "Origin", "null"), 401},
		{"without the header", map[string]string{"Cookie": cookie.Name + "=" + cookie.Value}, 403},
		{"without the cookie", map[string]string{"Authorization": "Session"}, 401},
		{"with a wrong cookie", browser(&http.Cookie{Name: cookie.Name, Value: "falsch"}), 401},
		{"with the cookie of another name", browser(&http.Cookie{Name: "__Host-kontor", Value: cookie.Value}), 401},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for name, v := range c.header {
				if v == "" {
					delete(c.header, name)
				}
			}
			if r := s.do(write(c.header)); r.status != c.status {
				t.Errorf("status %d, want %d: %s", r.status, c.status, r.body)
			}
		})
	}
	in := call{"POST", "/manage/session", "", `{"identifier":"frau@portal.example","password":"` + s.password + `"}`, map[string]string{"Sec-Fetch-Site": "cross-site"}}
	if r := s.want(403, in); r.header.Get("Set-Cookie") != "" {
		t.Errorf("a foreign page gets a cookie: %v", r.header)
	}
	if r := s.get("", "/manage/session"); r.status != 401 {
		t.Errorf("nobody is signed in, but %d %s", r.status, r.body)
	}
}

// TestSessionWithoutCookieIsNoGuess: a page that is still open after its session has ended asks again and
// again, and must not lock its network out.
func TestSessionWithoutCookieIsNoGuess(t *testing.T) {
	s := limited(t)
	empty := map[string]string{"Authorization": "Session"}
	for range 120 { // more than wrong credentials may be shown
		s.want(401, call{"GET", "/manage/types", "", "", empty})
	}
	s.want(200, call{"GET", "/api/topics", auth.Editor, "", nil})
}

// TestSessionSecretStaysInCookie: no answer tells scripts the secret that the cookie keeps from them.
func TestSessionSecretStaysInCookie(t *testing.T) {
	s := newServer(t, setup{})
	s.editorAccount("frau@portal.example")
	_, cookie := s.cookieOf("frau@portal.example", nil)
	change := fmt.Sprintf(`{"currentPassword":%q,"password":%q,"passwordConfirmation":%q}`, s.password, s.password+" neu", s.password+" neu")
	r := s.want(200, call{"POST", "/api/auth/change-password", "", change, browser(cookie)})
	r.wantAt(t, "jwt", `""`)
	if strings.Contains(r.body, cookie.Value) {
		t.Errorf("the answer has the secret: %s", r.body)
	}
	s.want(200, call{"GET", "/manage/session", "", "", browser(cookie)})
}

func TestSessionEnds(t *testing.T) {
	s := newServer(t, setup{})
	s.editorAccount("frau@portal.example")
	_, cookie := s.cookieOf("frau@portal.example", nil)
	_, other := s.cookieOf("frau@portal.example", nil)
	out := s.want(204, call{"DELETE", "/manage/session", "", "", browser(cookie)})
	gone, err := http.ParseSetCookie(out.header.Get("Set-Cookie"))
	if err != nil || gone.Name != cookie.Name || gone.Value != "" || gone.Expires.IsZero() || !gone.Expires.Before(time.Now()) || gone.Path != "/" {
		t.Errorf("the cookie stays: %+v %v", gone, err)
	}
	s.want(401, call{"GET", "/manage/session", "", "", browser(cookie)})
	s.want(200, call{"GET", "/manage/session", "", "", browser(other)})
	s.want(204, call{"DELETE", "/manage/session", "", "", nil}) // there was none
	s.want(400, call{"GET", "/manage/session?x=1", "", "", browser(other)})
	s.want(400, call{"DELETE", "/manage/session?x=1", "", "", browser(other)})
	s.want(400, call{"POST", "/manage/session", "", `{"identifier":"frau@portal.example","password":"falsch geraten"}`, nil})
	s.want(400, call{"POST", "/manage/session", "", `{"identifier":"x","password":"y","more":1}`, nil})
}

// TestSessionReadsFiles: a browser sends no header for a picture, so there the cookie counts alone.
func TestSessionReadsFiles(t *testing.T) {
	s := newServer(t, setup{})
	s.editorAccount("frau@portal.example")
	_, cookie := s.cookieOf("frau@portal.example", nil)
	hidden := s.upload("entwurf.txt", "noch nicht öffentlich")
	alone := func(c *http.Cookie, site string) map[string]string {
		return map[string]string{"Cookie": c.Name + "=" + c.Value, "Sec-Fetch-Site": site}
	}
	if r := s.want(200, call{"GET", hidden.URL, "", "", alone(cookie, "same-origin")}); !strings.Contains(r.header.Get("Cache-Control"), "private") {
		t.Errorf("Cache-Control %q", r.header.Get("Cache-Control"))
	}
	s.want(200, call{"GET", hidden.URL, "", "", alone(cookie, "none")})
	s.want(404, call{"GET", hidden.URL, "", "", nil})
	// For a page of another host it is as without a cookie: refusing would hide public files from editors.
	s.want(404, call{"GET", hidden.URL, "", "", alone(cookie, "same-site")})
	s.want(404, call{"GET", hidden.URL, "", "", alone(&http.Cookie{Name: cookie.Name, Value: "ended"}, "same-origin")})
}
