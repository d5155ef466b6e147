package rendition

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"
	"slices"
	"strings"
	"sync"

	encoder "github.com/deepteams/webp"
	"golang.org/x/image/webp"
)

// WebPSuffix stands at the end of the name of a variant that is another one as WebP.
const WebPSuffix = "-webp"

// webpQuality is about as good to look at as a JPEG of our quality, at less than half the size.
const webpQuality = 80

// prepareEncoder has the encoder fill its colour tables, which it does at its first lossy image without
// a lock: two first ones at once would get wrong colours.
var prepareEncoder = sync.OnceFunc(func() {
	o := encoder.DefaultOptions()
	o.Quality, o.Lossless = webpQuality, false
	_ = encoder.Encode(io.Discard, image.NewYCbCr(image.Rect(0, 0, 16, 16), image.YCbCrSubsampleRatio420), o)
})

// asWebP writes an image as WebP: without loss if it has transparency, since decoders refuse the
// alpha channel that the encoder writes beside lossy pixels. It returns nil for an image that is
// not read back as it should be.
func asWebP(img *image.RGBA, opaque bool) []byte {
	prepareEncoder()
	o := encoder.DefaultOptions()
	o.Quality, o.Lossless = webpQuality, !opaque
	var b bytes.Buffer
	if err := encoder.Encode(&b, img, o); err != nil {
		return nil
	}
	back, err := webp.Decode(bytes.NewReader(b.Bytes()))
	if err != nil || back.Bounds().Size() != img.Rect.Size() {
		return nil
	}
	return b.Bytes()
}

// promote gives a variant that is there as WebP alone, since it is too large in the other format,
// the name without the suffix.
func promote(list []Rendition) {
	for i, r := range list {
		name, ok := strings.CutSuffix(r.Name, WebPSuffix)
		if ok && !slices.ContainsFunc(list, func(o Rendition) bool { return o.Name == name }) {
			list[i].Name = name
		}
	}
}

// decodeWebP decodes a still WebP. The planes of a lossy one are of video range: black is 16 and
// white is 235, colours go from 16 to 240. Go's images are of full range, so they are stretched;
// else the image would come out pale.
func decodeWebP(r io.Reader) (image.Image, error) {
	img, err := webp.Decode(r)
	switch x := img.(type) {
	case *image.YCbCr:
		stretch(x)
	case *image.NYCbCrA:
		stretch(&x.YCbCr)
	}
	return img, err
}

func stretch(img *image.YCbCr) {
	var luma, chroma [256]byte
	for v := range 256 {
		luma[v] = clamp((2*(v-16)*255 + 219) / (2 * 219))
		chroma[v] = clamp(128 + (2*(v-128)*255+sign(v-128)*224)/(2*224))
	}
	for i, v := range img.Y {
		img.Y[i] = luma[v]
	}
	for _, plane := range [][]byte{img.Cb, img.Cr} {
		for i, v := range plane {
			plane[i] = chroma[v]
		}
	}
}

func clamp(v int) byte { return byte(min(max(v, 0), 255)) }

func sign(v int) int {
	if v < 0 {
		return -1
	}
	return 1
}

func isWebP(data []byte) bool {
	return len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP"
}

// riffChunks walks the chunks of a WebP file, or of a frame in one.
func riffChunks(data []byte, each func(name string, body []byte) (more bool)) {
	for at := 0; at+8 <= len(data); {
		length := int64(binary.LittleEndian.Uint32(data[at+4:]))
		if length > int64(len(data)-at-8) || !each(string(data[at:at+4]), data[at+8:at+8+int(length)]) {
			return
		}
		at += 8 + int(length+length&1)
	}
}

// webpExif gives the EXIF block; some writers put JPEG's prefix before it.
func webpExif(data []byte) (exif []byte) {
	riffChunks(data[12:], func(name string, body []byte) bool {
		if name == "EXIF" {
			exif = body
			if len(body) > 6 && string(body[:6]) == "Exif\x00\x00" {
				exif = body[6:]
			}
		}
		return exif == nil
	})
	return exif
}

// still gives an animated WebP's first frame as a file of its own, since the decoder knows no
// animation. Browsers show the frame on the canvas; here it is the whole image, which differs only
// where the first frame does not fill the canvas. A file without an animation comes back as it is.
func still(data []byte) []byte {
	var frame, exif []byte
	riffChunks(data[12:], func(name string, body []byte) bool {
		switch {
		case name == "ANMF" && len(body) >= 16 && frame == nil:
			frame = body
		case name == "EXIF":
			exif = body
		}
		return true
	})
	if frame == nil {
		return data
	}
	head := make([]byte, 10)
	copy(head[4:], frame[6:12]) // width and height less one
	riffChunks(frame[16:], func(name string, _ []byte) bool {
		if name == "ALPH" {
			head[0] = 1 << 4
		}
		return true
	})
	out := append([]byte("RIFF\x00\x00\x00\x00WEBP"), chunk("VP8X", head)...)
	out = append(out, frame[16:]...)
	if exif != nil {
		out = append(out, chunk("EXIF", exif)...)
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// chunk writes one, padded to an even length.
func chunk(name string, body []byte) []byte {
	out := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body)))
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}
