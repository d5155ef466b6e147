package rendition

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/image/draw"

	"kontor/pkg/fault"
)

// corners is an image whose quarters are red, green (right), blue (below) and white.
func corners(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	quarter := func(x, y int, c color.RGBA) {
		draw.Draw(img, image.Rect(x*w/2, y*h/2, (x+1)*w/2, (y+1)*h/2), image.NewUniform(c), image.Point{}, draw.Src)
	}
	quarter(0, 0, color.RGBA{255, 0, 0, 255})
	quarter(1, 0, color.RGBA{0, 255, 0, 255})
	quarter(0, 1, color.RGBA{0, 0, 255, 255})
	quarter(1, 1, color.RGBA{255, 255, 255, 255})
	return img
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exifBlock is a TIFF header with one directory: an unknown tag, the orientation, and a word that must not be found again.
func exifBlock(order binary.AppendByteOrder, o int) []byte {
	b := []byte("MM\x00*")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		b = []byte("II*\x00")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for tag, v := range map[uint16]uint16{0x0100: 7, 0x0112: uint16(o)} {
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, 3)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, v)
		b = order.AppendUint16(b, 0)
	}
	return append(b, "GPS-SECRET"...)
}

// withExif puts an EXIF segment, a comment and another application's data before a JPEG's own segments.
func withExif(data, exif []byte) []byte {
	out := []byte{0xff, 0xd8}
	segment := func(marker byte, body []byte) {
		out = append(out, 0xff, marker, byte((len(body)+2)>>8), byte(len(body)+2))
		out = append(out, body...)
	}
	segment(0xe5, []byte("other"))
	segment(0xfe, []byte("COMMENT-SECRET"))
	segment(0xe1, append([]byte("Exif\x00\x00"), exif...))
	return append(out, data[2:]...)
}

