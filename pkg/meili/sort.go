package meili

import (
	"strconv"
	"strings"

	"kontor/pkg/search"
)

// parseSort reads sort keys: attribute:asc, attribute:desc, _geoPoint(lat,lng):asc.
func parseSort(list []string) ([]search.Order, error) {
	out := make([]search.Order, len(list))
	for i, s := range list {
		name, direction, ok := cutLast(s, ':')
		if !ok || direction != "asc" && direction != "desc" {
			return nil, refuse(invalidSort, "Invalid syntax for the sort parameter: expected expression ending by `:asc` or `:desc`, found `%s`.", echo(s))
		}
		out[i] = search.Order{Attribute: name, Desc: direction == "desc"}
		rest, isPoint := strings.CutPrefix(name, "_geoPoint")
		switch {
		case isPoint:
			p, err := parsePoint(rest)
			if err != nil {
				return nil, err
			}
			out[i].Attribute, out[i].From = search.GeoAttribute, &p
		case name == search.GeoAttribute, strings.HasPrefix(name, "_geoRadius"), strings.HasPrefix(name, "_geoBoundingBox"):
			reserved, _, _ := strings.Cut(name, "(")
			return nil, refuse(invalidSort, "`%s` is a reserved keyword and thus can't be used as a sort expression. "+
				"Use the _geoPoint(latitude, longitude) built-in rule to sort on _geo field coordinates.", echo(reserved))
		case name == "_geoDistance":
			return nil, refuse(invalidSort, "`_geoDistance` is a reserved keyword and thus can't be used as a sort expression.")
		}
	}
	return out, nil
}

// parsePoint reads what follows _geoPoint.
func parsePoint(s string) (search.Point, error) {
	inside, opened := strings.CutPrefix(s, "(")
	inside, closed := strings.CutSuffix(inside, ")")
	lat, lng, two := strings.Cut(inside, ",")
	p := search.Point{}
	var err1, err2 error
	p.Lat, err1 = strconv.ParseFloat(strings.TrimSpace(lat), 64)
	p.Lng, err2 = strconv.ParseFloat(strings.TrimSpace(lng), 64)
	if !opened || !closed || !two || err1 != nil || err2 != nil {
		return p, refuse(invalidSort, "Invalid syntax for the geo parameter: expected expression formatted like `_geoPoint(latitude, longitude)` "+
			"and ending by `:asc` or `:desc`, found `_geoPoint%s`.", echo(s))
	}
	if problem := offEarth(p); problem != "" {
		return p, refuse(invalidSort, "%s", problem)
	}
	return p, nil
}

// offEarth says in Meilisearch's words what is wrong with a place, "" if nothing is.
func offEarth(p search.Point) string {
	switch {
	case !(p.Lat >= -90 && p.Lat <= 90): // so that NaN is wrong too
		return "Bad latitude `" + plainNumber(p.Lat) + "`. Latitude must be contained between -90 and 90 degrees."
	case !(p.Lng >= -180 && p.Lng <= 180):
		return "Bad longitude `" + plainNumber(p.Lng) + "`. Longitude must be contained between -180 and 180 degrees."
	}
	return ""
}

func plainNumber(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func cutLast(s string, sep byte) (before, after string, ok bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}
