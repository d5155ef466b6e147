package asset_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path"
	"path/filepath"
	"testing"
	"time"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/blob"
	"kontor/pkg/blob/fileblob"
	"kontor/pkg/blob/s3blob"
	"kontor/pkg/store"
	"kontor/pkg/store/sqlitestore"
)

var (
	editor   = auth.Caller{ID: "2", Name: "Eva", Role: auth.Editor}
	public   = auth.Anonymous()
	stranger = auth.Caller{ID: "3", Name: "Udo", Role: "reader"}
)

// kit is a service on a store and a directory of its own.
type kit struct {
	*asset.Service
	t     *testing.T
	ctx   context.Context
	store store.Store
	blobs blob.Store
	now   time.Time
}

func newKit(t *testing.T, o asset.Options) *kit {
	t.Helper()
	dir := t.TempDir()
	st, err := sqlitestore.Open(filepath.Join(dir, "kontor.db"), sqlitestore.Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	bl, err := openBlobs(dir)
	if err != nil {
		t.Fatal(err)
	}
	k := &kit{t: t, ctx: context.Background(), store: st, blobs: bl, now: time.Now()}
	o.Now = func() time.Time { return k.now }
	if k.Service, err = asset.New(k.ctx, st, bl, o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(bl.Close(), st.Close()); err != nil {
			t.Error(err)
		}
	})
	return k
}

// openBlobs opens the bytes that belong to a directory: they lie in it, or where KONTOR_TEST_BLOB says.
func openBlobs(dir string) (blob.Store, error) {
	text := os.Getenv("KONTOR_TEST_BLOB")
	if text == "" {
		return fileblob.Open(filepath.Join(dir, "files"))
	}
	a, err := s3blob.ParseAddress(text)
	if err != nil {
		return nil, err
	}
	a.Prefix = path.Join("test", filepath.Base(filepath.Dir(dir)), filepath.Base(dir))
	return s3blob.Open(context.Background(), a, s3blob.Options{})
}

func (k *kit) upload(name string, data []byte) asset.File {
	k.t.Helper()
	f, err := k.Upload(k.ctx, editor, bytes.NewReader(data), asset.Info{Name: name})
	if err != nil {
		k.t.Fatalf("upload of %s: %v", name, err)
	}
	return f
}

// blobKeys lists all bytes that are kept.
func (k *kit) blobKeys() []string {
	k.t.Helper()
	keys := []string{}
	err := k.blobs.List(k.ctx, "", "", func(i blob.Info) error { keys = append(keys, i.Key); return nil })
	if err != nil {
		k.t.Fatal(err)
	}
	return keys
}

// nothing wants neither bytes nor records.
func (k *kit) nothing(clause string) {
	k.t.Helper()
	if keys := k.blobKeys(); len(keys) > 0 {
		k.t.Errorf("%s: bytes stay behind: %q", clause, keys)
	}
	if list, _, err := k.List(k.ctx, editor, asset.Query{Limit: 10}); err != nil || len(list) > 0 {
		k.t.Errorf("%s: records stay behind: %v, %v", clause, list, err)
	}
}

func (k *kit) read(f asset.File, variant string) []byte {
	k.t.Helper()
	r, err := k.Open(k.ctx, f, variant, 0, blob.ToEnd)
	if err != nil {
		k.t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		k.t.Fatal(err)
	}
	return data
}

// picture is an image that compresses badly, as a photo does.
func picture(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, color.RGBA{uint8(x*x + 31*y), uint8(y*y ^ 17*x), uint8(x * y), 255})
		}
	}
	return img
}

func pngOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture(width, height)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(width, height), &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pdf(n int) []byte { return fmt.Appendf(nil, "%%PDF-1.7\n%0*d\n%%%%EOF\n", n, 1) }
