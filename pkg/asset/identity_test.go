package asset_test

import (
	"bytes"
	"strings"
	"testing"

	"kontor/pkg/asset"
	"kontor/pkg/fault"
)

// A file may bring its names with it. A second of that name is refused and the first stays whole; bytes that a process left behind when it
// died before the record are no hindrance.
func TestUploadUnderAName(t *testing.T) {
	k := newKit(t, asset.Options{})
	info := asset.Info{Name: "muster.txt", Identity: asset.Identity{Key: "sample000000000000000001", ID: 3}}
	if err := k.Reserve(k.ctx, 10); err != nil {
		t.Fatal(err)
	}
	if _, err := k.blobs.Put(k.ctx, "file/"+info.Identity.Key, strings.NewReader("half a life")); err != nil {
		t.Fatal(err)
	}
	f, err := k.Upload(k.ctx, editor, strings.NewReader("first"), info)
	if err != nil || f.ID != 3 || f.Key != info.Identity.Key {
		t.Fatalf("%+v: %v", f, err)
	}
	if _, err := k.Upload(k.ctx, editor, strings.NewReader("second"), info); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second of that name: %v", err)
	}
	if got := k.read(f, ""); !bytes.Equal(got, []byte("first")) {
		t.Errorf("it holds %q", got)
	}
	other, err := k.Upload(k.ctx, editor, strings.NewReader("other"), asset.Info{Name: "b.txt"})
	if err != nil || other.ID != 11 {
		t.Errorf("the next id is %d: %v", other.ID, err)
	}
	for _, i := range []asset.Identity{{Key: "../etc", ID: 4}, {Key: info.Identity.Key}, {ID: 4}} {
		if _, err := k.Upload(k.ctx, editor, strings.NewReader("x"), asset.Info{Name: "c.txt", Identity: i}); !fault.Is(err, fault.Internal) {
			t.Errorf("%+v: %v", i, err)
		}
	}
}
