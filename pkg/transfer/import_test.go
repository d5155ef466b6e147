package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/value"
	"kontor/schemas"
)

// towns is in the form of the official register.
const towns = `ags,name,suffix,district,kind,population,area_km2,postcode,lat,lng
05315000,Köln,Stadt,,kreisfreie Stadt,1087353,405.02,50667,50.938361,6.959974
05314000,Bonn,Stadt,,kreisfreie Stadt,335975,141.06,53111,50.73438,7.09548
05978024,Selm,Stadt,Unna,Stadt,25700,60.4,59379,51.6897,7.4752
05978000,Kreis Unna,,,Kreis,395000,543.2,59425,51.5361,7.6889
`

func registerOptions(t *testing.T) Options {
	t.Helper()
	o := Options{Key: "ags", Publish: true}
	for _, s := range []string{"area_km2=area", "lat=location.lat", "lng=location.lng", "suffix=-"} {
		m, err := ParseMapping(s)
		if err != nil {
			t.Fatal(err)
		}
		o.Map = append(o.Map, m)
	}
	return o
}

func TestRegister(t *testing.T) {
	k := newKit(t, schemas.FS)
	o := registerOptions(t)
	k.is(k.good("municipality", CSV, towns, o), 4, 0, 0, 0)
	k.is(k.good("municipality", CSV, towns, o), 0, 0, 4, 0)
	k.is(k.good("municipality", CSV, strings.Replace(towns, "335975", "335976", 1), o), 0, 1, 3, 0)
	bonn := k.entries("municipality", "")["Bonn"]
	if bonn["population"] != int64(335976) || bonn["kind"] != "city" || value.Get(bonn, "location.lat") != 50.73438 || bonn["slug"] != "bonn" {
		t.Errorf("Bonn: %v", bonn)
	}
	page, err := k.svc.List(k.Context(), caller(), k.typ("municipality"), query.Query{Page: query.Page{Limit: 10, Count: true}})
	if err != nil || page.Total != 4 {
		t.Errorf("published: %d, %v", page.Total, err)
	}

	k.is(k.good("topic", NDJSON, `{"name": "Informationstechnik", "synonyms": ["IT", "EDV"]}`, Options{}), 1, 0, 0, 0)
	projects := "Titel;Themen;Beteiligte Kommunen;Federführung;Stand;Kosten;Stellen\n" +
		"Gemeinsames Rechenzentrum;IT;Stadt Köln; x;läuft;;\n" // too many cells
	_, bad := k.imports("project", CSV, projects, Options{})
	if len(bad) != 1 || bad[0].Line != 2 {
		t.Errorf("bad: %v", bad)
	}
	projects = "Titel;Themen;Beteiligte Kommunen;Federführung;Stand;Kosten;Stellen\n" +
		`Gemeinsames Rechenzentrum;edv;"Stadt Köln; Kreis Unna";05315000;läuft;"[{""amount"": 125000, ""kind"": ""jährlich""}]";2,5` + "\n"
	comma := Options{Key: "slug", Publish: true, DecimalComma: true}
	if _, _, err := k.try("project", CSV, projects, comma); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "which is the key") {
		t.Errorf("key without a column: %v", err)
	}
	comma.Key = ""
	k.is(k.good("project", CSV, projects, comma), 1, 0, 0, 0)
	p := k.entries("project", "de")["Gemeinsames Rechenzentrum"]
	all := k.entries("municipality", "")
	if !value.Equal(p["municipalities"], value.List{all["Köln"][documentID], all["Kreis Unna"][documentID]}) ||
		p["lead"] != all["Köln"][documentID] || p["phase"] != "running" || p["staffPosts"] != 2.5 || p["bestPractice"] != false {
		t.Errorf("project: %v", p)
	}
	if item := p["costs"].(value.List)[0].(value.Object); item["kind"] != "annual" || item["amount"] != int64(125000) {
		t.Errorf("costs: %v", item)
	}
}

