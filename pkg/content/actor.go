package content

import (
	"context"
	"strings"

	"kontor/pkg/auth"
)

// actorOf returns the author of the change that brought a record into its state.
func actorOf(r *record) auth.Actor {
	return auth.Actor{ID: text(r.meta, "actorId"), Name: text(r.meta, "actor")}
}

// deleterOf returns the author of a deletion. Entries that older versions deleted hold the name alone; unless the tombstone was
// changed since, its last actor is the same.
func deleterOf(r *record) auth.Actor {
	a := auth.Actor{ID: text(r.meta, "deletedById"), Name: text(r.meta, "deletedBy")}
	if last := actorOf(r); a.ID == "" && last.Name == a.Name {
		a.ID = last.ID
	}
	return a
}

// actor returns the name that a caller sees of one actor.
func (s *Service) actor(ctx context.Context, c auth.Caller, a auth.Actor) (string, error) {
	names, err := s.actors(ctx, c, []auth.Actor{a})
	if err != nil {
		return "", err
	}
	return names[0], nil
}

// plainNames stands in for the accounts where a service has none: it returns the stored names, all but e-mail addresses.
func plainNames(_ context.Context, _ auth.Caller, actors []auth.Actor) ([]string, error) {
	out := make([]string, len(actors))
	for i, a := range actors {
		if !strings.Contains(a.Name, "@") {
			out[i] = a.Name
		}
	}
	return out, nil
}
