package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// badSearch is a search that must be refused with a code of Meilisearch, and with a reason.
type badSearch struct {
	call
	status int
	code   string
	names  string
}

// TestBadSearches sends wrong requests to /search. None may be answered with a 5xx, each has its code and says what is wrong.
func TestBadSearches(t *testing.T) {
	s := newServer(t, setup{searched: true})
	s.someSearchable()
	rows := badSearches()
	if len(rows) < 150 {
		t.Errorf("%d wrong searches, want at least 150", len(rows))
	}
	for i, row := range rows {
		t.Run(fmt.Sprintf("%03d %s %s %s", i, row.method, abridged(row.path), abridged(row.body)), func(t *testing.T) {
			r := s.do(row.call)
			if r.status != row.status {
				t.Errorf("status %d, want %d: %s", r.status, row.status, r.body)
			}
			if row.method == "HEAD" {
				return
			}
			if r.text(t, "code") != row.code || !strings.Contains(r.text(t, "message"), row.names) {
				t.Errorf("%s with %q is wanted: %s", row.code, row.names, r.body)
			}
			if len(r.body) > 6<<10 {
				t.Errorf("an error of %d bytes", len(r.body))
			}
			r.checkForm(t, row.call)
		})
	}
}

func badSearches() []badSearch {
	var out []badSearch
	for _, part := range [][]badSearch{badSearchPaths(), badSearchBodies(), badSearchNames(), badSearchValues(), badSearchURLs(), badFacetSearches(), badMultiSearches()} {
		out = append(out, part...)
	}
	return out
}

const (
	dossierSearch = "/search/indexes/dossiers/search"
	dossierFacets = "/search/indexes/dossiers/facet-search"
	multiSearch   = "/search/multi-search"
)

// searched is a row for a search in an index.
func searched(body, code, names string) badSearch {
	return badSearch{call{"POST", dossierSearch, "", body, nil}, 400, code, names}
}

func badSearchPaths() []badSearch {
	row := func(method, path, body string, status int, code, names string) badSearch {
		return badSearch{call{method, path, "", body, nil}, status, code, names}
	}
	out := []badSearch{
		row("GET", "/search", "", 404, "not_found", "Not Found"),
		row("GET", "/search/", "", 404, "not_found", "Not Found"),
		row("GET", "/search/nothing", "", 404, "not_found", "Not Found"),
		row("GET", "/search/indexes", "", 404, "not_found", "Not Found"),
		row("GET", "/search/indexes/dossiers", "", 404, "not_found", "Not Found"),
		row("GET", "/search/indexes/dossiers/documents", "", 404, "not_found", "Not Found"),
		row("GET", "/search/indexes/dossiers/settings", "", 404, "not_found", "Not Found"),
		row("POST", "/search/indexes", `{"uid":"x"}`, 404, "not_found", "Not Found"),
		row("POST", "/search/indexes/dossiers/documents", `[]`, 404, "not_found", "Not Found"),
		row("DELETE", "/search/indexes/dossiers", "", 404, "not_found", "Not Found"),
		row("GET", "/search/keys", "", 404, "not_found", "Not Found"),
		row("GET", "/search/tasks", "", 404, "not_found", "Not Found"),
		row("GET", "/search/stats", "", 404, "not_found", "Not Found"),
		row("PUT", dossierSearch, `{}`, 405, "bad_request", "Method Not Allowed"),
		row("DELETE", dossierSearch, "", 405, "bad_request", "Method Not Allowed"),
		row("GET", dossierFacets, "", 405, "bad_request", "Method Not Allowed"),
		row("GET", multiSearch, "", 405, "bad_request", "Method Not Allowed"),
		row("POST", "/search/health", "", 405, "bad_request", "Method Not Allowed"),
		row("POST", "/search/version", `{}`, 405, "bad_request", "Method Not Allowed"),
		row("BREW", "/search/health", "", 405, "bad_request", "Method Not Allowed"),
		row("GET", "/search/health?x=1", "", 400, "bad_request", "x"),
		row("GET", "/search/version?x=1", "", 400, "bad_request", "x"),
		row("POST", "/search/indexes/nothing/search", `{}`, 404, "index_not_found", "Index `nothing` not found."),
		row("POST", "/search/indexes/dossier/search", `{}`, 404, "index_not_found", "Index `dossier` not found."),
		row("POST", "/search/indexes/memos/search", `{}`, 404, "index_not_found", "Index `memos` not found."),
		row("POST", "/search/indexes/dossiers-fr/search", `{}`, 404, "index_not_found", "Index `dossiers-fr` not found."),
		row("POST", "/search/indexes/DOSSIERS/search", `{}`, 404, "index_not_found", "Index `DOSSIERS` not found."),
		row("GET", "/search/indexes/nothing/search", "", 404, "index_not_found", "Index `nothing` not found."),
		row("HEAD", "/search/indexes/nothing/search", "", 404, "", ""),
		row("POST", "/search/indexes/nothing/facet-search", `{"facetName":"x"}`, 404, "index_not_found", "Index `nothing` not found."),
		row("POST", "/search/indexes/dossiers~/search", `{}`, 400, "invalid_index_uid", "is not a valid index uid"),
		row("POST", "/search/indexes/a%20b/search", `{}`, 400, "invalid_index_uid", "is not a valid index uid"),
		row("POST", "/search/indexes/h%C3%A9/search", `{}`, 400, "invalid_index_uid", "is not a valid index uid"),
		row("POST", "/search/indexes/%ff/search", `{}`, 400, "invalid_index_uid", "is not a valid index uid"),
		row("POST", "/search/indexes/%00/search", `{}`, 400, "invalid_index_uid", "is not a valid index uid"),
		row("POST", "/search/indexes/%64ossiers%2dfr/search", `{}`, 404, "index_not_found", "Index `dossiers-fr` not found."),
		row("POST", "/search/indexes/..%2f..%2fapi/search", `{}`, 400, "invalid_index_uid", "is not a valid index uid"),
		row("POST", "/search/indexes/"+strings.Repeat("a", 1200)+"/search", `{}`, 400, "invalid_index_uid", "is not a valid index uid"),
		row("POST", "/search/indexes//search", `{}`, 404, "not_found", "Not Found"),
	}

	return out
}

