package content

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// MaxPlaces is the most entries that Places lists at once.
const MaxPlaces = 10_000

// Place is where the public finds an entry on its site, in each of its locales.
type Place struct {
	Type       *schema.Type
	DocumentID string
	Pages      []PlacePage // in the order in which the type has its locales
}

// PlacePage is the page of an entry in one locale.
type PlacePage struct {
	Locale    string // schema.NoLocale if the type has none
	Path      string // from the type's path: "/projekte/gemeinsamer-bauhof"; the locale is no part of it unless that says so
	UpdatedAt string // of what is published
	NoIndex   bool   // search engines are to leave it out
}

// PlaceWindow says which of a type's entries Places lists, in the order of documentIds.
type PlaceWindow struct {
	After  string // behind this documentId; "" for the first
	Prefix string // only those whose documentId begins with it
	Limit  int    // at most so many; 1 to MaxPlaces
	Locale string // only pages in this locale; "" for all
}

// Places lists the pages of a type's published entries that the caller may read. next is the documentId to go on behind, "" at the end. A
// type without a path has none.
func (s *Service) Places(ctx context.Context, c auth.Caller, t *schema.Type, w PlaceWindow) (list []Place, next string, err error) {
	if w.Limit < 1 || w.Limit > MaxPlaces {
		return nil, "", fault.New(fault.Invalid, "A list has windows of 1 to %d entries", MaxPlaces)
	}
	v, here, err := s.placed(ctx, c, t, w.Locale)
	if err != nil || !tellsApart(t) {
		return nil, "", err
	}
	if w.After != "" {
		here = query.AllOf(here, query.Where(store.KeyPath, query.Gte, w.After+"0")) // behind "after/…", whatever the locale
	}
	if w.Prefix != "" {
		here = query.AllOf(here, query.Where(store.KeyPath, query.StartsWith, w.Prefix))
	}
	enough := errors.New("enough")
	err = s.store.Scan(ctx, t.ID, here, v.parts(t), func(d store.Document) error {
		page, ok, err := v.page(t, d)
		if err != nil || !ok {
			return err
		}
		id, _ := splitKey(d.Key)
		if n := len(list); n > 0 && list[n-1].DocumentID == id {
			list[n-1].add(page)
			return nil
		}
		if len(list) == w.Limit {
			next = list[len(list)-1].DocumentID
			return enough
		}
		list = append(list, Place{Type: t, DocumentID: id, Pages: []PlacePage{page}})
		return nil
	})
	if errors.Is(err, enough) {
		err = nil
	}
	return list, next, err
}

// CountPages says how many pages Places would list in all; some may have no path as yet.
func (s *Service) CountPages(ctx context.Context, c auth.Caller, t *schema.Type) (int, error) {
	_, here, err := s.placed(ctx, c, t, "")
	if err != nil || !tellsApart(t) {
		return 0, err
	}
	return s.store.Count(ctx, t.ID, here)
}

// placed returns the caller's view of a type's published entries in a locale, "" for all, and the
// condition that hits them.
func (s *Service) placed(ctx context.Context, c auth.Caller, t *schema.Type, locale string) (*view, query.Filter, error) {
	v, err := s.view(ctx, c, t, query.Query{Locale: word(locale, "*")})
	if err != nil {
		return nil, query.Filter{}, err
	}
	here, err := v.condition(t, query.Query{})
	return v, here, err
}

// add puts a page behind those whose locale the type names before its own.
func (p *Place) add(page PlacePage) {
	at := len(p.Pages)
	for at > 0 && slices.Index(p.Type.Locales, p.Pages[at-1].Locale) > slices.Index(p.Type.Locales, page.Locale) {
		at--
	}
	p.Pages = slices.Insert(p.Pages, at, page)
}

