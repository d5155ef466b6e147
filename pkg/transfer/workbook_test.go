package transfer

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"kontor/pkg/fault"
	"kontor/pkg/value"
)

const (
	mainSpace = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relSpace  = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
)

// formats are the number formats of the styles of rawBook, from style 1.
var formats = []string{
	"00000", "00000000", "0%", "#,##0.00 \"€\"", "yyyy-mm-dd", "hh:mm", "dd.mm.yyyy", "[$-407]d. mmmm yyyy", "d. mmmm yyyy",
	"[h]:mm", "0.0 \"Tage\"", "[Red]0", "dd.mm.yyyy hh:mm",
}

// rawBook makes a workbook whose sheet has the cells as XML, as programs write them that do not use
// excelize.
func rawBook(t testing.TB, calculation, rows string) *bytes.Reader {
	t.Helper()
	numFmts, xfs := "", `<xf numFmtId="0"/>`
	for i, f := range formats {
		numFmts += fmt.Sprintf(`<numFmt numFmtId="%d" formatCode="%s"/>`, 164+i, strings.ReplaceAll(f, `"`, "&quot;"))
		xfs += fmt.Sprintf(`<xf numFmtId="%d" applyNumberFormat="1"/>`, 164+i)
	}
	xfs += `<xf numFmtId="14"/><xf numFmtId="22"/>` // of the system: day, day and time
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>` +
			`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rId1" Type="` + relSpace + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook ` + mainSpace + ` xmlns:r="` + relSpace + `"><sheets><sheet name="Liste" sheetId="1" r:id="rId1"/></sheets>` +
			calculation + `</workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rId1" Type="` + relSpace + `/worksheet" Target="/xl/worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + relSpace + `/styles" Target="styles.xml"/></Relationships>`},
		{"xl/styles.xml", `<styleSheet ` + mainSpace + `><numFmts>` + numFmts + `</numFmts><cellXfs>` + xfs + `</cellXfs></styleSheet>`},
		{"xl/worksheets/sheet1.xml", `<worksheet ` + mainSpace + `><sheetData>` + rows + `</sheetData></worksheet>`},
	} {
		f, err := w.Create(part[0])
		if err == nil {
			_, err = io.WriteString(f, part[1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(out.Bytes())
}

// sheetRow is a row of a sheet: texts, and cells that are XML already.
func sheetRow(cells ...string) string {
	var out strings.Builder
	out.WriteString("<row>")
	for _, c := range cells {
		if strings.HasPrefix(c, "<c") {
			out.WriteString(c)
		} else {
			fmt.Fprintf(&out, `<c t="inlineStr"><is><t>%s</t></is></c>`, c)
		}
	}
	return out.String() + "</row>"
}

func (k *kit) importsBook(typ string, book io.Reader, o Options) (Result, []BadRow) {
	k.Helper()
	data, err := io.ReadAll(book)
	if err != nil {
		k.Fatal(err)
	}
	return k.imports(typ, XLSX, string(data), o)
}

// TestFormulas checks that a formula without a result fails its row, whichever program wrote it,
// and that its entry stays as it is.
func TestFormulas(t *testing.T) {
	const (
		openpyxl   = `<calcPr calcId="124519" fullCalcOnLoad="1"/>`
		xlsxWriter = `<calcPr calcId="124519" fullCalcOnLoad="1"/>`
		excel      = `<calcPr calcId="191029"/>`
	)
	for _, c := range []struct{ name, calculation, cell, want string }{
		{"openpyxl", openpyxl, `<c r="B2"><f>1000000+24621</f><v /></c>`, "!cell B2"},
		{"openpyxl without a place", openpyxl, `<c><f>1+1</f><v></v></c>`, "!without a name"},
		{"no result at all", excel, `<c r="B2"><f>1+1</f></c>`, "!cell B2"},
		{"shared", excel, `<c r="B2"><f t="shared" si="0"/><v> </v></c>`, "!cell B2"},
		{"XlsxWriter", xlsxWriter, `<c r="B2"><f>1+1</f><v>0</v></c>`, "!cell B2"},
		{"XlsxWriter with a result", xlsxWriter, `<c r="B2"><f>1+1</f><v>2</v></c>`, "2"},
		{"Excel", excel, `<c r="B2"><f>1+1</f><v>2</v></c>`, "2"},
		{"Excel, zero", excel, `<c r="B2"><f>1-1</f><v>0</v></c>`, "0"},
		{"Excel, a text", excel, `<c r="B2" t="str"><f>"7"</f><v>7</v></c>`, "7"},
		{"Excel, an empty text", excel, `<c r="B2" t="str"><f>""</f><v></v></c>`, "<nil>"},
		{"inline", excel, `<c r="B2" t="inlineStr"><f>"7"</f><is><t>7</t></is></c>`, "7"},
		{"an error", excel, `<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>`, "!the error #DIV/0!"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t, own())
			k.good("thing", NDJSON, `{"name": "Amt", "count": 5}`, Options{})
			book := rawBook(t, c.calculation, sheetRow("name", "count")+sheetRow("amt", c.cell))
			_, bad := k.importsBook("thing", book, Options{Key: "slug", Map: []Mapping{{"name", "slug"}}})
			got := fmt.Sprint(k.entries("thing", "")["Amt"]["count"])
			if wrong, ok := strings.CutPrefix(c.want, "!"); ok {
				if len(bad) == 0 || !strings.Contains(reasons(bad[0]), wrong) || bad[0].Line != 2 || got != "5" {
					t.Errorf("count %s, bad rows %v; want a problem with %q", got, bad, wrong)
				}
			} else if got != c.want {
				t.Errorf("count %s, want %s; bad rows %v", got, c.want, bad)
			}
		})
	}
}

// TestFormulaLeftOut checks that a formula in a column that is left out fails nothing, and that one
// in the head fails the file.
func TestFormulaLeftOut(t *testing.T) {
	k := newKit(t, own())
	const formula = `<c><f>1+1</f><v/></c>`
	book := rawBook(t, "", sheetRow("name", "Summe")+sheetRow("Amt", formula))
	result, _ := k.importsBook("thing", book, Options{Map: []Mapping{{"Summe", "-"}}})
	k.is(result, 1, 0, 0, 0)
	if got := all(rawBook(t, "", sheetRow("name", formula)+sheetRow("Amt", "1")), XLSX); !strings.Contains(got, "column 2 holds a formula without a result") {
		t.Errorf("a formula in the head: %q", got)
	}
}

// TestShown checks that fields of text take what a person sees in a cell, and other fields its
// value.
func TestShown(t *testing.T) {
	number := func(style int, v string) string { return fmt.Sprintf(`<c s="%d"><v>%s</v></c>`, style, v) }
	for _, c := range []struct {
		field, cell string
		comma       bool
		want        any // a string that begins with ! is part of the problem
	}{
		{"note", number(0, "1234.5"), false, "1234.5"}, {"note", number(0, "1234.5"), true, "1234,5"},
		{"note", number(0, "0.30000000000000004"), false, "0.3"}, {"note", number(1, "1067"), false, "01067"},
		{"code", number(2, "5315000"), false, "05315000"}, {"words", number(1, "1067"), false, value.List{"01067"}},
		{"note", number(3, "0.25"), false, "25%"}, {"ratio", number(3, "0.25"), false, 0.25},
		{"note", number(4, "1234.5"), false, "1,234.50 €"}, {"note", number(4, "1234.5"), true, "1.234,50 €"},
		{"price", number(4, "1234.5"), false, int64(123450)}, {"price", number(4, "1234.5"), true, int64(123450)},
		{"note", number(5, "45657"), false, "2024-12-31"}, {"note", number(14, "45657"), false, "31.12.2024"},
		{"note", number(15, "45657.395833333"), false, "31.12.2024 09:30"}, {"note", number(7, "45657"), true, "31.12.2024"},
		{"note", number(6, "0.39583333333"), false, "09:30"}, {"note", number(10, "1.25"), false, "30:00"},
		{"note", number(8, "45413"), false, "1. Mai 2024"}, {"note", number(9, "45413"), false, "1. Mai 2024"},
		{"note", `<c t="b"><v>1</v></c>`, false, "TRUE"}, {"active", `<c t="b"><v>0</v></c>`, false, false},
		{"active", `<c t="b"><v>1</v></c>`, false, true}, {"count", `<c t="b"><v>1</v></c>`, false, "!must be a number"},
		{"day", number(7, "45657"), false, "2024-12-31"}, {"day", number(14, "45657"), false, "2024-12-31"},
		{"day", number(0, "45657"), false, "2024-12-31"}, {"day", number(0, "2024"), false, "!the number 2024"},
		{"day", number(11, "2024"), false, "!the number 2024.0 Tage"}, {"day", number(12, "2024"), false, "!the number 2024"},
		{"day", `<c t="inlineStr"><is><t>2024</t></is></c>`, false, "!the number 2024"},
		{"day", "2024-12-31", false, "2024-12-31"}, {"count", number(12, "7"), false, int64(7)},
		{"start", number(13, "45657.395833333"), false, "2024-12-31T09:30"}, {"at", number(13, "45657.395833333"), false, "2024-12-31T08:30:00.000Z"},
		{"day", `<c t="d"><v>2024-12-31T00:00:00</v></c>`, false, "2024-12-31"},
		{"places", number(2, "5315000"), false, "05315000"}, {"places", number(0, "5315000"), false, `!"5315000", which is no place`},
		{"note", `<c t="e"><v>#N/A</v></c>`, false, "!the error #N/A"}, {"count", `<c t="e"><v>#REF!</v></c>`, false, "!the error #REF!"},
		{"active", `<c t="e"><v>#N/A</v></c>`, false, "!the error"}, {"day", `<c t="e"><v>#N/A</v></c>`, false, "!the error"},
		{"places", `<c t="e"><v>#N/A</v></c>`, false, "!the error"}, {"parts", `<c t="e"><v>#N/A</v></c>`, false, "!the error"},
		{"slug", `<c t="e"><v>#N/A</v></c>`, false, "!the error"}, {"note", `<c t="e"><v>#CONNECT!</v></c>`, false, "!the error #CONNECT!"}, {"note", "#NV", false, "!the error #NV"}, {"note", "#Mitmachen", false, "#Mitmachen"},
	} {
		k := newKit(t, own())
		k.good("place", NDJSON, `{"name": "Köln", "ags": "05315000"}`, Options{})
		_, bad := k.importsBook("thing", rawBook(t, "", sheetRow("name", c.field)+sheetRow("Amt", c.cell)), Options{DecimalComma: c.comma})
		got := k.entries("thing", "")["Amt"][c.field]
		if o, ok := got.(value.Object); ok {
			got = o["local"]
		}
		if want, ok := c.want.(string); ok && strings.HasPrefix(want, "!") {
			if len(bad) != 1 || !strings.Contains(reasons(bad[0]), want[1:]) {
				t.Errorf("%s %s: %v, %v; want a problem with %q", c.field, c.cell, got, bad, want[1:])
			}
			continue
		}
		if c.field == "places" && len(bad) == 0 {
			got = c.want
		}
		if len(bad) > 0 || !value.Equal(got, c.want) {
			t.Errorf("%s %s: %#v, %v; want %#v", c.field, c.cell, got, bad, c.want)
		}
	}
}

// TestCellErrorCSV checks that CSV which a spreadsheet saved with errors is refused as a workbook
// is.
func TestCellErrorCSV(t *testing.T) {
	k := newKit(t, own())
	_, bad := k.imports("thing", CSV, "name;note\na;#NV\n#BEZUG!;x\nb;#1\n", Options{})
	if len(bad) != 2 || bad[0].Line != 2 || !strings.Contains(reasons(bad[0]), "#NV") || bad[1].Line != 3 {
		t.Errorf("bad rows %v", bad)
	}
}

// TestRowsInOrder checks that a sheet whose rows or whose beginning a program wrote carelessly is
// read, and one in disorder refused.
func TestRowsInOrder(t *testing.T) {
	for rows, want := range map[string]string{
		`<row r="2"><c r="B2" t="inlineStr"><is><t>name</t></is></c></row>`:                                                     "Column 1 has no name",
		`<row r="3">` + sheetRow("name", "code")[5:] + `<row r="7"><c r="B7" s="1"><v>7</v></c></row>`:                          "name|code / 7:|00007",
		`<row>` + sheetRow("name", "code")[5:] + `<row/><row><c/><c s="1"><v>7</v></c></row>`:                                   "name|code / 3:|00007",
		`<row r="2">` + sheetRow("name")[5:] + `<row r="1">` + sheetRow("x")[5:]:                                                "not in order",
		sheetRow("name", "code") + `<row><c><extLst><ext><v>3</v></ext></extLst><v>5</v></c><c r="B2" s="1"><v>7</v></c></row>`: "2:5|00007",
	} {
		if got := all(rawBook(t, "", rows), XLSX); !strings.Contains(got, want) {
			t.Errorf("%s\ngot  %q\nwant %q", rows, got, want)
		}
	}
}

// TestPassword checks that a workbook with a password says so.
func TestPassword(t *testing.T) {
	f := excelize.NewFile()
	_ = f.SetSheetRow("Sheet1", "A1", &[]any{"name"})
	var out bytes.Buffer
	if err := f.Write(&out, excelize.Options{Password: "geheim"}); err != nil {
		t.Fatal(err)
	}
	_, err := newXLSX(&out, Options{}, nil)
	if !fault.Is(err, fault.MediaType) || !strings.Contains(err.Error(), "protected by a password") {
		t.Errorf("%v", err)
	}
}

// TestHeaderRow checks titles above the head: with the line that was said, and the message that
// guesses it.
func TestHeaderRow(t *testing.T) {
	k := newKit(t, own())
	book := func() io.Reader {
		return rawBook(t, "", sheetRow("Unsere Ämter")+sheetRow("Stand", "1.1.2026")+sheetRow()+sheetRow("Name", "Anzahl", "Notiz")+sheetRow("Amt", "<c><v>5</v></c>", "n"))
	}
	const table = "Unsere Ämter, Stand 2026;;\n;;\nName;Anzahl;Notiz\nAmt;5;n\n"
	for _, c := range []struct {
		format Format
		text   string
		row    int
		want   string // a text of the error; "" for none
	}{
		{XLSX, "", 0, "Line 1 does not name the columns, but line 4 seems to: Name, Anzahl, Notiz. Say --header-row 4"},
		{XLSX, "", 4, ""}, {XLSX, "", 3, "Line 3 is empty"}, {XLSX, "", 2, `he column "Stand" is no field`}, {XLSX, "", 99, "ends before line 99"},
		{CSV, table, 0, "but line 3 seems to: Name, Anzahl, Notiz. Say --header-row 3"}, {CSV, table, 3, ""},
		{CSV, "\n\nsep\nName;Anzahl;Notiz\nAmt;5;n\n", 4, ""}, {CSV, "sep=;\nTitel\nName;Anzahl;Notiz\nAmt;5;n\n", 3, ""},
		{CSV, "\"Titel\nüber zwei Zeilen\"\nName;Anzahl;Notiz\nAmt;5;n\n", 2, "Line 2 is empty or within a row"},
		{CSV, "Titel\n\nName,Anzahl,Notiz\nAmt,5,n\n", 0, "Say --header-row 3"},
		{CSV, "nope;name;Anzahl\nx;y;1\n", 0, `he column "nope" is no field`},
	} {
		text := c.text
		if c.format == XLSX {
			data, _ := io.ReadAll(book())
			text = string(data)
		}
		result, bad, err := k.try("thing", c.format, text, Options{HeaderRow: c.row, DryRun: true})
		switch {
		case c.want == "" && (err != nil || result.Created != 1 || len(bad) > 0):
			t.Errorf("%s, line %d: %v, %v, %v", c.format, c.row, result, bad, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s, line %d: %v, want %q", c.format, c.row, err, c.want)
		}
	}
}

// TestExcelCSV checks what a German Excel needs to open a file by a double click, and that the file
// can be imported again.
func TestExcelCSV(t *testing.T) {
	k := newKit(t, own())
	k.good("place", NDJSON, neighbours, Options{})
	k.good("thing", NDJSON, rich, Options{})
	k.good("thing", NDJSON, `{"name": "Preis", "price": 123450, "ratio": 0.5}`, Options{})
	out := k.exports("thing", ExportOptions{Format: CSV, Draft: true, Excel: true})
	head, rest, _ := strings.Cut(out, "\n")
	if !strings.HasPrefix(head, "\ufeffdocumentId;name;") || strings.Contains(rest, ";1234.50;") || !strings.Contains(rest, ";1234,50;") {
		t.Errorf("the file begins %.300q", out)
	}
	plain := comparable(k.exports("thing", ExportOptions{Format: NDJSON, Draft: true}))
	result := k.good("thing", CSV, out, Options{Key: documentID, DecimalComma: true})
	if got := comparable(k.exports("thing", ExportOptions{Format: NDJSON, Draft: true})); result.Unchanged < 5 || result.Failed > 0 ||
		!slices.Equal(got[1:], plain[1:]) && result.Updated > 1 {
		t.Errorf("%+v\ngot  %v\nwant %v", result, got, plain)
	}
}

// TestWritten checks the forms of days and times that people write.
func TestWritten(t *testing.T) {
	k := newKit(t, own())
	c := cells{zone: defaultZone, csv: true}
	for text, want := range map[string]string{
		"01.05.2026, 09:00 Uhr": "2026-05-01T09:00:00", "01.05.2026 9 Uhr": "2026-05-01T09:00:00", "1.5.2026 09.00 Uhr": "2026-05-01T09:00:00",
		"1. Mai 2026, 9:00 Uhr": "2026-05-01T09:00:00", "01.05.26 09:00": "2026-05-01T09:00:00", "1. 5. 2026 um 9:30": "2026-05-01T09:30:00",
		"Fr., 1. Mai 2026, 9 Uhr": "2026-05-01T09:00:00", "Freitag, den 01.05.2026, 9 Uhr 15": "2026-05-01T09:15:00", "1. März 2026 12:00": "2026-03-01T12:00:00",
		"24. Dez. 2026 18:00 Uhr": "2026-12-24T18:00:00", "01.05.2026T09:00": "2026-05-01T09:00:00", "2026-05-01 09:00:30": "2026-05-01T09:00:30",
		"2026-05-01T07:00:00Z": "2026-05-01T09:00:00 Europe/Berlin", "2026-05-01T07:00:00.000Z": "2026-05-01T09:00:00 Europe/Berlin",
		"2026-05-01T09:00+0200": "2026-05-01T09:00:00 Europe/Berlin", "2026-12-01T09:00:00-05:00": "2026-12-01T15:00:00 Europe/Berlin",
		"2026-10-25T01:30:00Z": "!second", "1.5.2026 9:00 Europe/London": "2026-05-01T09:00:00 Europe/London",
		"01.05.2026": "2026-05-01", "1. Foo 2026 9:00": "1. Foo 2026 9:00", "01.05.2026 9:0": "01.05.2026 9:0", "32.05.2026 9:00": "2026-05-32T09:00:00",
		"01.05.2026 09:00 bis 10:00": "01.05.2026 09:00 bis 10:00", "01.05.2026 25 Uhr": "2026-05-01T25:00:00",
	} {
		f, _ := k.typ("thing").Field("start")
		v, w := c.parse(f, text)
		got := ""
		if o, ok := v.(value.Object); ok {
			got = fmt.Sprint(o["local"])
			if o["zone"] != nil {
				got += fmt.Sprint(" ", o["zone"])
			}
		}
		if wrong, ok := strings.CutPrefix(want, "!"); ok {
			if w == nil || !strings.Contains(w.english, wrong) || w.german == "" {
				t.Errorf("%q: %v, %v; want a problem with %q", text, v, w, wrong)
			}
		} else if got != want || w != nil {
			t.Errorf("%q: %q, %v; want %q", text, got, w, want)
		}
	}
}
