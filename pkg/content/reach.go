package content

import (
	"kontor/pkg/auth"
	"kontor/pkg/schema"
)

// Reach is what a caller can do with the entries of a type, whichever they are. It depends on nothing of the caller but the role.
type Reach struct {
	Type    *schema.Type
	Shown   []string // fields that some entry shows
	Listed  []string // fields that filters and sorts may name
	Created []string // fields that an entry may be made with; nil if none may be made
	Updated []string // fields that may be changed; nil if no entry may be
	Drafts  bool     // whether drafts are read too
	Deletes bool
}

// Reaches lists the types whose entries a caller may read, with what else it can do.
func (s *Service) Reaches(c auth.Caller) []Reach {
	var out []Reach
	for _, t := range s.types.Types() {
		read, err := s.grant(c, auth.Read, t)
		if err != nil {
			continue
		}
		r := Reach{Type: t}
		shown, listed := read.Some, read.Fields
		if draft, err := s.grant(c, auth.ReadDraft, t); err == nil {
			r.Drafts = true
			shown, listed = shown.Join(draft.Some), listed.Join(draft.Fields)
		}
		r.Shown, r.Listed = openNames(t, shown), openNames(t, listed)
		for _, f := range t.Fields { // those that only their own x-access.readIf opens, in some entries
			if shown.Conditional(f.Name) {
				r.Shown = append(r.Shown, f.Name)
			}
		}
		if g, err := s.grant(c, auth.Create, t); err == nil {
			r.Created = openNames(t, g.Some)
		}
		if g, err := s.grant(c, auth.Update, t); err == nil {
			r.Updated = openNames(t, g.Some)
		}
		_, err = s.grant(c, auth.Delete, t)
		r.Deletes = err == nil
		out = append(out, r)
	}
	return out
}