// page is the page of a document that the view shows; not ok if its path lacks what the caller may not read, or what is not there yet.
func (v *view) page(t *schema.Type, d store.Document) (PlacePage, bool, error) {
	open, err := v.open(t, v.part, d)
	if err != nil {
		return PlacePage{}, false, err
	}
	snapshot := d.Part(v.part)
	path, ok := pathOf(t, readable(open, t, snapshot), snapshot)
	return PlacePage{Locale: text(snapshot, "locale"), Path: path, UpdatedAt: text(snapshot, "updatedAt"), NoIndex: unindexed(t, snapshot)}, ok, nil
}

// noIndex is the field, in an object of a type, with which editors keep a page out of search engines.
const noIndex = "noindex"

func unindexed(t *schema.Type, snapshot value.Object) bool {
	for _, f := range t.Fields {
		if f.Kind == schema.Object && !f.Many {
			if object, _ := snapshot[f.Name].(value.Object); object[noIndex] == true {
				return true
			}
		}
	}
	return false
}

// Move says where a path of the public site leads.
type Move struct {
	Type       *schema.Type
	DocumentID string
	Locale     string // schema.NoLocale if the type has none
	Path       string // of the page as it is now
	Moved      bool   // whether that is another path than the one that was asked for
}

func errNoPath() error { return fault.New(fault.NotFound, "Not Found") }

// Follow finds the page that a path leads to: the entry that has its slug, or had it while it was
// published. An old slug that another entry took leads to that one. "" is the default locale, or
// the one that the path names as PublicPath does; then the path of the page names it, too. NotFound
// if no path is like it, or what it led to may not be read by the caller (any more).
func (s *Service) Follow(ctx context.Context, c auth.Caller, path, locale string) (Move, error) {
	m, err := s.followIn(ctx, c, path, locale)
	named, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if !fault.Is(err, fault.NotFound) || !slices.Contains(s.locales, named) || locale != "" && locale != named {
		return m, err
	}
	m, err = s.followIn(ctx, c, "/"+rest, named)
	if err != nil {
		return Move{}, err
	}
	public := PublicPath(m.Type, m.Locale, m.Path)
	if m.Locale != named || public == m.Path { // no page of this locale, or one whose path has no place for it
		return Move{}, errNoPath()
	}
	m.Path, m.Moved = public, public != path
	return m, nil
}

// PublicPath is where a page is on the public site. A path that does not hold the locale itself is
// that of the default locale, and stands below the locale's name in others.
func PublicPath(t *schema.Type, locale, path string) string {
	if locale == schema.NoLocale || locale == t.DefaultLocale() || strings.Contains(t.Path, localeMark) {
		return path
	}
	return strings.TrimSuffix("/"+locale+path, "/")
}

// followIn finds the page of a path in a locale.
func (s *Service) followIn(ctx context.Context, c auth.Caller, path, locale string) (Move, error) {
	for _, t := range s.types.Types() {
		marks, ok := marksIn(t, path)
		if !ok {
			continue
		}
		own := locale
		if l, named := marks[localeMark]; named {
			if own != "" && own != l {
				continue
			}
			own = l
		}
		m, err := s.follow(ctx, c, t, marks, own)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Invalid) && own != locale {
			continue
		}
		m.Moved = err == nil && m.Path != path
		return m, err
	}
	return Move{}, errNoPath()
}

// follow finds the entry that the marks of a path name.
func (s *Service) follow(ctx context.Context, c auth.Caller, t *schema.Type, marks map[string]string, locale string) (Move, error) {
	v, err := s.view(ctx, c, t, query.Query{Locale: locale})
	if err != nil {
		return Move{}, err
	}
	id, err := v.marked(t, marks)
	if err != nil {
		return Move{}, err
	}
	d, err := v.load(t, id, query.Filter{})
	if err != nil {
		return Move{}, err
	}
	page, ok, err := v.page(t, d)
	if err != nil || !ok {
		return Move{}, orElse(err, errNoPath())
	}
	return Move{Type: t, DocumentID: id, Locale: page.Locale, Path: page.Path}, nil
}

