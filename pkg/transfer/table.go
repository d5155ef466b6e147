package transfer

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/schema"
)

// tableCell is one cell of a table.
type tableCell struct {
	shown  string // the text that a person sees
	raw    string // the value that a machine reads: a number without its format, else shown
	number bool   // raw is a number
	day    bool   // whose format shows a day or a time
	broken *wrong // the cell has no value that may be imported
}

// plainYear bounds the numbers that are no days unless their format says so: the year 2026 would
// become a day of 1905.
const plainYear = 10_000

// refused returns the reason why the cell can't be a value of the kind, before its text is read.
func (c tableCell) refused(k schema.Kind) *wrong {
	if c.broken != nil {
		return c.broken
	}
	switch k {
	case schema.Date, schema.DateTime, schema.LocalTime:
		n, err := strconv.ParseFloat(c.raw, 64)
		plain := c.number && !c.day && err == nil && n < plainYear
		if plain || !c.number && machineNumber.MatchString(strings.TrimSpace(c.shown)) { // a text of digits is no day either
			return &wrong{"format", "is the number " + c.shown + "; a day needs the format of a day in the workbook",
				"die Zelle enthält die Zahl " + c.shown + "; ein Tag braucht in der Tabelle das Format eines Datums."}
		}
	}
	return nil
}

// text returns the form of the cell that a field of the kind reads.
func (c tableCell) text(k schema.Kind) string {
	switch k {
	case schema.Integer, schema.Number, schema.Money, schema.Boolean, schema.Date, schema.DateTime, schema.LocalTime,
		schema.Point, schema.Asset, schema.JSON:
		return c.raw
	}
	return c.shown
}

// errorWords are the values that German and English spreadsheets show where a formula failed.
var errorWords = map[string]bool{
	"#N/A": true, "#NV": true, "#VALUE!": true, "#WERT!": true, "#REF!": true, "#BEZUG!": true, "#DIV/0!": true,
	"#NUM!": true, "#ZAHL!": true, "#NULL!": true, "#NAME?": true, "#SPILL!": true, "#ÜBERLAUF!": true, "#CALC!": true,
	"#GETTING_DATA": true,
}

// cellOf makes a cell of text.
func cellOf(text string) tableCell {
	c := tableCell{shown: text, raw: text}
	if strings.HasPrefix(text, "#") && errorWords[strings.TrimSpace(text)] {
		c.broken = cellError(strings.TrimSpace(text))
	}
	return c
}

func cellError(text string) *wrong {
	return &wrong{"cell_error", fmt.Sprintf("holds the error %s of a spreadsheet; correct the cell", text),
		fmt.Sprintf("die Zelle zeigt den Fehler %s; bitte in der Tabelle beheben.", text)}
}

// record is a line of a table before anybody knows its columns.
type record struct {
	line     int
	cells    []tableCell
	problems []Problem
	offset   int64
}

// records reads the lines of a table.
type records interface {
	// record returns the next line, io.EOF after the last one. A line that can't be read is one
	// with problems.
	record() (record, error)
}

// tableReader reads the rows below the head of a table.
type tableReader struct {
	from  records
	names []string
	loose bool // a row may end before its last columns
}

// guessed bounds how many lines a search for the head looks at.
const guessed = 30

// tableOptions say how a table is read.
type tableOptions struct {
	name  string    // of the table in messages
	head  int       // line with the names of the columns; 0 is the first one
	plan  *plan     // decides whether the names fit; nil accepts all
	again []records // where to look for the head if the first line is none
	loose bool      // blank lines may stand above the head, and a row may end before its last columns
}

// newTable reads the head of a table.
func newTable(from records, o tableOptions) (*tableReader, error) {
	head, err := o.first(from)
	switch {
	case errors.Is(err, io.EOF) && o.head > 0:
		return nil, fault.New(fault.Invalid, "The %s ends before line %d, which --header-row names", o.name, o.head)
	case errors.Is(err, io.EOF):
		return nil, fault.New(fault.Syntax, "The %s is empty; its first line should name the columns", o.name)
	case err != nil:
		return nil, err
	}
	t := &tableReader{from: from, loose: o.loose}
	t.names, err = headerOf(head.cells, head.line)
	if err == nil && o.plan != nil {
		_, err = o.plan.header(t.names)
	}
	if err == nil || o.head > 0 || o.plan == nil {
		return t, err
	}
	for _, r := range o.again {
		if line, names := o.plan.guessHead(r, head.line); line > 0 {
			return nil, fault.New(fault.Invalid,
				"Line %d does not name the columns, but line %d seems to: %s. Say --header-row %d",
				head.line, line, strings.Join(names, ", "), line)
		}
	}
	return nil, err
}

