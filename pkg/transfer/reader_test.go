package transfer

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/xuri/excelize/v2"

	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// all reads a file to its end and writes down what came: rows as line:content, then the error.
func all(in io.Reader, f Format) string {
	r, err := open(in, Options{Format: f}, nil)
	if err != nil {
		return "open: " + err.Error()
	}
	var out []string
	for range 100_000 {
		row, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			out = append(out, "end: "+err.Error())
			break
		}
		switch {
		case len(row.problems) > 0:
			out = append(out, fmt.Sprintf("%d!%s", row.line, row.problems[0].English))
		case row.object != nil:
			out = append(out, fmt.Sprintf("%d:%s", row.line, value.Append(nil, row.object)))
		default:
			out = append(out, fmt.Sprintf("%d:%s", row.line, shownCells(row.cells)))
		}
	}
	if names := r.columns(); names != nil {
		out = append([]string{strings.Join(names, "|")}, out...)
	}
	return strings.Join(out, " / ")
}

func shownCells(cells []tableCell) string {
	out := make([]string, len(cells))
	for i, c := range cells {
		if out[i] = c.shown; c.broken != nil {
			out[i] = "!" + c.broken.english
		}
	}
	return strings.Join(out, "|")
}

var long = strings.Repeat("x", maxRow)

