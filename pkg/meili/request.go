package meili

import (
	"strings"
	"unicode/utf8"

	"kontor/pkg/search"
	"kontor/pkg/value"
)

// style says how a hit's attributes are put into _formatted.
type style struct {
	pre, post string // around what matched
	marker    string // where a text was cut
}

// search reads the parameters of a search.
func (f fields) search(uid string) (*Search, error) {
	s := &Search{
		Index: uid, text: f.text("q", ""), distinct: f.text("distinct", ""),
		offset: f.whole("offset", 0), limit: f.whole("limit", defaultLimit), page: f.whole("page", 1), hitsPerPage: f.whole("hitsPerPage", defaultLimit),
		finite: f.sent("page") || f.sent("hitsPerPage"), facets: f.names("facets"), retrieve: f.names("attributesToRetrieve"),
		searchOn: f.names("attributesToSearchOn"), highlight: f.names("attributesToHighlight"), crop: f.names("attributesToCrop"),
		cropLength: f.whole("cropLength", defaultCropLength), positions: f.flag("showMatchesPosition"), scores: f.flag("showRankingScore"),
		style: style{f.text("highlightPreTag", defaultPreTag), f.text("highlightPostTag", defaultPostTag), f.text("cropMarker", defaultCropMarker)},
	}
	if err := f.checkLengths(); err != nil {
		return nil, err
	}
	var err error
	if s.matching, err = f.matching(); err != nil {
		return nil, err
	}
	if s.locales, err = f.locales(); err != nil {
		return nil, err
	}
	if s.threshold, err = f.threshold(); err != nil {
		return nil, err
	}
	if s.sort, err = parseSort(f.names("sort")); err != nil {
		return nil, err
	}
	s.filter, err = parseFilter(f.values["filter"])
	return s, err
}

// checkLengths bounds what has a bound of its own.
func (f fields) checkLengths() error {
	for _, list := range [][]parameter{searchParameters, facetParameters} {
		for _, p := range list {
			switch v := f.values[p.name].(type) {
			case string:
				if n := textLimit(p.name); n > 0 && utf8.RuneCountInString(v) > n {
					return refuse(p.code, "Invalid value %s: at most %d characters are taken", f.of(p.name), n)
				}
			case value.List:
				if n := listLimit(p.name); n > 0 && len(v) > n {
					return refuse(p.code, "Invalid value %s: at most %d elements are taken", f.of(p.name), n)
				}
			}
		}
	}
	return nil
}

func textLimit(name string) int {
	switch name {
	case "q", "facetQuery":
		return MaxText
	case "highlightPreTag", "highlightPostTag", "cropMarker":
		return MaxTag
	case "distinct", "facetName":
		return MaxName
	}
	return 0
}

func listLimit(name string) int {
	switch name {
	case "facets", "attributesToSearchOn":
		return MaxFacets
	case "sort":
		return MaxSort
	}
	return 0
}

func (f fields) matching() (search.Matching, error) {
	name := f.text("matchingStrategy", "last")
	switch name {
	case "last":
		return search.MatchLast, nil
	case "all":
		return search.MatchAll, nil
	case "frequency":
		return search.MatchFrequency, nil
	}
	where := f.of("matchingStrategy")
	if f.query {
		where = "for parameter `matchingStrategy`"
	}
	return 0, refuse("invalid_search_matching_strategy", "Unknown value `%s` %s: expected one of `last`, `all`, `frequency`", echo(name), where)
}

func (f fields) threshold() (float64, error) {
	var t float64
	switch n := f.values["rankingScoreThreshold"].(type) {
	case int64:
		t = float64(n)
	case float64:
		t = n
	}
	if t < 0 || t > 1 {
		return 0, refuse(invalidThreshold, "Invalid value %s: the value of `rankingScoreThreshold` is invalid, "+
			"expected a float between `0.0` and `1.0`.", f.of("rankingScoreThreshold"))
	}
	return t, nil
}

func (f fields) sent(name string) bool {
	_, ok := f.values[name]
	return ok
}

func (f fields) text(name, usual string) string {
	if s, ok := f.values[name].(string); ok {
		return s
	}
	return usual
}

func (f fields) flag(name string) bool {
	b, _ := f.values[name].(bool)
	return b
}

// whole gives a number that fits an int on every platform.
func (f fields) whole(name string, usual int) int {
	n, ok := f.values[name].(int64)
	if !ok {
		return usual
	}
	return int(min(n, 1<<30))
}

// names gives a list without repetitions; nil if it was not sent.
func (f fields) names(name string) []string {
	list, ok := f.values[name].(value.List)
	if !ok {
		return nil
	}
	out := make([]string, 0, len(list))
	seen := make(map[string]bool, len(list))
	for _, e := range list {
		if s := strings.TrimSpace(e.(string)); !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// window is which hits are wanted: the page, or the stretch, without what lies beyond the last hit that is to have.
func (s *Search) window() (offset, limit int) {
	offset, limit = s.offset, s.limit
	if s.finite {
		if s.page == 0 {
			return 0, 0
		}
		limit = min(s.hitsPerPage, MaxLimit)
		offset = min(s.page-1, MaxWindow) * limit
	}
	offset = min(offset, MaxWindow)
	return offset, min(limit, MaxLimit, MaxWindow-offset)
}