func badSearchBodies() []badSearch {
	sent := func(header, text string, status int, code, names string) badSearch {
		return badSearch{call{"POST", dossierSearch, "", text, map[string]string{"Content-Type": header}}, status, code, names}
	}
	return []badSearch{
		sent("text/plain", `{}`, 415, "invalid_content_type", "The Content-Type `text/plain` is invalid"),
		sent("application/x-ndjson", `{}`, 415, "invalid_content_type", "application/x-ndjson"),
		sent("application/x-www-form-urlencoded", `q=a`, 415, "invalid_content_type", "form"),
		sent("multipart/form-data; boundary=x", `--x--`, 415, "invalid_content_type", "multipart"),
		sent("application/json; charset=latin1", `{}`, 415, "invalid_content_type", "latin1"),
		sent("", `{}`, 415, "missing_content_type", "A Content-Type header is missing"),
		{call{"POST", dossierSearch, "", `{}`, map[string]string{"Content-Encoding": "gzip"}}, 415, "invalid_content_type", "gzip"},
		{call{"POST", dossierSearch, "", "", nil}, 400, "missing_payload", "missing"},
		{call{"POST", multiSearch, "", "", nil}, 400, "missing_payload", "missing"},
		{call{"POST", dossierFacets, "", "", nil}, 400, "missing_payload", "missing"},
		{call{"POST", dossierSearch, "", `{"q":"` + strings.Repeat("x", 1<<20) + `"}`, nil}, 413, "payload_too_large", "Too Large"},
		searched(`{`, "malformed_payload", "malformed"),
		searched(`{"q":"a"`, "malformed_payload", "malformed"),
		searched(`{'q':'a'}`, "malformed_payload", "malformed"),
		searched(`{"q":"a",}`, "malformed_payload", "malformed"),
		searched(`{"q":"a","q":"b"}`, "malformed_payload", "malformed"),
		searched("{\"q\":\"\xff\"}", "malformed_payload", "malformed"),
		searched(`{"q":"\ud800"}`, "malformed_payload", "malformed"),
		searched(`{"limit":1e999}`, "malformed_payload", "malformed"),
		searched(strings.Repeat("[", 5000), "malformed_payload", "malformed"),
		searched(`[]`, "bad_request", "expected an object"),
		searched(`"x"`, "bad_request", "expected an object"),
		searched(`null`, "bad_request", "found null"),
	}
}

