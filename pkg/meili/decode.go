package meili

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"kontor/pkg/fault"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// Search is a search as it was asked for, of which the names in it are not yet checked.
type Search struct {
	Index string

	text      string
	filter    parsedFilter
	sort      []search.Order
	distinct  string
	facets    []string
	matching  search.Matching
	threshold float64

	offset, limit     int
	page, hitsPerPage int
	finite            bool // page or hitsPerPage was sent

	retrieve   []string // nil: all
	searchOn   []string // nil: all
	locales    []language.Base
	highlight  []string
	crop       []string // with their lengths, as sent
	cropLength int
	style      style
	positions  bool
	scores     bool
}

// indexUID is the form of an index's name in Meilisearch.
var indexUID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,400}$`)

// DecodeSearch reads the body of a search in an index.
func DecodeSearch(uid string, body []byte) (*Search, error) {
	if err := checkUID("", uid); err != nil {
		return nil, err
	}
	object, err := decodeObject(body)
	if err != nil {
		return nil, err
	}
	f, err := readFields(site{}, object, searchParameters)
	if err != nil {
		return nil, err
	}
	return f.search(uid)
}

// DecodeSearchURL reads the query string of a search in an index.
func DecodeSearchURL(uid, rawQuery string) (*Search, error) {
	if err := checkUID("", uid); err != nil {
		return nil, err
	}
	sent, err := url.ParseQuery(rawQuery)
	if err != nil {
		return nil, refuse(badRequest, "The query can't be read: a name or a value is not percent-encoded as it should be")
	}
	object := value.Object{}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		i := slices.IndexFunc(searchParameters, func(p parameter) bool { return p.name == name && !p.body })
		switch list := sent[name]; {
		case i < 0:
			return nil, refuse(badRequest, "Unknown parameter `%s`: expected one of %s", echo(strings.ToValidUTF8(name, "\ufffd")), expected(false, searchParameters))
		case len(list) > 1:
			return nil, refuse(badRequest, "The parameter `%s` is there %d times", name, len(list))
		case !utf8.ValidString(list[0]):
			return nil, refuse(badRequest, "The parameter `%s` is not UTF-8", name)
		default:
			if object[name], err = searchParameters[i].parse(list[0]); err != nil {
				return nil, err
			}
		}
	}
	f, err := readFields(site{query: true}, object, searchParameters)
	if err != nil {
		return nil, err
	}
	return f.search(uid)
}

// DecodeMulti reads the body of a multi-search.
func DecodeMulti(body []byte) ([]*Search, error) {
	object, err := decodeObject(body)
	if err != nil {
		return nil, err
	}
	if object["federation"] != nil {
		return nil, notOffered("A federated search", "ask the index `all` for hits of every kind in one list")
	}
	delete(object, "federation")
	allowed := []parameter{{name: "queries", kind: inner}}
	f, err := readFields(site{}, object, allowed)
	if err != nil {
		return nil, err
	}
	sent, ok := f.values["queries"]
	if !ok {
		return nil, refuse(badRequest, "Missing field `queries`")
	}
	list, ok := sent.(value.List)
	if !ok {
		return nil, refuse(badRequest, "Invalid value type at `.queries`: expected an array, but found %s", found(sent))
	}
	if len(list) > MaxQueries {
		return nil, refuse(badRequest, "Invalid value at `.queries`: at most %d queries are taken, not %d", MaxQueries, len(list))
	}
	return decodeQueries(list)
}

func decodeQueries(list value.List) ([]*Search, error) {
	out := make([]*Search, len(list))
	hits := 0
	for i, e := range list {
		at := fmt.Sprintf(".queries[%d]", i)
		object, ok := e.(value.Object)
		if !ok {
			return nil, refuse(badRequest, "Invalid value type at `%s`: expected an object, but found %s", at, found(e))
		}
		f, err := readFields(site{at: at}, object, searchParameters, queryParameters)
		if err != nil {
			return nil, err
		}
		uid, ok := f.values["indexUid"].(string)
		if !ok {
			return nil, refuse(missingIndexUID, "Missing field `indexUid` inside `%s`", at)
		}
		if err := checkUID(at+".indexUid", uid); err != nil {
			return nil, err
		}
		if out[i], err = f.search(uid); err != nil {
			return nil, Inside(i, err)
		}
		if _, n := out[i].window(); hits+n > MaxHits {
			return nil, refuse(badRequest, "The queries ask for more than %d hits together", MaxHits)
		} else {
			hits += n
		}
	}
	return out, nil
}

// decodeObject reads a body, which is an object.
func decodeObject(body []byte) (value.Object, error) {
	if len(body) == 0 {
		return nil, refuse(missingPayload, "A json payload is missing.")
	}
	v, err := value.Decode(body)
	if err != nil {
		e := fault.As(err)
		return nil, refuse(malformedPayload, "The json payload provided is malformed. `%s`.", echo(e.Message))
	}
	object, ok := v.(value.Object)
	if !ok {
		return nil, refuse(badRequest, "Invalid value type: expected an object, but found %s", found(v))
	}
	return object, nil
}

func checkUID(at, uid string) error {
	if indexUID.MatchString(uid) {
		return nil
	}
	where := ""
	if at != "" {
		where = "Invalid value at `" + at + "`: "
	}
	return refuse(invalidIndexUID, "%s`%s` is not a valid index uid. Index uid can be an integer or a string containing only alphanumeric characters, "+
		"hyphens (-) and underscores (_), and can not be more than 400 bytes.", where, echo(strings.ToValidUTF8(uid, "\ufffd")))
}

// unknownField is the error of an object with a key that is none of those allowed.
func unknownField(at string, object value.Object, allowed [][]parameter) error {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !slices.ContainsFunc(allowed, func(list []parameter) bool {
			return slices.ContainsFunc(list, func(p parameter) bool { return p.name == name })
		}) {
			if at != "" {
				at = " inside `" + at + "`"
			}
			return refuse(badRequest, "Unknown field `%s`%s: expected one of %s", echo(name), at, expected(true, allowed...))
		}
	}
	return nil
}

// expected lists the parameters that are offered.
func expected(inBody bool, allowed ...[]parameter) string {
	var list []string
	for _, some := range allowed {
		for _, p := range some {
			if p.kind != unused && (inBody || !p.body) {
				list = append(list, "`"+p.name+"`")
			}
		}
	}
	return strings.Join(list, ", ")
}
