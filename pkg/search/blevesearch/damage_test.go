package blevesearch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/search"
)

// damaging prepares a directory with the indexes a, whose files are given, and b, and an empty one.
func damaging(t *testing.T) (dir, files string) {
	t.Helper()
	dir = t.TempDir()
	e, err := Open(dir, Options{})
	must(t, err)
	ctx := context.Background()
	for _, name := range []string{"a", "b", "empty"} {
		must(t, e.Ensure(ctx, name, sampleSettings()))
	}
	s := newSampler(500)
	for range 2 {
		var docs []search.Document
		for i := range 40 {
			docs = append(docs, s.document(i))
		}
		for _, name := range []string{"a", "b"} {
			_, err = e.Put(ctx, name, docs)
			must(t, err)
		}
		must(t, e.Delete(ctx, "a", []string{docs[3].ID}))
	}
	files = e.shelves["a"].path
	must(t, e.Close())
	return dir, files
}

// flip turns one bit of a file round.
func flip(t *testing.T, path string, at float64) {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	data[int(at*float64(len(data)-1))] ^= 4
	must(t, os.WriteFile(path, data, 0o600))
}

func segmentsOf(t *testing.T, files string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(files, "*.zap"))
	must(t, err)
	if len(list) == 0 {
		t.Fatal("the index has no segments")
	}
	return list
}

// TestDamage: an index whose files are not what they were is listed as damaged, keeps nothing else from working, and can be filled anew.
func TestDamage(t *testing.T) {
	harm := map[string]func(t *testing.T, files string){
		"a segment is gone":           func(t *testing.T, f string) { must(t, os.Remove(segmentsOf(t, f)[0])) },
		"a segment is empty":          func(t *testing.T, f string) { must(t, os.Truncate(segmentsOf(t, f)[0], 0)) },
		"a segment is cut":            func(t *testing.T, f string) { must(t, os.Truncate(segmentsOf(t, f)[0], 1000)) },
		"a segment is garbage":        func(t *testing.T, f string) { must(t, os.WriteFile(segmentsOf(t, f)[0], []byte("garbage"), 0o600)) },
		"the list of segments is cut": func(t *testing.T, f string) { must(t, os.Truncate(filepath.Join(f, stateName), 40)) },
		"the list of segments is gone": func(t *testing.T, f string) {
			must(t, os.Remove(filepath.Join(f, stateName)))
		},
		"the directory is gone": func(t *testing.T, f string) { must(t, os.RemoveAll(f)) },
		"the directory is a file": func(t *testing.T, f string) {
			must(t, os.RemoveAll(f))
			must(t, os.WriteFile(f, nil, 0o600))
		},
	}
	for _, at := range []float64{0, 0.1, 0.5, 0.9, 0.999, 1} {
		harm[fmt.Sprintf("a bit of a segment at %v", at)] = func(t *testing.T, f string) { flip(t, segmentsOf(t, f)[0], at) }
		harm[fmt.Sprintf("a bit of the list at %v", at)] = func(t *testing.T, f string) { flip(t, filepath.Join(f, stateName), at) }
	}
	for name, do := range harm {
		t.Run(name, func(t *testing.T) {
			dir, files := damaging(t)
			do(t, files)
			e := open(t, dir)
			ctx := context.Background()
			list, err := e.Indexes(ctx)
			must(t, err)
			if len(list) != 3 || list[0].Damaged == "" || list[1].Damaged != "" || list[2].Damaged != "" || list[1].Documents != 40 {
				t.Fatalf("the indexes are %+v, want a damaged and the others whole", list)
			}
			_, err = e.Search(ctx, []search.Query{{Index: "a"}})
			if !fault.Is(err, fault.Unavailable) {
				t.Errorf("a search in it: %v, want Unavailable", err)
			}
			if _, err := e.Put(ctx, "a", []search.Document{{ID: "x"}}); !fault.Is(err, fault.Unavailable) {
				t.Errorf("a Put into it: %v, want Unavailable", err)
			}
			if r, err := e.Search(ctx, []search.Query{{Index: "b"}}); err != nil || r[0].Total != 40 {
				t.Errorf("the other index answers %v, %v", r, err)
			}
			must(t, e.Ensure(ctx, "a~", sampleSettings()))
			_, err = e.Put(ctx, "a~", []search.Document{newSampler(500).document(1)})
			must(t, err)
			must(t, e.Swap(ctx, "a", "a~"))
			if r, err := e.Search(ctx, []search.Query{{Index: "a"}}); err != nil || r[0].Total != 1 {
				t.Errorf("filled anew it answers %v, %v", r, err)
			}
		})
	}
}

