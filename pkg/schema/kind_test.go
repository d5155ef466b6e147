package schema_test

import (
	"strings"
	"testing"

	"kontor/pkg/value"
)

type kindRow struct {
	field string
	sent  any
	want  any    // nil: absent
	code  string // "" if it is taken
}

var null any

// kindRows give each kind what it takes, with what is stored, and what it refuses, with the code.
var kindRows = []kindRow{
	{"title", "  Bauhof A\u00a0", "Bauhof A", ""},
	{"title", "Scho\u0308n", "Sch\u00f6n", ""},
	{"title", "", null, ""},
	{"title", " \t ", null, ""},
	{"title", strings.Repeat("ü", 60), strings.Repeat("ü", 60), ""},
	{"title", strings.Repeat("x", 61), null, "too_long"},
	{"title", "x", "x", ""}, // drafts may be shorter than minLength
	{"title", int64(7), null, "type"},
	{"title", true, null, "type"},
	{"title", "a\nb", null, "format"},
	{"title", "a\u2028b", null, "format"},
	{"title", "a\x00b", null, "format"},
	{"title", "a\tb", null, "format"},
	{"title", "a\xffb", null, "format"},
	{"title", value.List{"x"}, null, "type"},
	{"code", "05315", "05315", ""},
	{"code", "0531", null, "pattern"},
	{"slug", "groesser-2", "groesser-2", ""},
	{"slug", "Groß & Klein", null, "pattern"},
	{"slug", "-a", null, "pattern"},
	{"slug", "a--b", null, "pattern"},
	{"slug", strings.Repeat("a", 101), null, "too_long"},
	{"summary", "a\r\nb\tc\rd", "a\nb\tc\nd", ""},
	{"summary", "\n ", null, ""},
	{"summary", "a\x07", null, "format"},
	{"summary", strings.Repeat("x", 101), null, "too_long"},
	{"startYear", int64(2015), int64(2015), ""},
	{"startYear", 2015.0, int64(2015), ""},
	{"startYear", "2015", null, "type"},
	{"startYear", 2015.5, null, "integer"},
	{"startYear", int64(1944), null, "too_small"},
	{"startYear", int64(2101), null, "too_big"},
	{"years", value.List{1e300}, null, "too_big"},
	{"share", int64(0), 0.0, ""},
	{"share", 0.25, 0.25, ""},
	{"share", 0.51, null, "too_big"},
	{"share", "0.25", null, "type"},
	{"costs", int64(1999), int64(1999), ""},
	{"costs", 19.99, null, "integer"},
	{"costs", int64(-1), null, "too_small"},
	{"good", false, false, ""},
	{"good", "yes", null, "type"},
	{"good", int64(1), null, "type"},
	{"day", "2024-02-29", "2024-02-29", ""},
	{"day", "2023-02-29", null, "format"},
	{"day", "01.03.2020", null, "format"},
	{"day", "2020-3-1", null, "format"},
	{"day", "0000-01-01", null, "format"},
	{"day", "2020-03-01T00:00:00Z", null, "format"},
	{"day", "", null, "format"},
	{"checked", "2026-11-22T08:18:00+01:00", "2026-11-22T07:18:00.000Z", ""},
	{"checked", "2026-11-22t07:18:00.123456z", "2026-11-22T07:18:00.123Z", ""},
	{"checked", "2026-11-22T7:18:00Z", null, "format"},
	{"checked", "2026-11-22T07:18:00,5Z", null, "format"},
	{"checked", "2026-11-22T25:18:00Z", null, "format"},
	{"checked", "2026-11-22T07:18:00", null, "format"},
	{"checked", "0001-01-01T00:00:00+01:00", null, "format"},
	{"checked", int64(1), null, "format"},
	{"phase", "running", "running", ""},
	{"phase", "", null, ""},
	{"phase", "Running", null, "enum"},
	{"phase", int64(1), null, "type"},
	{"mail", "Erika.Muster@Example.ORG", "Erika.Muster@example.org", ""},
	{"mail", "", null, ""},
	{"mail", "Erika <erika@example.org>", null, "format"},
	{"mail", "<erika@example.org>", null, "format"},
	{"mail", "erika@", null, "format"},
	{"mail", "a b@example.org", null, "format"},
	{"mail", "a@example.org, b@example.org", null, "format"},
	{"mail", strings.Repeat("a", 64) + "@" + strings.Repeat("b", 190) + ".de", null, "format"},
	{"home", "https://example.org/a?b=c#d", "https://example.org/a?b=c#d", ""},
	{"home", "mailto:a@example.org", "mailto:a@example.org", ""},
	{"home", "tel:+49211123", "tel:+49211123", ""},
	{"home", "javascript:alert(1)", null, "format"},
	{"home", "JavaScript:alert(1)", null, "format"},
	{"home", "data:text/html,x", null, "format"},
	{"home", "ftp://example.org", null, "format"},
	{"home", "/relative", null, "format"},
	{"home", "https://", null, "format"},
	{"home", "https:///path", null, "format"},
	{"home", "https://a b", null, "format"},
	{"home", "https:\\\\example.org", null, "format"},
	{"home", "https://example.org/" + strings.Repeat("a", 2000), null, "too_long"},
	{"contact", idA, idA, ""},
	{"contact", "doesnotexist", null, "type"},
	{"contact", int64(7), null, "type"},
	{"contact", value.List{idA}, null, "type"},
	{"topics", value.List{idA, idB}, value.List{idA, idB}, ""},
	{"topics", value.List{}, null, ""},
	{"topics", value.List{idA, idA}, null, "duplicate"},
	{"topics", idA, null, "type"},
	{"topics", value.List{value.List{}}, null, "type"},
	{"topics", value.List{"a", "b", "c", "d"}, null, "too_many"},
	{"logo", int64(3), int64(3), ""},
	{"logo", 3.0, int64(3), ""},
	{"logo", int64(0), null, "type"},
	{"logo", "3", null, "type"},
	{"files", value.List{int64(3), int64(4)}, value.List{int64(3), int64(4)}, ""},
	{"files", value.List{int64(3), 3.0}, null, "duplicate"},
	{"spot", value.Object{"lat": 51.2, "lng": int64(6)}, value.Object{"lat": 51.2, "lng": 6.0}, ""},
	{"spot", value.Object{"lat": 90.1, "lng": 6.0}, null, "format"},
	{"spot", value.Object{"lat": 50.0, "lng": -181.0}, null, "format"},
	{"spot", value.Object{"lat": 50.0}, null, "format"},
	{"spot", value.Object{"lat": 50.0, "lng": 6.0, "alt": 1.0}, null, "format"},
	{"spot", "50,6", null, "type"},
	{"extra", value.Object{"b": nil, "a": value.List{int64(1), 2.0}}, `{"a":[1,2.0],"b":null}`, ""},
	{"extra", "x", `"x"`, ""},
	{"extra", false, "false", ""},
	{"extra", value.List{}, "[]", ""},
	{"extra", strings.Repeat("x", 70_000), null, "too_large"},
	{"tags", value.List{" a ", "", "b"}, value.List{"a", "b"}, ""},
	{"tags", value.List{nil}, null, "type"},
	{"tags", value.List{strings.Repeat("x", 11)}, null, "too_long"},
	{"tags", "a", null, "type"},
	{"shown", value.List{"mail"}, value.List{"mail"}, ""},
	{"shown", value.List{"fax"}, null, "enum"},
	{"nope", int64(1), null, "unknown"},
	{"id", int64(1), null, "unknown"},
}

