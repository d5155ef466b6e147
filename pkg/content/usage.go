package content

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Use is a place where an entry is used: another entry that points to it by a relation or a link in its text.
type Use struct {
	Type       *schema.Type
	ID         int64
	DocumentID string
	Locale     string
	Title      string
	Fields     []string // in the draft or in what is published; dotted within objects
	Draft      bool     // the draft points to it
	Published  bool     // what is published points to it
}

// maxUses bounds what one answer lists.
const maxUses = 1000

// WhereUsed lists the entries that point to an entry, as far as the caller may read them. NotFound if the entry itself does not
// exist for the caller.
func (s *Service) WhereUsed(ctx context.Context, c auth.Caller, t *schema.Type, documentID string) ([]Use, error) {
	if err := s.exists(ctx, c, t, documentID); err != nil {
		return nil, err
	}
	return s.uses(ctx, c, documentID)
}

// uses lists the entries that point to one of the ids, as far as the caller may read them.
func (s *Service) uses(ctx context.Context, c auth.Caller, ids ...string) ([]Use, error) {
	users, err := s.users(ctx, ids...)
	if err != nil {
		return nil, err
	}
	out := []Use{}
	for _, r := range users {
		w := &write{svc: s, ctx: ctx, caller: c, typ: r.typ}
		if ok, err := w.permitted(auth.ReadDraft, r); err != nil || !ok {
			if err != nil {
				return nil, err
			}
			continue
		}
		u := useOf(w.fieldsOf(r), r, ids...)
		if len(u.Fields) > 0 && len(out) < maxUses {
			out = append(out, u)
		}
	}
	return out, nil
}

// exists is NotFound unless some locale of the entry is there for a caller who may read drafts.
func (s *Service) exists(ctx context.Context, c auth.Caller, t *schema.Type, documentID string) error {
	if _, err := s.grant(c, auth.ReadDraft, t); err != nil {
		return err
	}
	w := &write{svc: s, ctx: ctx, caller: c, typ: t}
	if err := w.load(documentID, ""); err != nil {
		return err
	}
	lead := w.lead()
	if lead == nil {
		return fault.New(fault.NotFound, "Not Found")
	}
	return w.permit(auth.ReadDraft, lead)
}

// users loads every entry that points to one of the ids.
func (s *Service) users(ctx context.Context, ids ...string) ([]*record, error) {
	list := make(value.List, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	var out []*record
	for _, t := range s.types.Types() {
		docs, err := s.store.Find(ctx, t.ID, store.Query{
			Filter: query.Where("meta.refs", query.In, list),
			Parts:  []string{store.Meta, store.Draft, store.Published},
		})
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			out = append(out, recordOf(t, d))
		}
	}
	return out, nil
}

func useOf(open auth.Fields, r *record, ids ...string) Use {
	u := Use{Type: r.typ, ID: integer(r.meta, "id"), DocumentID: r.documentID, Locale: r.locale}
	if open.Open(r.typ.Display) {
		u.Title = text(r.draft, r.typ.Display)
	}
	note := func(snapshot value.Object) (found bool) {
		for _, ref := range refs(r.typ, snapshot) {
			name, _, _ := strings.Cut(ref.Field, ".")
			if _, ok := r.typ.Field(name); !slices.Contains(ids, ref.DocumentID) || !ok || !open.Open(name) {
				continue
			}
			found = true
			if !slices.Contains(u.Fields, ref.Field) {
				u.Fields = append(u.Fields, ref.Field)
			}
		}
		return found
	}
	u.Draft, u.Published = note(r.draft), note(r.published)
	return u
}

func refs(t *schema.Type, snapshot value.Object) []schema.Ref {
	if snapshot == nil {
		return nil
	}
	return t.Refs(snapshot)
}

// guard refuses a deletion that a restricting relation forbids.
func (s *Service) guard(ctx context.Context, c auth.Caller, users []*record, documentID string) error {
	users = slices.DeleteFunc(slices.Clone(users), func(r *record) bool { return r.documentID == documentID || !restricts(r, documentID) })
	if len(users) == 0 {
		return nil
	}
	return s.usedError(ctx, c, "entry", users, documentID)
}

// usedError is the Conflict of a deletion that users forbid. It names and counts those that the caller reads,
// and says of others only that there are some.
func (s *Service) usedError(ctx context.Context, c auth.Caller, what string, users []*record, ids ...string) error {
	var named []map[string]any
	count := 0
	for _, r := range users {
		reader := &write{svc: s, ctx: ctx, caller: c, typ: r.typ}
		if reader.permit(auth.ReadDraft, r) != nil {
			continue
		}
		if count++; len(named) < 10 {
			u := useOf(reader.fieldsOf(r), r, ids...)
			named = append(named, map[string]any{"type": r.typ.ID, "documentId": u.DocumentID, "locale": u.Locale, "title": u.Title})
		}
	}
	by := fmt.Sprintf("%d others", count)
	switch {
	case count == 0:
		by = "others that you do not see"
	case count < len(users):
		by += " and some that you do not see"
	}
	return fault.New(fault.Conflict, "The %s is used by %s", what, by).With("usedBy", named).With("count", count)
}

// restricts tells whether an entry keeps another from being deleted: by a relation that says so, or because what is published of it
// would be incomplete without.
func restricts(r *record, documentID string) bool {
	if r.published != nil {
		rest := without(r.typ.Fields, r.published, relationTo(documentID))
		if len(r.typ.CheckPublish(rest)) > len(r.typ.CheckPublish(r.published)) {
			return true
		}
	}
	for _, snapshot := range []value.Object{r.draft, r.published} {
		for _, ref := range refs(r.typ, snapshot) {
			if ref.DocumentID == documentID && ref.Restrict {
				return true
			}
		}
	}
	return false
}

// unlink takes a documentId out of the relations of one entry, in its draft and in what is published. Links in texts stay: the
// public sees the text as it was written.
func (s *Service) unlink(ctx context.Context, r *record, documentID string) error {
	o := Write{Locale: r.locale, Action: "unlink"}
	if !r.typ.Localized() {
		o.Locale = ""
	}
	_, err := s.mutate(ctx, auth.System("kontor"), r.typ, r.documentID, o, func(w *write) error {
		if !w.cur.live() {
			return errGone
		}
		w.next.draft = w.unlinked(w.cur.draft, documentID)
		w.next.published = w.unlinked(w.cur.published, documentID)
		return nil
	})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// unlinked is a snapshot without relations to a documentId; the same one if it has none.
func (w *write) unlinked(snapshot value.Object, documentID string) value.Object {
	rest := without(w.typ.Fields, snapshot, relationTo(documentID))
	if snapshot == nil || sameFields(w.typ, snapshot, rest) {
		return snapshot
	}
	rest["updatedAt"] = w.now
	return rest
}
