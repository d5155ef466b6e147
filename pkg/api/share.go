package api

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Headers of answers that scripts of other sites may read beside the usual ones: those of conditional requests and of parts of a file
// (without Accept-Ranges and Content-Range a PDF viewer loads whole files), what a limit says, the number of files.
const exposedHeaders = "ETag, Retry-After, RateLimit, RateLimit-Policy, Accept-Ranges, Content-Range, Content-Disposition, X-Total-Count, " + removedHeader

// sharedHeaders are those that scripts of other sites may send.
const sharedHeaders = "Authorization, Content-Type, If-Match, If-None-Match, If-Range, Range, Idempotency-Key, X-Meilisearch-Client"

// share lets the pages of other sites use what sites need: of all sites, as Strapi does, unless the operator names some. Who may do what
// is decided by the token, which a page has to have. No answer allows credentials to other sites, so that the cookie of the admin stays with its own. It is called ahead of all
// else, so that a page can read refusals too, and tells whether the request is only the question whether it may be made.
func (s *Server) share(c *fiber.Ctx) (preflight bool) {
	var origins []string
	if shared(c.Path()) {
		origins = s.origins
	} else if !below(c.Path(), "/manage") {
		return false
	}
	switch {
	case slices.Contains(origins, "*"):
		c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	case len(origins)+len(s.managers) == 0:
		return false
	default:
		c.Vary(fiber.HeaderOrigin)
		origin := c.Get(fiber.HeaderOrigin)
		if !slices.ContainsFunc(slices.Concat(origins, s.managers), func(o string) bool { return strings.EqualFold(o, origin) }) {
			return false
		}
		c.Set(fiber.HeaderAccessControlAllowOrigin, origin)
	}
	c.Set(fiber.HeaderAccessControlExposeHeaders, exposedHeaders)
	if c.Method() != fiber.MethodOptions || c.Get(fiber.HeaderAccessControlRequestMethod) == "" {
		return false
	}
	c.Set(fiber.HeaderAccessControlAllowMethods, "GET, HEAD, POST, PUT, DELETE")
	c.Set(fiber.HeaderAccessControlAllowHeaders, sharedHeaders)
	c.Set(fiber.HeaderAccessControlMaxAge, "86400")
	return true
}

// shared tells whether a path is for sites: the rest of /manage is for the admin UI, which comes
// from where Kontor is or from an origin that the operator names.
func shared(path string) bool {
	return slices.ContainsFunc([]string{"/api", "/files", searchRoot, "/manage/paths", "/manage/redirects"}, func(root string) bool { return below(path, root) })
}

// below tells whether a path is a root or lies below it.
func below(path, root string) bool {
	rest, ok := strings.CutPrefix(path, root)
	return ok && (rest == "" || rest[0] == '/')
}
