package store

import (
	"context"
	"sync"

	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// blockSize is how many numbers a process takes at once; what it does not use is never given again.
const blockSize = 32

// numberAttempts bounds how often a counter is tried again after another process was first.
const numberAttempts = 60

// Numbers hands out numbers from 1 on, unique per series and never reused, also with several processes on one store. They are taken in
// blocks from a counter document for each series. It is safe for use by many goroutines.
type Numbers struct {
	Store      Store
	Collection string // ensured by the owner

	mu   sync.Mutex
	free map[string]*block
}

type block struct {
	mu         sync.Mutex
	next, last int64
}

// Take gives the next free number of a series. Unavailable if too many take at once.
func (n *Numbers) Take(ctx context.Context, series string) (int64, error) {
	n.mu.Lock()
	if n.free == nil {
		n.free = map[string]*block{}
	}
	b := n.free[series]
	if b == nil {
		b = &block{next: 1}
		n.free[series] = b
	}
	n.mu.Unlock()

	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next > b.last {
		first, err := n.reserve(ctx, series)
		if err != nil {
			return 0, err
		}
		b.next, b.last = first, first+blockSize-1
	}
	number := b.next
	b.next++
	return number, nil
}

// Reserve sees to it that Take gives no number up to most, for those who bring their numbers with them. Blocks that processes have taken
// before stay theirs.
func (n *Numbers) Reserve(ctx context.Context, series string, most int64) error {
	for range numberAttempts {
		d, err := n.Store.Get(ctx, n.Collection, series, nil)
		next, _ := d.Part(Meta)["next"].(int64)
		op := Op{Kind: Replace, Collection: n.Collection, Key: series, Rev: d.Rev, Set: value.Object{"next": most + 1}}
		switch {
		case fault.Is(err, fault.NotFound):
			op = Op{Kind: Insert, Collection: n.Collection, Key: series, Parts: map[string]value.Object{Meta: {"next": most + 1}}}
		case err != nil:
			return err
		case next > most:
			return nil
		}
		if err = n.Store.Apply(ctx, []Op{op}); !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return fault.New(fault.Unavailable, "Too many writers at once")
}

// reserve moves the counter document on by a block with a conditional write.
func (n *Numbers) reserve(ctx context.Context, series string) (first int64, err error) {
	for range numberAttempts {
		op := Op{Kind: Replace, Collection: n.Collection, Key: series, Inc: map[string]int64{"next": blockSize}}
		first = 1
		d, err := n.Store.Get(ctx, n.Collection, series, nil)
		switch {
		case fault.Is(err, fault.NotFound):
			op = Op{Kind: Insert, Collection: n.Collection, Key: series, Parts: map[string]value.Object{Meta: {"next": int64(1 + blockSize)}}}
		case err != nil:
			return 0, err
		default:
			first, _ = d.Part(Meta)["next"].(int64)
			op.Rev = d.Rev
		}
		err = n.Store.Apply(ctx, []Op{op})
		if fault.Is(err, fault.Conflict) {
			continue
		}
		return first, err
	}
	return 0, fault.New(fault.Unavailable, "Too many writers at once")
}
