package storetest

import (
	"fmt"
	"reflect"
	"sync"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// testTouch: many documents' meta at once, without a revision.
func testTouch(t *testing.T, h Harness) {
	f := h.open(t, store.Collection{Indexes: [][]string{{"meta.state"}, {"meta.refs"}}, Many: []string{"meta.refs"}})
	for i := range 5 {
		f.put(store.Document{Key: fmt.Sprint("d", i), Parts: parts{
			store.Meta:  {"state": fmt.Sprint(i % 2), "want": int64(i), "keep": "k", "refs": value.List{"r", fmt.Sprint("r", i)}},
			store.Draft: {"n": int64(i)},
		}})
	}
	f.put(store.Document{Key: "bare"})
	touch := func(filter query.Filter, set value.Object, inc map[string]int64) int {
		t.Helper()
		n, err := f.Touch(f.ctx, col, filter, set, inc)
		f.must(err)
		return n
	}
	even := query.Where("meta.state", query.Eq, "0")
	if n := touch(even, value.Object{"pending": true, "keep": nil}, map[string]int64{"want": 10, "new": 1}); n != 3 {
		t.Errorf("Touch says it hit %d documents, want 3", n)
	}
	for i := range 5 {
		want := value.Object{"state": fmt.Sprint(i % 2), "want": int64(i), "keep": "k", "refs": value.List{"r", fmt.Sprint("r", i)}}
		if i%2 == 0 {
			want = value.Object{"state": "0", "want": int64(i + 10), "new": int64(1), "pending": true, "refs": want["refs"]}
		}
		d := f.get(fmt.Sprint("d", i))
		if !reflect.DeepEqual(d.Part(store.Meta), want) {
			t.Errorf("document %d: meta is %v, want %v", i, d.Part(store.Meta), want)
		}
		if d.Rev != 1 || !reflect.DeepEqual(d.Part(store.Draft), value.Object{"n": int64(i)}) {
			t.Errorf("document %d: Touch changed more than meta: revision %d, %v", i, d.Rev, d.Parts)
		}
	}
	if n := touch(query.Where("meta.state", query.Eq, "no"), value.Object{"x": true}, nil); n != 0 {
		t.Errorf("Touch of nothing says %d", n)
	}
	if n := touch(query.Where("meta.state", query.Null, nil), nil, map[string]int64{"want": 1}); n != 1 {
		t.Errorf("Touch of the document without meta says %d", n)
	}
	if got := f.get("bare").Part(store.Meta); !reflect.DeepEqual(got, value.Object{"want": int64(1)}) {
		t.Errorf("Touch of a document without meta: %v", got)
	}
	if n := touch(query.Filter{}, value.Object{"state": "9"}, nil); n != 6 {
		t.Errorf("Touch of everything says %d, want 6", n)
	}
	f.same("filters see what Touch has set", f.hits(query.Where("meta.state", query.Eq, "0")), nil)
	if n := f.count(query.Where("meta.state", query.Eq, "9")); n != 6 {
		t.Errorf("filters see what Touch has set: Count %d, want 6", n)
	}
	touch(query.Where("meta.refs", query.Eq, "r1"), value.Object{"refs": value.List{"s"}}, nil)
	f.same("lists that Touch sets are searched by element", f.hits(query.Where("meta.refs", query.Eq, "s")), []string{"d1"})
	f.same("elements that Touch removed are not hit", f.hits(query.Where("meta.refs", query.Eq, "r")), []string{"d0", "d2", "d3", "d4"})

	testTouchMore(t, f, touch)
	t.Run("races with Replace", func(t *testing.T) { testTouchRace(t, f) })
}

func testTouchMore(t *testing.T, f *fixture, touch func(query.Filter, value.Object, map[string]int64) int) {
	t.Run("a replace at the old revision goes on working", func(t *testing.T) {
		f.apply(replace("d0", 1, nil))
	})
	t.Run("a document may leave the filter by being touched", func(t *testing.T) {
		touch(query.Filter{}, value.Object{"mark": true}, nil)
		if n := touch(query.Where("meta.mark", query.Eq, true), value.Object{"mark": nil}, nil); n != 6 {
			t.Errorf("Touch hit %d, want 6", n)
		}
		f.same("no document is marked any more", f.hits(query.Where("meta.mark", query.NotNull, nil)), nil)
	})
	t.Run("a text cannot be added to", func(t *testing.T) {
		_, err := f.Touch(f.ctx, col, query.Where(store.KeyPath, query.Eq, "d0"), nil, map[string]int64{"state": 1})
		f.code("Inc of a text", err, fault.Invalid)
	})
}

// testTouchRace: marks that Touch raises survive writers who replace the same document and change meta themselves.
func testTouchRace(t *testing.T, f *fixture) {
	const each = 60
	f.put(store.Document{Key: "race", Parts: parts{store.Meta: {"race": true}}})
	var all sync.WaitGroup
	for w := range 4 {
		all.Add(2)
		go func() {
			defer all.Done()
			for range each {
				if _, err := f.Touch(f.ctx, col, query.Where("meta.race", query.Eq, true), value.Object{"pending": true}, map[string]int64{"want": 1, "touched": 1}); err != nil {
					t.Errorf("Touch: %v", err)
				}
			}
		}()
		go func() {
			defer all.Done()
			for done := 0; done < each; {
				d, err := f.Get(f.ctx, col, "race", []string{})
				if err != nil {
					t.Errorf("Get: %v", err)
					return
				}
				op := replace("race", d.Rev, parts{store.Draft: {"by": int64(w)}})
				op.Set, op.Inc = value.Object{fmt.Sprint("w", w): int64(done)}, map[string]int64{"want": 1}
				switch err := f.Apply(f.ctx, []store.Op{op}); {
				case err == nil:
					done++
				case !fault.Is(err, fault.Conflict):
					t.Errorf("Apply: %v", err)
					return
				}
			}
		}()
	}
	all.Wait()
	d := f.get("race")
	want := value.Object{"race": true, "pending": true, "want": int64(8 * each), "touched": int64(4 * each)}
	for w := range 4 {
		want[fmt.Sprint("w", w)] = int64(each - 1)
	}
	if !reflect.DeepEqual(d.Part(store.Meta), want) {
		t.Errorf("increments or sets were lost:\n got %v\nwant %v", d.Part(store.Meta), want)
	}
	if d.Rev != 4*each+1 {
		t.Errorf("the revision is %d, want %d: one per replace and none per touch", d.Rev, 4*each+1)
	}
}
