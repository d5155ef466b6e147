package transfer

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/blob/fileblob"
	"kontor/pkg/content"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store/sqlitestore"
	"kontor/schemas"
)

// thing is a type with every kind of field.
const thing = `{
	"$schema": "meta/content-type.json", "$id": "thing", "title": "Ding", "x-titles": {"en": "Thing"}, "type": "object",
	"x-type": {"plural": "things", "display": "name", "slug": "name", "public": true},
	"required": ["name"],
	"properties": {
		"name":    {"type": "string", "title": "Name", "maxLength": 100},
		"slug":    {"type": "string", "title": "Kurzname", "format": "slug"},
		"code":    {"type": "string", "title": "Schlüssel", "maxLength": 20, "x-unique": true},
		"note":    {"type": "string", "title": "Notiz", "x-titles": {"en": "Note"}, "contentMediaType": "text/plain"},
		"body":    {"type": "string", "title": "Text", "contentMediaType": "text/html"},
		"count":   {"type": "integer", "title": "Anzahl", "minimum": 0},
		"ratio":   {"type": "number", "title": "Anteil"},
		"price":   {"type": "integer", "title": "Preis", "x-money": "EUR"},
		"active":  {"type": "boolean", "title": "Aktiv", "default": true},
		"day":     {"type": "string", "title": "Tag", "format": "date"},
		"at":      {"type": "string", "title": "Zeitpunkt", "format": "date-time"},
		"start":   {"type": "object", "title": "Beginn", "x-local-time": {"zone": "Europe/Berlin"}},
		"colour":  {"title": "Farbe", "oneOf": [{"const": "red", "title": "rot"}, {"const": "green", "title": "grün", "x-titles": {"en": "lush"}}]},
		"colours": {"type": "array", "title": "Farben", "items": {"oneOf": [{"const": "red", "title": "rot"}, {"const": "green", "title": "grün"}]}},
		"mail":    {"type": "string", "title": "E-Mail", "format": "email"},
		"web":     {"type": "string", "title": "Website", "format": "uri"},
		"words":   {"type": "array", "title": "Wörter", "items": {"type": "string", "maxLength": 100}},
		"parent":  {"title": "Teil von", "x-relation": {"to": "thing"}},
		"friends": {"type": "array", "title": "Freunde", "x-relation": {"to": "thing"}},
		"places":  {"type": "array", "title": "Orte", "x-relation": {"to": "place"}},
		"where":   {"type": "object", "title": "Lage", "x-geo": true},
		"frame":   {"type": "object", "title": "Rahmen", "properties": {
			"width": {"type": "integer", "title": "Breite"}, "cost": {"type": "integer", "title": "Kosten", "x-money": "EUR"},
			"home": {"title": "Heimat", "x-relation": {"to": "place"}}}},
		"parts":   {"type": "array", "title": "Teile", "items": {"type": "object", "properties": {
			"label": {"type": "string", "title": "Beschriftung"}, "amount": {"type": "integer", "title": "Betrag", "x-money": "EUR"},
			"place": {"title": "Ort", "x-relation": {"to": "place"}}}}},
		"logo":    {"title": "Logo", "x-asset": {"accept": ["image/*"]}},
		"extra":   {"title": "Weiteres", "x-json": true}
	}
}`

// place is a type with kinds, keys and aliases, and without drafts.
const placeType = `{
	"$schema": "meta/content-type.json", "$id": "place", "title": "Ort", "type": "object",
	"x-type": {"plural": "places", "display": "name", "slug": "name", "public": true, "drafts": false},
	"required": ["name"],
	"properties": {
		"name":    {"type": "string", "title": "Name", "maxLength": 100},
		"slug":    {"type": "string", "title": "Kurzname", "format": "slug"},
		"ags":     {"type": "string", "title": "Gemeindeschlüssel", "maxLength": 8, "x-unique": true},
		"kind":    {"title": "Art", "oneOf": [{"const": "city", "title": "kreisfreie Stadt", "x-titles": {"en": "independent city"}},
			{"const": "town", "title": "Stadt", "x-titles": {"en": "town"}}, {"const": "district", "title": "Kreis", "x-titles": {"en": "district"}}]},
		"aliases": {"type": "array", "title": "Andere Namen", "items": {"type": "string", "maxLength": 100}}
	}
}`

