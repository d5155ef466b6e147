package rendition

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// The planes of a lossy WebP are of video range: white must come out white and black black, also
// with alpha and of an animation.
func TestWebPLevels(t *testing.T) {
	want := []color.NRGBA{
		{255, 255, 255, 255},
		{0, 0, 0, 255},
		{128, 128, 128, 255},
		{255, 1, 0, 255},
		{0, 255, 1, 255},
		{0, 0, 255, 255},
		{255, 235, 17, 255},
		{40, 90, 159, 255},
	}
	for _, name := range []string{"bars", "bars-alpha", "bars-moving"} {
		data, err := os.ReadFile("testdata/" + name + ".webp")
		if err != nil {
			t.Fatal(err)
		}
		src, err := open(bytes.NewReader(data), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		img, err := src.decode(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range want {
			got := color.NRGBAModel.Convert(img.At(i*32+16, 80)).(color.NRGBA)
			for j, pair := range [][2]byte{{got.R, c.R}, {got.G, c.G}, {got.B, c.B}, {got.A, c.A}} {
				if d := int(pair[0]) - int(pair[1]); d < -3 || d > 3 {
					t.Errorf("%s: bar %d is %v, want %v (%d)", name, i, got, c, j)
				}
			}
		}
	}
}

const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description ` +
	`xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:Credit="Agentur" photoshop:City="XMP-SECRET">` +
	`<dc:creator><rdf:Seq><rdf:li>Änne Photo</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>`

// spied puts into a JPEG what cameras and programs do: two kinds of thumbnails, EXIF, XMP, a colour
// profile, IPTC, a second image.
func spied(data []byte, o int) []byte {
	out := append([]byte{}, data[:2]...)
	for _, s := range []struct {
		marker byte
		body   string
	}{
		{0xe0, "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x01\x01JFIF-SECRET"}, {0xe0, "JFXX\x00\x10THUMB-SECRET"},
		{0xe1, "Exif\x00\x00" + string(exifBlock(binary.LittleEndian, o))}, {0xe1, "http://ns.adobe.com/xap/1.0/\x00" + xmp},
		{0xe1, "http://ns.adobe.com/xmp/extension/\x00MORE-SECRET"}, {0xe2, iccPrefix + "\x01\x01PROFILE"}, {0xe2, "MPF\x00SECRET"},
		{0xed, "Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x19\x1c\x02\x5a\x00\x06SECRET\x1c\x02\x74\x00\x09(c) St\xe4dt"}, {0xfe, "COMMENT-SECRET"}, {0xec, "Ducky-SECRET"},
	} {
		out = append(out, segment(s.marker, []byte(s.body))...)
	}
	out = append(out, data[2:]...)
	return append(out, "\xff\xd8SECRET-SECOND-IMAGE\xff\xd9"...)
}

// noisy is an image of corners that compresses as badly as a photo does.
func noisy(w, h int) *image.RGBA {
	img := corners(w, h)
	r := rand.New(rand.NewPCG(5, 6))
	for i := range img.Pix {
		if i%4 != 3 {
			img.Pix[i] = byte(min(255, max(0, int(img.Pix[i])+r.IntN(41)-20)))
		}
	}
	return img
}

func cleaned(t *testing.T, data []byte) Result {
	t.Helper()
	out, err := Make(t.Context(), bytes.NewReader(data), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if out.Clean == nil {
		t.Fatal("the image is taken for clean")
	}
	for _, secret := range []string{"SECRET", "Exif", "eXIf", "xmp", "XMP"} {
		if bytes.Contains(out.Clean, []byte(secret)) {
			t.Errorf("%s is public", secret)
		}
	}
	again, err := Make(t.Context(), bytes.NewReader(out.Clean), Limits{})
	if err != nil || again.Clean != nil || again.Facts != out.Facts {
		t.Errorf(
			"what is clean is cleaned again: %d bytes, %v, %+v of %+v",
			len(again.Clean),
			err,
			again.Facts,
			out.Facts,
		)
	}
	return out
}

func TestCleanJPEG(t *testing.T) {
	upright := noisy(300, 200)
	for o := orientation(1); o <= 8; o++ {
		stored := image.NewRGBA(image.Rect(0, 0, 300, 200))
		if o.swaps() {
			stored = image.NewRGBA(image.Rect(0, 0, 200, 300))
		}
		b := stored.Bounds()
		for y := range b.Dy() {
			for x := range b.Dx() {
				dx, dy := o.place(x, y, b.Dx(), b.Dy())
				stored.SetRGBA(x, y, upright.RGBAAt(dx, dy))
			}
		}
		plain := asJPEG(t, stored)
		out := cleaned(t, spied(plain, int(o)))
		if !bytes.Contains(out.Clean, []byte(iccPrefix+"\x01\x01PROFILE")) {
			t.Errorf("%d: the colour profile is gone", o)
		}
		if want := (Credit{Creator: "Änne Photo", Provider: "Agentur", Copyright: "(c) Städt"}); out.Credit != want ||
			jpegCredit(out.Clean) != want {
			t.Errorf("%d: the credit is %q, in the image %q", o, out.Credit, jpegCredit(out.Clean))
		}
		if out.Credit.String() != "Änne Photo / Agentur / (c) Städt" {
			t.Errorf("the credit reads %s", out.Credit)
		}
		img, _, err := image.Decode(bytes.NewReader(out.Clean))
		if err != nil || img.Bounds().Dx() != 300 || img.Bounds().Dy() != 200 {
			t.Fatalf("%d: %v, %v", o, img.Bounds(), err)
		}
		same(t, "clean", blurred(img), blurred(upright))
		if o == 1 && !bytes.HasSuffix(out.Clean, plain[len(plain)-1000:]) {
			t.Error("an upright photo is compressed once more")
		}
	}
}

// blurred evens the noise out, so that colours can be compared.
func blurred(img image.Image) image.Image {
	b := img.Bounds()
	small, err := reduce(context.Background(), img, b.Dx(), b.Dy(), b.Dx()/20, b.Dy()/20)
	if err != nil {
		panic(err)
	}
	return small
}

// A photo that was cut off after its pixels begin, or that has bytes between its segments, is
// public without metadata too.
func TestCleanOddJPEG(t *testing.T) {
	whole := spied(asJPEG(t, noisy(64, 64)), 1)
	end := bytes.LastIndex(whole, []byte("\xff\xd9\xff\xd8SECRET"))
	odd := append(bytes.Clone(whole[:2]), "\x00\x00"...)
	for name, data := range map[string][]byte{"no end": whole[:end], "bytes between": append(odd, whole[2:]...)} {
		out, err := Make(t.Context(), bytes.NewReader(data), Limits{})
		if err != nil {
			continue // decoders may refuse it
		}
		if out.Clean == nil || bytes.Contains(out.Clean, []byte("SECRET")) {
			t.Errorf("%s: %d bytes", name, len(out.Clean))
		}
	}
}

func TestCleanPNG(t *testing.T) {
	plain := asPNG(t, noisy(60, 40))
	with := func(o int, more ...[]byte) []byte {
		out := append(bytes.Clone(plain[:33]), pngChunk("iCCP", []byte("p\x00\x00x"))...)
		out = append(out, pngChunk("eXIf", exifBlock(binary.BigEndian, o))...)
		out = append(out, pngChunk("iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"+xmp))...)
		out = append(out, pngChunk("tEXt", []byte("Comment\x00SECRET"))...)
		out = append(out, pngChunk("zTXt", []byte("Raw profile type exif\x00\x00SECRET"))...)
		out = append(out, pngChunk("tEXt", []byte("Copyright\x00St\xe4dt"))...)
		return append(append(out, plain[33:]...), bytes.Join(more, nil)...)
	}
	for o, size := range map[int]image.Point{1: {60, 40}, 6: {40, 60}} {
		out := cleaned(t, with(o, []byte("SECRET")))
		img, _, err := image.Decode(bytes.NewReader(out.Clean))
		if err != nil || img.Bounds().Size() != size || out.Facts.Width != size.X ||
			!bytes.Contains(out.Clean, []byte("iCCP")) {
			t.Errorf("%d: %v %v", o, err, out.Facts)
		}
		if out.Credit.Creator != "Änne Photo" ||
			!bytes.Contains(out.Clean, []byte("Copyright\x00\x00\x00\x00\x00Städt")) {
			t.Errorf("%d: the credit is %q", o, out.Credit)
		}
	}
}

func TestCleanWebP(t *testing.T) {
	for _, name := range []string{"bars", "bars-alpha", "bars-moving", "lossless"} {
		still, err := os.ReadFile("testdata/" + name + ".webp")
		if err != nil {
			t.Fatal(err)
		}
		if out, err := Make(t.Context(), bytes.NewReader(still), Limits{}); err != nil || out.Clean != nil {
			t.Errorf("%s is clean, and is cleaned: %v", name, err)
		}
		data := append(
			append(bytes.Clone(still), chunk("EXIF", exifBlock(binary.LittleEndian, 1))...),
			chunk("XMP ", []byte(xmp))...)
		data = append(append(data, chunk("JUNK", []byte("SECRET"))...), chunk("ICCP", []byte("PROFILE"))...)
		binary.LittleEndian.PutUint32(data[4:], uint32(len(data)-8))
		out := cleaned(t, append(data, "SECRET"...))
		if !bytes.Contains(out.Clean, []byte("PROFILE")) || out.Credit.Creator != "Änne Photo" {
			t.Errorf("%s: profile or credit is gone: %q", name, out.Credit)
		}
		turned := append(bytes.Clone(still), chunk("EXIF", exifBlock(binary.LittleEndian, 6))...)
		binary.LittleEndian.PutUint32(turned[4:], uint32(len(turned)-8))
		if out, err := Make(t.Context(), bytes.NewReader(turned), Limits{}); err != nil ||
			bytes.Contains(out.Clean, []byte("SECRET")) ||
			readOrientation(webpExif(out.Clean)) != 6 {
			t.Errorf("%s turned: %v", name, err)
		}
	}
}

func TestCleanGIF(t *testing.T) {
	frame := image.NewPaletted(image.Rect(0, 0, 20, 10), color.Palette{color.Black, color.White})
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{1, 2}}); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	at := 13 + colourTable(plain[10])
	data := append(bytes.Clone(plain[:at]), "\x21\xfe\x06SECRET\x00\x21\xff\x0bXMP DataXMP\x06SECRET\x00"...)
	out := cleaned(t, append(append(data, plain[at:]...), "SECRET"...))
	moving, err := gif.DecodeAll(bytes.NewReader(out.Clean))
	if err != nil || len(moving.Image) != 2 || moving.Delay[1] != 2 || !bytes.Equal(out.Clean, plain) {
		t.Errorf("the animation is %+v, %v", moving, err)
	}
}

// No variant has more bytes than the image that it is made of.
func TestNoLargerVariant(t *testing.T) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, noisy(1200, 800), &jpeg.Options{Quality: 5}); err != nil {
		t.Fatal(err)
	}
	coarse := b.Bytes()
	out, err := Make(t.Context(), bytes.NewReader(coarse), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range out.Variants {
		if len(r.Bytes) >= len(coarse) {
			t.Errorf("%s has %d bytes of %d", r.Name, len(r.Bytes), len(coarse))
		}
	}
	if len(out.Variants) == 4 {
		t.Error("a coarse photo has all variants, so nothing was tested")
	}
	out, err = Make(t.Context(), bytes.NewReader(asPNG(t, noisy(1200, 800))), Limits{})
	if err != nil || len(out.Variants) != 8 {
		t.Errorf("a photo has %d variants, %v", len(out.Variants), err)
	}
}

// An APNG is a PNG whose animation stays.
func TestAPNG(t *testing.T) {
	plain := asPNG(t, noisy(30, 20))
	data := append(
		append(bytes.Clone(plain[:33]), pngChunk("acTL", []byte{0, 0, 0, 1, 0, 0, 0, 0})...),
		pngChunk("eXIf", exifBlock(binary.BigEndian, 6))...)
	out := cleaned(t, append(data, plain[33:]...))
	if out.Facts.Type != "image/png" || out.Facts.Width != 30 || !strings.Contains(string(out.Clean), "acTL") {
		t.Errorf("%+v", out.Facts)
	}
}
