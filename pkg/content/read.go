package content

import (
	"context"
	"slices"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// MaxLimit is the largest window of a list.
const MaxLimit = 100

// Get gives one entry. NotFound if it does not exist for this caller: not at all, not published, or not in this locale.
// Of the query it reads Locale, Fallback, Draft, Fields and Populate, and Filter as a further condition.
func (s *Service) Get(ctx context.Context, c auth.Caller, t *schema.Type, documentID string, q query.Query) (*Entry, error) {
	v, err := s.viewOf(ctx, c, t, documentID, q)
	if err != nil {
		return nil, err
	}
	sh, err := v.shape(scope{typ: t}, q.Fields, q.Populate, "fields", 1)
	if err != nil {
		return nil, err
	}
	doc, err := v.load(t, documentID, q.Filter)
	if err != nil {
		return nil, err
	}
	entries, err := v.project(t, []store.Document{doc}, sh)
	if err != nil {
		return nil, err
	}
	entries[0].Rev, err = v.revision(t, doc)
	return entries[0], err
}

// revision is the entry's revision for callers who read its draft, else 0: every save of the draft
// raises it, so it would tell the public of saves.
func (v *view) revision(t *schema.Type, d store.Document) (int64, error) {
	if v.part == store.Draft {
		return d.Rev, nil
	}
	g, ok := v.svc.roles.Grant(v.caller, auth.ReadDraft, t, v.svc.types)
	switch {
	case !ok:
		return 0, nil
	case g.Filter.Op == query.All:
		return d.Rev, nil
	}
	whole, err := v.svc.store.Get(v.ctx, t.ID, d.Key, []string{store.Meta, store.Draft, store.DraftTwin})
	if err != nil {
		return 0, err
	}
	drafts := v.resolver
	drafts.part = store.Draft
	if hit, err := drafts.hits(t, g.Filter, whole); err != nil || !hit {
		return 0, err
	}
	return d.Rev, nil
}

// Single gives the entry of a single type. NotFound if it was never written, or not for this caller.
func (s *Service) Single(ctx context.Context, c auth.Caller, t *schema.Type, q query.Query) (*Entry, error) {
	id, err := s.singleID(ctx, t)
	if err != nil {
		if _, refused := s.view(ctx, c, t, q); refused != nil {
			return nil, refused
		}
		return nil, err
	}
	return s.Get(ctx, c, t, id, q)
}

// CheckWrite tells whether the caller may do the action on the type at all, and whether the query's Locale, Fields and Populate can be
// answered to it, so that a write is refused before it happens if its answer can't be given.
func (s *Service) CheckWrite(ctx context.Context, c auth.Caller, a auth.Action, t *schema.Type, q query.Query) error {
	if _, err := s.grant(c, a, t); err != nil {
		return err
	}
	q.Draft = false
	v, err := s.view(ctx, c, t, q)
	if err != nil {
		return err
	}
	_, err = v.shape(scope{typ: t}, q.Fields, q.Populate, "fields", 1)
	return err
}

// List gives a window of the entries that a query hits.
func (s *Service) List(ctx context.Context, c auth.Caller, t *schema.Type, q query.Query) (Page, error) {
	v, err := s.view(ctx, c, t, q)
	if err != nil {
		return Page{}, err
	}
	rules, asked, err := v.conditions(t, q)
	if err != nil {
		return Page{}, err
	}
	orders := q.Sort
	if len(orders) == 0 {
		orders = []query.Order{{Path: "id"}}
	}
	by, orders, err := v.splitRelationSort(t, orders)
	if err != nil {
		return Page{}, err
	}
	sort, err := v.sort(t, orders)
	if err != nil {
		return Page{}, err
	}
	if q.Page.Limit < 1 || q.Page.Limit > MaxLimit || q.Page.Offset < 0 {
		return Page{}, fault.New(fault.Invalid, "A list has windows of 1 to %d entries", MaxLimit)
	}
	sh, err := v.shape(scope{typ: t}, q.Fields, q.Populate, "fields", 1)
	if err != nil {
		return Page{}, err
	}
	ask := store.Query{Sort: sort, Offset: q.Page.Offset, Limit: q.Page.Limit, Parts: v.parts(t)}
	var docs []store.Document
	total := -1
	if by != nil {
		docs, total, err = (&grouped{view: v, typ: t, rules: rules, asked: asked, by: by}).page(ask)
		if !q.Page.Count {
			total = -1
		}
	} else {
		docs, total, err = v.window(t, rules, asked, ask, q.Page.Count)
	}
	if err != nil {
		return Page{}, v.nameText(t, q, err)
	}
	page := Page{Total: total}
	page.Entries, err = v.project(t, docs, sh)
	return page, err
}

// Each calls fn for every entry that the query's filter hits, in the order of documentIds, in flat memory. Page and Sort of the query
// are not read; populate is bounded for each entry by itself.
func (s *Service) Each(ctx context.Context, c auth.Caller, t *schema.Type, q query.Query, fn func(*Entry) error) error {
	v, err := s.view(ctx, c, t, q)
	if err != nil {
		return err
	}
	filter, err := v.condition(t, q)
	if err != nil {
		return err
	}
	sh, err := v.shape(scope{typ: t}, q.Fields, q.Populate, "fields", 1)
	if err != nil {
		return err
	}
	return s.store.Scan(ctx, t.ID, filter, v.parts(t), func(d store.Document) error {
		v.calls, v.targets = 0, 0
		entries, err := v.project(t, []store.Document{d}, sh)
		if err != nil {
			return err
		}
		return fn(entries[0])
	})
}

// view is one caller's way of looking: which part, which locale, and what it has cost so far.
type view struct {
	resolver
	falls   bool // back to the default locale, where there is nothing in the view's
	calls   int  // store calls made for populate
	targets int  // documents loaded for populate

	boundless bool // no bounds of populate hold

	beyond *view // for what a preview's draft does not refer to itself; nil: this one

	files     map[int64]asset.File // those that populate has met; without an id: not there
	wantFiles []int64              // of these, the ones to load
}

func (s *Service) view(ctx context.Context, c auth.Caller, t *schema.Type, q query.Query) (*view, error) {
	v := &view{resolver: resolver{svc: s, ctx: ctx, caller: c, part: store.Published, locale: q.Locale}}
	if q.Draft && t.Drafts {
		v.part = store.Draft
	}
	if _, err := s.grant(c, auth.Read, t); err != nil {
		return nil, err
	}
	if q.Draft {
		if _, err := s.grant(c, auth.ReadDraft, t); err != nil {
			return nil, err
		}
	}
	if q.Fallback && q.Locale == "*" {
		return nil, fault.New(fault.Invalid, "locale=* means every locale: there is none to fall back from").With("param", "localeFallback")
	}
	v.falls = q.Fallback
	if q.Locale != "*" {
		locale, err := s.locale(t, q.Locale)
		if err != nil && q.Fallback && slices.Contains(s.locales, q.Locale) {
			locale, err = q.Locale, nil // of other types: all entries of this one are fallen back to
		}
		if err != nil {
			return nil, err
		}
		// A type without locales keeps the caller's locale for what it points to.
		if t.Localized() || q.Locale == "" {
			v.locale = locale
		}
	}
	return v, nil
}

// condition is what the query's hits have in common.
func (v *view) condition(t *schema.Type, q query.Query) (query.Filter, error) {
	rules, asked, err := v.conditions(t, q)
	if err != nil {
		return rules, err
	}
	here, _, err := v.here(t, rules)
	return query.AllOf(query.AnyOf(here...), rules, asked), err
}

// conditions are those that the caller's role sets and those that the query does.
func (v *view) conditions(t *schema.Type, q query.Query) (rules, asked query.Filter, err error) {
	if rules, err = v.rules(t); err != nil {
		return rules, asked, err
	}
	asked, err = v.filter(t, q.Filter)
	return rules, query.AllOf(asked, v.text(t, q.Text)), err
}

// text is the condition of a query's Text: folded contains over display, slug and the searched fields that the caller may read.
func (v *view) text(t *schema.Type, words string) query.Filter {
	folded := schema.Fold(words)
	if folded == "" {
		return query.Filter{}
	}
	var any []query.Filter
	for _, f := range t.Fields {
		searched := f.Name == t.Display || f.Kind == schema.Slug || f.Search.Weight > 0
		if searched && f.Textual() && v.access(t).Fields.Open(f.Name) {
			any = append(any, query.Where(twinOf(v.part)+".fold."+f.Name, query.Contains, folded))
		}
	}
	return query.AnyOf(any...)
}

// load gets one entry's document with the part of the view.
func (v *view) load(t *schema.Type, documentID string, filter query.Filter) (store.Document, error) {
	locales := v.readIn(t)
	if locales == nil {
		locales = value.List{t.DefaultLocale()}
	}
	if len(locales) > 1 {
		return v.loadNearest(t, documentID, locales, filter)
	}
	locale := locales[0].(string)
	gone := fault.New(fault.NotFound, "Not Found")
	rules, err := v.rules(t)
	if err != nil {
		return store.Document{}, err
	}
	asked, err := v.filter(t, filter)
	if err != nil {
		return store.Document{}, err
	}
	key := keyOf(documentID, locale)
	if cond := query.AllOf(rules, asked); cond.Op != query.All {
		docs, err := v.svc.store.Find(v.ctx, t.ID, store.Query{
			Filter: query.AllOf(query.Where(store.KeyPath, query.Eq, key), cond), Parts: v.parts(t),
		})
		if err != nil || len(docs) == 0 || docs[0].Part(v.part) == nil {
			return store.Document{}, orElse(err, gone)
		}
		return docs[0], nil
	}
	doc, err := v.svc.store.Get(v.ctx, t.ID, key, v.parts(t))
	if fault.Is(err, fault.NotFound) || err == nil && doc.Part(v.part) == nil {
		return doc, gone
	}
	return doc, err
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// selection gives the plain fields to answer: those named, or all. System facts are among them by name.
func (v *view) selection(sc scope, names []string, param string) (func(string) bool, error) {
	if names == nil || slices.Contains(names, "*") {
		return func(string) bool { return true }, nil
	}
	for _, n := range names {
		if sc.in == nil && isSystem(n) {
			continue
		}
		f, ok := sc.field(n)
		if !ok || f.Populated() || !v.mayShow(sc, f) {
			return nil, sc.unknown(n, param)
		}
	}
	return func(n string) bool { return slices.Contains(names, n) }, nil
}
