package auth

import (
	"context"
	"errors"

	"kontor/pkg/fault"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// claims returns the ops that take what an account needs for what it will be, and the fields whose
// value somebody else holds.
func (s *Service) claims(ctx context.Context, old, next record) ([]store.Op, []fault.Field, error) {
	var out []store.Op
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
		op, err := s.take(ctx, claim{c.collection, v, key(next.ID)}, accounts, func(d store.Document) bool {
			return readRecord(d).value(c.collection) == v
		})
		switch {
		case errors.Is(err, errClaimed):
			problems = append(problems, *taken(c.field))
		case err != nil:
			return nil, nil, err
		default:
			out = append(out, op)
		}
	}
	return out, problems, nil
}

// releaseOf gives the write that ends the claim for what an account had, unless it is kept.
func (s *Service) releaseOf(ctx context.Context, collection string, old record, kept string) ([]store.Op, error) {
	v := old.value(collection)
	if old.rev == 0 || v == "" || v == kept {
		return nil, nil
	}
	return s.release(ctx, claim{collection, v, key(old.ID)})
}

// present leaves out what is nil.
func present(o value.Object) value.Object {
	out, _ := value.Normal(o).(value.Object)
	return out
}
