package transfer

import (
	"reflect"
	"strings"
	"testing"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

func TestCell(t *testing.T) {
	k := newKit(t, own())
	point, comma, book := cells{zone: defaultZone, csv: true}, cells{zone: defaultZone, csv: true, comma: true}, cells{zone: defaultZone, workbook: true}
	for _, c := range []struct {
		cells cells
		field string
		text  string
		want  any // a string that begins with ! is part of the problem
	}{
		{point, "name", "Köln", "Köln"}, {point, "name", " ", nil}, {point, "name", "'=1+1", "=1+1"}, {point, "name", "'s", "'s"},
		{point, "name", "''=x", "'=x"}, {point, "name", "=1", "=1"}, {book, "name", "'=1", "'=1"}, {point, "note", "a\n b ", "a\n b "},
		{point, "count", " 12 ", int64(12)}, {point, "count", "-3", int64(-3)}, {point, "count", "\u22123", int64(-3)},
		{point, "count", "1.5", "!integer"}, {point, "count", "1.000", "!integer"}, {point, "count", "1,5", "!--decimal"},
		{point, "count", "1 000", "!--decimal"}, {point, "count", "0x10", "!number"}, {point, "count", "1e3", "!number"}, {point, "count", "NaN", "!number"},
		{point, "count", "9007199254740993", "!within"}, {point, "count", strings.Repeat("9", 400), "!within"},
		{comma, "count", "1.000", int64(1000)}, {comma, "count", "12.345.678", int64(12345678)}, {comma, "count", "1\u202f000", int64(1000)},
		{comma, "count", "1.00", "!decimal comma"}, {comma, "count", "1234.567", "!decimal comma"}, {book, "count", "5.0", int64(5)}, {book, "count", "1.2E3", int64(1200)},
		{point, "ratio", "1234.5", 1234.5}, {point, "ratio", "1.234,5", "!--decimal"}, {point, "ratio", strings.Repeat("9", 400), "!number"},
		{comma, "ratio", "1.234,5", 1234.5}, {comma, "ratio", "0,5", 0.5}, {comma, "ratio", "1.5", "!decimal comma"}, {book, "ratio", "1.5E-3", 0.0015},
		{book, "ratio", "1E999", "!number"},
		{point, "price", "12", int64(1200)}, {point, "price", "12.5", int64(1250)}, {point, "price", "-0.05", int64(-5)}, {point, "price", "12.500", int64(1250)},
		{point, "price", "12.505", "!two decimals"}, {point, "price", "12.50 €", int64(1250)}, {comma, "price", "1.234,50 EUR", int64(123450)},
		{comma, "price", "1.234 Euro", int64(123400)}, {book, "price", "0.30000000000000004", int64(30)}, {book, "price", "0.305", "!two decimals"},
		{point, "price", strings.Repeat("9", 30), "!too large"},
		{point, "active", "ja", true}, {point, "active", "X", true}, {point, "active", "Nein", false}, {point, "active", "0", false}, {point, "active", "vielleicht", "!yes or no"},
		{point, "day", "2026-11-22", "2026-11-22"}, {point, "day", "22.11.2026", "2026-11-22"}, {point, "day", "1.2.2026", "2026-02-01"},
		{point, "day", "22.11.26", "22.11.26"}, {point, "day", "2026-11-22T00:00:00Z", "2026-11-22"}, {point, "day", "46348", "46348"},
		{book, "day", "46348", "2026-11-22"}, {book, "day", "46348.5", "2026-11-22T12:00:00"}, {book, "day", "60000000", "60000000"},
		{point, "at", "2026-11-22T07:18:00Z", "2026-11-22T07:18:00Z"}, {point, "at", "22.11.2026 08:18", "2026-11-22T07:18:00.000Z"},
		{point, "at", "22.7.2026 8:18 Uhr", "2026-07-22T06:18:00.000Z"}, {point, "at", "29.03.2026 02:30", "!clocks"}, {book, "at", "46348.5", "2026-11-22T11:00:00.000Z"},
		{point, "start", "2026-11-22T19:00", value.Object{"local": "2026-11-22T19:00:00"}},
		{point, "start", "22.11.2026 19:00 Europe/London", value.Object{"local": "2026-11-22T19:00:00", "zone": "Europe/London"}},
		{point, "start", "2026-11-22 19:00 UTC", value.Object{"local": "2026-11-22T19:00:00", "zone": "UTC"}},
		{point, "start", `{"local": "2026-11-22T19:00"}`, value.Object{"local": "2026-11-22T19:00"}},
		{point, "colour", "red", "red"}, {point, "colour", "ROT", "red"}, {point, "colour", "Grün", "green"}, {point, "colour", "lush", "green"}, {point, "colour", "blau", "blau"},
		{point, "colours", "rot; green", value.List{"red", "green"}}, {point, "words", "a; b\nc;;", value.List{"a", "b", "c"}},
		{point, "words", `["a;b", "c"]`, value.List{"a;b", "c"}}, {point, "words", "[a", value.List{"[a"}}, {point, "words", "'-a; b", value.List{"-a", "b"}},
		{point, "where", "51.2, 6.7", value.Object{"lat": 51.2, "lng": 6.7}}, {comma, "where", "51,2 6,7", value.Object{"lat": 51.2, "lng": 6.7}},
		{point, "where", "51.2", "!latitude"}, {point, "frame", `{"width": 3}`, value.Object{"width": int64(3)}}, {point, "frame", "breit", "!JSON"},
		{point, "parts", `[{"label": "a"}]`, value.List{value.Object{"label": "a"}}}, {point, "parts", `{"label": "a"}`, "!list"},
		{point, "parts", `[{"label": "a", "label": "b"}]`, "!JSON"}, {point, "extra", `{"a": null}`, value.Object{"a": nil}}, {point, "extra", "'-5", int64(-5)},
		{point, "logo", "12", int64(12)}, {point, "logo", "bild.png", named{path: "bild.png"}}, {point, "logo", `.\bilder\a.png`, named{path: "bilder/a.png"}},
	} {
		f, _ := k.typ("thing").Field(c.field)
		got, w := c.cells.parse(f, c.text)
		if want, ok := c.want.(string); ok && strings.HasPrefix(want, "!") {
			if w == nil || !strings.Contains(w.english, want[1:]) || w.german == "" || w.code == "" {
				t.Errorf("%s %q: %v, %+v; want a problem with %q", c.field, c.text, got, w, want[1:])
			}
			continue
		}
		if w != nil || !value.Equal(got, c.want) && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %q: %#v, %+v; want %#v", c.field, c.text, got, w, c.want)
		}
	}
}

