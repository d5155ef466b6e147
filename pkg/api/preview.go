package api

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/auth"
	"kontor/pkg/value"
)

// createPreview gives out a token with which a site shows the draft of one entry to whoever has it, and the address of the page there.
func (s *Server) createPreview(c *fiber.Ctx) error {
	t, in, err := s.managed(c, "locale")
	if err != nil {
		return err
	}
	d, err := s.content.Draft(c.UserContext(), callerOf(c), t, c.Params("id"), in["locale"])
	if err != nil {
		return err
	}
	token, p, err := s.auth.CreatePreview(c.UserContext(), callerOf(c), auth.Preview{Type: t.ID, DocumentID: d.DocumentID, Locale: d.Locale})
	if err != nil {
		return err
	}
	page := ""
	if d.Path != "" && s.siteURL != "" {
		page = s.pageURL(t, d.Locale, d.Path) + "?" + url.Values{"preview": {token}, "documentId": {d.DocumentID}}.Encode()
	}
	c.Status(fiber.StatusCreated)
	return sendData(c, 0, value.Object{
		"token": token, "expiresAt": p.ExpiresAt.UTC().Format("2006-01-02T15:04:05.000Z"), "type": t.ID, "documentId": d.DocumentID,
		"locale": localeOf(d.Locale), "url": orNull(page),
	})
}

// previewParam takes the token of a preview from the address of a file, since a browser sends no header for a picture. Other credentials
// are not taken from there: they live longer and open more than may stand in a history or a log.
func (s *Server) previewParam(c *fiber.Ctx) error {
	token := c.Query("preview")
	if auth.IsPreview(token) && c.Get(fiber.HeaderAuthorization) == "" {
		c.Request().Header.Set(fiber.HeaderAuthorization, "Bearer "+token)
	}
	return c.Next()
}
