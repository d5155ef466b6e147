package auth

import (
	"context"
	"fmt"
	"strings"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// DefaultOffice is the name of the office that keeps the portal, unless Options name another.
const DefaultOffice = "Redaktion"

// Actor is the author of a change as it was stored with the change: the caller's ID ("" for Kontor itself) and the name it had then.
type Actor struct{ ID, Name string }

// ActorNames returns the names that a caller sees of actors, in their order; "" stays "". An account is called as it is called now,
// or as it was if it is gone. Callers who belong to an organisation see the names of its accounts alone, and the office's for all
// others; the admin role, which manages accounts, sees every name. No name is an e-mail address: revisions of older versions hold
// some, and show "Konto 7" in their place.
func (s *Service) ActorNames(ctx context.Context, viewer Caller, actors []Actor) ([]string, error) {
	accounts, err := s.actorAccounts(ctx, actors)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(actors))
	for i, a := range actors {
		now, exists := accounts[a.ID]
		switch {
		case a == (Actor{}):
		case !seesActor(viewer, now, exists):
			out[i] = s.office
		case exists:
			out[i] = now.Name()
		default:
			out[i] = a.withoutAddress(s.office)
		}
	}
	return out, nil
}

// seesActor tells whether a caller sees the name of an actor; exists tells whether the actor is an account that is there.
func seesActor(viewer Caller, actor Account, exists bool) bool {
	switch {
	case viewer.Role == Admin:
		return true
	case viewer.Role == Public:
		return false
	}
	return viewer.Organisation == "" || exists && viewer.Organisation == actor.Organisation
}

// actorAccounts reads the accounts among actors, by Caller.ID.
func (s *Service) actorAccounts(ctx context.Context, actors []Actor) (map[string]Account, error) {
	seen := map[string]bool{}
	var keys value.List
	for _, a := range actors {
		if k, ok := strings.CutPrefix(a.ID, accountCaller); ok && !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	docs, err := s.store.Find(ctx, accounts, store.Query{Filter: query.Where(store.KeyPath, query.In, keys), Parts: []string{store.Meta}})
	if err != nil {
		return nil, err
	}
	out := make(map[string]Account, len(docs))
	for _, d := range docs {
		a := readRecord(d).Account
		out[accountCaller+key(a.ID)] = a
	}
	return out, nil
}

// withoutAddress returns the stored name, or one made from the ID if that is an e-mail address.
func (a Actor) withoutAddress(office string) string {
	if !strings.Contains(a.Name, "@") {
		return a.Name
	}
	if number, ok := strings.CutPrefix(a.ID, accountCaller); ok {
		return numberedName(number)
	}
	return office
}

// numberedName is the name of an account to which nobody gave one.
func numberedName(number string) string { return fmt.Sprintf("Konto %s", number) }
