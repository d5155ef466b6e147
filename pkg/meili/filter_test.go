package meili

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// Filters, and how filterText writes what they mean.
var goodFilters = []struct{ in, want string }{
	{``, ``},
	{`   `, ``},
	{`phase = running`, `"phase" = "running"`},
	{`phase=running`, `"phase" = "running"`},
	{` phase  =  running `, `"phase" = "running"`},
	{`"phase"="running"`, `"phase" = "running"`},
	{`'phase' = 'in Arbeit'`, `"phase" = "in Arbeit"`},
	{`title = "sagt \"ja\""`, `"title" = "sagt \"ja\""`},
	{`title = 'Müller\'s'`, `"title" = "Müller's"`},
	{`title = "C:\\Daten\\"`, `"title" = "C:\\Daten\\"`},
	{`title = "\x41\u00e4\u{1f600}\n\t\r\/"`, "\"title\" = \"Aä😀\n\t\r/\""},
	{`title = ""`, `"title" = ""`},
	{`title = Straße-1.b_2`, `"title" = "Straße-1.b_2"`},
	{`title = 東京`, `"title" = "東京"`},
	{`phase != ended`, `NOT "phase" = "ended"`},
	{`startYear > 2019`, `"startYear" > "2019"`},
	{`startYear>=2019`, `"startYear" >= "2019"`},
	{`startYear < -5.5`, `"startYear" < "-5.5"`},
	{`startYear <= 1e3`, `"startYear" <= "1000"`},
	{`"startYear">= 2020`, `"startYear" >= "2020"`},
	{`startYear 2010 TO 2020`, `"startYear" "2010" TO "2020"`},
	{`"startYear" "2010" TO 2020`, `"startYear" "2010" TO "2020"`},
	{`topics IN [IT, Bau]`, `"topics" IN ["IT", "Bau"]`},
	{`topics IN[IT,Bau,]`, `"topics" IN ["IT", "Bau"]`},
	{`topics IN ['a b', "c"]`, `"topics" IN ["a b", "c"]`},
	{`topics IN []`, `"topics" IN []`},
	{`topics NOT IN [IT]`, `NOT "topics" IN ["IT"]`},
	{`topics NOT  IN [IT]`, `NOT "topics" IN ["IT"]`},
	{`endYear EXISTS`, `"endYear" EXISTS`},
	{`endYear NOT EXISTS`, `NOT "endYear" EXISTS`},
	{`endYear IS NULL`, `"endYear" IS NULL`},
	{`endYear IS EMPTY`, `"endYear" IS NULL`},
	{`endYear IS NOT NULL`, `"endYear" EXISTS`},
	{`endYear IS  NOT   EMPTY`, `"endYear" EXISTS`},
	{`title CONTAINS hof`, `"title" CONTAINS "hof"`},
	{`title NOT CONTAINS "Bau hof"`, `NOT "title" CONTAINS "Bau hof"`},
	{`title STARTS WITH Bau`, `"title" STARTS WITH "Bau"`},
	{`title NOT STARTS  WITH Bau`, `NOT "title" STARTS WITH "Bau"`},
	{`NOT phase = ended`, `NOT "phase" = "ended"`},
	{`NOT NOT phase = ended`, `"phase" = "ended"`},
	{`NOT phase != ended`, `"phase" = "ended"`},
	{`NOT endYear NOT EXISTS`, `"endYear" EXISTS`},
	{`NOT (a = 1 OR b = 2)`, `NOT ("a" = "1" OR "b" = "2")`},
	{`a = 1 AND b = 2 AND c = 3`, `"a" = "1" AND "b" = "2" AND "c" = "3"`},
	{`a = 1 OR b = 2 AND c = 3`, `"a" = "1" OR ("b" = "2" AND "c" = "3")`},
	{`(a = 1 OR b = 2) AND c = 3`, `("a" = "1" OR "b" = "2") AND "c" = "3"`},
	{`((a = 1))`, `"a" = "1"`},
	{`(a=1)AND(b=2)`, `"a" = "1" AND "b" = "2"`},
	{`a = 1 AND NOT b = 2 OR NOT c IN [3]`, `("a" = "1" AND NOT "b" = "2") OR NOT "c" IN ["3"]`},
	{"a = 1\n\tAND b = 2", `"a" = "1" AND "b" = "2"`},
	{`_geoRadius(51.5, 7.46, 2000)`, `_geoRadius(51.5, 7.46, 2000)`},
	{`_geoRadius( 51.5 ,7.46,2e3 )`, `_geoRadius(51.5, 7.46, 2000)`},
	{`_geoRadius(51.50000, 7.40000, 10000) AND phase = running`, `_geoRadius(51.5, 7.4, 10000) AND "phase" = "running"`},
	{`NOT _geoBoundingBox([52, 8], [51, -7])`, `NOT _geoBoundingBox([52, 8], [51, -7])`},
	{`_geoBoundingBox([52,8],[51,7])`, `_geoBoundingBox([52, 8], [51, 7])`},
	{`"AND" = "OR"`, `"AND" = "OR"`},
	{`android = organic`, `"android" = "organic"`},
	{`NOTE = 1 AND ISBN = 2 AND INhalt IN [TOR]`, `"NOTE" = "1" AND "ISBN" = "2" AND "INhalt" IN ["TOR"]`},
	{`a = 1 OR _geoRadius(1,2,3)`, `"a" = "1" OR _geoRadius(1, 2, 3)`},
	{`extra = true`, `"extra" = "true"`},
	{`["a = 1", ["b = 2", "c = 3"]]`, `"a" = "1" AND ("b" = "2" OR "c" = "3")`}, // as it comes in a query string
}

