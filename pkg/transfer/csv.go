package transfer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"kontor/pkg/fault"
)

// csvReader reads a table of text.
type csvReader struct {
	in    *csv.Reader
	meter *meter
	names []string
	skip  int // lines before the one with the names
}

func newCSV(text *bufio.Reader) (*csvReader, error) {
	r := &csvReader{meter: &meter{src: text}}
	head, err := text.Peek(peeked)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	comma := delimiter(head)
	if line, _, _ := bytes.Cut(head, []byte("\n")); bytes.HasPrefix(line, []byte("sep=")) && len(bytes.TrimSpace(line)) == 5 {
		// What Excel writes to say how the file is separated.
		comma = rune(line[4])
		r.skip = 1
		_, _ = text.Discard(min(len(line)+1, len(head))) // it was peeked
	}
	if comma == '"' || comma == '\r' || comma < ' ' && comma != '\t' {
		return nil, fault.New(fault.Syntax, "The first line names %q as separator, which can't be one", comma)
	}
	r.in = csv.NewReader(r.meter)
	r.in.Comma, r.in.FieldsPerRecord = comma, -1
	names, err := r.in.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, fault.New(fault.Syntax, "The file is empty; its first line should name the columns")
	case errors.Is(err, errLong):
		return nil, fault.New(fault.TooLarge, "The first line has more than %d MB; it should name the columns", maxRow>>20)
	case err != nil:
		return nil, syntaxOf(err, "The first line can't be read")
	}
	r.names, err = headerOf(names)
	r.meter.use(r.in.InputOffset())
	return r, err
}

// delimiter is the sign of the three that stands most often in the first line, outside of quotes. A comma is likelier to be part of a
// name than the others.
func delimiter(head []byte) rune {
	count := map[byte]int{}
	quoted := false
scan:
	for _, b := range head {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '\n':
			break scan
		default:
			count[b]++
		}
	}
	best := byte(',')
	for _, b := range []byte{';', '\t'} {
		if count[b] > 0 && count[b] >= count[best] {
			best = b
		}
	}
	return rune(best)
}

// headerOf gives the names of a table's columns, without empty ones at the end.
func headerOf(cells []string) ([]string, error) {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) == 0 {
		return nil, fault.New(fault.Syntax, "The first line is empty; it should name the columns")
	}
	if len(cells) > maxColumns {
		return nil, fault.New(fault.TooLarge, "The file has %d columns; at most %d are taken", len(cells), maxColumns)
	}
	names := make([]string, len(cells))
	for i, c := range cells {
		if strings.ContainsRune(c, '\r') {
			return nil, fault.New(fault.Syntax, "The lines of the file end with CR alone; save it with the line ends of Windows or Unix")
		}
		names[i] = strings.Join(strings.Fields(c), " ")
		if names[i] == "" {
			return nil, fault.New(fault.Syntax, "Column %d has no name in the first line", i+1)
		}
	}
	return names, nil
}

func (r *csvReader) columns() []string { return r.names }

func (r *csvReader) next() (row, error) {
	for {
		cells, err := r.in.Read()
		line := r.skip + 1 + r.meter.line
		r.meter.use(r.in.InputOffset())
		var wrong *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return row{}, io.EOF
		case errors.Is(err, errLong):
			return row{}, fault.New(fault.TooLarge, "Line %d begins a row of more than %d MB, perhaps by a quotation mark that is not closed; nothing behind it was read", line, maxRow>>20)
		case errors.As(err, &wrong):
			return row{line: r.skip + wrong.StartLine, problems: []Problem{badQuote(wrong, r.skip)}, offset: r.meter.used}, nil
		case err != nil:
			return row{}, syntaxOf(err, "The file can't be read further")
		case blank(cells):
			continue
		}
		line, _ = r.in.FieldPos(0)
		out := tabular(r.skip+line, cells, len(r.names), false)
		out.offset = r.meter.used
		return out, nil
	}
}

func badQuote(e *csv.ParseError, skip int) Problem {
	p := bad("syntax", fmt.Sprintf("a quotation mark stands where none may be (line %d, character %d)", skip+e.Line, e.Column),
		fmt.Sprintf("Ein Anführungszeichen steht an falscher Stelle (Zeile %d, Zeichen %d).", skip+e.Line, e.Column))
	if e.StartLine != e.Line {
		p.English += fmt.Sprintf("; lines %d to %d were read as one row", skip+e.StartLine, skip+e.Line)
		p.German += fmt.Sprintf(" Die Zeilen %d bis %d wurden als eine gelesen.", skip+e.StartLine, skip+e.Line)
	}
	return p
}

// syntaxOf keeps an error that explains itself.
func syntaxOf(err error, message string) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return known
	}
	return fault.New(fault.Syntax, "%s: %v", message, err)
}
