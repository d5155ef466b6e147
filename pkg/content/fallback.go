package content

import (
	"slices"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// A query that falls back wants of each entry one document: that in the locale which was asked for or, where the caller can read none in
// that, the one in the default locale. Either is judged by filter and sort as it is, pages are full and totals right, so this has to be a
// condition of the query: the entries that have the locale are listed first, and of the default locale all but those are hit. One
// condition for both would be served by no index, so there are two, and their pages are merged (see windows).
//
// The other way is a fact in each default document about the locales that stand beside it. It would have to be written with another
// document than the one that is published, so without transactions a crash or two writers at once could leave it wrong for good: a page
// doubled or gone until somebody repairs it. It would also know only what is published and not what this caller may read. The list is
// read from what is true, for each caller and for drafts as well; what it can miss is a publish between two reads, which is over with the
// next request. So that not even this shows, the list is read again afterwards, and the page made anew if it differs.

// maxVariants bounds the list of entries that have a locale.
const maxVariants = 50_000

// maxSettling is how often a page is made anew while its variants change under it.
const maxSettling = 3

// readIn gives the locales in which the view reads entries of a type that is asked for by itself, the best first; nil means every one.
func (v *view) readIn(t *schema.Type) value.List {
	switch {
	case v.falls:
		return v.fallback(t)
	case !t.Localized():
		return value.List{schema.NoLocale}
	case v.locale == "*":
		return nil
	}
	return value.List{v.locale}
}

// here hits the documents of the listed type that are in the view's part and locale, by one condition or by two that no document hits both
// of. With a fallback that depends on which entries have the locale; variants gives them, nil without a fallback.
func (v *view) here(t *schema.Type, rules query.Filter) (conds []query.Filter, variants value.List, err error) {
	locales := v.readIn(t)
	switch len(locales) {
	case 0:
		return []query.Filter{query.Where(v.part+".id", query.NotNull, nil)}, nil, nil
	case 1:
		return []query.Filter{query.Where(v.part+".locale", query.Eq, locales[0])}, nil, nil
	}
	if variants, err = v.variants(t, rules); err != nil {
		return nil, nil, err
	}
	usual := query.Where(v.part+".locale", query.Eq, locales[1])
	if len(variants) == 0 {
		return []query.Filter{usual}, variants, nil
	}
	instead := make(value.List, len(variants))
	for i, id := range variants {
		instead[i] = keyOf(id.(string), locales[1].(string))
	}
	return []query.Filter{
		query.Where(v.part+".locale", query.Eq, locales[0]),
		query.AllOf(usual, query.Where(store.KeyPath, query.NotIn, instead)),
	}, variants, nil
}

// variants lists the documentIds of the entries that the caller reads in the locale that was asked for.
func (v *view) variants(t *schema.Type, rules query.Filter) (value.List, error) {
	docs, err := v.svc.store.Find(v.ctx, t.ID, store.Query{
		Filter: query.AllOf(query.Where(v.part+".locale", query.Eq, v.locale), rules), Limit: maxVariants + 1, Parts: []string{},
		Sort: []query.Order{{Path: v.part + ".id"}}, // has an index with the locale
	})
	if err != nil {
		return nil, err
	}
	if len(docs) > maxVariants {
		return nil, fault.New(fault.Invalid, "More than %d entries of %s have the locale %s: too many to fall back from", maxVariants, t.ID, v.locale).With("param", "localeFallback")
	}
	ids := make(value.List, len(docs))
	for i, d := range docs {
		ids[i], _ = splitKey(d.Key)
	}
	return ids, nil
}

// window finds the documents of a page, and counts all if the page asks for it (else -1).
func (v *view) window(t *schema.Type, rules, asked query.Filter, q store.Query, counted bool) (docs []store.Document, total int, err error) {
	for attempt := 1; ; attempt++ {
		conds, variants, err := v.here(t, rules)
		if err != nil {
			return nil, 0, err
		}
		for i := range conds {
			conds[i] = query.AllOf(conds[i], rules, asked)
		}
		w := windows{view: v, typ: t, conds: conds}
		if docs, err = w.find(q); err != nil {
			return nil, 0, err
		}
		total = -1
		if counted {
			if total, err = w.count(); err != nil {
				return nil, 0, err
			}
		}
		if variants == nil {
			return docs, total, nil
		}
		now, err := v.variants(t, rules)
		if err != nil {
			return nil, 0, err
		}
		single := withoutDoubles(slices.Clone(docs))
		if slices.Equal(now, variants) && len(single) == len(docs) || attempt == maxSettling {
			return single, total, nil
		}
	}
}

// withoutDoubles keeps of each entry the document that comes first, for pages whose variants do not come to rest.
func withoutDoubles(docs []store.Document) []store.Document {
	seen := map[string]bool{}
	return slices.DeleteFunc(docs, func(d store.Document) bool {
		id, _ := splitKey(d.Key)
		double := seen[id]
		seen[id] = true
		return double
	})
}

// loadNearest gets the document in the best of the locales in which the caller reads the entry; a filter is a further condition on that.
func (v *view) loadNearest(t *schema.Type, documentID string, locales value.List, filter query.Filter) (store.Document, error) {
	keys := make(value.List, len(locales))
	for i, l := range locales {
		keys[i] = keyOf(documentID, l.(string))
	}
	rules, err := v.rules(t)
	if err != nil {
		return store.Document{}, err
	}
	docs, err := v.svc.store.Find(v.ctx, t.ID, store.Query{Filter: query.AllOf(query.Where(store.KeyPath, query.In, keys), rules), Parts: v.parts(t)})
	if err != nil {
		return store.Document{}, err
	}
	for _, key := range keys {
		for _, d := range docs {
			if d.Key != key || d.Part(v.part) == nil {
				continue
			}
			if filter.Op == query.All {
				return d, nil
			}
			one := *v
			one.falls = false
			_, one.locale = splitKey(d.Key)
			return one.load(t, documentID, filter)
		}
	}
	return store.Document{}, fault.New(fault.NotFound, "Not Found")
}
