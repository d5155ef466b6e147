package content

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// showable names the files of values that can not be shown to the public: images without the
// alternative text that their field requires, and images that may say where they were taken. Where
// a field only wants to warn, that is in w.bare.
func (w *write) showable(values value.Object) ([]fault.Field, error) {
	placed := filesIn(w.typ.Fields, values, nil)
	found, err := w.svc.filesOf(w.ctx, placed)
	if err != nil {
		return nil, err
	}
	var wrong []fault.Field
	w.bare = nil
	for _, p := range placed {
		f, there := found[p.id]
		switch {
		case !there:
		case f.ForEditors():
			wrong = append(wrong, unshowable(p, f))
		case !lacksAlt(f.Facts, f):
		case dutyOf(p.field) == schema.AltRequired:
			wrong = append(wrong, withoutAlt(p, f))
		case dutyOf(p.field) == schema.AltWarn:
			w.bare = append(w.bare, withoutAlt(p, f))
		}
	}
	return wrong, nil
}

func dutyOf(f *schema.Field) schema.AltDuty {
	if f.Asset == nil {
		return schema.AltNone
	}
	return f.Asset.Alt
}

func lacksAlt(facts asset.Facts, f asset.File) bool {
	return f.IsImage() && facts.Alt == "" && !facts.Decorative
}

func withoutAlt(p placedFile, f asset.File) fault.Field {
	return fault.Field{
		Path: p.path, Code: "alt", Value: p.id,
		English: fmt.Sprintf("%s: the image %q (file %d) has no alternative text and is not marked as decorative",
			p.field.Name, f.Name, f.ID),
		German: fmt.Sprintf("„%s“: Das Bild „%s“ hat keinen Alternativtext und ist nicht als schmückend gekennzeichnet.", p.field.Title.DE, f.Name),
	}
}

func unshowable(p placedFile, f asset.File) fault.Field {
	return fault.Field{
		Path: p.path, Code: "metadata", Value: p.id,
		English: fmt.Sprintf("%s: the place and time of the photo can't be removed from %q (file %d, %s); upload a JPEG, PNG or WebP",
			p.field.Name, f.Name, f.ID, f.Type),
		German: fmt.Sprintf("„%s“: Aus der Datei „%s“ (%s) lassen sich Ort und Zeit der Aufnahme nicht entfernen. "+
			"Bitte als JPEG, PNG oder WebP hochladen.",
			p.field.Title.DE, f.Name, f.Type),
	}
}

// DescribeFile changes what is said of a file. Errors are those of asset.Describe, and Conflict
// where an alternative text would go that a published entry requires.
func (s *Service) DescribeFile(
	ctx context.Context, c auth.Caller, id int64, changes asset.Changes,
) (asset.File, error) {
	if s.files == nil {
		return asset.File{}, errNoFile()
	}
	f, err := s.files.File(ctx, id)
	if err == nil {
		err = s.keepsAlt(ctx, c, f, changes)
	}
	if err == nil {
		f, err = s.files.Describe(ctx, c, id, changes)
	}
	return f, err
}

// keepsAlt is Conflict if the changes would leave an image without alternative text that is public
// where one is required.
func (s *Service) keepsAlt(ctx context.Context, c auth.Caller, f asset.File, changes asset.Changes) error {
	next := f.Facts
	if changes.Alt != nil {
		next.Alt = strings.TrimSpace(*changes.Alt)
	}
	if changes.Decorative != nil {
		next.Decorative = *changes.Decorative
	}
	if !asset.Owns(c, f) || !lacksAlt(next, f) || lacksAlt(f.Facts, f) {
		return nil
	}
	placed, err := s.placesOf(ctx, f)
	if err != nil {
		return err
	}
	required := func(p placedFile) bool { return p.public && dutyOf(p.field) == schema.AltRequired }
	if slices.ContainsFunc(placed, required) {
		return fault.New(fault.Conflict, "The image is public where an alternative text is required; give it one or mark it as decorative").
			With("key", "alternativeText")
	}
	return nil
}

// ReplaceFile gives a file the bytes of a prepared edition and the changed facts in one write.
// Errors are those of DescribeFile and asset.CommitEdition, and Invalid for bytes that a field with
// the file does not accept. After an error the file has neither.
func (s *Service) ReplaceFile(
	ctx context.Context, c auth.Caller, e asset.PreparedEdition, changes asset.Changes,
) (asset.File, error) {
	if e.Unchanged && changes != (asset.Changes{}) {
		return s.DescribeFile(ctx, c, e.File.ID, changes)
	}
	return s.files.CommitEdition(ctx, c, e, changes, func(before, next asset.File) error {
		if err := s.keepsAlt(ctx, c, before, changes); err != nil {
			return err
		}
		placed, err := s.placesOf(ctx, next)
		if err != nil {
			return err
		}
		var wrong []fault.Field
		for _, p := range placed {
			if problem := unfitFile(p, next, true); problem != nil {
				wrong = append(wrong, *problem)
			}
		}
		return fault.Fields(wrong)
	})
}

// RenewFiles makes again what an earlier version of Kontor made of images.
func (s *Service) RenewFiles(ctx context.Context) (renewed int, err error) {
	if s.files == nil {
		return 0, nil
	}
	return s.files.Renew(ctx)
}

// placesOf lists the asset fields that hold a file: of each entry those of its draft, then those of
// its published snapshot.
func (s *Service) placesOf(ctx context.Context, f asset.File) ([]placedFile, error) {
	users, err := s.users(ctx, schema.FileRef(f.ID))
	if err != nil {
		return nil, err
	}
	var out []placedFile
	for _, r := range users {
		for _, public := range []bool{false, true} {
			snapshot := r.draft
			if public {
				snapshot = r.published
			}
			for _, p := range filesIn(r.typ.Fields, snapshot, nil) {
				if p.id == f.ID {
					p.public = public
					out = append(out, p)
				}
			}
		}
	}
	return out, nil
}