// What is hidden, what is not there and what is not open for something.
func badSearchNames() []badSearch {
	const filterable = "Available filterable attributes are: `"
	var out []badSearch
	for _, name := range []string{"verdict", "nope", "stamp", "clues", "_rev", "_want", "meta.want", "title' OR '1"} {
		quoted := strings.ReplaceAll(name, "'", "\\\\'")
		said := "`" + name + "` is not "
		out = append(out,
			searched(`{"filter":"'`+quoted+`' = 1"}`, "invalid_search_filter", said+"filterable. "+filterable),
			searched(`{"filter":[["year = 2000","NOT '`+quoted+`' EXISTS"]]}`, "invalid_search_filter", said+"filterable. "+filterable),
			searched(`{"sort":["`+name+`:asc"]}`, "invalid_search_sort", said+"sortable"),
			searched(`{"facets":["`+name+`"]}`, "invalid_search_facets", said+"filterable"),
			searched(`{"distinct":"`+name+`"}`, "invalid_search_distinct", said+"filterable"),
			searched(`{"attributesToSearchOn":["title","`+name+`"]}`, "invalid_search_attributes_to_search_on", said+"searchable"),
		)
	}
	return append(out,
		searched(`{"filter":"title = x"}`, "invalid_search_filter", "`title` is not filterable"),
		searched(`{"sort":["slug:asc"]}`, "invalid_search_sort", "`slug` is not sortable"),
		searched(`{"attributesToSearchOn":["year"]}`, "invalid_search_attributes_to_search_on", "`year` is not searchable"),
		searched(`{"filter":"_geoRadius(51, 7, 1000)"}`, "invalid_search_filter", "`_geo` is not filterable"),
		searched(`{"sort":["_geoPoint(51,7):asc"]}`, "invalid_search_sort", "`_geo` is not sortable"),
	)
}