// TestGuard checks that a guarded text comes back, whatever it is.
func TestGuard(t *testing.T) {
	c := cells{csv: true}
	for _, s := range []string{"a", "=1", "'=1", "''=1", "'", "''", "'a", "+49 221", "-", "@x", "\tx", "a=b"} {
		g := guard(s)
		if c.plain(g) != s {
			t.Errorf("%q became %q and then %q", s, g, c.plain(g))
		}
		if strings.ContainsRune("=+-@\t", rune(g[0])) {
			t.Errorf("%q is not guarded", g)
		}
	}
}

func FuzzCell(f *testing.F) {
	for _, s := range []string{"", "1.234,50", "22.11.2026 19:00 Europe/Berlin", "51.2 6.7", `[{"a":1}]`, "'=1", "ja", "a;b", "1E5", "46348.99", "{", " UTC", "\xff"} {
		f.Add(s, byte(0))
	}
	types, err := schema.Load(own(), schemasFS())
	if err != nil {
		f.Fatal(err)
	}
	t, _ := types.Type("thing")
	f.Fuzz(func(tt *testing.T, s string, how byte) {
		c := cells{zone: defaultZone, comma: how&1 != 0, csv: how&2 != 0, workbook: how&4 != 0}
		changes := value.Object{}
		for _, field := range t.Fields {
			v, w := c.parse(field, s)
			if w != nil {
				if w.english == "" || w.german == "" || v != nil {
					tt.Errorf("%s: problem %+v with %v", field.Name, w, v)
				}
				continue
			}
			changes[field.Name] = mapLeaves(v, nil, func(wanted, []string) any { return nil })
		}
		norm, problems := t.Normalise(nil, changes)
		for _, p := range problems {
			if p.English == "" || p.German == "" {
				tt.Errorf("problem without a reason: %+v", p)
			}
		}
		if len(problems) == 0 && len(t.Check(norm)) > 0 {
			tt.Errorf("%q: what was normalised is not as it is stored: %v", s, t.Check(norm))
		}
	})
}
