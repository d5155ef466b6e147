package meili

import (
	"strings"
	"unicode/utf8"

	"kontor/pkg/query"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// parsedFilter is a filter with the places at which attributes are named in it, for errors.
type parsedFilter struct {
	filter search.Filter
	uses   []use
}

// use is an attribute's name in the text of a filter. Columns count characters from 1.
type use struct {
	attribute  string
	source     string
	start, end int
}

// parseFilter reads a filter as it comes in a body: a text, or a list that means AND, in which a list means OR.
func parseFilter(v any) (parsedFilter, error) {
	var out parsedFilter
	if text, ok := v.(string); ok && strings.HasPrefix(strings.TrimSpace(text), "[") { // a list in a query string
		if list, err := value.Decode([]byte(text)); err == nil {
			v = list
		}
	}
	sources, err := filterSources(v)
	if err != nil {
		return out, err
	}
	bytes := 0
	var all []search.Filter
	for _, alternatives := range sources {
		var some []search.Filter
		for _, text := range alternatives {
			if bytes += len(text); bytes > MaxFilter {
				return out, refuse(invalidFilter, "The filter has more than %d bytes.", MaxFilter)
			}
			if strings.TrimSpace(text) == "" {
				continue
			}
			p := filterParser{source: text}
			f, err := p.parse()
			if err != nil {
				return out, err
			}
			some = append(some, f)
			out.uses = append(out.uses, p.uses...)
		}
		if len(some) > 0 {
			all = append(all, join(query.Or, some))
		}
	}
	if len(all) > 0 {
		out.filter = join(query.And, all)
	}
	if terms, _ := out.filter.Size(); terms > MaxFilterTerms {
		return out, refuse(invalidFilter, "The filter has %d conditions and values; at most %d are taken.", terms, MaxFilterTerms)
	}
	return out, nil
}

// filterSources gives the texts of a filter: some of each inner list must hit, of all of them.
func filterSources(v any) ([][]string, error) {
	switch x := v.(type) {
	case nil:
		return nil, nil
	case string:
		return [][]string{{x}}, nil
	case value.List:
		if len(x) > MaxFilterTerms {
			return nil, refuse(invalidFilter, "The filter has %d elements; at most %d are taken.", len(x), MaxFilterTerms)
		}
		out := make([][]string, len(x))
		for i, e := range x {
			switch y := e.(type) {
			case string:
				out[i] = []string{y}
			case value.List:
				for _, inner := range y {
					s, ok := inner.(string)
					if !ok {
						return nil, wrongFilter("String", inner)
					}
					out[i] = append(out[i], s)
				}
			default:
				return nil, wrongFilter("String, [String]", e)
			}
		}
		return out, nil
	}
	return nil, wrongFilter("String, Array", v)
}

func wrongFilter(expected string, v any) error {
	return refuse(invalidFilter, "Invalid syntax for the filter parameter: `expected %s, found: %s`.", expected, echo(string(value.Append(nil, v))))
}

// join makes one filter of several, under which each stays as it is.
func join(op query.Op, list []search.Filter) search.Filter {
	if len(list) == 1 {
		return list[0]
	}
	return search.Filter{Op: op, Args: list}
}

// negate is the complement. Of a complement it is what that is the complement of.
func negate(f search.Filter) search.Filter {
	if f.Op == query.Not {
		return f.Args[0]
	}
	return search.Filter{Op: query.Not, Args: []search.Filter{f}}
}

// column counts the characters ahead of a byte, from 1.
func column(s string, at int) int { return utf8.RuneCountInString(s[:at]) + 1 }