// TestDamagedList: without its list of indexes the engine has none, and begins anew beside what lies there.
func TestDamagedList(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, path string){
		"cut":     func(t *testing.T, p string) { must(t, os.Truncate(p, 30)) },
		"gone":    func(t *testing.T, p string) { must(t, os.Remove(p)) },
		"garbage": func(t *testing.T, p string) { must(t, os.WriteFile(p, []byte("{}\n{}"), 0o600)) },
		"a bit":   func(t *testing.T, p string) { flip(t, p, 0.5) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := damaging(t)
			harm(t, filepath.Join(dir, manifestName))
			e := open(t, dir)
			ctx := context.Background()
			if list, err := e.Indexes(ctx); err != nil || len(list) != 0 {
				t.Fatalf("there are %v, %v", list, err)
			}
			must(t, e.Ensure(ctx, "a", sampleSettings()))
			_, err := e.Put(ctx, "a", []search.Document{newSampler(500).document(1)})
			must(t, err)
			if r, err := e.Search(ctx, []search.Query{{Index: "a"}}); err != nil || r[0].Total != 1 {
				t.Errorf("a new index answers %v, %v", r, err)
			}
			left, err := filepath.Glob(filepath.Join(dir, "index-*"))
			must(t, err)
			if len(left) != 1 {
				t.Errorf("what nothing owns is still there: %v", left)
			}
		})
	}
}

// TestDamageWhileOpen: a file that becomes shorter under a running engine is an error of the search that meets it, and of every one after.
func TestDamageWhileOpen(t *testing.T) {
	dir, files := damaging(t)
	e := open(t, dir)
	ctx := context.Background()
	for _, s := range segmentsOf(t, files) {
		must(t, os.Truncate(s, 0))
	}
	for range 2 {
		_, err := e.Search(ctx, []search.Query{{Index: "a", Text: "gemeinde", Facets: []string{"topics"}, Limit: 10}})
		if !fault.Is(err, fault.Unavailable) {
			t.Fatalf("a search: %v, want Unavailable", err)
		}
	}
	list, err := e.Indexes(ctx)
	must(t, err)
	if list[0].Damaged == "" || strings.Contains(list[0].Damaged, "goroutine") {
		t.Errorf("the index is listed as %+v", list[0])
	}
	must(t, e.Drop(ctx, "a"))
}

// TestLock: a second engine on one directory is refused, until the first is closed.
func TestLock(t *testing.T) {
	dir := t.TempDir()
	first, err := Open(dir, Options{})
	must(t, err)
	if _, err := Open(dir, Options{}); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a second engine: %v, want Conflict that names the directory", err)
	}
	must(t, first.Close())
	open(t, dir)
}

// TestLargeFilesAreCheckedBeside: what is too large to be read before the first search is read beside it.
func TestLargeFilesAreCheckedBeside(t *testing.T) {
	dir, files := damaging(t)
	path := segmentsOf(t, files)[0]
	st, err := readState(files)
	must(t, err)
	flip(t, path, 0.3)
	if err := st.Segments[0].check(path, false); err != nil {
		t.Errorf("by its size a file with another bit is as it was, but: %v", err)
	}
	if err := st.Segments[0].check(path, true); err == nil {
		t.Error("a file with another bit is taken for whole")
	}
	_ = dir
}

// What operators read of a panic is one line; where it was is for a log.
func TestReasonOfAPanic(t *testing.T) {
	err := guard(func() error { panic("no such place") })
	if got := reason(fmt.Errorf("opening: %w", err)); got != "the index can't be read: no such place" {
		t.Errorf("%q", got)
	}
	if !strings.Contains(err.Error(), "goroutine") {
		t.Errorf("a log does not learn where: %v", err)
	}
	if got := reason(errors.New("its list is damaged")); got != "its list is damaged" {
		t.Errorf("%q", got)
	}
}
