package rendition

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func compressedObjects(t *testing.T, objects string) string {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write([]byte(objects)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("5 0 obj\n<</Type/ObjStm/N 2/First 10/Filter/FlateDecode/Length %d>>\nstream\r\n%sendstream\nendobj\n", b.Len(), b.String())
}

func TestPages(t *testing.T) {
	node := func(entries string) string { return "2 0 obj\n<<" + entries + ">>\nendobj\n" }
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"one node":                     {node("/Type /Pages /Kids [3 0 R] /Count 1"), 1},
		"count before the type":        {node("/Count 12/Kids[3 0 R]/Type/Pages"), 12},
		"the root counts all":          {node("/Type/Pages/Count 3/Parent 1 0 R") + node("/Type/Pages/Count 7/Kids[2 0 R]"), 7},
		"a dictionary inside":          {node("/Type/Pages/Resources<</Font<</F1 9 0 R>>>>/Count 4"), 4},
		"a long list of pages":         {node("/Type/Pages/Kids[" + strings.Repeat("3 0 R ", 9_000) + "]/Count 9000"), 9000},
		"a page is no node":            {node("/Type/Page/Count 9"), 0},
		"a count of something else":    {node("/Type/Outlines/Count 9") + node("/Type/Pages/Kids[]"), 0},
		"compressed":                   {compressedObjects(t, "2 0 <</Type/Pages/Count 31/Kids[]>>"), 31},
		"compressed, and an older one": {node("/Type/Pages/Count 2") + compressedObjects(t, "<</Type/Pages/Count 5>>"), 5},
		"not a number":                 {node("/Type/Pages/Count x"), 0},
		"a stream that is cut off":     {compressedObjects(t, "<</Type/Pages/Count 5>>")[:90], 0},
		"no end":                       {"<</Type/Pages/Count 3", 3},
		"nothing":                      {"", 0},
	} {
		if got, err := Pages(t.Context(), []byte("%PDF-1.7\n"+c.body)); got != c.want || err != nil {
			t.Errorf("%s: %d pages, want %d, %v", name, got, c.want, err)
		}
	}
	if got, err := Pages(t.Context(), []byte("<</Type/Pages/Count 3>>")); got != 0 || err != nil {
		t.Errorf("a text that is no PDF has %d pages, %v", got, err)
	}
}

// A file of nothing but nodes without ends is searched up to a bound.
func TestPagesAreBounded(t *testing.T) {
	tree := pageTree{budget: 10 << 20}
	text := bytes.Repeat([]byte("/Type/Pages "), 1<<17)
	spent := allocated(func() {
		if err := tree.count(t.Context(), text); err != nil {
			t.Error(err)
		}
	})
	if spent > 64<<10 {
		t.Errorf("the search of %d bytes allocates %d", len(text), spent)
	}
	if tree.budget > 0 || tree.budget < -2*maxDictionary {
		t.Errorf("a budget of 10 MiB has %d bytes left", tree.budget)
	}
}

// emptyBlocks is a stream of n stored blocks of no bytes, which takes time to read and inflates to
// nothing.
func emptyBlocks(n int) string {
	return "stream\nx\x01" + strings.Repeat("\x00\x00\x00\xff\xff", n-1) + "\x01\x00\x00\xff\xff\x00\x00\x00\x01"
}

// A stream is read once however many object types precede it, and streams inside each other are read
// as far as the file is long.
func TestStreamsAreBounded(t *testing.T) {
	inside := func(s string) string { // a stored block that holds the beginning of another stream
		n := len(s)
		return string([]byte{0, byte(n), byte(n >> 8), ^byte(n), ^byte(n >> 8)}) + s
	}
	const markers, blocks = 10, 1000
	stream, short := emptyBlocks(blocks), emptyBlocks(1)
	flat := strings.Repeat("/Type/ObjStm ", markers) + stream
	nested := "/Type/ObjStm stream\nx\x01" + strings.Repeat(inside("/Type/ObjStm stream\nx\x01"), markers) +
		strings.TrimPrefix(stream, "stream\nx\x01")
	for name, c := range map[string]struct {
		data       string
		compressed int // budget
		left       int
	}{
		"one stream":        {flat, 1 << 20, 1<<20 - (len(stream) - len("stream\n"))},
		"streams in one":    {nested, len(nested), 0},
		"a sequence":        {strings.Repeat("/Type/ObjStm "+stream, 3), 3 * len(stream), 3 * len("stream\n")},
		"another type":      {"/Type/ObjStm " + short + short, 100, 100 - (len(short) - len("stream\n"))},
		"budget is used up": {flat, 100, 0},
	} {
		tree := pageTree{budget: maxSearched, compressed: c.compressed, inflated: maxObjectStreams}
		if err := tree.countCompressed(t.Context(), []byte(c.data)); err != nil {
			t.Fatal(err)
		}
		if tree.compressed != c.left {
			t.Errorf("%s: of %d compressed bytes %d are left, want %d", name, c.compressed, tree.compressed, c.left)
		}
	}
}

// The search stops when the context ends.
func TestPagesCancelled(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, body := range []string{"<</Type/Pages/Count 3>>", compressedObjects(t, "<<>>")} {
		if n, err := Pages(ended, []byte("%PDF-1.7\n"+body)); n != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("%d pages, %v", n, err)
		}
	}
}

func FuzzPages(f *testing.F) {
	f.Add([]byte("%PDF-1.7\n2 0 obj\n<</Type/Pages/Resources<<>>/Count 4>>"))
	f.Add([]byte("%PDF-1.7\n<</Type/ObjStm>>stream\nx\x9c"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if n, err := Pages(t.Context(), data); n < 0 || err != nil {
			t.Errorf("%d pages, %v", n, err)
		}
	})
}
