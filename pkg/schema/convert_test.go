package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// Definitions of a field.
const (
	str      = `"type": "string"`
	text     = `"type": "string", "contentMediaType": "text/plain"`
	rich     = `"type": "string", "contentMediaType": "text/html"`
	integer  = `"type": "integer"`
	num      = `"type": "number"`
	money    = `"type": "integer", "x-money": "EUR"`
	boolean  = `"type": "boolean"`
	day      = `"type": "string", "format": "date"`
	instant  = `"type": "string", "format": "date-time"`
	local    = `"type": "object", "x-local-time": {"zone": "Europe/Berlin"}`
	enum     = `"oneOf": [{"const": "a", "title": "A"}, {"const": "1", "title": "1"}]`
	mail     = `"type": "string", "format": "email"`
	uri      = `"type": "string", "format": "uri"`
	relation = `"x-relation": {"to": "one"}`
	other    = `"x-relation": {"to": "two"}`
	asset    = `"x-asset": {}`
	free     = `"x-json": true`
	strList  = `"type": "array", "items": {"type": "string"}`
	numbers  = `"type": "array", "items": {"type": "integer"}`
	group    = `"type": "object", "properties": {"a": {"type": "string", "title": "A"}}`
	groups   = `"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string", "title": "A"}}}`
	lossy    = "lost"
)

// conversions are values of a field under its former definition, and what the next one makes of them.
var conversions = []struct {
	old, next string
	sent      string // JSON
	want      string // JSON of what is stored, or the code of the problem
}{
	{str, text, `"x"`, `"x"`},
	{text, str, `"x"`, `"x"`},
	{text, str, `"x\ny"`, "format"},
	{text, str, `"` + strings.Repeat("x", 201) + `"`, "too_long"},
	{text, rich, `"a <b>\nc\n\nd"`, `"<p>a &lt;b&gt;<br/>c</p><p>d</p>"`},
	{rich, text, `"<p>a &lt;b&gt;<br/>c</p><p>d</p>"`, `"a <b>\nc\n\nd"`},
	{rich, text, `"<p>a <strong>b</strong></p>"`, lossy},
	{rich, str, `"<p>a</p>"`, `"a"`},
	{integer, num, `7`, `7.0`},
	{num, integer, `7.0`, `7`},
	{num, integer, `7.5`, lossy},
	{integer, str, `7`, `"7"`},
	{num, str, `7.5`, `"7.5"`},
	{str, integer, `"7"`, `7`},
	{str, integer, `"7.5"`, lossy},
	{str, integer, `"sieben"`, lossy},
	{str, num, `"7.5"`, `7.5`},
	{integer, money, `7`, lossy},
	{money, integer, `7`, lossy},
	{money, str, `7`, lossy},
	{money, money + `, "maximum": 5`, `7`, "too_big"},
	{boolean, str, `true`, `"true"`},
	{str, boolean, `"false"`, `false`},
	{str, boolean, `"ja"`, lossy},
	{integer, boolean, `1`, lossy},
	{str, boolean + `, "x-migrate": {"map": {"ja": "true"}}`, `"ja"`, `true`},
	{str, enum, `"a"`, `"a"`},
	{str, enum, `"b"`, "enum"},
	{str, enum + `, "x-migrate": {"map": {"b": "a"}}`, `"b"`, `"a"`},
	{enum, enum + `, "x-migrate": {"map": {"a": "1"}}`, `"a"`, `"1"`},
	{integer, enum, `1`, `"1"`},
	{boolean, enum + `, "x-migrate": {"map": {"true": "a", "false": "1"}}`, `false`, `"1"`},
	{enum, str, `"a"`, `"a"`},
	{day, instant, `"2026-11-22"`, `"2026-11-22T00:00:00.000Z"`},
	{instant, day, `"2026-11-22T00:00:00.000Z"`, `"2026-11-22"`},
	{instant, day, `"2026-11-22T00:00:01.000Z"`, lossy},
	{str, day, `"2026-11-22"`, `"2026-11-22"`},
	{str, day, `"22.11.2026"`, lossy},
	{str, instant, `"2026-11-22T01:00:00+01:00"`, `"2026-11-22T00:00:00.000Z"`},
	{day, str, `"2026-11-22"`, `"2026-11-22"`},
	{instant, local, `"2026-11-22T18:00:00.000Z"`, `{"local": "2026-11-22T19:00", "utc": "2026-11-22T18:00:00.000Z", "zone": "Europe/Berlin"}`},
	{instant, local, `"2026-10-25T01:30:00.000Z"`, lossy}, // the second 2:30 of that night
	{instant, local, `"2026-11-22T18:00:00.500Z"`, lossy},
	{local, instant, `{"local": "2026-11-22T19:00", "utc": "2026-11-22T18:00:00.000Z", "zone": "Europe/Berlin"}`, lossy},
	{str, mail, `"a@b.de"`, `"a@b.de"`},
	{str, mail, `"x"`, "format"},
	{str, uri, `"https://a.de"`, `"https://a.de"`},
	{uri, str, `"https://a.de"`, `"https://a.de"`},
	{relation, relation, `"` + idA + `"`, `"` + idA + `"`},
	{relation, other, `"` + idA + `"`, lossy},
	{relation, `"type": "array", ` + relation, `"` + idA + `"`, `["` + idA + `"]`},
	{`"type": "array", ` + relation, relation, `["` + idA + `"]`, `"` + idA + `"`},
	{`"type": "array", ` + relation, relation, `["` + idA + `", "` + idB + `"]`, lossy},
	{relation, str, `"` + idA + `"`, lossy},
	{asset, `"type": "array", ` + asset, `7`, `[7]`},
	{asset, integer, `7`, lossy},
	{str, strList, `"x"`, `["x"]`},
	{strList, str, `["x"]`, `"x"`},
	{strList, str, `["x", "y"]`, lossy},
	{strList, numbers, `["1", "2"]`, `[1, 2]`},
	{strList, strList + `, "maxItems": 1`, `["x", "y"]`, "too_many"},
	{str, free, `"x"`, `"\"x\""`},
	{free, free, `"{\"a\":1}"`, `"{\"a\":1}"`},
	{free, str, `"1"`, lossy},
	{group, free, `{"a": "x"}`, `"{\"a\":\"x\"}"`},
	{group, groups, `{"a": "x"}`, `[{"a": "x", "id": 0}]`},
	{groups, group, `[{"a": "x", "id": 5}]`, `{"a": "x"}`},
	{groups, group, `[{"a": "x", "id": 5}, {"a": "y", "id": 6}]`, lossy},
	{groups, groups, `[{"a": "x", "id": 5}, {"id": 6}]`, `[{"a": "x", "id": 5}, {"id": 6}]`},
	{groups, strings.Replace(groups, `"a":`, `"b":`, 1), `[{"a": "x", "id": 5}]`, lossy},
	{groups, strings.Replace(groups, `"a": {`, `"b": {"x-migrate": {"from": "a"}, `, 1), `[{"a": "x", "id": 5}]`, `[{"b": "x", "id": 5}]`},
	{group, str, `{"a": "x"}`, lossy},
}

