package content

import (
	"context"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
)

// The states of an entry.
const (
	StatusDraft     = "draft"     // nothing is published
	StatusModified  = "modified"  // the draft holds what is not published
	StatusPublished = "published" // draft and published are the same
)

// State is where an entry stands.
type State struct {
	Type        *schema.Type
	ID          int64
	DocumentID  string
	Locale      string
	Rev         int64
	Status      string
	CreatedAt   string
	UpdatedAt   string
	PublishedAt string // "" if nothing is published
	Actor       string // of the last change, as the caller sees it
}

// State tells where an entry stands. NotFound if it does not exist for this caller.
func (s *Service) State(ctx context.Context, c auth.Caller, t *schema.Type, documentID, locale string) (State, error) {
	w, err := s.look(ctx, c, t, documentID, locale)
	if err != nil {
		return State{}, err
	}
	if !w.cur.live() {
		return State{}, fault.New(fault.NotFound, "Not Found")
	}
	actor, err := s.actor(ctx, c, actorOf(w.cur))
	if err != nil {
		return State{}, err
	}
	return stateOf(w.cur, actor), nil
}

// stateOf tells where a stored entry stands. Actor is the name of who changed it last, as the caller sees it.
func stateOf(r *record, actor string) State {
	st := State{
		Type: r.typ, ID: integer(r.meta, "id"), DocumentID: r.documentID, Locale: r.locale, Rev: r.rev, Status: StatusDraft,
		CreatedAt: text(r.meta, "createdAt"), UpdatedAt: text(r.draft, "updatedAt"),
		PublishedAt: text(r.published, "publishedAt"), Actor: actor,
	}
	switch {
	case r.published != nil && r.modified():
		st.Status = StatusModified
	case r.published != nil:
		st.Status = StatusPublished
	}
	return st
}
