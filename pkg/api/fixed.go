package api

import (
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// maxFixed bounds the fixed answers, of which the routes have fewer.
const maxFixed = 64

// fixedAnswers are answers that stay the same as long as the process runs, by path: each is made
// once, and compressed once for each coding.
type fixedAnswers struct {
	mu     sync.Mutex
	byPath map[string]*fixedAnswer
}

type fixedAnswer struct {
	*answer
	policy string // Content-Security-Policy
	cache  string // Cache-Control
}

// keepFixed answers with what the handlers after it have answered to the same path before.
func (s *Server) keepFixed(c *fiber.Ctx) error {
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
		return c.Next()
	}
	path := strings.TrimSuffix(c.Path(), "/")
	s.fixed.mu.Lock()
	f := s.fixed.byPath[path]
	s.fixed.mu.Unlock()
	if f == nil {
		if err := c.Next(); err != nil || c.Response().StatusCode() != fiber.StatusOK {
			return err
		}
		f = s.fixed.put(path, c.Response())
	}
	c.Locals(answerKey, f.answer)
	c.Set(fiber.HeaderContentSecurityPolicy, f.policy)
	c.Set(fiber.HeaderCacheControl, f.cache)
	c.Set(fiber.HeaderContentType, f.mediaType)
	c.Set(fiber.HeaderETag, f.tag)
	c.Response().SetBodyRaw(f.body)
	return nil
}

// put keeps a copy of a response, or returns the one that another request has kept meanwhile.
func (a *fixedAnswers) put(path string, res *fasthttp.Response) *fixedAnswer {
	f := &fixedAnswer{policy: string(res.Header.Peek(fiber.HeaderContentSecurityPolicy)), cache: string(res.Header.Peek(fiber.HeaderCacheControl)), answer: &answer{
		mediaType: string(res.Header.ContentType()), tag: string(res.Header.Peek(fiber.HeaderETag)), body: append([]byte(nil), res.Body()...), fixed: true,
	}}
	if f.cache == "" {
		f.cache = "no-cache"
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if before := a.byPath[path]; before != nil {
		return before
	}
	if a.byPath == nil {
		a.byPath = map[string]*fixedAnswer{}
	}
	if len(a.byPath) < maxFixed {
		a.byPath[path] = f
	}
	return f
}
