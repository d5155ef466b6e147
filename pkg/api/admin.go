package api

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"mime"
	"path"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/fault"
)

// nonceMark stands in the admin's page wherever a request's nonce belongs.
const nonceMark = "KONTOR-NONCE"

// adminPolicy is the policy of the admin's page: its own scripts, styles and pictures, and style
// elements with the request's nonce, which the components make while they are dragged.
func adminPolicy(nonce string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + nonce + "'; img-src 'self' data: blob:; " +
		"connect-src 'self'; font-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}

// adminPage answers with the one HTML file that shows every page of the admin UI.
func (s *Server) adminPage(c *fiber.Ctx) error {
	if s.admin == nil {
		return fault.New(fault.NotFound, "Not Found")
	}
	page, err := fs.ReadFile(s.admin, "index.html")
	if err != nil {
		return err
	}
	nonce := rand.Text()
	c.Set(fiber.HeaderContentSecurityPolicy, adminPolicy(nonce))
	c.Set(fiber.HeaderCacheControl, "no-store") // the nonce is good for one answer
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return send(c, bytes.ReplaceAll(page, []byte(nonceMark), []byte(nonce)))
}

// adminAsset answers with a built file, whose name changes with its content.
func (s *Server) adminAsset(c *fiber.Ctx) error {
	if s.admin == nil {
		return fault.New(fault.NotFound, "Not Found")
	}
	name := c.Params("file")
	data, err := fs.ReadFile(s.admin, "assets/"+name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return fault.New(fault.NotFound, "Not Found")
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderContentType, mime.TypeByExtension(path.Ext(name)))
	return send(c, data)
}
