package auth

import (
	"context"
	"errors"

	"kontor/pkg/fault"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// A claim is a document whose key is a value that only one account or token may have, and that names its holder. The store has no
// other unique index, and no transaction that would span claim and holder, so a claim may be left behind: its holder was never
// written, is gone, or has another value by now. Such a stale claim is taken over by a conditional write.
type claim struct {
	collection string
	key        string
	holder     string
}

// errClaimed says that somebody else holds the value.
var errClaimed = errors.New("claimed")

// claimOps are the two writes of a claim: take stands before the write of the holder, confirm behind it. Confirm fails if another
// process, seeing no holder yet, took the claim over in between; then the holder's write must be undone.
type claimOps struct{ take, confirm store.Op }

// ops reads the claim and gives its writes, or errClaimed. stale tells whether a holder that is named does not have the value.
func (s *Service) ops(ctx context.Context, c claim, stale func(ctx context.Context, holder string) (bool, error)) (claimOps, error) {
	held := value.Object{"holder": c.holder}
	d, err := s.store.Get(ctx, c.collection, c.key, nil)
	switch {
	case fault.Is(err, fault.NotFound):
		return claimOps{
			take:    store.Op{Kind: store.Insert, Collection: c.collection, Key: c.key, Parts: metaPart(held)},
			confirm: store.Op{Kind: store.Replace, Collection: c.collection, Key: c.key, Rev: 1, Set: held},
		}, nil
	case err != nil:
		return claimOps{}, err
	}
	if holder := text(d.Part(store.Meta), "holder"); holder != c.holder {
		left, err := stale(ctx, holder)
		if err != nil {
			return claimOps{}, err
		}
		if !left {
			return claimOps{}, errClaimed
		}
	}
	return claimOps{
		take:    store.Op{Kind: store.Replace, Collection: c.collection, Key: c.key, Rev: d.Rev, Set: held},
		confirm: store.Op{Kind: store.Replace, Collection: c.collection, Key: c.key, Rev: d.Rev + 1, Set: held},
	}, nil
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
