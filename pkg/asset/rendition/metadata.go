package rendition

import (
	"bytes"
	"encoding/binary"
)

// cleanable writes an image without its metadata; what shows the image (pixels, animation, colour
// profile) stays byte for byte. It is nil where the structure can not be followed to its end.
type cleanable func(data []byte, credit Credit) []byte

// iccPrefix opens the segments of a colour profile in a JPEG.
const iccPrefix = "ICC_PROFILE\x00"

// cleanJPEG keeps the segments that decoders need, the colour profile and the credit. Bytes after
// the end of the image go too: phones put a second image or a film there, with metadata of their
// own.
func cleanJPEG(data []byte, credit Credit) []byte {
	out := append(make([]byte, 0, len(data)), data[:2]...)
	for at := 2; at+2 <= len(data) && data[at] == 0xff; {
		marker := data[at+1]
		switch {
		case marker == 0xff: // padding
			at++
			continue
		case marker == 0xd9:
			return append(out, 0xff, 0xd9)
		case marker == 0x01, marker >= 0xd0 && marker <= 0xd8: // without a body
			out = append(out, 0xff, marker)
			at += 2
			continue
		case at+4 > len(data):
			return nil
		}
		end := at + 2 + int(binary.BigEndian.Uint16(data[at+2:]))
		if end < at+4 || end > len(data) {
			return nil
		}
		if body := keptSegment(marker, data[at+4:end]); body != nil {
			if credit != (Credit{}) && marker != 0xe0 { // after the segment of JFIF, which must be the first
				out = append(out, credit.jpegSegment()...)
				credit = Credit{}
			}
			out = append(out, segment(marker, body)...)
		}
		if at = end; marker == 0xda {
			at = scanEnd(data, end)
			out = append(out, data[end:at]...)
			if at == len(data) {
				return append(out, 0xff, 0xd9) // the end is missing, as decoders allow
			}
		}
	}
	return nil
}

// segment writes one of a JPEG.
func segment(marker byte, body []byte) []byte {
	return append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

// keptSegment returns what stays of a segment, nil for nothing. Thumbnails go: they show what may
// have been cut off or blackened.
func keptSegment(marker byte, body []byte) []byte {
	jfif := bytes.HasPrefix(body, []byte("JFIF\x00"))
	switch {
	case marker == 0xe0 && jfif && len(body) >= 14:
		return append(bytes.Clone(body[:12]), 0, 0)
	case marker == 0xe2 && bytes.HasPrefix(body, []byte(iccPrefix)),
		marker == 0xee && bytes.HasPrefix(body, []byte("Adobe")), // how colours are stored
		marker < 0xe0:
		return body
	}
	return nil
}

// scanEnd finds the marker after the coded pixels of a scan.
func scanEnd(data []byte, at int) int {
	for ; at+1 < len(data); at++ {
		if next := data[at+1]; data[at] == 0xff && next != 0 && next != 0xff && (next < 0xd0 || next > 0xd7) {
			return at
		}
	}
	return len(data)
}

// cleanPNG keeps the chunks that show the image or its animation.
func cleanPNG(data []byte, credit Credit) []byte {
	out := append(make([]byte, 0, len(data)), data[:8]...)
	for at := 8; at+12 <= len(data); {
		length := int64(binary.BigEndian.Uint32(data[at:]))
		if length > int64(len(data)-at-12) {
			return nil
		}
		end := at + 12 + int(length)
		name := string(data[at+4 : at+8])
		switch name {
		case "IHDR":
			out = append(append(out, data[at:end]...), credit.pngChunks()...)
		case "PLTE", "IDAT", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "sBIT", "bKGD", "pHYs", "hIST", "sPLT",
			"mDCV", "cLLI",
			"acTL", "fcTL", "fdAT":
			out = append(out, data[at:end]...)
		case "IEND":
			return append(out, data[at:end]...)
		}
		at = end
	}
	return nil
}

// cleanGIF keeps frames, their timing and the loop, and leaves out comments, XMP and other
// applications' blocks.
func cleanGIF(data []byte, _ Credit) []byte {
	if len(data) < 13 {
		return nil
	}
	at := 13 + colourTable(data[10])
	if at > len(data) {
		return nil
	}
	out := append(make([]byte, 0, len(data)), data[:at]...)
	for at < len(data) {
		begin := at
		keep := true
		switch data[at] {
		case 0x3b:
			return append(out, 0x3b)
		case 0x21:
			if at+3 > len(data) {
				return nil
			}
			keep = data[at+1] == 0xf9 || data[at+1] == 0x01 || data[at+1] == 0xff && showsApplication(data[at+2:])
			at += 2
		case 0x2c:
			if at+11 > len(data) {
				return nil
			}
			at += 10 + colourTable(data[at+9]) + 1
		default:
			return nil
		}
		if at = skipBlocks(data, at); at < 0 {
			return nil
		}
		if keep {
			out = append(out, data[begin:at]...)
		}
	}
	return nil
}

func colourTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// showsApplication tells whether an application's block belongs to the animation or the colours.
func showsApplication(block []byte) bool {
	for _, name := range []string{"\x0bNETSCAPE2.0", "\x0bANIMEXTS1.0", "\x0bICCRGBG1012"} {
		if bytes.HasPrefix(block, []byte(name)) {
			return true
		}
	}
	return false
}

// skipBlocks returns the place after a chain of data blocks, -1 if it does not end.
func skipBlocks(data []byte, at int) int {
	for at >= 0 && at < len(data) {
		n := int(data[at])
		at += 1 + n
		if n == 0 {
			return at
		}
	}
	return -1
}

// Flags of a WebP's extended header.
const (
	webpHasEXIF = 1 << 3
	webpHasXMP  = 1 << 2
)

// cleanWebP keeps pixels, animation and colour profile.
func cleanWebP(data []byte, _ Credit) []byte {
	if size := int64(binary.LittleEndian.Uint32(data[4:])) + 8; size < int64(len(data)) {
		data = data[:max(size, 12)] // what follows the image is none of it
	}
	out := append(make([]byte, 0, len(data)), data[:12]...)
	riffChunks(data[12:], func(name string, body []byte) bool {
		switch name {
		case "VP8X":
			head := bytes.Clone(body)
			if len(head) > 0 {
				head[0] &^= webpHasEXIF | webpHasXMP
			}
			out = append(out, chunk(name, head)...)
		case "ANMF":
			out = append(out, chunk(name, cleanFrame(body))...)
		case "VP8 ", "VP8L", "ALPH", "ANIM", "ICCP":
			out = append(out, chunk(name, body)...)
		}
		return true
	})
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// cleanFrame is a frame of an animation with nothing but its pixels.
func cleanFrame(body []byte) []byte {
	if len(body) < 16 {
		return body
	}
	out := bytes.Clone(body[:16])
	riffChunks(body[16:], func(name string, pixels []byte) bool {
		if name == "VP8 " || name == "VP8L" || name == "ALPH" {
			out = append(out, chunk(name, pixels)...)
		}
		return true
	})
	return out
}
