package content

import (
	"context"
	"sync"

	"kontor/pkg/fault"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// blockSize is how many numeric ids a process takes at once; what it does not use is never given again.
const blockSize = 32

// blocks hands out the numeric ids of entries: unique per type, never reused, also with several processes on one store.
type blocks struct {
	store store.Store
	mu    sync.Mutex
	free  map[string]*block
}

type block struct {
	mu         sync.Mutex
	next, last int64
}

// take gives the next free id of a type.
func (b *blocks) take(ctx context.Context, typ string) (int64, error) {
	b.mu.Lock()
	if b.free == nil {
		b.free = map[string]*block{}
	}
	bl := b.free[typ]
	if bl == nil {
		bl = &block{next: 1}
		b.free[typ] = bl
	}
	b.mu.Unlock()

	bl.mu.Lock()
	defer bl.mu.Unlock()
	if bl.next > bl.last {
		first, err := b.reserve(ctx, typ)
		if err != nil {
			return 0, err
		}
		bl.next, bl.last = first, first+blockSize-1
	}
	id := bl.next
	bl.next++
	return id, nil
}

// reserve moves the counter document on by a block with a conditional write.
func (b *blocks) reserve(ctx context.Context, typ string) (first int64, err error) {
	for range maxAttempts {
		op := store.Op{Kind: store.Replace, Collection: counters, Key: typ, Inc: map[string]int64{"next": blockSize}}
		first = 1
		d, err := b.store.Get(ctx, counters, typ, nil)
		switch {
		case fault.Is(err, fault.NotFound):
			op = store.Op{Kind: store.Insert, Collection: counters, Key: typ,
				Parts: map[string]value.Object{store.Meta: {"next": int64(1 + blockSize)}}}
		case err != nil:
			return 0, err
		default:
			first, op.Rev = integer(d.Part(store.Meta), "next"), d.Rev
		}
		err = b.store.Apply(ctx, []store.Op{op})
		if fault.Is(err, fault.Conflict) {
			continue
		}
		return first, err
	}
	return 0, fault.New(fault.Unavailable, "Too many writers at once")
}