func badSearchValues() []badSearch {
	return []badSearch{
		searched(`{"marin":"hello"}`, "bad_request", "Unknown field `marin`: expected one of"),
		searched(`{"indexUid":"dossiers"}`, "bad_request", "Unknown field `indexUid`"),
		searched(`{"q":1}`, "invalid_search_q", "expected a string, but found a positive integer: `1`"),
		searched(`{"q":"`+strings.Repeat("x", 1001)+`"}`, "invalid_search_q", "at most 1000"),
		searched(`{"limit":-1}`, "invalid_search_limit", "a positive integer"),
		searched(`{"limit":"20"}`, "invalid_search_limit", "a positive integer"),
		searched(`{"offset":0.5}`, "invalid_search_offset", "a positive integer"),
		searched(`{"page":-1}`, "invalid_search_page", "a positive integer"),
		searched(`{"hitsPerPage":true}`, "invalid_search_hits_per_page", "a positive integer"),
		searched(`{"attributesToRetrieve":"title"}`, "invalid_search_attributes_to_retrieve", "expected an array"),
		searched(`{"attributesToCrop":[1]}`, "invalid_search_attributes_to_crop", "expected a string"),
		searched(`{"cropLength":-1}`, "invalid_search_crop_length", "a positive integer"),
		searched(`{"cropMarker":1}`, "invalid_search_crop_marker", "a string"),
		searched(`{"attributesToHighlight":{}}`, "invalid_search_attributes_to_highlight", "an array"),
		searched(`{"highlightPreTag":[]}`, "invalid_search_highlight_pre_tag", "a string"),
		searched(`{"highlightPostTag":1}`, "invalid_search_highlight_post_tag", "a string"),
		searched(`{"highlightPreTag":"`+strings.Repeat("<b>", 100)+`"}`, "invalid_search_highlight_pre_tag", "at most 200"),
		searched(`{"showMatchesPosition":1}`, "invalid_search_show_matches_position", "a boolean"),
		searched(`{"showRankingScore":"yes"}`, "invalid_search_show_ranking_score", "a boolean"),
		searched(`{"rankingScoreThreshold":1.5}`, "invalid_search_ranking_score_threshold", "between"),
		searched(`{"matchingStrategy":"most"}`, "invalid_search_matching_strategy", "expected one of"),
		searched(`{"filter":true}`, "invalid_search_filter", "expected String, Array"),
		searched(`{"filter":"year >"}`, "invalid_search_filter", "7:7 year >"),
		searched(`{"filter":"year > abc"}`, "invalid_search_filter", "8:11 year > abc"),
		searched(`{"filter":"`+strings.Repeat("(", 4000)+`"}`, "invalid_search_filter", "inside of one another"),
		searched(`{"filter":"year IN [`+strings.Repeat("1,", 1001)+`]"}`, "invalid_search_filter", "at most 1000"),
		searched(`{"filter":"year = \"`+strings.Repeat("x", 70<<10)+`\""}`, "invalid_search_filter", "65536 bytes"),
		searched(`{"sort":["year"]}`, "invalid_search_sort", "`:asc` or `:desc`"),
		searched(`{"sort":["_geoPoint(91,0):asc"]}`, "invalid_search_sort", "Bad latitude"),
		searched(`{"vector":[0.1]}`, "feature_not_enabled", "`vector`"),
		searched(`{"hybrid":{"embedder":"default"}}`, "feature_not_enabled", "`hybrid`"),
		searched(`{"retrieveVectors":true}`, "feature_not_enabled", "`retrieveVectors`"),
		searched(`{"personalize":{"userContext":"x"}}`, "feature_not_enabled", "`personalize`"),
		searched(`{"media":{"image":"x"}}`, "feature_not_enabled", "`media`"),
		searched(`{"showRankingScoreDetails":true}`, "feature_not_enabled", "`showRankingScoreDetails`"),
		searched(`{"filter":"_geoPolygon([1,2],[3,4],[5,6])"}`, "feature_not_enabled", "`_geoPolygon`"),
	}
}

func badSearchURLs() []badSearch {
	row := func(query, code, names string) badSearch {
		return badSearch{call{"GET", dossierSearch + "?" + query, "", "", nil}, 400, code, names}
	}
	return []badSearch{
		row("marin=hello", "bad_request", "Unknown parameter `marin`"),
		row("q=a&q=b", "bad_request", "2 times"),
		row("q=%ff", "bad_request", "UTF-8"),
		row("q=%zz", "bad_request", "percent-encoded"),
		row("limit=x", "invalid_search_limit", "could not parse `x` as a positive integer"),
		row("offset=-1", "invalid_search_offset", "could not parse"),
		row("page=", "invalid_search_page", "could not parse"),
		row("hitsPerPage=1.5", "invalid_search_hits_per_page", "could not parse"),
		row("showMatchesPosition=1", "invalid_search_show_matches_position", "as a boolean"),
		row("rankingScoreThreshold=NaN", "invalid_search_ranking_score_threshold", "as a number"),
		row("matchingStrategy=x", "invalid_search_matching_strategy", "for parameter `matchingStrategy`: expected one of"),
		row("facets=verdict,nope", "invalid_search_facets", "`verdict, nope` are not filterable"),
		row("filter=verdict%20EXISTS", "invalid_search_filter", "`verdict` is not filterable"),
		row("sort=verdict:asc", "invalid_search_sort", "`verdict` is not sortable"),
		row("attributesToSearchOn=verdict", "invalid_search_attributes_to_search_on", "`verdict` is not searchable"),
		row("distinct=verdict", "invalid_search_distinct", "`verdict` is not filterable"),
		row("locales=eng", "invalid_search_locales", "The locale `en` is not the language of the index `dossiers`"),
		row("vector=1", "feature_not_enabled", "`vector`"),
		row("hybridEmbedder=x", "feature_not_enabled", "`hybridEmbedder`"),
	}
}

