package content

import (
	"context"
	"errors"
	"slices"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Reading is an entry as a caller reads it, with the mark that it had then.
type Reading struct {
	*Entry
	Want int64
}

// MaxReadings is the most entries that one call reads.
const MaxReadings = 1000

// Read reads published entries of a type by their documentIds, those that the caller may read, in the order of documentIds. The locale of the
// query is theirs or, of a type without locales, that of what they point to. Beside Locale the query's Fields and Populate count, and all that
// is populated is read at once: for work that has many entries to go through and not for requests.
func (s *Service) Read(ctx context.Context, c auth.Caller, t *schema.Type, documentIDs []string, q query.Query) ([]Reading, error) {
	v, _, err := s.public(ctx, c, t, q.Locale)
	if err != nil || v == nil || len(documentIDs) == 0 {
		return nil, err
	}
	there, err := v.among(t, documentIDs)
	if err != nil {
		return nil, err
	}
	docs, err := s.store.Find(ctx, t.ID, store.Query{Filter: there, Parts: v.withMeta(t), Sort: []query.Order{{Path: store.KeyPath}}})
	if err != nil {
		return nil, err
	}
	return v.readings(t, docs, q)
}

// among is the condition that hits those of some entries that the caller may read. Their keys say which locale; a condition on it would have
// SQLite go through all entries that are in it.
func (v *view) among(t *schema.Type, documentIDs []string) (query.Filter, error) {
	keys := make(value.List, len(documentIDs))
	for i, id := range documentIDs {
		keys[i] = keyOf(id, v.own(t))
	}
	rules, err := v.rules(t)
	return query.AllOf(query.Where(store.KeyPath, query.In, keys), query.Where(store.Published+".locale", query.NotNull, nil), rules), err
}

// ReadOn reads the published entries of a type behind a documentId, as Read does, at most limit of them; fewer are the last.
func (s *Service) ReadOn(ctx context.Context, c auth.Caller, t *schema.Type, after string, limit int, q query.Query) ([]Reading, error) {
	if limit < 1 || limit > MaxReadings {
		return nil, fault.New(fault.Invalid, "Between 1 and %d entries are read at once", MaxReadings)
	}
	v, here, err := s.public(ctx, c, t, q.Locale)
	if err != nil || v == nil {
		return nil, err
	}
	if after != "" {
		here = query.AllOf(here, query.Where(store.KeyPath, query.Gte, after+"0")) // behind "after/…", whatever the locale
	}
	var docs []store.Document
	enough := errors.New("enough")
	err = s.store.Scan(ctx, t.ID, here, v.withMeta(t), func(d store.Document) error {
		if docs = append(docs, d); len(docs) == limit {
			return enough
		}
		return nil
	})
	if err != nil && !errors.Is(err, enough) {
		return nil, err
	}
	return v.readings(t, docs, q)
}

// EachReadable calls fn with what is noted of every published entry that the caller may read in a locale, in the order of documentIds.
func (s *Service) EachReadable(ctx context.Context, c auth.Caller, t *schema.Type, locale string, fn func(Mark) error) error {
	v, here, err := s.public(ctx, c, t, locale)
	if err != nil || v == nil {
		return err
	}
	return s.store.Scan(ctx, t.ID, here, []string{store.Meta}, func(d store.Document) error { return fn(markIn(t, d)) })
}

// ReadableIDs tells which of some documentIds are published entries that the caller may read in a locale.
func (s *Service) ReadableIDs(ctx context.Context, c auth.Caller, t *schema.Type, locale string, documentIDs []string) (map[string]bool, error) {
	out := make(map[string]bool, len(documentIDs))
	v, _, err := s.public(ctx, c, t, locale)
	if err != nil || v == nil || len(documentIDs) == 0 {
		return out, err
	}
	there, err := v.among(t, documentIDs)
	if err != nil {
		return out, err
	}
	docs, err := s.store.Find(ctx, t.ID, store.Query{Filter: there, Parts: []string{}})
	for _, d := range docs {
		id, _ := splitKey(d.Key)
		out[id] = true
	}
	return out, err
}

// CountReadable says of how many entries EachReadable tells.
func (s *Service) CountReadable(ctx context.Context, c auth.Caller, t *schema.Type, locale string) (int, error) {
	v, here, err := s.public(ctx, c, t, locale)
	if err != nil || v == nil {
		return 0, err
	}
	return s.store.Count(ctx, t.ID, here)
}

// public is the caller's view of a type's published entries in one locale with the condition that hits them; nil if it reads none at all.
func (s *Service) public(ctx context.Context, c auth.Caller, t *schema.Type, locale string) (*view, query.Filter, error) {
	v, err := s.view(ctx, c, t, query.Query{Locale: locale})
	if fault.Is(err, fault.Forbidden) {
		return nil, query.Filter{}, nil
	}
	if err != nil {
		return nil, query.Filter{}, err
	}
	v.boundless = true
	rules, err := v.rules(t)
	return v, query.AllOf(query.Where(store.Published+".locale", query.Eq, v.own(t)), rules), err
}

// own is the locale in which entries of the type are read.
func (v *view) own(t *schema.Type) string {
	if !t.Localized() {
		return schema.NoLocale
	}
	return v.locale
}

func (v *view) withMeta(t *schema.Type) []string {
	parts := v.parts(t)
	if !slices.Contains(parts, store.Meta) {
		parts = append(parts, store.Meta)
	}
	return parts
}

func (v *view) readings(t *schema.Type, docs []store.Document, q query.Query) ([]Reading, error) {
	sh, err := v.shape(scope{typ: t}, q.Fields, q.Populate, "fields", 1)
	if err != nil {
		return nil, err
	}
	entries, err := v.project(t, docs, sh)
	if err != nil {
		return nil, err
	}
	out := make([]Reading, len(entries))
	for i, e := range entries {
		out[i] = Reading{e, markIn(t, docs[i]).Want}
	}
	return out, nil
}
