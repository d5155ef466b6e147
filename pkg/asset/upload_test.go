package asset_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/fault"
)

// exported is what other packages see of a file.
func exported(f asset.File) string {
	seen, _, _ := strings.Cut(fmt.Sprintf("%+v", f), " bytes:")
	return seen
}

func TestUpload(t *testing.T) {
	k := newKit(t, asset.Options{})
	data := pdf(300_000)
	f, err := k.Upload(k.ctx, editor, iotest.HalfReader(bytes.NewReader(data)), asset.Info{
		Name: "Öffentlich-rechtliche Vereinbarung.pdf", Facts: asset.Facts{Alt: " Alt ", Caption: "B", Credit: "Stadt Köln", Licence: "CC BY 4.0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	want := asset.File{
		ID: 1, Key: f.Key, Name: "Öffentlich-rechtliche Vereinbarung.pdf", SHA256: hex.EncodeToString(sum[:]), Type: "application/pdf", Size: int64(len(data)),
		Facts:   asset.Facts{Alt: "Alt", Caption: "B", Credit: "Stadt Köln", Licence: "CC BY 4.0"},
		Edition: 1, CreatedBy: "2", CreatedAt: k.now.UTC().Truncate(time.Millisecond), UpdatedAt: k.now.UTC().Truncate(time.Millisecond),
	}
	for name, get := range map[string]func() (asset.File, error){
		"Upload": func() (asset.File, error) { return f, nil },
		"File":   func() (asset.File, error) { return k.File(k.ctx, f.ID) },
		"ByKey":  func() (asset.File, error) { return k.ByKey(k.ctx, f.Key) },
	} {
		got, err := get()
		if err != nil || exported(got) != exported(want) {
			t.Errorf("%s gives %+v, %v, want %+v", name, got, err, want)
		}
	}
	if !bytes.Equal(k.read(f, ""), data) {
		t.Error("the bytes are others")
	}
	if other := k.upload("a.pdf", data); other.ID != 2 || other.Key == f.Key {
		t.Errorf("another file is %+v", other)
	}
	if _, err := k.File(k.ctx, 99); !fault.Is(err, fault.NotFound) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestUploadsThatFailLeaveNothing(t *testing.T) {
	cut := errors.New("cut")
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []struct {
		name   string
		caller auth.Caller
		ctx    context.Context
		data   io.Reader
		info   asset.Info
		code   fault.Code
		err    error
	}{
		{name: "public", caller: public, data: strings.NewReader("x"), code: fault.Forbidden},
		{name: "reader", caller: stranger, data: strings.NewReader("x"), code: fault.Forbidden},
		{name: "nobody", caller: auth.Caller{}, data: strings.NewReader("x"), code: fault.Forbidden},
		{name: "empty", data: strings.NewReader(""), code: fault.Invalid},
		{name: "too large", data: bytes.NewReader(make([]byte, 1_000_001)), code: fault.TooLarge},
		{name: "too large at once", data: iotest.DataErrReader(bytes.NewReader(make([]byte, 2_000_000))), code: fault.TooLarge},
		{name: "cut at once", data: iotest.ErrReader(cut), err: cut},
		{name: "cut in the head", data: io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(io.ErrUnexpectedEOF)), err: io.ErrUnexpectedEOF},
		{name: "cut later", data: io.MultiReader(bytes.NewReader(make([]byte, 900_000)), iotest.ErrReader(io.ErrUnexpectedEOF)), err: io.ErrUnexpectedEOF},
		{name: "ended", ctx: ended, data: strings.NewReader("x"), code: fault.Timeout},
		{name: "long text", data: strings.NewReader("x"), info: asset.Info{Facts: asset.Facts{Alt: strings.Repeat("ä", 1001)}}, code: fault.Invalid},
		{name: "odd text", data: strings.NewReader("x"), info: asset.Info{Facts: asset.Facts{Credit: "a\x00b"}}, code: fault.Invalid},
		{name: "broken text", data: strings.NewReader("x"), info: asset.Info{Facts: asset.Facts{Licence: "a\xff"}}, code: fault.Invalid},
		{name: "broken image", data: bytes.NewReader(pngOf(t, 600, 600)[:900]), code: fault.Invalid},
		{name: "bomb", data: bytes.NewReader(bomb(60_000, 60_000)), code: fault.TooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t, asset.Options{MaxBytes: 1_000_000})
			if c.ctx == nil {
				c.ctx = k.ctx
			}
			if c.caller == (auth.Caller{}) && c.name != "nobody" {
				c.caller = editor
			}
			_, err := k.Upload(c.ctx, c.caller, c.data, c.info)
			if c.err != nil && !errors.Is(err, c.err) || c.err == nil && !fault.Is(err, c.code) {
				t.Errorf("the error is %v, want %s %v", err, c.code, c.err)
			}
			k.nothing("after it failed")
		})
	}
}

