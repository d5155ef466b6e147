package api

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/strapi"
	"kontor/pkg/value"
)

// The users of the dialect are Kontor's accounts. Their bodies and answers have no "data" around them.

func (s *Server) signIn(c *fiber.Ctx) error {
	in, err := plainBody(c, "identifier", "password")
	if err != nil {
		return err
	}
	secret, account, err := s.auth.SignIn(c.UserContext(), auth.Credentials{
		Identifier: text(in, "identifier"), Password: text(in, "password"), Address: s.clientAddress(c).String(),
	})
	if err != nil {
		return err
	}
	return sendUser(c, value.Object{"jwt": secret, "user": user(account)})
}

func (s *Server) signOut(c *fiber.Ctx) error {
	if _, err := params(c); err != nil {
		return err
	}
	if err := s.auth.SignOut(c.UserContext(), secretOf(c)); err != nil {
		return err
	}
	return sendUser(c, value.Object{"ok": true})
}

func (s *Server) changePassword(c *fiber.Ctx) error {
	in, err := plainBody(c, "currentPassword", "password", "passwordConfirmation")
	if err != nil {
		return err
	}
	if text(in, "password") != text(in, "passwordConfirmation") {
		return fault.New(fault.Invalid, "Passwords do not match")
	}
	if err := s.auth.ChangePassword(c.UserContext(), secretOf(c), text(in, "currentPassword"), text(in, "password")); err != nil {
		return err
	}
	account, err := s.auth.AccountOf(c.UserContext(), callerOf(c))
	if err != nil {
		return err
	}
	return sendUser(c, value.Object{"jwt": bearerOf(c), "user": user(account)})
}

// closed answers what asks for an account of one's own making: an administrator makes accounts.
func (s *Server) closed(*fiber.Ctx) error {
	return fault.New(fault.Invalid, "Register action is currently disabled")
}

// noMail answers what would need a mail to be sent.
func (s *Server) noMail(*fiber.Ctx) error {
	return fault.New(fault.NotImplemented, "Kontor sends no mail; an administrator sets passwords with kontor user passwd")
}

func (s *Server) me(c *fiber.Ctx) error {
	if _, err := userPage(c, strapi.One); err != nil {
		return err
	}
	account, err := s.auth.AccountOf(c.UserContext(), callerOf(c))
	if err != nil {
		return err
	}
	return sendUser(c, user(account))
}

// administrator is Forbidden for everybody but admins: accounts are theirs.
func administrator(c *fiber.Ctx) error {
	if callerOf(c).Role != auth.Admin {
		return fault.New(fault.Forbidden, "Forbidden")
	}
	return nil
}

// listUsers takes the paging of the dialect; without it the answer has the first page.
func (s *Server) listUsers(c *fiber.Ctx) error {
	if err := administrator(c); err != nil {
		return err
	}
	page, err := userPage(c, strapi.List)
	if err != nil {
		return err
	}
	accounts, _, err := s.auth.Accounts(c.UserContext(), page)
	if err != nil {
		return err
	}
	out := make(value.List, len(accounts))
	for i, a := range accounts {
		out[i] = user(a)
	}
	return sendJSON(c, 0, value.Append(nil, out))
}

// userPage reads the query of a route for users. They are always answered whole, so fields and populate say nothing.
func userPage(c *fiber.Ctx, mode strapi.Mode) (query.Page, error) {
	req, err := strapi.ParseQuery(rawQuery(c), mode)
	if err != nil {
		return query.Page{}, err
	}
	q := req.Query
	switch {
	case q.Filter.Op != query.All || len(q.Sort) > 0 || q.Text != "":
		return query.Page{}, fault.New(fault.Invalid, "Users can't be filtered or sorted")
	case req.StatusSet:
		return query.Page{}, fault.Key("status", "", "query", "status")
	case req.Locale != "":
		return query.Page{}, fault.Key("locale", "", "query", "locale")
	}
	return q.Page, nil
}

func (s *Server) countUsers(c *fiber.Ctx) error {
	if err := administrator(c); err != nil {
		return err
	}
	if _, err := userPage(c, strapi.List); err != nil {
		return err
	}
	_, n, err := s.auth.Accounts(c.UserContext(), query.Page{Limit: 1, Count: true})
	if err != nil {
		return err
	}
	return sendJSON(c, 0, strconv.AppendInt(nil, int64(n), 10))
}

