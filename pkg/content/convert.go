package content

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Breakage is a stored entry that does not fit the types.
type Breakage struct {
	Type       string
	DocumentID string // "" if the type as a whole is meant
	Locale     string
	Part       string // store.Draft or store.Published
	Fields     []fault.Field
}

// entry is the entry that breaks, in its draft or in what is published.
func (b Breakage) entry() string { return b.Type + "/" + keyOf(b.DocumentID, b.Locale) }

// String gives one line for people.
func (b Breakage) String() string {
	var why []string
	for _, f := range b.Fields {
		why = append(why, strings.Join(f.Path, ".")+": "+f.English)
	}
	if b.DocumentID == "" {
		return b.Type + ": " + strings.Join(why, "; ")
	}
	return fmt.Sprintf("%s %s/%s (%s): %s", b.Type, b.DocumentID, b.Locale, b.Part, strings.Join(why, "; "))
}

// BrokenEntries counts the entries in a list: one may break in its draft and in what is published.
func BrokenEntries(broken []Breakage) int {
	entries := map[string]bool{}
	for _, b := range broken {
		entries[b.entry()] = true
	}
	return len(entries)
}

// Convertible returns the breakages without those of entries that can't be converted.
func Convertible(broken, lost []Breakage) []Breakage {
	stays := map[string]bool{}
	for _, b := range lost {
		stays[b.entry()] = true
	}
	return slices.DeleteFunc(slices.Clone(broken), func(b Breakage) bool { return stays[b.entry()] })
}

// conversion is the action of a write that takes an entry over to other types.
const conversion = "convert"

// transition is the step from one set of types to the service's own.
type transition struct {
	from    *schema.Set // nil if it is not known
	convert bool        // whether hints and conversions are taken into account
	mark    int64       // in meta.types of the entries that are converted already; 0: none is
}

func (c transition) former(id string) *schema.Type {
	if c.from == nil {
		return nil
	}
	t, _ := c.from.Type(id)
	return t
}

// touches tells whether a type may see its entries differently than before.
func (s *Service) touches(c transition, t *schema.Type) bool {
	was := c.former(t.ID)
	return was == nil || string(was.Raw) != string(t.Raw) || !maps.EqualFunc(sharedFiles(c.from), sharedFiles(s.types), slices.Equal)
}

func sharedFiles(set *schema.Set) map[string][]byte {
	files := maps.Clone(set.Files())
	maps.DeleteFunc(files, func(name string, _ []byte) bool { return !strings.Contains(name, "/") })
	return files
}

// values gives a snapshot's values as the new type is to have them.
func (c transition) values(t *schema.Type, r *record, snapshot value.Object) (value.Object, []fault.Field) {
	values := maps.Clone(snapshot)
	for _, name := range system {
		delete(values, name)
	}
	was := c.former(t.ID)
	if !c.convert || was == nil || c.mark != 0 && integer(r.meta, "types") == c.mark {
		return values, nil
	}
	return t.Convert(was, values)
}

// converted gives a record as the new type has it.
func (c transition) converted(t *schema.Type, r *record) (*record, []fault.Field) {
	next := r.copy()
	var wrong []fault.Field
	for _, snapshot := range []*value.Object{&next.draft, &next.published} {
		if *snapshot == nil {
			continue
		}
		values, problems := c.values(t, r, *snapshot)
		wrong = append(wrong, problems...)
		*snapshot = next.snapshot(values, text(*snapshot, "updatedAt"), text(*snapshot, "publishedAt"))
	}
	return next, wrong
}

// compare checks all entries of types that changed.
func (s *Service) compare(ctx context.Context, c transition) (broken []Breakage, err error) {
	for _, t := range s.types.Types() {
		if !s.touches(c, t) {
			continue
		}
		k := checker{transition: c, typ: t, claimed: map[string]string{}}
		if err := s.store.Scan(ctx, t.ID, query.Where("draft.id", query.NotNull, nil), nil, k.check); err != nil {
			return nil, err
		}
		broken = append(broken, k.broken...)
	}
	gone, err := s.orphaned(ctx, c.from)
	return append(broken, gone...), err
}

// checker looks for entries that do not fit a type.
type checker struct {
	transition
	typ     *schema.Type
	claimed map[string]string // by the key of a claim: who would hold it
	last    *record           // the entry before, to compare what locales share
	broken  []Breakage
}

func (k *checker) breaks(r *record, part string, wrong ...fault.Field) {
	if len(wrong) > 0 {
		k.broken = append(k.broken, Breakage{k.typ.ID, r.documentID, r.locale, part, wrong})
	}
}

func (k *checker) check(d store.Document) error {
	r := recordOf(k.typ, d)
	if !slices.Contains(append([]string{k.typ.DefaultLocale()}, k.typ.Locales...), r.locale) {
		k.breaks(r, store.Draft, problem("locale", "the type has no locale "+r.locale))
		return nil
	}
	next := r.copy()
	for _, part := range []struct {
		name     string
		snapshot *value.Object
	}{{store.Draft, &next.draft}, {store.Published, &next.published}} {
		if *part.snapshot == nil {
			continue
		}
		values, wrong := k.values(k.typ, r, *part.snapshot)
		k.breaks(r, part.name, append(wrong, k.typ.Check(values)...)...)
		*part.snapshot = values
	}
	k.together(next)
	return nil
}

