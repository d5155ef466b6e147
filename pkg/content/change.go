package content

import (
	"context"
	"slices"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Create makes an entry. It is published at once unless o.Draft; by a caller without the right to publish it becomes a draft.
// A value that is wrong is Invalid and names every wrong field. Conflict if o.Identity names an entry that is there.
func (s *Service) Create(ctx context.Context, c auth.Caller, t *schema.Type, changes Changes, o Write) (Saved, error) {
	if _, err := s.grant(c, auth.Create, t); err != nil {
		return Saved{}, err
	}
	if t.Single {
		return Saved{}, fault.New(fault.Method, "A single type is written with PUT")
	}
	return s.create(ctx, c, t, changes, o)
}

// create makes an entry, under another documentId if it was kept from writing under the first one.
func (s *Service) create(ctx context.Context, c auth.Caller, t *schema.Type, changes Changes, o Write) (saved Saved, err error) {
	for range createAttempts {
		saved, err = s.createOnce(ctx, c, t, changes, o)
		if !fault.Is(err, fault.Conflict) || !o.Identity.isZero() {
			break // of a DocumentID another attempt may have made the entry, which the next look finds
		}
	}
	return saved, err
}

// createAttempts bounds how often a creation is tried again that others have fenced, see
// store.Contest.
const createAttempts = 3

func (s *Service) createOnce(ctx context.Context, c auth.Caller, t *schema.Type, changes Changes, o Write) (Saved, error) {
	if err := s.check(ctx); err != nil {
		return Saved{}, err
	}
	locale, err := s.locale(t, o.Locale)
	if err != nil {
		return Saved{}, err
	}
	w := &write{svc: s, ctx: ctx, caller: c, typ: t, now: s.timestamp(), action: word(o.Action, "create")}
	w.next = &record{typ: t, documentID: store.RandomKey(), locale: locale}
	if !o.Identity.isZero() {
		if err := w.assume(o.Identity); err != nil {
			return Saved{}, err
		}
	}
	if o.DocumentID != "" {
		if err := w.load(o.DocumentID, locale); err != nil {
			return Saved{}, err
		}
		if w.cur != nil {
			return Saved{DocumentID: o.DocumentID, Locale: locale, Rev: w.cur.rev, Published: w.cur.published != nil}, nil
		}
	}
	if err := w.begin(); err != nil {
		return Saved{}, err
	}
	if err := w.change(auth.Create, changes, o); err != nil {
		return Saved{}, err
	}
	return w.commit()
}

// begin gives a record that does not exist yet its facts. Whose it is the first locale of an entry decides, so that nobody takes an entry
// over by adding a locale.
func (w *write) begin() error {
	id, err := w.numericID()
	if err != nil {
		return err
	}
	w.next.meta = value.Object{
		"id": id, "documentId": w.next.documentID, "locale": w.next.locale, "createdAt": w.now,
		"createdBy": nonEmpty(w.caller.ID), "owner": nonEmpty(w.caller.ID), "organisation": nonEmpty(w.caller.Organisation),
	}
	if lead := w.lead(); lead != nil {
		w.next.meta["owner"], w.next.meta["organisation"] = lead.meta["owner"], lead.meta["organisation"]
	}
	return nil
}

// numericID is the entry's id: the one it brings with it, that of its other locales, or a new one.
func (w *write) numericID() (int64, error) {
	if !w.identity.isZero() {
		return w.identity.ID, nil
	}
	for _, r := range w.siblings {
		return integer(r.meta, "id"), nil
	}
	return w.svc.ids.Take(w.ctx, w.typ.ID)
}

// Update merges the fields that changes name into an entry, and publishes it unless o.Draft. A locale that the entry does not have
// yet is added. NotFound if the entry does not exist for this caller, Stale if o.IfMatch names another revision.
func (s *Service) Update(ctx context.Context, c auth.Caller, t *schema.Type, documentID string, changes Changes, o Write) (Saved, error) {
	if _, err := s.grant(c, auth.Update, t); err != nil {
		return Saved{}, err
	}
	o.Action = word(o.Action, "update")
	if o.Merge {
		o.merging = changes
	}
	return s.mutate(ctx, c, t, documentID, o, func(w *write) error {
		if err := w.open(o.IfMatch); err != nil {
			return err
		}
		if w.cur.live() {
			if err := w.permit(auth.Update, w.cur); err != nil {
				return err
			}
		}
		return w.change(auth.Update, changes, o)
	})
}

// open makes the record ready for change: the stored one, or a new locale of an entry that lives in others.
func (w *write) open(ifMatch int64) error {
	if w.cur.live() {
		return w.found()
	}
	lead := w.lead()
	if lead == nil || ifMatch != 0 {
		return fault.New(fault.NotFound, "Not Found")
	}
	if err := w.permit(auth.ReadDraft, lead); err != nil {
		return err
	}
	if err := w.permit(auth.Update, lead); err != nil {
		return err
	}
	meta := w.next.meta // of a tombstone in this locale, if there is one
	if err := w.begin(); err != nil {
		return err
	}
	if w.cur != nil {
		meta["owner"], meta["organisation"] = w.next.meta["owner"], w.next.meta["organisation"]
		w.next.meta = meta
		w.revive()
	}
	w.next.draft = shared(w.typ, lead.draft)
	return nil
}

// withDefaults adds the defaults of a new entry, or of a new locale of one: that has the shared fields, and what is empty there stays so.
func (w *write) withDefaults(changes Changes) (Changes, error) {
	out := w.typ.WithDefaults(changes)
	if w.lead() == nil {
		return out, w.addCallerDefaults(out)
	}
	for _, f := range w.typ.Fields {
		if _, named := changes[f.Name]; !named && !f.Localized {
			delete(out, f.Name)
		}
	}
	return out, nil
}

// addCallerDefaults points relations that say so, and that a new entry does not name, to the organisation
// of the caller's account, if that is there.
func (w *write) addCallerDefaults(changes Changes) error {
	for _, f := range w.typ.Fields {
		if _, named := changes[f.Name]; named || f.DefaultBy != schema.UserOrganisation || w.caller.Organisation == "" {
			continue
		}
		var v any = w.caller.Organisation
		if f.Many {
			v = value.List{v}
		}
		e, err := w.svc.existingOf(w.ctx, w.typ, value.Object{f.Name: v})
		if err != nil {
			return err
		}
		if e.targets[f.Relation.To+"/"+w.caller.Organisation] {
			changes[f.Name] = v
		}
	}
	return nil
}

// revive takes from a tombstone what made it one.
func (w *write) revive() {
	delete(w.next.meta, "deletedAt")
	delete(w.next.meta, "deletedBy")
	delete(w.next.meta, "deletedById")
}

// change merges changes into the draft and publishes it if that is meant and allowed. The action's rules must allow the result.
func (w *write) change(a auth.Action, changes Changes, o Write) error {
	if err := w.mayName(a, changes); err != nil {
		return err
	}
	before := fields(w.typ, w.next.draft)
	linked, wrong, err := w.resolveLinks(changes, before)
	if err != nil {
		return err
	}
	if !w.cur.live() {
		if linked, err = w.withDefaults(linked); err != nil {
			return err
		}
	}
	normal := w.typ.NormaliseWith(before, linked, schema.WriteOptions{NewID: w.itemIDs(), Locale: w.next.locale})
	values := normal.Values
	w.removed = normal.Removed
	wrong = append(wrong, normal.Problems...)
	wrong = append(wrong, w.checkShared(before, values)...)
	noFile, err := w.checkFiles(before, values)
	if err != nil {
		return err
	}
	noLink, err := w.checkFileLinks(before, values)
	if err != nil {
		return err
	}
	wrong = append(append(wrong, noFile...), noLink...)
	w.next.draft = values
	w.followSlug(changes)
	publish, err := w.publishes(o)
	if err != nil {
		return err
	}
	if publish {
		lacks, err := w.unpublishable(wrong)
		if err != nil {
			return err
		}
		wrong = append(wrong, lacks...)
	}
	if err := fault.Fields(wrong); err != nil {
		return err
	}
	w.next.draft = w.next.snapshot(values, w.draftTime(values), "")
	if publish {
		w.setPublished()
	}
	if err := w.outcome(a); err != nil {
		return err
	}
	return w.writable(a, changes, w.next)
}

// draftTime is when the draft last changed.
func (w *write) draftTime(values value.Object) string {
	if w.cur.live() && sameFields(w.typ, w.cur.draft, values) {
		return text(w.cur.draft, "updatedAt")
	}
	return w.now
}

// publishes tells whether the write publishes: as asked, if the caller may publish the entry as it is and as it will be. Of a type
// without drafts a write publishes or is Forbidden.
func (w *write) publishes(o Write) (bool, error) {
	if o.Draft && w.typ.Drafts {
		return false, nil
	}
	next := *w.next
	next.draft = next.snapshot(next.draft, w.now, "")
	may, err := w.permitted(auth.Publish, &next)
	if err == nil && may && w.cur.live() {
		may, err = w.permitted(auth.Publish, w.cur)
	}
	if err == nil && !may && !w.typ.Drafts {
		err = fault.New(fault.Forbidden, "Forbidden")
	}
	return may, err
}

// missing lists what publishing lacks, without what is reported wrong already. An automatic slug will be there.
func (w *write) missing(wrong []fault.Field) []fault.Field {
	slug, _ := slugField(w.typ)
	var out []fault.Field
	for _, p := range w.typ.CheckPublish(w.publishable()) {
		if w.slugBase != "" && slug != nil && p.Path[0] == slug.Name {
			continue
		}
		if !slices.ContainsFunc(wrong, func(q fault.Field) bool { return slices.Equal(p.Path, q.Path) }) {
			out = append(out, p)
		}
	}
	return out
}

// mayName refuses names that do not exist for the caller, before anything is looked up for it: judged by the entry as it is or, of a new
// one, by what its rules could open.
func (w *write) mayName(a auth.Action, changes Changes) error {
	seen := w.cur
	if !seen.live() {
		seen = w.lead()
	}
	if seen != nil {
		return w.writable(a, changes, seen)
	}
	g, err := w.svc.grant(w.caller, a, w.typ)
	if err != nil {
		return err
	}
	r, err := w.svc.grant(w.caller, w.reads(), w.typ)
	if err != nil {
		return err
	}
	return named(w.typ, changes, r.Some, g.Some)
}

// reads is the action by which the caller knows the fields of what it writes.
func (w *write) reads() auth.Action {
	if _, err := w.svc.grant(w.caller, auth.ReadDraft, w.typ); err != nil {
		return auth.Read
	}
	return auth.ReadDraft
}

// writable refuses fields that the caller may not read or write in a record.
func (w *write) writable(a auth.Action, changes Changes, r *record) error {
	reads, err := w.opens(w.reads(), r)
	if err != nil {
		return err
	}
	writes, err := w.opens(a, r)
	if err != nil {
		return err
	}
	return named(w.typ, changes, reads, writes)
}

// named refuses names that do not exist for the caller, and fields that it may read and not write.
func named(t *schema.Type, changes Changes, reads, writes auth.Fields) error {
	names := make([]string, 0, len(changes))
	for name := range changes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if _, ok := t.Field(name); !ok || !reads.Open(name) {
			return fault.Key(name, "", "body", "")
		}
		if !writes.Open(name) {
			return fault.New(fault.Forbidden, "Forbidden").With("key", name)
		}
	}
	return nil
}

func word(given, usual string) string {
	if given == "" {
		return usual
	}
	return given
}