func (s *Server) createUser(c *fiber.Ctx) error {
	if err := administrator(c); err != nil {
		return err
	}
	in, err := plainBody(c, "username", "name", "email", "password", "role", "organisation")
	if err != nil {
		return err
	}
	account, err := s.auth.CreateAccount(c.UserContext(), auth.NewAccount{
		Mail: text(in, "email"), Username: text(in, "username"), DisplayName: text(in, "name"), Role: text(in, "role"),
		Organisation: text(in, "organisation"), Password: text(in, "password"),
	})
	if err != nil {
		return err
	}
	c.Status(fiber.StatusCreated)
	return sendUser(c, user(account))
}

func userID(c *fiber.Ctx) (int64, error) {
	if err := administrator(c); err != nil {
		return 0, err
	}
	id, err := strconv.ParseUint(c.Params("id"), 10, 53)
	if err != nil || id == 0 {
		return 0, fault.New(fault.NotFound, "Not Found")
	}
	return int64(id), nil
}

func (s *Server) getUser(c *fiber.Ctx) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	if _, err := userPage(c, strapi.One); err != nil {
		return err
	}
	account, err := s.auth.Account(c.UserContext(), id)
	if err != nil {
		return err
	}
	return sendUser(c, user(account))
}

func (s *Server) updateUser(c *fiber.Ctx) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	in, err := plainBody(c, "username", "name", "email", "password", "role", "organisation", "blocked")
	if err != nil {
		return err
	}
	ch := auth.AccountChanges{
		Mail: optional(in, "email"), Username: optional(in, "username"), DisplayName: optional(in, "name"), Role: optional(in, "role"),
		Organisation: optional(in, "organisation"), Password: optional(in, "password"),
	}
	if b, ok := in["blocked"].(bool); ok {
		ch.Blocked = &b
	}
	account, err := s.auth.UpdateAccount(c.UserContext(), id, ch)
	if err != nil {
		return err
	}
	return sendUser(c, user(account))
}

func (s *Server) deleteUser(c *fiber.Ctx) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	if _, err := params(c); err != nil {
		return err
	}
	account, err := s.auth.Account(c.UserContext(), id)
	if err != nil {
		return err
	}
	if err := s.auth.DeleteAccount(c.UserContext(), id); err != nil {
		return err
	}
	return sendUser(c, user(account))
}

// plainBody reads an object that has no other names than these; all but "blocked" are texts. The route takes no parameters.
func plainBody(c *fiber.Ctx, names ...string) (value.Object, error) {
	if _, err := params(c); err != nil {
		return nil, err
	}
	in, err := readObject(c)
	if err != nil {
		return nil, err
	}
	var wrong []fault.Field
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if !slices.Contains(names, name) {
			return nil, fault.Key(shorten(name), "", "body", "")
		}
		want, german := "string", "ein Text"
		_, fits := in[name].(string)
		if name == "blocked" {
			want, german = "boolean", "ja oder nein"
			_, fits = in[name].(bool)
		} else if in[name] == nil {
			fits = true
		}
		if !fits {
			wrong = append(wrong, fault.Field{Path: []string{name}, Code: "type", Value: in[name],
				English: name + " must be a `" + want + "` type", German: name + " muss " + german + " sein"})
		}
	}
	return in, fault.Fields(wrong)
}

func text(o value.Object, name string) string { s, _ := o[name].(string); return s }

func optional(o value.Object, name string) *string {
	v, named := o[name]
	if !named {
		return nil
	}
	s, _ := v.(string)
	return &s
}

// user is an account as the dialect shows it, to the account and to administrators. A client of Strapi expects a username, so the
// address stands in for a missing one; name is Kontor's own: what others read.
func user(a auth.Account) value.Object {
	name := a.Username
	if name == "" {
		name = a.Mail
	}
	out := value.Object{
		"id": a.ID, "username": name, "name": orNull(a.DisplayName), "email": a.Mail, "provider": "local", "confirmed": true, "blocked": a.Blocked,
		"createdAt": stamp(a.CreatedAt), "updatedAt": stamp(a.UpdatedAt),
		"role": value.Object{"name": a.Role, "type": a.Role}, "organisation": nil,
	}
	if a.Organisation != "" {
		out["organisation"] = a.Organisation
	}
	return out
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func sendUser(c *fiber.Ctx, o value.Object) error {
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	return sendJSON(c, 0, value.Append(nil, o))
}