func TestHeader(t *testing.T) {
	k := newKit(t, own())
	for _, c := range []struct{ header, maps, key, want string }{
		{"name;nmae", "", "", `"nmae" is no field of thing (did you mean name?)`},
		{"name;width", "", "", `(did you mean frame.width?)`},
		{"name;Latitude", "", "", `no field of thing (did you mean where.lat?)`},
		{"name;xyz;abc", "", "", `"xyz" is no field of thing; the column "abc" is`},
		{"name;lat", "", "", "(did you mean where.lat?)"},
		{"name;Name", "", "", `he columns "name" and "Name" both go to name. Say`},
		{"name;x", "x=name", "", `both go to name`},
		{"frame;frame.width", "", "", "both go to frame.width"},
		{"frame.width;frame", "", "", "both go to frame"},
		{"name", "nmae=-", "", `he file has no column "nmae", which is mapped to -`},
		{"name", "name=namen", "", `thing has no field "namen", to which the column "name" is mapped (did you mean name?)`},
		{"name", "name=parts.label", "", `thing has no field "parts.label"`},
		{"name", "name=where.x", "", `no field "where.x"`},
		{"name", "name=name.x", "", `no field "name.x"`},
		{"name;x", "x=note,X=body", "", `The column "X" is mapped twice`},
		{"name", "", "code", "No column goes to code, which is the key"},
		{"name", "", "documentId", "No column goes to documentId"},
		{"name", "", "note", "The field note is not unique; a key is one of documentId, slug, code"},
		{"name", "", "nix", `thing has no field "nix"; a key is one of`},
	} {
		var o Options
		o.Key = c.key
		for m := range strings.SplitSeq(c.maps, ",") {
			if m != "" {
				mapping, err := ParseMapping(m)
				if err != nil {
					t.Fatal(err)
				}
				o.Map = append(o.Map, mapping)
			}
		}
		result, _, err := k.try("thing", CSV, c.header+"\na;b\n", o)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.As(err).Message, c.want) || result.Rows != 0 {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, s := range []string{"", "=", "a", "a=", "=b"} {
		if _, err := ParseMapping(s); !fault.Is(err, fault.Invalid) {
			t.Errorf("mapping %q: %v", s, err)
		}
	}
	text := "id;documentId;NOTE;titel = x;createdAt;frame.cost;start.local;start.zone\n7;abc;n;Ding;2020;1.5;1.2.2026 9:00;Europe/London\n"
	k.is(k.good("thing", CSV, text, Options{Map: []Mapping{{"titel = x", "name"}}}), 1, 0, 0, 0)
	e := k.entries("thing", "")["Ding"]
	if e["note"] != "n" || value.Get(e, "frame.cost") != int64(150) || value.Get(e, "start.utc") != "2026-02-01T09:00:00.000Z" {
		t.Errorf("entry %v", e)
	}
}

// badRows are rows of things, and what is said of them.
func TestBadRows(t *testing.T) {
	k := newKit(t, own())
	k.good("place", NDJSON, `{"name": "Neustadt", "ags": "1", "kind": "town"}
{"name": "Neustadt", "ags": "2", "kind": "Kreis", "slug": "kreis-neustadt"}
{"name": "Unna", "kind": "Stadt"}`, Options{})
	k.good("thing", NDJSON, `{"name": "Alt", "code": "K1", "slug": "alt"}`, Options{})
	for _, c := range []struct{ json, code, field, want string }{
		{`{"name": "x", "nmae": 1}`, "unknown", "", "did you mean name?"},
		{`{"name": "x", "Name": "y"}`, "duplicate", "", "both go to name"},
		{`{"name": 1}`, "type", "name", "`string` type"},
		{`{"name": "x", "count": "1"}`, "type", "count", "`number` type"},
		{`{"name": "x", "count": -1}`, "too_small", "count", "greater than or equal to 0"},
		{`{"name": "x", "count": 1.5}`, "integer", "count", "integer"},
		{`{"name": "x", "day": "2026-02-30"}`, "format", "day", "yyyy-MM-dd"},
		{`{"name": "x", "start": {"local": "2026-03-29T02:30"}}`, "format", "start", "skip"},
		{`{"name": "x", "colour": "blau"}`, "enum", "colour", "red, green"},
		{`{"name": "x", "mail": "x"}`, "format", "mail", ""},
		{`{"name": "x", "web": "javascript:alert(1)"}`, "format", "web", "URL"},
		{`{"name": "x", "where": {"lat": 91, "lng": 0}}`, "format", "where", "lat from"},
		{`{"name": "x", "slug": "A B"}`, "pattern", "slug", "match"},
		{`{"name": "x", "slug": "alt"}`, "not_unique", "slug", "unique"},
		{`{"name": "x", "code": "k1"}`, "not_unique", "code", "unique"},
		{`{"name": "x", "places": "Nirgends"}`, "no_target", "places", `"Nirgends", which is no place`},
		{`{"name": "x", "places": ["Unna", "Neustadt"]}`, "ambiguous", "places", "fits 2 entries: [Neustadt (kreis-neustadt), district, "},
		{`{"name": "x", "places": "Kreis Unna; Stadt Nirgends"}`, "no_target", "places", "of another kind: [Unna (unna), town"},
		{`{"name": "x", "places": [true]}`, "type", "places", "must name entries"},
		{`{"name": "x", "places": 77}`, "no_target", "places", `"77"`},
		{`{"name": "x", "parent": ["Alt", "Alt"]}`, "too_many", "parent", "one entry"},
		{`{"name": "x", "parent": "Fehlt"}`, "no_target", "parent", `"Fehlt"`},
		{`{"name": "x", "frame": {"breadth": 1}}`, "unknown", "frame.breadth", "Invalid key"},
		{`{"name": "x", "parts": [{"label": "a"}, {"place": "Nirgends"}]}`, "no_target", "parts.1.place", "Nirgends"},
		{`{"name": "x", "parts": {"label": "a"}}`, "type", "parts", "array"},
		{`{}`, "required", "name", "`string` type"},
		{`{"name": null}`, "required", "name", "`string` type"},
		{`{"name": "x"`, "syntax", "", "Invalid JSON"},
	} {
		for _, dry := range []bool{false, true} {
			result, bad := k.imports("thing", NDJSON, c.json+"\n", Options{Publish: true, DryRun: dry})
			if len(bad) != 1 || result.Failed != 1 {
				t.Errorf("%s (dry %v): %+v %v", c.json, dry, result, bad)
				continue
			}
			p := bad[0].Problems[0]
			if p.Code != c.code || strings.Join(p.Path, ".") != c.field || !strings.Contains(p.English, c.want) || p.Reason() == "" {
				t.Errorf("%s (dry %v): %s at %v: %s", c.json, dry, p.Code, p.Path, p.English)
			}
			if c.code != "syntax" && p.German == "" {
				t.Errorf("%s (dry %v): no German reason", c.json, dry)
			}
		}
	}
	if left := k.entries("thing", ""); len(left) != 1 {
		t.Errorf("bad rows left entries: %v", left)
	}
}

// TestRowIsTheUnit checks that the rows around bad ones go in, and that reports come in the order of the file.
func TestRowIsTheUnit(t *testing.T) {
	k := newKit(t, own())
	var text strings.Builder
	text.WriteString("name;count\n")
	for i := range 300 {
		fmt.Fprintf(&text, "Nr. %d;%s\n", i, map[bool]string{true: "x", false: "1"}[i%3 == 0])
	}
	result, bad := k.imports("thing", CSV, text.String(), Options{})
	k.is(result, 200, 0, 0, 100)
	for i, b := range bad {
		if b.Line != 3*i+2 || b.Row != 3*i+1 || b.Problems[0].Column != "count" || b.Problems[0].Value != "x" {
			t.Fatalf("bad row %d: %+v", i, b)
		}
	}
	if n := len(k.entries("thing", "")); n != 200 {
		t.Errorf("%d entries", n)
	}
}

func TestUpsert(t *testing.T) {
	k := newKit(t, own())
	o := Options{Key: "code"}
	k.is(k.good("thing", CSV, "code;name;note;words\nA;Eins;n;a\nB;Zwei;;\na;Eins neu;;b\n", o), 2, 1, 0, 0)
	e := k.entries("thing", "")
	if e["Eins neu"]["note"] != nil || !value.Equal(e["Eins neu"]["words"], value.List{"b"}) || e["Eins neu"]["active"] != true {
		t.Errorf("after the second row of a key: %v", e)
	}
	result, bad := k.imports("thing", CSV, "code;name\n;Ohne\nC;\"x\ny\"\n"+strings.Repeat("9", 30)+";x\n", o)
	k.is(result, 0, 0, 0, 3)
	if bad[0].Problems[0].Code != "required" || bad[0].Problems[0].Column != "code" || bad[2].Problems[0].Code != "too_long" {
		t.Errorf("bad keys: %+v", bad)
	}
	// What publishes nothing new changes nothing; publishing is a change.
	again := "code;name;note;words\na;Eins neu;;b\nB;Zwei;;\n"
	k.is(k.good("thing", CSV, again, o), 0, 0, 2, 0)
	k.is(k.good("thing", CSV, again, Options{Key: "code", Publish: true, DryRun: true}), 0, 2, 0, 0)
	k.is(k.good("thing", CSV, again, Options{Key: "code", Publish: true}), 0, 2, 0, 0)
	k.is(k.good("thing", CSV, again, Options{Key: "code", Publish: true}), 0, 0, 2, 0)
	k.is(k.good("thing", CSV, again, Options{Key: "code", Publish: true, DryRun: true}), 0, 0, 2, 0)
	k.is(k.good("thing", CSV, again, o), 0, 0, 2, 0)
	// JSON leaves alone what it does not name, and null empties.
	k.is(k.good("thing", JSON, `[{"code": "A", "count": 3}, {"code": "B", "name": "Zwei", "active": null}]`, o), 0, 2, 0, 0)
	e = k.entries("thing", "")
	if e["Eins neu"]["count"] != int64(3) || e["Zwei"]["active"] != nil {
		t.Errorf("after JSON: %v", e)
	}
	// documentId as the key
	id := e["Zwei"][documentID].(string)
	result, bad = k.imports("thing", CSV, "documentId;note\n"+id+";neu\nfehlt;x\n", Options{Key: documentID})
	k.is(result, 0, 1, 0, 1)
	if bad[0].Problems[0].Code != "no_entry" || bad[0].Key != "fehlt" || k.entries("thing", "")["Zwei"]["note"] != "neu" {
		t.Errorf("by documentId: %+v", bad)
	}
}

// TestItems checks that items of lists and parts of objects stay what they are.
func TestItems(t *testing.T) {
	k := newKit(t, own())
	k.good("place", NDJSON, `{"name": "Köln"}`, Options{})
	row := `{"code": "A", "name": "Eins", "frame": {"width": 1, "cost": 5, "home": "Köln"}, "where": {"lat": 1, "lng": 2}, "extra": {"a": 2.0},
		"parts": [{"label": "a", "amount": 1, "place": "köln"}, {"label": "a", "amount": 1, "place": "köln"}, {"label": "b"}]}`
	row = strings.ReplaceAll(row, "\n", "")
	o := Options{Key: "code"}
	k.is(k.good("thing", NDJSON, row, o), 1, 0, 0, 0)
	k.is(k.good("thing", NDJSON, row, o), 0, 0, 1, 0)
	before := k.entries("thing", "")["Eins"]
	ids := func(e map[string]any) (out []any) {
		for _, p := range e["parts"].(value.List) {
			out = append(out, p.(value.Object)["id"])
		}
		return out
	}
	k.is(k.good("thing", NDJSON, strings.Replace(row, `[{"label": "a"`, `[{"label": "c"}, {"id": 99, "label": "a"`, 1), o), 0, 1, 0, 0)
	after := k.entries("thing", "")["Eins"]
	if was, is := ids(before), ids(after); len(is) != 4 || was[0] != is[1] || was[1] != is[2] || was[2] != is[3] || is[0] == nil {
		t.Errorf("ids %v became %v", was, is)
	}
	k.is(k.good("thing", CSV, "code;frame.width;where.lat\nA;2;3.5\n", o), 0, 1, 0, 0)
	e := k.entries("thing", "")["Eins"]
	if value.Get(e, "frame.width") != int64(2) || value.Get(e, "frame.cost") != int64(5) || value.Get(e, "frame.home") == nil ||
		value.Get(e, "where.lat") != 3.5 || value.Get(e, "where.lng") != 2.0 {
		t.Errorf("parts of objects: %v", e)
	}
	k.is(k.good("thing", CSV, "code;frame.width;where.lat;where.lng\nA;;;\n", o), 0, 1, 0, 0)
	e = k.entries("thing", "")["Eins"]
	if value.Get(e, "frame.width") != nil || value.Get(e, "frame.cost") != int64(5) || e["where"] != nil {
		t.Errorf("emptied parts: %v", e)
	}
}

func TestSingle(t *testing.T) {
	k := newKit(t, own())
	result, bad := k.imports("site", JSON, `[{"name": "Portal", "rank": 1}, {"name": "Zweites"}]`, Options{Publish: true})
	k.is(result, 1, 0, 0, 1)
	if len(bad) != 1 || bad[0].Row != 2 {
		t.Errorf("bad %v", bad)
	}
	k.is(k.good("site", JSON, `[{"name": "Portal"}]`, Options{Publish: true}), 0, 0, 1, 0)
	k.is(k.good("site", JSON, `[{"name": "Portal 2"}]`, Options{Publish: true, DryRun: true}), 0, 1, 0, 0)
	if _, _, err := k.try("site", JSON, `[]`, Options{Key: "name"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("key of a single type: %v", err)
	}
}

func TestLocale(t *testing.T) {
	k := newKit(t, schemas.FS)
	if _, _, err := k.try("topic", JSON, `[]`, Options{Locale: "fr"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("unknown locale: %v", err)
	}
	k.good("topic", JSON, `[{"name": "Wasser", "order": 3}]`, Options{Publish: true})
	id := k.entries("topic", "de")["Wasser"][documentID].(string)
	o := Options{Locale: "en", Key: documentID, Publish: true}
	for _, dry := range []bool{true, false} {
		o.DryRun = dry
		k.is(k.good("topic", CSV, "documentId,name,order\n"+id+",Water,3\n", o), 1, 0, 0, 0)
	}
	for _, dry := range []bool{true, false} {
		o.DryRun = dry
		k.is(k.good("topic", CSV, "documentId,name,order\n"+id+",Water,3\n", o), 0, 0, 1, 0)
		result, bad := k.imports("topic", CSV, "documentId,name,order\n"+id+",Water,4\n", o)
		k.is(result, 0, 0, 0, 1)
		if len(bad) != 1 || bad[0].Problems[0].Code != "shared" {
			t.Errorf("shared field: %v", bad)
		}
	}
	if e := k.entries("topic", "en")["Water"]; e[documentID] != id {
		t.Errorf("translation: %v", e)
	}
	// A slug is a key within its locale.
	k.is(k.good("topic", JSON, `[{"slug": "water", "name": "Water auf Deutsch"}]`, Options{Key: "slug"}), 1, 0, 0, 0)
	k.is(k.good("topic", JSON, `[{"slug": "water", "name": "Water!"}]`, Options{Key: "slug", Locale: "en"}), 0, 1, 0, 0)
	k.is(k.good("topic", JSON, `[{"slug": "water", "name": "Water"}]`, Options{Key: "slug", Locale: "en"}), 0, 1, 0, 0)
	// Targets are found by their names in both locales.
	k.good("project", JSON, `[{"title": "P", "topics": ["Wasser"]}, {"title": "Q", "topics": ["WATER"]}]`, Options{Locale: "en"})
}

// TestInterrupt checks that rows which have begun are finished and counted, and that the rest is not written.
func TestInterrupt(t *testing.T) {
	k := newKit(t, own())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "{\"name\": \"Nr. %d\"}\n", i)
	}
	result, err := Import(ctx, k.svc, caller(), strings.NewReader(text.String()), Options{
		Type: k.typ("thing"), Format: NDJSON, Progress: func(p Progress) {
			if p.Rows == 20 {
				stop()
			}
		},
	})
	n := len(k.entries("thing", ""))
	var broken *fault.Error
	if !errors.Is(err, context.Canceled) || errors.As(err, &broken) || result.Created != n || n < 20 || n > 1000 {
		t.Errorf("%+v, %v; %d entries", result, err, n)
	}
	// A reader that never comes back does not keep the import from ending.
	ctx, stop = context.WithCancel(t.Context())
	in, out := io.Pipe()
	defer out.Close()
	go func() {
		_, _ = out.Write([]byte("{\"name\": \"Letzte\"}\n"))
		stop()
	}()
	if _, err := Import(ctx, k.svc, caller(), in, Options{Type: k.typ("thing"), Format: NDJSON}); !errors.Is(err, context.Canceled) {
		t.Errorf("with a reader that waits: %v", err)
	}
}

// TestBroken checks that a report which can't be written, and a file that breaks off, end the import with what was done.
func TestBroken(t *testing.T) {
	k := newKit(t, own())
	full := errors.New("disk full")
	result, err := Import(t.Context(), k.svc, caller(), strings.NewReader("[{\"x\": 1}, {\"name\": \"a\"}]"), Options{
		Type: k.typ("thing"), Format: JSON, Bad: func(BadRow) error { return full },
	})
	if !errors.Is(err, full) || result.Failed != 1 {
		t.Errorf("%+v, %v", result, err)
	}
	result, _, err = k.try("thing", JSON, `[{"name": "b"}, {"name"`, Options{})
	if !fault.Is(err, fault.Syntax) || result.Created != 1 {
		t.Errorf("%+v, %v", result, err)
	}
}

// TestReport checks the form of a bad row for programs.
func TestReport(t *testing.T) {
	k := newKit(t, own())
	_, bad := k.imports("thing", CSV, "code;Anzahl\nA;x\n", Options{Key: "code"})
	text := value.Append(nil, bad[0].Object())
	if !json.Valid(text) {
		t.Fatalf("no JSON: %s", text)
	}
	const want = `{"line":2,"problems":[{"code":"type","column":"Anzahl","de":"„Anzahl“: muss eine Zahl sein.","en":"count must be a number",` +
		`"field":"count","value":"x"}],"row":1}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	if r := bad[0].Problems[0].Reason(); r != "„Anzahl“: muss eine Zahl sein. / count must be a number" {
		t.Errorf("reason %q", r)
	}
}
