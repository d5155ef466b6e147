package demo

import (
	"bytes"
	"fmt"
	"strings"
)

// The page is A4, in points.
const (
	pageWidth   = 595
	pageHeight  = 842
	marginLeft  = 71.0
	marginTop   = 71.0
	marginBelow = 85.0
	textWidth   = pageWidth - 2*marginLeft
	itemIndent  = 16.0
)

// style is how a text looks, in points.
type style struct {
	bold          bool
	size, leading float64
	before, after float64
	keep          float64 // what must fit below it on the page, beside a line
	indent        float64
}

// element is a node of the structure: its own pieces of content, or children.
type element struct {
	tag      string
	marks    []piece
	children []*element
}

// piece is a part of a page's content: the id-th of it.
type piece struct{ page, id int }

// page is one page in the making.
type page struct {
	ops   bytes.Buffer
	marks int // pieces of content so far
}

// layout sets text line by line, and a new page where one is full.
type layout struct {
	pages    []*page
	elements []*element
	list     *element // the list that the next item belongs to
	y        float64  // where the next line's top is, from the bottom of the page
	plain    []int    // the widths of the two fonts
	bold     []int
	err      error
}

// room sees to it that so many points are free on the page.
func (l *layout) room(points float64) {
	if len(l.pages) == 0 || l.y-points < marginBelow {
		l.pages = append(l.pages, &page{})
		l.y = pageHeight - marginTop
	}
}

// text sets an element of its own.
func (l *layout) text(tag, text string, s style) {
	e := &element{tag: tag}
	l.elements = append(l.elements, e)
	if len(l.pages) > 0 && l.y < pageHeight-marginTop {
		l.y -= s.before
	}
	l.room(s.leading + s.keep)
	l.set(e, text, s)
	l.y -= s.after
}

// item sets a line of a list: a bullet, and a body beside it.
func (l *layout) item(text string, first, last bool) {
	s := style{size: 10.5, leading: 15, indent: itemIndent}
	if first {
		l.list = &element{tag: "L"}
		l.elements = append(l.elements, l.list)
	}
	label, body := &element{tag: "Lbl"}, &element{tag: "LBody"}
	l.list.children = append(l.list.children, &element{tag: "LI", children: []*element{label, body}})
	l.room(s.leading)
	bullet := s
	bullet.indent = 4
	at := l.y
	l.set(label, "•", bullet)
	l.y = at
	l.set(body, text, s)
	l.y -= 3
	if last {
		l.y -= 4
	}
}

// set breaks a text into lines, as many as fit on each page in one piece of marked content.
func (l *layout) set(e *element, text string, s style) {
	font, table := "F1", l.plain
	if s.bold {
		font, table = "F2", l.bold
	}
	lines, err := breakLines(text, (textWidth-s.indent)*1000/s.size, table)
	if err != nil {
		l.err = err
		return
	}
	for len(lines) > 0 {
		l.room(s.leading)
		p := l.pages[len(l.pages)-1]
		n := min(len(lines), int((l.y-marginBelow)/s.leading))
		e.marks = append(e.marks, piece{len(l.pages) - 1, p.marks})
		fmt.Fprintf(&p.ops, "/%s <</MCID %d>> BDC\nBT /%s %g Tf %g TL %g %.2f Td\n", e.tag, p.marks, font, s.size, s.leading, marginLeft+s.indent, l.y-s.size)
		for i, line := range lines[:n] {
			if i > 0 {
				p.ops.WriteString("T*\n")
			}
			// The space at a line's end lets readers put the words apart.
			if i < len(lines)-1 {
				line = append(line, ' ')
			}
			fmt.Fprintf(&p.ops, "(%s) Tj\n", escapeString(line))
		}
		p.ops.WriteString("ET\nEMC\n")
		p.marks++
		l.y -= float64(n) * s.leading
		lines = lines[n:]
	}
}

// footer adds what is on every page and belongs to no element.
func (p *page) footer(d pdfDocument, number, of int) {
	line, err := encode(fmt.Sprintf("Beispieldaten · %s · Seite %d von %d", d.publisher, number, of))
	if err != nil {
		return // the publisher stands on the first page too, where the error is reported
	}
	fmt.Fprintf(&p.ops, "/Artifact <</Type /Pagination /Subtype /Footer>> BDC\nBT /F1 8 Tf %g 48 Td (%s) Tj ET\nEMC\n", marginLeft, escapeString(line))
}

// breakLines fills lines word by word. The width is in thousandths of the font's size.
func breakLines(text string, width float64, widths []int) ([][]byte, error) {
	var lines [][]byte
	var line []byte
	for word := range strings.FieldsSeq(text) {
		w, err := encode(word)
		if err != nil {
			return nil, err
		}
		longer := w
		if line != nil {
			longer = append(append(bytes.Clone(line), ' '), w...)
		}
		if line != nil && measure(longer, widths) > width {
			lines, line = append(lines, line), w
			continue
		}
		line = longer
	}
	if line != nil {
		lines = append(lines, line)
	}
	return lines, nil
}

func escapeString(s []byte) []byte {
	var out []byte
	for _, c := range s {
		if c == '(' || c == ')' || c == '\\' {
			out = append(out, '\\')
		}
		out = append(out, c)
	}
	return out
}
