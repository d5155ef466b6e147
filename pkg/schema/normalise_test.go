package schema_test

import (
	"reflect"
	"testing"

	"kontor/pkg/value"
)

func TestNormaliseMerges(t *testing.T) {
	typ := thing(t)
	current := value.Object{"title": "Alt", "summary": "bleibt", "startYear": int64(2000)}
	before := value.CloneObject(current)
	out := normal(t, typ, current, object(t, `{"title": "Neu", "startYear": null, "topics": []}`))
	mustEqual(t, out, value.Object{"title": "Neu", "summary": "bleibt"})
	mustEqual(t, current, before)
	out["title"] = "x"
	mustEqual(t, current, before)
}

func TestNormaliseReportsEveryField(t *testing.T) {
	typ := thing(t)
	_, problems := typ.Normalise(nil, object(t, `{"zzz": 1, "title": 7, "startYear": "x", "phase": "y", "day": "z", "aaa": 2,
		"": 1, "links": [{"label": 1, "nope": 2, "": 3}], "place": {"name": "n", "address": {"city": 3}}, "tags": ["ok", 5]}`))
	mustEqual(t, english(problems), []string{
		"title: title must be a `string` type, but the final value was: `7`.",
		"startYear: startYear must be a `number` type, but the final value was: `\"x\"`.",
		"day: Invalid format, expected yyyy-MM-dd",
		"phase: phase must be one of the following values: planned, running",
		"place.address.city: place.address.city must be a `string` type, but the final value was: `3`.",
		"links.0.label: links[0].label must be a `string` type, but the final value was: `1`.",
		"links.0.: Invalid key  at links.",
		"links.0.nope: Invalid key nope at links.nope",
		"tags.1: tags[1] must be a `string` type, but the final value was: `5`.",
		": Invalid key ",
		"aaa: Invalid key aaa",
		"zzz: Invalid key zzz",
	})
	if german := problems[5].German; german != "„Links“ Nr. 1, „Linktext“: muss ein Text sein." {
		t.Error(german)
	}
	mustEqual(t, problems[0].Value, int64(7))
}

func TestObjectsAreReplaced(t *testing.T) {
	typ := thing(t)
	current := normal(t, typ, nil, object(t, `{"place": {"name": "Rathaus", "address": {"street": "Markt 1", "city": "Unna"}}}`))
	out := normal(t, typ, current, object(t, `{"place": {"address": {"city": "Hamm"}}}`))
	mustEqual(t, out["place"], value.Object{"address": value.Object{"city": "Hamm"}})
	out = normal(t, typ, current, object(t, `{"place": {"name": null, "address": {}}}`))
	if _, ok := out["place"]; ok {
		t.Error("an empty object stays")
	}
}

func TestItemsKeepTheirID(t *testing.T) {
	typ := thing(t)
	current := normal(t, typ, nil, object(t, `{"links": [{"label": "A", "url": "https://a.de"}, {"label": "B", "external": true}]}`))
	list := current["links"].(value.List)
	a, b := list[0].(value.Object)["id"].(int64), list[1].(value.Object)["id"].(int64)
	if a == b || a < 1 || a > 1<<31-1 {
		t.Fatal(a, b)
	}
	out := normal(t, typ, current, value.Object{"links": value.List{
		value.Object{"label": "neu"},
		value.Object{"id": b, "external": nil},
		value.Object{"id": float64(a), "label": "A2"},
	}})
	list = out["links"].(value.List)
	if id := list[0].(value.Object)["id"]; id == a || id == b {
		t.Error("a new item has the id of an old one")
	}
	mustEqual(t, list[1], value.Object{"id": b, "label": "B"})
	mustEqual(t, list[2], value.Object{"id": a, "label": "A2", "url": "https://a.de"})

	for _, ids := range []value.List{{int64(99)}, {a, a}, {"x"}, {1.5}} {
		items := value.List{}
		for _, id := range ids {
			items = append(items, value.Object{"id": id})
		}
		if _, problems := typ.Normalise(current, value.Object{"links": items}); len(problems) != 1 || problems[0].Path[2] != "id" {
			t.Errorf("%v: %v", ids, problems)
		}
	}
	if _, problems := typ.Normalise(nil, value.Object{"place": value.Object{"id": int64(1)}}); len(problems) != 1 {
		t.Error("a single object takes an id")
	}
}

func TestWithDefaults(t *testing.T) {
	typ := thing(t)
	got := typ.WithDefaults(object(t, `{"good": null, "title": "x", "links": [{"label": "a"}, {"external": false}]}`))
	mustEqual(t, got, object(t, `{"good": null, "title": "x", "startYear": 2026, "phase": "planned",
		"links": [{"label": "a", "external": true}, {"external": false}]}`))
}

