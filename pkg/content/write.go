package content

import (
	"context"
	"errors"
	"slices"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// write is one change of an entry in the making: it reads the entry, decides what it becomes, and applies that as one list of ops
// which holds at every prefix: claims first, then the archived version, the entry, its other locales, and last what is let go. What
// dies between the entry and its other locales is noted before and mended by Sweep.
type write struct {
	svc    *Service
	ctx    context.Context
	caller auth.Caller
	typ    *schema.Type
	now    string
	action string

	merging  Changes  // with Write.Merge: what is written; nil without
	merged   []string // see Saved
	identity Identity // which the new entry brings with it; zero if it does not

	cur      *record   // as stored; nil if this locale does not exist yet
	next     *record   // as it will be
	siblings []*record // the entry's other locales as stored
	copies   []*record // siblings as they will be, where shared fields change
	slugBase string    // what an automatic slug starts with; "" if the slug is not automatic
	slugKept string    // the automatic slug that the draft has already, which is tried first

	publishing bool             // this write makes the draft public
	removed    []schema.Removal // markup that rich texts lost
	bare       []fault.Field    // images without alternative text in fields that warn of them
	taken      map[string]int64 // claims that are there and free for this entry, by key: the revision to take over
	without    map[string]bool  // claims that the draft does without, by key
	mark       string           // see name
	made       map[string]bool  // claims that this write may have made, by key
	fences     map[string]int64 // the keys under which there is no entry and a fence, with its revision
	perhaps    bool             // the entry may have been written by a step of a write that failed
}

// load reads the entry in all its locales.
func (w *write) load(documentID, locale string) error {
	docs, err := w.svc.store.Find(w.ctx, w.typ.ID, store.Query{
		Filter: variants(w.typ, documentID), Parts: []string{store.Meta, store.Draft, store.Published},
	})
	if err != nil {
		return err
	}
	w.next = &record{typ: w.typ, documentID: documentID, locale: locale}
	for _, d := range docs {
		r := recordOf(w.typ, d)
		switch {
		case store.IsFence(d):
			if w.fences == nil {
				w.fences = map[string]int64{}
			}
			w.fences[d.Key] = d.Rev
			if r.locale == locale {
				w.next.rev = d.Rev
			}
		case r.locale == locale:
			w.cur = r
			w.next = r.copy()
		default:
			w.siblings = append(w.siblings, r)
		}
	}
	return nil
}

// copy is a record that can be changed; snapshots are replaced as a whole, never changed in place.
func (r *record) copy() *record {
	c := *r
	c.meta = make(value.Object, len(r.meta)+4)
	for k, v := range r.meta {
		c.meta[k] = v
	}
	return &c
}

// live tells whether the record is an entry and not a tombstone.
func (r *record) live() bool { return r != nil && r.draft != nil }

// found is NotFound if this locale of the entry is not there for the caller.
func (w *write) found() error {
	if !w.cur.live() {
		return fault.New(fault.NotFound, "Not Found")
	}
	return w.permit(auth.ReadDraft, w.cur)
}

// permit tells whether the caller may do the action on this record: NotFound if it may not even read it.
func (w *write) permit(a auth.Action, r *record) error {
	ok, err := w.may(a, r, store.Draft)
	if ok || err != nil {
		return err
	}
	if a == auth.ReadDraft {
		return fault.New(fault.NotFound, "Not Found")
	}
	return fault.New(fault.Forbidden, "Forbidden")
}

// may tells whether a part of this record is among those on which the caller may do the action. Forbidden if none is.
func (w *write) may(a auth.Action, r *record, part string) (bool, error) {
	g, err := w.svc.grant(w.caller, a, w.typ)
	if err != nil || g.Filter.Op == query.All {
		return err == nil, err
	}
	return w.judge(r, part).hits(w.typ, g.Filter, r.document(part))
}

// permitted tells whether the caller may do the action, also where it may do it on no entry at all.
func (w *write) permitted(a auth.Action, r *record) (bool, error) {
	ok, err := w.may(a, r, store.Draft)
	if fault.Is(err, fault.Forbidden) {
		return false, nil
	}
	return ok, err
}

// outcome tells whether the caller may bring the record into the state in which it will be: the action's rules must hit that too, and
// who may not read it may not write it.
func (w *write) outcome(a auth.Action) error {
	if err := w.permit(a, w.next); err != nil {
		return err
	}
	read, part := auth.ReadDraft, store.Draft
	if w.publishing {
		read, part = auth.Read, store.Published
	}
	ok, err := w.may(read, w.next, part)
	if err == nil && !ok {
		err = fault.New(fault.Forbidden, "Forbidden")
	}
	return err
}

// unchanged tells whether the write would leave everything as it is.
func (w *write) unchanged() bool {
	if w.cur == nil || len(w.copies) > 0 || w.cur.live() != w.next.live() {
		return false
	}
	return sameFields(w.typ, w.cur.draft, w.next.draft) && sameFields(w.typ, w.cur.published, w.next.published) &&
		len(changedMeta(w.cur.meta, w.next.meta)) == 0
}

// commit writes w.next. A Conflict means that somebody else wrote first.
func (w *write) commit() (Saved, error) {
	saved, err := w.try()
	if err != nil {
		w.giveUp()
		return saved, err
	}
	return w.warned(saved), nil
}

// warned adds the warnings about what the write has made public.
func (w *write) warned(saved Saved) Saved {
	if w.publishing {
		saved.Warnings = w.bare
	}
	relations, err := w.warnings()
	if saved.Warnings = append(saved.Warnings, relations...); err != nil { // it is written all the same
		w.svc.log.Warn("a published entry was not checked for relations to drafts", "entry", w.typ.ID+" "+w.next.key(), "error", err)
	}
	return saved
}

func (w *write) try() (Saved, error) {
	saved := w.saved(0)
	suffix := 1
	for attempt := range 4 * maxAttempts { // a try is lost to each slug that is taken, and to writers of this same entry
		w.settle(suffix)
		if w.unchanged() {
			saved.Rev = w.cur.rev
			return saved, nil
		}
		if attempt == 0 {
			if err := w.expectClaims(); err != nil {
				return saved, err
			}
		}
		ops, wanted, err := w.ops()
		if err != nil {
			return saved, err
		}
		released, err := w.released()
		if err != nil {
			return saved, err
		}
		err = w.svc.store.Apply(w.ctx, ops)
		var failed *store.OpError
		switch {
		case err == nil:
			w.release(released)
			saved.Rev = w.next.rev + 1
			return saved, nil
		case !errors.As(err, &failed):
			w.perhaps = true
			return saved, err
		}
		w.perhaps = failed.Index > w.step(ops)
		w.note(ops[:min(failed.Index, len(wanted))])
		if failed.Index >= len(wanted) {
			return saved, err
		}
		taken, err := w.contestAll(wanted[failed.Index:])
		switch {
		case err != nil:
			return saved, err
		case len(taken) == 0:
			continue
		case w.slugBase == "" || slices.ContainsFunc(taken, func(c claim) bool { return c.field.Kind != schema.Slug }):
			return saved, notUnique(taken)
		}
		suffix++
	}
	return saved, fault.New(fault.Conflict, "Too many others write this entry at the same time")
}

// step is the index of the op that writes the entry itself.
func (w *write) step(ops []store.Op) int {
	return slices.IndexFunc(ops, func(op store.Op) bool { return op.Collection == w.typ.ID && op.Key == w.next.key() })
}

// settle completes w.next with what follows from its values: the n-th automatic slug, the slug that leads to it, the copies of
// shared fields.
func (w *write) settle(n int) {
	if w.slugBase != "" {
		w.setSlug(n)
	}
	w.keepSlug()
	w.share()
}

// ops lists the steps of the write. The first ones are those of the claims in wanted, in their order.
func (w *write) ops() (ops []store.Op, wanted []claim, err error) {
	w.stamp()
	wanted = w.wantedClaims()
	for _, c := range wanted {
		ops = append(ops, w.claimOp(c))
	}
	step, err := w.replace(w.cur, w.next)
	if err != nil {
		return nil, nil, err
	}
	ops = append(ops, step...)
	if len(w.copies) == 0 {
		return ops, wanted, nil
	}
	begun, ended := w.spreadOps()
	ops = slices.Insert(ops, len(wanted), begun)
	for _, n := range w.copies {
		i := slices.IndexFunc(w.siblings, func(r *record) bool { return r.locale == n.locale })
		if step, err = w.replace(w.siblings[i], n); err != nil {
			return nil, nil, err
		}
		ops = append(ops, step...)
	}
	return append(ops, ended), wanted, nil
}

// stamp puts down who did what and when, and what the snapshots refer to.
func (w *write) stamp() {
	for _, r := range append([]*record{w.next}, w.copies...) {
		r.meta["at"], r.meta["action"], r.meta["actor"], r.meta["actorId"] = w.now, w.action, w.caller.Name, nonEmpty(w.caller.ID)
		r.meta["updatedAt"], r.meta["updatedBy"] = w.now, nonEmpty(w.caller.ID)
		if number := w.svc.active.number.Load(); number > 0 && w.action != conversion { // that writes for the set to come
			r.meta["types"] = number
		}
		r.meta["refs"] = refIDs(w.typ, r.draft, r.published)
		r.meta["publicRefs"] = refIDs(w.typ, r.published)
	}
}

func nonEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// refIDs gives the documentIds that snapshots refer to, nil for none.
func refIDs(t *schema.Type, snapshots ...value.Object) any {
	var ids value.List
	for _, snapshot := range snapshots {
		for _, r := range refs(t, snapshot) {
			if !slices.Contains(ids, any(r.DocumentID)) {
				ids = append(ids, r.DocumentID)
			}
		}
	}
	return value.Normal(ids)
}

// firstRevFact is the revision with which an entry begins that took the place of a fence, so that
// Verify asks for no history before it.
const firstRevFact = "firstRev"

// replace gives the ops that archive a record as it is and write it as it will be.
func (w *write) replace(cur, next *record) ([]store.Op, error) {
	t := w.typ
	if cur == nil {
		fence := w.fences[next.key()]
		if fence > 0 {
			next.meta[firstRevFact] = fence + 1
		}
		parts := next.parts()
		parts[store.Meta] = value.Normal(next.meta).(value.Object)
		op := store.Op{Kind: store.Insert, Collection: t.ID, Key: next.key(), Parts: present(parts)}
		if fence > 0 {
			op.Kind, op.Rev, op.Set = store.Replace, fence, parts[store.Meta]
			delete(op.Parts, store.Meta)
		}
		w.raise(&op, cur, next)
		return []store.Op{op}, nil
	}
	change := store.Op{Kind: store.Replace, Collection: t.ID, Key: cur.key(), Rev: cur.rev, Parts: next.parts(), Set: changedMeta(cur.meta, next.meta)}
	w.raise(&change, cur, next)
	ops := []store.Op{archive(cur), change}
	gone, err := w.svc.outdated(w.ctx, t, cur)
	if err != nil {
		return nil, err
	}
	for _, key := range gone {
		ops = append(ops, store.Op{Kind: store.Delete, Collection: historyOf(t), Key: key})
	}
	return ops, nil
}

// archive keeps a record in the history as it is.
func archive(r *record) store.Op {
	return store.Op{Kind: store.Keep, Collection: historyOf(r.typ), Key: versionKey(r.key(), r.rev), Parts: present(map[string]value.Object{
		store.Meta: unmarked(r.meta), store.Draft: r.draft, store.Published: r.published,
	})}
}

func present(parts map[string]value.Object) map[string]value.Object {
	for name, p := range parts {
		if p == nil {
			delete(parts, name)
		}
	}
	return parts
}

// changedMeta gives the top-level facts that differ, nil for those to remove. Facts that content does not change stay out of it,
// so that a Touch meanwhile is not undone.
func changedMeta(cur, next value.Object) value.Object {
	set := value.Object{}
	for k, v := range next {
		if !value.Equal(cur[k], value.Normal(v)) {
			set[k] = value.Normal(v)
		}
	}
	for k := range cur {
		if _, ok := next[k]; !ok {
			set[k] = nil
		}
	}
	return set
}
