package api

import (
	"github.com/gofiber/fiber/v2"

	"kontor/pkg/content"
	"kontor/pkg/strapi"
	"kontor/pkg/value"
)

// listRows is an editors' list: the drafts of a type, each with where it stands. It takes the
// parameters of a list of /api; there status=draft keeps the entries of which nothing is public, and
// status=published those of which something is.
func (s *Server) listRows(c *fiber.Ctx) error {
	t, err := s.managedType(c)
	if err != nil {
		return err
	}
	req, err := strapi.ParseQuery(rawQuery(c), strapi.List)
	if err != nil {
		return err
	}
	status := ""
	switch {
	case req.StatusSet && req.Query.Draft:
		status = content.StatusDraft
	case req.StatusSet:
		status = content.StatusPublished
	}
	rows, total, err := s.content.Rows(c.UserContext(), callerOf(c), t, req.Query, status)
	if err != nil {
		return err
	}
	return s.sendEntries(c, 0, func(dst []byte) []byte {
		dst = append(dst, `{"data":`...)
		dst = value.AppendList(dst, rows, appendRow)
		dst = append(dst, `,"meta":`...)
		dst = value.Append(dst, value.Object{
			"start": int64(req.Query.Page.Offset), "limit": int64(req.Query.Page.Limit), "total": int64(total),
		})
		return append(dst, '}')
	})
}

func appendRow(dst []byte, r content.Row) []byte {
	dst = append(dst, `{"entry":`...)
	dst = strapi.AppendEntry(dst, r.Entry)
	dst = append(dst, `,"state":`...)
	dst = value.Append(dst, stateValue(r.State))
	return append(dst, '}')
}