func TestKinds(t *testing.T) {
	typ := thing(t)
	for _, r := range kindRows {
		out, problems := typ.Normalise(nil, value.Object{r.field: r.sent})
		switch {
		case r.code == "" && len(problems) > 0:
			t.Errorf("%s %#v: %s", r.field, r.sent, problems[0].English)
		case r.code != "" && (len(problems) != 1 || problems[0].Code != r.code):
			t.Errorf("%s %#v: got %+v, want %s", r.field, r.sent, problems, r.code)
		case r.code == "":
			mustEqual(t, out[r.field], r.want)
		}
		if problems := typ.Check(out); r.code == "" && len(problems) > 0 {
			t.Errorf("%s: Check refuses what Normalise made: %v", r.field, problems)
		}
	}
}

func TestJSONDepth(t *testing.T) {
	typ := thing(t)
	nest := func(n int) any {
		var v any = int64(1)
		for range n {
			v = value.List{v}
		}
		return v
	}
	if _, problems := typ.Normalise(nil, value.Object{"extra": nest(20)}); problems != nil {
		t.Error(problems)
	}
	if _, problems := typ.Normalise(nil, value.Object{"extra": nest(21)}); len(problems) != 1 {
		t.Error("21 levels are taken")
	}
}

func TestForeignValuesAreRefused(t *testing.T) {
	typ := thing(t)
	for _, f := range typ.Fields {
		if _, problems := typ.Normalise(nil, value.Object{f.Name: struct{ X int }{1}}); len(problems) != 1 {
			t.Errorf("%s takes a struct: %v", f.Name, problems)
		}
	}
}

