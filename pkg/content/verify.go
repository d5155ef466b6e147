package content

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Verify checks what must hold of every stored entry whatever happened, and returns one line for each breach: ids are one per
// documentId, claims are held, the history has no gap, what is published is complete, twins and references fit the snapshots,
// locales share what they should. Only what is at rest can be judged: nobody may write meanwhile.
func (s *Service) Verify(ctx context.Context) ([]string, error) {
	var out []string
	for _, t := range s.types.Types() {
		v := &verifier{Service: s, typ: t, ids: map[int64]string{}, leads: map[string]*record{}}
		if err := v.run(ctx); err != nil {
			return nil, err
		}
		out = append(out, v.breaches...)
	}
	return out, nil
}

type verifier struct {
	*Service
	typ      *schema.Type
	next     int64              // the first numeric id that is not given yet
	ids      map[int64]string   // documentIds by id
	leads    map[string]*record // by documentId: the default locale, where there are several
	last     *record
	breaches []string
}

func (v *verifier) breach(r *record, format string, args ...any) {
	v.breaches = append(v.breaches, v.typ.ID+" "+r.key()+": "+fmt.Sprintf(format, args...))
}

func (v *verifier) run(ctx context.Context) error {
	d, err := v.store.Get(ctx, counters, v.typ.ID, nil)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	v.next = integer(d.Part(store.Meta), "next")
	if v.typ.Localized() {
		where := query.Where("draft.locale", query.Eq, v.typ.DefaultLocale())
		err := v.store.Scan(ctx, v.typ.ID, where, []string{store.Draft, store.Published}, func(d store.Document) error {
			r := recordOf(v.typ, d)
			r.draft = shared(v.typ, r.draft)
			if r.published != nil {
				r.published = shared(v.typ, r.published)
			}
			v.leads[r.documentID] = r
			return nil
		})
		if err != nil {
			return err
		}
	}
	return v.store.Scan(ctx, v.typ.ID, query.Filter{}, nil, func(d store.Document) error {
		r := recordOf(v.typ, d)
		v.identity(r)
		v.snapshots(r, d)
		if err := v.marks(ctx, r); err != nil {
			return err
		}
		if err := v.history(ctx, r); err != nil {
			return err
		}
		return v.claims(ctx, r)
	})
}

func (v *verifier) identity(r *record) {
	id := integer(r.meta, "id")
	switch other, ok := v.ids[id]; {
	case id < 1:
		v.breach(r, "no numeric id")
	case id >= v.next:
		v.breach(r, "id %d will be given again", id)
	case ok && other != r.documentID:
		v.breach(r, "id %d is also that of %s", id, other)
	case v.last != nil && v.last.documentID == r.documentID && integer(v.last.meta, "id") != id:
		v.breach(r, "id %d is %d in %s", id, integer(v.last.meta, "id"), v.last.locale)
	}
	v.ids[id], v.last = r.documentID, r
	if !slices.Contains(v.typ.Locales, r.locale) && r.locale != v.typ.DefaultLocale() {
		v.breach(r, "the type has no such locale")
	}
	if !r.live() && (r.published != nil || r.meta["deletedAt"] == nil) {
		v.breach(r, "it has no draft and is no tombstone")
	}
	if r.live() && r.meta["deletedAt"] != nil {
		v.breach(r, "it is a tombstone with a draft")
	}
}

func (v *verifier) snapshots(r *record, d store.Document) {
	for _, part := range []string{store.Draft, store.Published} {
		snapshot := d.Part(part)
		if snapshot == nil {
			if d.Part(twinOf(part)) != nil {
				v.breach(r, "the %s twin has no snapshot", part)
			}
			continue
		}
		if integer(snapshot, "id") != integer(r.meta, "id") || text(snapshot, "documentId") != r.documentID || text(snapshot, "locale") != r.locale {
			v.breach(r, "the %s snapshot is of another entry", part)
		}
		if !value.Equal(value.Normal(any(v.typ.Twin(snapshot))), value.Normal(any(d.Part(twinOf(part))))) {
			v.breach(r, "the %s twin does not fit", part)
		}
		values := maps.Clone(snapshot)
		for _, name := range system {
			delete(values, name)
		}
		if wrong := v.typ.Check(values); len(wrong) > 0 {
			v.breach(r, "%s: %s", part, wrong[0].English)
		}
	}
}

