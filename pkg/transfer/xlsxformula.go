package transfer

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"kontor/pkg/fault"
)

// A workbook that a program wrote may hold formulas that nothing has computed yet. Their cells read as empty, and an import would clear the
// fields behind them, so such a sheet is refused.

// uncomputed is an error that names the first cell with a formula and no result. What can't be read here is left to those who read it all.
func uncomputed(workbook []byte, sheetID string) error {
	z, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		return nil
	}
	name := partOf(z, sheetID)
	if name == "" || !mentions(z, name, "<f", ":f") {
		return nil
	}
	part, err := z.Open(name)
	if err != nil {
		return nil
	}
	defer part.Close()
	d := xml.NewDecoder(part)
	line, cell, formula, result := 0, "", false, false
	for {
		token, err := d.Token()
		if err != nil {
			return nil
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "row":
				line++
				if n, err := strconv.Atoi(attribute(e, "r")); err == nil { // else it is the next one
					line = n
				}
			case "c":
				cell, formula, result = attribute(e, "r"), false, false
			case "f":
				formula = true
			case "v", "is":
				result = true
			}
		case xml.EndElement:
			if e.Name.Local == "c" && formula && !result {
				return fault.New(fault.Invalid, "A formula in line %d (cell %s) has no result; open the workbook in a spreadsheet program and save it",
					line, cmp.Or(cell, "without a name"))
			}
		}
	}
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

// mentions tells whether one of the words stands in a file, without unpacking all of it at once.
func mentions(z *zip.Reader, name string, words ...string) bool {
	f, err := z.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	buf := make([]byte, 64<<10)
	kept := 0 // the end of what was read before, where a word may have begun
	for {
		n, err := io.ReadFull(f, buf[kept:])
		text := buf[:kept+n]
		for _, w := range words {
			if bytes.Contains(text, []byte(w)) {
				return true
			}
		}
		if err != nil {
			return !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF)
		}
		kept = copy(buf, text[len(text)-1:])
	}
}
