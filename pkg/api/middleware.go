package api

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
)

type localKey int

const (
	callerKey localKey = iota
	secretKey
	countedKey // who pays for a search, which is read as the public does
	answerKey  // of an answer that is kept
)

// guard gives every request a deadline once its body is there (uploads have an idle time in its place), headers that do no harm
// anywhere, a line in the log, and a net under it.
func (s *Server) guard(c *fiber.Ctx) (err error) {
	start := time.Now()
	if conn, ok := c.Context().Conn().(*conn); ok {
		conn.idle.Store(0) // of the answer before
	}
	s.harden(c)
	preflight := s.share(c)
	defer func() {
		if r := recover(); r != nil {
			err = fault.Wrap(fault.Internal, fmt.Errorf("panic: %v\n%s", r, debug.Stack()), "Internal Server Error")
		}
		if err == nil {
			err = s.finish(c)
		}
		if err == nil {
			err = s.holdResponse(c)
		}
		s.settle(c)
		if err != nil {
			err = s.fail(c, err)
		}
		if s.log.Enabled(context.Background(), slog.LevelDebug) {
			s.log.Debug("request", "method", c.Method(), "path", c.Path(), "status", c.Response().StatusCode(), "took", time.Since(start))
		}
	}()
	if err := unfit(c); err != nil {
		return err
	}
	if streams(c) {
		return c.Next()
	}
	if err := s.takeBody(c); err != nil {
		return err
	}
	if preflight {
		return c.SendStatus(fiber.StatusNoContent)
	}
	ctx := newDeadline(c.UserContext(), time.Now().Add(s.timeout))
	defer ctx.end()
	c.SetUserContext(ctx)
	return c.Next()
}

// harden sets the headers with which no answer does harm in a browser, whatever is in it. What is meant to be seen or embedded, a page
// or a file, replaces them. A browser that once came by https stays with it, if that is where the world reaches this Kontor.
func (s *Server) harden(c *fiber.Ctx) {
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set("X-Robots-Tag", "noindex") // and no robots.txt: a site that loads its content in the browser must stay readable to search engines
	if s.https {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
}

// identify finds out who is calling and whether it does too often. Wrong credentials are refused even where none are needed, so that a
// client notices.
func (s *Server) identify(c *fiber.Ctx) error {
	header := c.Get(fiber.HeaderAuthorization)
	if header == "" {
		c.Locals(callerKey, auth.Anonymous())
		if err := s.admit(c, auth.Anonymous()); err != nil {
			return err
		}
		s.meter(c, auth.Anonymous())
		return c.Next()
	}
	wrong, err := s.refusals(c)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	secret, err := s.credential(c, header, wrong)
	if err != nil {
		return err
	}
	caller, err := s.auth.Caller(c.UserContext(), secret)
	if fault.Is(err, fault.Unauthorized) {
		wrong()
	}
	if err != nil {
		return err
	}
	if err := s.admit(c, caller); err != nil {
		return err
	}
	c.Locals(callerKey, caller)
	c.Locals(secretKey, secret)
	s.meter(c, caller)
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
