package auth

import (
	"context"
	"errors"

	"kontor/pkg/fault"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// claims gives the claims that an account needs for what it will be, and what somebody else holds.
func (s *Service) claims(ctx context.Context, old, next record) ([]claimOps, []fault.Field, error) {
	var out []claimOps
	var problems []fault.Field
	for _, c := range []struct{ collection, field string }{{accountMails, "email"}, {accountNames, "username"}} {
		v := next.value(c.collection)
		if v == "" {
			continue
		}
		if old.rev > 0 && old.value(c.collection) == v {
			held, _, err := s.holder(ctx, c.collection, v)
			if err != nil {
				return nil, nil, err
			}
			if held == key(next.ID) {
				continue
			}
		}
		stale := func(ctx context.Context, holder string) (bool, error) { return s.isStale(ctx, c.collection, v, holder) }
		ops, err := s.ops(ctx, claim{c.collection, v, key(next.ID)}, stale)
		switch {
		case errors.Is(err, errClaimed):
			problems = append(problems, *taken(c.field))
		case err != nil:
			return nil, nil, err
		default:
			out = append(out, ops)
		}
	}
	return out, problems, nil
}

// isStale tells whether the account that a claim names does not have the value.
func (s *Service) isStale(ctx context.Context, collection, v, holder string) (bool, error) {
	r, err := s.record(ctx, holder)
	if fault.Is(err, fault.NotFound) {
		return true, nil
	}
	return err == nil && r.value(collection) != v, err
}

// releaseOf gives the write that ends the claim for what an account had, unless it is kept.
func (s *Service) releaseOf(ctx context.Context, collection string, old record, kept string) ([]store.Op, error) {
	v := old.value(collection)
	if old.rev == 0 || v == "" || v == kept {
		return nil, nil
	}
	return s.release(ctx, claim{collection, v, key(old.ID)})
}

// undo takes a write back that lost its claim: the account was written, but another one has the address or the name by now. A change
// that somebody made since then stays. A new account goes even if it looks like the last admin: it never was one.
func (s *Service) undo(ctx context.Context, old, next record) error {
	if old.rev == 0 {
		if err := s.remove(ctx, next.ID, false); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		return nil
	}
	err := s.store.Apply(ctx, []store.Op{{Kind: store.Replace, Collection: accounts, Key: key(next.ID), Rev: old.rev + 1,
		Set: value.Object{"mail": old.Mail, "username": optionalText(old.Username)}}})
	if err != nil && !isConflict(err) {
		return err
	}
	return nil
}

// present leaves out what is nil.
func present(o value.Object) value.Object {
	out, _ := value.Normal(o).(value.Object)
	return out
}
