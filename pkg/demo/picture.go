package demo

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
)

// The pictures are drawn in few flat colours, which makes them small.
const (
	titleWidth, titleHeight       = 1200, 630
	portraitWidth, portraitHeight = 400, 500
)

func rgb(hex uint32) color.RGBA {
	return color.RGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255}
}

// titleColours are the sky, the sun, two hills, a row of houses and its windows, for each title picture.
func titleColours(n int) color.Palette {
	table := [titlePictures][6]uint32{
		{0xd8e8f2, 0xf7d774, 0xa9c5b5, 0x7fa58f, 0x375a7a, 0xf4efe2}, {0x1d2b45, 0xe9e4c9, 0x2c4264, 0x24375a, 0x141f36, 0xf3cf6b},
		{0xf6dcc2, 0xe8825a, 0xd9a37c, 0xb97a5b, 0x7a3e3a, 0xfbe9c8}, {0xf3e3d3, 0xd4473b, 0xb5b89a, 0x8c9a78, 0x8a2f2a, 0xffffff},
		{0xdfe9ee, 0xf1b24a, 0xb7b0a2, 0x8f887b, 0x4a5560, 0xf6d98b}, {0xd4eef0, 0xf8e08e, 0x7db58a, 0x4e8f66, 0x2f6f8f, 0xe9f6ee},
		{0xf0e6f2, 0xe9b44c, 0xc3a6c9, 0x9a7aa5, 0x5a3d6b, 0xfdf2d0}, {0xe4f1dc, 0xf5c95b, 0xa8cc8c, 0x7aa862, 0x8c5a3c, 0xfff6dd},
	}
	var out color.Palette
	for _, c := range table[n] {
		out = append(out, rgb(c))
	}
	return out
}

// titleImage draws hills, houses and a sun.
func titleImage(n int) ([]byte, error) {
	img := image.NewPaletted(image.Rect(0, 0, titleWidth, titleHeight), titleColours(n))
	r := chance("title picture " + string(rune('a'+n)))
	sunX, sunY, sun := 200+r.IntN(800), 130+r.IntN(80), 55+r.IntN(30)
	phase := r.Float64() * 6
	for x := range titleWidth {
		t := float64(x)
		far := 370 + int(45*math.Sin(t/190+phase)+18*math.Sin(t/67))
		near := 450 + int(35*math.Sin(t/240+phase*2)+12*math.Sin(t/90+1))
		for y := range titleHeight {
			dx, dy := x-sunX, y-sunY
			switch {
			case y > near:
				img.Pix[y*img.Stride+x] = 3
			case y > far:
				img.Pix[y*img.Stride+x] = 2
			case dx*dx+dy*dy < sun*sun:
				img.Pix[y*img.Stride+x] = 1
			}
		}
	}
	for x := 60 + r.IntN(60); x < titleWidth-140; {
		width, height := 60+r.IntN(70), 70+r.IntN(120)
		house(img, x, 560, width, height, r.IntN(3) > 0)
		x += width + r.IntN(70)
	}
	return encodePNG(img)
}

// house draws a wall with windows, and a gable on it.
func house(img *image.Paletted, x, ground, width, height int, gable bool) {
	top := ground - height
	fill(img, x, top, x+width, ground, 4)
	if gable {
		for i := range width / 2 {
			fill(img, x+i, top-i, x+width-i, top-i+1, 4)
		}
	}
	for wy := top + 18; wy+16 < ground-10; wy += 34 {
		for wx := x + 12; wx+12 < x+width-6; wx += 26 {
			fill(img, wx, wy, wx+12, wy+16, 5)
		}
	}
}

func fill(img *image.Paletted, x0, y0, x1, y1 int, c uint8) {
	for y := max(img.Rect.Min.Y, y0); y < min(img.Rect.Max.Y, y1); y++ {
		for x := max(img.Rect.Min.X, x0); x < min(img.Rect.Max.X, x1); x++ {
			img.Pix[y*img.Stride+x] = c
		}
	}
}

// portraitImage draws head and shoulders of nobody.
func portraitImage(n int) ([]byte, error) {
	table := [portraits][3]uint32{
		{0xdbe7ef, 0x3f5f7f, 0xe8c7a8}, {0xf1e3d6, 0x7a4b3a, 0xc99672}, {0xe3efe0, 0x3e6b4f, 0xf0d5bd}, {0xece2f0, 0x5c4370, 0x8d5a3e},
		{0xf5ead0, 0x8a6a2b, 0xe3b893}, {0xdceef0, 0x2f6d73, 0xb07c57}, {0xf3dddd, 0x8a3f3f, 0xf2d9c6}, {0xe6e6e6, 0x4b5057, 0x9c6b4a},
	}
	var colours color.Palette
	for _, c := range table[n] {
		colours = append(colours, rgb(c))
	}
	img := image.NewPaletted(image.Rect(0, 0, portraitWidth, portraitHeight), colours)
	wide := 150 + 6*float64(n)
	for y := range portraitHeight {
		for x := range portraitWidth {
			dx, dy := 1.2*float64(x-portraitWidth/2), 1.2*float64(y) // the shapes are for 480 by 600
			switch {
			case inside(dx/82, (dy-235)/105): // the head
				img.Pix[y*img.Stride+x] = 2
			case inside(dx/wide, (dy-620)/240): // the shoulders
				img.Pix[y*img.Stride+x] = 1
			}
		}
	}
	return encodePNG(img)
}

// inside tells whether a point is in the circle of radius 1.
func inside(x, y float64) bool { return x*x+y*y < 1 }

func encodePNG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed} // flat colours get small anyway
	if err := encoder.Encode(&b, img); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