var localTimes = []struct{ local, zone, utc, code string }{
	{"2026-11-22T19:00", "", "2026-11-22T18:00:00.000Z", ""},
	{"2026-07-01T19:00:30", "Europe/Berlin", "2026-07-01T17:00:30.000Z", ""},
	{"2026-11-22T19:00:00", "America/New_York", "2026-11-23T00:00:00.000Z", ""},
	{"2026-03-29T01:59", "Europe/Berlin", "2026-03-29T00:59:00.000Z", ""},
	{"2026-03-29T02:00", "Europe/Berlin", "", "format"}, // the clock goes from 1:59 to 3:00
	{"2026-03-29T02:59:59", "Europe/Berlin", "", "format"},
	{"2026-03-29T03:00", "Europe/Berlin", "2026-03-29T01:00:00.000Z", ""},
	{"2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00.000Z", ""}, // twice: the first, in summer time
	{"2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00:00.000Z", ""},
	{"2026-11-01T01:30", "America/New_York", "2026-11-01T05:30:00.000Z", ""},
	{"2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-04T14:45:00.000Z", ""}, // half an hour
	{"2011-12-30T12:00", "Pacific/Apia", "", "format"},                          // a day that Samoa left out
	{"2026-11-22T19:00", "UTC", "2026-11-22T19:00:00.000Z", ""},
	{"2026-11-22T19:00", "Local", "", "format"},
	{"2026-11-22T19:00", "../etc/passwd", "", "format"},
	{"2026-11-22T19:00", "Europe/Nowhere", "", "format"},
	{"2026-11-31T19:00", "Europe/Berlin", "", "format"},
	{"2026-11-22T24:00", "Europe/Berlin", "", "format"},
	{"2026-11-22 19:00", "Europe/Berlin", "", "format"},
	{"2026-11-22T19:00Z", "Europe/Berlin", "", "format"},
	{"", "Europe/Berlin", "", "format"},
}

func TestLocalTime(t *testing.T) {
	typ := thing(t)
	for _, c := range localTimes {
		sent := value.Object{"local": c.local, "utc": "1999-01-01T00:00:00.000Z"}
		if c.zone != "" {
			sent["zone"] = c.zone
		}
		out, problems := typ.Normalise(nil, value.Object{"start": sent})
		if c.code != "" {
			if len(problems) != 1 || problems[0].Code != c.code {
				t.Errorf("%v: %v %v", c, out, problems)
			}
			continue
		}
		if len(problems) > 0 {
			t.Errorf("%v: %v", c, problems)
			continue
		}
		start := out["start"].(value.Object)
		if start["utc"] != c.utc || start["local"] != strings.TrimSuffix(c.local, ":00") && start["local"] != c.local {
			t.Errorf("%v: %v", c, start)
		}
		if problems := typ.Check(out); len(problems) > 0 {
			t.Errorf("%v: %v", c, problems)
		}
	}
	for _, sent := range []any{"22.11.2026 19:00", "2026-11-22", int64(1), value.Object{"local": "2026-11-22T19:00", "tz": "x"}, value.Object{"local": int64(1)}} {
		if _, problems := typ.Normalise(nil, value.Object{"start": sent}); len(problems) != 1 {
			t.Errorf("%v is taken", sent)
		}
	}
	_, problems := typ.Normalise(nil, value.Object{"start": "22.11.2026 19:00"})
	if !strings.Contains(problems[0].English, `{"local": "2026-11-22T19:00", "zone": "Europe/Berlin"}`) {
		t.Errorf("the error does not show the form: %v", problems[0].English)
	}
}

// TestLocalText checks that an ISO text is a local time of the field's zone, and that an instant is converted to that zone.
func TestLocalText(t *testing.T) {
	typ := thing(t)
	for sent, want := range map[string]string{
		"2026-11-22T19:00":              "2026-11-22T19:00 2026-11-22T18:00:00.000Z",
		"2026-11-22T19:00:30":           "2026-11-22T19:00:30 2026-11-22T18:00:30.000Z",
		"2026-11-22T18:00:00.000Z":      "2026-11-22T19:00 2026-11-22T18:00:00.000Z",
		"2026-07-01T12:00:00+05:30":     "2026-07-01T08:30 2026-07-01T06:30:00.000Z",
		"2026-07-01T12:00Z":             "2026-07-01T14:00 2026-07-01T12:00:00.000Z",
		"2026-10-25T00:30:00Z":          "2026-10-25T02:30 2026-10-25T00:30:00.000Z",
		"2026-10-25T01:30:00Z":          "! the second 2026-10-25T02:30:00",
		"2026-03-29T02:30":              "! skip",
		"2026-11-31T19:00":              "! local time like",
		"2026-11-22T19:00+25:00":        "! local time like",
		"2026-11-22T19:00:00.5Z":        "! local time like",
		"9999-12-31T23:59:59-12:00":     "! local time like",
		"2026-11-22 19:00":              "! local time like",
		"2026-11-22T19:00Europe/Berlin": "! local time like",
	} {
		out, problems := typ.Normalise(nil, value.Object{"start": sent})
		got := ""
		if o, ok := out["start"].(value.Object); ok && len(problems) == 0 {
			got = o["local"].(string) + " " + o["utc"].(string)
			if o["zone"] != "Europe/Berlin" || len(typ.Check(out)) > 0 {
				t.Errorf("%s: %v, %v", sent, o, typ.Check(out))
			}
		}
		if wrong, ok := strings.CutPrefix(want, "! "); ok {
			if len(problems) != 1 || problems[0].Code != "format" || !strings.Contains(problems[0].English, wrong) {
				t.Errorf("%s: %q, %v; want a problem with %q", sent, got, problems, wrong)
			}
		} else if got != want {
			t.Errorf("%s: %q, %v; want %q", sent, got, problems, want)
		}
	}
}
