package meili

import (
	"reflect"
	"strings"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/search"
)

// projects is what an index offers in these tests; "keywords" and "secret" are searched and shown to nobody.
func projects() search.Settings {
	return search.Settings{Language: "de", Attributes: []search.Attribute{
		{Name: "documentId", Filter: true},
		{Name: "title", Weight: 10, Sort: true},
		{Name: "body", Weight: 2},
		{Name: "secret", Weight: 2, Filter: true, Sort: true, Hidden: true},
		{Name: "topics", Weight: 3, Filter: true},
		{Name: "startYear", Filter: true, Sort: true},
		{Name: "keywords", Weight: 1, Hidden: true},
		{Name: "extra"},
		{Name: "_geo", Filter: true, Sort: true},
	}}
}

func planned(t testing.TB, body string) *Plan {
	t.Helper()
	s, err := DecodeSearch("projects", []byte(body))
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	p, err := s.Plan(projects())
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return p
}

// usual is the query of a search without parameters.
func usual(edit func(*search.Query)) search.Query {
	q := search.Query{Index: "projects", Limit: 20, MaxValues: maxValues}
	edit(&q)
	return q
}

// everyMatch asks for what matched in every attribute that is answered.
func everyMatch(q *search.Query) {
	q.Matches = []string{"documentId", "title", "body", "topics", "startYear", "extra"}
}