func TestCheckPublish(t *testing.T) {
	typ := thing(t)
	for _, c := range []struct {
		values string
		want   []string
	}{
		{`{"title": "abc", "topics": ["` + idA + `"], "place": {"name": "x"}, "home": "https://a.de"}`, nil},
		{`{}`, []string{
			"title: title must be a `string` type, but the final value was: `null`.",
			"topics: topics must be a `array` type, but the final value was: `null`.",
			"place: place must be a `object` type, but the final value was: `null`.",
			"mail: at least one of mail, home must be filled, not 0",
		}},
		{`{"title": "ab", "topics": ["` + idA + `"], "place": {"address": {"city": "x"}}, "mail": "a@b.de", "home": "https://a.de", "links": [{"label": "x"}, {"url": "https://a.de"}]}`, []string{
			"title: title must be at least 3 characters",
			"place.name: place.name must be a `string` type, but the final value was: `null`.",
			"links.1.label: links[1].label must be a `string` type, but the final value was: `null`.",
		}},
	} {
		out := normal(t, typ, nil, object(t, c.values))
		mustEqual(t, english(typ.CheckPublish(out)), c.want)
	}
}

func TestChoices(t *testing.T) {
	set := load(t, "a.json", typ("a", `"single": true`, `"oneOf": [{"required": ["x"]}, {"required": ["y"]}]`,
		`"x": {"type": "string", "title": "X"}, "y": {"type": "array", "title": "Y", "minItems": 2, "items": {"type": "integer"}}`))
	a, _ := set.Type("a")
	for values, want := range map[string]string{
		`{}`:                      "choice",
		`{"x": "1"}`:              "",
		`{"x": "1", "y": [1, 2]}`: "choice",
		`{"y": [1]}`:              "too_few",
		`{"y": [1, 2]}`:           "",
	} {
		code := ""
		if problems := a.CheckPublish(normal(t, a, nil, object(t, values))); len(problems) > 0 {
			code = problems[0].Code
		}
		if code != want {
			t.Errorf("%s: %q, want %q", values, code, want)
		}
	}
}

func TestCheckFindsWhatIsStoredWrong(t *testing.T) {
	typ := thing(t)
	for text, want := range map[string]string{
		`{"title": " x "}`:                       "stored",
		`{"title": 7}`:                           "type",
		`{"title": null}`:                        "stored",
		`{"tags": []}`:                           "stored",
		`{"nope": 1}`:                            "unknown",
		`{"phase": "old"}`:                       "enum",
		`{"body": "<script>x</script><p>a</p>"}`: "stored",
		`{"extra": {"a": 1}}`:                    "stored",
		`{"extra": "{\"b\":1, \"a\":2}"}`:        "stored",
		`{"extra": "{"}`:                         "stored",
		`{"links": [{"label": "a"}]}`:            "stored",
		`{"links": [{"id": 1}, {"id": 1}]}`:      "duplicate",
		`{"links": [{"id": 1, "x": 1}]}`:         "unknown",
		`{"links": [{"id": 1, "raw": "["}]}`:     "stored",
		`{"checked": "2026-11-22T07:18:00Z"}`:    "stored",
		`{"start": {"local": "2026-11-22T19:00", "zone": "Europe/Berlin"}}`:                                       "stored",
		`{"start": {"local": "2026-11-22T19:00:00", "zone": "Europe/Berlin", "utc": "2026-11-22T18:00:00.000Z"}}`: "stored",
		`{"start": {"local": "2026-11-22T19:00", "zone": "Mars/North", "utc": "2026-11-22T18:00:00.000Z"}}`:       "format",
		`{"start": {"local": "2026-03-29T02:30", "zone": "Europe/Berlin", "utc": "2026-03-29T01:30:00.000Z"}}`:    "", // the rules have changed since
		`{"start": {"local": "2026-11-22T19:00", "zone": "Europe/Berlin", "utc": "2026-11-22T17:00:00.000Z"}}`:    "",
		`{"links": [{"id": 1, "raw": "[]"}], "extra": "{\"a\":2,\"b\":1}"}`:                                       "",
	} {
		code := ""
		if problems := typ.Check(object(t, text)); len(problems) > 0 {
			code = problems[0].Code
		}
		if code != want {
			t.Errorf("%s: %q, want %q", text, code, want)
		}
	}
}