// made gives the facts and every variant of an image, also those that Make leaves out because they have more bytes than the image, as
// the flat ones of these tests often do.
func made(t *testing.T, data []byte) (Facts, []Rendition) {
	t.Helper()
	out, err := Make(t.Context(), bytes.NewReader(data), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	again, err := Inspect(bytes.NewReader(data), Limits{})
	if err != nil || again != out.Facts {
		t.Errorf("Inspect gives %+v %v, Make %+v", again, err, out.Facts)
	}
	src, err := open(bytes.NewReader(data), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	img, err := src.decode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list, err := src.renditions(t.Context(), img)
	if err != nil {
		t.Fatal(err)
	}
	return out.Facts, withoutWebP(t, list)
}

// withoutWebP leaves out the variants that are another one as WebP, after it has compared them with that.
func withoutWebP(t *testing.T, list []Rendition) []Rendition {
	t.Helper()
	var out []Rendition
	for i, r := range list {
		if !strings.HasSuffix(r.Name, WebPSuffix) {
			out = append(out, r)
			continue
		}
		other := list[i-1]
		if r.Name != other.Name+WebPSuffix || r.Type != "image/webp" || len(r.Bytes) >= len(other.Bytes) {
			t.Errorf("%s, %s, has %d bytes, %s has %d", r.Name, r.Type, len(r.Bytes), other.Name, len(other.Bytes))
		}
		img, err := decodeWebP(bytes.NewReader(r.Bytes))
		if err != nil {
			t.Fatal(err)
		}
		same(t, r.Name, img, decoded(t, other))
	}
	return out
}

func decoded(t *testing.T, r Rendition) image.Image {
	t.Helper()
	img, format, err := image.Decode(bytes.NewReader(r.Bytes))
	if err != nil || "image/"+format != r.Type {
		t.Fatalf("%s: %s, %v; want %s", r.Name, format, err, r.Type)
	}
	if b := img.Bounds(); b.Dx() != r.Width || b.Dy() != r.Height {
		t.Errorf("%s has %v, and says %dx%d", r.Name, b, r.Width, r.Height)
	}
	return img
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		w, h int
		want string
	}{
		{100, 100, ""},
		{245, 156, ""},
		{246, 156, "thumbnail 245x155"},
		{245, 157, "thumbnail 243x156"},
		{500, 400, "thumbnail 195x156"},
		{501, 400, "thumbnail 195x156, small 500x399"},
		{2000, 1000, "thumbnail 245x123, small 500x250, medium 750x375, large 1000x500"},
		{900, 1200, "thumbnail 117x156, small 375x500, medium 563x750, large 750x1000"},
		{1000, 20, "thumbnail 245x5, small 500x10, medium 750x15"},
		{5000, 1, "thumbnail 245x1, small 500x1, medium 750x1, large 1000x1"},
		{1, 7001, "thumbnail 1x156, small 1x500, medium 1x750, large 1x1000"},
	} {
		facts, list := made(t, asPNG(t, corners(c.w, c.h)))
		if (facts != Facts{"image/png", c.w, c.h}) {
			t.Errorf("%dx%d: facts %+v", c.w, c.h, facts)
		}
		var got []string
		for _, r := range list {
			img := decoded(t, r)
			got = append(got, r.Name+" "+strings.TrimPrefix(img.Bounds().String(), "(0,0)-"))
		}
		want := strings.Split(c.want, ", ")
		for i := range want {
			if name, size, ok := strings.Cut(want[i], " "); ok {
				want[i] = name + " (" + strings.Replace(size, "x", ",", 1) + ")"
			}
		}
		if strings.Join(got, ", ") != strings.Join(want, ", ") {
			t.Errorf("%dx%d: %q, want %q", c.w, c.h, got, want)
		}
	}
}

// TestOrientation turns an image away as a camera would, and wants it back as it was.
func TestOrientation(t *testing.T) {
	upright := corners(1020, 680)
	for o := orientation(1); o <= 8; o++ {
		w, h := 1020, 680
		if o.swaps() {
			w, h = h, w
		}
		stored := image.NewRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				dx, dy := o.place(x, y, w, h)
				stored.SetRGBA(x, y, upright.RGBAAt(dx, dy))
			}
		}
		pngHead := asPNG(t, stored)
		for name, data := range map[string][]byte{
			"jpeg big":    withExif(asJPEG(t, stored), exifBlock(binary.BigEndian, int(o))),
			"jpeg little": withExif(asJPEG(t, stored), exifBlock(binary.LittleEndian, int(o))),
			"png":         append(append(append([]byte{}, pngHead[:33]...), pngChunk("eXIf", exifBlock(binary.BigEndian, int(o)))...), pngHead[33:]...),
		} {
			if name != "jpeg big" && o != 6 {
				continue // the same but for the form and the place of EXIF
			}
			facts, list := made(t, data)
			if facts.Width != 1020 || facts.Height != 680 || len(list) != 4 {
				t.Fatalf("%s %d: %+v, %d variants", name, o, facts, len(list))
			}
			for _, r := range list {
				if bytes.Contains(r.Bytes, []byte("SECRET")) || bytes.Contains(r.Bytes, []byte("Exif")) {
					t.Errorf("%s %d: %s keeps metadata", name, o, r.Name)
				}
				same(t, name+" "+r.Name, decoded(t, r), corners(r.Width, r.Height))
			}
		}
	}
}

// same compares the middle of each quarter.
func same(t *testing.T, name string, got, want image.Image) {
	t.Helper()
	w, h := want.Bounds().Dx(), want.Bounds().Dy()
	for _, p := range []image.Point{{w / 4, h / 4}, {3 * w / 4, h / 4}, {w / 4, 3 * h / 4}, {3 * w / 4, 3 * h / 4}} {
		r1, g1, b1, a1 := got.At(p.X, p.Y).RGBA()
		r2, g2, b2, a2 := want.At(p.X, p.Y).RGBA()
		if far(r1, r2) || far(g1, g2) || far(b1, b2) || far(a1, a2) {
			t.Errorf("%s at %v: %v, want %v", name, p, got.At(p.X, p.Y), want.At(p.X, p.Y))
		}
	}
}

func far(a, b uint32) bool { return max(a, b)-min(a, b) > 0x0c00 }

func TestOrientationDirections(t *testing.T) {
	// The top left pixel of a stored 4x2 image and where EXIF says that it is shown, counted by hand from the specification.
	for o, want := range map[orientation]image.Point{1: {0, 0}, 2: {3, 0}, 3: {3, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 3}, 8: {0, 3}} {
		if x, y := o.place(0, 0, 4, 2); (image.Point{x, y}) != want {
			t.Errorf("%d: %d,%d, want %v", o, x, y, want)
		}
	}
}

