package blevesearch

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kontor/pkg/search"
)

// settled waits until no merge is due.
func settled(t *testing.T, e *Engine, index string) *view {
	t.Helper()
	s := e.shelves[index]
	for {
		s.merging.Wait()
		s.mu.Lock()
		v, busy := s.view, s.merges
		s.mu.Unlock()
		if !busy && v.pick() == nil {
			return v
		}
		s.write.Lock()
		s.merge()
		s.write.Unlock()
		time.Sleep(time.Millisecond)
	}
}

// TestMergesChangeNothing: an index that was written in many pieces, with replacements and deletions while its segments were merged,
// answers as one that was written at once.
func TestMergesChangeNothing(t *testing.T) {
	e := open(t, t.TempDir())
	ctx := context.Background()
	must(t, e.Ensure(ctx, "pieces", sampleSettings()))
	must(t, e.Ensure(ctx, "whole", sampleSettings()))
	s := newSampler(300)
	r := rand.New(rand.NewPCG(9, 10))
	docs := map[string]search.Document{}
	for step := range 160 {
		var batch []search.Document
		for range 1 + r.IntN(8) {
			d := s.document(r.IntN(400))
			d.Rev = int64(step)
			batch = append(batch, d)
		}
		_, err := e.Put(ctx, "pieces", batch)
		must(t, err)
		for _, d := range batch {
			docs[d.ID] = d
		}
		if step%4 == 0 {
			id := s.document(r.IntN(400)).ID
			must(t, e.Delete(ctx, "pieces", []string{id}))
			delete(docs, id)
		}
	}
	var all []search.Document
	for _, d := range docs {
		all = append(all, d)
	}
	_, err := e.Put(ctx, "whole", all)
	must(t, err)
	v := settled(t, e, "pieces")
	if n := len(v.segments); n == 0 || n > 3*mergeWidth {
		t.Errorf("after all merges there are %d segments", n)
	}
	files, err := os.ReadDir(v.path)
	must(t, err)
	if len(files) != len(v.segments)+1 {
		t.Errorf("%d files lie there for %d segments", len(files), len(v.segments))
	}
	for name, queries := range benchQueries() {
		for i, q := range queries {
			answers := map[string]search.Result{}
			for _, index := range []string{"pieces", "whole"} {
				q.Index = index
				q.Limit = 50
				got, err := e.Search(ctx, []search.Query{q})
				must(t, err)
				answers[index] = got[0]
			}
			if !reflect.DeepEqual(answers["pieces"], answers["whole"]) {
				t.Errorf("%s %d: %s", name, i, difference(answers["pieces"], answers["whole"]))
			}
		}
	}
}

func difference(a, b search.Result) string {
	list := func(r search.Result) string {
		var out []string
		for _, h := range r.Hits {
			out = append(out, fmt.Sprint(h.ID[20:], "@", h.Rev))
		}
		return fmt.Sprintf("%d: %s", r.Total, strings.Join(out, " "))
	}
	return list(a) + "\n is not\n" + list(b)
}

// TestDeletedWhileMerged: what is deleted from a segment while it is merged is gone from the merged one.
func TestDeletedWhileMerged(t *testing.T) {
	e := open(t, t.TempDir())
	ctx := context.Background()
	must(t, e.Ensure(ctx, "p", sampleSettings()))
	s := newSampler(100)
	for batch := range 3 {
		var docs []search.Document
		for i := range 10 {
			docs = append(docs, s.document(batch*10+i))
		}
		_, err := e.Put(ctx, "p", docs)
		must(t, err)
	}
	must(t, e.Delete(ctx, "p", []string{s.document(1).ID}))
	shelf := e.shelves["p"]
	v, _, err := shelf.look()
	must(t, err)
	of := slices.Clone(v.segments)
	// While the merge of v is under way:
	must(t, e.Delete(ctx, "p", []string{s.document(2).ID, s.document(11).ID}))
	var last []string // all of the third
	for i := range 10 {
		last = append(last, s.document(20+i).ID)
	}
	must(t, e.Delete(ctx, "p", last))
	_, err = e.Put(ctx, "p", []search.Document{s.document(3)})
	must(t, err)
	must(t, shelf.merged(v, of))
	must(t, v.release())
	r, err := e.Search(ctx, []search.Query{{Index: "p", Limit: 100}})
	must(t, err)
	var got []int
	for _, h := range r[0].Hits {
		n := 0
		_, err := fmt.Sscanf(h.ID, "p%d", &n)
		must(t, err)
		got = append(got, n)
	}
	if want := []int{0, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19}; !slices.Equal(got, want) {
		t.Errorf("after the merge there are %v, want %v", got, want)
	}
	if n := len(shelf.view.segments); n != 2 {
		t.Errorf("there are %d segments, want the merged one and the last Put", n)
	}
}

// TestEmptyIndexesCostNothing: an index without documents has no directory.
func TestEmptyIndexesCostNothing(t *testing.T) {
	dir := t.TempDir()
	e := open(t, dir)
	ctx := context.Background()
	for i := range 50 {
		must(t, e.Ensure(ctx, fmt.Sprint("i", i), sampleSettings()))
	}
	_, err := e.Put(ctx, "i7", []search.Document{{ID: "a", Attributes: map[string]any{"title": "x"}}})
	must(t, err)
	must(t, e.Delete(ctx, "i8", []string{"none"}))
	entries, err := os.ReadDir(dir)
	must(t, err)
	directories := 0
	for _, entry := range entries {
		if entry.IsDir() {
			directories++
		}
	}
	if directories != 1 {
		t.Errorf("there are %d directories for one index with a document", directories)
	}
}

// TestUnwritable: a write that fails is an error that may be tried again, and changes nothing that is seen.
func TestUnwritable(t *testing.T) {
	e := open(t, t.TempDir())
	ctx := context.Background()
	must(t, e.Ensure(ctx, "p", sampleSettings()))
	s := newSampler(100)
	_, err := e.Put(ctx, "p", []search.Document{s.document(1)})
	must(t, err)
	path := e.shelves["p"].path
	// A directory in the way of the new list of segments, as a full disk would be.
	must(t, os.MkdirAll(path+"/"+stateName+".new/x", 0o700))
	if _, err := e.Put(ctx, "p", []search.Document{s.document(2)}); err == nil {
		t.Fatal("a Put that can't be written succeeds")
	}
	r, err := e.Search(ctx, []search.Query{{Index: "p"}})
	must(t, err)
	if r[0].Total != 1 {
		t.Errorf("after a failed Put there are %d documents, want 1", r[0].Total)
	}
	must(t, os.RemoveAll(path+"/"+stateName+".new"))
	_, err = e.Put(ctx, "p", []search.Document{s.document(2)})
	must(t, err)
	files, err := os.ReadDir(path)
	must(t, err)
	if len(files) != 3 {
		t.Errorf("a failed Put leaves files: %v", files)
	}
}
