package rendition

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/webp"

	"kontor/pkg/fault"
)

// source is an original whose header has been read and found within the limits.
type source struct {
	raw           []byte // the original
	data          []byte // what is decoded: the original, or the first frame of an animated WebP
	format        format
	width, height int // as stored, before the orientation is applied
	orientation   orientation
	memory        int64 // bytes that decoding and turning take at most
}

// format is how one media type is read.
type format struct {
	mediaType string
	is        func(data []byte) bool
	config    func(io.Reader) (image.Config, error)
	decode    func(io.Reader) (image.Image, error)
	exif      func(data []byte) []byte // the EXIF block, nil for none
	cost      func(data []byte) float64
	clean     cleanable
	credit    func(data []byte) Credit
}

// formats lists what is read. cost is an upper bound for the bytes of memory that decoding takes for a pixel.
func formats() []format {
	return []format{
		{"image/jpeg", prefix("\xff\xd8\xff"), jpeg.DecodeConfig, jpeg.Decode, jpegExif, jpegCost, cleanJPEG, jpegCredit},
		{"image/png", prefix("\x89PNG\r\n\x1a\n"), png.DecodeConfig, png.Decode, pngExif, pngCost, cleanPNG, pngCredit},
		{"image/gif", func(d []byte) bool { return prefix("GIF87a")(d) || prefix("GIF89a")(d) }, gif.DecodeConfig, gif.Decode,
			func([]byte) []byte { return nil }, func([]byte) float64 { return 1 }, cleanGIF, func([]byte) Credit { return Credit{} }},
		{"image/webp", isWebP, webp.DecodeConfig, decodeWebP, webpExif, func([]byte) float64 { return 12 }, cleanWebP, webpCredit},
	}
}

func prefix(want string) func([]byte) bool {
	return func(data []byte) bool { return bytes.HasPrefix(data, []byte(want)) }
}

// open reads an original into memory and checks what its header declares. Nothing is decoded.
func open(r io.Reader, l Limits) (*source, error) {
	l = l.filled()
	data, err := io.ReadAll(io.LimitReader(r, min(l.Bytes, math.MaxInt64-1)+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > l.Bytes {
		return nil, fault.New(fault.TooLarge, "The image has more than %d bytes", l.Bytes).With("reason", "bytes").With("limit", l.Bytes)
	}
	for _, f := range formats() {
		if f.is(data) {
			return check(data, f, l)
		}
	}
	return nil, fault.New(fault.MediaType, "The file is not a JPEG, PNG, GIF or WebP image")
}

func check(data []byte, f format, l Limits) (s *source, err error) {
	defer func() {
		if p := recover(); p != nil { // as in guarded
			s, err = nil, fault.New(fault.Invalid, "The image is broken").With("reason", "panic")
		}
	}()
	raw := data
	if f.mediaType == "image/webp" {
		data = still(data)
	}
	c, err := f.config(bytes.NewReader(data))
	if err != nil {
		return nil, broken(err)
	}
	if c.Width <= 0 || c.Height <= 0 {
		return nil, broken(errors.New("no width or no height"))
	}
	// Neither side is near the end of an int64's square root: all four formats have 32 bits at most.
	pixels := int64(c.Width) * int64(c.Height)
	if pixels > l.Pixels {
		return nil, fault.New(fault.TooLarge, "The image has %d x %d pixels, at most %d in all", c.Width, c.Height, l.Pixels).
			With("reason", "pixels").With("limit", l.Pixels)
	}
	turn := readOrientation(f.exif(data))
	need := float64(pixels) * f.pixelCost(data, turn)
	if need > float64(l.Memory) {
		return nil, fault.New(fault.TooLarge, "The image needs %.0f bytes of memory, at most %d", need, l.Memory).
			With("reason", "memory").With("limit", l.Memory)
	}
	return &source{
		raw: raw, data: data, format: f, width: c.Width, height: c.Height, orientation: turn, memory: int64(need),
	}, nil
}

// pixelCost is an upper bound for the bytes of memory per pixel, first while the image is decoded and
// then while it is held together with its turned copy. The buffers of the decoder are free by then,
// so the larger of the two counts. Decoding a WebP takes more in any case, and its pixels are not
// turned.
func (f format) pixelCost(data []byte, o orientation) float64 {
	cost, pixel := f.cost(data), 4.0
	if f.mediaType == "image/png" {
		pixel = pngPixel(data)
	}
	if o > 1 {
		cost = max(cost, 2*pixel)
	}
	return cost
}

func (l Limits) filled() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 64 << 20
	}
	if l.Pixels <= 0 {
		l.Pixels = 40_000_000
	}
	if l.Memory <= 0 {
		l.Memory = 512 << 20
	}
	return l
}

