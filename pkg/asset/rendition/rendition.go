// Package rendition makes the smaller variants of an uploaded image that portals show in lists and pages, named as Strapi names
// them: thumbnail fits into 245x156 pixels, small, medium and large have a longest side of 500, 750 and 1000.
//
// It is pure: bytes in, bytes out, no store, no clock, no state, safe for concurrent calls. What it reads comes from strangers, so
// the dimensions that a file declares are checked against limits before a pixel is decoded, and a broken file is an error, never a
// panic. A rendition holds pixels only: EXIF, GPS, comments and colour profiles of the original are gone, its orientation is applied.
// Colours are taken as sRGB, so a photo with a wider profile comes out slightly paler.
//
// JPEG, PNG, GIF and WebP are read, of animations the first frame. Opaque images become JPEG, images with transparency PNG.
package rendition

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"kontor/pkg/fault"
)

// quality is that of the JPEGs: at these sizes more is bytes that nobody sees.
const quality = 82

// Limits is what a caller lets one image cost. A zero field takes its default.
type Limits struct {
	Bytes  int64 // of the original, which is held in memory; default 64 MiB
	Pixels int64 // declared width times height; default 40 million
	Memory int64 // estimate for the decoded original in bytes; default 512 MiB. The variants take at most about 200 MiB more.

	// Admit is asked before an original is decoded, with that estimate, and may wait for others to be done; release is called when the
	// pixels are needed no more. Nil lets everything in. Its errors come back as they are.
	Admit func(ctx context.Context, memory int64) (release func(), err error)
}

// Facts is what an image says of itself.
type Facts struct {
	Type   string // media type, from the content and never from a name: image/jpeg, image/png, image/gif, image/webp
	Width  int    // in pixels, as shown: after the orientation is applied
	Height int
}

// Rendition is one variant.
type Rendition struct {
	Name   string // thumbnail, small, medium or large
	Type   string // image/jpeg or image/png
	Width  int    // in pixels
	Height int
	Bytes  []byte
}

// box is the space that a variant has to fit into.
type box struct {
	name          string
	width, height int
}

// boxes are Strapi's, smallest first.
func boxes() []box {
	return []box{{"thumbnail", 245, 156}, {"small", 500, 500}, {"medium", 750, 750}, {"large", 1000, 1000}}
}

// Names lists what variants may be called.
func Names() []string {
	var out []string
	for _, b := range boxes() {
		out = append(out, b.name)
	}
	return out
}

// Inspect reads what an image says of itself, without decoding its pixels; they may still be broken.
// Errors: MediaType for what is none of the four types, TooLarge beyond the limits, Invalid for a broken header, and what r gives.
func Inspect(r io.Reader, l Limits) (Facts, error) {
	src, err := open(r, l)
	if err != nil {
		return Facts{}, err
	}
	return src.facts(), nil
}

// Make gives the facts and the variants of an image, smallest first. A variant that would not be smaller than the original is
// left out, so a small image has none. The order of bytes is the same for the same input and the same version of Go.
// Errors: as Inspect, Invalid also for broken pixels, and the context's when it ends.
func Make(ctx context.Context, r io.Reader, l Limits) (Facts, []Rendition, error) {
	src, err := open(&reader{ctx, r}, l)
	if err != nil {
		return Facts{}, nil, err
	}
	if l.Admit != nil {
		release, err := l.Admit(ctx, src.memory)
		if err != nil {
			return Facts{}, nil, err
		}
		defer release()
	}
	list, err := guarded(ctx, src)
	if err != nil {
		return Facts{}, nil, err
	}
	return src.facts(), list, nil
}

// guarded turns a panic of a decoder into an error: the input is a stranger's and the decoders are not ours.
func guarded(ctx context.Context, src *source) (list []Rendition, err error) {
	defer func() {
		if p := recover(); p != nil {
			list, err = nil, fault.New(fault.Invalid, "The image is broken").With("reason", "panic")
		}
	}()
	return src.renditions(ctx)
}

// renditions decodes the pixels once, shrinks them once to about the largest variant, and makes every variant from that.
func (s *source) renditions(ctx context.Context) ([]Rendition, error) {
	shown := s.facts()
	var wanted []box
	for _, b := range boxes() {
		if shown.Width > b.width || shown.Height > b.height {
			wanted = append(wanted, b)
		}
	}
	if len(wanted) == 0 {
		// Broken pixels are an error also where nothing is made of them, so that an original of which Make spoke well can be shown.
		_, err := s.decode(ctx)
		return nil, err
	}
	img, err := s.decode(ctx)
	if err != nil {
		return nil, err
	}
	largest := wanted[len(wanted)-1]
	width, height := largest.fit(shown.Width, shown.Height)
	if s.orientation.swaps() {
		width, height = height, width
	}
	small, err := reduce(ctx, img, s.width, s.height, width, height)
	if err != nil {
		return nil, err
	}
	small = s.orientation.apply(small)
	opaque := small.Opaque()
	var out []Rendition
	for _, b := range wanted {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		width, height := b.fit(shown.Width, shown.Height)
		r, err := encode(scale(small, width, height), opaque)
		if err != nil {
			return nil, err
		}
		r.Name = b.name
		out = append(out, r)
	}
	return out, nil
}

// decode reads the pixels.
func (s *source) decode(ctx context.Context) (image.Image, error) {
	img, err := s.format.decode(&reader{ctx, bytes.NewReader(s.data)})
	if cause := ctx.Err(); cause != nil {
		return nil, cause
	}
	if err != nil {
		return nil, broken(err)
	}
	return img, nil
}

func encode(img *image.RGBA, opaque bool) (Rendition, error) {
	var buf bytes.Buffer
	out := Rendition{Type: "image/jpeg", Width: img.Rect.Dx(), Height: img.Rect.Dy()}
	var err error
	if opaque {
		err = jpeg.Encode(&buf, img, &jpeg.Options{Quality: quality})
	} else {
		out.Type, err = "image/png", png.Encode(&buf, img)
	}
	if err != nil {
		return Rendition{}, fault.Wrap(fault.Internal, err, "A rendition can not be written")
	}
	out.Bytes = buf.Bytes()
	return out, nil
}

// broken is the error for an image that its own format does not allow, or that this package can not read.
func broken(cause error) error {
	var known *fault.Error
	if errors.As(cause, &known) {
		return cause
	}
	return fault.Wrap(fault.Invalid, cause, "The image is broken").With("reason", "broken")
}

// reader stops a decoder when the context ends; decoders take no context.
type reader struct {
	ctx context.Context
	r   io.Reader
}

// Read reads unless the context has ended.
func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	// In portions, since a decoder that asked for all at once would not hear of the end.
	return r.r.Read(p[:min(len(p), 1<<16)])
}