// TestConvertKinds converts one field from the definition it had to another.
func TestConvertKinds(t *testing.T) {
	cache := map[string]*schema.Type{}
	withField := func(field string) *schema.Type {
		if cache[field] == nil {
			cache[field], _ = load(t,
				"one.json", typ("one", `"single": true`, "", `"f": {"title": "F", `+field+`}`),
				"two.json", typ("two", `"single": true`, "", `"t": {"type": "string", "title": "T"}`),
			).Type("one")
		}
		return cache[field]
	}
	for _, c := range conversions {
		t.Run(fmt.Sprint(c.old, "→", c.next, c.sent), func(t *testing.T) {
			old, next := withField(c.old), withField(c.next)
			values := value.Object{"f": decode(t, c.sent)}
			if problems := old.Check(values); len(problems) > 0 {
				t.Fatalf("the old value is wrong: %v", problems)
			}
			got, problems := next.Convert(old, values)
			if len(problems) > 0 {
				if problems[0].Code != c.want {
					t.Errorf("%v", problems)
				}
				if problems[0].Path[0] != "f" {
					t.Errorf("path %v", problems[0].Path)
				}
				return
			}
			if problems := next.Check(got); len(problems) > 0 {
				t.Errorf("the new value is wrong: %v", problems)
			}
			if list, ok := got["f"].(value.List); ok && strings.Contains(c.want, `"id": 0`) {
				list[0].(value.Object)["id"] = int64(0) // random
			}
			if !strings.HasPrefix(c.want, "{") && !strings.HasPrefix(c.want, "[") && strings.Trim(c.want, `abcdefghijklmnopqrstuvwxyz_`) == "" && c.want != "null" && c.want != "true" && c.want != "false" {
				t.Fatalf("%v is taken, want %s", got, c.want)
			}
			mustEqual(t, got["f"], decode(t, c.want))
		})
	}
}

func TestConvertFields(t *testing.T) {
	const note = `"note": {"type": "string", "title": "Notiz"}`
	from := func(name string) string {
		return `"` + name + `": {"type": "string", "title": "N", "x-migrate": {"from": "note"}}`
	}
	old := one(t, note+`, "b": {"type": "string", "title": "B"}`)
	for _, c := range []struct {
		properties, values, want string
		problems                 []string
	}{
		{note, `{"note": "x"}`, `{"note": "x"}`, nil},
		{note, `{"note": "x", "b": "y"}`, "", []string{"b: b would lose its value: the field is gone"}},
		{note, `{"note": "x", "b": null}`, `{"note": "x"}`, nil},
		{from("memo"), `{"note": "x"}`, `{"memo": "x"}`, nil},
		{from("b"), `{"note": "x"}`, `{"b": "x"}`, nil},
		{from("b"), `{"b": "x"}`, `{"b": "x"}`, nil},
		{from("b"), `{"b": "x", "note": "y"}`, "", []string{"note: note would lose its value: the field is gone"}},
		{note, `{"stray": 1}`, "", []string{"stray: stray would lose its value: the field is gone"}},
	} {
		got, problems := one(t, c.properties).Convert(old, object(t, c.values))
		mustEqual(t, english(problems), c.problems)
		if c.problems == nil {
			mustEqual(t, got, object(t, c.want))
		}
	}
}

