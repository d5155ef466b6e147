package asset_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kontor/pkg/asset"
	"kontor/pkg/fault"
)

// sweep sweeps a day later, with the files of these ids in use.
func (k *kit) sweep(used ...int64) int {
	k.t.Helper()
	k.now = k.now.Add(25 * time.Hour)
	n, err := k.Sweep(k.ctx, func(_ context.Context, f asset.File) (bool, error) { return slices.Contains(used, f.ID), nil })
	if err != nil {
		k.t.Fatal(err)
	}
	return n
}

func TestSweepOrphans(t *testing.T) {
	k := newKit(t, asset.Options{})
	kept := k.upload("kept.png", pngOf(t, 800, 600))
	whole := k.blobKeys()
	for i := range 1100 { // more than two batches, on both sides of what is kept
		key := fmt.Sprintf("file/%024d", i)
		if i%2 == 1 {
			key = fmt.Sprintf("image/zzzz%020d/small", i)
		}
		if _, err := k.blobs.Put(k.ctx, key, strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := k.Sweep(k.ctx, nil); n != 0 || err != nil {
		t.Errorf("of what is young %d were swept, %v", n, err)
	}
	if n := k.sweep(); n != 1100 {
		t.Errorf("%d orphans were swept", n)
	}
	if left := k.blobKeys(); !slices.Equal(left, whole) {
		t.Errorf("there remain %q, want %q", left, whole)
	}
	k.read(kept, "thumbnail")
}

func TestDelete(t *testing.T) {
	k := newKit(t, asset.Options{})
	f := k.upload("a.png", pngOf(t, 800, 600))
	if _, err := k.Delete(k.ctx, stranger, f.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a stranger deletes: %v", err)
	}
	if was, err := k.Delete(k.ctx, editor, f.ID); err != nil || was.Key != f.Key {
		t.Fatalf("deleted: %+v, %v", was, err)
	}
	list, total, err := k.List(k.ctx, editor, asset.Query{Limit: 10, Count: true})
	if err != nil || len(list) != 0 || total != 0 {
		t.Errorf("a deleted file is listed: %v, %d, %v", list, total, err)
	}
	name := "b"
	for what, err := range map[string]error{
		"deleted again": second(k.Delete(k.ctx, editor, f.ID)), "removed": k.Remove(k.ctx, editor, f.ID),
		"described": second(k.Describe(k.ctx, editor, f.ID, asset.Changes{Name: &name})),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("a deleted file is %s: %v", what, err)
		}
	}
	if again, err := k.File(k.ctx, f.ID); err != nil || !again.Deleted {
		t.Errorf("whoever uses it gets %+v, %v", again, err)
	}
	k.read(f, "")

	if n := k.sweep(f.ID); n != 0 {
		t.Errorf("%d files were swept that are in use", n)
	}
	if again, err := k.Describe(k.ctx, editor, f.ID, asset.Changes{Name: &name}); err != nil || again.Deleted {
		t.Errorf("a file that was in use is not back: %+v, %v", again, err)
	}
	if n := k.sweep(); n != 0 {
		t.Errorf("%d files were swept that nobody deleted", n)
	}
	if _, err := k.Delete(k.ctx, editor, f.ID); err != nil {
		t.Fatal(err)
	}
	wrong := errors.New("wrong")
	k.now = k.now.Add(25 * time.Hour)
	if _, err := k.Sweep(k.ctx, func(context.Context, asset.File) (bool, error) { return false, wrong }); !errors.Is(err, wrong) {
		t.Errorf("not known whether it is in use: %v", err)
	}
	if n := k.sweep(); n != 1 {
		t.Errorf("%d files were swept", n)
	}
	k.nothing("swept")
	if err := k.Undelete(k.ctx, f.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("back from nowhere: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }
