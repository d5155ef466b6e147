package transfer

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// place is a column of a table: a field, also one within objects, or a part of a point.
type place struct {
	name string
	path []*schema.Field
	part string
}

// places gives the columns of fields. Objects and points have one for each of their values, lists of objects one as a whole.
func places(fields []*schema.Field, path []*schema.Field, prefix string) []place {
	var out []place
	for _, f := range fields {
		here := append(path[:len(path):len(path)], f)
		switch {
		case f.Kind == schema.Object && !f.Many:
			out = append(out, places(f.Fields, here, prefix+f.Name+".")...)
		case f.Kind == schema.Point && !f.Many:
			for _, part := range partsOf(f) {
				out = append(out, place{prefix + f.Name + "." + part, here, part})
			}
		default:
			out = append(out, place{prefix + f.Name, here, ""})
		}
	}
	return out
}

// get reads the value of a column.
func (p place) get(a content.Attributes) any {
	var v any
	for i, f := range p.path {
		if i > 0 {
			a, _ = v.(content.Attributes)
		}
		v, _ = a.Get(f.Name)
	}
	if p.part != "" {
		o, _ := v.(value.Object)
		return o[p.part]
	}
	return v
}

func (p place) field() *schema.Field { return p.path[len(p.path)-1] }

func header(places []place) []string {
	out := []string{documentID}
	for _, p := range places {
		out = append(out, p.name)
	}
	return out
}

// cell gives a value as a cell has it: nil, a bool, a number, or a string.
func (ex *exporter) cell(p place, v any) any {
	f := p.field()
	switch x := v.(type) {
	case nil:
		return nil
	case json.RawMessage:
		return string(x)
	case *content.Entry, []*content.Entry:
		return strings.Join(ex.refs(x), "; ")
	case content.File:
		return ex.files.cell(x.File)
	case []content.File:
		return ex.files.cells(x)
	case []content.Attributes:
		if len(x) == 0 {
			return nil
		}
		return string(ex.json(nil, f, x))
	case value.Object:
		if f.Kind == schema.LocalTime {
			return fmt.Sprintf("%v %v", x["local"], x["zone"])
		}
		return string(value.Append(nil, x))
	case value.List:
		return list(f, x)
	case int64:
		if f.Kind == schema.Money {
			return euros(x)
		}
	}
	return v
}

// list joins plain values; where they hold what separates them, it is JSON.
func list(f *schema.Field, items value.List) any {
	if len(items) == 0 {
		return nil
	}
	out := make([]string, len(items))
	for i, e := range items {
		s, ok := e.(string)
		if !ok || strings.ContainsAny(s, ";\n\r") || strings.HasPrefix(s, "[") || s != strings.TrimSpace(s) || dangerous(s) || f.Kind == schema.Money {
			return string(value.Append(nil, items))
		}
		out[i] = s
	}
	return strings.Join(out, "; ")
}

// cents is an amount of money in a cell.
type cents int64

func euros(n int64) cents { return cents(n) }

// String writes whole units and two decimals.
func (c cents) String() string {
	sign, n := "", int64(c)
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// csvWriter writes text: comma-separated, UTF-8 without a byte order mark, formulas guarded. For Excel it writes what a German Excel
// opens by a double click: without the mark it takes UTF-8 for Windows-1252, without semicolons it sees one column, and 1.5 becomes the
// first of May.
type csvWriter struct {
	*exporter
	out    *csv.Writer
	places []place
}

func newCSVWriter(ex *exporter, out *bufio.Writer) (*csvWriter, error) {
	w := &csvWriter{exporter: ex, out: csv.NewWriter(out), places: places(ex.fields, nil, "")}
	if ex.o.Excel {
		w.out.Comma = ';'
		if _, err := out.WriteString("\ufeff"); err != nil {
			return nil, err
		}
	}
	return w, w.out.Write(header(w.places))
}

func (w *csvWriter) write(e *content.Entry) error {
	cells := []string{e.DocumentID}
	for _, p := range w.places {
		v := w.cell(p, p.get(e.Attributes))
		s := text(v)
		switch v.(type) {
		case float64, cents:
			if w.o.Excel {
				s = strings.Replace(s, ".", ",", 1)
			}
		}
		cells = append(cells, s)
	}
	return w.out.Write(cells)
}

func (w *csvWriter) close() error {
	w.out.Flush()
	return w.out.Error()
}

func text(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return guard(x)
	case bool:
		return strconv.FormatBool(x)
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// xlsxWriter writes one sheet. Numbers and yes or no are stored as such, everything else as text.
type xlsxWriter struct {
	*exporter
	out    *bufio.Writer
	file   *excelize.File
	sheet  *excelize.StreamWriter
	places []place
	rows   int
}

func newXLSXWriter(ex *exporter, out *bufio.Writer) (*xlsxWriter, error) {
	w := &xlsxWriter{exporter: ex, out: out, file: excelize.NewFile(), places: places(ex.fields, nil, "")}
	var err error
	if w.sheet, err = w.file.NewStreamWriter(w.file.GetSheetName(0)); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "The workbook can't be made")
	}
	cells := []any{}
	for _, name := range header(w.places) {
		cells = append(cells, name)
	}
	return w, w.row(cells)
}

func (w *xlsxWriter) row(cells []any) error {
	w.rows++
	if w.rows > excelize.TotalRows {
		return fault.New(fault.TooLarge, "A sheet has room for %d rows; export as csv or ndjson", excelize.TotalRows)
	}
	return w.sheet.SetRow("A"+strconv.Itoa(w.rows), cells)
}

func (w *xlsxWriter) write(e *content.Entry) error {
	cells := []any{e.DocumentID}
	for _, p := range w.places {
		v := w.cell(p, p.get(e.Attributes))
		switch x := v.(type) {
		case cents:
			v = math.Round(float64(x)) / 100
		case string:
			if len(x) > excelize.TotalCellChars && len(utf16.Encode([]rune(x))) > excelize.TotalCellChars {
				return fault.New(fault.TooLarge, "The field %s of the entry %s has more characters than the %d that a cell has room for; export as csv or ndjson",
					p.name, e.DocumentID, excelize.TotalCellChars)
			}
		}
		cells = append(cells, v)
	}
	return w.row(cells)
}

func (w *xlsxWriter) close() error {
	err := w.sheet.Flush()
	if err == nil {
		_, err = w.file.WriteTo(w.out)
	}
	if closed := w.file.Close(); err == nil {
		err = closed
	}
	return err
}
