package transfer

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"kontor/pkg/fault"
)

// xlsxReader reads one sheet of a workbook. Cells come as they are stored and not as they are shown, so that formats of numbers and
// dates do not matter.
type xlsxReader struct {
	file     *excelize.File
	rows     *excelize.Rows
	names    []string
	line     int
	date1904 bool
}

func newXLSX(in io.Reader, sheet string) (*xlsxReader, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxSheet+1))
	if err != nil {
		return nil, err
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnzip})
	switch {
	case len(data) > maxSheet:
		return nil, fault.New(fault.TooLarge, "The workbook has more than %d MB; save the sheet as CSV", maxSheet>>20)
	case errors.Is(err, excelize.ErrWorkbookFileFormat), errors.Is(err, excelize.ErrWorkbookPassword):
		return nil, errOldWorkbook()
	case err != nil:
		return nil, fault.New(fault.MediaType, "The file can't be read as a workbook: %v", err)
	}
	r := &xlsxReader{file: f}
	if err := r.begin(data, sheet); err != nil {
		_ = r.Close() // the reason is what counts
		return nil, err
	}
	return r, nil
}

func errOldWorkbook() error {
	return fault.New(fault.MediaType, "The file is an old or a protected workbook; save it as .xlsx without a password")
}

// begin goes to the sheet of the workbook and reads its first line.
func (r *xlsxReader) begin(workbook []byte, sheet string) error {
	sheets := r.file.GetSheetList()
	if len(sheets) == 0 {
		return fault.New(fault.MediaType, "The workbook has no sheet")
	}
	if sheet == "" {
		sheet = sheets[0]
	}
	if props, err := r.file.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		r.date1904 = *props.Date1904
	}
	rows, err := r.file.Rows(sheet)
	if err != nil {
		return fault.New(fault.Invalid, "There is no sheet %q; the workbook has %s", sheet, strings.Join(sheets, ", "))
	}
	r.rows = rows
	for _, s := range r.file.WorkBook.Sheets.Sheet {
		if s.Name != sheet {
			continue
		}
		if err := uncomputed(workbook, s.ID); err != nil {
			return err
		}
	}
	for r.rows.Next() {
		cells, err := r.cells()
		if err != nil {
			return err
		}
		if blank(cells) {
			continue
		}
		r.names, err = headerOf(cells)
		return err
	}
	return fault.New(fault.Syntax, "The sheet %q is empty; its first line should name the columns", sheet)
}

func (r *xlsxReader) cells() ([]string, error) {
	r.line++
	cells, err := r.rows.Columns(excelize.Options{RawCellValue: true})
	if err != nil {
		return nil, fault.New(fault.Syntax, "Line %d of the sheet can't be read: %v", r.line, err)
	}
	return cells, nil
}

func (r *xlsxReader) columns() []string { return r.names }

func (r *xlsxReader) next() (row, error) {
	for r.rows.Next() {
		cells, err := r.cells()
		if err != nil {
			return row{}, err
		}
		if !blank(cells) {
			return tabular(r.line, cells, len(r.names), true), nil
		}
	}
	if err := r.rows.Error(); err != nil {
		return row{}, fault.New(fault.Syntax, "The sheet can't be read behind line %d: %v", r.line, err)
	}
	return row{}, io.EOF
}

// Close removes what was unpacked.
func (r *xlsxReader) Close() error {
	if r.rows != nil {
		return errors.Join(r.rows.Close(), r.file.Close())
	}
	return r.file.Close()
}