// first returns the record with the names of the columns.
func (o tableOptions) first(from records) (record, error) {
	for {
		r, err := from.record()
		switch {
		case err != nil:
			return r, err
		case r.line < o.head, o.head == 0 && o.loose && len(r.problems) == 0 && blank(r.cells):
			continue
		case o.head > 0 && r.line > o.head:
			return r, fault.New(fault.Invalid, "Line %d is empty or within a row; --header-row wants the line that names the columns",
				o.head)
		case len(r.problems) > 0:
			return r, fault.New(fault.Syntax, "%s can't be read: %s", capital(lineName(r.line)), r.problems[0].English)
		}
		return r, nil
	}
}

func lineName(line int) string {
	if line == 1 {
		return "the first line"
	}
	return fmt.Sprintf("line %d", line)
}

// guessHead returns the line after another one whose cells name most fields, and these names; 0 if
// none names two fields and little else.
func (p *plan) guessHead(from records, after int) (line int, names []string) {
	for range guessed {
		r, err := from.record()
		if err != nil {
			break
		}
		if r.line <= after {
			continue
		}
		var fits []string
		filled := 0
		for _, c := range r.cells {
			name := cleanName(c.shown)
			if name == "" {
				continue
			}
			filled++
			if col, problem := p.column(name); problem == nil && (col.target != nil || col.key) {
				fits = append(fits, name)
			}
		}
		if len(fits) >= 2 && len(fits) > len(names) && 2*len(fits) >= filled {
			line, names = r.line, fits
		}
	}
	return line, names
}

func cleanName(text string) string { return strings.Join(strings.Fields(text), " ") }

// headerOf returns the names of a table's columns, without empty ones at the end.
func headerOf(cells []tableCell, line int) ([]string, error) {
	which := capital(lineName(line))
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1].shown) == "" && cells[len(cells)-1].broken == nil {
		cells = cells[:len(cells)-1]
	}
	if len(cells) == 0 {
		return nil, fault.New(fault.Syntax, "%s is empty; it should name the columns", which)
	}
	if len(cells) > maxColumns {
		return nil, fault.New(fault.TooLarge, "The file has %d columns; at most %d are taken", len(cells), maxColumns)
	}
	names := make([]string, len(cells))
	for i, c := range cells {
		if c.broken != nil {
			return nil, fault.New(fault.Invalid, "%s should name the columns, but column %d %s", which, i+1, c.broken.english)
		}
		if strings.ContainsRune(c.shown, '\r') {
			return nil, fault.New(fault.Syntax, "The lines of the file end with CR alone; save it with the line ends of Windows or Unix")
		}
		if names[i] = cleanName(c.shown); names[i] == "" {
			return nil, fault.New(fault.Syntax, "Column %d has no name in %s", i+1, lineName(line))
		}
	}
	return names, nil
}

func (t *tableReader) columns() []string { return t.names }

func (t *tableReader) next() (row, error) {
	for {
		r, err := t.from.record()
		switch {
		case err != nil:
			return row{}, err
		case len(r.problems) > 0:
			return row{line: r.line, problems: r.problems, offset: r.offset}, nil
		case !blank(r.cells):
			return t.row(r), nil
		}
	}
}

// row fits the cells of a record to the columns. Empty cells too many are left by spreadsheets.
func (t *tableReader) row(r record) row {
	out := row{line: r.line, offset: r.offset}
	cells, columns := r.cells, len(t.names)
	for len(cells) > columns && blank(cells[len(cells)-1:]) {
		cells = cells[:len(cells)-1]
	}
	for t.loose && len(cells) < columns {
		cells = append(cells, tableCell{})
	}
	if len(cells) != columns {
		out.problems = []Problem{badWidth(len(cells), columns)}
		return out
	}
	out.cells = cells
	return out
}

// blank reports whether a line of a table has nothing in it.
func blank(cells []tableCell) bool {
	for _, c := range cells {
		if c.broken != nil || strings.TrimSpace(c.shown) != "" {
			return false
		}
	}
	return true
}
