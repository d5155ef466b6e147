package rendition

import (
	"bytes"
	"compress/zlib"
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
		if got := Pages([]byte("%PDF-1.7\n" + c.body)); got != c.want {
			t.Errorf("%s: %d pages, want %d", name, got, c.want)
		}
	}
	if got := Pages([]byte("<</Type/Pages/Count 3>>")); got != 0 {
		t.Errorf("a text that is no PDF has %d pages", got)
	}
}

// A file of nothing but nodes without ends is searched up to a bound.
func TestPagesAreBounded(t *testing.T) {
	tree := pageTree{budget: 10 << 20}
	tree.count(bytes.Repeat([]byte("/Type/Pages "), 1<<17))
	if tree.budget > 0 || tree.budget < -2*maxDictionary {
		t.Errorf("a budget of 10 MiB has %d bytes left", tree.budget)
	}
}

func FuzzPages(f *testing.F) {
	f.Add([]byte("%PDF-1.7\n2 0 obj\n<</Type/Pages/Resources<<>>/Count 4>>"))
	f.Add([]byte("%PDF-1.7\n<</Type/ObjStm>>stream\nx\x9c"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if n := Pages(data); n < 0 {
			t.Errorf("%d pages", n)
		}
	})
}
