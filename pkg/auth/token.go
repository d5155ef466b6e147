package auth

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Token is an API token: a credential for programs, with a role and no account. Its secret is shown once, by CreateToken.
type Token struct {
	ID        int64
	Name      string // unique without regard to case
	Role      string // of a stored role's name, never Public
	CreatedAt time.Time
	UsedAt    time.Time // to the hour; zero if it never was
	ExpiresAt time.Time // zero if it never does
	Unlimited bool      // no rate limit holds for it: for a server that renders pages for many readers
}

func readToken(d store.Document) Token {
	m := d.Part(store.Meta)
	return Token{ID: integer(m, "id"), Name: text(m, "name"), Role: text(m, "role"), CreatedAt: pointInTime(m, "createdAt"),
		UsedAt: pointInTime(m, "used"), ExpiresAt: pointInTime(m, "expires"), Unlimited: m["unlimited"] == true}
}

// CreateToken makes an API token and gives its secret, which is stored nowhere. Of want, the ID and the times of creation and use
// do not count. A validation error names the fields that are wrong.
func (s *Service) CreateToken(ctx context.Context, want Token) (secret string, t Token, err error) {
	now := s.now().Truncate(time.Millisecond)
	t = Token{Name: want.Name, Role: want.Role, Unlimited: want.Unlimited, CreatedAt: now, ExpiresAt: want.ExpiresAt.Truncate(time.Millisecond)}
	problem, err := s.checkRole(ctx, t.Role)
	if err != nil {
		return "", Token{}, err
	}
	if err := fault.Fields(checkToken(t, now, problem)); err != nil {
		return "", Token{}, err
	}
	if t.ID, err = s.nextID(ctx, tokens); err != nil {
		return "", Token{}, err
	}
	for range maxAttempts {
		if secret, err = s.storeToken(ctx, t); !isConflict(err) {
			break
		}
	}
	switch {
	case isConflict(err):
		return "", Token{}, crowded()
	case errors.Is(err, errClaimed):
		return "", Token{}, fault.Fields([]fault.Field{*taken("name")})
	case err != nil:
		return "", Token{}, err
	}
	return secret, t, nil
}

// storeToken writes a token under a new secret. A Conflict means that somebody else took the name
// meanwhile.
func (s *Service) storeToken(ctx context.Context, t Token) (secret string, err error) {
	secret = newSecret(tokenPrefix)
	holder := secretKey(secret)
	var end, unlimited any
	if !t.ExpiresAt.IsZero() {
		end = formatTime(t.ExpiresAt)
	}
	if t.Unlimited {
		unlimited = true
	}
	name, err := s.take(ctx, claim{tokenNames, fold(t.Name), holder}, tokens, func(store.Document) bool { return true }) // it never changes its name
	if err != nil {
		return "", err
	}
	return secret, s.store.Apply(ctx, []store.Op{name, {Kind: store.Insert, Collection: tokens, Key: holder, Parts: metaPart(present(value.Object{
		"id": t.ID, "name": t.Name, "role": t.Role, "createdAt": formatTime(t.CreatedAt), "expires": end, "unlimited": unlimited,
	}))}})
}

func checkToken(t Token, now time.Time, role *fault.Field) []fault.Field {
	var out []fault.Field
	n := utf8.RuneCountInString(t.Name)
	switch {
	case t.Name == "":
		out = append(out, *required("name"))
	case n > 100, strings.TrimSpace(t.Name) != t.Name, !printable(t.Name):
		out = append(out, *wrong("name", "pattern", "name must have at most 100 characters that can be seen",
			"Der Name darf höchstens 100 sichtbare Zeichen haben"))
	}
	if role != nil {
		out = append(out, *role)
	}
	if !t.ExpiresAt.IsZero() && !t.ExpiresAt.After(now) {
		out = append(out, *wrong("expires", "min", "expires must be in the future", "Das Ablaufdatum muss in der Zukunft liegen"))
	}
	return out
}

// ListTokens lists the tokens by ID, those that have expired too.
func (s *Service) ListTokens(ctx context.Context) ([]Token, error) {
	docs, err := s.store.Find(ctx, tokens, store.Query{Filter: numbered(), Sort: []query.Order{{Path: "meta.id"}}, Parts: []string{store.Meta}})
	if err != nil {
		return nil, err
	}
	out := make([]Token, len(docs))
	for i, d := range docs {
		out[i] = readToken(d)
	}
	return out, nil
}

// TokenByName gives the token of a name, without regard to case. NotFound if there is none.
func (s *Service) TokenByName(ctx context.Context, name string) (Token, error) {
	if name == "" || len(name) > 1000 {
		return Token{}, noToken()
	}
	holder, _, err := s.holder(ctx, tokenNames, fold(name))
	if err != nil {
		return Token{}, err
	}
	if holder == "" {
		return Token{}, noToken()
	}
	d, err := s.store.Get(ctx, tokens, holder, []string{store.Meta})
	if fault.Is(err, fault.NotFound) {
		return Token{}, noToken()
	}
	return readToken(d), err
}

// RevokeToken ends a token for good; its name is free again. NotFound if there is none.
func (s *Service) RevokeToken(ctx context.Context, id int64) error {
	docs, err := s.store.Find(ctx, tokens, store.Query{Filter: query.Where("meta.id", query.Eq, id), Limit: 1, Parts: []string{store.Meta}})
	if err != nil {
		return err
	}
	if len(docs) == 0 {
		return noToken()
	}
	d := docs[0]
	if err := s.store.Apply(ctx, []store.Op{{Kind: store.Delete, Collection: tokens, Key: d.Key}}); err != nil {
		return err
	}
	release, err := s.release(ctx, claim{tokenNames, fold(text(d.Part(store.Meta), "name")), d.Key})
	if err != nil || len(release) == 0 {
		return err
	}
	if err := s.store.Apply(ctx, release); !isConflict(err) {
		return err
	}
	return nil // somebody saw the token gone and has its name
}

// tokenCaller finds a token that is in force.
func (s *Service) tokenCaller(ctx context.Context, secret string) (Caller, error) {
	d, err := s.store.Get(ctx, tokens, secretKey(secret), []string{store.Meta})
	if fault.Is(err, fault.NotFound) {
		return Caller{}, unauthorized()
	}
	if err != nil {
		return Caller{}, err
	}
	t := readToken(d)
	if t.ID == 0 || t.expired(s.now()) { // without ID it is a fence
		return Caller{}, unauthorized()
	}
	s.noteUse(ctx, tokens, d)
	return t.caller(s.roles), nil
}

func (t Token) expired(now time.Time) bool { return !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt) }

func (t Token) caller(roles *Roles) Caller {
	return Caller{ID: tokenCaller + key(t.ID), Name: t.Name, Role: t.Role, Unlimited: t.Unlimited, roles: roles}
}

func noToken() error { return fault.New(fault.NotFound, "There is no such token") }
