package auth

import (
	"context"
	"slices"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
)

// NewAccount is what an account is made from.
type NewAccount struct {
	Mail         string
	Username     string // may be empty
	DisplayName  string // may be empty
	Role         string
	Organisation string // may be empty
	Password     string
}

// AccountChanges are what UpdateAccount changes; nil leaves as it is.
type AccountChanges struct {
	Mail, Username, DisplayName, Role, Organisation, Password *string
	Blocked                                                   *bool
}

// CreateAccount makes an account. The error names every field that is wrong.
func (s *Service) CreateAccount(ctx context.Context, n NewAccount) (Account, error) {
	a := Account{Mail: n.Mail, Username: nameBeside(n.Mail, n.Username), DisplayName: n.DisplayName, Role: n.Role, Organisation: n.Organisation}
	role, err := s.checkRole(ctx, a.Role)
	if err != nil {
		return Account{}, err
	}
	organisation, err := s.checkOrganisation(ctx, a)
	if err != nil {
		return Account{}, err
	}
	problems := check(a, role)
	for _, f := range []*fault.Field{organisation, checkPassword(n.Password, a)} {
		if f != nil {
			problems = append(problems, *f)
		}
	}
	if err := fault.Fields(problems); err != nil {
		return Account{}, err
	}
	hash, err := s.hasher.hash(ctx, n.Password)
	if err != nil {
		return Account{}, err
	}
	if a.ID, err = s.nextID(ctx, accounts); err != nil {
		return Account{}, err
	}
	a.CreatedAt = s.now()
	// The number is ours alone, so what is stored under it at a second attempt is what the first one wrote.
	r, err := s.change(ctx, a.ID, func(old record) (record, error) {
		return record{Account: a, hash: hash, rev: old.rev}, nil
	})
	return r.Account, err
}

// UpdateAccount changes an account. A new password and blocking end its sessions; the rest takes effect at its next request.
// NotFound if there is none; Conflict if it is the last admin and would no longer be.
func (s *Service) UpdateAccount(ctx context.Context, id int64, c AccountChanges) (Account, error) {
	var hash string
	var role *fault.Field // a role that is gone does not keep an account from being changed otherwise
	if c.Role != nil {
		var err error
		if role, err = s.checkRole(ctx, *c.Role); err != nil {
			return Account{}, err
		}
	}
	if c.Password != nil {
		old, err := s.record(ctx, key(id))
		if err != nil {
			return Account{}, err
		}
		if f := checkPassword(*c.Password, c.apply(old.Account)); f != nil {
			return Account{}, fault.Fields(append(check(c.apply(old.Account), role), *f))
		}
		if hash, err = s.hasher.hash(ctx, *c.Password); err != nil {
			return Account{}, err
		}
	}
	r, err := s.change(ctx, id, func(old record) (record, error) {
		if !old.exists() {
			return old, noAccount()
		}
		r := old
		r.Account = c.apply(old.Account)
		problems := check(r.Account, role)
		if c.Role != nil || c.Organisation != nil {
			f, err := s.checkOrganisation(ctx, r.Account)
			if err != nil {
				return old, err
			}
			if f != nil {
				problems = append(problems, *f)
			}
		}
		if err := fault.Fields(problems); err != nil {
			return old, err
		}
		if hash != "" {
			r.hash = hash
		}
		if hash != "" || r.Blocked && !old.Blocked {
			r.epoch++
		}
		return r, nil
	})
	return r.Account, err
}

func (c AccountChanges) apply(a Account) Account {
	for _, f := range []struct {
		field *string
		v     *string
	}{{&a.Mail, c.Mail}, {&a.Username, c.Username}, {&a.DisplayName, c.DisplayName}, {&a.Role, c.Role}, {&a.Organisation, c.Organisation}} {
		if f.v != nil {
			*f.field = *f.v
		}
	}
	if c.Blocked != nil {
		a.Blocked = *c.Blocked
	}
	a.Username = nameBeside(a.Mail, a.Username)
	return a
}

// nameBeside drops a user name that is the account's address: clients of Strapi send that where people have no name.
func nameBeside(mail, username string) string {
	if fold(username) == fold(mail) {
		return ""
	}
	return username
}

