package transfer

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

var (
	isoDay    = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)`)
	germanDay = regexp.MustCompile(`^(\d{1,2})\.\s?(?:(\d{1,2})\.|(\pL+)\.?\s)\s?(\d{4}|\d\d)`)
	weekday   = regexp.MustCompile(`^(?i:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun)(?i:[a-zä]*)\.?,?\s+(?:den\s+)?`)
	// clock is a time of day: 9:00, 09.00 Uhr, 9 Uhr, 9 Uhr 30, 09:00:00.000, with a zone or an offset.
	clock = regexp.MustCompile(`^(?:[Tt]|,?\s+(?:um\s+)?|,)(\d{1,2})(?:[:.](\d\d)(?:[:.](\d\d)(?:[.,]0+)?)?(?:\s?(?:Uhr|h))?|\s?Uhr(?:\s(\d\d))?|\sh)` +
		`\s?([Zz]|[+-]\d\d:?\d\d)?$`)
)

const (
	wallLayout = "2006-01-02T15:04:05"
	lastDay    = 2958466 // 9999-12-31 in a workbook, and one
)

// months are the beginnings of the months' names in German and English.
var months = []string{"jan", "feb", "mär|mae|mar|mrz", "apr", "mai|may", "jun", "jul", "aug", "sep", "okt|oct", "nov", "dez|dec"}

// moment is a day with or without a time as people write them.
type moment struct {
	day    string // 2026-11-22
	short  bool   // the year had two digits
	clock  string // 19:00:00; "" for a day alone
	offset string // Z or +01:00; "" for the clock on the wall
}

// parseMoment reads the forms of days and times that people write: 2026-05-01T09:00+02:00, 01.05.2026, 09:00 Uhr, Fr., 1. Mai 2026.
func parseMoment(text string) (moment, bool) {
	text = strings.Join(strings.Fields(text), " ")
	text = strings.TrimPrefix(text, weekday.FindString(text))
	var m moment
	var rest string
	if d := isoDay.FindString(text); d != "" {
		m.day, rest = d, text[len(d):]
	} else if d := germanDay.FindStringSubmatch(text); d != nil {
		month := d[2]
		if month == "" {
			month = monthNamed(d[3])
		}
		m.short = len(d[4]) == 2
		m.day, rest = strings.Repeat("20", 2-len(d[4])/2)+d[4]+"-"+twoDigits(month)+"-"+twoDigits(d[1]), text[len(d[0]):]
	}
	if m.day == "" || len(m.day) != len("2006-01-02") {
		return moment{}, false
	}
	if rest == "" {
		return m, true
	}
	c := clock.FindStringSubmatch(rest)
	if c == nil {
		return moment{}, false
	}
	minute, second := cmp.Or(c[2], c[4], "00"), cmp.Or(c[3], "00")
	m.clock, m.offset = twoDigits(c[1])+":"+minute+":"+second, strings.ToUpper(c[5])
	if len(m.offset) == len("+0100") {
		m.offset = m.offset[:3] + ":" + m.offset[3:]
	}
	return m, true
}

// monthNamed returns the number of a month; "" for another word.
func monthNamed(name string) string {
	name = strings.ToLower(name)
	for i, beginnings := range months {
		for b := range strings.SplitSeq(beginnings, "|") {
			if strings.HasPrefix(name, b) {
				return strconv.Itoa(i + 1)
			}
		}
	}
	return ""
}

func twoDigits(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// moment reads the day and time of a cell, which in a workbook may be a number.
func (c cells) moment(text string) (moment, bool) {
	if !c.workbook || !machineNumber.MatchString(text) {
		return parseMoment(text)
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 1 || n > lastDay {
		return moment{}, false
	}
	t, err := excelize.ExcelDateToTime(n, c.date1904)
	if err != nil {
		return moment{}, false
	}
	t = t.Round(time.Second)
	return moment{day: t.Format(time.DateOnly), clock: t.Format(time.TimeOnly)}, true
}

// date leaves it to the type to say whether the day exists. A time other than midnight and a year of two digits are left as they
// are, which the type refuses: the former would be lost, and the latter may be of either century.
func (c cells) date(text string) (any, *wrong) {
	m, ok := c.moment(text)
	switch {
	case !ok, m.short, m.offset != "" && m.offset != "Z":
		return text, nil
	case m.clock != "" && m.clock != "00:00:00":
		return m.day + "T" + m.clock, nil
	}
	return m.day, nil
}

// instant reads a point in time. Without an offset of its own it is one on the clocks of the file's zone.
func (c cells) instant(text string) (any, *wrong) {
	m, ok := c.moment(text)
	if !ok || m.clock == "" {
		return cmp.Or(m.day, text), nil
	}
	if m.offset != "" {
		return m.day + "T" + m.clock + m.offset, nil
	}
	zone, w := c.location()
	if w != nil {
		return nil, w
	}
	wall := m.day + "T" + m.clock
	t, err := time.ParseInLocation(wallLayout, wall, zone)
	if err != nil {
		return wall, nil
	}
	if t.Format(wallLayout) != wall {
		return nil, &wrong{"format", "does not exist: the clocks in " + c.zone + " skip it",
			"diese Uhrzeit gibt es nicht, weil die Uhr in " + c.zone + " umgestellt wird."}
	}
	return t.UTC().Format(schema.Instant), nil
}

func (c cells) location() (*time.Location, *wrong) {
	zone, err := time.LoadLocation(c.zone)
	if err != nil {
		return nil, &wrong{"format", "needs a time zone", "die Zeitzone fehlt."}
	}
	return zone, nil
}

// local reads a local time, with its zone after it if it is not that of the field. An instant becomes the time that clocks in the
// file's zone show.
func (c cells) local(text string) (any, *wrong) {
	if strings.HasPrefix(text, "{") {
		return decode(text)
	}
	out := value.Object{}
	if i := strings.LastIndexByte(text, ' '); i > 0 && strings.Contains(text[i:], "/") || strings.HasSuffix(text, " UTC") {
		text, out["zone"] = text[:i], text[i+1:]
	}
	m, ok := c.moment(text)
	if ok && m.offset != "" && out["zone"] == nil {
		out["zone"] = c.zone
	}
	local, w := c.wall(text, m, ok)
	if w != nil {
		return nil, w
	}
	out["local"] = local
	return out, nil
}

// wall returns a time without a zone in the form that the type takes, and leaves other texts to it. An instant is converted to
// the file's zone.
func (c cells) wall(text string, m moment, ok bool) (string, *wrong) {
	if !ok || m.clock == "" {
		return cmp.Or(m.day, text), nil
	}
	if m.offset == "" {
		return m.day + "T" + m.clock, nil
	}
	t, err := time.Parse(time.RFC3339, m.day+"T"+m.clock+m.offset)
	if err != nil {
		return text, nil
	}
	zone, w := c.location()
	if w != nil {
		return "", w
	}
	wall := t.In(zone).Format(wallLayout)
	if again := t.Add(-time.Hour).In(zone).Format(wallLayout); again == wall {
		return "", &wrong{"format", "is the second " + wall + " of the day on which the clocks in " + c.zone +
			" go back, which a local time can't name", "diese Uhrzeit gibt es zweimal, weil die Uhr in " + c.zone +
			" zurückgestellt wird; gemeint ist die zweite, die sich nicht angeben lässt."}
	}
	return wall, nil
}
