package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// col is the collection that most tests use.
const col = "projects"

// parts is a document's content.
type parts = map[string]value.Object

// fixture is one open database with one collection, and short forms of what tests do all the time.
type fixture struct {
	store.Store
	t     *testing.T
	ctx   context.Context
	asked int
}

// open makes a new database with a collection; without a name it is col.
func (h Harness) open(t *testing.T, c store.Collection) *fixture {
	t.Helper()
	return h.openIn(t, t.TempDir(), c)
}

func (h Harness) openIn(t *testing.T, dir string, c store.Collection) *fixture {
	t.Helper()
	if c.Name == "" {
		c.Name = col
	}
	f := &fixture{Store: h.Open(t, dir), t: t, ctx: context.Background()}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	f.must(f.Ensure(f.ctx, c))
	return f
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatalf("unexpected error: %v", err)
	}
}

func insert(key string, p parts) store.Op {
	return store.Op{Kind: store.Insert, Collection: col, Key: key, Parts: p}
}

func keep(key string, p parts) store.Op {
	return store.Op{Kind: store.Keep, Collection: col, Key: key, Parts: p}
}

func replace(key string, rev int64, p parts) store.Op {
	return store.Op{Kind: store.Replace, Collection: col, Key: key, Rev: rev, Parts: p}
}

func remove(key string, rev int64) store.Op {
	return store.Op{Kind: store.Delete, Collection: col, Key: key, Rev: rev}
}

func (f *fixture) apply(ops ...store.Op) {
	f.t.Helper()
	f.must(f.Apply(f.ctx, ops))
}

// put inserts documents, many in one Apply.
func (f *fixture) put(docs ...store.Document) {
	f.t.Helper()
	for chunk := range slices.Chunk(docs, 500) {
		ops := make([]store.Op, len(chunk))
		for i, d := range chunk {
			ops[i] = insert(d.Key, d.Parts)
		}
		f.apply(ops...)
	}
}

// published makes a document with one part.
func published(key string, o value.Object) store.Document {
	return store.Document{Key: key, Parts: parts{store.Published: o}}
}

func (f *fixture) get(key string, names ...string) store.Document {
	f.t.Helper()
	d, err := f.Get(f.ctx, col, key, names)
	if err != nil {
		f.t.Fatalf("Get %q: %v", key, err)
	}
	return d
}

// keys gives the keys that a query hits, in its order.
func (f *fixture) keys(q store.Query) []string {
	f.t.Helper()
	q.Parts = []string{}
	docs, err := f.Find(f.ctx, col, q)
	if err != nil {
		f.t.Fatalf("Find: %v", err)
	}
	return keysOf(docs)
}

// hits gives the keys that a filter hits, in key order.
func (f *fixture) hits(filter query.Filter) []string {
	f.t.Helper()
	return f.keys(store.Query{Filter: filter})
}

func (f *fixture) count(filter query.Filter) int {
	f.t.Helper()
	n, err := f.Count(f.ctx, col, filter)
	if err != nil {
		f.t.Fatalf("Count: %v", err)
	}
	return n
}

func keysOf(docs []store.Document) []string {
	keys := make([]string, len(docs))
	for i, d := range docs {
		keys[i] = d.Key
	}
	return keys
}

// same compares lists of keys.
func (f *fixture) same(clause string, got, want []string) {
	f.t.Helper()
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if !slices.Equal(got, want) {
		f.t.Errorf("%s:\n got %q\nwant %q", clause, got, want)
	}
}

// code wants an error of one code.
func (f *fixture) code(clause string, err error, code fault.Code) {
	f.t.Helper()
	wantCode(f.t, clause, err, code)
}

func wantCode(t *testing.T, clause string, err error, code fault.Code) {
	t.Helper()
	var known *fault.Error
	switch {
	case err == nil:
		t.Errorf("%s: no error, want %s", clause, code)
	case !errors.As(err, &known):
		t.Errorf("%s: the error is no fault: %v", clause, err)
	case known.Code != code:
		t.Errorf("%s: the error is %s, want %s: %v", clause, known.Code, code, err)
	}
}

// failedAt wants the OpError of one op.
func (f *fixture) failedAt(clause string, err error, index int) {
	f.t.Helper()
	var op *store.OpError
	if !errors.As(err, &op) {
		f.t.Errorf("%s: the error is no *store.OpError: %v", clause, err)
		return
	}
	if op.Index != index {
		f.t.Errorf("%s: OpError.Index is %d, want %d", clause, op.Index, index)
	}
	f.code(clause, err, fault.Conflict)
}

// gone wants a document not to be there.
func (f *fixture) gone(clause, key string) {
	f.t.Helper()
	_, err := f.Get(f.ctx, col, key, nil)
	f.code(clause+": Get of "+key, err, fault.NotFound)
}

// evaluated is the document as query.Eval sees it, in the form in which a store keeps it.
func evaluated(d store.Document) value.Object {
	o := value.Object{store.KeyPath: d.Key}
	for name, part := range d.Parts {
		if n := value.Normal(part); n != nil {
			o[name] = n
		}
	}
	return o
}

// reference gives the keys that a filter hits by its meaning, in key order.
func reference(docs []store.Document, f query.Filter, many []string) []string {
	var keys []string
	for _, d := range docs {
		if query.Eval(f, evaluated(d), func(path string) bool { return slices.Contains(many, path) }) {
			keys = append(keys, d.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

// numbered makes a key of fixed width.
func numbered(prefix string, n int) string { return fmt.Sprintf("%s%06d", prefix, n) }