func TestPlan(t *testing.T) {
	unna := search.Point{Lat: 51.5, Lng: 7.75}
	for _, c := range []struct {
		name, body, query string // query: the same by GET; "" if it can't be said there
		want              search.Query
	}{
		{"nothing", `{}`, ``, usual(func(*search.Query) {})},
		{"nulls", `{"q":null,"limit":null,"filter":null,"facets":null,"sort":null,"vector":null,"hybrid":null,"page":null}`, ``, usual(func(*search.Query) {})},
		{"null and more", `{"q":null,"limit":5,"facets":null,"distinct":"topics"}`, ``, usual(func(q *search.Query) { q.Limit, q.Distinct = 5, "topics" })},
		{"text", `{"q":"Bauhof "}`, `q=Bauhof+`, usual(func(q *search.Query) { q.Text = "Bauhof " })},
		{"window", `{"offset":40,"limit":21}`, `offset=40&limit=21`, usual(func(q *search.Query) { q.Offset, q.Limit = 40, 21 })},
		{"no hits", `{"limit":0}`, `limit=0`, usual(func(q *search.Query) { q.Limit = 0 })},
		{"a large limit", `{"limit":100000}`, `limit=100000`, usual(func(q *search.Query) { q.Limit = 1000 })},
		{"the end of the window", `{"offset":9990,"limit":50}`, ``, usual(func(q *search.Query) { q.Offset, q.Limit = 9990, 10 })},
		{"beyond the window", `{"offset":9007199254740991}`, ``, usual(func(q *search.Query) { q.Offset, q.Limit = 10_000, 0 })},
		{"a page", `{"page":3,"hitsPerPage":10,"offset":7,"limit":7}`, `page=3&hitsPerPage=10`, usual(func(q *search.Query) { q.Offset, q.Limit = 20, 10 })},
		{"the usual page", `{"page":2}`, `page=2`, usual(func(q *search.Query) { q.Offset = 20 })},
		{"page zero", `{"page":0}`, `page=0`, usual(func(q *search.Query) { q.Limit = 0 })},
		{"no hits a page", `{"hitsPerPage":0}`, ``, usual(func(q *search.Query) { q.Limit = 0 })},
		{"a page far away", `{"page":9007199254740991,"hitsPerPage":1000}`, ``, usual(func(q *search.Query) { q.Offset, q.Limit = 10_000, 0 })},
		{"filter", `{"filter":"startYear > 2000"}`, `filter=startYear%20%3E%202000`, usual(func(q *search.Query) {
			q.Filter = search.Filter{Op: "gt", Attribute: "startYear", Numbers: []float64{2000}}
		})},
		{"sort", `{"sort":["startYear:desc","_geoPoint(51.5,7.75):asc","title:asc"]}`, `sort=startYear:desc,_geoPoint(51.5,7.75):asc,title:asc`, usual(func(q *search.Query) {
			q.Sort = []search.Order{{Attribute: "startYear", Desc: true}, {Attribute: "_geo", From: &unna}, {Attribute: "title"}}
		})},
		{"facets", `{"facets":["topics","startYear","topics"]}`, `facets=topics,startYear`, usual(func(q *search.Query) { q.Facets = []string{"topics", "startYear"} })},
		{"all facets", `{"facets":["*"]}`, `facets=*`, usual(func(q *search.Query) { q.Facets = []string{"documentId", "topics", "startYear"} })},
		{"distinct", `{"distinct":"topics"}`, `distinct=topics`, usual(func(q *search.Query) { q.Distinct = "topics" })},
		{"all words", `{"matchingStrategy":"all"}`, `matchingStrategy=all`, usual(func(q *search.Query) { q.Matching = search.MatchAll })},
		{"rare words", `{"matchingStrategy":"frequency"}`, ``, usual(func(q *search.Query) { q.Matching = search.MatchFrequency })},
		{"search on", `{"attributesToSearchOn":["title","body"]}`, `attributesToSearchOn=title,body`, usual(func(q *search.Query) { q.SearchOn = []string{"title", "body"} })},
		{"search on all", `{"attributesToSearchOn":["title","*"]}`, ``, usual(func(*search.Query) {})},
		{"score", `{"showRankingScore":true,"rankingScoreThreshold":0.5}`, `showRankingScore=true&rankingScoreThreshold=0.5`, usual(func(q *search.Query) {
			q.WithScores, q.MinScore = true, 0.5
		})},
		{"retrieve", `{"attributesToRetrieve":["body","title","nope","secret"]}`, `attributesToRetrieve=body,title,nope,secret`, usual(func(q *search.Query) {
			q.Retrieve = []string{"title", "body"}
		})},
		{"retrieve nothing", `{"attributesToRetrieve":[]}`, `attributesToRetrieve=`, usual(func(q *search.Query) { q.Retrieve = []string{} })},
		{"retrieve all", `{"attributesToRetrieve":["*"]}`, ``, usual(func(*search.Query) {})},
		{"highlight", `{"attributesToHighlight":["title","startYear","secret"],"attributesToRetrieve":["body"]}`, ``, usual(func(q *search.Query) {
			q.Retrieve, q.Matches = []string{"body", "title", "startYear"}, []string{"title", "startYear"}
		})},
		{"highlight all", `{"attributesToHighlight":["*"]}`, `attributesToHighlight=*`, usual(everyMatch)},
		{"highlight what is hidden", `{"attributesToHighlight":["secret"],"attributesToCrop":["keywords:5","nope"],"attributesToRetrieve":["title"]}`, ``, usual(func(q *search.Query) {
			q.Retrieve = []string{"title"}
		})},
		{"crop", `{"attributesToCrop":["body:5"]}`, `attributesToCrop=body:5`, usual(func(q *search.Query) { q.Matches = []string{"body"} })},
		{"positions", `{"showMatchesPosition":true}`, `showMatchesPosition=true`, usual(everyMatch)},
		{"its own language", `{"locales":["de","deu"]}`, `locales=deu`, usual(func(*search.Query) {})},
		{"no language", `{"locales":[]}`, ``, usual(func(*search.Query) {})},
		{"unused and off", `{"retrieveVectors":false,"showRankingScoreDetails":false,"showPerformanceDetails":false}`, `retrieveVectors=false`, usual(func(*search.Query) {})},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := planned(t, c.body).Query; !same(got, c.want) {
				t.Errorf("%s\nasks  %+v\nnot   %+v", c.body, got, c.want)
			}
			if c.query == "" {
				return
			}
			s, err := DecodeSearchURL("projects", c.query)
			if err != nil {
				t.Fatal(err)
			}
			if p, err := s.Plan(projects()); err != nil || !same(p.Query, c.want) {
				t.Errorf("%s\nasks  %+v\nnot   %+v, %v", c.query, p.Query, c.want, err)
			}
		})
	}
}

