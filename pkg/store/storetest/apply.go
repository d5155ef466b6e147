package storetest

import (
	"errors"
	"reflect"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// testApply: what each kind of op does to a document that is there and to one that is not.
func testApply(t *testing.T, h Harness) {
	f := h.open(t, store.Collection{})
	old := parts{store.Meta: {"is": "old"}, store.Draft: {"is": "old"}}
	fresh := parts{store.Meta: {"is": "new"}, store.Published: {"is": "new"}}
	cases := []struct {
		clause string
		there  bool
		op     store.Op
		fails  bool
		rev    int64 // 0: the document is gone
		is     any   // of meta
	}{
		{"insert of a new key", false, insert("k", fresh), false, 1, "new"},
		{"insert of a key that exists", true, insert("k", fresh), true, 1, "old"},
		{"keep of a new key", false, keep("k", fresh), false, 1, "new"},
		{"keep of a key that exists", true, keep("k", fresh), false, 1, "old"},
		{"replace at the revision", true, replace("k", 1, parts{store.Draft: {"is": "new"}}), false, 2, "old"},
		{"replace at a later revision", true, replace("k", 2, nil), true, 1, "old"},
		{"replace at revision 0", true, replace("k", 0, nil), true, 1, "old"},
		{"replace of nothing", false, replace("k", 1, nil), true, 0, nil},
		{"replace of nothing at revision 0", false, replace("k", 0, nil), true, 0, nil},
		{"delete at the revision", true, remove("k", 1), false, 0, nil},
		{"delete at another revision", true, remove("k", 2), true, 1, "old"},
		{"delete of nothing at a revision", false, remove("k", 1), true, 0, nil},
		{"delete at whichever revision", true, remove("k", 0), false, 0, nil},
		{"delete of nothing", false, remove("k", 0), false, 0, nil},
	}
	for _, c := range cases {
		t.Run(c.clause, func(t *testing.T) {
			f.apply(remove("k", 0))
			if c.there {
				f.apply(insert("k", old))
			}
			err := f.Apply(f.ctx, []store.Op{c.op})
			switch {
			case c.fails:
				f.failedAt(c.clause, err, 0)
			case err != nil:
				t.Errorf("%s: %v", c.clause, err)
			}
			if c.rev == 0 {
				f.gone(c.clause, "k")
				return
			}
			d := f.get("k")
			if d.Rev != c.rev || d.Part(store.Meta)["is"] != c.is {
				t.Errorf("%s: got revision %d of %v, want %d of %v", c.clause, d.Rev, d.Parts, c.rev, c.is)
			}
		})
	}
	t.Run("no ops", func(t *testing.T) { f.apply() })
	t.Run("a key may come again after its document was deleted", func(t *testing.T) {
		f.apply(remove("k", 0), insert("k", old), replace("k", 1, nil), remove("k", 2), insert("k", fresh))
		if d := f.get("k"); d.Rev != 1 || d.Part(store.Draft) != nil {
			t.Errorf("the new document has revision %d and parts %v of the old", d.Rev, d.Parts)
		}
	})
	t.Run("one document several times in one Apply", func(t *testing.T) { testTwice(t, f) })
	t.Run("collections are apart", func(t *testing.T) { testCollections(t, f) })
}

func testTwice(t *testing.T, f *fixture) {
	add := replace("twice", 2, parts{store.Draft: {"n": int64(2)}})
	add.Inc = map[string]int64{"n": 1}
	f.apply(insert("twice", parts{store.Meta: {"n": int64(1)}}), keep("twice", nil), replace("twice", 1, parts{store.Draft: {"n": int64(1)}}), add)
	d := f.get("twice")
	if d.Rev != 3 || d.Part(store.Meta)["n"] != int64(2) || d.Part(store.Draft)["n"] != int64(2) {
		t.Errorf("each op sees what the one before it did: got revision %d, %v", d.Rev, d.Parts)
	}
	err := f.Apply(f.ctx, []store.Op{replace("twice", 3, nil), replace("twice", 3, nil)})
	f.failedAt("the second of two replaces at one revision", err, 1)
}

func testCollections(t *testing.T, f *fixture) {
	names := []string{"people", "_lease", "projects~", "a-b-1"}
	for _, name := range names {
		f.must(f.Ensure(f.ctx, store.Collection{Name: name}))
	}
	f.apply(remove("k", 0))
	var ops []store.Op
	for _, name := range append(names, col) {
		ops = append(ops, store.Op{Kind: store.Insert, Collection: name, Key: "k", Parts: parts{store.Meta: {"in": name}}})
	}
	f.apply(ops...)
	for _, name := range append(names, col) {
		d, err := f.Get(f.ctx, name, "k", nil)
		if err != nil || d.Part(store.Meta)["in"] != name {
			t.Errorf("the collection %s holds %v, %v", name, d.Parts, err)
		}
	}
	f.apply(remove("k", 1))
	n, err := f.Count(f.ctx, "projects~", query.Filter{})
	if n != 1 || err != nil {
		t.Errorf("a delete in %s reached another collection: %d, %v", col, n, err)
	}
}

// testReplace: which parts a Replace exchanges, and Set and Inc.
func testReplace(t *testing.T, h Harness) {
	f := h.open(t, store.Collection{})
	start, cases := replaceCases()
	for _, c := range cases {
		t.Run(c.clause, func(t *testing.T) {
			f.apply(remove("k", 0), insert("k", start))
			c.op.Kind, c.op.Collection, c.op.Key, c.op.Rev = store.Replace, col, "k", 1
			f.apply(c.op)
			d := f.get("k")
			if d.Rev != 2 {
				t.Errorf("the revision is %d, want 2", d.Rev)
			}
			if !reflect.DeepEqual(d.Parts, c.want) {
				t.Errorf("%s:\n got %v\nwant %v", c.clause, d.Parts, c.want)
			}
		})
	}
	t.Run("set on a document without meta", func(t *testing.T) {
		f.apply(insert("bare", nil), store.Op{Kind: store.Replace, Collection: col, Key: "bare", Rev: 1, Set: value.Object{"a": "b"}, Inc: map[string]int64{"n": 1}})
		if got := f.get("bare").Part(store.Meta); !reflect.DeepEqual(got, value.Object{"a": "b", "n": int64(1)}) {
			t.Errorf("meta is %v", got)
		}
	})
	t.Run("a failed replace changes nothing", func(t *testing.T) {
		f.apply(remove("k", 0), insert("k", start))
		op := replace("k", 9, parts{store.Draft: nil})
		op.Set, op.Inc = value.Object{"a": nil}, map[string]int64{"n": 1}
		f.failedAt("a stale replace", f.Apply(f.ctx, []store.Op{op}), 0)
		if d := f.get("k"); d.Rev != 1 || !reflect.DeepEqual(d.Parts, start) {
			t.Errorf("got revision %d, %v", d.Rev, d.Parts)
		}
	})
}

// replaceCase is a Replace of one document and what it must be afterwards.
type replaceCase struct {
	clause string
	op     store.Op
	want   parts
}

func replaceCases() (parts, []replaceCase) {
	start := parts{
		store.Meta:      {"a": "x", "n": int64(5), "deep": value.Object{"b": int64(1), "c": int64(2)}, "list": value.List{"l"}},
		store.Published: {"a": int64(1), "b": int64(2)}, store.Draft: {"a": int64(1)},
	}
	meta := start[store.Meta]
	with := func(change value.Object) value.Object {
		o := value.CloneObject(meta)
		for k, v := range change {
			o[k] = v
		}
		return value.Normal(o).(value.Object)
	}
	return start, []replaceCase{
		{"nothing named", store.Op{}, start},
		{"a part is exchanged whole", store.Op{Parts: parts{store.Published: {"c": int64(3)}}}, parts{store.Meta: meta, store.Published: {"c": int64(3)}, store.Draft: start[store.Draft]}},
		{"a nil part is removed", store.Op{Parts: parts{store.Published: nil}}, parts{store.Meta: meta, store.Draft: start[store.Draft]}},
		{"an empty part is removed", store.Op{Parts: parts{store.Published: {}}}, parts{store.Meta: meta, store.Draft: start[store.Draft]}},
		{"a part is added", store.Op{Parts: parts{store.DraftTwin: {"sort": value.Object{"title": "1f"}}}}, parts{store.Meta: meta, store.Published: start[store.Published], store.Draft: start[store.Draft], store.DraftTwin: {"sort": value.Object{"title": "1f"}}}},
		{"set changes named fields only", store.Op{Set: value.Object{"a": "y", "new": true}}, parts{store.Meta: with(value.Object{"a": "y", "new": true}), store.Published: start[store.Published], store.Draft: start[store.Draft]}},
		{"set exchanges an object whole", store.Op{Set: value.Object{"deep": value.Object{"d": "e"}}}, parts{store.Meta: with(value.Object{"deep": value.Object{"d": "e"}}), store.Published: start[store.Published], store.Draft: start[store.Draft]}},
		{"set to nil removes", store.Op{Set: value.Object{"a": nil, "absent": nil}}, parts{store.Meta: with(value.Object{"a": nil}), store.Published: start[store.Published], store.Draft: start[store.Draft]}},
		{"set to an empty list removes", store.Op{Set: value.Object{"list": value.List{}}}, parts{store.Meta: with(value.Object{"list": nil}), store.Published: start[store.Published], store.Draft: start[store.Draft]}},
		{"inc adds", store.Op{Inc: map[string]int64{"n": 3}}, parts{store.Meta: with(value.Object{"n": int64(8)}), store.Published: start[store.Published], store.Draft: start[store.Draft]}},
		{"inc subtracts", store.Op{Inc: map[string]int64{"n": -7}}, parts{store.Meta: with(value.Object{"n": int64(-2)}), store.Published: start[store.Published], store.Draft: start[store.Draft]}},
		{"inc of an absent field starts at 0", store.Op{Inc: map[string]int64{"m": 4}}, parts{store.Meta: with(value.Object{"m": int64(4)}), store.Published: start[store.Published], store.Draft: start[store.Draft]}},
		{"all at once", store.Op{Parts: parts{store.Draft: nil}, Set: value.Object{"a": nil}, Inc: map[string]int64{"n": 1}}, parts{store.Meta: with(value.Object{"a": nil, "n": int64(6)}), store.Published: start[store.Published]}},
	}
}

// testPrefix cuts a list of ops at every position with an op whose condition fails: what comes behind it has not happened, what
// comes before it has happened up to some point without a gap.
func testPrefix(t *testing.T, h Harness) {
	failing := map[string]store.Op{
		"insert": insert("there", nil), "replace": replace("there", 7, nil), "delete": remove("there", 7), "replace of nothing": replace("nowhere", 1, nil),
	}
	const length = 5
	for name, bad := range failing {
		t.Run(name, func(t *testing.T) {
			f := h.open(t, store.Collection{})
			for at := 0; at <= length; at++ {
				f.apply(remove("there", 0), insert("there", nil), remove("old", 0), insert("old", nil), remove("a", 0), remove("b", 0), remove("c", 0))
				ops := []store.Op{insert("a", nil), keep("b", nil), replace("old", 1, nil), insert("c", nil), remove("old", 2)}
				ops = append(ops[:at:at], append([]store.Op{bad}, ops[at:]...)...)
				f.failedAt("the op that fails", f.Apply(f.ctx, ops), at)
				done := f.steps()
				for i := 1; i < length; i++ {
					if done[i] && !done[i-1] {
						t.Errorf("cut at %d: op %d happened, the one before it did not: %v", at, i, done)
					}
				}
				for i := at; i < length; i++ {
					if done[i] {
						t.Errorf("cut at %d: op %d behind the failing one happened: %v", at, i, done)
					}
				}
				if d := f.get("there"); d.Rev != 1 {
					t.Errorf("cut at %d: the failing op raised the revision to %d", at, d.Rev)
				}
			}
		})
	}
}

// steps tells which of the five ops of testPrefix have happened.
func (f *fixture) steps() (done [5]bool) {
	there := func(key string) bool {
		_, err := f.Get(f.ctx, col, key, []string{})
		if err != nil && !fault.Is(err, fault.NotFound) {
			f.t.Fatal(err)
		}
		return err == nil
	}
	old, err := f.Get(f.ctx, col, "old", []string{})
	if err != nil && !errors.As(err, new(*fault.Error)) {
		f.t.Fatal(err)
	}
	return [5]bool{there("a"), there("b"), err != nil || old.Rev == 2, there("c"), err != nil}
}
