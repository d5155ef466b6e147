package content

import (
	"context"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Version is one state of an entry. The newest is the entry itself.
type Version struct {
	Rev       int64
	At        string // when the entry came into this state
	Action    string // by which act
	Actor     string // of whom, as the caller sees it
	Published bool   // whether something was public in this state
	Deleted   bool   // a tombstone
	Values    value.Object
}

// FieldChange is a field that differs between two versions.
type FieldChange struct {
	Field    string
	From, To any
}

// History lists an entry's versions, the newest first, without values and without versions that only
// a fence has made. NotFound if the entry does not exist for this caller.
func (s *Service) History(ctx context.Context, c auth.Caller, t *schema.Type, documentID, locale string) ([]Version, error) {
	w, err := s.look(ctx, c, t, documentID, locale)
	if err != nil {
		return nil, err
	}
	out, actors := []Version{versionOf(w.cur)}, []auth.Actor{actorOf(w.cur)}
	docs, err := s.store.Find(ctx, historyOf(t), store.Query{
		Filter: query.Where(store.KeyPath, query.StartsWith, w.cur.key()+"/"),
		Sort:   []query.Order{{Path: store.KeyPath, Desc: true}}, Parts: w.versionParts(),
	})
	if err != nil {
		return nil, err
	}
	newer := w.cur
	for _, d := range docs {
		r, err := s.archived(ctx, t, d)
		if err != nil {
			return nil, err
		}
		if r.rev >= w.cur.rev {
			continue
		}
		repeated, err := w.repeated(r, newer)
		if err != nil {
			return nil, err
		}
		newer = r
		ok, err := w.shows(r)
		if err != nil {
			return nil, err
		}
		if ok && !repeated {
			out, actors = append(out, versionOf(r)), append(actors, actorOf(r))
		}
	}
	names, err := s.actors(ctx, c, actors)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Actor = names[i]
	}
	return out, nil
}

// repeated tells whether a version is the next newer one without its fence, so that the history
// lists the act once. Both may lack parts: they are read only if the facts are the same.
func (w *write) repeated(older, newer *record) (bool, error) {
	if !value.Equal(any(unmarked(older.meta)), any(unmarked(newer.meta))) {
		return false, nil
	}
	older, err := w.svc.version(w.ctx, w.typ, older.key(), older.rev)
	if err == nil && newer != w.cur {
		newer, err = w.svc.version(w.ctx, w.typ, newer.key(), newer.rev)
	}
	if fault.Is(err, fault.NotFound) { // removed meanwhile
		return false, nil
	}
	return err == nil && older.sameState(newer), err
}

// shows tells whether the caller may read an earlier state: rules judge it as it was then. A tombstone shows nothing.
func (w *write) shows(r *record) (bool, error) {
	if !r.live() && r.meta["deletedAt"] != nil {
		return true, nil
	}
	return w.permitted(auth.ReadDraft, r)
}

// versionParts is what must be loaded of earlier states to judge them.
func (w *write) versionParts() []string {
	if g, err := w.svc.grant(w.caller, auth.ReadDraft, w.typ); err == nil && g.Filter.Op == query.All {
		return []string{store.Meta}
	}
	return []string{store.Meta, store.Draft}
}

// look reads an entry whose drafts the caller may read; a tombstone counts, and is judged by what it was.
func (s *Service) look(ctx context.Context, c auth.Caller, t *schema.Type, documentID, locale string) (*write, error) {
	if _, err := s.grant(c, auth.ReadDraft, t); err != nil {
		return nil, err
	}
	locale, err := s.locale(t, locale)
	if err != nil {
		return nil, err
	}
	w := &write{svc: s, ctx: ctx, caller: c, typ: t, now: s.timestamp()}
	if err := w.load(documentID, locale); err != nil {
		return nil, err
	}
	if w.cur == nil {
		return nil, fault.New(fault.NotFound, "Not Found")
	}
	seen, err := w.lastSeen()
	if err != nil {
		return nil, err
	}
	return w, w.permit(auth.ReadDraft, seen)
}

// lastSeen is the entry as it is or, of a tombstone, as it was; the tombstone itself if nothing else is kept.
func (w *write) lastSeen() (*record, error) {
	if w.cur.live() {
		return w.cur, nil
	}
	r, err := w.svc.lastLive(w.ctx, w.typ, w.cur)
	if fault.Is(err, fault.NotFound) {
		return w.cur, nil
	}
	return r, err
}

// outdated lists the keys of archived versions that the type does not keep any more, once the current state is archived too.
func (s *Service) outdated(ctx context.Context, t *schema.Type, cur *record) ([]string, error) {
	last := cur.rev - int64(t.Versions)
	if last < 1 {
		return nil, nil
	}
	docs, err := s.store.Find(ctx, historyOf(t), store.Query{
		Filter: query.AllOf(
			query.Where(store.KeyPath, query.Gte, versionKey(cur.key(), 0)), query.Where(store.KeyPath, query.Lte, versionKey(cur.key(), last))),
		Limit: maxPruned, Parts: []string{},
	})
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(docs))
	for i, d := range docs {
		keys[i] = d.Key
	}
	return keys, nil
}

// maxPruned bounds how many versions one write removes where a type has come to keep fewer.
const maxPruned = 50

// versionOf describes a state, all but its actor.
func versionOf(r *record) Version {
	return Version{
		Rev: r.rev, At: text(r.meta, "at"), Action: text(r.meta, "action"),
		Published: r.meta["publishedAt"] != nil, Deleted: r.meta["deletedAt"] != nil,
	}
}

