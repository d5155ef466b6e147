package api

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/content"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

func (s *Server) history(c *fiber.Ctx) error {
	t, in, err := s.managed(c, "locale")
	if err != nil {
		return err
	}
	versions, err := s.content.History(c.UserContext(), callerOf(c), t, c.Params("id"), in["locale"])
	if err != nil {
		return err
	}
	out := make(value.List, len(versions))
	for i, v := range versions {
		out[i] = versionObject(v)
	}
	return sendData(c, 0, out)
}

func versionObject(v content.Version) value.Object {
	return value.Object{
		"rev": v.Rev, "at": v.At, "action": v.Action, "actor": orNull(v.Actor), "published": v.Published, "deleted": v.Deleted,
	}
}

func (s *Server) version(c *fiber.Ctx) error {
	t, in, err := s.managed(c, "locale")
	if err != nil {
		return err
	}
	rev, err := revision(c.Params("rev"), "rev")
	if err != nil {
		return err
	}
	v, err := s.content.Version(c.UserContext(), callerOf(c), t, c.Params("id"), in["locale"], rev)
	if err != nil {
		return err
	}
	out := versionObject(v)
	out["values"] = objectTree(t.Fields, v.Values)
	return sendData(c, 0, out)
}

func (s *Server) compareVersions(c *fiber.Ctx) error {
	t, in, err := s.managed(c, "locale", "from", "to")
	if err != nil {
		return err
	}
	from, err := revision(in["from"], "from")
	if err != nil {
		return err
	}
	to, err := revision(in["to"], "to")
	if err != nil {
		return err
	}
	changes, err := s.content.Compare(c.UserContext(), callerOf(c), t, c.Params("id"), in["locale"], from, to)
	if err != nil {
		return err
	}
	out := make(value.List, len(changes))
	for i, ch := range changes {
		f, _ := t.Field(ch.Field)
		out[i] = value.Object{"field": ch.Field, "from": tree(f, ch.From), "to": tree(f, ch.To)}
	}
	return sendData(c, 0, out)
}

// restoreVersion makes the draft of an earlier version the draft again.
func (s *Server) restoreVersion(c *fiber.Ctx) error {
	rev, err := revision(c.Params("rev"), "rev")
	if err != nil {
		return err
	}
	return s.act(c, func(t *schema.Type, o content.Write) (content.Saved, error) {
		return s.content.RestoreVersion(c.UserContext(), callerOf(c), t, c.Params("id"), rev, o)
	})
}

// tree unpacks the text of JSON fields, which a version has as they are stored, also inside objects.
func tree(f *schema.Field, v any) any {
	switch x := v.(type) {
	case json.RawMessage:
		return unpack(string(x))
	case string:
		if f.Kind == schema.JSON {
			return unpack(x)
		}
	case value.Object:
		if f.Kind == schema.Object {
			return objectTree(f.Fields, x)
		}
	case value.List:
		out := make(value.List, len(x))
		for i, e := range x {
			out[i] = tree(f, e)
		}
		return out
	}
	return v
}

func objectTree(fields []*schema.Field, o value.Object) value.Object {
	out := make(value.Object, len(o))
	for name, v := range o {
		out[name] = v
	}
	for _, f := range fields {
		if v, ok := o[f.Name]; ok {
			out[f.Name] = tree(f, v)
		}
	}
	return out
}

func unpack(text string) any {
	out, err := value.Decode([]byte(text))
	if err != nil {
		return text
	}
	return out
}