func TestConvertToItself(t *testing.T) {
	typ := thing(t)
	values := normal(t, typ, nil, sample(t))
	got, problems := typ.Convert(typ, values)
	if len(problems) > 0 {
		t.Error(problems)
	}
	mustEqual(t, got, values)
}

// sample has a value for every field of thing.
func sample(t testing.TB) value.Object {
	return object(t, `{"title": "Titel", "slug": "titel", "code": "05315", "summary": "a\nb", "body": "<p>a <b>b</b></p>", "startYear": 2015, "share": 0.25,
		"costs": 1999, "good": false, "day": "2026-11-22", "checked": "2026-11-22T07:18:00Z", "start": {"local": "2026-11-22T19:00"}, "phase": "running",
		"mail": "a@b.de", "home": "https://a.de", "topics": ["`+idA+`", "`+idB+`"], "contact": "`+idA+`", "files": [1, 2], "logo": 3,
		"spot": {"lat": 51, "lng": 6.5}, "extra": {"a": [1, null]}, "place": {"name": "n", "note": "<p>x</p>", "owner": "`+idB+`", "address": {"city": "c"}},
		"links": [{"label": "l", "url": "https://b.de", "raw": {"x": 1}}, {"external": false}], "tags": ["a", "b"], "shown": ["mail"], "years": [1999],
		"phone": "0211"}`)
}

func TestDiff(t *testing.T) {
	old := load(t, "gone.json", typ("gone", `"single": true`, "", `"x": {"type": "string", "title": "X"}`),
		"one.json", typ("one", `"plural": "ones", "display": "title", "locales": ["de", "en"]`, "", `
		"title": {"type": "string", "title": "T", "maxLength": 100},
		"kind": {"oneOf": [{"const": "a", "title": "A"}, {"const": "b", "title": "B"}], "title": "K"},
		"n": {"type": "integer", "title": "N", "maximum": 9},
		"to": {"title": "R", "x-relation": {"to": "one"}},
		"o": {"type": "object", "title": "O", "properties": {"a": {"type": "string", "title": "A"}, "b": {"type": "string", "title": "B"}}},
		"old": {"type": "string", "title": "O"},
		"gone": {"type": "string", "title": "G"}`))
	next := load(t, "new.json", typ("new", `"single": true`, "", `"x": {"type": "string", "title": "X"}`),
		"one.json", typ("one", `"plural": "eins", "display": "title", "locales": ["de", "fr"]`, `"required": ["title"]`, `
		"title": {"type": "string", "title": "T", "maxLength": 60, "pattern": "^x"},
		"kind": {"oneOf": [{"const": "a", "title": "A"}, {"const": "c", "title": "C"}], "title": "K"},
		"n": {"type": "integer", "title": "N", "maximum": 10, "minimum": 1},
		"to": {"type": "array", "title": "R", "x-relation": {"to": "new", "onDelete": "restrict"}},
		"o": {"type": "object", "title": "O", "properties": {"a": {"type": "integer", "title": "A"}}},
		"fresh": {"type": "string", "title": "O", "x-migrate": {"from": "old"}},
		"more": {"type": "string", "title": "M", "x-search": {"sort": true}}`))
	var got []string
	for _, d := range old.Diff(next) {
		mark := " "
		if d.Breaking {
			mark = "!"
		}
		got = append(got, mark+" "+d.String())
	}
	mustEqual(t, got, []string{
		"! gone: the type is gone",
		"  new: the type is new",
		"  one: plural changes from ones to eins",
		"! one: locale en is gone",
		"  one: locale fr is new",
		"  one.title: required changes from no to yes",
		"! one.title: maxLength changes from 100 to 60",
		"! one.title: pattern changes from none to ^x",
		"! one.kind: constant b is gone",
		"  one.kind: constant c is new",
		"! one.n: minimum changes from none to 1",
		"  one.n: maximum changes from 9 to 10",
		"! one.to: list changes from no to yes",
		"! one.to: relation to changes from one to new",
		"  one.to: onDelete restrict changes from no to yes",
		"! one.o.a: kind changes from string to integer",
		"! one.o.b: the field is gone",
		"! one.fresh: takes the values of old",
		"  one.more: the field is new",
		"! one.gone: the field is gone",
	})
	if d := old.Diff(old); len(d) > 0 {
		t.Error(d)
	}
}
