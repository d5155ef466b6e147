package content_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"kontor/pkg/content"
	"kontor/pkg/fault"
)

func TestDeletedFile(t *testing.T) {
	t.Parallel()
	k := newKitOf(t, fileTypes())
	f, linked := k.upload(editor, "a", "a"), k.upload(editor, "b", "b")
	for _, id := range []int64{f.ID, linked.ID} {
		if _, err := k.DeleteFile(t.Context(), editor, id); err != nil {
			t.Fatal(err)
		}
	}
	if k.reads(editor, f) || k.reads(admin, f) || k.reads(public, f) {
		t.Error("a deleted file is read")
	}
	_, err := k.DeleteFile(t.Context(), editor, f.ID)
	wantCode(t, err, fault.NotFound)
	_, err = k.FileUses(t.Context(), editor, f.ID)
	wantCode(t, err, fault.NotFound)
	_, err = k.Create(t.Context(), editor, k.typ("page"), obj{"title": "Seite", "any": f.ID}, content.Write{})
	equal(t, "a deleted file in a field", wrong(err), []string{"any no_target"})

	k.clock.pass(25 * time.Hour)
	if n, err := k.SweepFiles(t.Context()); n != 2 || err != nil {
		t.Errorf("%d files were swept, %v", n, err)
	}
	_, err = k.files.File(t.Context(), f.ID)
	wantCode(t, err, fault.NotFound)
}

// TestDeletedFileInUse: an entry that was written while the file was deleted, or that came back from the trash, has it all the time.
func TestDeletedFileInUse(t *testing.T) {
	t.Parallel()
	k := newKitOf(t, fileTypes())
	f := k.upload(editor, "a", "a")
	id := k.create("page", obj{"title": "Seite", "any": f.ID})
	if err := k.Delete(t.Context(), editor, k.typ("page"), id, content.Write{}); err != nil {
		t.Fatal(err)
	}
	if _, err := k.DeleteFile(t.Context(), editor, f.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Restore(t.Context(), editor, k.typ("page"), id, content.Write{}); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Publish(t.Context(), editor, k.typ("page"), id, content.Write{}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if !k.reads(public, f) {
			t.Error("the public does not read the file of a published entry")
		}
		k.clock.pass(25 * time.Hour)
		if n, err := k.SweepFiles(t.Context()); n != 0 || err != nil {
			t.Errorf("%d files were swept, %v", n, err)
		}
	}
	if again, err := k.files.File(t.Context(), f.ID); err != nil || again.Deleted {
		t.Errorf("after the sweep: %+v, %v", again, err)
	}
}

// TestDeleteAndUse races deletions of files with writes that use them: a write that was acknowledged keeps its file.
func TestDeleteAndUse(t *testing.T) {
	t.Parallel()
	k := newKitOf(t, fileTypes())
	both := 0
	for i := range 40 {
		f := k.upload(editor, "a", "a")
		var wg sync.WaitGroup
		var used, deleted error
		wg.Go(func() {
			_, used = k.Create(t.Context(), editor, k.typ("page"), obj{"title": fmt.Sprint(i), "any": f.ID}, content.Write{})
		})
		wg.Go(func() { _, deleted = k.DeleteFile(t.Context(), editor, f.ID) })
		wg.Wait()
		if used != nil {
			wantCode(t, used, fault.Invalid)
			continue
		}
		if deleted == nil {
			both++
		} else {
			wantCode(t, deleted, fault.Conflict)
			if f, err := k.files.File(t.Context(), f.ID); err != nil || f.Deleted {
				t.Fatalf("a deletion that was refused has left %+v, %v", f, err)
			}
		}
		if !k.reads(public, f) {
			t.Fatal("an entry has lost its file")
		}
	}
	k.clock.pass(25 * time.Hour)
	if _, err := k.SweepFiles(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d times both were acknowledged", both)
}
