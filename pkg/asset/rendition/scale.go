package rendition

import (
	"context"
	"image"

	"golang.org/x/image/draw"
)

// fit gives the size of an image that keeps its proportions and touches the box from inside; a side has at least one pixel.
func (b box) fit(width, height int) (int, int) {
	// The wider of the two in proportion to the box decides.
	if width*b.height >= height*b.width {
		return b.width, max(1, (height*b.width+width/2)/width)
	}
	return max(1, (width*b.height+height/2)/height), b.height
}

// portion is about how many pixels of the original are converted at once.
const portion = 1 << 18

// reduce averages whole blocks of pixels until the image is at most three times as wide and as high as wanted, so that the
// better and much more expensive filter afterwards has bounded work and memory. The canvas is width x height from the origin; what
// the image does not cover of it, as the first frame of a GIF may, is transparent.
func reduce(ctx context.Context, img image.Image, width, height, wantWidth, wantHeight int) (*image.RGBA, error) {
	kx, ky := factor(width, wantWidth), factor(height, wantHeight)
	dst := image.NewRGBA(image.Rect(0, 0, (width+kx-1)/kx, (height+ky-1)/ky))
	strip := min(max(1, portion/width), height)
	rows := image.NewRGBA(image.Rect(0, 0, width, strip))
	sums := make([]uint64, 4*dst.Rect.Dx())
	for top := 0; top < height; top += strip {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		clear(rows.Pix)
		draw.Draw(rows, image.Rect(0, 0, width, min(strip, height-top)), img, image.Pt(0, top), draw.Src)
		for y := top; y < min(top+strip, height); y++ {
			add(sums, rows.Pix[(y-top)*rows.Stride:][:4*width], kx)
			if (y+1)%ky == 0 || y == height-1 {
				store(dst.Pix[y/ky*dst.Stride:][:4*dst.Rect.Dx()], sums, width, kx, y%ky+1)
				clear(sums)
			}
		}
	}
	return dst, nil
}

// factor is how many pixels become one.
func factor(have, want int) int { return max(1, 2*have/(3*want)) }

// add sums a row up by blocks.
func add(sums []uint64, row []byte, kx int) {
	for x, at := 0, 0; at < len(row); x++ {
		s := sums[4*x : 4*x+4]
		for i := 0; i < kx && at < len(row); i++ {
			p := row[at : at+4]
			s[0] += uint64(p[0])
			s[1] += uint64(p[1])
			s[2] += uint64(p[2])
			s[3] += uint64(p[3])
			at += 4
		}
	}
}

// store writes the averages of blocks of rows; the last block of a row may be narrower.
func store(row []byte, sums []uint64, width, kx, rows int) {
	for x := 0; 4*x < len(row); x++ {
		n := uint64(min(kx, width-x*kx) * rows)
		for c := range 4 {
			row[4*x+c] = byte((sums[4*x+c] + n/2) / n)
		}
	}
}

// scale gives the image in a size, by a filter that keeps edges sharp.
func scale(src *image.RGBA, width, height int) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(dst, dst.Rect, src, src.Rect, draw.Src, nil)
	return dst
}
