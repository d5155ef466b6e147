package auth

import (
	"context"
	"errors"

	"kontor/pkg/fault"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// A claim is a document whose key is a value that only one account or token may have, and that
// names its holder; see store.Contest for what becomes of the claim of a write that did not come to
// its end.
type claim struct {
	collection string
	key        string
	holder     string
}

// errClaimed says that somebody else holds the value.
var errClaimed = errors.New("claimed")

// take returns the op that takes a claim, which stands before the write of the holder, or
// errClaimed. has tells whether the document of another holder, in the collection holders, has the
// value.
func (s *Service) take(ctx context.Context, c claim, holders string, has func(store.Document) bool) (store.Op, error) {
	rev, free, err := store.Contest(ctx, s.store, c.collection, c.key, func(ctx context.Context, d store.Document) (store.Holding, error) {
		other := text(d.Part(store.Meta), "holder")
		if other == c.holder {
			return store.Holding{Own: true}, nil
		}
		h, err := s.store.Get(ctx, holders, other, []string{store.Meta})
		if err != nil && !fault.Is(err, fault.NotFound) {
			return store.Holding{}, err
		}
		return store.Holding{Has: err == nil && !store.IsFence(h) && has(h), Fences: []store.Op{store.FenceOp(holders, other, h.Rev)}}, nil
	})
	held := value.Object{"holder": c.holder}
	switch {
	case err != nil:
		return store.Op{}, err
	case !free:
		return store.Op{}, errClaimed
	case rev == 0:
		return store.Op{Kind: store.Insert, Collection: c.collection, Key: c.key, Parts: metaPart(held)}, nil
	}
	return store.Op{Kind: store.Replace, Collection: c.collection, Key: c.key, Rev: rev, Set: held}, nil
}

// holder gives who holds a claim, "" if nobody does, and the claim's revision.
func (s *Service) holder(ctx context.Context, collection, key string) (string, int64, error) {
	d, err := s.store.Get(ctx, collection, key, nil)
	if fault.Is(err, fault.NotFound) {
		return "", 0, nil
	}
	return text(d.Part(store.Meta), "holder"), d.Rev, err
}

// release gives the write that ends a claim, if the holder has it.
func (s *Service) release(ctx context.Context, c claim) ([]store.Op, error) {
	holder, rev, err := s.holder(ctx, c.collection, c.key)
	if err != nil || holder != c.holder {
		return nil, err
	}
	return []store.Op{{Kind: store.Delete, Collection: c.collection, Key: c.key, Rev: rev}}, nil
}
