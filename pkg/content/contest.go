package content

import (
	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/store"
)

// A claim is held firmly by what is or was public, and loosely by a draft. A draft may lose its claim to an
// entry that is published by a caller who does not read the draft, so a write that publishes takes every
// claim again.

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

// expectClaims looks at the claims that the draft has taken and that this write makes firm: nearly always
// they are still its own, and the first attempt takes them over in place of failing to insert them.
func (w *write) expectClaims() error {
	before := w.claimsBefore(claimsOf)
	for _, c := range w.wantedClaims() {
		if !before.has(c) {
			continue
		}
		if _, err := w.contest(c); err != nil {
			return err
		}
	}
	return nil
}

// outranks tells whether a claim that an entry holds is free for this write all the same. It judges
// the documents in which the value was found, since the entry may have dropped the value meanwhile.
// It notes in without that the draft does without the claim.
func (w *write) outranks(c claim, docs []store.Document) (bool, error) {
	firm := false
	for _, d := range docs {
		r := recordOf(w.typ, d)
		holds := firmClaims(r).has(c)
		if !holds && !draftClaims(r).has(c) {
			continue
		}
		firm = firm || holds
		if read, err := w.readsClaim(r, holds); err != nil || read {
			return false, err
		}
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
