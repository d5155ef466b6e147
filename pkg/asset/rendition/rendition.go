// Package rendition makes the smaller variants of an uploaded image that portals show in lists and pages, named as Strapi names
// them: thumbnail fits into 245x156 pixels, small, medium and large have a longest side of 500, 750 and 1000.
//
// It is pure: bytes in, bytes out, no store, no clock, no state, safe for concurrent calls. What it reads comes from strangers, so
// the dimensions that a file declares are checked against limits before a pixel is decoded, and a broken file is an error, never a
// panic. A rendition holds pixels only: EXIF, GPS, comments and colour profiles of the original are gone, its orientation is applied.
// Colours are taken as sRGB, so a photo with a wider profile comes out slightly paler. The image itself is also given without the
// metadata that tell where and when a photo was taken.
//
// JPEG, PNG, GIF and WebP are read, of animations the first frame. Photos become JPEG, drawings and images with transparency PNG, and
// where that is smaller each becomes WebP, too.
package rendition

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"slices"

	"kontor/pkg/fault"
)

// quality is that of the JPEGs: at these sizes more is bytes that nobody sees.
const quality = 82

// Limits is what a caller lets one image cost. A zero field takes its default.
type Limits struct {
	Bytes  int64 // of the original, which is held in memory; default 64 MiB
	Pixels int64 // declared width times height; default 40 million
	// Memory is the estimate in bytes for the decoded original and its turned copy; default 512 MiB.
	// The variants take at most about 200 MiB more.
	Memory int64

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
	Name   string // thumbnail, small, medium or large; with WebPSuffix the same as WebP
	Type   string // image/jpeg, image/png or image/webp
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
		out = append(out, b.name, b.name+WebPSuffix)
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

// Result is what Make makes of an image.
type Result struct {
	Facts    Facts
	Clean    []byte // the image for the public; nil if the original is it
	Credit   Credit // what the original says of its author; Clean keeps it where the format has a place for it
	Variants []Rendition
}

// Make gives an image for the public and its variants, smallest first. The former is without EXIF, GPS, XMP, comments, thumbnails and
// whatever follows the image, turned as it is to be shown, and keeps colour profile and credit. A variant that would not have fewer
// pixels and fewer bytes is left out, so a small image has none. The order of bytes is the same for the same input and version of Go.
// Errors: as Inspect, Invalid also for broken pixels, and the context's when it ends.
func Make(ctx context.Context, r io.Reader, l Limits) (Result, error) {
	src, err := open(&reader{ctx, r}, l)
	if err != nil {
		return Result{}, err
	}
	if l.Admit != nil {
		release, err := l.Admit(ctx, src.memory)
		if err != nil {
			return Result{}, err
		}
		defer release()
	}
	return guarded(ctx, src)
}

// guarded turns a panic of a decoder into an error: the input is a stranger's and the decoders are not ours.
func guarded(ctx context.Context, src *source) (out Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = Result{}, fault.New(fault.Invalid, "The image is broken").With("reason", "panic")
		}
	}()
	return src.make(ctx)
}

// make decodes the pixels once, also where nothing is made of them, since broken ones are an error.
func (s *source) make(ctx context.Context) (Result, error) {
	img, err := s.decode(ctx)
	if err != nil {
		return Result{}, err
	}
	out := Result{Facts: s.facts(), Credit: s.format.credit(s.raw)}
	if out.Clean, err = s.clean(ctx, img, out.Credit); err != nil {
		return Result{}, err
	}
	if out.Variants, err = s.renditions(ctx, img); err != nil {
		return Result{}, err
	}
	size := len(s.raw)
	if out.Clean != nil {
		size = len(out.Clean)
	}
	out.Variants = slices.DeleteFunc(out.Variants, func(r Rendition) bool { return len(r.Bytes) >= size })
	promote(out.Variants)
	return out, nil
}

// renditions shrinks the pixels once to about the largest variant, and makes every variant from that.
func (s *source) renditions(ctx context.Context, img image.Image) ([]Rendition, error) {
	shown := s.facts()
	var wanted []box
	for _, b := range boxes() {
		if shown.Width > b.width || shown.Height > b.height {
			wanted = append(wanted, b)
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	largest := wanted[len(wanted)-1]
	width, height := largest.fit(shown.Width, shown.Height)
	if s.orientation.swaps() {
		width, height = height, width
	}
	whole, err := reduce(ctx, img, s.width, s.height, width, height)
	if err != nil {
		return nil, err
	}
	whole = s.orientation.apply(whole)
	opaque := whole.Opaque()
	var out []Rendition
	for _, b := range wanted {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		width, height := b.fit(shown.Width, shown.Height)
		small := scale(whole, width, height)
		r, err := encode(small, opaque, s.format.mediaType != "image/jpeg")
		if err != nil {
			return nil, err
		}
		r.Name = b.name
		out = append(out, r)
		if w := asWebP(small, opaque); w != nil && len(w) < len(r.Bytes) {
			r.Name, r.Type, r.Bytes = b.name+WebPSuffix, "image/webp", w
			out = append(out, r)
		}
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

// encode writes an opaque image as JPEG and one with transparency as PNG. One that may be drawn, and not a photo, is written as both, and
// the smaller one counts: JPEG makes flat colours larger and dirty.
func encode(img *image.RGBA, opaque, drawn bool) (Rendition, error) {
	var photo, drawing bytes.Buffer
	out := Rendition{Type: "image/jpeg", Width: img.Rect.Dx(), Height: img.Rect.Dy()}
	var err error
	if opaque {
		err = jpeg.Encode(&photo, img, &jpeg.Options{Quality: quality})
	}
	if err == nil && (!opaque || drawn) {
		err = png.Encode(&drawing, img)
	}
	if err != nil {
		return Rendition{}, fault.Wrap(fault.Internal, err, "A rendition can not be written")
	}
	if out.Bytes = photo.Bytes(); !opaque || drawn && drawing.Len() <= photo.Len() {
		out.Type, out.Bytes = "image/png", drawing.Bytes()
	}
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
