package demo_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image/png"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kontor/pkg/asset"
	"kontor/pkg/blob"
)

// files: they are what they say, small, and described.
func files(t *testing.T, k *kit) {
	kinds := map[string]int{}
	for _, f := range k.fileList() {
		kinds[f.Type]++
		r, err := k.files.Open(t.Context(), f, "", 0, blob.ToEnd)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil || r.Close() != nil {
			t.Fatal(err)
		}
		if !strings.Contains(f.Facts.Caption, "Beispieldaten") || f.Facts.Licence == "" || f.Facts.Credit == "" {
			t.Errorf("%s: %+v", f.Name, f.Facts)
		}
		switch f.Type {
		case "application/pdf":
			if f.Size < 3000 || f.Size > 10_000 || !strings.HasSuffix(f.Name, ".pdf") {
				t.Errorf("%s has %d bytes", f.Name, f.Size)
			}
			checkPDF(t, f.Name, data)
		case "image/png":
			if _, err := png.Decode(bytes.NewReader(data)); err != nil || f.Facts.Alt == "" || slices.ContainsFunc(f.Variants, func(v asset.Variant) bool { return v.Size >= f.Size }) {
				t.Errorf("%s: %v, %+v", f.Name, err, f)
			}
		default:
			t.Errorf("%s is %s", f.Name, f.Type)
		}
	}
	if kinds["application/pdf"] != 120 || kinds["image/png"] < 90 {
		t.Errorf("files %v", kinds)
	}
}

var (
	object    = regexp.MustCompile(`(?s)(\d+) 0 obj\n(.*?)\nendobj`)
	reference = regexp.MustCompile(`(\d+) 0 R`)
	marked    = regexp.MustCompile(`/(\w+) <</MCID (\d+)>> BDC`)
	owned     = regexp.MustCompile(`/MCID \d+>>\]|/MCID \d+>> <|/Pg \d+ 0 R/K \d+>>`)
	shown     = regexp.MustCompile(`(?s)\(((?:\\.|[^\\)])*)\) Tj`)
)

// checkPDF looks at what a reader relies on: the table leads to the objects, references lead somewhere, each piece of content belongs
// to an element, the language, the title, and the text.
func checkPDF(t *testing.T, name string, data []byte) {
	t.Helper()
	wrong := func(format string, args ...any) { t.Errorf("%s: %s", name, fmt.Sprintf(format, args...)) }
	text := string(data)
	start := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindStringSubmatch(text)
	if !strings.HasPrefix(text, "%PDF-1.7\n") || start == nil {
		wrong("no PDF")
		return
	}
	at, _ := strconv.Atoi(start[1])
	if !strings.HasPrefix(text[at:], "xref\n") {
		wrong("the table is not where it should be")
		return
	}
	lines := strings.Split(text[at:], "\n")[3:]
	objects := object.FindAllStringSubmatch(text, -1)
	for i, o := range objects {
		offset, err := strconv.Atoi(lines[i][:10])
		if n, _ := strconv.Atoi(o[1]); n != i+1 || err != nil || !strings.HasPrefix(text[offset:], o[1]+" 0 obj\n") {
			wrong("object %d is not where the table says", i+1)
		}
		for _, m := range reference.FindAllStringSubmatch(o[2], -1) {
			if n, _ := strconv.Atoi(m[1]); n < 1 || n > len(objects) {
				wrong("object %d refers to %s", i+1, m[0])
			}
		}
	}
	for _, want := range []string{
		"/Lang (de-DE)", "/MarkInfo << /Marked true >>", "/DisplayDocTitle true", "/StructTreeRoot", "/S/Document", "/S/H1", "/S/P", "Beispieldaten",
		"<dc:title>", fmt.Sprintf("/Size %d", len(objects)+1),
	} {
		if !strings.Contains(text, want) {
			wrong("it lacks %s", want)
		}
	}
	pages := strings.Count(text, "/Type /Page ")
	if pages < 1 || pages > 3 {
		wrong("it has %d pages", pages)
	}
	pieces, words := 0, ""
	for _, o := range objects {
		if !strings.Contains(o[2], "/FlateDecode") {
			continue
		}
		content := inflate(t, o[2])
		pieces += len(marked.FindAllString(content, -1))
		if strings.Count(content, "BDC") != strings.Count(content, "EMC") || !strings.Contains(content, "/Artifact") {
			wrong("pieces of content are not closed")
		}
		for _, m := range shown.FindAllStringSubmatch(content, -1) {
			words += decode(strings.NewReplacer(`\(`, "(", `\)`, ")", `\\`, `\`).Replace(m[1]))
		}
	}
	if n := len(owned.FindAllString(text, -1)); n != pieces || n < 10 {
		wrong("%d pieces of content, %d belong to elements", pieces, n)
	}
	if !strings.Contains(words, "Beispieldaten: Dieses Dokument ist erfunden") || !strings.Contains(words, "ü") || strings.ContainsAny(words, "{}[]|\uFFFD") {
		wrong("its text is %q", words)
	}
}

// decode reads WinAnsiEncoding; what German text has no use for becomes U+FFFD.
func decode(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		special := map[byte]rune{0x80: '€', 0x84: '„', 0x85: '…', 0x91: '‘', 0x92: '’', 0x93: '“', 0x94: '”', 0x95: '•', 0x96: '–', 0x97: '—'}
		switch r, ok := special[c]; {
		case ok:
			b.WriteRune(r)
		case c < 0x80 || c >= 0xA0:
			b.WriteRune(rune(c))
		default:
			b.WriteRune('\uFFFD')
		}
	}
	return b.String()
}

// inflate unpacks the stream of an object.
func inflate(t *testing.T, object string) string {
	t.Helper()
	_, packed, ok := strings.Cut(object, "stream\n")
	if !ok {
		t.Fatal("no stream")
	}
	r, err := zlib.NewReader(strings.NewReader(strings.TrimSuffix(packed, "\nendstream")))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
