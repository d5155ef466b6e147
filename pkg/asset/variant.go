package asset

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"runtime/debug"
	"slices"
	"time"

	"kontor/pkg/asset/rendition"
	"kontor/pkg/blob"
	"kontor/pkg/fault"
	"kontor/pkg/rate"
)

// readable are the images that variants are made of.
func readable() []string { return []string{"image/jpeg", "image/png", "image/gif", "image/webp"} }

// vary measures an image, makes its variants and the image for the public, a few images at a time. What is no image of these kinds is
// left as it is. It changes f alone, not its record.
func (s *Service) vary(ctx context.Context, f *File) error {
	if f.Type == pdfType {
		return s.countPages(ctx, f)
	}
	if !slices.Contains(readable(), f.Type) {
		return nil
	}
	if err := s.originals.Acquire(ctx, 1); err != nil {
		return tooLong(err)
	}
	defer s.originals.Release(1)
	f.Variants, f.WebP, f.made = nil, nil, derived{set: f.made.set, by: maker}
	out, err := s.renditions(ctx, f.bytesKey())
	if fault.Is(err, fault.MediaType) {
		return nil // the beginning of an image and nothing of one behind it
	}
	if err != nil {
		return err
	}
	f.Width, f.Height = out.Facts.Width, out.Facts.Height
	if f.Facts.Credit == "" {
		f.Facts.Credit = cutRunes(out.Credit.String(), maxCredit)
	}
	for _, r := range out.Variants {
		f.add(Variant{
			Name: r.Name, Type: r.Type, Width: r.Width, Height: r.Height, Size: int64(len(r.Bytes)), SHA256: sum(r.Bytes),
		})
		if _, err := s.blobs.Put(ctx, f.derivedKey(r.Name), bytes.NewReader(r.Bytes)); err != nil {
			return err
		}
	}
	if out.Clean == nil {
		return nil
	}
	f.made.size, f.made.sha256 = int64(len(out.Clean)), sum(out.Clean)
	_, err = s.blobs.Put(ctx, f.derivedKey(cleanForm), bytes.NewReader(out.Clean))
	return err
}

// pdfType is the media type of the files whose pages are counted.
const pdfType = "application/pdf"

// maxPDF is how long a PDF may be for its pages to be counted, in bytes: it is read into memory.
const maxPDF = 64 << 20

// countPages notes the number of pages of a PDF, as far as it can be told.
func (s *Service) countPages(ctx context.Context, f *File) error {
	f.Pages, f.made.by = 0, maker
	if f.Size > maxPDF {
		return nil
	}
	if err := s.originals.Acquire(ctx, 1); err != nil {
		return tooLong(err)
	}
	defer s.originals.Release(1)
	r, _, err := s.blobs.Get(ctx, f.bytesKey(), 0, blob.ToEnd)
	if err != nil {
		return err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if f.Pages, err = rendition.Pages(ctx, data); err != nil {
		return tooLong(err)
	}
	return nil
}

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

func (s *Service) renditions(ctx context.Context, key string) (rendition.Result, error) {
	r, _, err := s.blobs.Get(ctx, key, 0, blob.ToEnd)
	if err != nil {
		return rendition.Result{}, err
	}
	defer r.Close()
	limits := s.image
	limits.Admit = s.admit
	return rendition.Make(ctx, r, limits)
}

// slotWait is how long an image waits for a slot. A read is refused sooner and asked for again; of an upload
// all bytes would have to be sent again.
const slotWait = 10 * time.Second

// admit lets images be decoded at once as long as they have room together in what one may take, each in one of
// the slots that all heavy work shares.
func (s *Service) admit(ctx context.Context, memory int64) (release func(), err error) {
	if err := s.pixels.Acquire(ctx, memory); err != nil {
		return nil, tooLong(err)
	}
	leave, ok := s.slots.TakeWithin(ctx, slotWait)
	if !ok {
		s.pixels.Release(memory)
		return nil, rate.Busy(ctx)
	}
	return func() {
		leave()
		if memory > largeImage {
			debug.FreeOSMemory() // else the next one is decoded beside what this one leaves
		}
		s.pixels.Release(memory)
	}, nil
}

// largeImage is from how many bytes on giving them back is worth a garbage collection, which takes far less than decoding them.
const largeImage = 32 << 20

func tooLong(err error) error { return fault.Wrap(fault.Timeout, err, "The request took too long") }
