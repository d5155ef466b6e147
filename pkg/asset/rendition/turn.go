package rendition

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"

	"kontor/pkg/fault"
)

// turnedQuality is that of a photo that is stored turned: a second JPEG of it must not be seen to
// be one.
const turnedQuality = 92

// clean returns the image without its metadata, turned as it is to be shown; nil if it is so
// already. The context's error when it ends.
func (s *source) clean(ctx context.Context, img image.Image, credit Credit) ([]byte, error) {
	out := s.format.clean(s.raw, credit)
	turned := s.orientation > 1
	switch {
	case s.format.mediaType == "image/webp" && turned:
		return webpOrientation(out, s.orientation), nil
	case out != nil && !turned:
		if bytes.Equal(out, s.raw) {
			return nil, nil
		}
		return out, nil
	case s.format.mediaType != "image/jpeg" && s.format.mediaType != "image/png":
		return nil, fault.New(fault.Invalid, "The image is broken").With("reason", "structure")
	}
	shown, err := s.orientation.turn(ctx, img)
	if err != nil {
		return nil, err
	}
	return s.redraw(ctx, shown, credit)
}

// redraw writes the pixels as a new image of the same format, with the colour profile of the
// original. The encoder of PNGs stops when the context ends; that of JPEGs writes to the end, which
// takes far less time.
func (s *source) redraw(ctx context.Context, img image.Image, credit Credit) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	var err error
	w := &writer{ctx, &b}
	head, at := []byte(nil), 2
	if s.format.mediaType == "image/png" {
		at = 33 // after IHDR
		head = append(credit.pngChunks(), pngColours(s.raw)...)
		err = png.Encode(w, img)
	} else {
		if credit != (Credit{}) {
			head = credit.jpegSegment()
		}
		if _, isCMYK := img.(*image.CMYK); !isCMYK { // whose profile does not fit RGB
			head = append(head, jpegColours(s.raw)...)
		}
		err = jpeg.Encode(w, img, &jpeg.Options{Quality: turnedQuality})
	}
	if cause := ctx.Err(); cause != nil {
		return nil, cause
	}
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "An image can not be written")
	}
	out := b.Bytes()
	return append(append(bytes.Clone(out[:at]), head...), out[at:]...), nil
}

// writer stops an encoder when the context ends; encoders take no context.
type writer struct {
	ctx context.Context
	w   io.Writer
}

// Write writes unless the context has ended.
func (w *writer) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(p)
}

// jpegColours are the segments of the colour profile.
func jpegColours(data []byte) (out []byte) {
	segments(data, func(marker byte, body []byte) bool {
		if marker == 0xe2 && bytes.HasPrefix(body, []byte(iccPrefix)) {
			out = append(out, segment(marker, body)...)
		}
		return true
	})
	return out
}

// pngColours are the chunks that say what colours are meant, and the resolution.
func pngColours(data []byte) (out []byte) {
	chunks(data, func(name string, body []byte) bool {
		switch name {
		case "iCCP", "gAMA", "cHRM", "sRGB", "cICP", "pHYs":
			out = append(out, pngChunk(name, body)...)
		}
		return true
	})
	return out
}

// webpOrientation adds an EXIF block with nothing but the orientation: turning the pixels would
// need an encoder for lossy WebP, of which there is no good one in Go.
func webpOrientation(data []byte, o orientation) []byte {
	exif := []byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00")
	exif = append(exif, byte(o), 0, 0, 0, 0, 0, 0, 0)
	out := append(data, chunk("EXIF", exif)...)
	if len(out) > 20 && string(out[12:16]) == "VP8X" {
		out[20] |= webpHasEXIF
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// turn returns a decoded image as it is to be shown, in its own colour model, or the context's error
// when it ends.
func (o orientation) turn(ctx context.Context, img image.Image) (image.Image, error) {
	if o <= 1 || o > 8 {
		return img, nil
	}
	b := img.Bounds()
	r := image.Rect(0, 0, b.Dx(), b.Dy())
	if o.swaps() {
		r = image.Rect(0, 0, b.Dy(), b.Dx())
	}
	if photo, ok := img.(*image.YCbCr); ok {
		return o.turnYCbCr(ctx, photo, r)
	}
	return o.turnAny(ctx, img, blank(img, r))
}

// blank returns an empty image of the same kind.
func blank(img image.Image, r image.Rectangle) draw.Image {
	switch x := img.(type) {
	case *image.Gray:
		return image.NewGray(r)
	case *image.Gray16:
		return image.NewGray16(r)
	case *image.Paletted:
		return image.NewPaletted(r, x.Palette)
	case *image.CMYK:
		return image.NewCMYK(r)
	case *image.NRGBA:
		return image.NewNRGBA(r)
	case *image.NRGBA64:
		return image.NewNRGBA64(r)
	case *image.RGBA64:
		return image.NewRGBA64(r)
	}
	return image.NewRGBA(r)
}

// turnAny copies pixel by pixel, which is slow: photos are YCbCr.
func (o orientation) turnAny(ctx context.Context, src image.Image, dst draw.Image) (image.Image, error) {
	b := src.Bounds()
	for y := range b.Dy() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for x := range b.Dx() {
			dx, dy := o.place(x, y, b.Dx(), b.Dy())
			dst.Set(dx, dy, src.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return dst, nil
}

// turnPlane turns one plane of bytes.
func (o orientation) turnPlane(dst []byte, dstStride int, src []byte, srcStride, w, h int) {
	for y := range h {
		for x := range w {
			dx, dy := o.place(x, y, w, h)
			dst[dy*dstStride+dx] = src[y*srcStride+x]
		}
	}
}

// turnYCbCr turns each plane. Where the sides change places, so do the factors by which the colours
// have fewer samples.
func (o orientation) turnYCbCr(ctx context.Context, src *image.YCbCr, r image.Rectangle) (image.Image, error) {
	ratio := src.SubsampleRatio
	if o.swaps() {
		switch ratio {
		case image.YCbCrSubsampleRatio422:
			ratio = image.YCbCrSubsampleRatio440
		case image.YCbCrSubsampleRatio440:
			ratio = image.YCbCrSubsampleRatio422
		case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410: // have no counterpart
			return o.turnAny(ctx, src, image.NewRGBA(r))
		}
	}
	dst := image.NewYCbCr(r, ratio)
	w, h := src.Rect.Dx(), src.Rect.Dy()
	o.turnPlane(dst.Y, dst.YStride, src.Y, src.YStride, w, h)
	kx, ky := subsampling(src.SubsampleRatio)
	cw, ch := (w+kx-1)/kx, (h+ky-1)/ky
	o.turnPlane(dst.Cb, dst.CStride, src.Cb, src.CStride, cw, ch)
	o.turnPlane(dst.Cr, dst.CStride, src.Cr, src.CStride, cw, ch)
	return dst, nil
}

// subsampling is by how many pixels one sample of colour stands, across and down.
func subsampling(r image.YCbCrSubsampleRatio) (int, int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}
