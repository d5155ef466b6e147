package demo

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEaster(t *testing.T) {
	for _, want := range []string{"2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25", "2049-04-18"} {
		day, err := time.Parse(time.DateOnly, want)
		if err != nil {
			t.Fatal(err)
		}
		if got := date(easter(day.Year())); got != want {
			t.Errorf("Easter is %s, want %s", got, want)
		}
	}
	for _, day := range []string{
		"2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25", "2026-06-04", "2026-10-03", "2026-11-01", "2026-12-24", "2026-12-25",
		"2026-12-26", "2026-12-31",
	} {
		d, err := time.Parse(time.DateOnly, day)
		if err != nil || isWorkday(d) {
			t.Errorf("%s is a workday: %v", day, err)
		}
	}
	if got := date(workday(time.Date(2026, 4, 3, 9, 0, 0, 0, time.UTC))); got != "2026-04-07" {
		t.Errorf("the workday after Good Friday is %s", got)
	}
	if got := workday(time.Date(2026, 12, 24, 9, 30, 0, 0, time.UTC)); date(got) != "2026-12-28" || got.Hour() != 9 {
		t.Errorf("the workday after Christmas Eve is %s", got)
	}
}

// TestEventDays checks for fills of several years that events start on workdays, and that they are of the kind that their title says.
func TestEventDays(t *testing.T) {
	words := map[string][]string{
		"conference": {"Fachtag", "forum", "Forum", "Praxistag", "Fachgespräch"}, "workshop": {"Werkstatt", "werkstatt", "Workshop"}, "webinar": {"Webinar"},
		"training": {"Fortbildung", "Schulung", "Seminar", "übung", "Übung", "Planspiel"}, "network": {"treffen", "Treffen", "Netzwerk", "im Gespräch", "Dialog", "Austausch"},
		"lecture": {"Vortrag", "Praxisbericht"}, "consultation": {"Sprechstunde", "Fragerunde"}, "other": {"Exkursion"},
	}
	// These titles name another kind by the way.
	except := []string{"Digitalsprechstunden", "Verständliche", "Forum Kasse", "Forum Abwasser", "Förderlotsen"}
	today := time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC)
	for year := range 4 {
		p, err := compose(today.AddDate(year, 3*year, 0))
		if err != nil {
			t.Fatal(err)
		}
		events := 0
		for _, i := range p.items {
			if i.typ != "event" {
				continue
			}
			events++
			for _, field := range []string{"start", "previousStart"} {
				o, ok := i.fields[field].(object)
				if !ok {
					continue
				}
				at, err := time.Parse("2006-01-02T15:04", o["local"].(string))
				if err != nil || !isWorkday(at) {
					t.Errorf("%q has its %s on %s: %v", i.fields["title"], field, at, err)
				}
			}
			title, kind := i.fields["title"].(string), i.fields["kind"].(string)
			skip := slices.ContainsFunc(except, func(s string) bool { return strings.Contains(title, s) })
			for other, list := range words {
				says := slices.ContainsFunc(list, func(w string) bool { return strings.Contains(title, w) })
				if says && other != kind && !skip && !slices.ContainsFunc(words[kind], func(w string) bool { return strings.Contains(title, w) }) {
					t.Errorf("%q is of the kind %s and says %s", title, kind, other)
				}
			}
			if i.fields["image"] == nil {
				t.Errorf("%q has no image", title)
			}
		}
		if events != eventCount+2 {
			t.Errorf("%d events", events)
		}
	}
}

// TestArms checks that no two places have the same arms.
func TestArms(t *testing.T) {
	p, err := compose(time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, u := range p.uploads {
		if !strings.HasPrefix(u.name, "wappen-") {
			continue
		}
		data, err := u.make()
		if err != nil {
			t.Fatal(err)
		}
		if other := seen[string(data)]; other != "" {
			t.Errorf("%s and %s are the same", u.name, other)
		}
		seen[string(data)] = u.name
		if !strings.Contains(u.facts.Alt, "nicht das amtliche") || len(data) > 6000 {
			t.Errorf("%s: %d bytes, %s", u.name, len(data), u.facts.Alt)
		}
	}
	if len(seen) != len(p.places) {
		t.Errorf("%d arms for %d places", len(seen), len(p.places))
	}
}