// same compares queries, for which an empty sort is none.
func same(a, b search.Query) bool {
	if len(a.Sort) == 0 {
		a.Sort = nil
	}
	return reflect.DeepEqual(a, b)
}

func TestPlanFacetSearch(t *testing.T) {
	s, err := DecodeFacetSearch("projects", []byte(`{"facetName":"topics","facetQuery":"ba","q":"x","filter":["startYear = 1"],"attributesToSearchOn":["title"],
		"matchingStrategy":"all","rankingScoreThreshold":0.25,"exhaustiveFacetCount":true,"facets":["nope"],"attributesToHighlight":["*"],"limit":21,"sort":["nope:asc"]}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Plan(projects())
	want := search.FacetQuery{Facet: "topics", Typed: "ba", Most: maxFacetHits, Query: search.Query{Index: "projects", Text: "x", SearchOn: []string{"title"},
		Filter: search.Filter{Op: "eq", Attribute: "startYear", Values: []string{"1"}}, Matching: search.MatchAll, MinScore: 0.25}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// Requests that are refused, by the code and a part of what is said.
type badRequestCase struct{ in, code, says string }

func badSearches() []badRequestCase {
	long := func(n int) string { return strings.Repeat("x", n) }
	many := func(n int) string { return `"` + strings.Repeat(`a","`, n-1) + `a"` }
	return []badRequestCase{
		{``, "missing_payload", "missing"},
		{`{`, "malformed_payload", "malformed"},
		{`{"q":"a","q":"b"}`, "malformed_payload", "duplicate"},
		{"{\"q\":\"\xff\"}", "malformed_payload", "malformed"},
		{`{"q":"\ud800"}`, "malformed_payload", "malformed"},
		{`{} {}`, "malformed_payload", "malformed"},
		{`{"limit":1e400}`, "malformed_payload", "malformed"},
		{`[]`, "bad_request", "expected an object, but found an array: `[]`"},
		{`null`, "bad_request", "expected an object, but found null"},
		{`"q"`, "bad_request", "expected an object, but found a string"},
		{`{"marin":"hello"}`, "bad_request", "Unknown field `marin`: expected one of `q`, `offset`"},
		{`{"Q":"a"}`, "bad_request", "Unknown field `Q`"},
		{`{"indexUid":"projects"}`, "bad_request", "Unknown field `indexUid`"},
		{`{"facetName":"topics"}`, "bad_request", "Unknown field `facetName`"},
		{`{"` + long(1000) + `":1}`, "bad_request", "Unknown field `xxx"},
		{`{"q":["doggo"]}`, "invalid_search_q", "Invalid value type at `.q`: expected a string, but found an array: `[\"doggo\"]`"},
		{`{"q":` + `"` + long(1001) + `"}`, "invalid_search_q", "at most 1000 characters"},
		{`{"offset":"doggo"}`, "invalid_search_offset", "expected a positive integer, but found a string: `\"doggo\"`"},
		{`{"offset":-1}`, "invalid_search_offset", "found a negative integer: `-1`"},
		{`{"limit":1.5}`, "invalid_search_limit", "found a number: `1.5`"},
		{`{"limit":{}}`, "invalid_search_limit", "found an object: `{}`"},
		{`{"page":true}`, "invalid_search_page", "found a boolean: `true`"},
		{`{"hitsPerPage":"1"}`, "invalid_search_hits_per_page", "a positive integer"},
		{`{"attributesToRetrieve":"title"}`, "invalid_search_attributes_to_retrieve", "expected an array, but found a string"},
		{`{"attributesToRetrieve":[1]}`, "invalid_search_attributes_to_retrieve", "at `.attributesToRetrieve[0]`: expected a string, but found a positive integer: `1`"},
		{`{"attributesToRetrieve":[` + many(501) + `]}`, "invalid_search_attributes_to_retrieve", "at most 500 elements"},
		{`{"attributesToRetrieve":["` + long(201) + `"]}`, "invalid_search_attributes_to_retrieve", "at most 200 bytes"},
		{`{"attributesToCrop":{}}`, "invalid_search_attributes_to_crop", "expected an array"},
		{`{"cropLength":"x"}`, "invalid_search_crop_length", "a positive integer"},
		{`{"cropLength":-1}`, "invalid_search_crop_length", "a positive integer"},
		{`{"cropMarker":["x"]}`, "invalid_search_crop_marker", "a string"},
		{`{"cropMarker":"` + long(201) + `"}`, "invalid_search_crop_marker", "at most 200 characters"},
		{`{"attributesToHighlight":"*"}`, "invalid_search_attributes_to_highlight", "expected an array"},
		{`{"highlightPreTag":1}`, "invalid_search_highlight_pre_tag", "a string"},
		{`{"highlightPreTag":"` + long(201) + `"}`, "invalid_search_highlight_pre_tag", "at most 200"},
		{`{"highlightPostTag":[]}`, "invalid_search_highlight_post_tag", "a string"},
		{`{"showMatchesPosition":"true"}`, "invalid_search_show_matches_position", "a boolean"},
		{`{"showRankingScore":1}`, "invalid_search_show_ranking_score", "a boolean"},
		{`{"filter":true}`, "invalid_search_filter", "expected String, Array, found: true"},
		{`{"filter":["a = 1", 2]}`, "invalid_search_filter", "found: 2"},
		{`{"filter":"nope = 1"}`, "invalid_search_filter", "Attribute `nope` is not filterable. Available filterable attributes are: `documentId, startYear, topics`.\n1:5 nope = 1"},
		{`{"filter":"secret = 1"}`, "invalid_search_filter", "Attribute `secret` is not filterable. Available filterable attributes are: `documentId, startYear, topics`.\n1:7 secret = 1"},
		{`{"filter":"topics = 1 AND (NOT keywords EXISTS OR title = 2)"}`, "invalid_search_filter", "Attribute `keywords` is not filterable"},
		{`{"filter":[["topics = 1","secret CONTAINS a"]]}`, "invalid_search_filter", "`secret` is not filterable"},
		{`{"filter":"body = 1"}`, "invalid_search_filter", "`body` is not filterable"},
		{`{"filter":"title & Glas"}`, "invalid_search_filter", "Was expecting an operation"},
		{`{"sort":"startYear:asc"}`, "invalid_search_sort", "expected an array"},
		{`{"sort":["startYear"]}`, "invalid_search_sort", "expected expression ending by `:asc` or `:desc`, found `startYear`."},
		{`{"sort":["startYear:ASC"]}`, "invalid_search_sort", "found `startYear:ASC`"},
		{`{"sort":["startYear:sideways"]}`, "invalid_search_sort", "found `startYear:sideways`"},
		{`{"sort":[""]}`, "invalid_search_sort", "found ``"},
		{`{"sort":["nope:asc"]}`, "invalid_search_sort", "Attribute `nope` is not sortable. Available sortable attributes are: `startYear, title`."},
		{`{"sort":["secret:asc"]}`, "invalid_search_sort", "Attribute `secret` is not sortable. Available sortable attributes are: `startYear, title`."},
		{`{"sort":["topics:asc"]}`, "invalid_search_sort", "Attribute `topics` is not sortable"},
		{`{"sort":["_geo:asc"]}`, "invalid_search_sort", "`_geo` is a reserved keyword"},
		{`{"sort":["_geoRadius(1,2,3):asc"]}`, "invalid_search_sort", "`_geoRadius` is a reserved keyword"},
		{`{"sort":["_geoDistance:asc"]}`, "invalid_search_sort", "`_geoDistance` is a reserved keyword"},
		{`{"sort":["_geoPoint:asc"]}`, "invalid_search_sort", "`_geoPoint(latitude, longitude)`"},
		{`{"sort":["_geoPoint(1):asc"]}`, "invalid_search_sort", "found `_geoPoint(1)`"},
		{`{"sort":["_geoPoint(1,2,3):asc"]}`, "invalid_search_sort", "found `_geoPoint(1,2,3)`"},
		{`{"sort":["_geoPoint(a,b):asc"]}`, "invalid_search_sort", "found `_geoPoint(a,b)`"},
		{`{"sort":["_geoPoint(91,2):asc"]}`, "invalid_search_sort", "Bad latitude `91`"},
		{`{"sort":["_geoPoint(NaN,2):asc"]}`, "invalid_search_sort", "Bad latitude `NaN`"},
		{`{"sort":["_geoPoint(1,Inf):asc"]}`, "invalid_search_sort", "Bad longitude"},
		{`{"sort":[` + strings.Repeat(`"startYear:asc",`, 10) + `"title:asc"]}`, "invalid_search_sort", "at most 10"},
		{`{"distinct":1}`, "invalid_search_distinct", "a string"},
		{`{"distinct":"nope"}`, "invalid_search_distinct", "Attribute `nope` is not filterable and thus, cannot be used as distinct attribute."},
		{`{"distinct":"secret"}`, "invalid_search_distinct", "Attribute `secret` is not filterable and thus, cannot be used as distinct attribute."},
		{`{"facets":"topics"}`, "invalid_search_facets", "expected an array"},
		{`{"facets":["doggo"]}`, "invalid_search_facets", "Attribute `doggo` is not filterable. Available"},
		{`{"facets":["doggo","neko","topics"]}`, "invalid_search_facets", "Attributes `doggo, neko` are not filterable."},
		{`{"facets":["secret"]}`, "invalid_search_facets", "Attribute `secret` is not filterable. Available filterable attributes are: `documentId, startYear, topics`."},
		{`{"facets":["*","secret"]}`, "invalid_search_facets", "`secret` is not filterable"},
		{`{"facets":["_geo"]}`, "invalid_search_facets", "`_geo` is not filterable"},
		{`{"facets":[` + many(101) + `]}`, "invalid_search_facets", "at most 100"},
		{`{"matchingStrategy":"doggo"}`, "invalid_search_matching_strategy", "Unknown value `doggo` at `.matchingStrategy`: expected one of `last`, `all`, `frequency`"},
		{`{"matchingStrategy":{"doggo":"doggo"}}`, "invalid_search_matching_strategy", "found an object"},
		{`{"attributesToSearchOn":"title"}`, "invalid_search_attributes_to_search_on", "expected an array"},
		{`{"attributesToSearchOn":["title","nope"]}`, "invalid_search_attributes_to_search_on", "Attribute `nope` is not searchable. Available searchable attributes are: `body, title, topics`."},
		{`{"attributesToSearchOn":["*","secret"]}`, "invalid_search_attributes_to_search_on", "Attribute `secret` is not searchable. Available searchable attributes are: `body, title, topics`."},
		{`{"attributesToSearchOn":["startYear"]}`, "invalid_search_attributes_to_search_on", "`startYear` is not searchable"},
		{`{"rankingScoreThreshold":"doggo"}`, "invalid_search_ranking_score_threshold", "expected a number, but found a string"},
		{`{"rankingScoreThreshold":42}`, "invalid_search_ranking_score_threshold", "between `0.0` and `1.0`"},
		{`{"rankingScoreThreshold":-0.1}`, "invalid_search_ranking_score_threshold", "between `0.0` and `1.0`"},
		{`{"vector":[1,2]}`, "feature_not_enabled", "`vector` is not offered: there is no search by vectors."},
		{`{"hybrid":{"embedder":"x"}}`, "feature_not_enabled", "`hybrid`"},
		{`{"retrieveVectors":true}`, "feature_not_enabled", "`retrieveVectors`"},
		{`{"media":{}}`, "feature_not_enabled", "`media`"},
		{`{"personalize":{"userContext":"x"}}`, "feature_not_enabled", "`personalize`"},
		{`{"locales":["eng"]}`, "invalid_search_locales", "The locale `en` is not the language of the index `projects`, which is `de`"},
		{`{"locales":["de","fr"]}`, "invalid_search_locales", "The locale `fr`"},
		{`{"locales":["de","doggo"]}`, "invalid_search_locales", "Unknown value `doggo` at `.locales[1]`"},
		{`{"locales":"de"}`, "invalid_search_locales", "expected an array"},
		{`{"useNetwork":true}`, "feature_not_enabled", "`useNetwork`"},
		{`{"showRankingScoreDetails":true}`, "feature_not_enabled", "`showRankingScoreDetails`"},
		{`{"showPerformanceDetails":true}`, "feature_not_enabled", "`showPerformanceDetails`"},
	}
}

func badURLs() []badRequestCase {
	return []badRequestCase{
		{`marin=hello`, "bad_request", "Unknown parameter `marin`: expected one of `q`"},
		{`media=x`, "bad_request", "Unknown parameter `media`"},
		{`q=a&q=b`, "bad_request", "there 2 times"},
		{`q=%ff`, "bad_request", "not UTF-8"},
		{`%ff=1`, "bad_request", "Unknown parameter"},
		{`q=%zz`, "bad_request", "can't be read"},
		{`offset=doggo`, "invalid_search_offset", "Invalid value in parameter `offset`: could not parse `doggo` as a positive integer"},
		{`limit=-1`, "invalid_search_limit", "could not parse `-1` as a positive integer"},
		{`limit=`, "invalid_search_limit", "could not parse ``"},
		{`limit=99999999999999999999`, "invalid_search_limit", "could not parse"},
		{`page=1.5`, "invalid_search_page", "could not parse"},
		{`hitsPerPage=0x1`, "invalid_search_hits_per_page", "could not parse"},
		{`cropLength=x`, "invalid_search_crop_length", "could not parse"},
		{`showMatchesPosition=doggo`, "invalid_search_show_matches_position", "as a boolean, expected either `true` or `false`"},
		{`showRankingScore=1`, "invalid_search_show_ranking_score", "as a boolean"},
		{`rankingScoreThreshold=x`, "invalid_search_ranking_score_threshold", "as a number"},
		{`rankingScoreThreshold=NaN`, "invalid_search_ranking_score_threshold", "as a number"},
		{`rankingScoreThreshold=2`, "invalid_search_ranking_score_threshold", "Invalid value in parameter `rankingScoreThreshold`: the value"},
		{`rankingScoreThreshold=Inf`, "invalid_search_ranking_score_threshold", "between"},
		{`matchingStrategy=doggo`, "invalid_search_matching_strategy", "Unknown value `doggo` for parameter `matchingStrategy`: expected one of"},
		{`q=` + strings.Repeat("x", MaxText+1), "invalid_search_q", "Invalid value in parameter `q`: at most"},
		{`sort=` + strings.Repeat("x", MaxName+1), invalidSort, "Invalid value in parameter `sort`: at most"},
		{`facets=` + strings.Repeat("x,y,", MaxFacets) + strings.Repeat("z", MaxNames), invalidFacets, "in parameter `facets`"},
		{`facets=doggo,neko`, "invalid_search_facets", "Attributes `doggo, neko`"},
		{`filter=secret%3D1`, "invalid_search_filter", "`secret` is not filterable"},
		{`filter=%5B%22secret%3D1%22%5D`, "invalid_search_filter", "`secret` is not filterable"},
		{`filter=%5B1%5D`, "invalid_search_filter", "found: 1"},
		{`sort=secret:asc`, "invalid_search_sort", "`secret` is not sortable"},
		{`attributesToSearchOn=secret`, "invalid_search_attributes_to_search_on", "`secret` is not searchable"},
		{`distinct=secret`, "invalid_search_distinct", "`secret`"},
		{`vector=1,2`, "feature_not_enabled", "`vector`"},
		{`hybridEmbedder=x`, "feature_not_enabled", "`hybridEmbedder`"},
		{`locales=de,eng`, "invalid_search_locales", "The locale `en`"},
		{`locales=doggo`, "invalid_search_locales", "Unknown value `doggo` in parameter `locales`"},
	}
}

func TestBadSearches(t *testing.T) {
	for _, c := range badSearches() {
		s, err := DecodeSearch("projects", []byte(c.in))
		if err == nil {
			_, err = s.Plan(projects())
		}
		c.check(t, err)
	}
	for _, c := range badURLs() {
		s, err := DecodeSearchURL("projects", c.in)
		if err == nil {
			_, err = s.Plan(projects())
		}
		c.check(t, err)
	}
}

func (c badRequestCase) check(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("%.200s was taken", c.in)
		return
	}
	e := fault.As(err)
	if e.Code != fault.Invalid || e.Details[codeDetail] != c.code || !strings.Contains(e.Message, c.says) || len(e.Message) > maxMessage {
		t.Errorf("%.200s: %s, %v, %q in place of %s, %q", c.in, e.Code, e.Details[codeDetail], e.Message, c.code, c.says)
	}
}

func TestBadFacetSearches(t *testing.T) {
	for _, c := range []badRequestCase{
		{``, "missing_payload", ""},
		{`{}`, "missing_facet_search_facet_name", "Missing field `facetName`"},
		{`{"facetName":null}`, "missing_facet_search_facet_name", "Missing field `facetName`"},
		{`{"facetName":1}`, "invalid_facet_search_facet_name", "a string"},
		{`{"facetName":["topics"]}`, "invalid_facet_search_facet_name", "a string"},
		{`{"facetName":"nope"}`, "invalid_facet_search_facet_name", "Attribute `nope` is not facet-searchable. Available facet-searchable attributes are: `documentId, startYear, topics`."},
		{`{"facetName":"secret"}`, "invalid_facet_search_facet_name", "Attribute `secret` is not facet-searchable. Available facet-searchable attributes are: `documentId, startYear, topics`."},
		{`{"facetName":"title"}`, "invalid_facet_search_facet_name", "`title` is not facet-searchable"},
		{`{"facetName":"_geo"}`, "invalid_facet_search_facet_name", "`_geo` is not facet-searchable"},
		{`{"facetName":"*"}`, "invalid_facet_search_facet_name", "`*` is not facet-searchable"},
		{`{"facetName":"topics","facetQuery":1}`, "invalid_facet_search_query", "a string"},
		{`{"facetName":"topics","facetQuery":"` + strings.Repeat("x", 1001) + `"}`, "invalid_facet_search_query", "at most 1000"},
		{`{"facetName":"topics","exhaustiveFacetCount":1}`, "invalid_facet_search_exhaustive_facet_count", "a boolean"},
		{`{"facetName":"topics","nope":1}`, "bad_request", "Unknown field `nope`"},
		{`{"facetName":"topics","q":1}`, "invalid_search_q", "a string"},
		{`{"facetName":"topics","filter":"secret EXISTS"}`, "invalid_search_filter", "`secret` is not filterable"},
		{`{"facetName":"topics","attributesToSearchOn":["secret"]}`, "invalid_search_attributes_to_search_on", "`secret` is not searchable"},
		{`{"facetName":"topics","vector":[1]}`, "feature_not_enabled", "`vector`"},
	} {
		s, err := DecodeFacetSearch("projects", []byte(c.in))
		if err == nil {
			_, err = s.Plan(projects())
		}
		c.check(t, err)
	}
}

func TestBadMultiSearches(t *testing.T) {
	for _, c := range []badRequestCase{
		{`{}`, "bad_request", "Missing field `queries`"},
		{`[]`, "bad_request", "expected an object, but found an array"},
		{`{"queries":{}}`, "bad_request", "at `.queries`: expected an array, but found an object"},
		{`{"queries":[1]}`, "bad_request", "at `.queries[0]`: expected an object, but found a positive integer: `1`"},
		{`{"queries":[{}]}`, "missing_index_uid", "Missing field `indexUid` inside `.queries[0]`"},
		{`{"queries":[{"indexUid":1}]}`, "invalid_index_uid", "at `.queries[0].indexUid`: expected a string"},
		{`{"queries":[{"indexUid":"hé"}]}`, "invalid_index_uid", "`.queries[0].indexUid`: `hé` is not a valid index uid"},
		{`{"queries":[{"indexUid":""}]}`, "invalid_index_uid", "is not a valid index uid"},
		{`{"queries":[{"indexUid":"projects"},{"indexUid":"projects","q":1}]}`, "invalid_search_q", "at `.queries[1].q`: expected a string"},
		{`{"queries":[{"indexUid":"projects","sort":["a"]}]}`, "invalid_search_sort", "Inside `.queries[0]`: Invalid syntax for the sort parameter"},
		{`{"queries":[{"indexUid":"projects","nope":1}]}`, "bad_request", "Unknown field `nope` inside `.queries[0]`"},
		{`{"queries":[{"indexUid":"projects","federationOptions":{}}]}`, "feature_not_enabled", "`federationOptions`"},
		{`{"queries":[{"indexUid":"projects","remote":"x"}]}`, "feature_not_enabled", "`remote`"},
		{`{"queries":[],"federation":{}}`, "feature_not_enabled", "A federated search is not offered"},
		{`{"queries":[],"limit":1}`, "bad_request", "Unknown field `limit`"},
		{`{"queries":[` + strings.Repeat(`{"indexUid":"projects"},`, 50) + `{"indexUid":"projects"}]}`, "bad_request", "at most 50 queries"},
		{`{"queries":[` + strings.Repeat(`{"indexUid":"projects","limit":1000},`, 2) + `{"indexUid":"projects"}]}`, "bad_request", "more than 2000 hits together"},
	} {
		_, err := DecodeMulti([]byte(c.in))
		c.check(t, err)
	}
	got, err := DecodeMulti([]byte(`{"queries":[{"indexUid":"projects","q":"a"},{"indexUid":"all"}],"federation":null}`))
	if err != nil || len(got) != 2 || got[0].text != "a" || got[1].Index != "all" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err = DecodeMulti([]byte(`{"queries":[]}`)); err != nil || len(got) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// Whatever is said of an attribute that is hidden, is said of one that does not exist, word for word.
func TestHiddenIsUnknown(t *testing.T) {
	for _, body := range []string{
		`{"filter":"%s = 1"}`, `{"filter":["topics = 1",["%s EXISTS"]]}`, `{"filter":"NOT (%s IN [1] OR topics = 2)"}`, `{"sort":["%s:asc"]}`, `{"facets":["%s"]}`,
		`{"facets":["*","%s"]}`, `{"distinct":"%s"}`, `{"attributesToSearchOn":["%s"]}`, `{"attributesToRetrieve":["%s"]}`, `{"attributesToHighlight":["%s"]}`,
		`{"attributesToCrop":["%s:3"]}`, `{"attributesToHighlight":["%s"],"showMatchesPosition":true,"attributesToRetrieve":[]}`,
	} {
		answer := func(name string) string {
			s, err := DecodeSearch("projects", []byte(strings.ReplaceAll(body, "%s", name)))
			if err != nil {
				return err.Error()
			}
			p, err := s.Plan(projects())
			if err != nil {
				return err.Error()
			}
			hit := search.Hit{Attributes: map[string]any{"secret": "planted", "title": "x"}, Matches: map[string][]search.Match{"secret": {{Length: 3}}}}
			return appended(t, p, search.Result{Hits: []search.Hit{hit}}, 0)
		}
		hidden, unknown := answer("secret"), answer("nosuch")
		if strings.ReplaceAll(hidden, "secret", "nosuch") != unknown {
			t.Errorf("%s\nhidden:  %s\nunknown: %s", body, hidden, unknown)
		}
		if strings.Contains(hidden, "planted") {
			t.Errorf("%s shows what is hidden: %s", body, hidden)
		}
	}
}
