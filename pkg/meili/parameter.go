package meili

import (
	"fmt"
	"strconv"
	"strings"

	"kontor/pkg/value"
)

// kind is what a parameter takes.
type kind int

const (
	text   kind = iota
	whole       // a number from 0 on
	number      // any
	flag        // true or false
	names       // a list of texts; in a query string separated by commas
	filter      // a text, or a list of texts and lists of texts; in a query string a text
	unused      // Meilisearch has it and Kontor has not: false and null only
	inner       // an object or whatever else, which its reader judges
)

// parameter is one key of a body, or of a query string.
type parameter struct {
	name string
	kind kind
	code string // of the error if the value does not fit
	body bool   // in bodies only
	why  string // of an unused one: the sentence that says why
}

// searchParameters are those of a search.
var searchParameters = []parameter{
	{name: "q", kind: text, code: "invalid_search_q"},
	{name: "offset", kind: whole, code: "invalid_search_offset"},
	{name: "limit", kind: whole, code: "invalid_search_limit"},
	{name: "page", kind: whole, code: "invalid_search_page"},
	{name: "hitsPerPage", kind: whole, code: "invalid_search_hits_per_page"},
	{name: "attributesToRetrieve", kind: names, code: "invalid_search_attributes_to_retrieve"},
	{name: "attributesToCrop", kind: names, code: "invalid_search_attributes_to_crop"},
	{name: "cropLength", kind: whole, code: "invalid_search_crop_length"},
	{name: "cropMarker", kind: text, code: "invalid_search_crop_marker"},
	{name: "attributesToHighlight", kind: names, code: "invalid_search_attributes_to_highlight"},
	{name: "highlightPreTag", kind: text, code: "invalid_search_highlight_pre_tag"},
	{name: "highlightPostTag", kind: text, code: "invalid_search_highlight_post_tag"},
	{name: "showMatchesPosition", kind: flag, code: "invalid_search_show_matches_position"},
	{name: "filter", kind: filter, code: invalidFilter},
	{name: "sort", kind: names, code: invalidSort},
	{name: "distinct", kind: text, code: invalidDistinct},
	{name: "facets", kind: names, code: invalidFacets},
	{name: "matchingStrategy", kind: text, code: "invalid_search_matching_strategy"},
	{name: "attributesToSearchOn", kind: names, code: invalidSearchOn},
	{name: "rankingScoreThreshold", kind: number, code: invalidThreshold},
	{name: "showRankingScore", kind: flag, code: "invalid_search_show_ranking_score"},
	{name: "showRankingScoreDetails", kind: unused, why: "a score is answered as a whole, with `showRankingScore`"},
	{name: "showPerformanceDetails", kind: unused, why: "how long an answer took is in `processingTimeMs`"},
	{name: "locales", kind: names, code: invalidLocales},
	{name: "vector", kind: unused, why: "there is no search by vectors"},
	{name: "retrieveVectors", kind: unused, why: "there is no search by vectors"},
	{name: "hybrid", kind: unused, why: "there is no search by meaning"},
	{name: "hybridEmbedder", kind: unused, why: "there is no search by meaning"},
	{name: "hybridSemanticRatio", kind: unused, why: "there is no search by meaning"},
	{name: "media", kind: unused, why: "there is no search by pictures", body: true},
	{name: "personalize", kind: unused, why: "everybody finds the same", body: true},
	{name: "useNetwork", kind: unused, why: "there are no other servers behind this one", body: true},
}

// facetParameters are what a facet search has beside the parameters of a search. It takes all of those, since clients send what they have:
// Meilisearch passes over whatever does not narrow the documents.
var facetParameters = []parameter{
	{name: "facetName", kind: text, code: invalidFacetName},
	{name: "facetQuery", kind: text, code: invalidFacetQuery},
	{name: "exhaustiveFacetCount", kind: flag, code: invalidExhaustive},
}

// queryParameters are what a query of a multi-search has beside the parameters of a search.
var queryParameters = []parameter{
	{name: "indexUid", kind: text, code: invalidIndexUID},
	{name: "federationOptions", kind: unused, why: "ask the index `all` for hits of every kind in one list"},
	{name: "remote", kind: unused, why: "there are no other servers behind this one"},
}

// fields are the parameters that were sent, by name, each of the kind that it must have.
type fields struct {
	site
	values map[string]any
}

// site is where parameters stand, for errors.
type site struct {
	at    string // in the body, such as .queries[0]; "" for its top
	query bool   // in the query string
}

// of says where a parameter stands.
func (s site) of(name string) string {
	if s.query {
		return "in parameter `" + name + "`"
	}
	return "at `" + s.at + "." + name + "`"
}

