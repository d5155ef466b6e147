package api

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
	"mime"
	"path"

	"github.com/gofiber/fiber/v2"
	"github.com/swaggest/swgui/v5/static"

	"kontor/pkg/fault"
)

// docsFiles are the page and what starts Swagger UI on it. The rest is the library's.
//
//go:embed docs
var docsFiles embed.FS

// docsPolicy is what the page needs in place of the policy of answers: it loads what stands beside it and asks this server, nothing else.
// Its icons are data URLs in the style sheet. Nothing in it is inline.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// docs answers with a page that shows the OpenAPI document and tries its routes out.
func (s *Server) docs(c *fiber.Ctx) error {
	page, err := docsFiles.ReadFile("docs/index.html")
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentSecurityPolicy, docsPolicy)
	return sendFile(c, fiber.MIMETextHTMLCharsetUTF8, page, false)
}

// docsFile answers with one of the files that the page loads.
func (s *Server) docsFile(c *fiber.Ctx) error {
	name := c.Params("file")
	var data []byte
	var err error
	packed := false
	switch name {
	case "start.js", "page.css", "manual.css":
		data, err = docsFiles.ReadFile("docs/" + name)
	case "swagger-ui.css", "swagger-ui-bundle.js":
		data, err = static.FS.ReadFile(name + ".gz")
		packed = true
	case "favicon-32x32.png":
		data, err = static.FS.ReadFile(name)
	default:
		return fault.New(fault.NotFound, "Not Found")
	}
	if err != nil {
		return err
	}
	return sendFile(c, mime.TypeByExtension(path.Ext(name)), data, packed)
}

// sendFile answers with what does not change as long as the process runs; see keepFixed.
func sendFile(c *fiber.Ctx, mediaType string, data []byte, packed bool) (err error) {
	if packed {
		if data, err = unpackFile(data); err != nil {
			return err
		}
	}
	return sendAs(c, mediaType, 0, data)
}

func unpackFile(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