func badFacetSearches() []badSearch {
	row := func(body, code, names string) badSearch {
		return badSearch{call{"POST", dossierFacets, "", body, nil}, 400, code, names}
	}
	return []badSearch{
		row(`{}`, "missing_facet_search_facet_name", "Missing field `facetName`"),
		row(`{"facetName":1}`, "invalid_facet_search_facet_name", "a string"),
		row(`{"facetName":"nope"}`, "invalid_facet_search_facet_name", "`nope` is not facet-searchable"),
		row(`{"facetName":"verdict"}`, "invalid_facet_search_facet_name", "`verdict` is not facet-searchable"),
		row(`{"facetName":"title"}`, "invalid_facet_search_facet_name", "`title` is not facet-searchable"),
		row(`{"facetName":"year","facetQuery":1}`, "invalid_facet_search_query", "a string"),
		row(`{"facetName":"year","filter":"verdict = a"}`, "invalid_search_filter", "`verdict` is not filterable"),
		row(`{"facetName":"year","attributesToSearchOn":["verdict"]}`, "invalid_search_attributes_to_search_on", "`verdict` is not searchable"),
		row(`{"facetName":"year","exhaustiveFacetCount":"x"}`, "invalid_facet_search_exhaustive_facet_count", "a boolean"),
		row(`{"facetName":"year","nope":1}`, "bad_request", "Unknown field `nope`"),
		row(`{"facetName":"year","hybrid":{}}`, "feature_not_enabled", "`hybrid`"),
	}
}

func badMultiSearches() []badSearch {
	row := func(body string, status int, code, names string) badSearch {
		return badSearch{call{"POST", multiSearch, "", body, nil}, status, code, names}
	}
	one := func(rest string) string {
		return `{"queries":[{"indexUid":"dossiers"},{"indexUid":"dossiers",` + rest + `}]}`
	}
	return []badSearch{
		row(`{}`, 400, "bad_request", "Missing field `queries`"),
		row(`[]`, 400, "bad_request", "expected an object"),
		row(`{"queries":1}`, 400, "bad_request", "expected an array"),
		row(`{"queries":[[]]}`, 400, "bad_request", "at `.queries[0]`: expected an object"),
		row(`{"queries":[{"q":"a"}]}`, 400, "missing_index_uid", "inside `.queries[0]`"),
		row(`{"queries":[{"indexUid":"h\u00e9"}]}`, 400, "invalid_index_uid", "`hé`"),
		row(`{"queries":[{"indexUid":"dossiers"},{"indexUid":"nothing"}]}`, 400, "index_not_found", "Inside `.queries[1]`: Index `nothing` not found."),
		row(`{"queries":[{"indexUid":"memos"}]}`, 400, "index_not_found", "Index `memos` not found."),
		row(one(`"nope":1`), 400, "bad_request", "inside `.queries[1]`"),
		row(one(`"q":1`), 400, "invalid_search_q", "at `.queries[1].q`"),
		row(one(`"filter":"verdict = 1"`), 400, "invalid_search_filter", "Inside `.queries[1]`: Attribute `verdict` is not filterable"),
		row(one(`"facets":["verdict"]`), 400, "invalid_search_facets", "`verdict` is not filterable"),
		row(one(`"sort":["verdict:asc"]`), 400, "invalid_search_sort", "`verdict` is not sortable"),
		row(one(`"attributesToSearchOn":["verdict"]`), 400, "invalid_search_attributes_to_search_on", "`verdict` is not searchable"),
		row(one(`"distinct":"verdict"`), 400, "invalid_search_distinct", "`verdict` is not filterable"),
		row(one(`"federationOptions":{"weight":1}`), 400, "feature_not_enabled", "`federationOptions`"),
		row(one(`"remote":"ms-1"`), 400, "feature_not_enabled", "`remote`"),
		row(`{"federation":{},"queries":[{"indexUid":"dossiers"}]}`, 400, "feature_not_enabled", "A federated search is not offered"),
		row(`{"queries":[`+strings.Repeat(`{"indexUid":"dossiers"},`, 60)+`{"indexUid":"dossiers"}]}`, 400, "bad_request", "at most 50"),
		row(`{"queries":[`+strings.Repeat(`{"indexUid":"dossiers","limit":1000},`, 3)+`{"indexUid":"dossiers"}]}`, 400, "bad_request", "2000 hits"),
	}
}