// marks are what the rest of an entry says about its snapshots.
func (v *verifier) marks(ctx context.Context, r *record) error {
	if r.published != nil {
		if wrong := v.typ.CheckPublish(r.published); len(wrong) > 0 {
			v.breach(r, "published and incomplete: %s", wrong[0].English)
		}
	}
	if (r.published != nil) != (r.meta["publishedAt"] != nil) {
		v.breach(r, "it is not noted whether it is published")
	}
	if !v.typ.Drafts && r.live() && r.modified() {
		v.breach(r, "its draft is not published, and the type has no drafts")
	}
	if gone, err := v.missingFiles(ctx, r); err != nil {
		return err
	} else if len(gone) > 0 {
		v.breach(r, "its files %v are not there", gone)
	}
	if !value.Equal(refIDs(v.typ, r.draft, r.published), r.meta["refs"]) || !value.Equal(refIDs(v.typ, r.published), r.meta["publicRefs"]) {
		v.breach(r, "its references are not noted")
	}
	lead := v.leads[r.documentID]
	if lead == nil || !r.live() {
		return nil
	}
	if !value.Equal(any(shared(v.typ, r.draft)), any(lead.draft)) ||
		r.published != nil && lead.published != nil && !value.Equal(any(shared(v.typ, r.published)), any(lead.published)) {
		v.breach(r, "its shared fields differ from those of the default locale")
	}
	return nil
}

// missingFiles lists the files that an entry holds and that are gone. A race can do that; such an entry wants to be repaired by hand.
func (v *verifier) missingFiles(ctx context.Context, r *record) ([]int64, error) {
	held := append(filesIn(v.typ.Fields, r.draft, nil), filesIn(v.typ.Fields, r.published, nil)...)
	found, err := v.filesOf(ctx, held)
	if err != nil {
		return nil, err
	}
	var gone []int64
	for _, p := range held {
		if _, ok := found[p.id]; !ok && !slices.Contains(gone, p.id) {
			gone = append(gone, p.id)
		}
	}
	return gone, nil
}

// history: the revisions before the current one are kept without a gap. How many depends on what the type kept when they were made.
func (v *verifier) history(ctx context.Context, r *record) error {
	docs, err := v.store.Find(ctx, historyOf(v.typ), store.Query{
		Filter: query.Where(store.KeyPath, query.StartsWith, r.key()+"/"), Sort: []query.Order{{Path: store.KeyPath, Desc: true}}, Parts: []string{},
	})
	if err != nil {
		return err
	}
	// A crash between the archive and the entry leaves one identical copy of the current state.
	if len(docs) > 0 && docs[0].Key == versionKey(r.key(), r.rev) {
		docs = docs[1:]
	}
	if len(docs) == 0 && r.rev > 1 {
		v.breach(r, "nothing is archived before revision %d", r.rev)
	}
	for i, d := range docs {
		if d.Key != versionKey(r.key(), r.rev-1-int64(i)) {
			v.breach(r, "revision %d is not archived", r.rev-1-int64(i))
			break
		}
	}
	return nil
}

func (v *verifier) claims(ctx context.Context, r *record) error {
	for _, c := range firmClaims(r) { // a draft may have lost the others
		d, err := v.store.Get(ctx, claims, c.key, nil)
		if fault.Is(err, fault.NotFound) {
			v.breach(r, "its %s is not claimed", c.field.Name)
			continue
		}
		if err != nil {
			return err
		}
		if holder := text(d.Part(store.Meta), "documentId"); holder != r.documentID {
			v.breach(r, "its %s is claimed by %s", c.field.Name, holder)
		}
	}
	return nil
}
