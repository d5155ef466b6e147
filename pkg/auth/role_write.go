package auth

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// StoredRole is a role with what the store knows of it.
type StoredRole struct {
	Role
	Rev     int64
	Shipped bool   // it came with Kontor and can't be deleted
	Changed bool   // a shipped one that is no longer as it came
	Broken  string // why it opens nothing; "" if it can be read
	Text    string // as stored
}

func storedRole(d store.Document) StoredRole {
	h, m := readRole(d), d.Part(store.Meta)
	came := text(m, "shipped")
	return StoredRole{Role: h.Role, Rev: d.Rev, Shipped: came != "", Changed: came != "" && came != text(m, "role"), Broken: h.broken, Text: text(m, "role")}
}

// Roles gives the roles in force.
func (s *Service) Roles() *Roles { return s.roles }

// ListRoles lists the stored roles by name.
func (s *Service) ListRoles(ctx context.Context) ([]StoredRole, error) {
	docs, err := s.store.Find(ctx, roles, store.Query{Parts: []string{store.Meta}})
	if err != nil {
		return nil, err
	}
	out := make([]StoredRole, len(docs))
	for i, d := range docs {
		out[i] = storedRole(d)
	}
	return out, nil
}

// RoleByName gives a stored role. NotFound if there is none.
func (s *Service) RoleByName(ctx context.Context, name string) (StoredRole, error) {
	if !roleName.MatchString(name) {
		return StoredRole{}, noRole()
	}
	d, err := s.store.Get(ctx, roles, name, []string{store.Meta})
	if fault.Is(err, fault.NotFound) {
		return StoredRole{}, noRole()
	}
	if err != nil {
		return StoredRole{}, err
	}
	return storedRole(d), nil
}

// PutRole stores a role: a new one if rev is 0, else in the place of that revision. The error names everything in it that does not fit
// the types. Conflict if a role of the name is there already or the role is the admin's, which can't be changed; Stale if its revision
// is another one, NotFound if it is gone. From the next request on it is in force in this process, within a second in every other.
func (s *Service) PutRole(ctx context.Context, role Role, rev int64, types *schema.Set) (StoredRole, error) {
	if role.Name == Admin {
		return StoredRole{}, fault.New(fault.Conflict, "The role admin can't be changed")
	}
	if err := fault.Fields(role.Check(types)); err != nil {
		return StoredRole{}, err
	}
	facts := value.Object{"role": role.text(), "at": formatTime(s.now())}
	op := store.Op{Kind: store.Replace, Collection: roles, Key: role.Name, Rev: rev, Set: facts}
	if rev == 0 {
		op = store.Op{Kind: store.Insert, Collection: roles, Key: role.Name, Parts: metaPart(facts)}
	}
	err := s.store.Apply(ctx, []store.Op{op})
	if isConflict(err) {
		return StoredRole{}, s.roleConflict(ctx, role.Name, rev)
	}
	if err != nil {
		return StoredRole{}, err
	}
	if err := s.roles.refresh(ctx); err != nil {
		return StoredRole{}, err
	}
	return s.RoleByName(ctx, role.Name)
}

// roleConflict says why a conditional write of a role failed.
func (s *Service) roleConflict(ctx context.Context, name string, rev int64) error {
	now, err := s.RoleByName(ctx, name)
	switch {
	case err != nil:
		return err
	case rev == 0:
		return fault.New(fault.Conflict, "There is a role %s already", name)
	}
	return fault.New(fault.Stale, "Somebody changed this role meanwhile").With("rev", now.Rev).With("etag", fmt.Sprintf(`"%d"`, now.Rev))
}

// DeleteRole removes a role that nobody has. Conflict if it came with Kontor, or accounts or tokens have it; Stale if rev is not 0 and
// not its revision. An account that is given the role at the same moment may do nothing.
func (s *Service) DeleteRole(ctx context.Context, name string, rev int64) error {
	r, err := s.RoleByName(ctx, name)
	if err != nil {
		return err
	}
	if r.Shipped {
		return fault.New(fault.Conflict, "The role %s came with Kontor and can't be deleted", name)
	}
	if rev != 0 && rev != r.Rev {
		return s.roleConflict(ctx, name, rev)
	}
	for _, collection := range []string{accounts, tokens} {
		n, err := s.store.Count(ctx, collection, query.Where("meta.role", query.Eq, name))
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Conflict, "%d %s have the role %s", n, strings.TrimPrefix(collection, "_"), name).With("count", n)
		}
	}
	err = s.store.Apply(ctx, []store.Op{{Kind: store.Delete, Collection: roles, Key: name, Rev: r.Rev}})
	if isConflict(err) {
		return s.roleConflict(ctx, name, r.Rev)
	}
	if err != nil {
		return err
	}
	return s.roles.refresh(ctx)
}

// checkRole refuses a role that is not stored, and Public too: that is what everybody has without credentials.
func (s *Service) checkRole(ctx context.Context, role string) (*fault.Field, error) {
	if role == "" {
		return required("role"), nil
	}
	list, err := s.ListRoles(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, r := range list {
		if r.Name != Public {
			names = append(names, r.Name)
		}
	}
	if slices.Contains(names, role) {
		return nil, nil
	}
	return wrong("role", "enum", "role must be "+oneOf(names, " or "), "Die Rolle muss "+oneOf(names, " oder ")+" sein"), nil
}

func oneOf(names []string, or string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + or + names[len(names)-1]
}

func noRole() error { return fault.New(fault.NotFound, "There is no such role") }
