package meili

import (
	"slices"
	"strings"

	"kontor/pkg/search"
)

// Plan is a search whose names are checked: what to ask the index, and how to answer.
type Plan struct {
	Query search.Query

	search    *Search
	retrieve  []string          // attributes of a hit, in the order of the settings
	formatted []formatAttribute // attributes of _formatted, likewise
	positions []string          // attributes of _matchesPosition, likewise
	distance  bool
}

// attributes are those of an index that the public may know of.
type attributes struct {
	names, filterable, sortable, searchable []string
	geo                                     search.Attribute
}

func readSettings(s search.Settings) attributes {
	var out attributes
	for _, a := range s.Attributes {
		if a.Hidden {
			continue
		}
		out.names = append(out.names, a.Name)
		if a.Name == search.GeoAttribute {
			out.geo = a
			continue
		}
		if a.Filter {
			out.filterable = append(out.filterable, a.Name)
		}
		if a.Sort {
			out.sortable = append(out.sortable, a.Name)
		}
		if a.Weight > 0 {
			out.searchable = append(out.searchable, a.Name)
		}
	}
	return out
}

// Plan checks the names in a search against what an index offers.
func (s *Search) Plan(settings search.Settings) (*Plan, error) {
	a := readSettings(settings)
	offset, limit := s.window()
	p := &Plan{search: s, Query: search.Query{
		Index: s.Index, Text: s.text, Filter: s.filter.filter, MaxValues: maxValues, Sort: s.sort, Offset: offset, Limit: limit,
		Distinct: s.distinct, Matching: s.matching, MinScore: s.threshold, WithScores: s.scores,
	}}
	if err := s.filter.check(a); err != nil {
		return nil, err
	}
	if err := s.checkLocales(settings.Language); err != nil {
		return nil, err
	}
	if err := a.checkSort(s.sort); err != nil {
		return nil, err
	}
	if s.distinct != "" && !slices.Contains(a.filterable, s.distinct) {
		return nil, refuse(invalidDistinct, "Attribute `%s` is not filterable and thus, cannot be used as distinct attribute. %s",
			echo(s.distinct), available("filterable", a.filterable))
	}
	var err error
	if p.Query.Facets, err = a.facets(s.facets); err != nil {
		return nil, err
	}
	if p.Query.SearchOn, err = a.searchOn(s.searchOn); err != nil {
		return nil, err
	}
	p.distance = slices.ContainsFunc(s.sort, func(o search.Order) bool { return o.From != nil })
	p.choose(a)
	return p, nil
}

// choose decides which attributes the answer has, and which must come from the index for that.
func (p *Plan) choose(a attributes) {
	s := p.search
	p.retrieve = a.chosen(s.retrieve)
	p.formatted = s.formats(a, p.retrieve)
	wanted := slices.Clone(p.retrieve)
	matched := map[string]bool{}
	for _, f := range p.formatted {
		if !slices.Contains(wanted, f.name) {
			wanted = append(wanted, f.name)
		}
		matched[f.name] = f.highlight || f.crop > 0
	}
	if s.positions {
		p.positions = a.names
	}
	if len(wanted) < len(a.names) {
		p.Query.Retrieve = wanted
	}
	for _, name := range a.names { // also what is not searched: a word that is marked in the title is marked in the path
		if name != search.GeoAttribute && (s.positions || matched[name]) {
			p.Query.Matches = append(p.Query.Matches, name)
		}
	}
}

// chosen gives those of the names that there are, in the order of the settings; all if the list is nil or has a star.
func (a attributes) chosen(list []string) []string {
	if list == nil || slices.Contains(list, "*") {
		return a.names
	}
	out := []string{}
	for _, name := range a.names {
		if slices.Contains(list, name) {
			out = append(out, name)
		}
	}
	return out
}

func (f parsedFilter) check(a attributes) error {
	for _, u := range f.uses {
		known := slices.Contains(a.filterable, u.attribute) || u.attribute == search.GeoAttribute && a.geo.Filter
		if !known {
			return filterError(u.source, u.start, u.end, "Attribute `%s` is not filterable. %s", echo(u.attribute), available("filterable", a.filterable))
		}
	}
	return nil
}

func (a attributes) checkSort(list []search.Order) error {
	for _, o := range list {
		known := slices.Contains(a.sortable, o.Attribute) || o.From != nil && a.geo.Sort
		if !known {
			return refuse(invalidSort, "Attribute `%s` is not sortable. %s", echo(o.Attribute), available("sortable", a.sortable))
		}
	}
	return nil
}

// facets gives the facets to count: a star is all there are.
func (a attributes) facets(list []string) ([]string, error) {
	var out, unknown []string
	for _, name := range list {
		switch {
		case name == "*", slices.Contains(a.filterable, name):
			out = append(out, name)
		default:
			unknown = append(unknown, echo(name))
		}
	}
	if len(unknown) > 0 {
		which := "Attribute `" + unknown[0] + "` is"
		if len(unknown) > 1 {
			which = "Attributes `" + strings.Join(unknown, ", ") + "` are"
		}
		return nil, refuse(invalidFacets, "Invalid facet distribution: %s not filterable. %s", which, available("filterable", a.filterable))
	}
	if slices.Contains(out, "*") {
		return a.filterable, nil
	}
	return out, nil
}

// searchOn gives the attributes to search on; nil for all.
func (a attributes) searchOn(list []string) ([]string, error) {
	star := list == nil
	out := []string{}
	for _, name := range list {
		switch {
		case name == "*":
			star = true
		case slices.Contains(a.searchable, name):
			out = append(out, name)
		default:
			return nil, refuse(invalidSearchOn, "Attribute `%s` is not searchable. %s", echo(name), available("searchable", a.searchable))
		}
	}
	if star {
		return nil, nil
	}
	return out, nil
}

// available is the sentence that says which attributes could have been named.
func available(what string, list []string) string {
	if len(list) == 0 {
		return "This index does not have configured " + what + " attributes."
	}
	return "Available " + what + " attributes are: `" + strings.Join(slices.Sorted(slices.Values(list)), ", ") + "`."
}