// DeleteAccount removes an account and its sessions. NotFound if there is none; Conflict if it is the last admin.
func (s *Service) DeleteAccount(ctx context.Context, id int64) error {
	for n := range maxAttempts {
		done, err := s.tryDelete(ctx, id)
		if n > 0 && fault.Is(err, fault.NotFound) {
			done, err = true, nil // the attempt before got so far
		}
		if err != nil {
			return err
		}
		if done {
			own := query.Where("meta.account", query.Eq, key(id))
			if err := s.end(ctx, networks, own); err != nil {
				return err
			}
			return s.endSessions(ctx, own)
		}
	}
	return crowded()
}

func (s *Service) tryDelete(ctx context.Context, id int64) (done bool, err error) {
	set, old, err := s.setAndRecord(ctx, id)
	if err != nil {
		return false, err
	}
	if !old.exists() {
		return false, noAccount()
	}
	var ops []store.Op
	if old.administers() {
		op, again, err := s.dismiss(ctx, set, id)
		if err != nil || again {
			return false, err
		}
		ops = append(ops, op)
	}
	ops = append(ops, store.Op{Kind: store.Delete, Collection: accounts, Key: key(id), Rev: old.rev})
	for _, collection := range []string{accountMails, accountNames} {
		release, err := s.releaseOf(ctx, collection, old, "")
		if err != nil {
			return false, err
		}
		ops = append(ops, release...)
	}
	if err = s.store.Apply(ctx, ops); isConflict(err) {
		return false, nil
	}
	return err == nil, err
}

// setAndRecord reads the set of admins and then the account, in this order (see adminSet). An
// account that is not there has revision 0, or that of a fence (see store.Contest).
func (s *Service) setAndRecord(ctx context.Context, id int64) (adminSet, record, error) {
	set, err := s.adminSet(ctx)
	if err != nil {
		return set, record{}, err
	}
	r, err := s.record(ctx, key(id))
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return set, r, err
}

// dismiss gives the write that takes an admin out of the set. If nobody were left it looks for admins that the set lacks: again means
// that it found some and the caller reads anew.
func (s *Service) dismiss(ctx context.Context, set adminSet, id int64) (op store.Op, again bool, err error) {
	op, ok := set.without(id)
	if ok {
		return op, false, nil
	}
	n, err := s.adopt(ctx, set, id)
	if err == nil && n == 0 {
		err = lastAdmin()
	}
	return op, true, err
}

// change is the one way in which an account is written: it reads it (revision 0 if it is not there), lets edit make the new one, and
// writes that with its claims and the set of admins, until nobody was in between.
func (s *Service) change(ctx context.Context, id int64, edit func(old record) (record, error)) (record, error) {
	for range maxAttempts {
		set, old, err := s.setAndRecord(ctx, id)
		if err != nil {
			return record{}, err
		}
		next, err := edit(old)
		if err != nil {
			return record{}, err
		}
		next.UpdatedAt = s.now().Truncate(time.Millisecond)
		next.CreatedAt = next.CreatedAt.Truncate(time.Millisecond)
		ops, again, err := s.plan(ctx, set, old, next)
		if err != nil {
			return record{}, err
		}
		if again {
			continue
		}
		err = s.store.Apply(ctx, ops)
		if err == nil {
			next.rev++
			return next, nil
		}
		if !isConflict(err) {
			return record{}, err
		}
	}
	return record{}, crowded()
}

// plan lists the writes of one change: first claims, then the account, then the set of admins and
// the claims that are let go.
func (s *Service) plan(ctx context.Context, set adminSet, old, next record) (ops []store.Op, again bool, err error) {
	ops, problems, err := s.claims(ctx, old, next)
	if err != nil {
		return nil, false, err
	}
	if err := fault.Fields(problems); err != nil {
		return nil, false, err
	}
	counts := next.Role == Admin && !next.Blocked
	if old.administers() && !counts {
		op, again, err := s.dismiss(ctx, set, next.ID)
		if err != nil || again {
			return nil, again, err
		}
		ops = append(ops, op)
	}
	if old.rev == 0 {
		ops = append(ops, store.Op{Kind: store.Insert, Collection: accounts, Key: key(next.ID), Parts: metaPart(present(next.fields()))})
	} else {
		ops = append(ops, store.Op{Kind: store.Replace, Collection: accounts, Key: key(next.ID), Rev: old.rev, Set: next.fields()})
	}
	if counts && !slices.Contains(set.ids, next.ID) {
		ops = append(ops, set.with(next.ID))
	}
	for _, collection := range []string{accountMails, accountNames} {
		release, err := s.releaseOf(ctx, collection, old, next.value(collection))
		if err != nil {
			return nil, false, err
		}
		ops = append(ops, release...)
	}
	return ops, false, nil
}
