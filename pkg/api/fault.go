package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"kontor/pkg/fault"
	"kontor/pkg/meili"
	"kontor/pkg/strapi"
	"kontor/pkg/value"
)

// fail renders an error in the dialect of the path. What is our fault is logged under an id that the answer carries.
func (s *Server) fail(c *fiber.Ctx, err error) error {
	e := s.known(c, err)
	switch e.Code {
	case fault.Internal:
		id := uuid.NewString()
		s.log.Error("request failed", "id", id, "method", c.Method(), "path", c.Path(), "error", e.Error())
		e = fault.New(fault.Internal, "Internal Server Error").With("id", id)
	case fault.Unavailable, fault.Timeout:
		s.log.Warn("request refused", "method", c.Method(), "path", c.Path(), "error", e.Error())
		c.Set(fiber.HeaderRetryAfter, "1")
		if after, ok := e.Details["retryAfter"]; ok {
			c.Set(fiber.HeaderRetryAfter, fmt.Sprint(after))
		}
	case fault.Unauthorized:
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
	case fault.TooMany:
		if after, ok := e.Details["retryAfter"]; ok {
			c.Set(fiber.HeaderRetryAfter, fmt.Sprint(after))
		}
	}
	// A 404 could be cached, and what is not there may be published the next moment.
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Status(e.Code.Status())
	return sendError(c, e)
}

// known gives the fault in an error, also for what the HTTP library and ended contexts report.
func (s *Server) known(c *fiber.Ctx, err error) *fault.Error {
	var library *fiber.Error
	if errors.As(err, &library) {
		linger(c)
		return unread(library.Code)
	}
	e := fault.As(err)
	ended := errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
	if e.Code == fault.Internal && ended {
		e = fault.Wrap(fault.Timeout, err, "The request took too long")
	}
	return e
}

// unread is the fault of a request that the HTTP library could not read. Its own words quote the request, so they stay away; and
// whatever it was, also a connection that broke off, it is not the server's doing.
func unread(status int) *fault.Error {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return fault.New(fault.TooLarge, "Request Entity Too Large")
	case http.StatusRequestHeaderFieldsTooLarge:
		return fault.New(fault.HeadTooLarge, "The request line and the headers have more than %d bytes", headLimit)
	case http.StatusRequestTimeout:
		return fault.New(fault.SlowClient, "The request did not arrive in time")
	}
	return fault.New(fault.Invalid, "The request line, a header or the framing of the body can't be read")
}

// sendError renders an error: in Strapi's form under /api, in Meilisearch's under /search, as an RFC 9457 problem elsewhere.
func sendError(c *fiber.Ctx, e *fault.Error) error {
	if strings.HasPrefix(c.Path(), "/api/") || c.Path() == "/api" {
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
		return c.Send(strapi.AppendError(nil, e))
	}
	if underSearch(c.Path()) {
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
		return c.Send(meili.AppendError(nil, e))
	}
	c.Set(fiber.HeaderContentType, "application/problem+json; charset=utf-8")
	return c.Send(value.Append(nil, problem(e, c.Path())))
}

// maxEcho is how many bytes of what was sent a problem repeats.
const maxEcho = 1024

// problem is an error as RFC 9457 has it, with the wrong fields as JSON pointers (RFC 6901).
func problem(e *fault.Error, path string) value.Object {
	status := e.Code.Status()
	out := value.Object{
		"type": "about:blank", "title": http.StatusText(status), "status": int64(status), "detail": shorten(e.Message),
		"instance": shorten(path), "code": string(e.Code),
	}
	for k, v := range e.Details {
		if _, taken := out[k]; !taken {
			out[k] = fact(v)
		}
	}
	if len(e.Fields) > 0 {
		out["errors"] = fieldObjects(e.Fields)
	}
	return out
}

// fieldObjects are problems of fields as /manage has them.
func fieldObjects(fields []fault.Field) value.List {
	list := make(value.List, len(fields))
	for i, f := range fields {
		list[i] = value.Object{
			"pointer": pointer(f.Path), "code": f.Code, "detail": f.English,
			"messages": value.Object{"en": f.English, "de": f.German},
		}
	}
	return list
}

func shorten(s string) string {
	if len(s) <= maxEcho {
		return s
	}
	return strings.ToValidUTF8(s[:maxEcho], "") + "…"
}

func pointer(path []string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, p := range path {
		b.WriteByte('/')
		b.WriteString(escape.Replace(p))
	}
	return b.String()
}

// fact brings a detail's value into the tree that value renders. Details come from every package, so they may be of any type; what
// JSON cannot say, or what is long, is null.
func fact(v any) any {
	text, err := json.Marshal(v)
	if err != nil || len(text) > maxEcho {
		return nil
	}
	out, err := value.Decode(text)
	if err != nil {
		return nil
	}
	return out
}
