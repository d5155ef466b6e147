package content

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"slices"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// claim is a value that only one entry of a type may hold: a document keyed by the value, held by a documentId.
type claim struct {
	key   string
	field *schema.Field
	value any // as the entry has it
}

type claimSet []claim

func (s claimSet) has(c claim) bool {
	for _, o := range s {
		if o.key == c.key {
			return true
		}
	}
	return false
}

// singleField stands in the claim of the one entry of a single type.
var singleField = &schema.Field{Name: "@single", Kind: schema.String}

// maxClaimed is how many bytes of a value stand in the key of its claim; of longer ones their hash does.
const maxClaimed = 500

func claimKey(t *schema.Type, f *schema.Field, locale string, v any) string {
	if !f.Localized {
		locale = schema.NoLocale
	}
	if s, ok := v.(string); ok && f.Kind != schema.Slug {
		v = schema.Fold(s) // an e-mail or a key is the same in capitals
	}
	text := value.AppendCanonical(nil, v)
	if len(text) > maxClaimed {
		sum := sha256.Sum256(text)
		text = hex.AppendEncode(nil, sum[:])
	}
	return t.ID + "/" + locale + "/" + f.Name + "/" + string(text)
}

// claimsOf lists what a record may hold: firmly, and by its draft.
func claimsOf(r *record) claimSet { return firmClaims(r).merge(draftClaims(r)) }

// firmClaims lists what a record holds for certain: by what is published, and by the slugs that still
// lead to it. What only its draft has, it may have lost, see contest.
func firmClaims(r *record) claimSet {
	var out claimSet
	if !r.live() {
		return nil
	}
	for _, f := range r.typ.Fields {
		if f.Unique || f.Kind == schema.Slug {
			out = out.add(r, f, r.published[f.Name])
		}
		if f.Kind == schema.Slug {
			old, _ := r.meta["oldSlugs"].(value.List)
			for _, v := range old {
				out = out.add(r, f, v)
			}
		}
	}
	if r.typ.Single {
		out = out.add(r, singleField, "")
	}
	return out
}

func draftClaims(r *record) claimSet {
	var out claimSet
	if !r.live() {
		return nil
	}
	for _, f := range r.typ.Fields {
		if f.Unique || f.Kind == schema.Slug {
			out = out.add(r, f, r.draft[f.Name])
		}
	}
	return out
}

func (s claimSet) add(r *record, f *schema.Field, v any) claimSet {
	if v == nil {
		return s
	}
	return s.merge(claimSet{{claimKey(r.typ, f, r.locale, v), f, v}})
}

// merge adds claims that the set does not have yet.
func (s claimSet) merge(more claimSet) claimSet {
	for _, c := range more {
		if !s.has(c) {
			s = append(s, c)
		}
	}
	return s
}

func (w *write) claimsBefore(of func(*record) claimSet) claimSet {
	return union(of, w.cur, w.siblings, nil)
}

func (w *write) claimsAfter(of func(*record) claimSet) claimSet {
	return union(of, w.next, w.siblings, w.copies)
}

// union joins the claims of an entry's locales, with copies in the place of siblings.
func union(of func(*record) claimSet, r *record, siblings, copies []*record) claimSet {
	out := of(r)
	for _, s := range siblings {
		for _, c := range copies {
			if c.locale == s.locale {
				s = c
			}
		}
		out = out.merge(of(s))
	}
	return out
}

// claimOp takes a claim: a new one, or one that contest found to be free for this entry. Taking one over raises its revision even
// if this entry holds it already, so that an older write of the entry does not release it.
func (w *write) claimOp(c claim) store.Op {
	held := value.Object{"documentId": w.next.documentID, "write": w.name()}
	if rev := w.taken[c.key]; rev > 0 {
		return store.Op{Kind: store.Replace, Collection: claims, Key: c.key, Rev: rev, Set: held}
	}
	return store.Op{Kind: store.Insert, Collection: claims, Key: c.key, Parts: map[string]value.Object{store.Meta: held}}
}

// released lists the ops that let go what the entry holds now and will not after the write. They are made before the write, so that
// they let nothing go that somebody takes after it.
func (w *write) released() ([]store.Op, error) {
	want := w.claimsAfter(claimsOf)
	var ops []store.Op
	for _, c := range w.claimsBefore(claimsOf) {
		if want.has(c) {
			continue
		}
		d, err := w.svc.store.Get(w.ctx, claims, c.key, nil)
		switch {
		case fault.Is(err, fault.NotFound):
			continue
		case err != nil:
			return nil, err
		}
		if text(d.Part(store.Meta), "documentId") == w.next.documentID {
			ops = append(ops, store.Op{Kind: store.Delete, Collection: claims, Key: c.key, Rev: d.Rev})
		}
	}
	return ops, nil
}

// release lets claims go after the entry is written or given up. One that stays because of a
// failure will be taken over.
func (w *write) release(ops []store.Op) {
	for len(ops) > 0 {
		err := w.svc.store.Apply(w.ctx, ops)
		if err == nil {
			return
		}
		var failed *store.OpError
		if !errors.As(err, &failed) {
			w.svc.log.Warn("a claim was not released", "entry", w.typ.ID+" "+w.next.key(), "error", err)
			return
		}
		ops = slices.Delete(ops, failed.Index, failed.Index+1)
	}
}

// note remembers the claims that a write made before it failed, where they may have happened.
func (w *write) note(ops []store.Op) {
	if w.made == nil {
		w.made = map[string]bool{}
	}
	for _, op := range ops {
		if op.Kind == store.Insert {
			w.made[op.Key] = true
		}
	}
}

