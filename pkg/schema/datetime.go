package schema

import (
	"regexp"
	"strings"
	"time"
)

// Instant is the layout of date-times: UTC, of one width, so that text order is time order.
const Instant = "2006-01-02T15:04:05.000Z"

// rfc3339 is stricter than time.Parse, which takes one-digit hours and a comma too.
var rfc3339 = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)

// dateTimeKind is an instant.
type dateTimeKind struct{}

func (dateTimeKind) yup() string { return "date" }

func (dateTimeKind) traits() traits { return traits{ordered: true, counted: true} }

func (dateTimeKind) normal(_ *Field, sent any) (any, *problem) {
	s, _ := sent.(string)
	if t, ok := instant(s); ok {
		return t, nil
	}
	return nil, notInstant()
}

// parse takes a date alone too, as midnight in UTC.
func (k dateTimeKind) parse(f *Field, s string) (any, *problem) {
	if isDate(s) {
		return s + "T00:00:00.000Z", nil
	}
	return k.normal(f, s)
}

func notInstant() *problem {
	return badFormatAlone("Invalid format, expected a timestamp or an ISO date",
		"erwartet wird ein Zeitpunkt, den es gibt, in der Form 2026-11-22T19:00:00Z.")
}

// instant gives an RFC 3339 time in the layout Instant.
func instant(s string) (string, bool) {
	s = strings.ToUpper(s)
	if !rfc3339.MatchString(s) {
		return "", false
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return "", false
	}
	t = t.UTC()
	if t.Year() < 1 || t.Year() > 9999 {
		return "", false
	}
	return t.Format(Instant), true
}
