package content

import (
	"cmp"
	"context"
	"slices"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
)

// Trashed is a deleted entry that can be restored.
type Trashed struct {
	ID         int64
	DocumentID string
	Locale     string
	Rev        int64
	Title      string // what its display field held
	DeletedAt  string
	DeletedBy  string // as the caller sees it

	deleter auth.Actor
}

// Delete puts an entry in the trash: in one locale, or in all if o.Locale is empty. Other entries lose their references to it, but
// a relation that restricts refuses with Conflict. What is not there is deleted already: no error.
func (s *Service) Delete(ctx context.Context, c auth.Caller, t *schema.Type, documentID string, o Write) error {
	if _, err := s.grant(c, auth.Delete, t); err != nil {
		return err
	}
	o.Action = word(o.Action, "delete")
	if o.Locale == "*" {
		o.Locale = ""
	}
	locales := []string{o.Locale}
	if o.Locale == "" && t.Localized() {
		// The leading locale goes last, so that an entry that is half deleted still has its shared fields.
		locales = append(append([]string{}, t.Locales[1:]...), t.Locales[0])
	}
	if err := s.release(ctx, c, t, documentID, o); err != nil {
		return err
	}
	for _, l := range locales {
		one := o
		one.Locale = l
		if len(locales) > 1 && l != t.DefaultLocale() {
			one.IfMatch = 0 // If-Match speaks of the entry in its default locale
		}
		_, err := s.mutate(ctx, c, t, documentID, one, func(w *write) error { return w.bury() })
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

var errGone = fault.New(fault.NotFound, "Not Found")

// bury makes the entry a tombstone.
func (w *write) bury() error {
	if !w.cur.live() {
		return errGone
	}
	if w.permit(auth.ReadDraft, w.cur) != nil {
		return errGone
	}
	if err := w.permit(auth.Delete, w.cur); err != nil {
		return err
	}
	w.next.draft, w.next.published = nil, nil
	delete(w.next.meta, "publishedAt")
	delete(w.next.meta, "oldSlugs")
	w.next.meta["deletedAt"] = w.now
	w.next.meta["deletedBy"], w.next.meta["deletedById"] = nonEmpty(w.caller.Name), nonEmpty(w.caller.ID)
	return nil
}

// release checks that nothing holds the entry back and takes it out of what refers to it, if this deletes its last locale.
func (s *Service) release(ctx context.Context, c auth.Caller, t *schema.Type, documentID string, o Write) error {
	w := &write{svc: s, ctx: ctx, caller: c, typ: t}
	locale, err := s.locale(t, o.Locale)
	if err != nil {
		return err
	}
	if err := w.load(documentID, locale); err != nil {
		return err
	}
	if w.cur.live() {
		err := w.matches(o.IfMatch)
		if fault.Is(err, fault.NotFound) {
			return nil // Delete answers as if it were not there
		}
		if err != nil {
			return err
		}
	}
	if o.Locale != "" && w.lead() != nil || !w.cur.live() && w.lead() == nil {
		return nil
	}
	seen := w.cur
	if !seen.live() {
		seen = w.lead()
	}
	if w.permit(auth.ReadDraft, seen) != nil {
		return nil // Delete answers as if it were not there
	}
	if err := w.permit(auth.Delete, seen); err != nil {
		return err
	}
	users, err := s.users(ctx, documentID)
	if err != nil {
		return err
	}
	if err := s.guard(ctx, c, users, documentID); err != nil {
		return err
	}
	// The leading locale first: what it shares goes to the others in the same write.
	slices.SortStableFunc(users, func(a, b *record) int { return cmp.Compare(a.rank(), b.rank()) })
	for _, u := range users {
		if u.documentID == documentID {
			continue
		}
		if err := s.unlink(ctx, u, documentID); err != nil {
			return err
		}
	}
	return nil
}

// lastLive gives the last state of an entry before it was deleted.
func (s *Service) lastLive(ctx context.Context, t *schema.Type, tomb *record) (*record, error) {
	docs, err := s.store.Find(ctx, historyOf(t), store.Query{
		Filter: query.AllOf(query.Where(store.KeyPath, query.StartsWith, tomb.key()+"/"), query.Where("draft.id", query.NotNull, nil)),
		Sort:   []query.Order{{Path: store.KeyPath, Desc: true}}, Limit: 1,
	})
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 {
		return nil, fault.New(fault.NotFound, "Nothing of this entry is kept")
	}
	return s.archived(ctx, t, docs[0])
}

// Trash lists the deleted entries of a type that the caller may read, the last deleted first.
func (s *Service) Trash(ctx context.Context, c auth.Caller, t *schema.Type, page query.Page) (list []Trashed, total int, err error) {
	g, err := s.grant(c, auth.ReadDraft, t)
	if err != nil {
		return nil, 0, err
	}
	if page.Limit < 1 || page.Limit > MaxLimit || page.Offset < 0 {
		return nil, 0, fault.New(fault.Invalid, "A list has windows of 1 to %d entries", MaxLimit)
	}
	b := bin{svc: s, ctx: ctx, caller: c, typ: t}
	read := b.judged
	if g.Filter.Op == query.All {
		read = b.page
	}
	if list, total, err = read(page); err != nil {
		return nil, 0, err
	}
	deleters := make([]auth.Actor, len(list))
	for i, x := range list {
		deleters[i] = x.deleter
	}
	names, err := s.actors(ctx, c, deleters)
	if err != nil {
		return nil, 0, err
	}
	for i := range list {
		list[i].DeletedBy = names[i]
	}
	return list, total, nil
}

// bin is the trash of one type as one caller sees it.
type bin struct {
	svc    *Service
	ctx    context.Context
	caller auth.Caller
	typ    *schema.Type
}

var dead = query.Where("meta.deletedAt", query.NotNull, nil)

// find loads tombstones, the last deleted first.
func (b bin) find(offset, limit int) ([]store.Document, error) {
	return b.svc.store.Find(b.ctx, b.typ.ID, store.Query{
		Filter: dead, Sort: []query.Order{{Path: "meta.deletedAt", Desc: true}}, Offset: offset, Limit: limit, Parts: []string{store.Meta},
	})
}

// page is a window of the whole trash.
func (b bin) page(page query.Page) (list []Trashed, total int, err error) {
	docs, err := b.find(page.Offset, page.Limit)
	if err != nil {
		return nil, 0, err
	}
	if total, err = b.svc.store.Count(b.ctx, b.typ.ID, dead); err != nil {
		return nil, 0, err
	}
	list = make([]Trashed, 0, len(docs))
	for _, d := range docs {
		x, _, err := b.trashed(d)
		if err != nil {
			return nil, 0, err
		}
		list = append(list, x)
	}
	return list, total, nil
}

// judged is a window of what the caller's rules open. Rules speak of what an entry was, which only its history knows, so each
// tombstone is judged by itself.
func (b bin) judged(page query.Page) (list []Trashed, total int, err error) {
	list = []Trashed{}
	const batch = 200
	for offset := 0; ; offset += batch {
		docs, err := b.find(offset, batch)
		if err != nil {
			return nil, 0, err
		}
		for _, d := range docs {
			x, ok, err := b.trashed(d)
			if err != nil {
				return nil, 0, err
			}
			if !ok {
				continue
			}
			if total++; total > page.Offset && len(list) < page.Limit {
				list = append(list, x)
			}
		}
		if len(docs) < batch {
			return list, total, nil
		}
	}
}

// trashed is a tombstone with what it was, as far as the caller may read that; not ok if it may not read it at all.
func (b bin) trashed(d store.Document) (Trashed, bool, error) {
	r := recordOf(b.typ, d)
	x := Trashed{
		ID: integer(r.meta, "id"), DocumentID: r.documentID, Locale: r.locale, Rev: r.rev,
		DeletedAt: text(r.meta, "deletedAt"), deleter: deleterOf(r),
	}
	w := &write{svc: b.svc, ctx: b.ctx, caller: b.caller, typ: b.typ, cur: r}
	last, err := w.lastSeen()
	if err != nil {
		return x, false, err
	}
	ok, err := w.permitted(auth.ReadDraft, last)
	if ok && w.fieldsOf(last).Open(b.typ.Display) {
		x.Title = text(last.draft, b.typ.Display)
	}
	return x, ok, err
}

// Restore takes an entry out of the trash, in one locale, as a draft, save references to what is deleted by then. A slug that another entry holds by now gets a number; any
// other unique value that is taken is Invalid. So is an entry of a type without drafts that can not be public as it is.
func (s *Service) Restore(ctx context.Context, c auth.Caller, t *schema.Type, documentID string, o Write) (Saved, error) {
	if _, err := s.grant(c, auth.Create, t); err != nil {
		return Saved{}, err
	}
	o.Action = word(o.Action, "untrash")
	return s.mutate(ctx, c, t, documentID, o, func(w *write) error {
		if w.cur == nil {
			return fault.New(fault.NotFound, "Not Found")
		}
		if w.cur.live() {
			return fault.New(fault.Conflict, "The entry is not in the trash")
		}
		last, err := s.lastLive(ctx, t, w.cur)
		if err != nil {
			return err
		}
		for _, a := range []auth.Action{auth.ReadDraft, auth.Create} {
			if err := w.permit(a, last); err != nil {
				return err
			}
		}
		if err := w.matches(o.IfMatch); err != nil {
			return err
		}
		if err := fault.Fields(last.unfit); err != nil {
			return err
		}
		values, err := w.stillThere(fields(t, last.draft))
		if err != nil {
			return err
		}
		if lead := w.lead(); lead != nil {
			values = w.withShared(values, lead.draft) // what the other locales came to share meanwhile
		}
		if err := fault.Fields(t.Check(values)); err != nil {
			return err
		}
		w.revive()
		w.next.draft = w.next.snapshot(values, w.now, "")
		if f, ok := slugField(t); ok {
			w.slugBase, _ = values[f.Name].(string)
		}
		if !t.Drafts {
			if err := w.permit(auth.Publish, last); err != nil {
				return err
			}
			if err := w.publish(); err != nil {
				return err
			}
		}
		return w.outcome(auth.Create)
	})
}

// Purge removes a deleted entry and its history for good, in one locale. Conflict if it is not in the trash.
func (s *Service) Purge(ctx context.Context, c auth.Caller, t *schema.Type, documentID string, o Write) error {
	if err := s.check(ctx); err != nil {
		return err
	}
	w, err := s.look(ctx, c, t, documentID, o.Locale)
	if err != nil {
		return err
	}
	if w.cur.live() {
		return fault.New(fault.Conflict, "The entry is not in the trash")
	}
	seen, err := w.lastSeen()
	if err != nil {
		return err
	}
	if err := w.permit(auth.Delete, seen); err != nil {
		return err
	}
	history, err := s.historyOps(ctx, t, w.cur.key())
	if err != nil {
		return err
	}
	// The entry goes first: a deleted one without its history could be neither restored nor purged. Until the rest is gone too, the note
	// tells Sweep of it.
	begun, ended := w.spreadOps()
	begun.Parts[store.Meta]["purged"] = w.cur.key()
	ops := []store.Op{begun}
	if integer(w.cur.meta, wantFact) > 0 {
		ops = append(ops, w.searchNote())
	}
	ops = append(ops, store.Op{Kind: store.Delete, Collection: t.ID, Key: w.cur.key(), Rev: w.cur.rev})
	return s.store.Apply(ctx, append(append(ops, history...), ended))
}

// historyOps delete what is archived of one locale of an entry.
func (s *Service) historyOps(ctx context.Context, t *schema.Type, key string) (ops []store.Op, err error) {
	err = s.store.Scan(ctx, historyOf(t), query.Where(store.KeyPath, query.StartsWith, key+"/"), []string{}, func(d store.Document) error {
		ops = append(ops, store.Op{Kind: store.Delete, Collection: historyOf(t), Key: d.Key})
		return nil
	})
	return ops, err
}

// purged ends a purge that was cut off: it deletes what is archived of an entry, unless that is there (still, or again).
func (s *Service) purged(ctx context.Context, t *schema.Type, key string) error {
	_, err := s.store.Get(ctx, t.ID, key, []string{})
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	ops, err := s.historyOps(ctx, t, key)
	if err != nil || len(ops) == 0 {
		return err
	}
	return s.store.Apply(ctx, ops)
}
