package searchtest

import (
	"fmt"
	"strings"
	"testing"

	"kontor/pkg/search"
	"kontor/pkg/value"
)

// testMatch: where in the original text what was found answers to what was typed, in bytes.
func testMatch(t *testing.T, h Harness) {
	f := h.open(t)
	f.put(doc("a", attributes{
		"title": "Schöne Straßen: die Grüße-Straße, 😀 Straße",
		"body":  "Verwaltung ist Verwaltung. A\u0308mter und Umwelt\u00adschutz.",
		"tags":  list("Grün", "Straße und Weg", int64(2020)),
		"year":  int64(2020),
		"extra": "Umwelt und Bau",
	}))
	for _, c := range []struct {
		clause, text, attribute string
		want                    []string // what is marked, each with [ ]
	}{
		{"whole words, in bytes", "strasse ", "title", []string{"Schöne Straßen: die Grüße-[Straße], 😀 [Straße]"}},
		{"the beginning that was typed", "verwalt", "body", []string{"[Verwalt]ung ist [Verwalt]ung. A\u0308mter und Umwelt\u00adschutz."}},
		{"a beginning that ends in folded letters", "gru", "tags", []string{"[Grü]n"}},
		{"the whole of a word with a typo", "verwaltnug ", "body", []string{"[Verwaltung] ist [Verwaltung]. A\u0308mter und Umwelt\u00adschutz."}},
		{"a letter of two characters", "ämter ", "body", []string{"Verwaltung ist Verwaltung. [A\u0308mter] und Umwelt\u00adschutz."}},
		{"over a soft hyphen", "umweltschutz ", "body", []string{"Verwaltung ist Verwaltung. A\u0308mter und [Umwelt\u00adschutz]."}},
		{"in elements of a list", "weg grün ", "tags", []string{"[Grün]", "Straße und [Weg]"}},
		{"nothing in this attribute", "weg ", "title", nil},
		{"each word once, in order", "straße schöne straße ", "title", []string{"[Schöne] Straßen: die Grüße-[Straße], 😀 [Straße]"}},
		{"without a text", "", "title", nil},
		{"in what is not searched", "umwelt", "extra", []string{"[Umwelt] und Bau"}},
	} {
		hits := f.search(search.Query{Text: c.text, Matches: []string{"title", "body", "tags", "extra"}}).Hits
		if len(hits) != 1 {
			t.Errorf("%s: %d hits", c.clause, len(hits))
			continue
		}
		got := marked(t, hits[0], c.attribute)
		if h.inflected(c.want) { // forms of a word may be marked too
			for i := range got {
				got[i] = strings.ReplaceAll(got[i], "[Straßen]", "Straßen")
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %q in %s marks\n%q, want\n%q", c.clause, c.text, c.attribute, got, c.want)
		}
	}
	if hit := f.search(search.Query{Text: "weg ", Retrieve: []string{"year"}, Matches: []string{"tags"}}).Hits[0]; len(hit.Attributes) != 1 || len(hit.Matches["tags"]) != 1 {
		t.Errorf("matches in an attribute that is not answered: %+v", hit)
	}
	if hit := f.search(search.Query{Text: "weg "}).Hits[0]; len(hit.Matches) != 0 {
		t.Errorf("matches that are not asked for: %+v", hit.Matches)
	}
	t.Run("a phrase", func(t *testing.T) {
		hit := f.search(search.Query{Text: `"und weg"`, Matches: []string{"tags", "body"}}).Hits[0]
		got := strings.NewReplacer("] [", " ").Replace(fmt.Sprint(marked(t, hit, "tags")))
		if got != "[Straße [und Weg]]" || len(hit.Matches["body"]) != 0 {
			t.Errorf("a phrase marks %s and in body %v", got, hit.Matches["body"])
		}
	})
}

func (h Harness) inflected(want []string) bool {
	return len(want) > 0 && strings.Contains(want[0], "Straßen")
}

// marked gives the texts of an attribute in which something matches, with [ ] around it.
func marked(t *testing.T, hit search.Hit, name string) []string {
	t.Helper()
	elements, many := hit.Attributes[name].(value.List)
	if !many {
		elements = value.List{hit.Attributes[name]}
	}
	var out []string
	for i, e := range elements {
		s, _ := e.(string)
		var b strings.Builder
		at := 0
		for _, m := range hit.Matches[name] {
			if many && m.Element != i {
				continue
			}
			if !many && m.Element != -1 || m.Length <= 0 || m.Start < at || m.Start+m.Length > len(s) {
				t.Errorf("the match %+v of %q is out of place", m, s)
				return out
			}
			b.WriteString(s[at:m.Start] + "[" + s[m.Start:m.Start+m.Length] + "]")
			at = m.Start + m.Length
		}
		if at > 0 {
			out = append(out, b.String()+s[at:])
		}
	}
	return out
}
