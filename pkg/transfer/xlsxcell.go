package transfer

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"kontor/pkg/fault"
)

// sheetScanner reads from the XML of a sheet the facts that excelize does not return beside the text of a cell: its type, whether a
// formula has a result, and the number without its format.
type sheetScanner struct {
	part    io.ReadCloser
	decoder *xml.Decoder
	comma   bool      // numbers are shown as 1.234,5
	number  int       // of the row that was read last
	ahead   storedRow // that row, until it is asked for
	ended   bool      // nothing follows
	column  int       // of the cell that was read last
}

// storedRow holds the cells of a row by their columns, from 1.
type storedRow map[int]storedCell

// storedCell is a cell as the file has it.
type storedCell struct {
	name    string // B2; "" if the file does not say
	kind    string // the attribute t
	style   int
	formula bool
	value   string
	inline  bool // the text stands in the cell
}

func newSheetScanner(workbook []byte, sheetID string) (*sheetScanner, error) {
	z, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		return nil, fault.New(fault.MediaType, "The file can't be read as a workbook: %v", err)
	}
	part, err := z.Open(partOf(z, sheetID))
	if err != nil {
		return nil, fault.New(fault.MediaType, "The sheet can't be found in the workbook: %v", err)
	}
	d := xml.NewDecoder(io.LimitReader(part, maxUnzip))
	// The parts that matter here are ASCII in whatever charset a program may choose.
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	return &sheetScanner{part: part, decoder: d}, nil
}

func (s *sheetScanner) close() error { return s.part.Close() }

// row returns the cells of a row, none if the file does not have it. Rows are asked for in ascending order. It reads one row more,
// because excelize adds a row that is out of order to the one before.
func (s *sheetScanner) row(number int) (storedRow, error) {
	var found storedRow
	for !s.ended && s.number <= number {
		if s.number == number {
			found = s.ahead
		}
		if err := s.read(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// read reads the next row.
func (s *sheetScanner) read() error {
	for {
		token, err := s.decoder.Token()
		if err != nil {
			return s.end(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if e.Name.Local == "row" {
				return s.readRow(e)
			}
		case xml.EndElement:
			if e.Name.Local == "sheetData" {
				s.ended, s.ahead = true, nil
				return nil
			}
		}
	}
}

// end notes the end of the part. Of XML that is broken excelize takes the rows before, and so does the scanner.
func (s *sheetScanner) end(err error) error {
	s.ended = true
	if errors.Is(err, io.EOF) {
		return nil
	}
	return fault.New(fault.Syntax, "The sheet can't be read after line %d: %v", s.number, err)
}

func (s *sheetScanner) readRow(start xml.StartElement) error {
	before := s.number
	s.number++
	if n, err := strconv.Atoi(attribute(start, "r")); err == nil && n != 0 {
		s.number = n
	}
	if s.number <= before || s.number > excelize.TotalRows {
		return fault.New(fault.Syntax, "The rows of the sheet are not in order: %d follows %d", s.number, before)
	}
	s.ahead, s.column = storedRow{}, 0
	err := s.children(func(e xml.StartElement) error {
		if e.Name.Local == "c" {
			return s.readCell(e)
		}
		return s.decoder.Skip()
	})
	if err != nil {
		return s.end(err)
	}
	return nil
}

// children calls read for each element within the one that was just begun, up to its end; read takes all of the element.
func (s *sheetScanner) children(read func(xml.StartElement) error) error {
	for {
		token, err := s.decoder.Token()
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.StartElement:
			if err := read(e); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

func (s *sheetScanner) readCell(start xml.StartElement) error {
	c := storedCell{name: attribute(start, "r"), kind: attribute(start, "t")}
	c.style, _ = strconv.Atoi(attribute(start, "s")) // no style is the first one
	s.column++
	if n, _, err := excelize.CellNameToCoordinates(c.name); err == nil {
		s.column = n
	}
	err := s.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "f":
			c.formula = true
		case "is":
			c.inline = true
		case "v":
			return s.decoder.DecodeElement(&c.value, &e)
		}
		return s.decoder.Skip()
	})
	s.ahead[s.column] = c
	return err
}

// computed reports whether a formula has a result. Programs that write workbooks without computing them leave it out, or write 0
// and ask in the workbook for a computation.
func (c storedCell) computed(recalc bool) bool {
	if c.inline || c.kind == "str" || c.kind == "inlineStr" {
		return true
	}
	text := strings.TrimSpace(c.value)
	return text != "" && !(recalc && text == "0" && (c.kind == "" || c.kind == "n"))
}

// cell joins the stored cell with the text that people see.
func (s *sheetScanner) cell(c storedCell, shown string, day, recalc bool) tableCell {
	out := tableCell{shown: shown, raw: shown}
	switch {
	case c.formula && !c.computed(recalc):
		out.broken = &wrong{"formula", fmt.Sprintf("holds a formula without a result (cell %s); open the workbook in a spreadsheet program "+
			"and save it", cmp.Or(c.name, "without a name")), fmt.Sprintf("die Formel in der Zelle %s ist noch nicht berechnet; bitte die "+
			"Arbeitsmappe in einer Tabellenkalkulation öffnen und speichern.", cmp.Or(c.name, "ohne Namen"))}
	case c.kind == "e":
		out.broken = cellError(cmp.Or(shown, strings.TrimSpace(c.value)))
	case c.kind == "" || c.kind == "n":
		out.raw, out.number, out.day = strings.TrimSpace(c.value), c.value != "", day
		if s.comma && !day {
			out.shown = swapSigns.Replace(shown)
		}
	case c.kind == "d":
		out.raw = strings.TrimSpace(c.value)
	default:
		return cellOf(shown)
	}
	return out
}

// swapSigns writes a number with a decimal comma.
var swapSigns = strings.NewReplacer(".", ",", ",", ".")

var (
	// quotedFormat is what a format shows as it stands, and its conditions and colours; elapsed hours are no such thing.
	quotedFormat = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.|\[(?:[^hmsHMS\]][^\]]*|[hmsHMS][^hmsHMS\]][^\]]*)\]`)
	daySigns     = regexp.MustCompile(`(?i)[ymdhs]`)
	noLanguage   = regexp.MustCompile(`^\[\$-F[48]00\]`)
)

// showsDay reports whether a number format shows a day or a time.
func showsDay(code string) bool {
	first, _, _ := strings.Cut(quotedFormat.ReplaceAllString(code, ""), ";")
	return !strings.Contains(first, "General") && daySigns.MatchString(first)
}

// inGerman lets a format without a language of its own write names in German. The formats of the system are written in full.
func inGerman(code string) string {
	switch noLanguage.FindString(code) {
	case "[$-F800]":
		return "[$-407]dddd, d. mmmm yyyy"
	case "[$-F400]":
		return "hh:mm:ss"
	}
	if strings.Contains(code, "[$-") {
		return code
	}
	return "[$-407]" + code
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// partOf finds the file of a sheet by the id that the workbook gives it; "" if there is none.
func partOf(z *zip.Reader, sheetID string) string {
	f, err := z.Open("xl/_rels/workbook.xml.rels")
	if err != nil {
		return ""
	}
	defer f.Close()
	var list struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		}
	}
	if err := xml.NewDecoder(f).Decode(&list); err != nil {
		return ""
	}
	for _, r := range list.Relationship {
		if r.ID == sheetID {
			if strings.HasPrefix(r.Target, "/") {
				return path.Clean(r.Target)[1:]
			}
			return path.Join("xl", r.Target)
		}
	}
	return ""
}
