// Package auth is who is calling and what they may do: accounts, sessions, API tokens, roles and their rules.
//
// A role is data: a list of rules, each of which opens some actions on some entries and fields of some types (see Role). What no rule
// opens is closed. Above the rules stands a ceiling that they can't reach through: a type's public, and the x-access of its fields.
// The admin role alone stands above the ceiling and can't be changed, so that nobody can lock everybody out.
package auth

import (
	"kontor/pkg/schema"
)

// The roles that the code knows by name. Admin has every right; Public is everybody without credentials and is given to nobody. The
// others that are shipped are data like those that an admin adds.
const (
	Admin  = "admin"
	Editor = "editor"
	Public = "public"
)

// Action is what a caller does to entries of a type, or to files.
type Action string

// The actions.
const (
	Read      Action = "read"      // what is published
	ReadDraft Action = "readDraft" // drafts, history, trash; whoever changes an entry needs it too, since changes go to the draft
	Create    Action = "create"
	Update    Action = "update"
	Publish   Action = "publish"
	Unpublish Action = "unpublish"
	Delete    Action = "delete"
	Upload    Action = "upload" // files; has no type
)

// Actions lists the actions on entries, all but Upload.
func Actions() []Action { return []Action{Read, ReadDraft, Create, Update, Publish, Unpublish, Delete} }

// Caller is who makes a request. The zero Caller may do nothing; Anonymous is the public.
type Caller struct {
	ID           string // account or token ID; "" for the public and for Kontor itself
	Name         string // for the history: who did it
	Role         string
	Organisation string   // documentId of the organisation that the account belongs to
	Unlimited    bool     // no rate limit holds
	Preview      *Preview // the draft that is open to this caller, who else is as the public; nil for all others

	showing bool // what the caller reads is for people who only have a preview: fields that x-access keeps from the public stay out

	ownRules bool // only the rules of the caller's own role count, not what everybody reads

	roles *Roles // those in force where the caller was identified; nil: the ones of whoever is asked
}

// Anonymous is a caller without credentials.
func Anonymous() Caller { return Caller{Role: Public} }

// System is Kontor itself at work, for the command line and for repairs: it may do everything.
func System(name string) Caller { return Caller{Name: name, Role: Admin} }

// ByOwnRules is the caller as far as the rules of its own role go: what it reads only because
// everybody does is left out. It links to nothing else, so that a role decides what its entries name.
func (c Caller) ByOwnRules() Caller {
	c.ownRules = true
	return c
}

// IsAnonymous tells whether the caller showed no credentials.
func (c Caller) IsAnonymous() bool { return c.ID == "" && c.Role == Public }

// user gives the value that a rule calls "$user.name"; not ok if the caller has none.
func (c Caller) user(v userValue) (string, bool) {
	switch v {
	case userID:
		return c.ID, c.ID != ""
	case userOrganisation:
		return c.Organisation, c.Organisation != ""
	}
	return "", false
}

// within tells whether a list of x-access lets a role in. The admin role stands above every ceiling, since it can change the ceilings.
func within(roles []string, role string) bool {
	if len(roles) == 0 || role == Admin {
		return true
	}
	for _, r := range roles {
		if r == role {
			return true
		}
	}
	return false
}

// ceiling tells whether a role could at all be allowed an action on a type.
func ceiling(role string, a Action, t *schema.Type) bool {
	return role != Public || a == Read && t.Public
}
