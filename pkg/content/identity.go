package content

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"regexp"

	"kontor/pkg/fault"
	"kontor/pkg/schema"
)

// Reserve sets the numbers from 1 to n of a type aside for entries that bring their ids with them. It may be repeated; those that were
// given to other entries before are not taken from them, so only in a type without entries all of them are free.
func (s *Service) Reserve(ctx context.Context, t *schema.Type, n int64) error {
	return s.ids.Reserve(ctx, t.ID, n)
}

var documentIDForm = regexp.MustCompile(`^[a-z0-9]{24}$`)

// assume lets the new entry have the names it brings with it. Conflict if there is an entry under its documentId, or one in the trash;
// the write fails likewise if it comes meanwhile. The id is the business of whoever reserved it.
func (w *write) assume(i Identity) error {
	if !documentIDForm.MatchString(i.DocumentID) || i.ID < 1 {
		return fault.New(fault.Internal, "an entry can't be called %q, %d", i.DocumentID, i.ID)
	}
	if err := w.load(i.DocumentID, w.next.locale); err != nil {
		return err
	}
	if w.cur != nil || len(w.siblings) > 0 {
		return fault.New(fault.Conflict, "There is an entry of that name")
	}
	w.identity = i
	return nil
}

// itemIDs is where new items of lists get their ids from: by chance, or, in an entry that brings its names with it, always the same.
func (w *write) itemIDs() func() int64 {
	if w.identity.isZero() {
		return schema.RandomItemID
	}
	sum := sha256.Sum256([]byte(w.identity.DocumentID))
	source := rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:])))
	return func() int64 { return source.Int64N(schema.MaxItemID) + 1 }
}
