package transfer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"kontor/pkg/fault"
	"kontor/pkg/value"
	"kontor/schemas"
)

const rich = `{"name": "Voll", "code": "-1", "note": "=SUMME(A1)\nzwei \"Zeilen\"; mit ' und ä", "body": "<p>Hallo <strong>Welt</strong></p>", "count": 12, "ratio": 0.125, "price": -1234567, "active": false, "day": "2026-11-22", "at": "2026-11-22T07:18:00Z", "start": {"local": "2026-07-22T19:00", "zone": "Europe/London"}, "colour": "green", "colours": ["red", "green"], "mail": "a@example.org", "web": "https://example.org/?a=1;b", "words": ["a;b", "=c", "d"], "parent": "Leer", "friends": ["Leer", "Voll"], "places": ["1", "Neustadt (Ost)"], "where": {"lat": 51.5, "lng": -7}, "frame": {"width": 3, "cost": 5, "home": "1"}, "parts": [{"label": "a", "amount": 100, "place": "1"}, {"label": "=b"}], "extra": {"b": [1, 2.0, null], "a": "=x"}}
{"name": "Leer", "active": null}
{"name": "Minus", "extra": -5, "words": ["x", "'=y"], "count": 0, "note": "'=a", "price": 5}
{"name": "+49 221", "extra": "text", "ratio": 1e21, "where": {"lat": 0, "lng": 0}, "parts": [{"label": "einzeln"}]}
{"name": "Doppelt", "slug": "doppelt"}
{"name": "Doppelt", "parent": "doppelt"}
`

const neighbours = `{"name": "Köln", "ags": "1", "slug": "koeln"}
{"name": "Neustadt", "kind": "town", "slug": "neustadt-west"}
{"name": "Neustadt (Ost)", "kind": "town", "aliases": ["Neustadt; Ost"]}
`

var idForm = regexp.MustCompile(`"id":[0-9]+,`)

// comparable gives the lines of an export without ids, sorted.
func comparable(export string) []string {
	var out []string
	for line := range strings.Lines(export) {
		line = regexp.MustCompile(`"documentId":"[a-z0-9]{24}",`).ReplaceAllString(line, "")
		out = append(out, idForm.ReplaceAllString(line, ""))
	}
	slices.Sort(out)
	return out
}

// TestRoundTrip checks for every format that an export changes nothing in the store it comes from, and makes an equal store of an empty one.
func TestRoundTrip(t *testing.T) {
	from := newKit(t, own())
	from.good("place", NDJSON, neighbours, Options{})
	from.good("thing", NDJSON, rich, Options{})
	want := comparable(from.exports("thing", ExportOptions{Format: NDJSON, Draft: true}))
	if len(want) != 6 {
		t.Fatalf("%d lines", len(want))
	}
	for _, f := range Formats() {
		t.Run(string(f), func(t *testing.T) {
			places := from.exports("place", ExportOptions{Format: f, Draft: true})
			things := from.exports("thing", ExportOptions{Format: f, Draft: true})
			again := &kit{t, from.svc}
			again.is(again.good("place", f, places, Options{Key: "slug"}), 0, 0, 3, 0)
			cleared := 0
			if f == CSV || f == XLSX {
				cleared = 1 // an empty cell is the default, and one entry has none of it
			}
			for _, o := range []Options{{Key: documentID, DryRun: true}, {Key: "slug", DryRun: true}, {Key: documentID}} {
				again.is(again.good("thing", f, things, o), 0, cleared, 6-cleared, 0)
			}
			again.is(again.good("thing", f, things, Options{Key: "slug"}), 0, 0, 6, 0)
			again.good("thing", NDJSON, `{"slug": "leer", "active": null}`, Options{Key: "slug"})

			to := newKit(t, own())
			to.is(to.good("place", f, places, Options{}), 3, 0, 0, 0)
			to.is(to.good("thing", f, things, Options{}), 6, 0, 0, 0)
			if cleared > 0 {
				to.good("thing", NDJSON, `{"slug": "leer", "active": null}`, Options{Key: "slug"})
			}
			got := comparable(to.exports("thing", ExportOptions{Format: NDJSON, Draft: true}))
			for i := range want {
				if i >= len(got) || got[i] != want[i] {
					t.Errorf("line %d\ngot  %s\nwant %s", i, got[min(i, len(got)-1)], want[i])
				}
			}
			if a, b := comparable(from.exports("place", ExportOptions{Format: NDJSON})), comparable(to.exports("place", ExportOptions{Format: NDJSON})); !slices.Equal(a, b) {
				t.Errorf("places\ngot  %v\nwant %v", b, a)
			}
		})
	}
}

