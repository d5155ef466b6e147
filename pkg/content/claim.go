package content

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"time"

	"kontor/pkg/auth"
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

// staleAfter is how old a claim must be before one whose holder does not hold the value is taken over: a write that has claimed
// and not yet written its entry is long done or dead by then.
const staleAfter = time.Minute

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

// wantedClaims lists the claims that a write has to take: those that the entry comes to hold firmly, since a
// draft may have lost them, and those of the draft that are new, save those that it does without.
func (w *write) wantedClaims() claimSet {
	firm, before := w.claimsBefore(firmClaims), w.claimsBefore(claimsOf)
	var out claimSet
	for _, c := range w.claimsAfter(firmClaims) {
		if !firm.has(c) {
			out = append(out, c)
		}
	}
	for _, c := range w.claimsAfter(draftClaims) {
		if !before.has(c) && !out.has(c) && !w.without[c.key] {
			out = append(out, c)
		}
	}
	return out
}

// claimOp takes a claim: a new one, or one that contest found to be free for this entry. Taking one over raises its revision even
// if this entry holds it already, so that an older write of the entry does not release it.
func (w *write) claimOp(c claim) store.Op {
	held := value.Object{"documentId": w.next.documentID, "at": w.now, "write": w.name()}
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

// release lets claims go after the entry is written or given up. One that stays because of a failure is stale and will be taken over.
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

// giveUp lets go the claims that were made for a write that did not happen, so that nobody has to wait until they are stale. Those
// that were there before it, or that another write of the entry has taken over since, are not this one's to give up.
func (w *write) giveUp() {
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

// contest looks at a claim. It is free for this entry if it is not there, already this entry's, or stale.
//
// A claim that only a draft holds which the caller does not read must not be told of: "not unique", or
// a number after a slug, would confirm what that draft says. So what is to be published takes it over,
// and a draft does without it until it is published.
func (w *write) contest(c claim) (free bool, err error) {
	delete(w.taken, c.key)
	d, err := w.svc.store.Get(w.ctx, claims, c.key, nil)
	if fault.Is(err, fault.NotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if text(d.Part(store.Meta), "documentId") != w.next.documentID {
		stale, err := w.svc.staleClaim(w.ctx, w.typ, c.key, d)
		if err == nil && !stale {
			stale, err = w.outranks(c, text(d.Part(store.Meta), "documentId"))
		}
		if err != nil || !stale {
			return w.without[c.key], err
		}
	}
	if w.taken == nil {
		w.taken = map[string]int64{}
	}
	w.taken[c.key] = d.Rev
	if text(d.Part(store.Meta), "write") != w.name() {
		delete(w.made, c.key)
	}
	return true, nil
}

// outranks tells whether a claim that an entry holds is free for this write all the same. It notes in
// without that the draft does without the claim.
func (w *write) outranks(c claim, holder string) (bool, error) {
	docs, err := w.svc.store.Find(w.ctx, w.typ.ID, store.Query{Filter: variants(w.typ, holder)})
	if err != nil {
		return false, err
	}
	held, firm := false, false
	for _, d := range docs {
		r := recordOf(w.typ, d)
		holds := firmClaims(r).has(c)
		if !holds && !draftClaims(r).has(c) {
			continue
		}
		held, firm = true, firm || holds
		if read, err := w.readsClaim(r, holds); err != nil || read {
			return false, err
		}
	}
	if !held { // the holder is being written
		return false, nil
	}
	if w.claimsAfter(firmClaims).has(c) {
		return !firm, nil
	}
	if w.without == nil {
		w.without = map[string]bool{}
	}
	w.without[c.key] = true
	return false, nil
}

// readsClaim tells whether the caller reads a record by which an entry holds a claim.
func (w *write) readsClaim(r *record, published bool) (bool, error) {
	read, err := w.permitted(auth.ReadDraft, r)
	if err != nil || read || !published || r.published == nil {
		return read, err
	}
	read, err = w.may(auth.Read, r, store.Published)
	if fault.Is(err, fault.Forbidden) {
		return false, nil
	}
	return read, err
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

// staleClaim tells whether a claim's holder has had its time and does not hold the value.
func (s *Service) staleClaim(ctx context.Context, t *schema.Type, key string, d store.Document) (bool, error) {
	meta := d.Part(store.Meta)
	at, err := time.Parse(TimeFormat, text(meta, "at"))
	if err == nil && s.now().Sub(at) < staleAfter {
		return false, nil
	}
	docs, err := s.store.Find(ctx, t.ID, store.Query{Filter: variants(t, text(meta, "documentId"))})
	if err != nil {
		return false, err
	}
	return !s.holds(t, docs, key), nil
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
	locales := t.Locales
	if len(locales) == 0 {
		locales = []string{schema.NoLocale}
	}
	keys := make(value.List, len(locales))
	for i, l := range locales {
		keys[i] = keyOf(documentID, l)
	}
	return query.Where(store.KeyPath, query.In, keys)
}