// together checks what an entry must have in common with others, or with itself.
func (k *checker) together(r *record) {
	if !k.typ.Drafts && !sameFields(k.typ, r.draft, r.published) {
		k.breaks(r, store.Draft, problem("draft", "the type has no drafts any more and this one is not published"))
	}
	for _, c := range firmClaims(r) {
		if other, ok := k.claimed[c.key]; ok && other != r.documentID {
			wrong := problem("not_unique", "the value is also that of "+other)
			wrong.Path, wrong.Value = []string{c.field.Name}, c.value
			k.breaks(r, store.Draft, wrong)
		}
		k.claimed[c.key] = r.documentID
	}
	if k.last != nil && k.last.documentID == r.documentID {
		for _, f := range k.typ.Fields {
			if !f.Localized && !value.Equal(r.draft[f.Name], k.last.draft[f.Name]) {
				wrong := problem("shared", "all locales share the field and the value differs from that in "+k.last.locale)
				wrong.Path, wrong.Value = []string{f.Name}, r.draft[f.Name]
				k.breaks(r, store.Draft, wrong)
			}
		}
	}
	k.last = r
}

func problem(code, english string) fault.Field { return fault.Field{Code: code, English: english} }

// orphaned lists types that are gone while entries of them are stored.
func (s *Service) orphaned(ctx context.Context, old *schema.Set) ([]Breakage, error) {
	var out []Breakage
	if old == nil {
		return nil, nil
	}
	for _, t := range old.Types() {
		if _, ok := s.types.Type(t.ID); ok {
			continue
		}
		if err := s.store.Ensure(ctx, collectionOf(t)); err != nil {
			return nil, err
		}
		n, err := s.store.Count(ctx, t.ID, query.Where("draft.id", query.NotNull, nil))
		if err != nil {
			return nil, err
		}
		if n > 0 {
			msg := fmt.Sprintf("the type is gone and has %d entries; export and delete them first", n)
			out = append(out, Breakage{Type: t.ID, Fields: []fault.Field{{Code: "gone", English: msg, Value: int64(n)}}})
		}
	}
	return out, nil
}

// rewrite converts every entry of a changed type, and renews twins and claims. Each entry is one write of its own, with a version in
// the history; an entry that is done is marked, so that a repeat goes on where a crash stopped it.
func (s *Service) rewrite(ctx context.Context, c transition) error {
	for _, t := range s.types.Types() {
		err := s.store.Scan(ctx, t.ID, query.Where("draft.id", query.NotNull, nil), nil, func(d store.Document) error {
			r := recordOf(t, d)
			next, wrong := c.converted(t, r)
			if err := fault.Fields(wrong); err != nil {
				return err
			}
			w := &write{svc: s, ctx: ctx, caller: auth.System("kontor"), typ: t, now: s.timestamp(), action: conversion, cur: r, next: next}
			twins := value.Equal(any(t.Twin(next.draft)), any(d.Part(store.DraftTwin))) &&
				(next.published == nil || value.Equal(any(t.Twin(next.published)), any(d.Part(store.PublishedTwin))))
			if twins && value.Equal(any(next.draft), any(r.draft)) && value.Equal(any(next.published), any(r.published)) {
				return w.claimAll(c.former(t.ID))
			}
			next.meta["types"] = c.mark
			return w.convert(c.former(t.ID))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// convert takes the claims that the new type adds and writes the entry in its new form.
func (w *write) convert(was *schema.Type) error {
	if err := w.claimAll(was); err != nil {
		return err
	}
	w.stamp()
	ops, err := w.replace(w.cur, w.next)
	if err != nil {
		return err
	}
	return w.svc.store.Apply(w.ctx, ops)
}

// claimAll takes the claims that the record has by its new type and not by the former one; a draft
// does without a value that another entry holds. It releases no claim of the former type: the entry
// no longer has the value, so contest lets the next write that wants it take the claim over.
func (w *write) claimAll(was *schema.Type) error {
	var have claimSet
	if was != nil {
		before := *w.cur
		before.typ = was
		have = claimsOf(&before)
	}
	for _, c := range claimsOf(w.next) {
		if have.has(c) {
			continue
		}
		err := w.claimOne(c)
		if fault.Is(err, fault.Invalid) && !firmClaims(w.next).has(c) {
			err = nil // a draft does without it until it is published
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *write) claimOne(c claim) error {
	for range maxAttempts {
		err := w.svc.store.Apply(w.ctx, []store.Op{w.claimOp(c)})
		if !fault.Is(err, fault.Conflict) {
			return err
		}
		taken, err := w.contestAll([]claim{c})
		if err != nil {
			return err
		}
		if len(taken) > 0 {
			return notUnique(taken)
		}
	}
	return fault.New(fault.Conflict, "Too many others take the value of %s at the same time", c.field.Name)
}
