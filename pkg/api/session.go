package api

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
)

// A browser that signs in to the admin keeps its session in a cookie that scripts can't read. The
// cookie counts only beside the header "Authorization: Session", which a page of another site can't
// send: the browser would ask first (CORS), and no answer allows it with cookies. Caches, too, treat
// a request with that header as one with credentials. Files are the exception, because a browser
// sends no header for a picture; they are only read.

// sessionScheme stands in the Authorization header in place of a token.
const sessionScheme = "Session"

// cookieName is that of the session's cookie. By https the prefix makes browsers refuse a cookie that
// another host of the domain has set (RFC 6265bis, section 4.1.3.2).
func (s *Server) cookieName() string {
	if s.https {
		return "__Host-kontor"
	}
	return "kontor"
}

func (s *Server) setSessionCookie(c *fiber.Ctx, secret string) {
	cookie := &fiber.Cookie{
		Name: s.cookieName(), Value: secret, Path: "/", Secure: s.https, HTTPOnly: true, SameSite: fiber.CookieSameSiteStrictMode,
	}
	if secret == "" {
		cookie.Expires = fasthttp.CookieExpireDelete
	}
	c.Cookie(cookie)
}

// fileSession lets the session's cookie count for reading a file. It is ignored when it has ended, and
// for pages of other origins, which show public files only.
func (s *Server) fileSession(c *fiber.Ctx) error {
	secret := c.Cookies(s.cookieName())
	if secret == "" || c.Get(fiber.HeaderAuthorization) != "" || !s.sameOrigin(c) {
		return c.Next()
	}
	if _, err := s.auth.Caller(c.UserContext(), secret); err == nil {
		c.Request().Header.Set(fiber.HeaderAuthorization, sessionScheme)
	} else if !fault.Is(err, fault.Unauthorized) {
		return err
	}
	return c.Next()
}

// credential reads the secret that a request shows in its Authorization header, or by its cookie. A
// header without a cookie is no guess, so it is not counted as a wrong credential.
func (s *Server) credential(c *fiber.Ctx, header string, wrong func()) (secret string, err error) {
	missing := fault.New(fault.Unauthorized, "Missing or invalid credentials")
	if strings.EqualFold(header, sessionScheme) {
		if secret = c.Cookies(s.cookieName()); secret == "" || !s.sameOrigin(c) {
			return "", missing
		}
		return secret, nil
	}
	scheme, secret, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		wrong()
		return "", missing
	}
	return strings.TrimSpace(secret), nil
}

// bearerOf is the caller's credential for an answer that repeats it. It is empty for a session in a
// cookie, which scripts must not read.
func bearerOf(c *fiber.Ctx) string {
	if strings.EqualFold(c.Get(fiber.HeaderAuthorization), sessionScheme) {
		return ""
	}
	return secretOf(c)
}

// sameOrigin tells whether a request comes from a page of this server, by the headers that browsers
// add and pages can't change (Fetch Metadata, RFC 6454). A client that sends neither is no browser.
func (s *Server) sameOrigin(c *fiber.Ctx) bool {
	if site := c.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin" || site == "none"
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, string(c.Request().Host()))
}

// openSession signs in and puts the session into a cookie.
func (s *Server) openSession(c *fiber.Ctx) error {
	in, err := plainBody(c, "identifier", "password")
	if err != nil {
		return err
	}
	if !s.sameOrigin(c) {
		return fault.New(fault.Forbidden, "Sign in on a page of this server")
	}
	secret, account, err := s.auth.SignIn(c.UserContext(), auth.Credentials{
		Identifier: text(in, "identifier"), Password: text(in, "password"), Address: s.clientAddress(c).String(),
	})
	if err != nil {
		return err
	}
	s.setSessionCookie(c, secret)
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	return sendData(c, 0, user(account))
}

// readSession answers with the account that is signed in.
func (s *Server) readSession(c *fiber.Ctx) error {
	if _, err := params(c); err != nil {
		return err
	}
	if callerOf(c).IsAnonymous() {
		return fault.New(fault.Unauthorized, "Nobody is signed in")
	}
	account, err := s.auth.AccountOf(c.UserContext(), callerOf(c))
	if err != nil {
		return err
	}
	return sendData(c, 0, user(account))
}

// closeSession ends the session and takes the cookie away.
func (s *Server) closeSession(c *fiber.Ctx) error {
	if _, err := params(c); err != nil {
		return err
	}
	s.setSessionCookie(c, "")
	if secret := secretOf(c); secret != "" {
		if err := s.auth.SignOut(c.UserContext(), secret); err != nil {
			return err
		}
	}
	return c.SendStatus(fiber.StatusNoContent)
}