// element says where an element of a list stands; a query string names the list alone.
func (s site) element(name string, i int) string {
	if s.query {
		return s.of(name)
	}
	return s.of(fmt.Sprintf("%s[%d]", name, i))
}

// readFields checks the keys of an object and the kinds of their values. Null is as good as nothing.
func readFields(at site, object value.Object, allowed ...[]parameter) (fields, error) {
	out := fields{site: at, values: make(map[string]any, len(object))}
	known := 0
	for _, list := range allowed {
		for _, p := range list {
			v, sent := object[p.name]
			if !sent {
				continue
			}
			known++
			if v == nil {
				continue
			}
			if err := p.check(at, v); err != nil {
				return out, err
			}
			out.values[p.name] = v
		}
	}
	if known < len(object) {
		return out, unknownField(at.at, object, allowed)
	}
	return out, nil
}

// check tells whether a value is of the parameter's kind, in the words of Meilisearch.
func (p parameter) check(at site, v any) error {
	wants, ok := "", true
	switch p.kind {
	case text:
		wants = "a string"
		_, ok = v.(string)
	case whole:
		wants = "a positive integer"
		n, isInt := v.(int64)
		ok = isInt && n >= 0
	case number:
		wants = "a number"
		_, isInt := v.(int64)
		_, isFloat := v.(float64)
		ok = isInt || isFloat
	case flag:
		wants = "a boolean"
		_, ok = v.(bool)
	case names:
		return p.checkNames(at, v)
	case unused:
		if v != false {
			return notOffered("The parameter `"+p.name+"`", p.why)
		}
	}
	if !ok {
		return refuse(p.code, "Invalid value type %s: expected %s, but found %s", at.of(p.name), wants, found(v))
	}
	return nil
}

func (p parameter) checkNames(at site, v any) error {
	list, ok := v.(value.List)
	if !ok {
		return refuse(p.code, "Invalid value type %s: expected an array, but found %s", at.of(p.name), found(v))
	}
	for i, e := range list {
		s, ok := e.(string)
		switch {
		case !ok:
			return refuse(p.code, "Invalid value type %s: expected a string, but found %s", at.element(p.name, i), found(e))
		case len(s) > MaxName:
			return refuse(p.code, "Invalid value %s: at most %d bytes are taken", at.element(p.name, i), MaxName)
		case i == MaxNames:
			return refuse(p.code, "Invalid value %s: at most %d elements are taken", at.of(p.name), MaxNames)
		}
	}
	return nil
}

// found describes a value that is of another kind than wanted.
func found(v any) string {
	what := ""
	switch x := v.(type) {
	case nil:
		return "null"
	case bool:
		what = "a boolean"
	case int64:
		what = "a positive integer"
		if x < 0 {
			what = "a negative integer"
		}
	case float64:
		what = "a number"
	case string:
		what = "a string"
	case value.List:
		what = "an array"
	default:
		what = "an object"
	}
	return fmt.Sprintf("%s: `%s`", what, echo(string(value.Append(nil, v))))
}

// parse reads a parameter of a query string.
func (p parameter) parse(s string) (any, error) {
	switch p.kind {
	case whole:
		n, err := strconv.ParseUint(s, 10, 53)
		if err != nil {
			return nil, refuse(p.code, "Invalid value in parameter `%s`: could not parse `%s` as a positive integer", p.name, echo(s))
		}
		return int64(n), nil
	case number:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || f != f {
			return nil, refuse(p.code, "Invalid value in parameter `%s`: could not parse `%s` as a number", p.name, echo(s))
		}
		return f, nil
	case flag:
		if s != "true" && s != "false" {
			return nil, refuse(p.code, "Invalid value in parameter `%s`: could not parse `%s` as a boolean, expected either `true` or `false`", p.name, echo(s))
		}
		return s == "true", nil
	case names:
		return splitNames(s), nil
	case unused:
		if s == "false" {
			return false, nil
		}
		return s, nil
	}
	return s, nil
}

// splitNames takes a list apart at its commas, except for those inside of parentheses: _geoPoint(51.5,7.5):asc is one.
func splitNames(s string) value.List {
	list := value.List{}
	for depth, start, i := 0, 0, 0; i <= len(s); i++ {
		switch {
		case i == len(s), s[i] == ',' && depth <= 0:
			if name := strings.TrimSpace(s[start:i]); name != "" {
				list = append(list, name)
			}
			start = i + 1
		case s[i] == '(':
			depth++
		case s[i] == ')':
			depth--
		}
	}
	return list
}
