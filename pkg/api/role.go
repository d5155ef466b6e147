package api

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/strapi"
	"kontor/pkg/value"
)

// listRoles gives every stored role to admins.
func (s *Server) listRoles(c *fiber.Ctx) error {
	if err := administrator(c); err != nil {
		return err
	}
	if _, err := params(c); err != nil {
		return err
	}
	list, err := s.auth.ListRoles(c.UserContext())
	if err != nil {
		return err
	}
	out := make(value.List, len(list))
	for i, r := range list {
		out[i] = s.roleObject(r)
	}
	return sendData(c, 0, out)
}

func (s *Server) getRole(c *fiber.Ctx) error {
	if err := administrator(c); err != nil {
		return err
	}
	if _, err := params(c); err != nil {
		return err
	}
	r, err := s.auth.RoleByName(c.UserContext(), c.Params("name"))
	if err != nil {
		return err
	}
	return sendData(c, r.Rev, s.roleObject(r))
}

// putRole makes a role or, with If-Match, changes one.
func (s *Server) putRole(c *fiber.Ctx) error {
	if err := administrator(c); err != nil {
		return err
	}
	if _, err := params(c); err != nil {
		return err
	}
	rev, sent, err := ifMatch(c)
	if err != nil {
		return err
	}
	data, err := body(c)
	if err != nil {
		return err
	}
	role, err := roleOf(data, c.Params("name"))
	if err != nil {
		return err
	}
	now, err := s.auth.RoleByName(c.UserContext(), role.Name)
	exists := err == nil
	switch {
	case err != nil && !fault.Is(err, fault.NotFound):
		return err
	case exists && !sent:
		return fault.New(fault.MatchRequired, "Send the role's ETag in If-Match")
	case !exists && sent:
		return fault.New(fault.Stale, "There is no such role")
	case exists && rev == 0:
		rev = now.Rev
	}
	saved, err := s.auth.PutRole(c.UserContext(), role, rev, s.content.Types())
	if err != nil {
		return err
	}
	if !exists {
		c.Status(fiber.StatusCreated)
	}
	return sendData(c, saved.Rev, s.roleObject(saved))
}

// roleOf reads a role from a body; its name is that of the path.
func roleOf(data []byte, name string) (auth.Role, error) {
	in, err := strapi.ParsePlain(data)
	if err != nil {
		return auth.Role{}, err
	}
	if given, ok := in["name"]; ok && given != any(name) {
		return auth.Role{}, fault.New(fault.Invalid, "The role's name is that of the path")
	}
	in["name"] = name
	return auth.ParseRole(value.Append(nil, in))
}

func (s *Server) deleteRole(c *fiber.Ctx) error {
	if err := administrator(c); err != nil {
		return err
	}
	if _, err := params(c); err != nil {
		return err
	}
	rev, sent, err := ifMatch(c)
	if err != nil {
		return err
	}
	if !sent {
		return fault.New(fault.MatchRequired, "Send the role's ETag in If-Match")
	}
	if err := s.auth.DeleteRole(c.UserContext(), c.Params("name"), rev); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// roleObject is a stored role; its problems are rules that do not fit the types any more, which open nothing.
func (s *Server) roleObject(r auth.StoredRole) value.Object {
	out := r.Object()
	problems := value.List{}
	for _, f := range r.Check(s.content.Types()) {
		problems = append(problems, f.English)
	}
	out["problems"] = problems
	out["rev"], out["shipped"], out["changed"], out["broken"] = r.Rev, r.Shipped, r.Changed, orNull(r.Broken)
	return out
}

// explain says to admins why somebody may do something with an entry, or not.
func (s *Server) explain(c *fiber.Ctx) error {
	if err := administrator(c); err != nil {
		return err
	}
	in, err := params(c, "as", "type", "id", "action", "locale")
	if err != nil {
		return err
	}
	t, ok := s.content.Types().Type(in["type"])
	if !ok {
		return fault.New(fault.Invalid, "There is no type %q", shorten(in["type"])).With("param", "type")
	}
	a := auth.Read
	if in["action"] != "" {
		a = auth.Action(in["action"])
	}
	if !slices.Contains(auth.Actions(), a) {
		return fault.New(fault.Invalid, "There is no action %q", shorten(in["action"])).With("param", "action")
	}
	caller, err := s.auth.CallerNamed(c.UserContext(), in["as"])
	if err != nil {
		return err
	}
	x, err := s.content.Explain(c.UserContext(), caller, a, t, in["id"], in["locale"])
	if err != nil {
		return err
	}
	return sendData(c, 0, x.Object())
}
