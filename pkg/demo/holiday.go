package demo

import (
	"slices"
	"time"
)

// easter is Easter Sunday of a year in the Gregorian calendar, by the algorithm of Meeus, Jones and Butcher.
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	day := (h + l - 7*m + 33*month + 19) % 32
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}

// holidays are the public holidays of North Rhine-Westphalia in a year.
func holidays(year int) []time.Time {
	sunday := easter(year)
	on := func(month time.Month, day int) time.Time { return time.Date(year, month, day, 0, 0, 0, 0, time.UTC) }
	return []time.Time{
		on(time.January, 1), on(time.May, 1), on(time.October, 3), on(time.November, 1), on(time.December, 25), on(time.December, 26),
		sunday.AddDate(0, 0, -2),        // Good Friday
		sunday, sunday.AddDate(0, 0, 1), // Easter
		sunday.AddDate(0, 0, 39), sunday.AddDate(0, 0, 49), // Ascension, Whit Sunday
		sunday.AddDate(0, 0, 50), sunday.AddDate(0, 0, 60), // Whit Monday, Corpus Christi
	}
}

// workday returns the day, or the next one on which offices are open: no weekend, no holiday, and neither Christmas Eve nor New
// Year's Eve.
func workday(t time.Time) time.Time {
	for !isWorkday(t) {
		t = t.AddDate(0, 0, 1)
	}
	return t
}

func isWorkday(t time.Time) bool {
	y, month, d := t.Date()
	closed := t.Weekday() == time.Saturday || t.Weekday() == time.Sunday || month == time.December && (d == 24 || d == 31)
	return !closed && !slices.ContainsFunc(holidays(y), func(h time.Time) bool { _, hm, hd := h.Date(); return hm == month && hd == d })
}
