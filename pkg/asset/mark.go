package asset

import (
	"context"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Facts in the record of a file that search follows files by, named as those of entries: the write that changes the
// record raises meta.want and sets meta.pending to the time. Nobody waits for them, so a change of only these facts
// raises no generation.
const (
	wantFact    = "want"
	pendingFact = "pending"
)

// Mark is a changed file of which the entries that show it have not been marked yet.
type Mark struct {
	ID   int64
	Key  string
	Want int64
}

// marked is a conditional write of a file's record that search has to follow.
func (s *Service) marked(f File, set value.Object) store.Op {
	set[pendingFact] = s.now().UTC().Format(timeFormat)
	return store.Op{Kind: store.Replace, Collection: files, Key: f.Key, Rev: f.rev, Set: set, Inc: map[string]int64{wantFact: 1}}
}

// Marks lists files that have changed, the oldest change first, at most limit.
func (s *Service) Marks(ctx context.Context, limit int) ([]Mark, error) {
	docs, err := s.store.Find(ctx, files, store.Query{
		Filter: query.Where("meta."+pendingFact, query.NotNull, nil), Sort: []query.Order{{Path: "meta." + pendingFact}}, Limit: limit, Parts: []string{store.Meta},
	})
	out := make([]Mark, len(docs))
	for i, d := range docs {
		m := d.Part(store.Meta)
		out[i] = Mark{ID: integer(m, "id"), Key: d.Key, Want: integer(m, wantFact)}
	}
	return out, err
}

// Settle takes away the marks of files that have not changed since Marks listed them. It may be repeated.
func (s *Service) Settle(ctx context.Context, marks []Mark) error {
	for _, m := range marks {
		still := query.AllOf(query.Where(store.KeyPath, query.Eq, m.Key), query.Where("meta."+wantFact, query.Eq, m.Want))
		if _, err := s.store.Touch(ctx, files, still, value.Object{pendingFact: nil}, nil); err != nil {
			return err
		}
	}
	return nil
}
