// Package auth is who is calling and what they may do: accounts, sessions, API tokens, roles.
package auth

import (
	"slices"

	"kontor/pkg/query"
	"kontor/pkg/schema"
)

// The roles that Kontor ships. Admin and editor are given to accounts and tokens; public is everybody without credentials.
const (
	Admin  = "admin"
	Editor = "editor"
	Public = "public"
)

// Action is what a caller does to entries of a type.
type Action string

// The actions.
const (
	Read      Action = "read"      // what is published
	ReadDraft Action = "readDraft" // drafts, history, trash
	Create    Action = "create"
	Update    Action = "update"
	Publish   Action = "publish"
	Unpublish Action = "unpublish"
	Delete    Action = "delete"
)

// Caller is who makes a request. The zero Caller may do nothing; Anonymous is the public.
type Caller struct {
	ID           string // account or token ID; "" for the public and for Kontor itself
	Name         string // for the history: who did it
	Role         string
	Organisation string // documentId of the organisation that the account belongs to
	Unlimited    bool   // no rate limit holds
}

// Anonymous is a caller without credentials.
func Anonymous() Caller { return Caller{Role: Public} }

// System is Kontor itself at work, for the command line and for repairs: it may do everything.
func System(name string) Caller { return Caller{Name: name, Role: Admin} }

// IsAnonymous tells whether the caller showed no credentials.
func (c Caller) IsAnonymous() bool { return c.ID == "" && c.Role == Public }

// Grant is what a caller may do with the entries of one type: the entries that Filter hits, and of these the fields that the
// type's x-access leaves to the caller's role.
type Grant struct {
	Filter query.Filter // paths are field names and "meta.…"; the zero Filter: every entry
}

// May tells whether the caller may do the action on the type at all, and on which entries.
func (c Caller) May(a Action, t *schema.Type) (Grant, bool) {
	switch c.Role {
	case Admin, Editor:
		return Grant{}, true
	case Public:
		return Grant{}, a == Read && t.Public
	}
	return Grant{}, false
}

// Reads tells whether the caller's role may read the field wherever it stands, so also filter and sort by it.
func (c Caller) Reads(f *schema.Field) bool { return allows(f.Access.Read, c.Role) }

// Writes tells whether the caller's role may write the field.
func (c Caller) Writes(f *schema.Field) bool {
	return allows(f.Access.Write, c.Role) && c.Reads(f)
}

// allows: the admin role stands above every ceiling, since it can change the ceilings.
func allows(roles []string, role string) bool {
	return len(roles) == 0 || role == Admin || slices.Contains(roles, role)
}
