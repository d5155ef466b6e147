package api

import (
	"github.com/gofiber/fiber/v2"

	"kontor/pkg/content"
	"kontor/pkg/value"
)

// listTypes gives the content types to those who work with them, as far as they may see them.
func (s *Server) listTypes(c *fiber.Ctx) error {
	if _, err := params(c); err != nil {
		return err
	}
	views, err := s.content.TypeViews(callerOf(c))
	if err != nil {
		return err
	}
	out := make(value.List, len(views))
	for i, v := range views {
		out[i] = typeObject(v)
	}
	return sendData(c, 0, out)
}

func (s *Server) getType(c *fiber.Ctx) error {
	t, _, err := s.managed(c)
	if err != nil {
		return err
	}
	v, err := s.content.TypeView(callerOf(c), t)
	if err != nil {
		return err
	}
	return sendData(c, 0, typeObject(v))
}

// typeObject is a type with its schema file and what the caller may do: actions by name, and rights with their fields and whether they
// are for every entry.
func typeObject(v content.TypeView) value.Object {
	actions := make(value.List, len(v.Rights))
	rights := value.Object{}
	for i, r := range v.Rights {
		actions[i] = string(r.Action)
		right := value.Object{"every": r.Every}
		if r.Fields != nil {
			right["fields"] = names(r.Fields)
		}
		rights[string(r.Action)] = right
	}
	return value.Object{
		"id": v.Type.ID, "path": "/api/" + v.Type.PathName(), "single": v.Type.Single, "title": v.Type.Title.DE,
		"fields": names(v.Fields), "actions": actions, "rights": rights, "schema": v.Schema,
		"model": typeModel(v),
	}
}

func names(list []string) value.List {
	out := make(value.List, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
