package transfer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"kontor/pkg/fault"
)

// csvReader reads a table of text.
type csvReader struct {
	*tableReader
	in    *csv.Reader
	meter *meter
	skip  int // lines before the first record
}

// newCSV reads the head of a table.
func newCSV(text *bufio.Reader, headerRow int, p *plan) (*csvReader, error) {
	head, err := text.Peek(peeked)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	skip, comma := 0, rune(0)
	if line, _, _ := bytes.Cut(head, []byte("\n")); bytes.HasPrefix(line, []byte("sep=")) && len(bytes.TrimSpace(line)) == 5 {
		// Excel writes this line to say how the file is separated.
		comma, skip = rune(line[4]), 1
		_, _ = text.Discard(min(len(line)+1, len(head))) // it was peeked
		head = head[min(len(line)+1, len(head)):]
	} else {
		comma = delimiter(afterLines(head, headerRow-1))
	}
	if comma == '"' || comma == '\r' || comma < ' ' && comma != '\t' {
		return nil, fault.New(fault.Syntax, "The first line names %q as separator, which can't be one", comma)
	}
	r := newCSVRecords(text, comma, skip)
	o := tableOptions{name: "file", head: headerRow, plan: p}
	for _, other := range []rune{';', ',', '\t'} { // titles above the head may hold other signs than the table
		o.again = append(o.again, newCSVRecords(bytes.NewReader(bytes.Clone(head)), other, skip))
	}
	r.tableReader, err = newTable(r, o)
	return r, err
}

func newCSVRecords(in io.Reader, comma rune, skip int) *csvReader {
	r := &csvReader{meter: &meter{src: in}, skip: skip}
	r.in = csv.NewReader(r.meter)
	r.in.Comma, r.in.FieldsPerRecord = comma, -1
	return r
}

// afterLines returns a text without its first lines; all of it if there are no more.
func afterLines(text []byte, lines int) []byte {
	rest := text
	for range lines {
		_, after, found := bytes.Cut(rest, []byte("\n"))
		if !found {
			return text
		}
		rest = after
	}
	return rest
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

// record implements records.
func (r *csvReader) record() (record, error) {
	cells, err := r.in.Read()
	line := r.skip + 1 + r.meter.line
	r.meter.use(r.in.InputOffset())
	var wrong *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return record{}, io.EOF
	case errors.Is(err, errLong) && r.tableReader == nil:
		return record{}, fault.New(fault.TooLarge, "%s has more than %d MB; it should name the columns", capital(lineName(line)), maxRow>>20)
	case errors.Is(err, errLong):
		return record{}, fault.New(fault.TooLarge, "Line %d begins a row of more than %d MB, perhaps by a quotation mark that is not "+
			"closed; nothing after it was read", line, maxRow>>20)
	case errors.As(err, &wrong):
		return record{line: r.skip + wrong.StartLine, problems: []Problem{badQuote(wrong, r.skip)}, offset: r.meter.used}, nil
	case err != nil:
		return record{}, syntaxOf(err, "The file can't be read further")
	}
	line, _ = r.in.FieldPos(0)
	out := record{line: r.skip + line, cells: make([]tableCell, len(cells)), offset: r.meter.used}
	for i, text := range cells {
		out.cells[i] = cellOf(text)
	}
	return out, nil
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
