package rendition

import (
	"encoding/binary"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"
)

// allocated returns how many bytes of memory a call allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// exifTexts is an EXIF block whose directory has n entries of one tag, all of which refer to the
// same text.
func exifTexts(tag uint16, n int, text string) []byte {
	order := binary.BigEndian
	b := order.AppendUint32([]byte("MM\x00*"), 8)
	b = order.AppendUint16(b, uint16(n))
	for range n {
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, 2)
		b = order.AppendUint32(b, uint32(len(text)))
		b = order.AppendUint32(b, uint32(8+2+12*n))
	}
	return append(b, text...)
}

// The cost of a credit depends neither on the length of a text nor on the number of entries that
// refer to it.
func TestCreditIsBounded(t *testing.T) {
	const most = 16 << 10
	for name, text := range map[string]string{
		"UTF-8":   strings.Repeat("ä", 30_000),
		"Latin-1": strings.Repeat("\xe4", 60_000),
		"spaces":  strings.Repeat(" ", 60_000), // which leave the credit empty
	} {
		data := []byte(text)
		if spent := allocated(func() { creditText(data) }); spent > most {
			t.Errorf("%s: a text of %d bytes allocates %d", name, len(text), spent)
		}
		exif := exifTexts(exifArtist, 100, text)
		if spent := allocated(func() { exifCredit(exif) }); spent > most {
			t.Errorf("%s: 100 entries allocate %d bytes", name, spent)
		}
	}
}

// A text that is cut for reading stays UTF-8, wherever the cut falls.
func TestLongCredit(t *testing.T) {
	for i := range utf8.UTFMax {
		text := strings.Repeat("x", i) + strings.Repeat("ä", maxCreditRead)
		got := creditText([]byte(text))
		if !strings.HasPrefix(text, got) || len(got) < maxCredit-1 {
			t.Errorf("after %d letters: %d bytes, %q", i, len(got), got)
		}
	}
}

// Both tags of a directory are read, also with entries between them.
func TestExifCredit(t *testing.T) {
	exif := exifTexts(exifArtist, 3, "Änne Photo")
	binary.BigEndian.PutUint16(exif[8+2+2*12:], exifCopyright)
	if got, want := exifCredit(exif), (Credit{Creator: "Änne Photo", Copyright: "Änne Photo"}); got != want {
		t.Errorf("the credit is %+v, want %+v", got, want)
	}
	for i := range 3 {
		binary.BigEndian.PutUint16(exif[8+2+12*i+2:], 7)
	}
	if got := exifCredit(exif); got != (Credit{}) {
		t.Errorf("a tag of another type is read: %+v", got)
	}
}
