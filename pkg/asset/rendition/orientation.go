package rendition

import (
	"encoding/binary"
	"image"
)

// orientation is EXIF's: 1 as stored, 2 to 8 mirrored and turned.
type orientation int

// swaps tells whether width and height change places.
func (o orientation) swaps() bool { return o >= 5 && o <= 8 }

// readOrientation finds the tag 0x0112 in the first directory of an EXIF block (a TIFF header and its directory). What can not be
// read is 1: a photo that lies on its side is better than none.
func readOrientation(exif []byte) orientation {
	found := orientation(1)
	directory(exif, func(order binary.ByteOrder, entry []byte) bool {
		if order.Uint16(entry) != 0x0112 {
			return true
		}
		const short = 3
		if o := orientation(order.Uint16(entry[8:])); order.Uint16(entry[2:]) == short && o >= 1 && o <= 8 {
			found = o
		}
		return false
	})
	return found
}

// directory walks the entries, of 12 bytes each, of the first directory of an EXIF block.
func directory(exif []byte, each func(order binary.ByteOrder, entry []byte) (more bool)) {
	if len(exif) < 8 {
		return
	}
	var order binary.ByteOrder
	switch string(exif[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return
	}
	at := int64(order.Uint32(exif[4:]))
	if at > int64(len(exif)-2) {
		return
	}
	dir := exif[at:]
	for i := range int(order.Uint16(dir)) {
		if len(dir) < 2+12*(i+1) || !each(order, dir[2+12*i:][:12]) {
			return
		}
	}
}

// apply gives the image as it is to be shown.
func (o orientation) apply(src *image.RGBA) *image.RGBA {
	if o <= 1 || o > 8 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dw, dh := w, h
	if o.swaps() {
		dw, dh = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, dw, dh))
	for y := range h {
		for x := range w {
			dx, dy := o.place(x, y, w, h)
			copy(dst.Pix[dst.PixOffset(dx, dy):][:4], src.Pix[src.PixOffset(x, y):][:4])
		}
	}
	return dst
}

// place says where a stored pixel is shown.
func (o orientation) place(x, y, w, h int) (int, int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}
