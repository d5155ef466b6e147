// Package transfer takes entries in from files and writes them out: NDJSON, JSON, CSV and XLSX.
//
// # What a file says
//
// A row is the unit: a bad one is reported and the others go in. A column belongs to the field that has its name, or its German or
// English title, letter case aside; dots lead into objects, points and local times (location.lat, seo.title, start.local). The columns
// id, documentId, locale, localizations, status, createdAt, updatedAt, publishedAt, createdBy and updatedBy are accepted and ignored, so
// that what Kontor answers and exports can be imported; documentId can be the key.
//
// An empty cell is the field's default, or nothing (within objects always nothing); an empty slug leaves the slug to the entry. In JSON a name that is missing leaves
// the field as it is, and null empties it. An object of which a file has some fields only keeps the others.
//
// # Values
//
// In NDJSON and JSON values have the types that the API has: money is cents, a local time is {"local", "zone"}. In CSV and XLSX they
// are text: money is euros, "1234.50"; with a decimal comma "1.234,50". Dates are 2026-11-22, 22.11.2026 or 22. November 2026, and times
// follow as 9:00, 09.00 Uhr or 9 Uhr. Points in time have an offset or get the zone of the options; a local time with an offset is
// converted to that zone. Yes and no are ja, nein, wahr, falsch, true, false, yes, no, j, n, y, x, 1 and 0. Lists are separated by
// semicolons or line breaks, or are a JSON list; lists of objects and free JSON are JSON. Constants of an enum may be given by a title.
//
// In a workbook fields of text take the text that a person sees in the cell, and other fields its value. A cell in error and a formula
// without a result fail their row.
//
// A relation names its targets by documentId, slug, unique field, display field, or by a word of the fields aliases and synonyms. Where
// the target type has an enum kind, its titles may stand before or behind a name ("Stadt Köln", "Köln, Stadt"): then the kind has to
// fit. What fits several entries is reported with all of them and never guessed. A target may stand further down in the same file.
//
// A file is named by the id of one that was uploaded, or by a path below the directory of the files; in JSON also by an object with the
// path and what people say of it: name, alternativeText, caption, credit, licence. Of a file that its entry holds already with the
// same bytes only these change. Links to files within rich text stay as they are.
//
// # Spreadsheet formulas
//
// A cell of text that begins with = + - @ or a control character could run as a formula in a spreadsheet. CSV exports put an apostrophe
// before it, and CSV imports take that one away again. In XLSX text is stored as text.
package transfer

import (
	"path/filepath"
	"strings"

	"kontor/pkg/fault"
)

// Format is how a file is written.
type Format string

// The formats.
const (
	NDJSON Format = "ndjson" // an object on every line
	JSON   Format = "json"   // a list of objects, or {"data": […]}
	CSV    Format = "csv"    // UTF-8; separated by comma, semicolon or tab
	XLSX   Format = "xlsx"   // one sheet
)

// Formats lists the formats.
func Formats() []Format { return []Format{NDJSON, JSON, CSV, XLSX} }

// ParseFormat reads the name of a format.
func ParseFormat(name string) (Format, error) {
	for _, f := range Formats() {
		if strings.EqualFold(name, string(f)) {
			return f, nil
		}
	}
	return "", fault.New(fault.Invalid, "There is no format %q; take ndjson, json, csv or xlsx", name)
}

// FormatOf reads the format from a file's name.
func FormatOf(name string) (Format, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".ndjson", ".jsonl":
		return NDJSON, nil
	case ".json":
		return JSON, nil
	case ".csv", ".tsv":
		return CSV, nil
	case ".xlsx":
		return XLSX, nil
	}
	return "", fault.New(fault.Invalid, "The format of %q can't be told from its name; say ndjson, json, csv or xlsx", filepath.Base(name))
}

// Bounds of what a file may hold.
const (
	maxRow     = 4 << 20   // bytes of one row
	maxColumns = 1000      //
	maxSheet   = 100 << 20 // bytes of an XLSX file
	maxUnzip   = 1 << 30   // bytes of an XLSX file without its compression
)

// documentID is the one system column that can be used, as the key.
const documentID = "documentId"

// systemColumns are those that the server sets.
var systemColumns = []string{"id", documentID, "locale", "localizations", "status", "createdAt", "updatedAt", "publishedAt", "createdBy", "updatedBy"}
