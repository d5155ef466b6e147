package api

import (
	"github.com/gofiber/fiber/v2"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/strapi"
	"kontor/pkg/value"
)

// managed finds the type of a /manage path, by its ID or its name in URLs, and reads the parameters, which have these names.
func (s *Server) managed(c *fiber.Ctx, names ...string) (*schema.Type, map[string]string, error) {
	in, err := params(c, names...)
	if err != nil {
		return nil, nil, err
	}
	t, err := s.managedType(c)
	return t, in, err
}

// managedType finds the type of a /manage path, by its ID or its name in URLs.
func (s *Server) managedType(c *fiber.Ctx) (*schema.Type, error) {
	name := c.Params("type")
	t, ok := s.knownType(c, s.content.Types().Type, name)
	if !ok {
		if t, ok = s.knownType(c, s.content.Types().ByPath, name); !ok {
			return nil, fault.New(fault.NotFound, "Not Found")
		}
	}
	return t, nil
}

// state answers where an entry stands: revision, draft, modified or published.
func (s *Server) state(c *fiber.Ctx) error {
	t, in, err := s.managed(c, "locale")
	if err != nil {
		return err
	}
	st, err := s.content.State(c.UserContext(), callerOf(c), t, c.Params("id"), in["locale"])
	if err != nil {
		return err
	}
	return sendState(c, st, content.Saved{})
}

// sendState answers with a state, and in meta with what the act that led to it tells of.
func sendState(c *fiber.Ctx, st content.State, saved content.Saved) error {
	data := stateValue(st)
	if len(saved.Merged) > 0 {
		data["merged"] = saved.Merged
	}
	out, meta := value.Object{"data": data}, value.Object{}
	if len(saved.Removed) > 0 {
		meta["removed"] = removals(saved.Removed)
	}
	if len(saved.Warnings) > 0 {
		meta["warnings"] = fieldObjects(saved.Warnings)
	}
	if len(meta) > 0 {
		out["meta"] = meta
	}
	return sendJSON(c, st.Rev, value.Append(nil, out))
}

func stateValue(st content.State) value.Object {
	return value.Object{
		"type": st.Type.ID, "id": st.ID, "documentId": st.DocumentID, "locale": localeOf(st.Locale), "rev": st.Rev, "status": st.Status,
		"createdAt": st.CreatedAt, "updatedAt": st.UpdatedAt, "publishedAt": orNull(st.PublishedAt), "updatedBy": orNull(st.Actor),
	}
}

func localeOf(l string) any {
	if l == schema.NoLocale {
		return nil
	}
	return l
}

// act runs one act on an entry. If-Match is wanted: whoever publishes or discards must have seen what, or say "*".
func (s *Server) act(c *fiber.Ctx, do func(t *schema.Type, o content.Write) (content.Saved, error)) error {
	t, in, err := s.managed(c, "locale")
	if err != nil {
		return err
	}
	rev, sent, err := ifMatch(c)
	if err != nil {
		return err
	}
	if !sent && callerOf(c).IsAnonymous() {
		return fault.New(fault.Forbidden, "Forbidden")
	}
	if !sent {
		return fault.New(fault.MatchRequired, "Send the entry's ETag in If-Match")
	}
	o := content.Write{Locale: in["locale"], IfMatch: rev}
	saved, err := do(t, o)
	if err != nil {
		return err
	}
	st, err := s.content.State(c.UserContext(), callerOf(c), t, saved.DocumentID, o.Locale)
	if err != nil {
		return err
	}
	return sendState(c, st, saved)
}

// saveDraft changes fields of a draft. If-Match says what the caller has seen: what others have
// changed since in other fields is merged with it, and is named in the answer; the same field is a
// conflict.
func (s *Server) saveDraft(c *fiber.Ctx) error {
	return s.act(c, func(t *schema.Type, o content.Write) (content.Saved, error) {
		data, err := body(c)
		if err != nil {
			return content.Saved{}, err
		}
		changes, err := strapi.ParseBody(data, t)
		if err != nil {
			return content.Saved{}, err
		}
		o.Draft, o.Merge = true, true
		return s.content.Update(c.UserContext(), callerOf(c), t, c.Params("id"), changes, o)
	})
}

func (s *Server) publish(c *fiber.Ctx) error {
	return s.act(c, func(t *schema.Type, o content.Write) (content.Saved, error) {
		return s.content.Publish(c.UserContext(), callerOf(c), t, c.Params("id"), o)
	})
}

func (s *Server) unpublish(c *fiber.Ctx) error {
	return s.act(c, func(t *schema.Type, o content.Write) (content.Saved, error) {
		return s.content.Unpublish(c.UserContext(), callerOf(c), t, c.Params("id"), o)
	})
}

func (s *Server) discard(c *fiber.Ctx) error {
	return s.act(c, func(t *schema.Type, o content.Write) (content.Saved, error) {
		return s.content.Discard(c.UserContext(), callerOf(c), t, c.Params("id"), o)
	})
}

// whereUsed lists what points to an entry.
func (s *Server) whereUsed(c *fiber.Ctx) error {
	t, _, err := s.managed(c)
	if err != nil {
		return err
	}
	uses, err := s.content.WhereUsed(c.UserContext(), callerOf(c), t, c.Params("id"))
	if err != nil {
		return err
	}
	return sendData(c, 0, usesValue(uses))
}

func usesValue(uses []content.Use) value.List {
	out := make(value.List, len(uses))
	for i, u := range uses {
		out[i] = value.Object{
			"type": u.Type.ID, "id": u.ID, "documentId": u.DocumentID, "locale": localeOf(u.Locale), "title": u.Title,
			"fields": u.Fields, "draft": u.Draft, "published": u.Published,
		}
	}
	return out
}
