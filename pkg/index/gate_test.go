package index_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/search"
)

// gate is an engine that can be made to wait, to fail and to refuse.
type gate struct {
	search.Engine
	away    atomic.Bool
	damaged atomic.Value // the name of an index, until that is dropped

	mu    sync.Mutex // guards what follows
	hooks hooks
}

// hooks are what a test does or decides in the middle of things.
type hooks struct {
	before  func(index string, docs []search.Document)
	refuse  func(search.Document) bool
	poison  func(search.Document) bool // fails whatever it comes with
	scanned func(index string)         // after it was looked at
}

func (g *gate) set(h hooks) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.hooks = h
}

func (g *gate) get() hooks {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.hooks
}

func (g *gate) hurt(index string) error {
	if name, _ := g.damaged.Load().(string); name != "" && name == index {
		return fault.New(fault.Unavailable, "the index is damaged")
	}
	return nil
}

func (g *gate) Indexes(ctx context.Context) ([]search.Info, error) {
	list, err := g.Engine.Indexes(ctx)
	for i := range list {
		if g.hurt(list[i].Name) != nil {
			list[i].Damaged = "for a test"
		}
	}
	return list, err
}

func (g *gate) Scan(ctx context.Context, index, after string, limit int) ([]search.Stamp, error) {
	list, err := g.Engine.Scan(ctx, index, after, limit)
	if h := g.get(); h.scanned != nil {
		h.scanned(index)
	}
	return list, err
}

func (g *gate) Drop(ctx context.Context, index string) error {
	if g.hurt(index) != nil {
		g.damaged.Store("")
	}
	return g.Engine.Drop(ctx, index)
}

func (g *gate) Search(ctx context.Context, queries []search.Query) ([]search.Result, error) {
	for i, q := range queries {
		if err := g.hurt(q.Index); err != nil {
			return nil, &search.QueryError{Index: i, Err: err}
		}
	}
	return g.Engine.Search(ctx, queries)
}

func (g *gate) Delete(ctx context.Context, index string, ids []string) error {
	if g.away.Load() {
		return fault.Wrap(fault.Unavailable, errors.New("inside"), "the engine is away")
	}
	return g.Engine.Delete(ctx, index, ids)
}

func (g *gate) Put(ctx context.Context, index string, docs []search.Document) ([]search.Refusal, error) {
	if g.away.Load() {
		return nil, fault.Wrap(fault.Unavailable, errors.New("inside"), "the engine is away")
	}
	h := g.get()
	if h.poison != nil && slices.ContainsFunc(docs, h.poison) {
		return nil, fault.Wrap(fault.Invalid, errors.New("inside"), "there is a document that nobody can read")
	}
	if err := g.hurt(index); err != nil {
		return nil, err
	}
	if h.before != nil {
		h.before(index, docs)
	}
	var no []search.Refusal
	var taken []search.Document
	for _, d := range docs {
		if h.refuse != nil && h.refuse(d) {
			no = append(no, search.Refusal{ID: d.ID, Reason: "it is not wanted"})
			continue
		}
		taken = append(taken, d)
	}
	more, err := g.Engine.Put(ctx, index, taken)
	return append(no, more...), err
}

func newGated(t *testing.T) (*kit, *gate) {
	g := &gate{Engine: openEngine(t, t.TempDir())}
	return openKit(t, filepath.Join(t.TempDir(), "kontor.db"), g), g
}
