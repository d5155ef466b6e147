package asset

import (
	"context"
	"errors"
	"strings"
	"time"

	"kontor/pkg/blob"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// orphanAge is how old bytes without a record must be to be removed, and how long ago a file must have been deleted: no upload takes as
// long after its last byte, and no write after it looked for the file.
const orphanAge = 24 * time.Hour

// sweepBatch is how many keys are looked up at once.
const sweepBatch = 500

// Sweep removes files that were deleted more than a day ago and that nobody uses, bytes that no record knows and that are older than a
// day, and what uploads that died have left. A deleted file that is used is one again. It says how many it removed. It may run in several
// processes at once.
func (s *Service) Sweep(ctx context.Context, used func(context.Context, File) (bool, error)) (removed int, err error) {
	before := s.now().Add(-orphanAge)
	if removed, err = s.sweepDeleted(ctx, before, used); err != nil {
		return removed, err
	}
	for _, prefix := range []string{"file/", "edition/", "image/"} {
		n, err := s.sweepPrefix(ctx, prefix, before)
		if removed += n; err != nil {
			return removed, err
		}
	}
	n, err := s.blobs.Tidy(ctx, before)
	return removed + n, err
}

// sweepDeleted ends what Delete has begun.
func (s *Service) sweepDeleted(ctx context.Context, before time.Time, used func(context.Context, File) (bool, error)) (removed int, err error) {
	docs, err := s.store.Find(ctx, files, store.Query{
		Filter: query.Where("meta.deletedAt", query.Lt, before.UTC().Format(timeFormat)), Parts: []string{store.Meta},
	})
	if err != nil {
		return 0, err
	}
	for _, d := range docs {
		f := fileOf(d)
		isUsed, err := used(ctx, f)
		switch {
		case err != nil:
		case isUsed:
			err = s.Undelete(ctx, f.ID)
		default:
			if err = s.remove(ctx, f); err == nil {
				removed++
			}
		}
		var other *store.OpError // another process was first
		if err != nil && !errors.As(err, &other) && !fault.Is(err, fault.NotFound) {
			return removed, err
		}
	}
	return removed, nil
}

// errFull ends a listing when a batch is full.
var errFull = errors.New("full")

// sweepPrefix removes orphans page by page, so that nothing is deleted under a running listing.
func (s *Service) sweepPrefix(ctx context.Context, prefix string, before time.Time) (removed int, err error) {
	for after := ""; ; {
		var old []string
		last := ""
		err := s.blobs.List(ctx, prefix, after, func(i blob.Info) error {
			if i.Modified.Before(before) {
				old = append(old, i.Key)
			}
			if last = i.Key; len(old) == sweepBatch {
				return errFull
			}
			return nil
		})
		if err != nil && !errors.Is(err, errFull) {
			return removed, err
		}
		n, orphansErr := s.removeOrphans(ctx, prefix, old)
		if removed += n; orphansErr != nil || err == nil {
			return removed, orphansErr
		}
		after = last
	}
}

// removeOrphans removes those of the blobs that no record knows: their file has none, or has come to have others in their place.
func (s *Service) removeOrphans(ctx context.Context, prefix string, keys []string) (removed int, err error) {
	if len(keys) == 0 {
		return 0, nil
	}
	fileKey := func(blobKey string) string {
		key, _, _ := strings.Cut(strings.TrimPrefix(blobKey, prefix), "/")
		return key
	}
	list := make(value.List, len(keys))
	for i, k := range keys {
		list[i] = fileKey(k)
	}
	docs, err := s.store.Find(ctx, files, store.Query{Filter: query.Where(store.KeyPath, query.In, list), Parts: []string{store.Meta}})
	if err != nil {
		return 0, err
	}
	known := make(map[string]bool, len(docs))
	for _, d := range docs {
		for _, key := range fileOf(d).blobKeys() {
			known[key] = true
		}
	}
	for _, k := range keys {
		if known[k] {
			continue
		}
		if err := s.blobs.Delete(ctx, k); err != nil && !fault.Is(err, fault.NotFound) {
			return removed, err
		}
		removed++
	}
	return removed, nil
}
