package rendition

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/xml"
	"hash/crc32"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Credit is whose work an image is, by its own metadata. It is the one part of them that stays:
// removing it is what copyright law forbids.
type Credit struct {
	Creator   string // IPTC by-line, EXIF artist, dc:creator
	Provider  string // IPTC credit, photoshop:Credit
	Copyright string // IPTC and EXIF copyright, dc:rights
}

// maxCredit bounds each of them, in bytes.
const maxCredit = 300

// maxCreditRead is how many bytes of a metadata field are read: more than maxCredit, because spaces
// and control characters are dropped.
const maxCreditRead = 4 * maxCredit

// String is the credit on one line, "" for none.
func (c Credit) String() string {
	var parts []string
	for _, s := range []string{c.Creator, c.Provider, c.Copyright} {
		if s != "" && !slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(p, s) }) {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " / ")
}

// fill takes over what is still missing.
func (c *Credit) fill(o Credit) {
	c.Creator, c.Provider = cmp.Or(c.Creator, o.Creator), cmp.Or(c.Provider, o.Provider)
	c.Copyright = cmp.Or(c.Copyright, o.Copyright)
}

// creditText makes one line of what metadata hold: UTF-8, or Latin-1 as old programs write it.
func creditText(b []byte) string {
	if end := maxCreditRead; len(b) > end {
		for end > maxCreditRead-utf8.UTFMax && !utf8.RuneStart(b[end]) {
			end--
		}
		b = b[:end]
	}
	s := string(b)
	if !utf8.Valid(b) {
		r := make([]rune, len(b))
		for i, c := range b {
			r[i] = rune(c)
		}
		s = string(r)
	}
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	for len(s) > maxCredit {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

func jpegCredit(data []byte) (c Credit) {
	segments(data, func(marker byte, body []byte) bool {
		switch {
		case marker == 0xed:
			if block, ok := bytes.CutPrefix(body, []byte("Photoshop 3.0\x00")); ok {
				c.fill(iptcCredit(block))
			}
		case marker == 0xe1:
			if block, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok {
				c.fill(exifCredit(block))
			} else if block, ok := bytes.CutPrefix(body, []byte("http://ns.adobe.com/xap/1.0/\x00")); ok {
				c.fill(xmpCredit(block))
			}
		}
		return true
	})
	return c
}

func pngCredit(data []byte) (c Credit) {
	chunks(data, func(name string, body []byte) bool {
		keyword, text, _ := bytes.Cut(body, []byte{0})
		switch {
		case name == "eXIf":
			c.fill(exifCredit(body))
			return true
		case name == "iTXt" && len(text) > 2 && text[0] == 0: // not compressed
			_, text, _ = bytes.Cut(text[2:], []byte{0})
			_, text, _ = bytes.Cut(text, []byte{0})
		case name != "tEXt":
			return true
		}
		switch string(keyword) {
		case "XML:com.adobe.xmp":
			c.fill(xmpCredit(text))
		case "Author":
			c.fill(Credit{Creator: creditText(text)})
		case "Copyright":
			c.fill(Credit{Copyright: creditText(text)})
		}
		return true
	})
	return c
}

func webpCredit(data []byte) (c Credit) {
	riffChunks(data[12:], func(name string, body []byte) bool {
		switch name {
		case "EXIF":
			c.fill(exifCredit(bytes.TrimPrefix(body, []byte("Exif\x00\x00"))))
		case "XMP ":
			c.fill(xmpCredit(body))
		}
		return true
	})
	return c
}

// Tags of an EXIF directory.
const (
	exifArtist    = 0x013b
	exifCopyright = 0x8298
)

// exifCredit reads the tags of an EXIF block's first directory. A repeated tag is not read, because
// thousands of entries of a small block can refer to the same long text.
func exifCredit(exif []byte) (c Credit) {
	var artist, copyright bool // already read
	directory(exif, func(order binary.ByteOrder, entry []byte) bool {
		switch tag := order.Uint16(entry); {
		case tag == exifArtist && !artist:
			artist, c.Creator = true, exifText(exif, order, entry)
		case tag == exifCopyright && !copyright:
			copyright, c.Copyright = true, exifText(exif, order, entry)
		}
		return !artist || !copyright
	})
	return c
}

// exifText returns the text of a directory entry, "" if the entry has another type or leads outside
// the block.
func exifText(exif []byte, order binary.ByteOrder, entry []byte) string {
	const ascii = 2
	n := int64(order.Uint32(entry[4:]))
	if order.Uint16(entry[2:]) != ascii || n > int64(len(exif)) {
		return ""
	}
	if n <= 4 {
		return creditText(entry[8 : 8+n])
	}
	at := int64(order.Uint32(entry[8:]))
	if at > int64(len(exif))-n {
		return ""
	}
	return creditText(exif[at : at+n])
}

// Datasets of IPTC's application record.
const (
	iptcByline    = 80
	iptcCreditTag = 110
	iptcCopyright = 116
)

// iptcCredit reads the IPTC block among Photoshop's.
func iptcCredit(block []byte) (c Credit) {
	for len(block) >= 12 && string(block[:4]) == "8BIM" {
		id := binary.BigEndian.Uint16(block[4:])
		name := 1 + int(block[6])
		at := 6 + name + name%2
		if at+4 > len(block) {
			return c
		}
		size := int64(binary.BigEndian.Uint32(block[at:]))
		if at += 4; size > int64(len(block)-at) {
			return c
		}
		if id == 0x0404 {
			c.fill(iptcDatasets(block[at : at+int(size)]))
		}
		block = block[min(at+int(size+size%2), len(block)):]
	}
	return c
}

func iptcDatasets(data []byte) (c Credit) {
	for len(data) >= 5 && data[0] == 0x1c {
		size := int(binary.BigEndian.Uint16(data[3:]))
		if size >= 0x8000 || size > len(data)-5 {
			return c
		}
		if text := creditText(data[5 : 5+size]); data[1] == 2 {
			switch data[2] {
			case iptcByline:
				c.fill(Credit{Creator: text})
			case iptcCreditTag:
				c.fill(Credit{Provider: text})
			case iptcCopyright:
				c.fill(Credit{Copyright: text})
			}
		}
		data = data[5+size:]
	}
	return c
}

// xmpCredit reads the properties of an XMP packet. What is not XML has none.
func xmpCredit(packet []byte) (c Credit) {
	const dc, photoshop = "http://purl.org/dc/elements/1.1/", "http://ns.adobe.com/photoshop/1.0/"
	property := func(n xml.Name) *string {
		switch {
		case n.Space == dc && n.Local == "creator":
			return &c.Creator
		case n.Space == dc && n.Local == "rights":
			return &c.Copyright
		case n.Space == photoshop && n.Local == "Credit":
			return &c.Provider
		}
		return nil
	}
	d := xml.NewDecoder(bytes.NewReader(packet))
	d.Strict = false
	var inside *string
	for {
		token, err := d.Token()
		if err != nil {
			return c
		}
		switch t := token.(type) {
		case xml.StartElement:
			if p := property(t.Name); p != nil {
				inside = p
			}
			for _, a := range t.Attr {
				if p := property(a.Name); p != nil && *p == "" {
					*p = creditText([]byte(a.Value))
				}
			}
		case xml.EndElement:
			if property(t.Name) != nil {
				inside = nil
			}
		case xml.CharData:
			if inside != nil && *inside == "" {
				*inside = creditText(t)
			}
		}
	}
}

// jpegSegment is the credit as IPTC in a segment of its own.
func (c Credit) jpegSegment() []byte {
	iptc := []byte("\x1c\x01\x5a\x00\x03\x1b%G") // UTF-8
	for _, d := range []struct {
		number byte
		text   string
	}{{iptcByline, c.Creator}, {iptcCreditTag, c.Provider}, {iptcCopyright, c.Copyright}} {
		if d.text != "" {
			iptc = append(iptc, 0x1c, 2, d.number, byte(len(d.text)>>8), byte(len(d.text)))
			iptc = append(iptc, d.text...)
		}
	}
	body := []byte("Photoshop 3.0\x008BIM\x04\x04\x00\x00")
	body = append(binary.BigEndian.AppendUint32(body, uint32(len(iptc))), iptc...)
	if len(iptc)%2 == 1 {
		body = append(body, 0)
	}
	return segment(0xed, body)
}

// pngChunks is the credit as texts of a PNG.
func (c Credit) pngChunks() []byte {
	var out []byte
	author := c.Creator
	if c.Provider != "" {
		author = strings.Trim(author+" / "+c.Provider, " /")
	}
	for _, t := range [][2]string{{"Author", author}, {"Copyright", c.Copyright}} {
		if t[1] != "" {
			out = append(out, pngChunk("iTXt", []byte(t[0]+"\x00\x00\x00\x00\x00"+t[1]))...)
		}
	}
	return out
}

// pngChunk writes one of a PNG.
func pngChunk(name string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, name...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}
