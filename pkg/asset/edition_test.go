package asset_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

func fitsAll(_, _ asset.File) error { return nil }

// Replace prepares and commits a new edition.
func (k *kit) Replace(
	ctx context.Context, c auth.Caller, id int64, r io.Reader, check func(before, after asset.File) error,
) (asset.File, error) {
	e, err := k.PrepareEdition(ctx, c, id, r)
	if err != nil {
		return asset.File{}, err
	}
	return k.CommitEdition(ctx, c, e, asset.Changes{}, check)
}

// bytesOf reads a file with the bytes that were uploaded.
func (k *kit) bytesOf(f asset.File) []byte {
	k.t.Helper()
	return k.read(f, asset.Original)
}

// A new edition stands under the same record and key; the bytes before it stay readable and are not
// swept, and go with the file.
func TestReplace(t *testing.T) {
	k := newKit(t, asset.Options{})
	f := k.upload("Satzung.pdf", pdf(1000))
	k.now = k.now.Add(time.Hour)
	next, err := k.Replace(k.ctx, editor, f.ID, bytes.NewReader(pdf(2000)), fitsAll)
	if err != nil {
		t.Fatal(err)
	}
	if next.ID != f.ID || next.Key != f.Key || next.Name != f.Name || next.Edition != 2 || next.Size == f.Size ||
		next.Version("") == f.Version("") ||
		!next.UpdatedAt.After(f.UpdatedAt) {
		t.Errorf("the new edition is %+v", next)
	}
	if !bytes.Equal(k.read(next, ""), pdf(2000)) {
		t.Error("the new bytes are others")
	}
	same, err := k.Replace(k.ctx, editor, f.ID, bytes.NewReader(pdf(2000)), fitsAll)
	if err != nil || same.Edition != 2 || len(k.blobKeys()) != 2 {
		t.Errorf("the same bytes are edition %d, %v, and there are %q", same.Edition, err, k.blobKeys())
	}
	if _, err := k.Replace(k.ctx, editor, f.ID, bytes.NewReader(pdf(3000)), fitsAll); err != nil {
		t.Fatal(err)
	}
	if n := k.sweep(); n != 0 {
		t.Errorf("%d blobs of editions were swept", n)
	}
	again, err := k.ByKey(k.ctx, f.Key)
	if err != nil || again.Edition != 3 || len(again.Former) != 2 {
		t.Fatalf("the record is %+v, %v", again, err)
	}
	for i, size := range []int{1000, 2000, 3000} {
		old, ok := again.At(i + 1)
		if !ok || !bytes.Equal(k.bytesOf(old), pdf(size)) {
			t.Errorf("edition %d is %+v", i+1, old)
		}
	}
	if _, ok := again.At(4); ok {
		t.Error("there is an edition 4")
	}
	if err := k.Remove(k.ctx, editor, f.ID); err != nil {
		t.Fatal(err)
	}
	k.nothing("after the deletion")
}

// What is refused leaves the file and the storage as they were.
func TestReplaceRefused(t *testing.T) {
	k := newKit(t, asset.Options{MaxBytes: 200_000})
	f := k.upload("a.pdf", pdf(1000))
	cut := errors.New("cut off")
	large := errors.New("too large for the field")
	for name, c := range map[string]struct {
		by   string
		r    io.Reader
		fits func(before, after asset.File) error
		want func(error) bool
	}{
		"other type": {"", bytes.NewReader(pngOf(t, 20, 10)), fitsAll, func(err error) bool { return fault.Is(err, fault.Invalid) }},
		"empty":      {"", strings.NewReader(""), fitsAll, func(err error) bool { return fault.Is(err, fault.Invalid) }},
		"too long":   {"", bytes.NewReader(pdf(300_000)), fitsAll, func(err error) bool { return fault.Is(err, fault.TooLarge) }},
		"cut off":    {"", io.MultiReader(bytes.NewReader(pdf(9000)[:8000]), failing{cut}), fitsAll, func(err error) bool { return errors.Is(err, cut) }},
		"unfit":      {"", bytes.NewReader(pdf(2000)), func(_, _ asset.File) error { return large }, func(err error) bool { return errors.Is(err, large) }},
		"stranger":   {"stranger", bytes.NewReader(pdf(2000)), fitsAll, func(err error) bool { return fault.Is(err, fault.Forbidden) }},
	} {
		by := editor
		if c.by != "" {
			by = stranger
		}
		if _, err := k.Replace(k.ctx, by, f.ID, c.r, c.fits); !c.want(err) {
			t.Errorf("%s: %v", name, err)
		}
		if keys := k.blobKeys(); len(keys) != 1 {
			t.Errorf("%s: there are %q", name, keys)
		}
		if now, err := k.File(k.ctx, f.ID); err != nil || exported(now) != exported(f) {
			t.Errorf("%s: the record is %+v, %v", name, now, err)
		}
	}
}

