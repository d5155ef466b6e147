package transfer

import (
	"io"

	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// row is one record of a file as it was read. It has cells, or an object, or problems.
type row struct {
	line     int // where it begins, from 1
	cells    []tableCell
	object   value.Object
	problems []Problem
	offset   int64 // how much of the file was read with it
}

// reader gives the rows of a file.
type reader interface {
	// columns gives the names in the first line, nil if every row has its own.
	columns() []string
	// next gives the next row, io.EOF behind the last one. A row that can't be read is one with problems; an error ends the file.
	next() (row, error)
}

// Problem is one thing that is wrong with a row.
type Problem struct {
	Column string // as the file names it; "" if the row as a whole is meant
	fault.Field
}

// Reason is the problem in both languages.
func (p Problem) Reason() string {
	if p.German == "" || p.German == p.English {
		return p.English
	}
	return p.German + " / " + p.English
}

// BadRow is a row that did not go in.
type BadRow struct {
	Row      int // from 1, without the line of names
	Line     int // where it begins in the file, from 1
	Key      string
	Problems []Problem
}

func bad(code, english, german string) Problem {
	return Problem{Field: fault.Field{Code: code, English: english, German: german}}
}

// open makes the reader of a format. The plan decides whether the head of a table fits; nil accepts every head.
func open(in io.Reader, o Options, p *plan) (reader, error) {
	if o.Format == XLSX {
		return newXLSX(in, o, p)
	}
	text, err := openText(in)
	if err != nil {
		return nil, err
	}
	switch o.Format {
	case NDJSON:
		return newNDJSON(text), nil
	case JSON:
		return newJSON(text)
	case CSV:
		return newCSV(text, o.HeaderRow, p)
	}
	_, err = ParseFormat(string(o.Format))
	return nil, err
}
