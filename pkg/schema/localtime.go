package schema

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"kontor/pkg/value"
)

var (
	localForm   = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$`)
	instantForm = regexp.MustCompile(`^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(?:\.0+)?(Z|[+-]\d\d:\d\d)$`)
	zoneForm    = regexp.MustCompile(`^(UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+)$`)
)

const localLayout = "2006-01-02T15:04:05"

// localTimeKind is what a clock on the wall shows, with the zone it hangs in: an event stays at 19:00 if the rules of the zone
// change. The instant is kept beside it for sorting and filters.
type localTimeKind struct{}

func (localTimeKind) yup() string { return "object" }

func (localTimeKind) traits() traits { return traits{ordered: true, counted: true} }

func (localTimeKind) normal(f *Field, sent any) (any, *problem) {
	if text, ok := sent.(string); ok {
		return localText(f, text)
	}
	o, ok := sent.(value.Object)
	if !ok {
		return nil, badLocal()
	}
	for name := range o {
		if name != "local" && name != "zone" && name != "utc" {
			return nil, badFormat("must have local and zone only", "besteht nur aus Ortszeit und Zeitzone.")
		}
	}
	zone := f.Zone
	if sent := o["zone"]; sent != nil {
		zone, _ = sent.(string)
	}
	local, ok := o["local"].(string)
	if !ok || !localForm.MatchString(local) {
		return nil, badLocal()
	}
	location, err := loadZone(zone)
	if err != nil {
		return nil, badZone()
	}
	return localTime(local, zone, location)
}

// localText reads a local time in the field's zone, or an instant, which becomes the time that clocks there show.
func localText(f *Field, text string) (any, *problem) {
	location, err := loadZone(f.Zone)
	if err != nil {
		return nil, badZone()
	}
	if localForm.MatchString(text) {
		return localTime(text, f.Zone, location)
	}
	m := instantForm.FindStringSubmatch(text)
	if m == nil {
		return nil, badLocal()
	}
	at, err := time.Parse(time.RFC3339, m[1]+cmp.Or(m[2], ":00")+m[3])
	if err != nil {
		return nil, badLocal()
	}
	local := at.In(location).Format(localLayout)
	n, w := localTime(local, f.Zone, location)
	if o, ok := n.(value.Object); ok && o["utc"] != at.UTC().Format(Instant) {
		return nil, badFormat("is the second "+local+" of the day on which the clocks in "+f.Zone+" go back, which a local time can't name",
			"diese Uhrzeit gibt es zweimal, weil die Uhr in "+f.Zone+" zurückgestellt wird; gemeint ist die zweite, die sich nicht angeben lässt.")
	}
	return n, w
}

func localTime(local, zone string, location *time.Location) (any, *problem) {
	if len(local) < len(localLayout) {
		local += ":00"
	}
	wall, err := time.Parse(localLayout, local)
	if err != nil || wall.Year() < 1 {
		return nil, badLocal()
	}
	at, ok := firstInstant(wall, location)
	if !ok {
		return nil, badFormat("does not exist: the clocks in "+zone+" skip "+strings.TrimSuffix(local, ":00"),
			"diese Uhrzeit gibt es nicht, weil die Uhr in "+zone+" umgestellt wird.")
	}
	if at.Year() < 1 || at.Year() > 9999 {
		return nil, badLocal()
	}
	return value.Object{"local": strings.TrimSuffix(local, ":00"), "zone": zone, "utc": at.Format(Instant)}, nil
}

// firstInstant is the first moment at which a clock at the location shows wall, which is given as if it were UTC. It is not ok
// where the clock never shows it. time.Date alone says neither.
func firstInstant(wall time.Time, location *time.Location) (time.Time, bool) {
	var found []time.Time
	for _, around := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := wall.Add(around).In(location).Zone()
		at := wall.Add(-time.Duration(offset) * time.Second)
		if at.In(location).Format(localLayout) == wall.Format(localLayout) {
			found = append(found, at)
		}
	}
	if len(found) == 0 {
		return time.Time{}, false
	}
	return slices.MinFunc(found, time.Time.Compare), true
}

// loadZone refuses what Go takes beyond the IANA names: "", "Local", paths.
func loadZone(zone string) (*time.Location, error) {
	if !zoneForm.MatchString(zone) {
		return nil, errors.New("no IANA name")
	}
	return time.LoadLocation(zone)
}

// check leaves utc to the rules of zones at the time of writing: they change without the entry being wrong.
func (k localTimeKind) check(f *Field, v any) *problem {
	o, ok := v.(value.Object)
	if !ok {
		return wrongType("object", v, "erwartet werden Ortszeit und Zeitzone.")
	}
	utc, _ := o["utc"].(string)
	if again, ok := instant(utc); !ok || again != utc || len(o) != 3 {
		return notStored()
	}
	n, w := k.normal(f, value.Object{"local": o["local"], "zone": o["zone"]})
	if w != nil {
		if w.code == "format" && strings.HasPrefix(w.english, "does not exist") {
			return nil
		}
		return w
	}
	if n.(value.Object)["local"] != o["local"] {
		return notStored()
	}
	return nil
}

// parse reads the instant that filters compare.
func (localTimeKind) parse(f *Field, s string) (any, *problem) { return dateTimeKind{}.parse(f, s) }

func (localTimeKind) declare(f *Field, k keywords) {
	zone, _ := k.object("x-local-time").text("zone")
	f.Zone = zone
	if _, err := loadZone(zone); err != nil {
		k.object("x-local-time").wrong("zone", "%q is no IANA time zone", zone)
	}
}

func badLocal() *problem {
	return badFormat(`must have a local time like 2026-11-22T19:00, as {"local": "2026-11-22T19:00", "zone": "Europe/Berlin"} or as a `+
		`text, also with an offset (2026-11-22T19:00:00+01:00)`,
		"erwartet wird eine Ortszeit, die es gibt, in der Form 2026-11-22T19:00.")
}

func badZone() *problem {
	return badFormat("must have an IANA time zone like Europe/Berlin", "die Zeitzone ist unbekannt; erwartet wird ein Name wie Europe/Berlin.")
}
