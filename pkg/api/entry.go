package api

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/strapi"
)

// typeOf finds the content type of the path. Collections and single types are found by the name that the dialect has for them.
func (s *Server) typeOf(c *fiber.Ctx, single bool) (*schema.Type, error) {
	t, ok := s.knownType(c, s.content.Types().ByPath, c.Params("type"))
	if !ok || t.Single != single {
		return nil, s.noRoute(c)
	}
	return t, nil
}

// knownType finds a type by a name that the request has, if it exists for the caller: a name that is
// guessed of another is answered like one that no type has.
func (s *Server) knownType(c *fiber.Ctx, find func(string) (*schema.Type, bool), name string) (*schema.Type, bool) {
	t, ok := find(name)
	caller, identified := c.Locals(callerKey).(auth.Caller)
	if !identified { // refused before anybody asked who calls
		caller = auth.Anonymous()
	}
	return t, ok && s.content.Knows(caller, t)
}

// findOrSingle is GET /api/:type: a list of a collection, or the entry of a single type.
func (s *Server) findOrSingle(c *fiber.Ctx) error {
	t, ok := s.knownType(c, s.content.Types().ByPath, c.Params("type"))
	if !ok {
		return s.noRoute(c)
	}
	if t.Single {
		return s.findSingle(c, t)
	}
	req, err := strapi.ParseQuery(rawQuery(c), strapi.List)
	if err != nil {
		return err
	}
	page, err := s.content.List(c.UserContext(), callerOf(c), t, req.Query)
	if err != nil {
		return err
	}
	return s.sendEntries(c, 0, func(dst []byte) []byte { return strapi.AppendList(dst, page, req) })
}

func (s *Server) findSingle(c *fiber.Ctx, t *schema.Type) error {
	req, err := strapi.ParseQuery(rawQuery(c), strapi.Single)
	if err != nil {
		return err
	}
	e, err := s.content.Single(c.UserContext(), callerOf(c), t, req.Query)
	if err != nil {
		return err
	}
	return s.sendEntry(c, e)
}

func (s *Server) findOne(c *fiber.Ctx) error {
	t, err := s.typeOf(c, false)
	if err != nil {
		return err
	}
	req, err := strapi.ParseQuery(rawQuery(c), strapi.One)
	if err != nil {
		return err
	}
	e, err := s.content.Get(c.UserContext(), callerOf(c), t, c.Params("id"), req.Query)
	if err != nil {
		return err
	}
	return s.sendEntry(c, e)
}

// count answers with the bare number of entries that a list without pages would have, as older clients of Strapi ask for it.
func (s *Server) count(c *fiber.Ctx) error {
	t, err := s.typeOf(c, false)
	if err != nil {
		return err
	}
	req, err := strapi.ParseQuery(rawQuery(c), strapi.List)
	if err != nil {
		return err
	}
	req.Query.Page = query.Page{Limit: 1, Count: true}
	page, err := s.content.List(c.UserContext(), callerOf(c), t, req.Query)
	if err != nil {
		return err
	}
	return sendJSON(c, 0, strconv.AppendInt(nil, int64(page.Total), 10))
}

func (s *Server) create(c *fiber.Ctx) error {
	t, err := s.typeOf(c, false)
	if err != nil {
		return err
	}
	return s.once(c, func(documentID string) (written bool, err error) {
		err = s.write(c, t, auth.Create, fiber.StatusCreated, func(changes content.Changes, o content.Write) (content.Saved, error) {
			o.DocumentID = documentID
			saved, err := s.content.Create(c.UserContext(), callerOf(c), t, changes, o)
			written = err == nil
			return saved, err
		})
		return written, err
	})
}

func (s *Server) update(c *fiber.Ctx) error {
	t, err := s.typeOf(c, false)
	if err != nil {
		return err
	}
	return s.write(c, t, auth.Update, fiber.StatusOK, func(changes content.Changes, o content.Write) (content.Saved, error) {
		return s.content.Update(c.UserContext(), callerOf(c), t, c.Params("id"), changes, o)
	})
}

func (s *Server) putSingle(c *fiber.Ctx) error {
	t, err := s.typeOf(c, true)
	if err != nil {
		return err
	}
	return s.write(c, t, auth.Update, fiber.StatusOK, func(changes content.Changes, o content.Write) (content.Saved, error) {
		return s.content.PutSingle(c.UserContext(), callerOf(c), t, changes, o)
	})
}

// write decodes a body, writes it, and answers with the entry as it is now: published if this write published, else the draft.
func (s *Server) write(c *fiber.Ctx, t *schema.Type, a auth.Action, status int, do func(content.Changes, content.Write) (content.Saved, error)) error {
	req, err := strapi.ParseQuery(rawQuery(c), strapi.Write)
	if err != nil {
		return err
	}
	if err := s.content.CheckWrite(c.UserContext(), callerOf(c), a, t, req.Query); err != nil {
		return err
	}
	data, err := body(c)
	if err != nil {
		return err
	}
	o := req.Write()
	if o.IfMatch, _, err = ifMatch(c); err != nil {
		return err
	}
	changes, err := strapi.ParseBody(data, t)
	if err != nil {
		return err
	}
	saved, err := do(changes, o)
	if err != nil {
		return err
	}
	q := req.Query
	q.Draft = !saved.Published
	e, err := s.content.Get(c.UserContext(), callerOf(c), t, saved.DocumentID, q)
	if err != nil {
		return err
	}
	tellRemoved(c, saved.Removed)
	c.Status(status)
	return s.sendEntry(c, e, saved.Warnings...)
}

func (s *Server) delete(c *fiber.Ctx) error {
	t, err := s.typeOf(c, false)
	if err != nil {
		return err
	}
	o, err := deletion(c)
	if err != nil {
		return err
	}
	if err := s.content.Delete(c.UserContext(), callerOf(c), t, c.Params("id"), o); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (s *Server) deleteSingle(c *fiber.Ctx) error {
	t, err := s.typeOf(c, true)
	if err != nil {
		return err
	}
	o, err := deletion(c)
	if err != nil {
		return err
	}
	if err := s.content.DeleteSingle(c.UserContext(), callerOf(c), t, o); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func deletion(c *fiber.Ctx) (content.Write, error) {
	req, err := strapi.ParseQuery(rawQuery(c), strapi.Delete)
	if err != nil {
		return content.Write{}, err
	}
	o := req.Write()
	o.IfMatch, _, err = ifMatch(c)
	return o, err
}
