package content

import (
	"context"
	"errors"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/fault"
)

// DeleteFile deletes a file that no entry uses, and returns what it was. Conflict if one does, be it in a draft. NotFound if the file is
// not there for the caller, or not its own.
func (s *Service) DeleteFile(ctx context.Context, c auth.Caller, id int64) (asset.File, error) {
	if s.files == nil {
		return asset.File{}, errNoFile()
	}
	if !c.MayUpload() {
		return asset.File{}, fault.New(fault.Forbidden, "Forbidden")
	}
	f, err := s.files.File(ctx, id)
	if err == nil && (f.Deleted || !asset.Owns(c, f)) {
		err = errNoFile()
	}
	if err != nil {
		return f, err
	}
	if err := s.unused(ctx, c, f); err != nil {
		return f, err
	}
	if f, err = s.files.Delete(ctx, c, id); err != nil {
		return f, err
	}
	// An entry may have come to use it between the two. One that still does, having found the file before it was deleted, is found by
	// SweepFiles.
	if err := s.unused(ctx, c, f); err != nil {
		return f, errors.Join(err, s.files.Undelete(context.WithoutCancel(ctx), id))
	}
	return f, nil
}

// unused is Conflict if an entry uses the file, also one that the caller does not read.
func (s *Service) unused(ctx context.Context, c auth.Caller, f asset.File) error {
	users, err := s.users(ctx, fileRefs(f)...)
	if err != nil || len(users) == 0 {
		return err
	}
	return s.usedError(ctx, c, "file", users, fileRefs(f)...)
}

// SweepFiles removes what belongs to no file, and files that were deleted and that no entry has come to use; see asset.Sweep.
func (s *Service) SweepFiles(ctx context.Context) (removed int, err error) {
	if s.files == nil {
		return 0, nil
	}
	return s.files.Sweep(ctx, func(ctx context.Context, f asset.File) (bool, error) {
		users, err := s.users(ctx, fileRefs(f)...)
		return len(users) > 0, err
	})
}