// bomb is a PNG that declares to be huge and has next to nothing inside.
func bomb(width, height uint32) []byte {
	chunk := func(name string, body []byte) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		out = append(append(out, name...), body...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	out := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 8, 6, 0, 0, 0))...)
	out = append(out, chunk("IDAT", []byte{0x78, 0x9c, 0x03, 0, 0, 0, 0, 1})...)
	return append(out, chunk("IEND", nil)...)
}

func TestExactlyTheMostIsTaken(t *testing.T) {
	k := newKit(t, asset.Options{MaxBytes: 5000})
	if f := k.upload("x", make([]byte, 5000)); f.Size != 5000 {
		t.Errorf("%d bytes were kept", f.Size)
	}
}

func TestVariants(t *testing.T) {
	k := newKit(t, asset.Options{})
	f := k.upload("Foto.png", jpegOf(t, 1200, 800)) // the name lies
	if f.Type != "image/jpeg" || f.Width != 1200 || f.Height != 800 {
		t.Errorf("the file is %+v", f)
	}
	names := []string{}
	for _, v := range f.Variants {
		if w, ok := f.AsWebP(v); ok && (w.Type != "image/webp" || w.Size >= v.Size || int64(len(k.read(f, w.Name))) != w.Size) {
			t.Errorf("%s as WebP is %+v", v.Name, w)
		}
		names = append(names, v.Name)
		if data := k.read(f, v.Name); int64(len(data)) != v.Size || v.Width > 1000 || v.Type != "image/jpeg" {
			t.Errorf("the variant %+v has %d bytes", v, len(data))
		}
	}
	if len(f.WebP) == 0 {
		t.Error("no variant is there as WebP")
	}
	if !slices.Equal(names, []string{"thumbnail", "small", "medium", "large"}) {
		t.Errorf("the variants are %q", names)
	}
	again, err := k.File(k.ctx, f.ID)
	if err != nil || !slices.Equal(again.Variants, f.Variants) {
		t.Errorf("the record has %+v, %v", again.Variants, err)
	}
	if _, err := k.Open(k.ctx, f, "huge", 0, -1); !fault.Is(err, fault.NotFound) {
		t.Errorf("a variant that is not there: %v", err)
	}
	if small := k.upload("s.png", pngOf(t, 20, 10)); small.Width != 20 || len(small.Variants) > 0 {
		t.Errorf("a small image is %+v", small)
	}
	if err := k.Remove(k.ctx, editor, f.ID); err != nil {
		t.Fatal(err)
	}
	if keys := k.blobKeys(); len(keys) != 1 {
		t.Errorf("after the deletion there are %q", keys)
	}
}

func TestManyAtOnce(t *testing.T) {
	k := newKit(t, asset.Options{})
	var mu sync.Mutex
	ids := map[int64]bool{}
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			data := pdf(1000 + i)
			if i%8 == 0 {
				data = jpegOf(t, 700, 300)
			}
			f, err := k.Upload(k.ctx, editor, bytes.NewReader(data), asset.Info{Name: fmt.Sprint(i)})
			if err != nil {
				t.Errorf("upload %d: %v", i, err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			ids[f.ID] = true
		})
	}
	wg.Wait()
	if list, total, err := k.List(k.ctx, editor, asset.Query{Limit: 100, Count: true}); err != nil || len(list) != 40 || total != 40 || len(ids) != 40 {
		t.Errorf("%d files, %d counted, %d ids, %v", len(list), total, len(ids), err)
	}
}
