package schema_test

import (
	"strings"
	"testing"

	"kontor/pkg/schema"
	"kontor/pkg/value"
	"kontor/schemas"
)

func shippedSet(t *testing.T) *schema.Set {
	t.Helper()
	set, err := schema.Load(schemas.FS, schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func clock(local, zone string) value.Object { return value.Object{"local": local, "zone": zone} }

// An event may not end before it starts, and its deadline may not lie after its start: whatever the
// zones say, equal times fit, and what is empty says nothing.
func TestRulesBetweenFields(t *testing.T) {
	event, _ := shippedSet(t).Type("event")
	for name, c := range map[string]struct {
		end, deadline any
		wrong         string
	}{
		"in order":                            {clock("2027-05-01T12:00", "Europe/Berlin"), clock("2027-04-30T12:00", "Europe/Berlin"), ""},
		"at the same time":                    {clock("2027-05-01T09:00", "Europe/Berlin"), clock("2027-05-01T09:00", "Europe/Berlin"), ""},
		"empty":                               {nil, nil, ""},
		"ends before it starts":               {clock("2027-05-01T08:59", "Europe/Berlin"), nil, "end too_early"},
		"ends later on a clock to the east":   {clock("2027-05-01T09:30", "Asia/Tokyo"), nil, "end too_early"},
		"ends earlier on a clock to the west": {clock("2027-05-01T08:00", "America/New_York"), nil, ""},
		"closes after it starts":              {nil, clock("2027-05-01T09:01", "Europe/Berlin"), "registrationDeadline too_late"},
	} {
		values, problems := event.Normalise(nil, value.Object{
			"title": "Treffen", "slug": "treffen", "start": clock("2027-05-01T09:00", "Europe/Berlin"), "end": c.end, "registrationDeadline": c.deadline,
		})
		if len(problems) > 0 {
			t.Fatalf("%s: a draft is refused: %+v", name, problems)
		}
		var got []string
		for _, p := range event.CheckPublish(values) {
			if p.Code != "required" {
				got = append(got, strings.Join(p.Path, ".")+" "+p.Code)
			}
		}
		if strings.Join(got, ", ") != c.wrong {
			t.Errorf("%s: %v, want %s", name, got, c.wrong)
		}
	}
}

// Within the items of a list a rule speaks of the item's own fields.
func TestRulesBetweenFieldsOfItems(t *testing.T) {
	project, _ := shippedSet(t).Type("project")
	values, problems := project.Normalise(nil, value.Object{
		"title": "Bauhof", "startYear": int64(2020), "endYear": int64(2019),
		"funding": value.List{value.Object{"from": "2020-01-01", "to": "2021-01-01"}, value.Object{"from": "2020-01-01", "to": "2019-12-31"}, value.Object{"to": "2019-01-01"}},
	})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var got []string
	for _, p := range project.CheckPublish(values) {
		if p.Code == "too_early" {
			got = append(got, strings.Join(p.Path, ".")+": "+p.German)
		}
	}
	want := "endYear: „Ende“: darf nicht vor „Beginn“ liegen., funding.1.to: „Förderung“ Nr. 2, „Ende der Förderung“: darf nicht vor „Beginn der Förderung“ liegen."
	if strings.Join(got, ", ") != want {
		t.Errorf("%s", strings.Join(got, ", "))
	}
}