func TestTransparency(t *testing.T) {
	clear := corners(600, 600)
	draw.Draw(clear, image.Rect(300, 300, 600, 600), image.Transparent, image.Point{}, draw.Src)
	_, list := made(t, asPNG(t, clear))
	for _, r := range list {
		img := decoded(t, r)
		if r.Type != "image/png" {
			t.Errorf("%s is %s", r.Name, r.Type)
		}
		if _, _, _, a := img.At(r.Width-2, r.Height-2).RGBA(); a != 0 {
			t.Errorf("%s: what was transparent is not", r.Name)
		}
	}
	// An alpha channel that says nothing is no transparency.
	full := image.NewNRGBA(image.Rect(0, 0, 600, 600))
	draw.Draw(full, full.Rect, noisy(600, 600), image.Point{}, draw.Src)
	for _, r := range second(made(t, asPNG(t, full))) {
		if r.Type != "image/jpeg" {
			t.Errorf("a photo's %s is %s", r.Name, r.Type)
		}
	}
	// A drawing is smaller, and cleaner, as PNG.
	draw.Draw(full, full.Rect, image.NewUniform(color.NRGBA{10, 20, 30, 255}), image.Point{}, draw.Src)
	for _, r := range second(made(t, asPNG(t, full))) {
		if r.Type != "image/png" {
			t.Errorf("a drawing's %s is %s", r.Name, r.Type)
		}
	}
}

func second(_ Facts, list []Rendition) []Rendition { return list }

func TestAnimatedGIF(t *testing.T) {
	colours := color.Palette{color.RGBA{0, 0, 200, 255}, color.RGBA{200, 0, 0, 255}}
	first := image.NewPaletted(image.Rect(100, 0, 400, 300), colours) // does not fill the canvas
	later := image.NewPaletted(image.Rect(0, 0, 400, 300), colours)
	for i := range later.Pix {
		later.Pix[i] = 1
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{first, later}, Delay: []int{1, 1}, Config: image.Config{Width: 400, Height: 300}}); err != nil {
		t.Fatal(err)
	}
	facts, list := made(t, b.Bytes())
	if (facts != Facts{"image/gif", 400, 300}) || len(list) != 1 {
		t.Fatalf("%+v, %d variants", facts, len(list))
	}
	img := decoded(t, list[0])
	if _, _, _, a := img.At(10, 70).RGBA(); a != 0 || list[0].Type != "image/png" {
		t.Error("the canvas beside the first frame is not transparent")
	}
	if _, _, blue, _ := img.At(150, 70).RGBA(); blue < 0xc000 {
		t.Errorf("not the first frame: %v", img.At(150, 70))
	}
}

func TestWebP(t *testing.T) {
	for _, name := range []string{"lossy", "lossless", "alpha"} {
		data, err := os.ReadFile("testdata/" + name + ".webp")
		if err != nil {
			t.Fatal(err)
		}
		facts, list := made(t, data)
		if facts.Type != "image/webp" || len(list) == 0 {
			t.Errorf("%s: %+v, %d variants", name, facts, len(list))
		}
		for _, r := range list {
			decoded(t, r)
			if want := map[bool]string{true: "image/png", false: "image/jpeg"}[name != "lossy"]; r.Type != want {
				t.Errorf("%s: %s is %s", name, r.Name, r.Type)
			}
		}
		// The same frame twice as an animation, turned by its EXIF.
		moving, movingList := made(t, animated(data, facts, 6))
		if moving.Width != facts.Height || moving.Height != facts.Width || len(movingList) == 0 || movingList[0].Type != list[0].Type {
			t.Errorf("%s as an animation: %+v", name, moving)
		}
	}
}