// files are good and bad ones, and what a reader says of them.
var files = []struct {
	name   string
	format Format
	text   string
	want   string // contains
}{
	{"comma", CSV, "a,b\n1,2\n", "a|b / 2:1|2"},
	{"semicolon", CSV, "a;b,c\n1;2\n", "a|b,c / 2:1|2"},
	{"tab", CSV, "a\tb\n1\t2\n", "a|b / 2:1|2"},
	{"separators in quotes do not count", CSV, "\"a,,,\";b\n1;2\n", "a,,,|b / 2:1|2"},
	{"separator said", CSV, "sep=;\na;b\n1;2\n", "a|b / 3:1|2"},
	{"separator said with CR", CSV, "sep=;\r\na;b\r\n1;2\r\n", "a|b / 3:1|2"},
	{"separator impossible", CSV, "sep=\"\na;b\n", "can't be one"},
	{"one column", CSV, "a\n1\n", "a / 2:1"},
	{"mark", CSV, "\ufeffa,b\r\n1,2\r\n", "a|b / 2:1|2"},
	{"no line end", CSV, "a,b\n1,2", "a|b / 2:1|2"},
	{"names are cleaned", CSV, " a \n\n1\n", "a / 3:1"},
	{"empty names at the end", CSV, "a,b,,\n1,2,,\n3,4,5,\n", "a|b / 2:1|2 / 3!the row has 3 columns"},
	{"empty name between", CSV, "a,,b\n", "Column 2 has no name"},
	{"empty rows", CSV, "a,b\n\n,\n1,2\n", "a|b / 4:1|2"},
	{"too few", CSV, "a,b\n1\n3,4\n", "2!the row has 1 columns, the first line has 2 / 3:3|4"},
	{"line break in quotes", CSV, "a,b\n\"1\n2\",3\n4,5\n", "2:1\n2|3 / 4:4|5"},
	{"quote in a cell", CSV, "a,b\n1\"x,2\n3,4\n", "2!a quotation mark stands where none may be (line 2, character 2) / 3:3|4"},
	{"quote not closed", CSV, "a,b\n\"1,2\n3,4\n", "2!a quotation mark"},
	{"quote swallows lines", CSV, "a,b\n\"1,2\n3,4\"x\n5,6\n", "lines 2 to 3 were read as one row / 4:5|6"},
	{"quote in the names", CSV, "a\"b,c\n", "The first line can't be read"},
	{"empty", CSV, "", "The file is empty"},
	{"empty with mark", CSV, "\ufeff", "The file is empty"},
	{"empty names", CSV, ";;\n1;2;3\n", "The first line is empty"},
	{"CR alone", CSV, "a,b\r1,2\r", "CR alone"},
	{"Windows-1252", CSV, "name\nK\xf6ln\n", "not UTF-8 (line 2); it may be Windows-1252"},
	{"UTF-8 cut off", CSV, "name\nK\xc3", "not UTF-8 (line 2)"},
	{"UTF-16", CSV, "\xff\xfea\x00\n\x00", "UTF-16"},
	{"null", CSV, "a\n1\x002\n", "line 2 holds a null byte"},
	{"workbook", CSV, "PK\x03\x04abc", "looks like a workbook"},
	{"old workbook", CSV, "\xd0\xcf\x11\xe0\xa1", "old or a protected workbook"},
	{"wide", CSV, strings.Repeat("a,", maxColumns) + "a\n", "1001 columns"},
	{"long names", CSV, "a" + long + "\n", "The first line has more than 4 MB"},
	{"long row", CSV, "a\n\"" + long + long, "Line 2 begins a row of more than 4 MB"},

	{"lines", NDJSON, "{\"a\": 1}\r\n\n {\"b\": null}", `1:{"a":1} / 3:{"b":null}`},
	{"lines none", NDJSON, "", ""},
	{"lines mark", NDJSON, "\ufeff{}\n", "1:{}"},
	{"lines broken", NDJSON, "{\"a\": 1\n{\"b\": 2}\n", `1!Invalid JSON: unexpected EOF at byte 8 / 2:{"b":2}`},
	{"lines twice", NDJSON, "{\"a\": 1, \"a\": 2}\n", "1!Invalid JSON: duplicate"},
	{"lines two", NDJSON, "{} {}\n", "1!Invalid JSON: something follows"},
	{"lines list", NDJSON, "[]\n1\n", "1!the row is no object / 2!the row is no object"},
	{"lines null", NDJSON, "null\n", "1!the row is no object"},
	{"lines huge", NDJSON, "{\"a\": 9007199254740993}\n", "1!The number"},
	{"lines deep", NDJSON, strings.Repeat("[", 100) + "\n", "1!Invalid JSON: more than 32 levels"},
	{"lines long", NDJSON, "{\"a\": \"" + long + "\"}\n{}\n", "1!the row has more than 4 MB / 2:{}"},
	{"lines Windows-1252", NDJSON, "{\"a\": \"\xf6\"}\n", "not UTF-8 (line 1)"},

	{"list", JSON, "[\n{\"a\": 1},\n{\"b\":\n2}, {\"c\": 3}\n]\n", `2:{"a":1} / 3:{"b":2} / 4:{"c":3}`},
	{"list empty", JSON, "[]", ""},
	{"data", JSON, "{\"meta\": {\"x\": [1]}, \"data\": [\n{\"a\": 1}], \"more\": 1}", `2:{"a":1}`},
	{"data missing", JSON, "{\"meta\": {}}", "neither a list of objects nor an object with a list"},
	{"data no list", JSON, "{\"data\": {}}", "neither a list"},
	{"data twice", JSON, "{\"data\": [{}], \"data\": [{}]}", `1:{} / end: The object around the list has "data" twice`},
	{"text", JSON, "\"a\"", "neither a list"},
	{"nothing", JSON, " ", "The file is empty"},
	{"no JSON", JSON, "name;x", "The JSON is broken behind line 1"},
	{"broken element", JSON, "[{\"a\": 1},\n{\"b\" 2},\n{\"c\": 3}]", `1:{"a":1} / end: The JSON is broken behind line`},
	{"cut off", JSON, "[{\"a\": 1},\n{\"b\":", `1:{"a":1} / end: The JSON ends too early`},
	{"cut off at the end", JSON, "[{\"a\": 1}", `1:{"a":1} / end: The JSON ends too early`},
	{"something behind", JSON, "[{\"a\": 1}]\nx", `1:{"a":1} / end: `},
	{"two lists", JSON, "[{\"a\": 1}]\n[]", `1:{"a":1} / end: Something follows the JSON, in line 2`},
	{"element of another type", JSON, "[1, {\"a\": 1}, {\"b\": 1, \"b\": 2}]", `1!the row is no object / 1:{"a":1} / 1!Invalid JSON: duplicate`},
	{"long element", JSON, "[{\"a\": 1}, {\"a\": \"" + long + "\"}]", `1:{"a":1} / end: Line 1 begins something of more than 4 MB`},
	{"just not long", JSON, "[{\"a\": \"" + long[:maxRow-100] + "\"}, {\"a\": \"" + long[:maxRow-100] + "\"}]", ` / 1:{"a":"x`},

	{"no workbook", XLSX, "a,b\n1,2\n", "can't be read as a workbook"},
	{"workbook cut off", XLSX, "PK\x03\x04abc", "can't be read as a workbook"},
	{"workbook empty", XLSX, "", "can't be read as a workbook"},
	{"workbook old", XLSX, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), "workbook"},
}

func TestReader(t *testing.T) {
	for _, c := range files {
		t.Run(string(c.format)+" "+c.name, func(t *testing.T) {
			got := all(strings.NewReader(c.text), c.format)
			if !strings.Contains(got, c.want) || c.want == "" && got != "" {
				t.Errorf("got %.300q\nwant %q", got, c.want)
			}
			if c.format == XLSX || len(c.text) > 1<<20 {
				return
			}
			// The same as a stream, byte by byte: only where wrong bytes are noticed may differ.
			if again := all(io.MultiReader(iotest.OneByteReader(strings.NewReader(c.text))), c.format); again != got && !strings.Contains(got, "UTF-") && !strings.Contains(got, "null byte") {
				t.Errorf("as a stream %q\nas a file   %q", again, got)
			}
		})
	}
}

