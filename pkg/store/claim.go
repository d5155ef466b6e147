package store

import (
	"context"
	"errors"
	"time"

	"kontor/pkg/fault"
)

// A claim is a document whose key is a value that only one holder may have. The store has no other
// unique index and no transaction over claim and holder, so a writer takes the claim first and
// writes the holder's document after it. The claim of a writer that died in between is left:
// Contest finds out, without comparing two clocks, whether it may be taken over.
//
// A writer that is only slow must not write its holder after somebody else has taken the claim. So
// each write of a holder is conditional on what the writer has read of it (an Insert, or a Replace
// at a revision), and before a claim is taken over the holder's documents are fenced: those that
// are there get a new revision, and where there is none an empty document is inserted. The slow
// write then fails.

// claimPatience is how long a claim must be seen unchanged, by one process's own clock, before its
// holder is fenced. Fencing is right at any time; the patience only spares a write that is under
// way.
const claimPatience = 250 * time.Millisecond

// claimPoll is how often a claim is looked at meanwhile.
const claimPoll = 10 * time.Millisecond

// Holding is what a claim's holder is.
type Holding struct {
	Own    bool // the holder is the one who contests
	Has    bool // a document of the holder has the value
	Fences []Op // see FenceOp, for each document by which the holder could come to have the value; made of what Has was read from
}

// Contest decides about a claim that could not be inserted. look tells about the holder that the
// claim names. free is true if the claim may be taken: by an Insert if rev is 0, else by a Replace
// at rev, which fails if the claim has changed.
func Contest(ctx context.Context, st Store, collection, key string, look func(ctx context.Context, claim Document) (Holding, error)) (rev int64, free bool, err error) {
	var seen int64
	var since time.Time
	for {
		d, err := st.Get(ctx, collection, key, nil)
		if fault.Is(err, fault.NotFound) {
			return 0, true, nil
		}
		if err != nil {
			return 0, false, err
		}
		h, err := look(ctx, d)
		if err != nil || h.Own || h.Has {
			return d.Rev, err == nil && h.Own, err
		}
		if d.Rev != seen {
			seen, since = d.Rev, time.Now()
		}
		if time.Since(since) >= claimPatience {
			err := st.Apply(ctx, h.Fences)
			if conflict := (*OpError)(nil); !errors.As(err, &conflict) {
				return d.Rev, err == nil, err
			}
			continue // the holder has written meanwhile
		}
		select {
		case <-ctx.Done():
			return 0, false, fault.Wrap(fault.Timeout, ctx.Err(), "The request took too long")
		case <-time.After(claimPoll):
		}
	}
}

// FenceOp makes every write fail that is conditional on a document as it is at rev; 0: on its
// absence.
func FenceOp(collection, key string, rev int64) Op {
	if rev == 0 {
		return Op{Kind: Insert, Collection: collection, Key: key}
	}
	return Op{Kind: Replace, Collection: collection, Key: key, Rev: rev}
}

// IsFence tells whether a document is there only so that a write fails: it has no parts. Readers
// take it for absent; a writer replaces it.
func IsFence(d Document) bool { return len(d.Parts) == 0 }
