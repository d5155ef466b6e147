package schema_test

import (
	"strings"
	"testing"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

func TestInvisible(t *testing.T) {
	for s, place := range map[string]int{
		"": 0, "Straßenbeleuchtung 2.0 – „Pilot“ & Café": 0, "Gemeinde\u00adentwicklung": 0, "10\u00a0€": 0, "e\u0301": 0,
		"👩\u200d🚒 Feuerwehr": 0, "👩🏽\u200d🚒": 0, "❤\ufe0f\u200d🔥": 0, "می\u200cخواهم": 0, "क्\u200dष": 0, "العربية": 0, "\u0600١٢": 0, "👍🏽": 0,
		"a\u202eb": 2, "\u2066x\u2069": 1, "a\u200eb": 2, "a\u061cb": 2, "Bau\u200bhof": 4, "Bau\u200chof": 4, "Bau\u200dhof": 4, "x\u2060y": 2,
		"x\ufeffy": 2, "x\u180ey": 2, "ö\u3164": 2, "\U000e0041": 1, "👩\u200d": 2, "👩\u200dx": 2, "x\u200d👩": 2, "می\u200c": 3, "a\u034fb": 2, "a\u2028b": 0, "\xff\u200b": 2,
	} {
		r, got, found := schema.Invisible(s)
		if got != place || found != (place > 0) || found && !strings.ContainsRune(s, r) {
			t.Errorf("%+q: %U at %d, %v; want place %d", s, r, got, found, place)
		}
	}
}

// New lines must show what they hold; stored ones stay, and their entries can be edited.
func TestInvisibleInLines(t *testing.T) {
	typ := one(t, `"name": {"title": "x", "type": "string"}, "tags": {"title": "x", "type": "array", "items": {"type": "string"}}, "mail": {"title": "x", "type": "string", "format": "email"},
		"note": {"title": "x", "type": "string", "contentMediaType": "text/plain"}, "body": {"title": "x", "type": "string", "contentMediaType": "text/html"},
		"links": {"title": "x", "type": "array", "items": {"type": "object", "properties": {"label": {"title": "x", "type": "string"}}}}`)
	const bad = "Bau\u200bhof"
	old := value.Object{"name": bad, "tags": value.List{"a", bad}, "links": value.List{value.Object{"id": int64(1), "label": bad}}}
	for _, c := range []struct {
		name    string
		current value.Object
		changes value.Object
		wrong   string
	}{
		{"a new name", nil, value.Object{"name": bad}, "name"},
		{"a new tag", nil, value.Object{"tags": value.List{"x", bad}}, "tags.1"},
		{"a new label", nil, value.Object{"links": value.List{value.Object{"label": bad}}}, "links.0.label"},
		{"a new address", nil, value.Object{"mail": "a\u200bb@x.example"}, "mail"},
		{"texts of several lines", nil, value.Object{"note": bad + "\u202e", "body": "<p>می\u200cخواهم \u2067x\u2069</p>"}, ""},
		{"the stored values again", old, old, ""},
		{"another field", old, value.Object{"note": "neu"}, ""},
		{"another such name", old, value.Object{"name": bad + "\u200b"}, "name"},
		{"another tag", old, value.Object{"tags": value.List{bad, "a\u202e"}}, "tags.1"},
		{"a clean name", old, value.Object{"name": "Bauhof"}, ""},
	} {
		_, problems := typ.Normalise(c.current, c.changes)
		got := ""
		for _, p := range problems {
			got += strings.Join(p.Path, ".")
			if !strings.Contains(p.English, "U+20") || !strings.Contains(p.German, "unsichtbares Zeichen (U+20") {
				t.Errorf("%s: %q, %q", c.name, p.English, p.German)
			}
		}
		if got != c.wrong {
			t.Errorf("%s: refused %q, want %q", c.name, got, c.wrong)
		}
	}
	if problems := typ.Check(old); len(problems) > 0 {
		t.Errorf("stored values do not fit: %v", problems)
	}
	if out, problems := typ.Convert(typ, old); len(problems) > 0 || !value.Equal(out, old) {
		t.Errorf("stored values are converted to %v, %v", out, problems)
	}
}
