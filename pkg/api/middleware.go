package api

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
)

type localKey int

const (
	callerKey localKey = iota
	secretKey
)

// guard gives every request a deadline, headers that do no harm anywhere, a line in the log, and a net under it.
func (s *Server) guard(c *fiber.Ctx) (err error) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(c.UserContext(), s.timeout)
	defer cancel()
	c.SetUserContext(ctx)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	defer func() {
		if r := recover(); r != nil {
			err = fault.Wrap(fault.Internal, fmt.Errorf("panic: %v\n%s", r, debug.Stack()), "Internal Server Error")
		}
		if err != nil {
			err = s.fail(c, err)
		}
		s.log.Debug("request", "method", c.Method(), "path", c.Path(), "status", c.Response().StatusCode(), "took", time.Since(start))
	}()
	return c.Next()
}

// share lets the pages of every site use the dialect, as Strapi does. Who may do what is decided by the token, which a page has to
// have; there are no cookies that a browser would send by itself.
func (s *Server) share(c *fiber.Ctx) error {
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set(fiber.HeaderAccessControlExposeHeaders, "ETag, Retry-After")
	if c.Method() == fiber.MethodOptions && c.Get(fiber.HeaderAccessControlRequestMethod) != "" {
		c.Set(fiber.HeaderAccessControlAllowMethods, "GET, HEAD, POST, PUT, DELETE")
		c.Set(fiber.HeaderAccessControlAllowHeaders, "Authorization, Content-Type, If-Match, If-None-Match")
		c.Set(fiber.HeaderAccessControlMaxAge, "86400")
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.Next()
}

// identify finds out who is calling. Wrong credentials are refused even where none are needed, so that a client notices.
func (s *Server) identify(c *fiber.Ctx) error {
	header := c.Get(fiber.HeaderAuthorization)
	if header == "" {
		c.Locals(callerKey, auth.Anonymous())
		return c.Next()
	}
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	scheme, secret, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return fault.New(fault.Unauthorized, "Missing or invalid credentials")
	}
	secret = strings.TrimSpace(secret)
	caller, err := s.auth.Caller(c.UserContext(), secret)
	if err != nil {
		return err
	}
	c.Locals(callerKey, caller)
	c.Locals(secretKey, secret)
	return c.Next()
}

func callerOf(c *fiber.Ctx) auth.Caller {
	caller, _ := c.Locals(callerKey).(auth.Caller)
	return caller
}

// secretOf is the credential that the caller showed, "" if none.
func secretOf(c *fiber.Ctx) string {
	secret, _ := c.Locals(secretKey).(string)
	return secret
}