// giveUp lets go the claims that were made for a write that did not happen, so that nobody has to
// contest them. Those that were there before it, or that another write of the entry has taken over
// since, are not this one's to give up; nor is any if the entry may have been written.
func (w *write) giveUp() {
	if w.perhaps {
		return
	}
	var ops []store.Op
	for _, key := range slices.Sorted(maps.Keys(w.made)) {
		d, err := w.svc.store.Get(w.ctx, claims, key, nil)
		if err == nil && text(d.Part(store.Meta), "write") == w.name() {
			ops = append(ops, store.Op{Kind: store.Delete, Collection: claims, Key: key, Rev: d.Rev})
		}
	}
	w.release(ops)
}

// contestAll looks at claims of which the first could not be taken, and gives those that others hold.
func (w *write) contestAll(wanted []claim) (taken []claim, err error) {
	for _, c := range wanted {
		free, err := w.contest(c)
		if err != nil {
			return nil, err
		}
		if !free {
			taken = append(taken, c)
		}
	}
	return taken, nil
}

// contest looks at a claim. It is free for this entry if it is not there, already this entry's, or if its
// holder does not have the value and is kept from writing it.
//
// A claim that only a draft holds which the caller does not read must not be told of: "not unique", or
// a number after a slug, would confirm what that draft says. So what is to be published takes it over,
// and a draft does without it until it is published.
func (w *write) contest(c claim) (free bool, err error) {
	for range maxAttempts {
		delete(w.taken, c.key)
		mine, held, docs := false, store.Holding{}, []store.Document(nil)
		rev, free, err := store.Contest(w.ctx, w.svc.store, claims, c.key, func(ctx context.Context, d store.Document) (h store.Holding, err error) {
			meta := d.Part(store.Meta)
			mine = text(meta, "write") == w.name()
			holder := text(meta, "documentId")
			if holder == w.next.documentID {
				return store.Holding{Own: true}, nil
			}
			held, docs, err = w.svc.holding(ctx, w.typ, holder, c.key)
			return held, err
		})
		if err != nil {
			return false, err
		}
		if !free {
			if over, err := w.outranks(c, docs); err != nil || !over {
				return w.without[c.key], err
			}
			// The holder may be publishing the value at this moment.
			err := w.svc.store.Apply(w.ctx, held.Fences)
			if conflict := (*store.OpError)(nil); errors.As(err, &conflict) {
				continue
			}
			if err != nil {
				return false, err
			}
		}
		w.take(c, rev, mine)
		return true, nil
	}
	return false, fault.New(fault.Conflict, "Too many others write this entry at the same time")
}

// take notes at which revision a free claim is taken over; 0: it is not there.
func (w *write) take(c claim, rev int64, mine bool) {
	if rev == 0 {
		return
	}
	if w.taken == nil {
		w.taken = map[string]int64{}
	}
	w.taken[c.key] = rev
	if !mine {
		delete(w.made, c.key)
	}
}

// notUnique is the error for values that another entry holds, in Strapi's words.
func notUnique(taken []claim) error {
	var wrong []fault.Field
	for _, c := range taken {
		if c.field == singleField {
			return errSingle
		}
		wrong = append(wrong, fault.Field{
			Path: []string{c.field.Name}, Code: "not_unique", Value: c.value,
			English: "This attribute must be unique",
			German:  "„" + c.field.Title.DE + "“: Diesen Wert hat schon ein anderer Eintrag.",
		})
	}
	return fault.Fields(wrong)
}

// errSingle is the error for a second entry of a single type.
var errSingle = fault.New(fault.Invalid, "The type has its one entry already")

// holding reads the locales of an entry, and tells whether it has the value of a claim and how its
// writes are fenced.
func (s *Service) holding(
	ctx context.Context, t *schema.Type, documentID, key string,
) (h store.Holding, docs []store.Document, err error) {
	docs, err = s.store.Find(ctx, t.ID, store.Query{Filter: variants(t, documentID)})
	if err != nil {
		return h, nil, err
	}
	h.Has = s.holds(t, docs, key)
	for _, l := range localesOf(t) {
		i := slices.IndexFunc(docs, func(d store.Document) bool { return d.Key == keyOf(documentID, l) })
		switch {
		case i < 0:
			h.Fences = append(h.Fences, store.FenceOp(t.ID, keyOf(documentID, l), 0))
		case store.IsFence(docs[i]):
			h.Fences = append(h.Fences, store.FenceOp(t.ID, docs[i].Key, docs[i].Rev))
		default:
			h.Fences = append(h.Fences, archive(recordOf(t, docs[i])), store.FenceOp(t.ID, docs[i].Key, docs[i].Rev))
		}
	}
	return h, docs, nil
}

// holds tells whether some locale of an entry holds the claim.
func (s *Service) holds(t *schema.Type, docs []store.Document, key string) bool {
	for _, d := range docs {
		if claimsOf(recordOf(t, d)).has(claim{key: key}) {
			return true
		}
	}
	return false
}

// variants are the query for every locale of an entry.
func variants(t *schema.Type, documentID string) query.Filter {
	locales := localesOf(t)
	keys := make(value.List, len(locales))
	for i, l := range locales {
		keys[i] = keyOf(documentID, l)
	}
	return query.Where(store.KeyPath, query.In, keys)
}

// localesOf are the locales in which entries of a type are stored.
func localesOf(t *schema.Type) []string {
	if len(t.Locales) == 0 {
		return []string{schema.NoLocale}
	}
	return t.Locales
}