func TestFilter(t *testing.T) {
	for _, c := range goodFilters {
		t.Run(c.in, func(t *testing.T) {
			got, err := parseFilter(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if text := filterText(got.filter); text != c.want {
				t.Errorf("%s\nbecame %s\nin place of %s", c.in, text, c.want)
			}
		})
	}
}

// The forms that a list has.
func TestFilterList(t *testing.T) {
	for in, want := range map[string]string{
		`[]`:                                 ``,
		`[[]]`:                               ``,
		`["", ["", " "]]`:                    ``,
		`["a = 1"]`:                          `"a" = "1"`,
		`["a = 1", "b = 2"]`:                 `"a" = "1" AND "b" = "2"`,
		`[["a = 1", "b = 2"]]`:               `"a" = "1" OR "b" = "2"`,
		`[["a = 1"], ["b = 2", ""], []]`:     `"a" = "1" AND "b" = "2"`,
		`["a = 1 OR b = 2", "c = 3"]`:        `("a" = "1" OR "b" = "2") AND "c" = "3"`,
		`["_geoRadius(1, 2, 3)", ["a = 1"]]`: `_geoRadius(1, 2, 3) AND "a" = "1"`,
		// as InstantSearch sends it
		`["\"startYear\">=2020",["\"topics\"=\"IT\"","\"topics\"=\"Bau\""]]`: `"startYear" >= "2020" AND ("topics" = "IT" OR "topics" = "Bau")`,
		`["\"startYear\" 2010 TO 2020"]`:                                     `"startYear" "2010" TO "2020"`,
	} {
		got, err := parseFilter(decoded(t, in))
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if text := filterText(got.filter); text != want {
			t.Errorf("%s\nbecame %s\nin place of %s", in, text, want)
		}
	}
}

func TestFilterMeans(t *testing.T) {
	got, err := parseFilter(`a = X OR b IN [1, 2] AND NOT c 1 TO 2 AND _geoBoundingBox([4, 3], [2, 1])`)
	want := search.Filter{Op: query.Or, Args: []search.Filter{
		{Op: query.Eq, Attribute: "a", Values: []string{"X"}},
		{Op: query.And, Args: []search.Filter{
			{Op: query.In, Attribute: "b", Values: []string{"1", "2"}},
			{Op: query.Not, Args: []search.Filter{{Op: query.Between, Attribute: "c", Numbers: []float64{1, 2}}}},
			{Op: search.Inside, Attribute: "_geo", Points: []search.Point{{Lat: 4, Lng: 3}, {Lat: 2, Lng: 1}}},
		}},
	}}
	if err != nil || !reflect.DeepEqual(got.filter, want) {
		t.Errorf("%+v, %v", got.filter, err)
	}
	if len(got.uses) != 4 || got.uses[3].attribute != "_geo" || got.uses[2].start != 30 {
		t.Errorf("attributes are named at %+v", got.uses)
	}
}

// Filters that are refused: a part of what is said, and the columns with the text.
var badFilters = []struct{ in, says, at string }{
	{`title`, "Was expecting an operation", "1:6 title"},
	{`title & Glas`, "at `title & Glas`", "1:13 title & Glas"},
	{`title = Glas XOR title = Glas`, "unexpected characters at the end of the filter: `XOR title = Glas`", "14:30 title = Glas XOR title = Glas"},
	{`title =`, "instead got nothing", "8:8 title ="},
	{`= Glas`, "expecting a value but instead got `=`", "1:2 = Glas"},
	{`title = 🦀 AND a = 1`, "got `🦀`", "9:10 title = 🦀 AND a = 1"},
	{`title = (a)`, "got `(a`", "9:11"},
	{`title = AND`, "`AND`, which is a reserved keyword", "9:12 title = AND"},
	{`AND = 1`, "`AND`, which is a reserved keyword", "1:4 AND = 1"},
	{`a = 1 AND`, "instead got nothing", "10:10"},
	{`a = 1 OR OR b = 1`, "reserved keyword", "10:12"},
	{`NOT`, "instead got nothing", "4:4"},
	{`a NOT`, "Was expecting an operation", "1:6"},
	{`a NOT = 1`, "Was expecting an operation", "1:10"},
	{`a IS`, "Was expecting an operation", "1:5"},
	{`a IS NOT`, "Was expecting an operation", "1:9"},
	{`a IS 1`, "Was expecting an operation", "1:7"},
	{`a STARTS Bau`, "Was expecting an operation", "1:13"},
	{`a CONTAINS`, "instead got nothing", "11:11"},
	{`a 1 TO`, "instead got nothing", "7:7"},
	{`a 1 2`, "Was expecting an operation", "1:6"},
	{`a exists`, "Was expecting an operation", "1:9"},
	{`(a = 1`, "missing the following closing delimiter: `)`", "1:7 (a = 1"},
	{`(a = 1 OR (b = 2)`, "closing delimiter: `)`", "1:18"},
	{`a = 1)`, "end of the filter: `)`", "6:7 a = 1)"},
	{`()`, "got `)`", "2:3"},
	{`a = "b`, "closing delimiter: `\"`", "5:7"},
	{`a = 'b`, "closing delimiter: `'`", "5:7"},
	{`a = "b\`, "escape", "7:8"},
	{`a = "\q"`, "`\\q` is no escape sequence", "6:8"},
	{`a = "\xZZ"`, "escape", "6:10"},
	{`a = "\ud800"`, "escape", "6:12"},
	{`a = "\u{110000}"`, "escape", "6:16"},
	{`a = "\u{}"`, "escape", "6:9"},
	{`a IN b`, "Expected `[`", "5:7"},
	{`a IN [b`, "comma-separated", "8:8"},
	{`a IN [`, "Expected a `]`", "5:7"},
	{`a IN [b c]`, "comma-separated values inside `IN[..]` but instead found `c]`", "9:11"},
	{`a IN [b, AND]`, "reserved keyword", "10:13"},
	{`a IN [,]`, "got `,`", "7:8"},
	{`a IN [b OR a IN [c]`, "comma-separated", "9:20"},
	{`a > b`, "`b` is no number", "5:6 a > b"},
	{`a > 0x10`, "is no number", "5:9"},
	{`a > 1_000`, "is no number", "5:10"},
	{`a > inf`, "Non finite", "5:8"},
	{`a < NaN`, "Non finite", "5:8"},
	{`a > 1e999`, "is no number", "5:10"},
	{`a 1 TO b`, "is no number", "8:9"},
	{`a b TO 1`, "is no number", "3:4"},
	{`a >= 2026-11-26`, "numeric twin", "6:16"},
	{`_geo = 1`, "`_geo` is a reserved keyword", "1:9 _geo = 1"},
	{`"_geo" = 1`, "`_geo` is a reserved keyword", "1:11"},
	{`_geoDistance < 1`, "`_geoDistance` is a reserved keyword", "1:17"},
	{`_geoPoint(1,2)`, "`_geoPoint` is a reserved keyword", "1:15"},
	{`a = _geoRadius(1,2,3)`, "`_geoRadius` filter is an operation", "5:22"},
	{`a = _geoBoundingBox`, "`_geoBoundingBox` filter is an operation", "5:20"},
	{`_geoRadius`, "expects three arguments", "1:11"},
	{`_geoRadius(1, 2)`, "expects three arguments", "1:17"},
	{`_geoRadius(1, 2, 3, 4)`, "expects three arguments", "1:23"},
	{`_geoRadius(1, 2, x)`, "expects three arguments", "1:20"},
	{`_geoRadius(1, 2, 3`, "expects three arguments", "1:19"},
	{`_geoRadius(91, 2, 3)`, "Bad latitude `91`", "1:21"},
	{`_geoRadius(-1, 181, 3)`, "Bad longitude `181`", "1:23"},
	{`_geoRadius(1, 2, -3)`, "below zero", "1:21"},
	{`_geoBoundingBox([1, 2])`, "two pairs", "1:24"},
	{`_geoBoundingBox(1, 2, 3, 4)`, "two pairs", "1:28"},
	{`_geoBoundingBox([1, 2], [2, 3])`, "top latitude `1` is below the bottom latitude `2`", "1:32"},
	{`_geoBoundingBox([1, 200], [0, 3])`, "Bad longitude `200`", "1:34"},
	{`a = 1 a = 2`, "end of the filter: `a = 2`", "7:12"},
	{`a = 1 ANDb = 2`, "end of the filter: `ANDb = 2`", "7:15"},
	{`a EXISTSb`, "Was expecting an operation", "1:10"},
	{`a == 1`, "got `=`", "4:5"},
	{`a => 1`, "got `>`", "4:5"},
	{`ü = 1 & 2`, "end of the filter: `& 2`", "7:10 ü = 1 & 2"},
}

func TestBadFilters(t *testing.T) {
	for _, c := range badFilters {
		t.Run(c.in, func(t *testing.T) {
			_, err := parseFilter(c.in)
			checkFilterError(t, err, c.says)
			if err != nil && !strings.Contains(err.Error(), "\n"+c.at) {
				t.Errorf("no columns %s in %v", c.at, err)
			}
		})
	}
}

func TestBoundsOfFilters(t *testing.T) {
	many := func(n int, s string) string { return strings.Repeat(s, n) }
	for name, c := range map[string]struct {
		in   any
		says string
	}{
		"a bool":           {true, "expected String, Array, found: true"},
		"a number":         {int64(1), "expected String, Array, found: 1"},
		"an object":        {value.Object{"a": int64(1)}, "expected String, Array"},
		"a number inside":  {value.List{int64(1)}, "expected String, [String], found: 1"},
		"too deep a list":  {value.List{value.List{value.List{"a = 1"}}}, "expected String, found: [\"a = 1\"]"},
		"parentheses":      {many(60, "(") + "a = 1" + many(60, ")"), "inside of one another"},
		"open parentheses": {many(5000, "("), "inside of one another"},
		"NOTs":             {many(60, "NOT ") + "a = 1", "inside of one another"},
		"terms":            {"a = 1" + many(1000, " OR a = 1"), "1001 conditions"},
		"values":           {"a IN [" + many(1001, "1,") + "]", "1001 conditions"},
		"elements":         {make(value.List, 1001), "1001 elements"},
		"bytes":            {value.List{`a = "` + many(40<<10, "x") + `"`, `a = "` + many(40<<10, "x") + `"`}, "more than 65536 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseFilter(c.in)
			checkFilterError(t, err, c.says)
			if len(err.Error()) > maxMessage {
				t.Errorf("a message of %d bytes", len(err.Error()))
			}
		})
	}
	if _, err := parseFilter(many(49, "(") + "a = 1" + many(49, ")")); err != nil {
		t.Errorf("a filter within the bounds: %v", err)
	}
	if _, err := parseFilter("a = 1" + many(999, " OR a = 1")); err != nil {
		t.Errorf("a filter within the bounds: %v", err)
	}
}

func checkFilterError(t *testing.T, err error, says string) {
	t.Helper()
	var e *fault.Error
	if !errors.As(err, &e) || e.Code != fault.Invalid || e.Details[codeDetail] != invalidFilter {
		t.Fatalf("%v in place of an invalid filter", err)
	}
	if !strings.Contains(e.Message, says) {
		t.Errorf("no %q in %q", says, e.Message)
	}
}

func TestPolygonIsNotOffered(t *testing.T) {
	_, err := parseFilter(`_geoPolygon([1, 2], [3, 4], [5, 6])`)
	if e := fault.As(err); e.Code != fault.Invalid || e.Details[codeDetail] != featureNotEnabled {
		t.Error(err)
	}
}

// What is taken can be written and read again as the same, and is within the bounds.
func FuzzFilter(f *testing.F) {
	for _, c := range goodFilters {
		f.Add(c.in)
	}
	for _, c := range badFilters {
		f.Add(c.in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		in = strings.ToValidUTF8(in, "\ufffd") // as every request is
		once, err := parseFilter(in)
		if err != nil {
			if e := fault.As(err); e.Code != fault.Invalid {
				t.Fatalf("%q: %v", in, err)
			}
			return
		}
		terms, depth := once.filter.Size()
		if terms > MaxFilterTerms || depth > 3*MaxFilterDepth+3 {
			t.Fatalf("%q has %d terms and %d levels", in, terms, depth)
		}
		if len(once.filter.Attribute) > 0 && len(once.uses) == 0 {
			t.Fatalf("%q names an attribute, and nobody knows", in)
		}
		text := filterText(once.filter)
		p := filterParser{source: text, depth: -3 * MaxFilterDepth} // written out, a filter may have more parentheses
		if text == "" {
			return
		}
		again, err := p.parse()
		if err != nil || !reflect.DeepEqual(once.filter, again) {
			t.Fatalf("%q was written as %q, and read as %+v in place of %+v, %v", in, text, again, once.filter, err)
		}
	})
}

func decoded(t testing.TB, text string) any {
	t.Helper()
	v, err := value.Decode([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}
