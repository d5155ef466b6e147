package content

import (
	"context"

	"kontor/pkg/schema"
)

// SpreadFiles marks the entries that show a file whose record has changed, for at most limit files, and returns of how
// many files it did. A crash in between repeats it, because the mark of a file goes last.
func (s *Service) SpreadFiles(ctx context.Context, limit int) (int, error) {
	if s.files == nil {
		return 0, nil
	}
	marks, err := s.files.Marks(ctx, limit)
	if err != nil || len(marks) == 0 {
		return 0, err
	}
	refs := make([]string, len(marks))
	for i, m := range marks {
		refs[i] = schema.FileRef(m.ID)
	}
	for _, t := range s.types.Types() {
		if !holdsFiles(t.Fields) {
			continue
		}
		if err := s.markReferring(ctx, t, refs); err != nil {
			return 0, err
		}
	}
	return len(marks), s.files.Settle(ctx, marks)
}
