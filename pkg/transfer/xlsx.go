package transfer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"kontor/pkg/fault"
)

// xlsxReader reads one sheet of a workbook: excelize reads the texts as people see them, the scanner beside it the values as they
// are stored.
type xlsxReader struct {
	*tableReader
	file     *excelize.File
	rows     *excelize.Rows
	scan     *sheetScanner
	line     int
	date1904 bool
	recalc   bool         // the workbook asks to be computed when it is opened
	days     map[int]bool // formats of cells that show a day or a time
}

// newXLSX opens a sheet and reads its head.
func newXLSX(in io.Reader, o Options, p *plan) (*xlsxReader, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxSheet+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxSheet {
		return nil, fault.New(fault.TooLarge, "The workbook has more than %d MB; save the sheet as CSV", maxSheet>>20)
	}
	if bytes.HasPrefix(data, compoundFile) {
		return nil, errOldWorkbook(data)
	}
	// German programs show the formats of days that depend on the country in this way.
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit: maxUnzip, ShortDatePattern: "dd.mm.yyyy", LongDatePattern: "dddd, d. mmmm yyyy", LongTimePattern: "hh:mm:ss",
	})
	if err != nil {
		return nil, fault.New(fault.MediaType, "The file can't be read as a workbook: %v", err)
	}
	r := &xlsxReader{file: f, days: map[int]bool{}}
	if err := r.begin(data, o, p); err != nil {
		_ = r.Close() // the reason is what counts
		return nil, err
	}
	return r, nil
}

var (
	compoundFile = []byte{0xd0, 0xcf, 0x11, 0xe0}
	// encryptedPackage is the name, in UTF-16, of the part that holds a workbook with a password.
	encryptedPackage = []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")
)

// errOldWorkbook tells a workbook with a password from one in the format before 2007 by the beginning of the file, or all of it.
func errOldWorkbook(data []byte) error {
	if bytes.Contains(data, encryptedPackage) {
		return fault.New(fault.MediaType, "The workbook is protected by a password; save it without one "+
			"(Excel: File, Info, Protect Workbook, Encrypt with Password, and empty the field)")
	}
	return fault.New(fault.MediaType, "The file is an old or a protected workbook; save it as .xlsx without a password")
}

// begin goes to the sheet of the workbook and reads its head.
func (r *xlsxReader) begin(workbook []byte, o Options, p *plan) error {
	sheets := r.file.GetSheetList()
	if len(sheets) == 0 {
		return fault.New(fault.MediaType, "The workbook has no sheet")
	}
	sheet := o.Sheet
	if sheet == "" {
		sheet = sheets[0]
	}
	if props, err := r.file.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		r.date1904 = *props.Date1904
	}
	if props, err := r.file.GetCalcProps(); err == nil && props.FullCalcOnLoad != nil {
		r.recalc = *props.FullCalcOnLoad
	}
	r.germanFormats()
	rows, err := r.file.Rows(sheet)
	if err != nil {
		return fault.New(fault.Invalid, "There is no sheet %q; the workbook has %s", sheet, strings.Join(sheets, ", "))
	}
	r.rows = rows
	for _, s := range r.file.WorkBook.Sheets.Sheet {
		if strings.EqualFold(s.Name, sheet) {
			if r.scan, err = newSheetScanner(workbook, s.ID); err != nil {
				return err
			}
		}
	}
	if r.scan == nil {
		return fault.New(fault.MediaType, "The sheet %q can't be found in the workbook", sheet)
	}
	r.scan.comma = o.DecimalComma
	r.tableReader, err = newTable(r, tableOptions{
		name: fmt.Sprintf("sheet %q", sheet), head: o.HeaderRow, plan: p, again: []records{r}, loose: true,
	})
	return err
}

// germanFormats gives formats of days without a language the names of German months and weekdays, and notes which formats show a
// day or a time.
func (r *xlsxReader) germanFormats() {
	if _, err := r.file.GetStyle(0); err != nil { // it loads the formats
		return
	}
	styles := r.file.Styles
	if styles == nil || styles.CellXfs == nil {
		return
	}
	days := map[int]bool{}
	for id := range 59 {
		days[id] = id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50
	}
	if styles.NumFmts != nil {
		for _, f := range styles.NumFmts.NumFmt {
			code := &f.FormatCode
			if f.FormatCode16 != "" {
				code = &f.FormatCode16
			}
			if days[f.NumFmtID] = showsDay(*code); days[f.NumFmtID] {
				*code = inGerman(*code)
			}
		}
	}
	for i, xf := range styles.CellXfs.Xf {
		r.days[i] = xf.NumFmtID != nil && days[*xf.NumFmtID]
	}
}

// record implements records.
func (r *xlsxReader) record() (record, error) {
	if !r.rows.Next() {
		if err := r.rows.Error(); err != nil {
			return record{}, fault.New(fault.Syntax, "The sheet can't be read after line %d: %v", r.line, err)
		}
		return record{}, io.EOF
	}
	r.line++
	shown, err := r.rows.Columns()
	if err != nil {
		return record{}, fault.New(fault.Syntax, "Line %d of the sheet can't be read: %v", r.line, err)
	}
	stored, err := r.scan.row(r.line)
	if err != nil {
		return record{}, err
	}
	out := record{line: r.line, cells: make([]tableCell, len(shown))}
	for i, text := range shown {
		s, ok := stored[i+1]
		if !ok {
			out.cells[i] = cellOf(text)
			continue
		}
		out.cells[i] = r.scan.cell(s, text, r.days[s.style], r.recalc)
	}
	return out, nil
}

// Close removes what was unpacked.
func (r *xlsxReader) Close() error {
	err := r.file.Close()
	if r.scan != nil {
		err = errors.Join(r.scan.close(), err)
	}
	if r.rows != nil {
		err = errors.Join(r.rows.Close(), err)
	}
	return err
}