// TestStream checks that a stream, which can't be read twice, ends at the first byte that is no text.
func TestStream(t *testing.T) {
	for text, want := range map[string]string{
		"name\nKoeln\nK\xf6ln\n": "not UTF-8 (line 3)", "name\nKoeln\nK\xc3": "not UTF-8 (line 3)", "name\nKoeln\n\x00\n": "line 3 holds a null byte",
	} {
		got := all(io.MultiReader(strings.NewReader(text)), CSV)
		if !strings.Contains(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func workbook(t testing.TB, fill func(f *excelize.File)) *bytes.Reader {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(out.Bytes())
}

func TestWorkbook(t *testing.T) {
	book := func() io.Reader {
		return workbook(t, func(f *excelize.File) {
			_, _ = f.NewSheet("Zweite")
			_ = f.SetSheetRow("Sheet1", "A2", &[]any{"name", "count", ""})
			_ = f.SetSheetRow("Sheet1", "A4", &[]any{"Köln", 1234.5})
			_ = f.SetSheetRow("Sheet1", "A5", &[]any{"Bonn"})
			_ = f.SetSheetRow("Sheet1", "A6", &[]any{"x", 1, 2})
			_ = f.SetSheetRow("Zweite", "A1", &[]any{"b"})
		})
	}
	if got, want := all(book(), XLSX), "name|count / 4:Köln|1234.5 / 5:Bonn| / 6!the row has 3 columns, the first line has 2"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	r, err := newXLSX(book(), Options{Sheet: "Zweite"}, nil)
	if err != nil || r.columns()[0] != "b" {
		t.Errorf("second sheet: %v, %v", r, err)
	}
	if _, err := newXLSX(book(), Options{Sheet: "Dritte"}, nil); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "Sheet1, Zweite") {
		t.Errorf("missing sheet: %v", err)
	}
	if got := all(workbook(t, func(*excelize.File) {}), XLSX); !strings.Contains(got, "is empty") {
		t.Errorf("empty sheet: %q", got)
	}
}

func FuzzTable(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\ufeffa;b\r\n\"1\n2\";3", "sep=;\na;b\n", "a\n\"", "a,a\n1,2,3", "\xff\xfe", "a\n\x00", "name\n'=1\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) { rowsAreSound(t, data, CSV) })
}

// FuzzSheet puts any XML in the place of a workbook's sheet.
func FuzzSheet(f *testing.F) {
	const head = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
	for _, s := range []string{
		`<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row><row r="2"><c r="A2"><f>1+2</f><v>3</v></c></row>`,
		`<row><c t="s"><v>9</v></c></row><row r="0"><c r="ZZZZ9"/></row>`, `<row r="99999999999"/>`, `<row r="2"/><row r="1"><c><f/></c></row>`,
		`<c><f>`, `<row spans="x"><c s="-1" t="d"><v>45000</v></c></row>`,
	} {
		f.Add([]byte(head + s + "</sheetData></worksheet>"))
	}
	empty := workbook(f, func(*excelize.File) {})
	f.Fuzz(func(t *testing.T, sheet []byte) {
		book, err := zip.NewReader(empty, empty.Size())
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for _, part := range book.File {
			if part.Name != "xl/worksheets/sheet1.xml" {
				if err := w.Copy(part); err != nil {
					t.Fatal(err)
				}
			}
		}
		p, err := w.Create("xl/worksheets/sheet1.xml")
		if err == nil {
			_, err = p.Write(sheet)
		}
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		r, err := newXLSX(&out, Options{}, nil)
		for err == nil {
			_, err = r.next()
		}
		if err != io.EOF && fault.Is(err, fault.Internal) {
			t.Fatalf("a bad file is not the program's fault: %v", err)
		}
	})
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{"[]", `[{"a":1},{"a":[{}]}]`, `{"data":[{"a":null}]}`, "{}\n{}", "[", "{\"a\":\"\\ud800\"}", "[1,2", "\ufeff[{}]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		rowsAreSound(t, data, JSON)
		rowsAreSound(t, data, NDJSON)
	})
}

// rowsAreSound reads a file in two ways, which must give the same, and checks what every row promises.
func rowsAreSound(t *testing.T, data []byte, format Format) {
	r, err := open(bytes.NewReader(data), Options{Format: format}, nil)
	if err != nil {
		if fault.Is(err, fault.Internal) {
			t.Fatalf("a bad file is not the program's fault: %v", err)
		}
		return
	}
	again, err := open(io.MultiReader(bytes.NewReader(data)), Options{Format: format}, nil)
	if err != nil {
		t.Fatalf("the stream can't be opened: %v", err)
	}
	last := 0
	for {
		a, errA := r.next()
		b, errB := again.next()
		if (errA == nil) != (errB == nil) || a.line != b.line {
			t.Fatalf("file: line %d, %v; stream: line %d, %v", a.line, errA, b.line, errB)
		}
		if errA != nil {
			if errA != io.EOF && fault.Is(errA, fault.Internal) {
				t.Fatalf("a bad file is not the program's fault: %v", errA)
			}
			return
		}
		if a.line < last || a.line < 1 || a.line > bytes.Count(data, []byte("\n"))+1 {
			t.Fatalf("line %d after %d", a.line, last)
		}
		last = a.line
		if len(a.problems) == 0 && a.object == nil && len(a.cells) != len(r.columns()) {
			t.Fatalf("%d cells in %d columns", len(a.cells), len(r.columns()))
		}
	}
}