// paperType has files: one, many, and within objects.
const paperType = `{
	"$schema": "meta/content-type.json", "$id": "paper", "title": "Papier", "type": "object",
	"x-type": {"plural": "papers", "display": "name", "slug": "name", "public": true},
	"required": ["name"],
	"properties": {
		"name":   {"type": "string", "title": "Name", "maxLength": 100},
		"slug":   {"type": "string", "title": "Kurzname", "format": "slug"},
		"file":   {"title": "Datei", "x-asset": {"accept": ["text/plain"], "maxBytes": 1000}},
		"others": {"type": "array", "title": "Weitere", "x-asset": {}},
		"parts":  {"type": "array", "title": "Teile", "items": {"type": "object", "properties": {
			"label": {"type": "string", "title": "Beschriftung"}, "plan": {"title": "Plan", "x-asset": {}}}}}
	}
}`

// site is a single type.
const site = `{
	"$schema": "meta/content-type.json", "$id": "site", "title": "Seite", "type": "object",
	"x-type": {"single": true, "display": "name", "locales": ["de", "en"]},
	"properties": {"name": {"type": "string", "title": "Name"}, "rank": {"type": "integer", "title": "Rang"}}
}`

// kit is a service on an empty store, with the types above or the shipped ones.
type kit struct {
	*testing.T
	svc *content.Service
}

func own() fs.FS {
	return fstest.MapFS{
		"thing.json": {Data: []byte(thing)}, "place.json": {Data: []byte(placeType)}, "paper.json": {Data: []byte(paperType)}, "site.json": {Data: []byte(site)},
	}
}

func newKit(t *testing.T, files fs.FS) *kit {
	t.Helper()
	types, err := schema.Load(files, schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	st, err := sqlitestore.Open(filepath.Join(t.TempDir(), "test.db"), sqlitestore.Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	bl, err := fileblob.Open(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bl.Close() })
	kept, err := asset.New(t.Context(), st, bl, asset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	svc, err := content.New(t.Context(), st, types, content.Options{Files: kept})
	if err != nil {
		t.Fatal(err)
	}
	return &kit{t, svc}
}

func (k *kit) typ(id string) *schema.Type {
	k.Helper()
	t, ok := k.svc.Types().Type(id)
	if !ok {
		k.Fatalf("no type %s", id)
	}
	return t
}

func caller() auth.Caller { return auth.System("test") }

// imports runs an import that is expected to reach the end of its file.
func (k *kit) imports(typ string, f Format, text string, o Options) (Result, []BadRow) {
	k.Helper()
	result, bad, err := k.try(typ, f, text, o)
	if err != nil {
		k.Fatalf("import: %v", err)
	}
	return result, bad
}

func (k *kit) try(typ string, f Format, text string, o Options) (Result, []BadRow, error) {
	k.Helper()
	var bad []BadRow
	o.Type, o.Format = k.typ(typ), f
	o.Bad = func(b BadRow) error { bad = append(bad, b); return nil }
	result, err := Import(k.Context(), k.svc, caller(), strings.NewReader(text), o)
	return result, bad, err
}

// good is imports of a file without a bad row.
func (k *kit) good(typ string, f Format, text string, o Options) Result {
	k.Helper()
	result, bad := k.imports(typ, f, text, o)
	for _, b := range bad {
		k.Errorf("line %d: %s", b.Line, reasons(b))
	}
	if k.Failed() {
		k.FailNow()
	}
	return result
}

func reasons(b BadRow) string {
	var out []string
	for _, p := range b.Problems {
		out = append(out, p.Column+": "+p.English)
	}
	return strings.Join(out, "; ")
}

// exports gives a whole export.
func (k *kit) exports(typ string, o ExportOptions) string {
	k.Helper()
	var out bytes.Buffer
	o.Type = k.typ(typ)
	if _, err := Export(k.Context(), k.svc, caller(), &out, o); err != nil {
		k.Fatalf("export: %v", err)
	}
	return out.String()
}

// entries gives what every draft holds, by its display field.
func (k *kit) entries(typ, locale string) map[string]map[string]any {
	k.Helper()
	t := k.typ(typ)
	im := &importer{svc: k.svc, caller: caller(), o: Options{Type: t}}
	out := map[string]map[string]any{}
	err := k.svc.Each(k.Context(), caller(), t, query.Query{Draft: true, Locale: locale}, func(e *content.Entry) error {
		values, err := im.current(k.Context(), e.DocumentID, locale, func(*schema.Field) bool { return true })
		if err != nil {
			return err
		}
		name, _ := values[t.Display].(string)
		values[documentID] = e.DocumentID
		out[name] = values
		return nil
	})
	if err != nil {
		k.Fatal(err)
	}
	return out
}

// is compares the counts of a result: created, updated, unchanged, failed.
func (k *kit) is(got Result, created, updated, unchanged, failed int) {
	k.Helper()
	want := Result{created + updated + unchanged + failed, created, updated, unchanged, failed}
	if got != want {
		k.Errorf("result %+v, want %+v", got, want)
	}
}

func schemasFS() fs.FS { return schemas.FS }
