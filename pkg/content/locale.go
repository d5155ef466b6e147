package content

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Shared fields are one for all locales of an entry. They are written through the leading record, that of the default locale, and
// copied to the others in the same write.

// lead gives the entry's leading record beside w's own: the default locale's, or any if that does not exist; nil if there is none.
func (w *write) lead() *record {
	var any *record
	for _, r := range w.siblings {
		if !r.live() {
			continue
		}
		if r.locale == w.typ.DefaultLocale() {
			return r
		}
		if any == nil {
			any = r
		}
	}
	return any
}

// rank orders an entry's locales: the default one first.
func (r *record) rank() int { return slices.Index(r.typ.Locales, r.locale) }

// leads tells whether shared fields are written through this record.
func (w *write) leads() bool {
	lead := w.lead()
	return lead == nil || w.next.locale == w.typ.DefaultLocale() || lead.locale != w.typ.DefaultLocale()
}

// shared gives the values that all locales share.
func shared(t *schema.Type, values value.Object) value.Object {
	out := value.Object{}
	for _, f := range t.Fields {
		if v, ok := values[f.Name]; ok && !f.Localized {
			out[f.Name] = v
		}
	}
	return out
}

// checkShared refuses a change of shared fields through a locale that does not lead.
func (w *write) checkShared(before, after value.Object) []fault.Field {
	if w.leads() {
		return nil
	}
	var out []fault.Field
	for _, f := range w.typ.Fields {
		if f.Localized || value.Equal(before[f.Name], after[f.Name]) {
			continue
		}
		out = append(out, fault.Field{
			Path: []string{f.Name}, Code: "shared", Value: after[f.Name],
			English: f.Name + " is shared by all locales and is written through " + w.typ.DefaultLocale(),
			German:  "„" + f.Title.DE + "“ gilt für alle Sprachen und wird in der Hauptsprache geändert.",
		})
	}
	return out
}

// share copies shared fields to the entry's other locales: from draft to draft, from published to published.
func (w *write) share() {
	w.copies = nil
	if !w.typ.Localized() || !w.next.live() || !w.leads() {
		return
	}
	for _, r := range w.siblings {
		if !r.live() {
			continue
		}
		n := r.copy()
		n.draft = w.withShared(r.draft, w.next.draft)
		if w.next.published != nil && r.published != nil {
			n.published = w.withShared(r.published, w.next.published)
		}
		draft, published := sameFields(w.typ, r.draft, n.draft), sameFields(w.typ, r.published, n.published)
		if !draft {
			n.draft["updatedAt"] = w.now
		}
		if !published {
			n.published["updatedAt"] = w.now
		}
		if !draft || !published {
			w.copies = append(w.copies, n)
		}
	}
}

// spreads tells whether the write has given or taken what locales share. Another locale may have been written at the same time from
// what was there before.
func (w *write) spreads() bool {
	switch {
	case !w.typ.Localized() || !w.next.live() || w.action == alignment:
		return false
	case !w.cur.live() || w.publishing && !w.leads():
		return true
	}
	return !w.sameShared(w.cur.draft, w.next.draft) || !w.sameShared(w.cur.published, w.next.published)
}

func (w *write) sameShared(a, b value.Object) bool {
	for _, f := range w.typ.Fields {
		if !f.Localized && !value.Equal(a[f.Name], b[f.Name]) {
			return false
		}
	}
	return true
}

// alignment is the action of a write that only copies shared fields.
const alignment = "share"

// spread copies shared fields to where they are not yet; what fails is left to Sweep.
func (s *Service) spread(ctx context.Context, t *schema.Type, documentID string) {
	if err := s.align(ctx, t, documentID); err != nil {
		s.log.Warn("shared fields were not compared", "entry", t.ID+" "+documentID, "error", err)
	}
}

// align copies shared fields once more, where two locales were written at once. Whichever of both comes last sees the other's.
func (s *Service) align(ctx context.Context, t *schema.Type, documentID string) error {
	_, err := s.mutate(ctx, auth.System("kontor"), t, documentID, Write{Action: alignment}, func(w *write) error {
		if !w.cur.live() {
			return errGone
		}
		return nil
	})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// name tells this write from every other one.
func (w *write) name() string {
	if w.mark == "" {
		w.mark = rand.Text()[:12]
	}
	return w.mark
}

// spreadOps note that the copying of shared fields, or a purge, has begun and that it is done. A store may do the ops of a write one by one, and
// who dies in the middle leaves the first.
func (w *write) spreadOps() (begun, ended store.Op) {
	key := w.typ.ID + "/" + w.next.documentID + "/" + w.name()
	note := value.Object{"type": w.typ.ID, "documentId": w.next.documentID, "at": w.now}
	return store.Op{Kind: store.Keep, Collection: spreads, Key: key, Parts: map[string]value.Object{store.Meta: note}},
		store.Op{Kind: store.Delete, Collection: spreads, Key: key}
}

// spreadAfter is how long a write may take to copy shared fields before Sweep does it for it.
const spreadAfter = time.Minute

// Sweep mends what writes that died have left: it copies the shared fields of entries whose other locales have not got them, and deletes
// what is archived of purged ones. It looks at a few notes only, and how many entries it dealt with it returns.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	var notes []store.Document
	err := s.store.Scan(ctx, spreads, query.Filter{}, nil, func(d store.Document) error {
		if at, err := time.Parse(TimeFormat, text(d.Part(store.Meta), "at")); err != nil || s.now().Sub(at) >= spreadAfter {
			notes = append(notes, d)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for i, d := range notes {
		if err := s.mend(ctx, d.Part(store.Meta)); err != nil {
			return i, err
		}
		if err := s.store.Apply(ctx, []store.Op{{Kind: store.Delete, Collection: spreads, Key: d.Key}}); err != nil {
			return i, err
		}
	}
	return len(notes), nil
}

// mend finishes what a note tells of.
func (s *Service) mend(ctx context.Context, note value.Object) error {
	t, ok := s.types.Type(text(note, "type"))
	switch key := text(note, "purged"); {
	case !ok:
		return nil
	case key != "":
		return s.purged(ctx, t, key)
	case t.Localized():
		return s.align(ctx, t, text(note, "documentId"))
	}
	return nil
}

// withShared gives snapshot with the shared fields of from.
func (w *write) withShared(snapshot, from value.Object) value.Object {
	out := value.CloneObject(snapshot)
	for _, f := range w.typ.Fields {
		if f.Localized {
			continue
		}
		if v, ok := from[f.Name]; ok {
			out[f.Name] = v
		} else {
			delete(out, f.Name)
		}
	}
	return out
}
