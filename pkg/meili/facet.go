package meili

import (
	"slices"
	"strconv"
	"time"

	"kontor/pkg/search"
	"kontor/pkg/value"
)

// FacetSearch is a search in the values of a facet as it was asked for.
type FacetSearch struct {
	*Search
	facet string
	typed string
	sent  bool // facetQuery was
}

// DecodeFacetSearch reads the body of a facet search in an index.
func DecodeFacetSearch(uid string, body []byte) (*FacetSearch, error) {
	if err := checkUID("", uid); err != nil {
		return nil, err
	}
	object, err := decodeObject(body)
	if err != nil {
		return nil, err
	}
	f, err := readFields(site{}, object, searchParameters, facetParameters)
	if err != nil {
		return nil, err
	}
	if !f.sent("facetName") {
		return nil, refuse(missingFacetName, "Missing field `facetName`")
	}
	s, err := f.search(uid)
	if err != nil {
		return nil, err
	}
	return &FacetSearch{Search: s, facet: f.text("facetName", ""), typed: f.text("facetQuery", ""), sent: f.sent("facetQuery")}, nil
}

// Plan checks the names in a facet search against what an index offers. Those that have no part in it, of attributes to answer or facets to
// count, are not looked at.
func (s *FacetSearch) Plan(settings search.Settings) (search.FacetQuery, error) {
	a := readSettings(settings)
	var out search.FacetQuery
	if !slices.Contains(a.filterable, s.facet) {
		return out, refuse(invalidFacetName, "Attribute `%s` is not facet-searchable. %s", echo(s.facet), available("facet-searchable", a.filterable))
	}
	if err := s.filter.check(a); err != nil {
		return out, err
	}
	if err := s.checkLocales(settings.Language); err != nil {
		return out, err
	}
	searchOn, err := a.searchOn(s.searchOn)
	return search.FacetQuery{
		Query: search.Query{Index: s.Index, Text: s.text, Filter: s.filter.filter, SearchOn: searchOn, Matching: s.matching, MinScore: s.threshold},
		Facet: s.facet, Typed: s.typed, Most: maxFacetHits,
	}, err
}

// Append writes the answer to a facet search.
func (s *FacetSearch) Append(dst []byte, r search.FacetResult, took time.Duration) []byte {
	dst = append(dst, `{"facetHits":`...)
	dst = value.AppendList(dst, r.Counts, func(dst []byte, c search.Count) []byte {
		dst = append(dst, `{"value":`...)
		dst = value.AppendString(dst, c.Value)
		dst = append(dst, `,"count":`...)
		dst = strconv.AppendInt(dst, int64(c.Count), 10)
		return append(dst, '}')
	})
	dst = append(dst, `,"facetQuery":`...)
	if s.sent {
		dst = value.AppendString(dst, s.typed)
	} else {
		dst = append(dst, "null"...)
	}
	dst = append(dst, `,"processingTimeMs":`...)
	dst = strconv.AppendInt(dst, took.Milliseconds(), 10)
	return append(dst, '}')
}
