package auth

import (
	"context"
	"strings"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// How long a session lives: never longer than sessionLife, and not beyond sessionIdle without a request. Its last use is written at
// most every usedEvery, so that reading costs no write.
const (
	sessionLife = 30 * 24 * time.Hour
	sessionIdle = 7 * 24 * time.Hour
	usedEvery   = time.Hour
)

// Credentials are what somebody signs in with.
type Credentials struct {
	Identifier string // e-mail address or user name
	Password   string
	Address    string // the client's IP address, for throttling; "" if there is none
}

// SignIn starts a session and gives its secret, which is stored nowhere. Invalid, in the words of Strapi, if the password is wrong,
// there is no such account, or it is blocked; TooMany with details.retryAfter in seconds after too many wrong ones, see perPair.
func (s *Service) SignIn(ctx context.Context, c Credentials) (secret string, a Account, err error) {
	from := network(c.Address)
	r, err := s.signingIn(ctx, c.Identifier)
	if err != nil {
		return "", Account{}, err
	}
	known, err := s.knowsNetwork(ctx, r.ID, from)
	if err != nil {
		return "", Account{}, err
	}
	try := s.throttle.signIn(r.ID, c.Identifier, from, known)
	ok, outdated, err := s.verify(ctx, try, r, c.Password)
	switch {
	case fault.Is(err, fault.TooMany):
		s.refusedSignIn(ctx, try, r, c.Address, err)
		return "", Account{}, err
	case err != nil:
		return "", Account{}, err
	case !ok:
		s.failedSignIn(ctx, try, r, c.Address)
		return "", Account{}, fault.New(fault.Invalid, "Invalid identifier or password")
	}
	try.succeed()
	if r.Blocked {
		return "", Account{}, fault.New(fault.Invalid, "Your account has been blocked by an administrator")
	}
	if outdated {
		s.rehash(ctx, r, c.Password)
	}
	if secret, err = s.startSession(ctx, r); err != nil {
		return "", Account{}, err
	}
	s.rememberNetwork(ctx, r.ID, from)
	return secret, r.Account, nil
}

// signingIn finds the account that an identifier names, the zero record if there is none. Both cost two reads, so that the time of
// the response does not tell which accounts exist.
func (s *Service) signingIn(ctx context.Context, identifier string) (record, error) {
	r, err := s.identified(ctx, identifier)
	if !fault.Is(err, fault.NotFound) {
		return r, err
	}
	if _, err := s.record(ctx, key(0)); err != nil && !fault.Is(err, fault.NotFound) {
		return record{}, err
	}
	return record{}, nil
}

// verify compares a password with the account's hash, if the limits admit the attempt: before it waits for its turn, so that
// refusing is cheap, and when that has come, so that many requests at once have no more tries than one after the other.
func (s *Service) verify(ctx context.Context, try attempt, r record, password string) (ok, outdated bool, err error) {
	if err := try.admit(); err != nil {
		return false, false, err
	}
	return s.hasher.verify(ctx, r.hash, password, try.admit)
}

// rehash replaces a hash of other costs. It is no part of signing in: if it fails, the next sign-in does it.
func (s *Service) rehash(ctx context.Context, r record, password string) {
	hash, err := s.hasher.hash(ctx, password)
	if err == nil {
		op := store.Op{Kind: store.Replace, Collection: accounts, Key: key(r.ID), Rev: r.rev, Set: value.Object{"hash": hash}}
		err = s.store.Apply(ctx, []store.Op{op})
	}
	if err != nil && !isConflict(err) {
		s.log.WarnContext(ctx, "a password hash stays outdated", "account", r.ID, "error", err)
	}
}

// startSession carries the account's epoch as it was when the password was checked: if that has changed meanwhile, the session is dead.
func (s *Service) startSession(ctx context.Context, r record) (string, error) {
	secret, now := newSecret(sessionPrefix), s.now()
	err := s.store.Apply(ctx, []store.Op{{Kind: store.Insert, Collection: sessions, Key: secretKey(secret), Parts: metaPart(value.Object{
		"account": key(r.ID), "epoch": r.epoch, "createdAt": formatTime(now), "used": formatTime(now), "expires": formatTime(now.Add(sessionLife)),
	})}})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// SignOut ends a session. It is no error if there is none.
func (s *Service) SignOut(ctx context.Context, secret string) error {
	if !isSession(secret) {
		return nil
	}
	return s.store.Apply(ctx, []store.Op{{Kind: store.Delete, Collection: sessions, Key: secretKey(secret)}})
}

// ChangePassword gives the account of a session a new password and ends its other sessions. Unauthorized if the session is none;
// Invalid if the current password is wrong or the new one is not good enough; TooMany as in SignIn.
func (s *Service) ChangePassword(ctx context.Context, secret, present, next string) error {
	sess, r, err := s.session(ctx, secret)
	if err != nil {
		return err
	}
	try := s.throttle.change(r.ID, sess.Key)
	ok, _, err := s.verify(ctx, try, r, present)
	switch {
	case err != nil:
		return err
	case !ok:
		try.fail()
		return fault.New(fault.Invalid, "The provided current password is invalid")
	}
	try.succeed()
	if present == next {
		return fault.New(fault.Invalid, "Your new password must be different than your current password")
	}
	if f := checkPassword(next, r.Account); f != nil {
		return fault.Fields([]fault.Field{*f})
	}
	hash, err := s.hasher.hash(ctx, next)
	if err != nil {
		return err
	}
	// On the revision that was checked: if anything else has changed the account since, so possibly its password, that stands.
	now := formatTime(s.now())
	err = s.store.Apply(ctx, []store.Op{
		{Kind: store.Replace, Collection: accounts, Key: key(r.ID), Rev: r.rev, Set: value.Object{"hash": hash, "updatedAt": now, "epoch": r.epoch + 1}},
		{Kind: store.Replace, Collection: sessions, Key: sess.Key, Rev: sess.Rev, Set: value.Object{"epoch": r.epoch + 1}},
	})
	if isConflict(err) {
		return fault.New(fault.Conflict, "The account was changed meanwhile, try again")
	}
	if err != nil {
		return err
	}
	others := query.AllOf(query.Where("meta.account", query.Eq, key(r.ID)), query.Where("meta.epoch", query.Lte, r.epoch))
	return s.endSessions(ctx, others)
}

// session finds a session that is in force, and its account as it is now.
func (s *Service) session(ctx context.Context, secret string) (store.Document, record, error) {
	if !isSession(secret) {
		return store.Document{}, record{}, unauthorized()
	}
	d, err := s.store.Get(ctx, sessions, secretKey(secret), []string{store.Meta})
	if fault.Is(err, fault.NotFound) {
		return d, record{}, unauthorized()
	}
	if err != nil {
		return d, record{}, err
	}
	m, now := d.Part(store.Meta), s.now()
	if !now.Before(pointInTime(m, "expires")) || !now.Before(pointInTime(m, "used").Add(sessionIdle)) {
		return d, record{}, unauthorized()
	}
	r, err := s.record(ctx, text(m, "account"))
	switch {
	case fault.Is(err, fault.NotFound):
		return d, r, unauthorized()
	case err != nil:
		return d, r, err
	case r.Blocked, r.epoch != integer(m, "epoch"):
		return d, r, unauthorized()
	}
	return d, r, nil
}

// Caller says who shows a credential: the secret of a session, a token or a preview, without "Bearer". Accounts, roles and tokens are
// read at every call, so a change takes effect at the next one in every process. Unauthorized if the credential is not in force.
func (s *Service) Caller(ctx context.Context, secret string) (Caller, error) {
	if IsPreview(secret) {
		return s.previewCaller(ctx, secret)
	}
	if IsToken(secret) {
		return s.tokenCaller(ctx, secret)
	}
	d, r, err := s.session(ctx, secret)
	if err != nil {
		return Caller{}, err
	}
	s.noteUse(ctx, sessions, d)
	c := r.Caller()
	c.roles = s.roles
	return c, nil
}

// noteUse keeps the time of the last use, to the hour. A store that can't be written must not keep readers out, so a failure is only logged.
func (s *Service) noteUse(ctx context.Context, collection string, d store.Document) {
	now := s.now()
	before := formatTime(now.Add(-usedEvery))
	if text(d.Part(store.Meta), "used") > before {
		return
	}
	// Of many requests at that moment one writes.
	f := query.AllOf(query.Where(store.KeyPath, query.Eq, d.Key),
		query.AnyOf(query.Where("meta.used", query.Lte, before), query.Where("meta.used", query.Null, nil)))
	if _, err := s.store.Touch(ctx, collection, f, value.Object{"used": formatTime(now)}, nil); err != nil {
		s.log.WarnContext(ctx, "the last use of a credential was not noted", "collection", strings.TrimPrefix(collection, "_"), "error", err)
	}
}

// Sweep deletes sessions, previews and networks that have run out. Nothing depends on it but the size of the store; once an hour is enough.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.now()
	expired := query.Where("meta.expires", query.Lte, formatTime(now))
	if err := s.end(ctx, previews, expired); err != nil {
		return err
	}
	if err := s.end(ctx, networks, query.Where("meta.used", query.Lte, formatTime(now.Add(-networkAge)))); err != nil {
		return err
	}
	return s.endSessions(ctx, query.AnyOf(expired, query.Where("meta.used", query.Lte, formatTime(now.Add(-sessionIdle)))))
}

// endSessions deletes the sessions that a filter hits.
func (s *Service) endSessions(ctx context.Context, f query.Filter) error {
	return s.end(ctx, sessions, f)
}

// end deletes the credentials of a collection that a filter hits.
func (s *Service) end(ctx context.Context, collection string, f query.Filter) error {
	const batch = 500
	for {
		docs, err := s.store.Find(ctx, collection, store.Query{Filter: f, Limit: batch, Parts: []string{}})
		if err != nil || len(docs) == 0 {
			return err
		}
		ops := make([]store.Op, len(docs))
		for i, d := range docs {
			ops[i] = store.Op{Kind: store.Delete, Collection: collection, Key: d.Key}
		}
		if err := s.store.Apply(ctx, ops); err != nil {
			return err
		}
	}
}

// unauthorized says the same for every reason, as Strapi does.
func unauthorized() error { return fault.New(fault.Unauthorized, "Missing or invalid credentials") }