// TestShippedRoundTrip does the same with the types that Kontor ships, in two locales.
func TestShippedRoundTrip(t *testing.T) {
	k := newKit(t, schemas.FS)
	k.good("municipality", CSV, towns, registerOptions(t))
	k.good("topic", NDJSON, `{"name": "Wasser", "relatedTopics": ["Abwasser"]}
{"name": "Abwasser", "parent": "Wasser", "synonyms": ["Kanal"], "seo": {"title": "A"}}`, Options{Publish: true})
	k.good("project", NDJSON, `{"title": "P", "topics": ["Kanal"], "municipalities": "Stadt Köln; Kreis Unna", "phase": "läuft", "costs": [{"amount": 5}], "links": [{"label": "x", "url": "https://example.org"}]}`,
		Options{Publish: true})
	id := k.entries("project", "de")["P"][documentID].(string)
	k.good("project", NDJSON, fmt.Sprintf(`{"documentId": %q, "title": "P en"}`, id), Options{Key: documentID, Locale: "en", Publish: true})
	for _, typ := range []string{"municipality", "topic", "project"} {
		for _, f := range []Format{NDJSON, CSV} {
			for _, locale := range []string{"", "en"} {
				if typ == "municipality" && locale != "" {
					continue
				}
				export := k.exports(typ, ExportOptions{Format: f, Locale: locale})
				result := k.good(typ, f, export, Options{Key: documentID, Publish: true, Locale: locale})
				if result.Unchanged != result.Rows || result.Rows == 0 && locale == "" {
					t.Errorf("%s %s %q: %+v", typ, f, locale, result)
				}
			}
		}
	}
	if s := k.exports("project", ExportOptions{Format: CSV}); !strings.Contains(s, "abwasser") || !strings.Contains(s, "koeln; kreis-unna") {
		t.Errorf("relations are not written by slug: %s", s)
	}
}

// TestExport checks what stands in the files.
func TestExport(t *testing.T) {
	k := newKit(t, own())
	if s := k.exports("place", ExportOptions{Format: JSON}); s != "[]\n" {
		t.Errorf("nothing as JSON: %q", s)
	}
	if s := k.exports("place", ExportOptions{Format: NDJSON}); s != "" {
		t.Errorf("nothing as NDJSON: %q", s)
	}
	if s := k.exports("place", ExportOptions{Format: CSV}); s != "documentId,name,slug,ags,kind,aliases\n" {
		t.Errorf("nothing as CSV: %q", s)
	}
	k.good("place", NDJSON, neighbours, Options{})
	k.good("thing", NDJSON, rich, Options{})
	if s := k.exports("thing", ExportOptions{Format: NDJSON}); s != "" {
		t.Errorf("drafts among what is published: %s", s)
	}
	s := k.exports("thing", ExportOptions{Format: CSV, Draft: true})
	for _, want := range []string{
		`"'=SUMME(A1)`, `'+49 221`, `''=a`, `'-1,`, `-12345.67`, `0.05`, `"[""a;b"",""=c"",""d""]"`, `"[""x"",""'=y""]"`, `red; green`, `2026-07-22T19:00 Europe/London`,
		`where.lat,where.lng,frame.width,frame.cost,frame.home,parts`, `neustadt-ost`, `,1000000000000000000000,`,
	} {
		if !strings.Contains(s, want) {
			t.Errorf("%q is not in\n%s", want, s)
		}
	}
	f, err := excelize.OpenReader(strings.NewReader(k.exports("thing", ExportOptions{Format: XLSX, Draft: true})))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil || len(rows) != 7 || !slices.Contains(rows[0], "frame.cost") {
		t.Errorf("workbook: %v, %v", rows, err)
	}
	k.good("thing", NDJSON, `{"name": "Lang", "body": "<p>`+strings.Repeat("äöü ", 10_000)+`</p>"}`, Options{})
	_, err = Export(t.Context(), k.svc, caller(), io.Discard, ExportOptions{Type: k.typ("thing"), Format: XLSX, Draft: true})
	if !fault.Is(err, fault.TooLarge) || !strings.Contains(err.Error(), "body") {
		t.Errorf("a text that does not fit a cell: %v", err)
	}
	if _, err := Export(t.Context(), k.svc, caller(), io.Discard, ExportOptions{Type: k.typ("thing"), Format: "pdf"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("unknown format: %v", err)
	}
	full := errors.New("disk full")
	if _, err := Export(t.Context(), k.svc, caller(), failing{full}, ExportOptions{Type: k.typ("thing"), Format: CSV, Draft: true}); !errors.Is(err, full) {
		t.Errorf("full disk: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestWorkbookDates checks the days of workbooks as people make them.
func TestWorkbookDates(t *testing.T) {
	k := newKit(t, own())
	for _, date1904 := range []bool{false, true} {
		var buf bytes.Buffer
		f := excelize.NewFile()
		_ = f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &date1904})
		day := 46348.0
		if date1904 {
			day -= 1462
		}
		_ = f.SetSheetRow("Sheet1", "A1", &[]any{"name", "Tag", "Beginn", "Preis", "Aktiv", "Notiz"})
		_ = f.SetSheetRow("Sheet1", "A2", &[]any{"Termin", day, day + 19.0/24, 1234.5, true, "0123"})
		if err := f.Write(&buf); err != nil {
			t.Fatal(err)
		}
		k.good("thing", XLSX, buf.String(), Options{})
		for name, e := range k.entries("thing", "") {
			if name != "Termin" || e["day"] != "2026-11-22" || value.Get(e, "start.local") != "2026-11-22T19:00" || e["price"] != int64(123450) ||
				e["active"] != true || e["note"] != "0123" {
				t.Errorf("1904 %v: %v", date1904, e)
			}
		}
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	if err := WriteFile(path, func(w io.Writer) error { _, err := io.WriteString(w, "alt"); return err }); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := WriteFile(path, func(w io.Writer) error { _, _ = io.WriteString(w, "halb"); return broken }); !errors.Is(err, broken) {
		t.Errorf("error: %v", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "alt" {
		t.Errorf("after a failure: %q, %v", data, err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
	if err := WriteFile(filepath.Join(dir, "none", "x"), func(io.Writer) error { return nil }); err == nil {
		t.Error("a directory that is not there is no error")
	}
}
