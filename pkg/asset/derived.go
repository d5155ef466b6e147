package asset

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Original names the bytes as they were uploaded, with all that a camera wrote into them.
const Original = "original"

// cleanForm is the last part of the key of an image without metadata.
const cleanForm = "public"

// maker numbers the way in which images are made into others. Where it changes for the better, what
// is stored is made again by Renew.
//
//	1: lossy WebP with its true levels; images for the public without metadata; no variant with
//	   more bytes than the image; variants as WebP, too
const maker = 1

// derived is what was made of an image beside its variants.
type derived struct {
	set    string // part of the keys of all that was made; "" for the first time
	by     int    // the maker
	sha256 string // of the image for the public; "" if that is the original
	size   int64
}

// Public gives the size and the hash of the bytes that the public gets.
func (f File) Public() (size int64, sha256 string) {
	if f.made.size > 0 {
		return f.made.size, f.made.sha256
	}
	return f.Size, f.SHA256
}

// Version names the public bytes of the file or of a variant: it changes with them.
func (f File) Version(variant string) string {
	_, sha256 := f.Public()
	if variant != "" {
		if v, _ := f.Variant(variant); v.SHA256 != "" {
			sha256 = v.SHA256
		}
	}
	return sha256[:min(len(sha256), 16)]
}

// Cleaned tells whether the public gets other bytes than those that were uploaded.
func (f File) Cleaned() bool { return f.made.size > 0 }

// ForEditors tells whether a file is only for those who work on content: an image that may say
// where and when it was taken, and of a format out of which that can not be removed, such as HEIC
// and TIFF.
func (f File) ForEditors() bool {
	return f.IsImage() && !slices.Contains(readable(), f.Type) &&
		!slices.Contains([]string{"image/svg+xml", "image/bmp", "image/x-icon", "image/vnd.microsoft.icon"}, f.Type)
}

// IsImage tells whether a file is an image.
func (f File) IsImage() bool { return strings.HasPrefix(f.Type, "image/") }

// bytesKey is where the bytes of the file lie.
func (f File) bytesKey() string {
	if f.bytes == "" {
		return "file/" + f.Key
	}
	return "edition/" + f.Key + "/" + f.bytes
}

// derivedKey is where something lies that was made of the file.
func (f File) derivedKey(name string) string {
	if f.made.set == "" {
		return "image/" + f.Key + "/" + name
	}
	return "image/" + f.Key + "/" + f.made.set + "/" + name
}

// blobKeys are the keys of all bytes that belong to the file, earlier editions included.
func (f File) blobKeys() []string {
	keys := []string{f.bytesKey()}
	for _, e := range f.Former {
		keys = append(keys, f.edition(e).bytesKey())
	}
	for _, v := range f.all() {
		keys = append(keys, f.derivedKey(v.Name))
	}
	if f.made.size > 0 {
		keys = append(keys, f.derivedKey(cleanForm))
	}
	return keys
}

// derived is the part of the record that vary changes: what is absent is nil.
func (f File) derived() value.Object {
	o := value.Object{
		"width": nil, "height": nil, "pages": nil, "variants": nil, "made": nil, "set": absent(f.made.set), "public": nil,
	}
	if f.Width > 0 {
		o["width"], o["height"] = int64(f.Width), int64(f.Height)
	}
	if f.Pages > 0 {
		o["pages"] = int64(f.Pages)
	}
	if f.made.by > 0 {
		o["made"] = int64(f.made.by)
	}
	if f.made.size > 0 {
		o["public"] = value.Object{"sha256": f.made.sha256, "size": f.made.size}
	}
	var variants value.List
	for _, v := range f.all() {
		variants = append(variants, value.Object{
			"name": v.Name, "type": v.Type, "width": int64(v.Width), "height": int64(v.Height),
			"size": v.Size, "sha256": absent(v.SHA256),
		})
	}
	if variants != nil {
		o["variants"] = value.Normal(variants)
	}
	return o
}

func (f *File) readDerived(m value.Object) {
	public, _ := m["public"].(value.Object)
	f.made = derived{
		set: text(m, "set"), by: int(integer(m, "made")), sha256: text(public, "sha256"), size: integer(public, "size"),
	}
	variants, _ := m["variants"].(value.List)
	for _, e := range variants {
		v, _ := e.(value.Object)
		f.add(Variant{
			Name:   text(v, "name"),
			Type:   text(v, "type"),
			Width:  int(integer(v, "width")),
			Height: int(integer(v, "height")),
			Size:   integer(v, "size"),
			SHA256: text(v, "sha256"),
		})
	}
}

// Renew makes again what an earlier version of Kontor made of images and PDFs, and says of how many. It may
// run in several processes at once: each writes under keys of its own, and one of them wins. What
// has been replaced is swept. An image that can not be read any more stays as it is.
func (s *Service) Renew(ctx context.Context) (renewed int, err error) {
	types := value.List{pdfType}
	for _, t := range readable() {
		types = append(types, t)
	}
	old := query.AllOf(query.Where("meta.type", query.In, types),
		query.AnyOf(query.Where("meta.made", query.Null, nil), query.Where("meta.made", query.Lt, int64(maker))))
	for {
		docs, err := s.store.Find(ctx, files, store.Query{
			Filter: old, Sort: []query.Order{{Path: "meta.id"}}, Limit: renewBatch, Parts: []string{store.Meta},
		})
		if err != nil || len(docs) == 0 {
			return renewed, err
		}
		for _, d := range docs {
			if err := s.renew(ctx, fileOf(d)); err != nil {
				return renewed, err
			}
			renewed++
		}
	}
}

// renewBatch is how many records Renew reads at once.
const renewBatch = 100

func (s *Service) renew(ctx context.Context, f File) error {
	next := f
	next.made.set = store.RandomKey()
	err := s.vary(ctx, &next)
	switch {
	case err == nil:
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.TooLarge), fault.Is(err, fault.NotFound):
		s.log.Warn("an image can't be made again and stays as it is", "key", f.Key, "error", err)
		next = f
		next.made.by = maker
	default:
		return err
	}
	err = s.store.Apply(ctx, []store.Op{s.marked(f, next.derived())})
	var conflict *store.OpError
	if errors.As(err, &conflict) {
		return nil // somebody changed the record meanwhile; if it is still old it is found again
	}
	return err
}
