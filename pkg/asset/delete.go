package asset

import (
	"context"
	"errors"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Delete takes a file away, and returns what it was: it is in no list, and no write may put it into an entry. Its record and its bytes
// stay until Sweep finds, a day later, that nothing uses it, since an entry that is written at the same moment may: to look for users
// and to delete are two steps. It does not ask who uses it: content.DeleteFile does. NotFound if it is not there for the caller.
func (s *Service) Delete(ctx context.Context, c auth.Caller, id int64) (File, error) {
	return s.mark(ctx, s.now().UTC().Format(timeFormat), func() (File, error) { return s.owned(ctx, c, id) })
}

// Undelete takes Delete back. NotFound if the file is gone for good.
func (s *Service) Undelete(ctx context.Context, id int64) error {
	_, err := s.mark(ctx, nil, func() (File, error) { return s.File(ctx, id) })
	return err
}

// mark says when a file was deleted, nil for not.
func (s *Service) mark(ctx context.Context, deletedAt any, find func() (File, error)) (File, error) {
	for range maxAttempts {
		f, err := find()
		if err != nil {
			return File{}, err
		}
		err = s.store.Apply(ctx, []store.Op{{
			Kind: store.Replace, Collection: files, Key: f.Key, Rev: f.rev, Set: value.Object{"deletedAt": deletedAt},
		}})
		var conflict *store.OpError
		if !errors.As(err, &conflict) {
			return f, err
		}
	}
	return File{}, fault.New(fault.Unavailable, "Too many writers at once")
}

// Remove removes a file for good: one that no entry can use, since nobody has heard of it yet. NotFound if it is not there for the
// caller.
func (s *Service) Remove(ctx context.Context, c auth.Caller, id int64) error {
	f, err := s.owned(ctx, c, id)
	if err != nil {
		return err
	}
	return s.remove(ctx, f)
}

// remove removes a file, its record first. It fails with an *store.OpError if somebody changed the record since f was read.
func (s *Service) remove(ctx context.Context, f File) error {
	err := s.store.Apply(ctx, []store.Op{{Kind: store.Delete, Collection: files, Key: f.Key, Rev: f.rev}})
	if err == nil {
		s.discard(ctx, f)
	}
	return err
}