// marked gives the documentId of the entry that the marks name: what never changes decides, then the slug.
func (v *view) marked(t *schema.Type, marks map[string]string) (string, error) {
	if id, ok := marks[documentIDMark]; ok {
		return id, nil
	}
	if number, ok := marks[idMark]; ok {
		here, _, err := v.here(t, query.Filter{})
		if err != nil {
			return "", err
		}
		docs, err := v.svc.store.Find(v.ctx, t.ID, store.Query{
			Filter: query.AllOf(query.AnyOf(here...), query.Where(v.part+".id", query.Eq, wholeNumber(number))), Limit: 1, Parts: []string{},
		})
		if err != nil || len(docs) == 0 {
			return "", orElse(err, errNoPath())
		}
		id, _ := splitKey(docs[0].Key)
		return id, nil
	}
	if slug, ok := marks[slugMark]; ok {
		return v.bySlug(t, slug)
	}
	return v.svc.singleID(v.ctx, t)
}

// bySlug gives the documentId of the entry that is published under a slug, or was. One that only a draft has is nobody's business.
func (v *view) bySlug(t *schema.Type, slug string) (string, error) {
	f, ok := slugField(t)
	if !ok {
		return "", errNoPath()
	}
	locale := v.locale
	if !t.Localized() || !f.Localized {
		locale = t.DefaultLocale()
	}
	claim, err := v.svc.store.Get(v.ctx, claims, claimKey(t, f, locale, slug), nil)
	if err != nil {
		return "", err
	}
	id := text(claim.Part(store.Meta), "documentId")
	d, err := v.svc.store.Get(v.ctx, t.ID, keyOf(id, locale), []string{store.Meta, store.Published})
	if err != nil {
		return "", err
	}
	if text(d.Part(store.Published), f.Name) != slug && !slices.Contains(oldSlugs(d), any(slug)) {
		return "", errNoPath()
	}
	return id, nil
}

// oldSlugs are those under which an entry was published before.
func oldSlugs(d store.Document) value.List {
	old, _ := d.Part(store.Meta)["oldSlugs"].(value.List)
	return old
}

// Moves calls fn for every old path of a type, in a locale or in all, that leads to a page which
// the caller may read, in the order of documentIds.
func (s *Service) Moves(ctx context.Context, c auth.Caller, t *schema.Type, locale string, fn func(from string, m Move) error) error {
	v, here, err := s.placed(ctx, c, t, locale)
	f, ok := slugField(t)
	if err != nil || !ok || !strings.Contains(t.Path, slugMark) {
		return err
	}
	moved := query.AllOf(here, query.Where("meta.oldSlugs", query.NotNull, nil))
	return s.store.Scan(ctx, t.ID, moved, v.parts(t, store.Meta), func(d store.Document) error {
		page, ok, err := v.page(t, d)
		if err != nil || !ok {
			return err
		}
		m := Move{Type: t, Locale: page.Locale, Path: page.Path, Moved: true}
		m.DocumentID, _ = splitKey(d.Key)
		before := value.CloneObject(d.Part(v.part))
		for _, old := range oldSlugs(d) {
			before[f.Name] = old
			from, ok := pathOf(t, before, before)
			if !ok || from == page.Path {
				continue
			}
			if err := fn(from, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// Path is where the public finds the entry on its site, as far as what was read of it tells; not ok if its type has no such path.
func (e *Entry) Path() (string, bool) {
	fields := value.Object{}
	if f, ok := slugField(e.Type); ok {
		fields[f.Name], _ = e.Attributes.Get(f.Name)
	}
	return pathOf(e.Type, fields, value.Object{"documentId": e.DocumentID, "id": e.ID, "locale": e.Locale})
}

// HasPath tells whether the entries of a type have pages of their own on the public site.
func HasPath(t *schema.Type) bool { return tellsApart(t) }
