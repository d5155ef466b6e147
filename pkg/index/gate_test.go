package index_test

import (
	"context"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/search"
)

// gate is an engine that can be made to wait, to fail and to refuse.
type gate struct {
	search.Engine
	before func(index string, docs []search.Document)
	refuse func(search.Document) bool
	poison func(search.Document) bool // fails whatever it comes with
	away   atomic.Bool

	scanned func(index string) // after it was looked at

	damaged atomic.Value // the name of an index, until that is dropped
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
	if g.scanned != nil {
		g.scanned(index)
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

func (g *gate) Put(ctx context.Context, index string, docs []search.Document) ([]search.Refusal, error) {
	if g.away.Load() {
		return nil, fault.New(fault.Unavailable, "the engine is away")
	}
	if g.poison != nil && slices.ContainsFunc(docs, g.poison) {
		return nil, fault.New(fault.Invalid, "there is a document that nobody can read")
	}
	if err := g.hurt(index); err != nil {
		return nil, err
	}
	if g.before != nil {
		g.before(index, docs)
	}
	var no []search.Refusal
	var taken []search.Document
	for _, d := range docs {
		if g.refuse != nil && g.refuse(d) {
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