// TestPreparedEdition: a prepared edition is not the file's; its bytes and facts come in one write.
func TestPreparedEdition(t *testing.T) {
	k := newKit(t, asset.Options{})
	f := k.upload("a.pdf", pdf(1000))
	prepare := func() asset.PreparedEdition {
		e, err := k.PrepareEdition(k.ctx, editor, f.ID, bytes.NewReader(pdf(2000)))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	unchanged := func(clause string) {
		t.Helper()
		if now, err := k.File(k.ctx, f.ID); err != nil || exported(now) != exported(f) || len(k.blobKeys()) != 1 {
			t.Errorf("%s: the record is %+v, %v, and there are %q", clause, now, err, k.blobKeys())
		}
	}
	k.DiscardEdition(k.ctx, prepare())
	unchanged("discarded")
	long, alt := strings.Repeat("x", 1200), "Satzung"
	if _, err := k.CommitEdition(k.ctx, editor, prepare(), asset.Changes{Alt: &long}, fitsAll); !fault.Is(err, fault.Invalid) {
		t.Errorf("wrong facts: %v", err)
	}
	unchanged("wrong facts")
	e := prepare()
	if _, err := k.Describe(k.ctx, editor, f.ID, asset.Changes{Caption: &alt}); err != nil {
		t.Fatal(err)
	}
	now, err := k.CommitEdition(k.ctx, editor, e, asset.Changes{Alt: &alt}, fitsAll)
	if err != nil || now.Edition != 2 || now.Facts.Alt != alt || now.Facts.Caption != alt {
		t.Errorf("%+v, %v", now, err)
	}
	if now, err = k.CommitEdition(k.ctx, editor, prepare(), asset.Changes{Credit: &alt}, fitsAll); err != nil ||
		now.Edition != 2 || now.Facts.Credit != alt || len(k.blobKeys()) != 2 {
		t.Errorf("the same bytes with another fact: %+v, %v", now, err)
	}
}

// TestSameEditionTwice: a retry that crosses its first try makes no second edition, and another write
// in between is judged too.
func TestSameEditionTwice(t *testing.T) {
	k := newKit(t, asset.Options{})
	f := k.upload("a.pdf", pdf(1000))
	var prepared [2]asset.PreparedEdition
	for i := range prepared {
		var err error
		if prepared[i], err = k.PrepareEdition(k.ctx, editor, f.ID, bytes.NewReader(pdf(2000))); err != nil {
			t.Fatal(err)
		}
	}
	var seen []string
	for _, e := range prepared {
		now, err := k.CommitEdition(k.ctx, editor, e, asset.Changes{}, func(before, _ asset.File) error {
			seen = append(seen, before.SHA256)
			return nil
		})
		if err != nil || now.Edition != 2 || len(now.Former) != 1 {
			t.Errorf("%+v, %v", now, err)
		}
	}
	if len(seen) != 3 || seen[0] != seen[1] || seen[1] == seen[2] {
		t.Errorf("judged were %q", seen)
	}
	if n := len(k.blobKeys()); n != 2 {
		t.Errorf("%d bytes are stored", n)
	}
}

type failing struct{ err error }

// Read fails.
func (f failing) Read([]byte) (int, error) { return 0, f.err }

// Of writers at once none is lost, and each has an edition of its own.
func TestReplaceAtOnce(t *testing.T) {
	k := newKit(t, asset.Options{})
	f := k.upload("a.pdf", pdf(1000))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if _, err := k.Replace(k.ctx, editor, f.ID, bytes.NewReader(pdf(2000+i)), fitsAll); err != nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
	now, err := k.File(k.ctx, f.ID)
	if err != nil || now.Edition != 9 || len(now.Former) != 8 {
		t.Fatalf("%+v, %v", now, err)
	}
	sizes := map[int64]bool{}
	for n := range 9 {
		e, _ := now.At(n + 1)
		sizes[e.Size] = true
		if int64(len(k.bytesOf(e))) != e.Size {
			t.Errorf("edition %d has other bytes", n+1)
		}
	}
	if len(sizes) != 9 {
		t.Errorf("there are %d different editions", len(sizes))
	}
}

// spiedJPEG is a photo with a place in it.
func spiedJPEG(t *testing.T, width, height int) []byte {
	t.Helper()
	data := jpegOf(t, width, height)
	exif := "Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x3b\x01\x02\x00\x05\x00\x00\x00\x1a\x00\x00\x00\x00\x00\x00\x00\xc3\x84nne\x00GPS-SECRET"
	out := append([]byte{}, data[:2]...)
	out = append(out, 0xff, 0xe1, byte((len(exif)+2)>>8), byte(len(exif)+2))
	return append(append(out, exif...), data[2:]...)
}

// The public gets a photo without metadata, and the upload itself is kept.
func TestPublicPhoto(t *testing.T) {
	k := newKit(t, asset.Options{})
	data := spiedJPEG(t, 600, 400)
	f := k.upload("Foto.jpg", data)
	public := k.read(f, "")
	if bytes.Contains(public, []byte("SECRET")) || !bytes.Equal(k.bytesOf(f), data) || !f.Cleaned() {
		t.Error("the photo is public with its metadata, or the upload is not kept")
	}
	if size, sha := f.Public(); size != int64(len(public)) || sha == f.SHA256 || f.Size != int64(len(data)) {
		t.Errorf("public: %d %s of %d bytes", size, sha, len(public))
	}
	if f.Facts.Credit != "Änne" {
		t.Errorf("the credit is %q", f.Facts.Credit)
	}
	next, err := k.Replace(k.ctx, editor, f.ID, bytes.NewReader(spiedJPEG(t, 700, 400)), fitsAll)
	if err != nil || next.Width != 700 || len(next.Variants) != 2 || next.Variants[0].SHA256 == f.Variants[0].SHA256 {
		t.Fatalf("%+v, %v", next, err)
	}
	before := len(k.blobKeys())
	if n := k.sweep(); n != len(f.Variants)+len(f.WebP)+1 { // with the public form of the first edition
		t.Errorf("%d of %d blobs were swept", n, before)
	}
	if bytes.Contains(k.read(next, ""), []byte("SECRET")) || len(k.read(next, "thumbnail")) == 0 {
		t.Error("the new edition is not whole")
	}
	if err := k.Remove(k.ctx, editor, f.ID); err != nil {
		t.Fatal(err)
	}
	k.nothing("after the deletion")
	for name, data := range map[string][]byte{"a.heic": []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "a.tif": []byte("II*\x00\x08\x00\x00\x00\x00\x00")} {
		if f := k.upload(name, data); !f.ForEditors() {
			t.Errorf("%s is %s and for everybody", name, f.Type)
		}
	}
	if k.upload("a.png", pngOf(t, 20, 10)).ForEditors() ||
		k.upload("a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)).ForEditors() {
		t.Error("a PNG or an SVG is for editors only")
	}
}

// What an earlier version made of images is made again, once, whatever happens to single ones.
func TestRenew(t *testing.T) {
	k := newKit(t, asset.Options{})
	f := k.upload("Foto.jpg", spiedJPEG(t, 600, 400))
	broken := k.upload("kaputt.jpg", jpegOf(t, 600, 400))
	text := k.upload("a.pdf", []byte("%PDF-1.4\n<</Type/Pages/Count 7>>\n%%EOF\n"))
	if text.Pages != 7 {
		t.Errorf("a PDF of 7 pages has %d", text.Pages)
	}
	// As an earlier version stored them.
	for _, file := range []asset.File{f, broken, text} {
		d, err := k.store.Get(k.ctx, "_files", file.Key, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = k.store.Apply(
			k.ctx,
			[]store.Op{
				{
					Kind:       store.Replace,
					Collection: "_files",
					Key:        file.Key,
					Rev:        d.Rev,
					Set:        value.Object{"made": nil, "public": nil, "pages": nil},
				},
			},
		)
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{k.blobs.Delete(k.ctx, "image/"+f.Key+"/public"), k.blobs.Delete(k.ctx, "file/"+broken.Key)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if old, _ := k.File(k.ctx, f.ID); !bytes.Contains(k.read(old, ""), []byte("SECRET")) {
		t.Fatal("nothing is to be made again")
	}
	if n, err := k.Renew(k.ctx); n != 3 || err != nil {
		t.Errorf("%d were renewed, %v", n, err)
	}
	if counted, err := k.File(k.ctx, text.ID); err != nil || counted.Pages != 7 {
		t.Errorf("a PDF that is counted later has %d pages, %v", counted.Pages, err)
	}
	now, err := k.File(k.ctx, f.ID)
	if err != nil || bytes.Contains(k.read(now, ""), []byte("SECRET")) || now.Edition != 1 {
		t.Errorf("%+v, %v", now, err)
	}
	for _, v := range now.Variants {
		k.read(now, v.Name)
	}
	if n, err := k.Renew(k.ctx); n != 0 || err != nil {
		t.Errorf("%d were renewed again, %v", n, err)
	}
	if n := k.sweep(); n != len(f.Variants)+len(f.WebP) {
		t.Errorf("%d were swept", n)
	}
	ctx, cancel := context.WithCancel(k.ctx)
	cancel()
	if _, err := k.Renew(ctx); err == nil {
		t.Error("a cancelled renewal says nothing")
	}
}

func TestNamesAndTexts(t *testing.T) {
	k := newKit(t, asset.Options{})
	for _, c := range []struct{ name, sent, text, want, mediaType string }{
		{"Liste", "export.CSV", "a;b\n1;2\n", "Liste.CSV", "text/csv"},
		{"x.csv", "", "Stra\xdfe;b\n1;2\n", "x.csv", "text/csv"},
		{"x.tsv", "", "a\tb\n", "x.tsv", "text/tab-separated-values"},
		{"x.md", "", "# Titel\n", "x.md", "text/markdown"},
		{"x.ics", "", "BEGIN:VEVENT\n", "x.ics", "text/calendar"},
		{"x.vtt", "", "kein Kopf\n", "x.vtt", "text/vtt"},
		{"x.csv", "", "<html><script>x</script></html>", "x.csv", "text/html"},
		{"x.csv", "", "%PDF-1.7\n", "x.csv", "application/pdf"},
		{"Fassung 1.2", "a.pdf", "%PDF-1.7\n", "Fassung 1.2.pdf", "application/pdf"},
		{"", "a.pdf", "%PDF-1.7\n", "file.pdf", "application/pdf"},
		{"a.txt", "b.pdf", "x", "a.txt", "text/plain"},
	} {
		f, err := k.Upload(k.ctx, editor, strings.NewReader(c.text), asset.Info{Name: c.name, Sent: c.sent})
		if err != nil || f.Name != c.want || f.Type != c.mediaType {
			t.Errorf("%q, %q: %q %s, %v", c.name, c.sent, f.Name, f.Type, err)
		}
	}
	f := k.upload("a.pdf", pdf(10))
	for name, want := range map[string]string{"Satzung": "Satzung.pdf", "b.pdf": "b.pdf", "Nr. 3": "Nr. 3.pdf"} {
		if f, err := k.Describe(k.ctx, editor, f.ID, asset.Changes{Name: &name}); err != nil || f.Name != want {
			t.Errorf("%s becomes %s, %v", name, f.Name, err)
		}
	}
	png := pngOf(t, 30, 20)
	moving := append(
		append(bytes.Clone(png[:33]), "\x00\x00\x00\x08acTL\x00\x00\x00\x01\x00\x00\x00\x00\xb4\x2d\xe9\xa0"...),
		png[33:]...)
	if f := k.upload("a.png", moving); f.Type != "image/png" || f.Width != 30 {
		t.Errorf("an APNG is %s, %d", f.Type, f.Width)
	}
	decorative := true
	if f, err := k.Describe(k.ctx, editor, f.ID, asset.Changes{Decorative: &decorative}); err != nil ||
		!f.Facts.Decorative {
		t.Errorf("%+v, %v", f.Facts, err)
	}
	list, _, err := k.List(k.ctx, editor, asset.Query{Limit: 100, Filter: query.Where("type", query.Eq, "text/csv")})
	if err != nil || !slices.ContainsFunc(list, func(f asset.File) bool { return f.Name == "Liste.CSV" }) {
		t.Errorf("%v, %v", fmt.Sprint(list), err)
	}
}
