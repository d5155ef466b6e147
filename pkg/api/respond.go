package api

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/strapi"
	"kontor/pkg/value"
)

// sendJSON answers with a body, and for a GET with an ETag: the revision (0 where there is none) and the hash of the answer. What a
// client gets of it, finish decides.
func sendJSON(c *fiber.Ctx, rev int64, body []byte) error {
	return sendAs(c, fiber.MIMEApplicationJSONCharsetUTF8, rev, body)
}

// sendAs is sendJSON for a body of another media type.
func sendAs(c *fiber.Ctx, mediaType string, rev int64, body []byte) error {
	c.Set(fiber.HeaderContentType, mediaType)
	reads := c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead
	if !reads && rev == 0 || c.Response().StatusCode() >= fiber.StatusBadRequest {
		return send(c, body)
	}
	c.Set(fiber.HeaderETag, etag(rev, body))
	if reads && len(c.Response().Header.Peek(fiber.HeaderCacheControl)) == 0 {
		c.Set(fiber.HeaderCacheControl, "no-cache")
	}
	return send(c, body)
}

// maxBuffer is how large memory for rendering may have grown and still be kept for the next answer.
const maxBuffer = 1 << 20

// send copies a body into the answer, so that its memory can be used again. A body that is too long
// for that is sent as it is.
func send(c *fiber.Ctx, body []byte) error {
	if len(body) > maxBuffer {
		c.Response().SetBodyRaw(body)
	} else {
		c.Response().SetBody(body)
	}
	return nil
}

// sendEntries answers with what render writes behind dst. Lists are long, so the memory for rendering is kept from one answer to the
// next.
func (s *Server) sendEntries(c *fiber.Ctx, rev int64, render func(dst []byte) []byte) error {
	return s.sendRendered(c, rev, func(dst []byte) ([]byte, error) { return render(dst), nil })
}

// sendRendered is sendEntries for a render that may fail.
func (s *Server) sendRendered(c *fiber.Ctx, rev int64, render func(dst []byte) ([]byte, error)) error {
	buffer, ok := s.buffers.Get().(*[]byte)
	if !ok {
		buffer = new([]byte)
	}
	body, err := render((*buffer)[:0])
	if err == nil {
		err = sendJSON(c, rev, body)
	}
	if cap(body) <= maxBuffer {
		*buffer = body
		s.buffers.Put(buffer)
	}
	return err
}

func (s *Server) sendEntry(c *fiber.Ctx, e *content.Entry, warnings ...fault.Field) error {
	return s.sendEntries(c, e.Rev, func(dst []byte) []byte { return strapi.AppendOne(dst, e, warnings...) })
}

// sendData answers with a value in an envelope, as all of /manage does.
func sendData(c *fiber.Ctx, rev int64, data any) error {
	return sendJSON(c, rev, value.Append(nil, value.Object{"data": data}))
}

func etag(rev int64, body []byte) string {
	sum := sha256.Sum256(body)
	b := make([]byte, 0, 48)
	b = append(b, '"')
	b = strconv.AppendInt(b, rev, 10)
	b = append(b, '-')
	b = hex.AppendEncode(b, sum[:8])
	return string(append(b, '"'))
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
