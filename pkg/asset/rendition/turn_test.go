package rendition

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"testing"
)

// A turned image is admitted with the memory of its copy, an image that is stored upright without.
func TestTurnedCopyIsAdmitted(t *testing.T) {
	const w, h = 40, 30
	deep := image.NewNRGBA64(image.Rect(0, 0, w, h))
	deep.Set(1, 1, color.NRGBA64{R: 1, A: 2}) // else it is written as opaque
	turnedPNG := func(img image.Image) func(o int) []byte {
		plain := asPNG(t, img)
		return func(o int) []byte {
			out := append(bytes.Clone(plain[:33]), pngChunk("eXIf", exifBlock(binary.BigEndian, o))...)
			return append(out, plain[33:]...)
		}
	}
	for name, c := range map[string]struct {
		image           func(o int) []byte
		upright, turned int64 // bytes per pixel
	}{
		"PNG":            {turnedPNG(corners(w, h)), 4, 8},
		"PNG of 16 bits": {turnedPNG(deep), 8, 16},
		"JPEG": {func(o int) []byte {
			return withExif(asJPEG(t, corners(w, h)), exifBlock(binary.BigEndian, o))
		}, 5, 8},
	} {
		for o, want := range map[int]int64{1: c.upright * w * h, 6: c.turned * w * h} {
			asked := int64(0)
			l := Limits{Admit: func(_ context.Context, memory int64) (func(), error) {
				asked = memory
				return func() {}, nil
			}}
			if _, err := Make(t.Context(), bytes.NewReader(c.image(o)), l); err != nil {
				t.Fatal(err)
			}
			if asked < want || o == 1 && asked >= c.turned*w*h {
				t.Errorf("%s, orientation %d: %d bytes are admitted, want %d", name, o, asked, want)
			}
		}
		if _, err := Inspect(bytes.NewReader(c.image(6)), Limits{Memory: c.turned*w*h - 1}); err == nil {
			t.Errorf("%s: the copy is not limited", name)
		}
	}
}

// cancelling is an image that ends a context when its first pixel is read, and counts them.
type cancelling struct {
	image.Image
	cancel context.CancelFunc
	read   int
}

// At returns a pixel.
func (c *cancelling) At(x, y int) color.Color {
	c.read++
	c.cancel()
	return c.Image.At(x, y)
}

// Opaque spares the encoder of PNGs to read all pixels for it.
func (c *cancelling) Opaque() bool { return true }

// A cancelled request stops turning and writing a PNG before most pixels are read.
func TestTurnCancelled(t *testing.T) {
	const w, h = 400, 300
	for name, f := range map[string]func(context.Context, image.Image) error{
		"turn": func(ctx context.Context, img image.Image) error {
			_, err := orientation(6).turn(ctx, img)
			return err
		},
		"redraw": func(ctx context.Context, img image.Image) error {
			s := source{raw: asPNG(t, corners(1, 1)), format: format{mediaType: "image/png"}}
			_, err := s.redraw(ctx, img, Credit{})
			return err
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		img := &cancelling{Image: noisy(w, h), cancel: cancel}
		if err := f(ctx, img); !errors.Is(err, context.Canceled) || img.read == 0 || img.read > w*h/2 {
			t.Errorf("%s: %v after %d of %d pixels", name, err, img.read, w*h)
		}
		if err := f(ctx, corners(4, 4)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, cancelled before: %v", name, err)
		}
	}
}
