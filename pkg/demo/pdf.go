package demo

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// pdfDocument is what a PDF is made of.
type pdfDocument struct {
	title, publisher, note string
	year                   int
	blocks                 []block
}

// bytes writes a tagged PDF 1.7: readers find its language, its title, and the structure Document, H1, H2, P, L, LI. It uses the fonts
// that every reader has. The same document gives the same bytes.
func (d pdfDocument) bytes() ([]byte, error) {
	l := &layout{plain: widths(false), bold: widths(true)}
	l.text("H1", d.title, style{bold: true, size: 19, leading: 24, after: 6})
	l.text("P", fmt.Sprintf("%s, %d", d.publisher, d.year), style{size: 10, leading: 14, after: 4})
	l.text("P", d.note, style{size: 10, leading: 14, after: 14})
	for i, b := range d.blocks {
		switch b.kind {
		case heading:
			l.text("H2", b.text, style{bold: true, size: 13, leading: 17, before: 8, after: 3, keep: 48})
		case bullet:
			first := i == 0 || d.blocks[i-1].kind != bullet
			last := i == len(d.blocks)-1 || d.blocks[i+1].kind != bullet
			l.item(b.text, first, last)
		default:
			l.text("P", b.text, style{size: 10.5, leading: 15, after: 7})
		}
	}
	if l.err != nil {
		return nil, fmt.Errorf("%s: %w", d.title, l.err)
	}
	f := &pdfFile{}
	f.write(d, l)
	return f.finish()
}

// pdfFile is the objects of a file in the order of their numbers, which begin with 1.
type pdfFile struct {
	objects [][]byte
	err     error
}

// reserve takes the number of an object that comes later.
func (f *pdfFile) reserve() int {
	f.objects = append(f.objects, nil)
	return len(f.objects)
}

func (f *pdfFile) put(number int, format string, args ...any) {
	f.objects[number-1] = fmt.Appendf(nil, format, args...)
}

func (f *pdfFile) add(format string, args ...any) int {
	n := f.reserve()
	f.put(n, format, args...)
	return n
}

// stream adds bytes with a dictionary; compressed, unless they should be found without a PDF reader.
func (f *pdfFile) stream(dictionary string, data []byte, compressed bool) int {
	if compressed {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, err := w.Write(data)
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			f.err = err
		}
		data, dictionary = b.Bytes(), dictionary+" /Filter /FlateDecode"
	}
	return f.add("<< %s /Length %d >>\nstream\n%s\nendstream", dictionary, len(data), data)
}

// write adds all objects of a laid-out document. The catalogue is the first.
func (f *pdfFile) write(d pdfDocument, l *layout) {
	catalogue, pages, root := f.reserve(), f.reserve(), f.reserve()
	fonts := [2]int{}
	for i, name := range []string{"Helvetica", "Helvetica-Bold"} {
		fonts[i] = f.add("<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>", name)
	}
	var kids []string
	numbers := make([]int, len(l.pages))
	for i := range l.pages {
		numbers[i] = f.reserve()
		kids = append(kids, fmt.Sprintf("%d 0 R", numbers[i]))
	}
	for i, p := range l.pages {
		p.footer(d, i+1, len(l.pages))
		content := f.stream("", p.ops.Bytes(), true)
		f.put(numbers[i], "<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %d %d] /Resources << /Font << /F1 %d 0 R /F2 %d 0 R >> >> "+
			"/Contents %d 0 R /StructParents %d /Tabs /S >>", pages, pageWidth, pageHeight, fonts[0], fonts[1], content, i)
	}
	f.put(pages, "<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(kids))
	f.structure(root, l, numbers)
	metadata := f.stream("/Type /Metadata /Subtype /XML", []byte(xmp(d)), false)
	f.put(catalogue, "<< /Type /Catalog /Pages %d 0 R /Lang (de-DE) /MarkInfo << /Marked true >> /StructTreeRoot %d 0 R /Metadata %d 0 R "+
		"/ViewerPreferences << /DisplayDocTitle true >> >>", pages, root, metadata)
}

// structure writes the tree of what the content is, and for each page which element each piece of content belongs to.
func (f *pdfFile) structure(root int, l *layout, pages []int) {
	document := f.reserve()
	owners := make([][]int, len(pages))
	for i, p := range l.pages {
		owners[i] = make([]int, p.marks)
	}
	var put func(e *element, parent int) int
	put = func(e *element, parent int) int {
		n := f.reserve()
		for _, m := range e.marks {
			owners[m.page][m.id] = n
		}
		if len(e.marks) == 1 && len(e.children) == 0 { // nearly all are, so the short form halves the file
			f.put(n, "<</S/%s/P %d 0 R/Pg %d 0 R/K %d>>", e.tag, parent, pages[e.marks[0].page], e.marks[0].id)
			return n
		}
		var kids []string
		for _, m := range e.marks {
			kids = append(kids, fmt.Sprintf("<</Type/MCR/Pg %d 0 R/MCID %d>>", pages[m.page], m.id))
		}
		for _, child := range e.children {
			kids = append(kids, fmt.Sprintf("%d 0 R", put(child, n)))
		}
		f.put(n, "<</S/%s/P %d 0 R/K[%s]>>", e.tag, parent, strings.Join(kids, " "))
		return n
	}
	var kids, nums []string
	for _, e := range l.elements {
		kids = append(kids, fmt.Sprintf("%d 0 R", put(e, document)))
	}
	f.put(document, "<</S/Document/P %d 0 R/K[%s]>>", root, strings.Join(kids, " "))
	for i, list := range owners {
		var refs []string
		for _, n := range list {
			refs = append(refs, fmt.Sprintf("%d 0 R", n))
		}
		nums = append(nums, fmt.Sprintf("%d [%s]", i, strings.Join(refs, " ")))
	}
	parents := f.add("<< /Nums [%s] >>", strings.Join(nums, " "))
	f.put(root, "<< /Type /StructTreeRoot /K %d 0 R /ParentTree %d 0 R /ParentTreeNextKey %d >>", document, parents, len(pages))
}

// finish puts header, objects, table and trailer together.
func (f *pdfFile) finish() ([]byte, error) {
	if f.err != nil {
		return nil, f.err
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n") // four bytes above 127, so that nobody takes it for text
	offsets := make([]int, len(f.objects))
	for i, o := range f.objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	sum := sha256.Sum256(b.Bytes())
	id := hex.EncodeToString(sum[:16])
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(f.objects)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n", len(f.objects)+1, id, id, table)
	return b.Bytes(), nil
}

// xmp is the metadata that libraries and accessibility checkers read.
func xmp(d pdfDocument) string {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	return `<?xpacket begin="` + "\uFEFF" + `" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">` + escape.Replace(d.title) + `</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>` + escape.Replace(d.publisher) + `</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">` + escape.Replace(d.note) + `</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>de-DE</rdf:li></rdf:Bag></dc:language><pdf:Producer>Kontor</pdf:Producer>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>`
}
