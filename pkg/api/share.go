package api

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// share lets the pages of other sites use the dialect: of all sites, as Strapi does, unless the operator names some. Who may do what
// is decided by the token, which a page has to have; there are no cookies that a browser would send by itself.
func (s *Server) share(c *fiber.Ctx) error {
	switch {
	case slices.Contains(s.origins, "*"):
		c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	case len(s.origins) == 0:
		return c.Next()
	default:
		c.Vary(fiber.HeaderOrigin)
		origin := c.Get(fiber.HeaderOrigin)
		if !slices.ContainsFunc(s.origins, func(o string) bool { return strings.EqualFold(o, origin) }) {
			return c.Next()
		}
		c.Set(fiber.HeaderAccessControlAllowOrigin, origin)
	}
	c.Set(fiber.HeaderAccessControlExposeHeaders, "ETag, Retry-After, RateLimit, RateLimit-Policy")
	if c.Method() == fiber.MethodOptions && c.Get(fiber.HeaderAccessControlRequestMethod) != "" {
		c.Set(fiber.HeaderAccessControlAllowMethods, "GET, HEAD, POST, PUT, DELETE")
		c.Set(fiber.HeaderAccessControlAllowHeaders, "Authorization, Content-Type, If-Match, If-None-Match")
		c.Set(fiber.HeaderAccessControlMaxAge, "86400")
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.Next()
}
