package schema

import "time"

// dateKind is a day of the calendar.
type dateKind struct{}

func (dateKind) yup() string { return "date" }

func (dateKind) traits() traits { return traits{ordered: true, counted: true} }

func (dateKind) normal(_ *Field, sent any) (any, *problem) {
	s, ok := sent.(string)
	if !ok || !isDate(s) {
		return nil, badFormatAlone("Invalid format, expected yyyy-MM-dd", "erwartet wird ein Datum, das es gibt, in der Form 2026-11-22.")
	}
	return s, nil
}

func (k dateKind) parse(f *Field, s string) (any, *problem) { return k.normal(f, s) }

func isDate(s string) bool {
	t, err := time.Parse(time.DateOnly, s)
	return err == nil && len(s) == len(time.DateOnly) && t.Year() > 0
}
