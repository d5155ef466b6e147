package content

import (
	"fmt"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// matches compares If-Match with what is stored. The error says who changed the entry last, when,
// and the fields that have changed since. A fence changes no entry, so it makes no revision stale.
// A caller who may not read the entry learns nothing of it.
func (w *write) matches(rev int64) error {
	if rev == 0 || w.cur.rev == rev {
		return nil
	}
	e := fault.New(fault.Stale, "Somebody changed this entry meanwhile").With("rev", w.cur.rev).With("etag", fmt.Sprintf(`"%d"`, w.cur.rev))
	if w.cur.live() {
		if err := w.found(); err != nil {
			return err
		}
	}
	old, err := w.svc.version(w.ctx, w.typ, w.cur.key(), rev)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil && old.sameState(w.cur) {
		return nil
	}
	if !w.cur.live() {
		return e
	}
	by, err := w.svc.actor(w.ctx, w.caller, actorOf(w.cur))
	if err != nil {
		return err
	}
	e.With("by", nonEmpty(by)).With("at", text(w.cur.meta, "at")).With("action", text(w.cur.meta, "action"))
	if old != nil && w.permit(auth.ReadDraft, old) == nil {
		open := w.fieldsOf(old)
		now := w.fieldsOf(w.cur)
		fields := differing(func(name string) bool { return open.Open(name) && now.Open(name) }, w.typ, old.draft, w.cur.draft)
		if w.disjoint(old, open, now) {
			w.merged = fields
			return nil
		}
		e.With("fields", fields)
	}
	return e
}

// sameState tells whether two revisions of an entry differ in nothing but their number: a fence,
// see holding, raises it.
func (r *record) sameState(o *record) bool {
	return value.Equal(any(unmarked(r.meta)), any(unmarked(o.meta))) &&
		value.Equal(any(r.draft), any(o.draft)) && value.Equal(any(r.published), any(o.published))
}

// disjoint tells whether the write may be merged: it names no field that differs between an older
// state and the present one. Neither answer depends on a value that the caller may not read: a field
// that is hidden now is refused by the write itself, and one that was hidden counts as changed.
func (w *write) disjoint(old *record, open, now auth.Fields) bool {
	if w.merging == nil {
		return false
	}
	for name := range w.merging {
		if now.Open(name) && !(open.Open(name) && value.Equal(old.draft[name], w.cur.draft[name])) {
			return false
		}
	}
	return true
}

// differing names the fields that differ between two snapshots, as far as the caller may read them.
func differing(open func(name string) bool, t *schema.Type, a, b value.Object) []string {
	out := []string{}
	for _, f := range t.Fields {
		if open(f.Name) && !value.Equal(a[f.Name], b[f.Name]) {
			out = append(out, f.Name)
		}
	}
	return out
}