// version reads one archived state. NotFound if it is not kept any more.
func (s *Service) version(ctx context.Context, t *schema.Type, key string, rev int64) (*record, error) {
	d, err := s.store.Get(ctx, historyOf(t), versionKey(key, rev), nil)
	if err != nil {
		return nil, err
	}
	return s.archived(ctx, t, d)
}

// state is the entry at a revision: the current one or an archived one.
func (w *write) state(rev int64) (*record, error) {
	if rev == w.cur.rev {
		return w.cur, nil
	}
	gone := fault.New(fault.NotFound, "Revision %d is not kept", rev).With("rev", rev)
	r, err := w.svc.version(w.ctx, w.typ, w.cur.key(), rev)
	if fault.Is(err, fault.NotFound) {
		return nil, gone
	}
	if err != nil {
		return nil, err
	}
	if ok, err := w.shows(r); err != nil || !ok {
		return nil, orElse(err, gone)
	}
	return r, nil
}

// Version gives one version with the values of its draft, as far as the caller may read them.
func (s *Service) Version(ctx context.Context, c auth.Caller, t *schema.Type, documentID, locale string, rev int64) (Version, error) {
	w, err := s.look(ctx, c, t, documentID, locale)
	if err != nil {
		return Version{}, err
	}
	r, err := w.state(rev)
	if err != nil {
		return Version{}, err
	}
	v := versionOf(r)
	if v.Actor, err = s.actor(ctx, c, actorOf(r)); err != nil {
		return Version{}, err
	}
	v.Values = value.Object{}
	shown, err := w.hideTargets(readable(w.fieldsOf(r), t, r.draft))
	if err != nil {
		return Version{}, err
	}
	for name, x := range shown[0] {
		f, _ := t.Field(name)
		v.Values[name] = wholeValue(f, x)
	}
	return v, nil
}

// Compare lists the fields whose draft differs between two revisions, as far as the caller may read them.
func (s *Service) Compare(ctx context.Context, c auth.Caller, t *schema.Type, documentID, locale string, from, to int64) ([]FieldChange, error) {
	w, err := s.look(ctx, c, t, documentID, locale)
	if err != nil {
		return nil, err
	}
	a, err := w.state(from)
	if err != nil {
		return nil, err
	}
	b, err := w.state(to)
	if err != nil {
		return nil, err
	}
	shown, err := w.hideTargets(readable(w.fieldsOf(a), t, a.draft), readable(w.fieldsOf(b), t, b.draft))
	if err != nil {
		return nil, err
	}
	old, next := shown[0], shown[1]
	out := []FieldChange{}
	for _, f := range t.Fields {
		if x, y := old[f.Name], next[f.Name]; !value.Equal(x, y) {
			out = append(out, FieldChange{Field: f.Name, From: wholeValue(f, x), To: wholeValue(f, y)})
		}
	}
	return out, nil
}

// RestoreVersion makes the draft of an earlier version the draft again, save references to what is deleted. What is published stays.
// Invalid if the version does not fit the type any more.
func (s *Service) RestoreVersion(ctx context.Context, c auth.Caller, t *schema.Type, documentID string, rev int64, o Write) (Saved, error) {
	if _, err := s.grant(c, auth.Update, t); err != nil {
		return Saved{}, err
	}
	o.Action = word(o.Action, "restore")
	return s.mutate(ctx, c, t, documentID, o, func(w *write) error {
		if err := w.found(); err != nil {
			return err
		}
		if err := w.permit(auth.Update, w.cur); err != nil {
			return err
		}
		r, err := w.state(rev)
		if err != nil {
			return err
		}
		if !r.live() {
			return fault.New(fault.Conflict, "In revision %d the entry was deleted", rev)
		}
		if err := fault.Fields(r.unfit); err != nil {
			return err
		}
		values, err := w.keepClosed(r)
		if err != nil {
			return err
		}
		if values, err = w.stillThere(values); err != nil {
			return err
		}
		if !w.leads() {
			values = w.withShared(values, w.lead().draft)
		}
		if err := fault.Fields(t.Check(values)); err != nil {
			return err
		}
		w.next.draft = w.next.snapshot(values, w.now, "")
		if !t.Drafts {
			if err := w.permit(auth.Publish, w.cur); err != nil {
				return err
			}
			if err := w.publish(); err != nil {
				return err
			}
		}
		return w.confined()
	})
}

// confined tells whether the caller may make the draft what it will be: the rules must allow the result, and all that changes must be
// open to the caller before and after.
func (w *write) confined() error {
	if err := w.outcome(auth.Update); err != nil {
		return err
	}
	changed := Changes{}
	for _, f := range w.typ.Fields {
		if !value.Equal(w.cur.draft[f.Name], w.next.draft[f.Name]) {
			changed[f.Name] = nil
		}
	}
	for _, r := range []*record{w.cur, w.next} {
		if err := w.writable(auth.Update, changed, r); err != nil {
			return fault.New(fault.Forbidden, "Forbidden")
		}
	}
	return nil
}

// keepClosed gives the draft of an earlier state with the fields as they are now that the caller may not write, or not read there.
func (w *write) keepClosed(r *record) (value.Object, error) {
	values := fields(w.typ, r.draft)
	then := w.fieldsOf(r)
	now := w.fieldsOf(w.cur)
	writes, err := w.opens(auth.Update, w.cur)
	if err != nil {
		return nil, err
	}
	for _, f := range w.typ.Fields {
		if then.Open(f.Name) && now.Open(f.Name) && writes.Open(f.Name) {
			continue
		}
		if v, ok := w.cur.draft[f.Name]; ok {
			values[f.Name] = v
		} else {
			delete(values, f.Name)
		}
	}
	return values, nil
}
