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

// unused is Conflict if an entry uses the file. It names users that the caller may read, and counts all.
func (s *Service) unused(ctx context.Context, c auth.Caller, f asset.File) error {
	users, err := s.users(ctx, fileRefs(f)...)
	if err != nil || len(users) == 0 {
		return err
	}
	var named []map[string]any
	for _, r := range users {
		reader := &write{svc: s, ctx: ctx, caller: c, typ: r.typ}
		if len(named) < 10 && reader.permit(auth.ReadDraft, r) == nil {
			u := useOf(reader.fieldsOf(r), r, fileRefs(f)...)
			named = append(named, map[string]any{"type": r.typ.ID, "documentId": u.DocumentID, "locale": u.Locale, "title": u.Title})
		}
	}
	return fault.New(fault.Conflict, "The file is used by %d entries", len(users)).With("usedBy", named).With("count", len(users))
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
