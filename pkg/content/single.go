package content

import (
	"context"
	"errors"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/store"
)

// singleID gives the documentId of a single type's one entry. NotFound if there is none.
func (s *Service) singleID(ctx context.Context, t *schema.Type) (string, error) {
	d, err := s.store.Get(ctx, claims, claimKey(t, singleField, schema.NoLocale, ""), nil)
	if fault.Is(err, fault.NotFound) {
		return "", fault.New(fault.NotFound, "Not Found")
	}
	if err != nil {
		return "", err
	}
	return text(d.Part(store.Meta), "documentId"), nil
}

// SingleID gives the documentId of a single type's one entry to a caller that may read its drafts. NotFound if there is none.
func (s *Service) SingleID(ctx context.Context, c auth.Caller, t *schema.Type) (string, error) {
	if _, err := s.grant(c, auth.ReadDraft, t); err != nil {
		return "", err
	}
	return s.singleID(ctx, t)
}

// PutSingle creates a single type's entry or merges changes into it. Stale with an IfMatch where there is none.
func (s *Service) PutSingle(ctx context.Context, c auth.Caller, t *schema.Type, changes Changes, o Write) (Saved, error) {
	for attempt := range maxAttempts {
		id, err := s.singleID(ctx, t)
		if err == nil {
			saved, err := s.Update(ctx, c, t, id, changes, o)
			if !fault.Is(err, fault.NotFound) {
				return saved, err
			}
		} else if !fault.Is(err, fault.NotFound) {
			return Saved{}, err
		}
		if _, err := s.grant(c, auth.Update, t); err != nil {
			return Saved{}, err
		}
		if o.IfMatch != 0 { // without it the entry would be made, so it is what stands in the way (RFC 9110, section 13.2.1)
			return Saved{}, fault.New(fault.Stale, "There is no such entry")
		}
		saved, err := s.create(ctx, c, t, changes, o)
		if !errors.Is(err, errSingle) {
			return saved, err
		}
		// Another process created the one entry first: merge into that.
		if err := pause(ctx, attempt); err != nil {
			return Saved{}, err
		}
	}
	return Saved{}, fault.New(fault.Conflict, "Too many others write this entry at the same time")
}

// DeleteSingle puts a single type's entry in the trash; if there is none, nothing happens.
func (s *Service) DeleteSingle(ctx context.Context, c auth.Caller, t *schema.Type, o Write) error {
	if _, err := s.grant(c, auth.Delete, t); err != nil {
		return err
	}
	if o.Locale != "*" { // a wrong one is wrong also where nothing is there
		if _, err := s.locale(t, o.Locale); err != nil {
			return err
		}
	}
	id, err := s.singleID(ctx, t)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.Delete(ctx, c, t, id, o)
}
