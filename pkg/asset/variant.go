package asset

import (
	"bytes"
	"context"
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

// vary measures an image and makes its variants, a few images at a time. What is no image of these kinds is left as it is.
func (s *Service) vary(ctx context.Context, f *File) error {
	if !slices.Contains(readable(), f.Type) {
		return nil
	}
	if err := s.originals.Acquire(ctx, 1); err != nil {
		return tooLong(err)
	}
	defer s.originals.Release(1)
	facts, list, err := s.renditions(ctx, f.Key)
	if fault.Is(err, fault.MediaType) {
		return nil // the beginning of an image and nothing of one behind it
	}
	if err != nil {
		return err
	}
	f.Width, f.Height = facts.Width, facts.Height
	for _, r := range list {
		f.Variants = append(f.Variants, Variant{Name: r.Name, Type: r.Type, Width: r.Width, Height: r.Height, Size: int64(len(r.Bytes))})
		if _, err := s.blobs.Put(ctx, variantKey(f.Key, r.Name), bytes.NewReader(r.Bytes)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) renditions(ctx context.Context, key string) (rendition.Facts, []rendition.Rendition, error) {
	r, _, err := s.blobs.Get(ctx, bytesKey(key), 0, blob.ToEnd)
	if err != nil {
		return rendition.Facts{}, nil, err
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
