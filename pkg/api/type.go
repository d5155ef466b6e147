package api

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// listTypes gives the content types to those who work with them, as far as they may see them.
func (s *Server) listTypes(c *fiber.Ctx) error {
	if _, err := params(c); err != nil {
		return err
	}
	var out value.List
	for _, t := range s.content.Types().Types() {
		if _, may := callerOf(c).May(auth.ReadDraft, t); may {
			out = append(out, typeObject(callerOf(c), t))
		}
	}
	if out == nil {
		return fault.New(fault.Forbidden, "Forbidden")
	}
	return sendData(c, 0, out)
}

func (s *Server) getType(c *fiber.Ctx) error {
	t, _, err := s.managed(c)
	if err != nil {
		return err
	}
	if _, may := callerOf(c).May(auth.ReadDraft, t); !may {
		return fault.New(fault.Forbidden, "Forbidden")
	}
	return sendData(c, 0, typeObject(callerOf(c), t))
}

// typeObject is a type with its schema file, without the fields that the caller may not read, and what the caller may do.
func typeObject(c auth.Caller, t *schema.Type) value.Object {
	file, _ := value.Decode(t.Raw)
	doc, _ := file.(value.Object)
	var actions value.List
	for _, a := range []auth.Action{auth.Read, auth.ReadDraft, auth.Create, auth.Update, auth.Publish, auth.Unpublish, auth.Delete} {
		if _, may := c.May(a, t); may {
			actions = append(actions, string(a))
		}
	}
	return value.Object{
		"id": t.ID, "path": "/api/" + t.PathName(), "single": t.Single, "title": t.Title.DE,
		"fields": readable(c, t.Fields, doc), "actions": actions, "schema": doc,
	}
}

// readable gives the names of the fields that the caller may read and takes the others out of the schema.
func readable(c auth.Caller, fields []*schema.Field, doc value.Object) value.List {
	props, _ := doc["properties"].(value.Object)
	var names value.List
	for _, f := range fields {
		if !c.Reads(f) {
			delete(props, f.Name)
			continue
		}
		names = append(names, f.Name)
		if inner, ok := props[f.Name].(value.Object); ok && f.Kind == schema.Object {
			if items, ok := inner["items"].(value.Object); ok {
				inner = items
			}
			readable(c, f.Fields, inner)
		}
	}
	if required, ok := doc["required"].(value.List); ok {
		doc["required"] = slices.DeleteFunc(required, func(name any) bool { _, ok := props[name.(string)]; return !ok })
	}
	return names
}