// animated wraps the frame of a still WebP into an animation of two frames.
func animated(data []byte, f Facts, o int) []byte {
	var frame []byte
	riffChunks(data[12:], func(name string, body []byte) bool {
		if name != "VP8X" {
			frame = append(frame, chunk(name, body)...)
		}
		return true
	})
	size := func(n int) []byte { return []byte{byte(n - 1), byte((n - 1) >> 8), byte((n - 1) >> 16)} }
	sizes := append(size(f.Width), size(f.Height)...)
	out := append([]byte("RIFF\x00\x00\x00\x00WEBP"), chunk("VP8X", append([]byte{0x12, 0, 0, 0}, sizes...))...)
	out = append(out, chunk("ANIM", make([]byte, 6))...)
	for range 2 {
		body := append(make([]byte, 6), sizes...)
		out = append(out, chunk("ANMF", append(append(body, 1, 0, 0, 0), frame...))...)
	}
	out = append(out, chunk("EXIF", exifBlock(binary.LittleEndian, o))...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// TestBombs feeds headers that declare far more than there is; none may cost memory.
func TestBombs(t *testing.T) {
	ihdr := func(w, h uint32) []byte {
		b := binary.BigEndian.AppendUint32(nil, w)
		return append(binary.BigEndian.AppendUint32(b, h), 16, 6, 0, 0, 0)
	}
	pngOf := func(w, h uint32) []byte { return append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", ihdr(w, h))...) }
	// Without JFIF's own segment the decoder reads on to the scan even for the configuration.
	jfif := []byte{0xff, 0xd8, 0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0}
	sof := append(jfif, 0xff, 0xc2, 0, 17, 8, 0xff, 0xff, 0xff, 0xff, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0)
	smaller := bytes.Clone(sof) // 6000 x 6000: few enough pixels, too much memory as a progressive image
	copy(smaller[25:], []byte{6000 >> 8, 6000 & 255, 6000 >> 8, 6000 & 255})
	for name, c := range map[string]struct {
		data   []byte
		reason string
	}{
		"png":                {pngOf(100_000, 100_000), "pixels"},
		"png of one row":     {pngOf(1<<31-1, 1), "pixels"},
		"png of 16 bits":     {pngOf(6000, 6000), ""},
		"jpeg":               {sof, "pixels"},
		"jpeg, progressive":  {smaller, "memory"},
		"gif":                {[]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"), "pixels"},
		"webp, lossless":     {append([]byte("RIFF\x20\x00\x00\x00WEBP"), chunk("VP8L", []byte{0x2f, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0})...), "pixels"},
		"webp with a canvas": {append([]byte("RIFF\x20\x00\x00\x00WEBP"), chunk("VP8X", []byte{0x10, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})...), ""},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Make(t.Context(), bytes.NewReader(c.data), Limits{})
		runtime.ReadMemStats(&after)
		var f *fault.Error
		if !errors.As(err, &f) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.reason != "" && (f.Code != fault.TooLarge || f.Details["reason"] != c.reason) {
			t.Errorf("%s: %v %v", name, f.Code, f.Details)
		}
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 1<<20 {
			t.Errorf("%s: %d bytes were taken", name, spent)
		}
	}
}

func TestLimits(t *testing.T) {
	data := asPNG(t, corners(400, 300))
	for name, l := range map[string]Limits{"bytes": {Bytes: int64(len(data)) - 1}, "pixels": {Pixels: 400*300 - 1}, "memory": {Memory: 400*300*4 - 1}} {
		_, err := Inspect(bytes.NewReader(data), l)
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != fault.TooLarge || f.Details["reason"] != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Inspect(bytes.NewReader(data), Limits{Bytes: int64(len(data)), Pixels: 400 * 300, Memory: 400 * 300 * 4}); err != nil {
		t.Errorf("just within the limits: %v", err)
	}
}

// TestBroken cuts and wants an error, of the kind that says what to do about it.
func TestBroken(t *testing.T) {
	whole := asJPEG(t, corners(600, 400))
	picture := asPNG(t, corners(600, 400))
	for name, c := range map[string]struct {
		data []byte
		code fault.Code
	}{
		"empty":         {nil, fault.MediaType},
		"text":          {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), fault.MediaType},
		"pdf":           {[]byte("%PDF-1.7"), fault.MediaType},
		"jpeg's start":  {whole[:3], fault.Invalid},
		"half a jpeg":   {whole[:len(whole)/2], fault.Invalid},
		"half a png":    {picture[:len(picture)/2], fault.Invalid},
		"no pixels":     {append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", []byte{0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0})...), fault.Invalid},
		"gif, no frame": {[]byte("GIF89a\x10\x00\x10\x00\x00\x00\x00;"), fault.Invalid},
	} {
		out, err := Make(t.Context(), bytes.NewReader(c.data), Limits{})
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != c.code || out.Variants != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Also where no variant would be made.
	little := asPNG(t, corners(60, 40))
	if _, err := Make(t.Context(), bytes.NewReader(little[:len(little)-30]), Limits{}); err == nil {
		t.Error("a small broken image passes")
	}
	lost := errors.New("lost")
	if _, err := Make(t.Context(), io.MultiReader(bytes.NewReader(whole), failing{lost}), Limits{}); !errors.Is(err, lost) {
		t.Errorf("the reader's error becomes %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestPanicIsAnError(t *testing.T) {
	f := format{mediaType: "image/x", decode: func(io.Reader) (image.Image, error) { panic("index out of range") }}
	if _, err := guarded(t.Context(), &source{format: f, width: 10, height: 10}); err == nil {
		t.Error("no error")
	}
}

func TestCancelled(t *testing.T) {
	data := asJPEG(t, corners(3000, 2000))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Make(ended, bytes.NewReader(data), Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("before: %v", err)
	}
	src, err := open(bytes.NewReader(data), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := src.decode(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("while it decodes: %v", err)
	}
	if _, err := reduce(ended, corners(300, 200), 300, 200, 100, 66); !errors.Is(err, context.Canceled) {
		t.Errorf("while it shrinks: %v", err)
	}
}

// FuzzMake goes round the guard, so that a panic is seen.
func FuzzMake(f *testing.F) {
	img := corners(300, 200)
	f.Add(asPNG(f, img))
	f.Add(withExif(asJPEG(f, img), exifBlock(binary.LittleEndian, 6)))
	var b bytes.Buffer
	if err := gif.Encode(&b, img, nil); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	for _, name := range []string{"lossy", "lossless", "alpha"} {
		data, err := os.ReadFile("testdata/" + name + ".webp")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		src, err := open(bytes.NewReader(data), Limits{})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(animated(data, src.facts(), 3))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		src, err := open(bytes.NewReader(data), Limits{Bytes: 1 << 20, Pixels: 1 << 20, Memory: 16 << 20})
		if err != nil {
			var known *fault.Error
			if !errors.As(err, &known) || known.Details["reason"] == "panic" {
				t.Fatal(err)
			}
			return
		}
		out, err := src.make(t.Context())
		var known *fault.Error
		if err != nil && !errors.As(err, &known) {
			t.Fatal(err)
		}
		shown := src.facts()
		for _, r := range out.Variants {
			if r.Width < 1 || r.Height < 1 || r.Width > max(shown.Width, 1) || r.Height > max(shown.Height, 1) {
				t.Fatalf("%+v of %+v", r, shown)
			}
		}
	})
}

// TestReduceEdges: the last block of a row or column is narrower, and must not come out darker.
func TestReduceEdges(t *testing.T) {
	white := image.NewRGBA(image.Rect(0, 0, 1003, 707))
	draw.Draw(white, white.Rect, image.White, image.Point{}, draw.Src)
	small, err := reduce(t.Context(), white, 1003, 707, 100, 70)
	if err != nil {
		t.Fatal(err)
	}
	if small.Rect.Dx() != 168 || small.Rect.Dy() != 118 {
		t.Errorf("%v", small.Rect)
	}
	for i, b := range small.Pix {
		if b != 255 {
			t.Fatalf("byte %d is %d", i, b)
		}
	}
}

// Whoever bounds what images take together is asked before pixels are decoded, with a bound that holds, and told when they are gone.
func TestAdmit(t *testing.T) {
	data := asJPEG(t, corners(400, 300))
	asked, held := 0, int64(0)
	l := Limits{Admit: func(_ context.Context, memory int64) (func(), error) {
		if asked++; memory < 400*300 {
			t.Errorf("asked for %d bytes", memory)
		}
		held += memory
		return func() { held -= memory }, nil
	}}
	if out, err := Make(t.Context(), bytes.NewReader(data), l); err != nil || len(out.Variants) == 0 || asked != 1 || held != 0 {
		t.Errorf("%d variants, %v, asked %d times, %d bytes are held still", len(out.Variants), err, asked, held)
	}
	full := errors.New("full")
	l.Admit = func(context.Context, int64) (func(), error) { return nil, full }
	if _, err := Make(t.Context(), bytes.NewReader(data), l); !errors.Is(err, full) {
		t.Errorf("not let in: %v", err)
	}
	if _, err := Inspect(bytes.NewReader(data), l); err != nil {
		t.Errorf("Inspect decodes nothing, and is not let in: %v", err)
	}
}
