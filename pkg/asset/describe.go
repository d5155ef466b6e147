package asset

import (
	"context"
	"errors"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/store"
)

// Changes are what Describe changes; nil leaves as it is.
type Changes struct {
	Name, Alt, Caption, Credit, Licence *string
	Decorative                          *bool
}

// maxAttempts bounds how often a change is tried again after somebody else was first.
const maxAttempts = 50

// Describe changes what people say of a file. NotFound if it is not there for the caller, Invalid with every wrong fact.
func (s *Service) Describe(ctx context.Context, c auth.Caller, id int64, changes Changes) (File, error) {
	for range maxAttempts {
		f, err := s.owned(ctx, c, id)
		if err != nil {
			return File{}, err
		}
		if f, err = changes.applied(f); err != nil {
			return File{}, err
		}
		f.UpdatedAt = s.now().UTC().Truncate(time.Millisecond)
		err = s.store.Apply(ctx, []store.Op{s.marked(f, f.described())})
		var conflict *store.OpError
		if !errors.As(err, &conflict) {
			return f, err
		}
	}
	return File{}, fault.New(fault.Unavailable, "Too many writers at once")
}

// applied returns the file with the changes; Invalid with every wrong fact.
func (changes Changes) applied(f File) (File, error) {
	old := f.Facts
	if changes.Name != nil {
		f.Name = named(*changes.Name, f.Name)
	}
	if changes.Decorative != nil {
		f.Facts.Decorative = *changes.Decorative
	}
	for _, p := range []struct{ to, from *string }{
		{&f.Facts.Alt, changes.Alt}, {&f.Facts.Caption, changes.Caption},
		{&f.Facts.Credit, changes.Credit}, {&f.Facts.Licence, changes.Licence},
	} {
		if p.from != nil {
			*p.to = *p.from
		}
	}
	wrong := f.Facts.clean(old)
	return f, fault.Fields(wrong)
}

// owned finds a file that the caller may change.
func (s *Service) owned(ctx context.Context, c auth.Caller, id int64) (File, error) {
	if !c.MayUpload() {
		return File{}, fault.New(fault.Forbidden, "Forbidden")
	}
	f, err := s.File(ctx, id)
	if err == nil && (f.Deleted || !Owns(c, f)) {
		err = notFound()
	}
	return f, err
}
