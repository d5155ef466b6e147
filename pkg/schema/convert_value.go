package schema

import (
	"fmt"
	"html"
	"math"
	"strings"
	"time"

	"kontor/pkg/value"
)

func lost(english, german string) *problem {
	return &problem{code: "lost", english: "would lose its value: " + english, german: german}
}

func noWay(old, f *Field) *problem {
	return lost(fmt.Sprintf("%s cannot become %s", old.Kind, f.Kind), "der bisherige Wert passt nicht zur neuen Art des Feldes.")
}

// convertValue converts one stored value, an element of a list. What it gives goes through the new field's rules afterwards,
// except for JSON.
func convertValue(old, f *Field, v any) (any, *problem) {
	kind := old.Kind
	if m := f.Migrate; m != nil && isScalar(v) && kind != JSON {
		if to, ok := m.Map[scalarText(v)]; ok {
			v, kind = to, String
		}
	}
	var n any
	switch {
	case kind == JSON && f.Kind == JSON:
		return v, jsonKind{}.check(f, v)
	case f.Kind == JSON:
		return jsonKind{}.normal(f, v)
	case kind == f.Kind && kind != Relation:
		n = v
	case f.Kind == Relation && kind == Relation && old.Relation.To == f.Relation.To:
		n = v
	case kind == RichText && (f.Kind == String || f.Kind == Text):
		n = fromHTML(v)
	case kind == Date && f.Kind == DateTime:
		n = fmt.Sprint(v, "T00:00:00.000Z")
	case kind == DateTime && f.Kind == Date:
		n = midnight(v)
	case kind == DateTime && f.Kind == LocalTime:
		n = onTheWall(v, f.Zone)
	case hasPlainText(kind):
		n = fromText(scalarText(v), f)
	}
	if n == nil {
		return nil, noWay(old, f)
	}
	return n, nil
}

func isScalar(v any) bool {
	switch v.(type) {
	case string, bool, int64, float64:
		return true
	}
	return false
}

// hasPlainText tells whether the text of a kind's value is all there is to it. Money's is not: nobody would see that it counts cents.
func hasPlainText(k Kind) bool {
	switch k {
	case String, Text, Email, URI, Slug, Enum, Integer, Number, Boolean, Date, DateTime:
		return true
	}
	return false
}

// fromText reads the text of a value as one of another kind; nil if that can't be.
func fromText(s string, f *Field) any {
	switch f.Kind {
	case String, Text, Email, URI, Slug, Enum:
		return s
	case RichText:
		return toHTML(s)
	case Integer, Number:
		n, w := parseNumber(s)
		if x, ok := n.(float64); w != nil || ok && f.Kind == Integer && x != math.Trunc(x) {
			return nil
		}
		return n
	case Boolean:
		if s == "true" || s == "false" {
			return s == "true"
		}
	case Date:
		if isDate(s) {
			return s
		}
	case DateTime:
		if t, w := (dateTimeKind{}).parse(f, s); w == nil {
			return t
		}
	}
	return nil
}

// toHTML makes paragraphs of the blocks of a text and breaks of its lines.
func toHTML(s string) string {
	var b strings.Builder
	for _, block := range strings.Split(strings.TrimFunc(s, isSpace), "\n\n") {
		b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(block), "\n", "<br/>") + "</p>")
	}
	return b.String()
}

// fromHTML is the way back, nil if there was more to the HTML than toHTML makes.
func fromHTML(v any) any {
	s, _ := v.(string)
	text := strings.ReplaceAll(s, "</p><p>", "\n\n")
	text = strings.TrimSuffix(strings.TrimPrefix(text, "<p>"), "</p>")
	text = html.UnescapeString(strings.ReplaceAll(text, "<br/>", "\n"))
	if toHTML(text) != s {
		return nil
	}
	return text
}

func midnight(v any) any {
	s, _ := v.(string)
	if day, ok := strings.CutSuffix(s, "T00:00:00.000Z"); ok {
		return day
	}
	return nil
}

// onTheWall is nil where a clock in the zone could not tell the instant: for fractions and in the second of two equal hours.
func onTheWall(v any, zone string) any {
	s, _ := v.(string)
	at, err := time.Parse(Instant, s)
	location, zoneErr := loadZone(zone)
	if err != nil || zoneErr != nil {
		return nil
	}
	n, w := localTime(at.In(location).Format(localLayout), zone, location)
	if w != nil || n.(value.Object)["utc"] != s {
		return nil
	}
	return n
}