func TestTwinAndRefs(t *testing.T) {
	typ := thing(t)
	values := normal(t, typ, nil, object(t, `{"title": "Ämter", "body": "<p>Größe <b>x</b></p><p>y <a href=\"entry:page/`+idB+`\">l</a></p>",
		"topics": ["`+idA+`", "`+idB+`"], "contact": "`+idA+`", "startYear": 2020, "tags": ["a", "ß"], "phase": "running",
		"place": {"name": "Köln", "owner": "`+idA+`", "note": "<p><a href=\"entry:page/`+idB+`\">l</a><a href=\"entry:page/`+idB+`\">l</a></p>", "address": {"city": "Hürth"}},
		"links": [{"external": true}, {"label": "b", "url": "https://b.de"}]}`))
	twin := typ.Twin(values)
	if sort := twin["sort"].(value.Object); len(sort) != 1 || sort["title"] == "" {
		t.Errorf("%v", sort)
	}
	mustEqual(t, twin["fold"], value.Object{
		"title": "ÄMTER", "body": "GRÖßE X Y L", "tags": value.List{"A", "ß"}, "phase": "RUNNING",
		"place": value.Object{"name": "KÖLN", "note": "LL", "address": value.Object{"city": "HÜRTH"}},
		"links": value.List{value.Object{"label": "B", "url": "HTTPS://B.DE"}},
	})
	if typ.Twin(value.Object{"startYear": int64(1)}) != nil {
		t.Error("a twin of nothing")
	}
	var got []string
	for _, r := range typ.Refs(values) {
		s := r.Field + " " + r.To + " " + r.DocumentID[:1]
		if r.Restrict {
			s += " restrict"
		}
		if r.Link {
			s += " link"
		}
		got = append(got, s)
	}
	mustEqual(t, got, []string{"body page b link", "topics thing a restrict", "topics thing b restrict", "contact thing a", "place.note page b link", "place.owner thing a"})
}

func TestParseQuery(t *testing.T) {
	typ := thing(t)
	bad := any("refused")
	for _, c := range []struct {
		field string
		sent  any
		want  any
	}{
		{"title", "x", "x"}, {"title", "2015", "2015"}, {"title", int64(1), bad}, {"title", "Scho\u0308n", "Schön"},
		{"startYear", "2015", int64(2015)}, {"startYear", "2015.0", int64(2015)}, {"startYear", "2015.5", 2015.5}, {"startYear", int64(1), int64(1)},
		{"startYear", 2.0, int64(2)}, {"startYear", "x", bad}, {"startYear", "", bad}, {"startYear", "0x10", bad}, {"startYear", "1_000", bad},
		{"startYear", "NaN", bad}, {"startYear", "99999999999999999999", bad}, {"startYear", true, bad}, {"startYear", "+5", bad},
		{"share", "0.5", 0.5}, {"share", "1", 1.0}, {"share", int64(1), 1.0}, {"share", "1,5", bad},
		{"costs", "1999", int64(1999)},
		{"good", "true", true}, {"good", "1", true}, {"good", "t", true}, {"good", "0", false}, {"good", "f", false}, {"good", "false", false},
		{"good", true, true}, {"good", "yes", bad}, {"good", "TRUE", bad}, {"good", int64(1), bad},
		{"day", "2026-11-22", "2026-11-22"}, {"day", "22.11.2026", bad}, {"day", int64(1), bad},
		{"checked", "2026-11-22", "2026-11-22T00:00:00.000Z"}, {"checked", "2026-11-22T01:00:00+01:00", "2026-11-22T00:00:00.000Z"}, {"checked", "x", bad},
		{"start", "2026-11-22T01:00:00+01:00", "2026-11-22T00:00:00.000Z"}, {"start", "2026-11-22", "2026-11-22T00:00:00.000Z"},
		{"phase", "planned", "planned"}, {"phase", "whatever", bad}, {"phase", "Planned", bad}, {"phase", "", bad}, {"phase", int64(1), bad},
		{"contact", idA, idA}, {"contact", "12", int64(12)}, {"contact", int64(12), int64(12)}, {"contact", "x", "x"}, {"contact", true, bad},
		{"logo", "12", int64(12)}, {"logo", "x", bad},
		{"spot", "x", bad}, {"extra", "x", bad}, {"place", "x", bad}, {"place", int64(1), bad},
		{"startYear", value.List{"1", int64(2)}, value.List{int64(1), int64(2)}}, {"startYear", value.List{"1", "x"}, bad},
	} {
		f, _ := typ.Field(c.field)
		got, err := f.ParseQuery(c.sent)
		if (err != nil) != (c.want == bad) && !(err == nil && reflect.DeepEqual(got, c.want)) {
			t.Errorf("%s %#v: %#v %v", c.field, c.sent, got, err)
		}
		if err == nil {
			mustEqual(t, got, c.want)
		}
	}
	f, _ := typ.Field("day")
	if _, err := f.ParseQuery("z"); err.Error() != "Invalid format, expected yyyy-MM-dd" {
		t.Error(err)
	}
	f, _ = typ.Field("startYear")
	if _, err := f.ParseQuery("x"); err.Error() != "startYear must be a `number` type, but the final value was: `\"x\"`." {
		t.Error(err)
	}
}