func (s *source) facts() Facts {
	f := Facts{Type: s.format.mediaType, Width: s.width, Height: s.height}
	if s.orientation.swaps() {
		f.Width, f.Height = f.Height, f.Width
	}
	return f
}

// segments walks the marker segments of a JPEG up to the first scan; each gets the marker and what the segment holds.
func segments(data []byte, each func(marker byte, body []byte) (more bool)) {
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		marker := data[at+1]
		switch {
		case marker == 0xff: // padding
			at++
			continue
		case marker == 0x01, marker >= 0xd0 && marker <= 0xd8: // without a body
			at += 2
			continue
		case marker == 0xda, marker == 0xd9: // the scan, the end
			return
		}
		length := int(binary.BigEndian.Uint16(data[at+2:]))
		if length < 2 || at+2+length > len(data) || !each(marker, data[at+4:at+2+length]) {
			return
		}
		at += 2 + length
	}
}

func jpegExif(data []byte) (exif []byte) {
	segments(data, func(marker byte, body []byte) bool {
		if marker == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			exif = body[6:]
		}
		return exif == nil
	})
	return exif
}

// jpegCost counts a byte for each sample, four more for each while a progressive image is put together, and four for a pixel
// where the colours are converted.
func jpegCost(data []byte) float64 {
	cost := 3 + 4 + 3*4.0 // what is not understood is taken as the worst
	segments(data, func(marker byte, body []byte) bool {
		if marker < 0xc0 || marker > 0xc2 || len(body) < 6 {
			return true
		}
		n := int(body[5])
		if n < 1 || n > 4 || len(body) < 6+3*n {
			return false
		}
		most, all := 1, 0
		for i := range n {
			area := int(body[7+3*i]>>4) * int(body[7+3*i]&15)
			most, all = max(most, area), all+area
		}
		samples := float64(all) / float64(most)
		cost = samples
		if marker == 0xc2 {
			cost += 4 * samples
		}
		if n == 3 || n == 4 {
			cost += 4
		}
		return false
	})
	return cost
}

// chunks walks the chunks of a PNG.
func chunks(data []byte, each func(name string, body []byte) (more bool)) {
	for at := 8; at+12 <= len(data); {
		length := int64(binary.BigEndian.Uint32(data[at:]))
		if length > int64(len(data)-at-12) || !each(string(data[at+4:at+8]), data[at+8:at+8+int(length)]) {
			return
		}
		at += 12 + int(length)
	}
}

func pngExif(data []byte) (exif []byte) {
	chunks(data, func(name string, body []byte) bool {
		switch name {
		case "acTL": // an animation is shown as it is stored, since it is not drawn again
			return false
		case "eXIf":
			exif = body
		}
		return exif == nil
	})
	return exif
}

// pngCost counts the bytes of pngPixel, and for an interlaced image half of them again: the last pass
// has half of the pixels and is held beside the whole.
func pngCost(data []byte) float64 {
	cost := pngPixel(data)
	if head := pngHead(data); head != nil && head[12] != 0 {
		cost *= 1.5
	}
	return cost
}

// pngPixel is an upper bound for the bytes that a pixel of the decoded image takes, by its depth.
func pngPixel(data []byte) float64 {
	if head := pngHead(data); head != nil && head[8] <= 8 {
		return 4
	}
	return 8
}

// pngHead returns the first chunk of a PNG, which the decoder has checked; nil if it is too short.
func pngHead(data []byte) (head []byte) {
	chunks(data, func(_ string, body []byte) bool {
		if len(body) >= 13 {
			head = body
		}
		return false
	})
	return head
}
