package api

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/content"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// listTrash takes start and limit, the window of the list; without them it is the 25 that were deleted last.
func (s *Server) listTrash(c *fiber.Ctx) error {
	t, in, err := s.managed(c, "start", "limit")
	if err != nil {
		return err
	}
	var page query.Page
	if page.Offset, err = number(in, "start", 0); err != nil {
		return err
	}
	if page.Limit, err = number(in, "limit", 25); err != nil {
		return err
	}
	list, total, err := s.content.Trash(c.UserContext(), callerOf(c), t, page)
	if err != nil {
		return err
	}
	out := make(value.List, len(list))
	for i, x := range list {
		out[i] = value.Object{
			"id": x.ID, "documentId": x.DocumentID, "locale": localeOf(x.Locale), "rev": x.Rev, "title": x.Title,
			"deletedAt": x.DeletedAt, "deletedBy": orNull(x.DeletedBy), "etag": `"` + strconv.FormatInt(x.Rev, 10) + `-trash"`,
		}
	}
	return sendJSON(c, 0, value.Append(nil, value.Object{"data": out, "meta": value.Object{
		"start": int64(page.Offset), "limit": int64(page.Limit), "total": int64(total)}}))
}

// restore takes an entry out of the trash.
func (s *Server) restore(c *fiber.Ctx) error {
	return s.act(c, func(t *schema.Type, o content.Write) (content.Saved, error) {
		return s.content.Restore(c.UserContext(), callerOf(c), t, c.Params("id"), o)
	})
}

// purge removes an entry of the trash for good.
func (s *Server) purge(c *fiber.Ctx) error {
	t, in, err := s.managed(c, "locale")
	if err != nil {
		return err
	}
	if err := s.content.Purge(c.UserContext(), callerOf(c), t, c.Params("id"), content.Write{Locale: in["locale"]}); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
