package auth

import (
	"context"
	"strconv"
	"strings"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// previewLife is how long a preview lasts.
const previewLife = 15 * time.Minute

// Preview is a draft that somebody shows to people without an account: one entry in one locale.
type Preview struct {
	Type       string // ID
	DocumentID string
	Locale     string // schema.NoLocale if the type has none
	ExpiresAt  time.Time

	issuer *Caller // as it is now
}

// CreatePreview gives the secret of a preview of a draft, which the caller must be known to read; it is stored nowhere. Of want, the time
// does not count. Unauthorized if the caller is no account or token that is in force.
func (s *Service) CreatePreview(ctx context.Context, c Caller, want Preview) (secret string, p Preview, err error) {
	_, epoch, err := s.issuer(ctx, c.ID)
	if err != nil {
		return "", Preview{}, err
	}
	now := s.now().Truncate(time.Millisecond)
	p = Preview{Type: want.Type, DocumentID: want.DocumentID, Locale: want.Locale, ExpiresAt: now.Add(previewLife)}
	secret = newSecret(previewPrefix)
	return secret, p, s.store.Apply(ctx, []store.Op{{Kind: store.Insert, Collection: previews, Key: secretKey(secret), Parts: metaPart(value.Object{
		"type": p.Type, "documentId": p.DocumentID, "locale": p.Locale, "issuer": c.ID, "epoch": epoch,
		"createdAt": formatTime(now), "expires": formatTime(p.ExpiresAt),
	})}})
}

// previewCaller is who shows the secret of a preview: the public, to whom one draft is open as long as whoever issued that may read it.
func (s *Service) previewCaller(ctx context.Context, secret string) (Caller, error) {
	d, err := s.store.Get(ctx, previews, secretKey(secret), []string{store.Meta})
	if fault.Is(err, fault.NotFound) {
		return Caller{}, unauthorized()
	}
	if err != nil {
		return Caller{}, err
	}
	m := d.Part(store.Meta)
	p := &Preview{Type: text(m, "type"), DocumentID: text(m, "documentId"), Locale: text(m, "locale"), ExpiresAt: pointInTime(m, "expires")}
	if !s.now().Before(p.ExpiresAt) {
		return Caller{}, unauthorized()
	}
	issuer, epoch, err := s.issuer(ctx, text(m, "issuer"))
	if err != nil {
		return Caller{}, err
	}
	if epoch != integer(m, "epoch") {
		return Caller{}, unauthorized()
	}
	issuer.showing = true
	p.issuer = &issuer
	return Caller{ID: previewCaller + d.Key[:16], Role: Public, Preview: p, roles: s.roles}, nil
}

// issuer finds the account or token behind a Caller.ID as it is now, and which of the account's passwords counts. Unauthorized if it is
// not in force (any more).
func (s *Service) issuer(ctx context.Context, id string) (Caller, int64, error) {
	if account, ok := strings.CutPrefix(id, accountCaller); ok {
		r, err := s.record(ctx, account)
		if fault.Is(err, fault.NotFound) || err == nil && r.Blocked {
			err = unauthorized()
		}
		if err != nil {
			return Caller{}, 0, err
		}
		c := r.Caller()
		c.roles = s.roles
		return c, r.epoch, nil
	}
	number, err := strconv.ParseInt(strings.TrimPrefix(id, tokenCaller), 10, 64)
	if err != nil || !strings.HasPrefix(id, tokenCaller) {
		return Caller{}, 0, unauthorized()
	}
	docs, err := s.store.Find(ctx, tokens, store.Query{Filter: query.Where("meta.id", query.Eq, number), Limit: 1, Parts: []string{store.Meta}})
	if err != nil {
		return Caller{}, 0, err
	}
	if len(docs) == 0 {
		return Caller{}, 0, unauthorized()
	}
	t := readToken(docs[0])
	if t.expired(s.now()) {
		return Caller{}, 0, unauthorized()
	}
	return t.caller(s.roles), 0, nil
}

// Shows gives as whom a caller reads the draft of an entry in a locale because it shows the preview of that; not ok if it shows none, or
// that of another.
func (c Caller) Shows(typ, documentID, locale string) (issuer Caller, ok bool) {
	p := c.Preview
	if p == nil || p.issuer == nil || p.Type != typ || p.DocumentID != documentID || p.Locale != locale {
		return Caller{}, false
	}
	return *p.issuer, true
}
