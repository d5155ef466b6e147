package transfer

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

var (
	german   = regexp.MustCompile(`^([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})`)
	midnight = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)[T ]00:00(:00(\.0+)?)?Z?$`)
	wall     = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)[T ](\d{1,2}:\d\d(?::\d\d)?)(?: Uhr)?$`)
)

const (
	wallLayout = "2006-01-02T15:04:05"
	lastDay    = 2958466 // 9999-12-31 in a workbook, and one
)

// iso brings 22.11.2026 to 2026-11-22, whatever follows.
func iso(text string) string {
	m := german.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	pad := func(s string) string { return strings.Repeat("0", 2-len(s)) + s }
	return m[3] + "-" + pad(m[2]) + "-" + pad(m[1]) + text[len(m[0]):]
}

// day brings the day and time of a workbook, a number, into a form that people write.
func (c cells) day(text string) string {
	if !c.workbook || !machineNumber.MatchString(text) {
		return iso(text)
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 1 || n > lastDay {
		return text
	}
	t, err := excelize.ExcelDateToTime(n, c.date1904)
	if err != nil {
		return text
	}
	return t.Round(time.Second).Format(wallLayout)
}

// date leaves it to the type to say whether the day exists.
func (c cells) date(text string) (any, *wrong) {
	s := c.day(text)
	if m := midnight.FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	return s, nil
}

// instant reads a point in time. Without a zone of its own it is one on the clocks of the file's zone.
func (c cells) instant(text string) (any, *wrong) {
	s := c.day(text)
	m := wall.FindStringSubmatch(s)
	if m == nil {
		return s, nil
	}
	zone, err := time.LoadLocation(c.zone)
	if err != nil {
		return nil, &wrong{"format", "needs a time zone", "die Zeitzone fehlt."}
	}
	clock := clockOf(m)
	t, err := time.ParseInLocation(wallLayout, clock, zone)
	if err != nil {
		return s, nil
	}
	if t.Format(wallLayout) != clock {
		return nil, &wrong{"format", "does not exist: the clocks in " + c.zone + " skip it",
			"diese Uhrzeit gibt es nicht, weil die Uhr in " + c.zone + " umgestellt wird."}
	}
	return t.UTC().Format(schema.Instant), nil
}

// clockOf gives what wall has found in one layout.
func clockOf(m []string) string {
	clock := m[2]
	if len(clock) == len("9:00") || len(clock) == len("9:00:00") {
		clock = "0" + clock
	}
	if len(clock) == len("09:00") {
		clock += ":00"
	}
	return m[1] + "T" + clock
}

// local reads a local time, with its zone behind it if it is not that of the field.
func (c cells) local(text string) (any, *wrong) {
	if strings.HasPrefix(text, "{") {
		return decode(text)
	}
	out := value.Object{}
	if i := strings.LastIndexByte(text, ' '); i > 0 && strings.Contains(text[i:], "/") || strings.HasSuffix(text, " UTC") {
		text, out["zone"] = text[:i], text[i+1:]
	}
	out["local"] = c.wall(text)
	return out, nil
}

// wall brings a time without a zone into the form that the type takes, and leaves to it what is none.
func (c cells) wall(text string) string {
	s := c.day(text)
	if m := wall.FindStringSubmatch(s); m != nil {
		return clockOf(m)
	}
	return s
}
