package content

import (
	"context"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
)

// Draft is what a caller may show to others of an entry that it edits.
type Draft struct {
	DocumentID string
	Locale     string // schema.NoLocale if the type has none
	Path       string // of its page if it were published as it is; "" if it has none
}

// Draft finds a draft that the caller reads. NotFound if it does not exist for this caller.
func (s *Service) Draft(ctx context.Context, c auth.Caller, t *schema.Type, documentID, locale string) (Draft, error) {
	w, err := s.look(ctx, c, t, documentID, locale)
	if err != nil {
		return Draft{}, err
	}
	if !w.cur.live() {
		return Draft{}, fault.New(fault.NotFound, "Not Found")
	}
	path, _ := pathOf(t, readable(w.fieldsOf(w.cur), t, w.cur.draft), w.cur.draft)
	return Draft{DocumentID: documentID, Locale: w.cur.locale, Path: path}, nil
}

// viewOf is the view in which one entry is looked at. Whoever shows a preview is the public; but of the draft that it opens they see what
// its issuer sees, and of what that refers to, one step away. What lies beyond that, and the entry's other locales, they see as the
// public does.
func (s *Service) viewOf(ctx context.Context, c auth.Caller, t *schema.Type, documentID string, q query.Query) (*view, error) {
	issuer, ok := s.issuer(c, t, documentID, q)
	if !ok {
		return s.view(ctx, c, t, q)
	}
	q.Fallback = false // what it opens is this locale
	v, err := s.view(ctx, issuer, t, q)
	if err != nil {
		return nil, err
	}
	v.beyond = &view{resolver: resolver{svc: s, ctx: ctx, caller: c, part: store.Published, locale: v.locale}}
	return v, nil
}

// issuer gives as whom the caller sees the draft that the query wants; not ok if it shows no preview of that.
func (s *Service) issuer(c auth.Caller, t *schema.Type, documentID string, q query.Query) (auth.Caller, bool) {
	if c.Preview == nil || !q.Draft || q.Filter.Op != query.All {
		return auth.Caller{}, false
	}
	locale, err := s.locale(t, q.Locale)
	if err != nil {
		return auth.Caller{}, false
	}
	return c.Shows(t.ID, documentID, locale)
}

// shownInPreview tells whether the draft that the caller shows refers to a file by a field that its issuer sees.
func (s *Service) shownInPreview(ctx context.Context, c auth.Caller, ids []string) (bool, error) {
	p := c.Preview
	if p == nil {
		return false, nil
	}
	t, ok := s.types.Type(p.Type)
	if !ok {
		return false, nil
	}
	q := query.Query{Draft: true}
	if t.Localized() {
		q.Locale = p.Locale
	}
	v, err := s.viewOf(ctx, c, t, p.DocumentID, q)
	if err == nil {
		var d store.Document
		if d, err = v.load(t, p.DocumentID, query.Filter{}); err == nil {
			open, err := v.open(t, v.part, d)
			return err == nil && refersTo(open, t, d.Part(v.part), ids), err
		}
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Invalid) {
		err = nil // the draft is gone, or its issuer's right to it
	}
	return false, err
}
