package api

import (
	"net/http"

	"kontor/pkg/openapi"
	"kontor/pkg/value"
)

func searchOperations() []openapi.Operation {
	missing := []int{http.StatusNotFound}
	list := []openapi.Operation{
		{Method: "GET", Path: "/search/health", ID: "searchHealth", Summary: "Whether there is a search", Answer: answers("SearchHealth")},
		{Method: "GET", Path: "/search/version", ID: "searchVersion", Summary: "That this is no Meilisearch", Answer: answers("SearchVersion")},
		{Method: "POST", Path: "/search/multi-search", ID: "multiSearch", Summary: "Several searches at once", Body: sends("MultiSearchRequest"), Answer: answers("MultiSearchResult")},
		{Method: "GET", Path: "/search/indexes/:uid/search", ID: "searchByQuery", Summary: "Search in an index, with everything in the query string",
			Query: searchParameters(), Answer: answers("SearchResult"), Refuses: missing},
		{Method: "POST", Path: "/search/indexes/:uid/search", ID: "search", Summary: "Search in an index", Body: sends("SearchRequest"), Answer: answers("SearchResult"), Refuses: missing},
		{Method: "POST", Path: "/search/indexes/:uid/facet-search", ID: "facetSearch", Summary: "Search in the values of a facet", Body: sends("FacetSearchRequest"),
			Answer: answers("FacetSearchResult"), Refuses: missing},
	}
	for i := range list {
		list[i].Tag, list[i].Open, list[i].Keyless = tagSearch, true, true
	}
	return list
}

// searchParameters are those of SearchRequest that a query string takes.
func searchParameters() []openapi.Parameter {
	whole := value.Object{"type": "integer", "minimum": int64(0)}
	names := value.Object{"type": "array", "items": value.Object{"type": "string", "maxLength": int64(200)}}
	limited := func(n int64) value.Object { return value.Object{"type": "string", "maxLength": n} }
	list := func(name, says string) openapi.Parameter {
		return openapi.Parameter{Name: name, Description: says, Schema: names, Commas: true}
	}
	return []openapi.Parameter{
		{Name: "q", Description: "What was typed", Schema: limited(1000)},
		{Name: "filter", Description: "A condition such as `topics = IT AND startYear > 2020`", Schema: typed("string")},
		list("facets", "Attributes whose values are counted, `*` for all"),
		list("sort", "Attributes with `:asc` or `:desc`; `_geoPoint(51.5,7.7):asc`"),
		{Name: "offset", Schema: whole}, {Name: "limit", Description: "20 if absent, 1000 at most", Schema: whole},
		{Name: "page", Description: "Pages, from 1, in place of offset and limit", Schema: whole}, {Name: "hitsPerPage", Schema: whole},
		list("attributesToRetrieve", "Attributes to answer; all if absent"),
		list("attributesToHighlight", "Attributes in which to mark what matched, `*` for all"),
		{Name: "highlightPreTag", Schema: limited(200)}, {Name: "highlightPostTag", Schema: limited(200)},
		list("attributesToCrop", "Attributes to cut to what matched, `body:20` with a number of words"),
		{Name: "cropLength", Description: "Words; 10 if absent", Schema: whole}, {Name: "cropMarker", Schema: limited(200)},
		{Name: "showMatchesPosition", Schema: typed("boolean")}, {Name: "showRankingScore", Schema: typed("boolean")},
		{Name: "rankingScoreThreshold", Schema: value.Object{"type": "number", "minimum": int64(0), "maximum": int64(1)}},
		{Name: "matchingStrategy", Schema: value.Object{"enum": value.List{"last", "all", "frequency"}}},
		list("attributesToSearchOn", "Attributes to search; all if absent"),
		list("locales", "The language of the index, which it is searched in anyway"),
		{Name: "distinct", Description: "Of the hits with one value of this attribute only the first", Schema: limited(200)},
	}
}

func indexOperations() []openapi.Operation {
	return []openapi.Operation{
		{Method: "GET", Path: "/manage/index", ID: "indexStatus", Tag: tagManage, Summary: "How far the search follows the store",
			Query:  []openapi.Parameter{{Name: "entry", Description: "An entry as `type/documentId`: which revision store and search have of it", Schema: typed("string")}},
			Answer: answersData("IndexStatus")},
		{Method: "POST", Path: "/manage/index", ID: "askIndex", Tag: tagManage, Summary: "Have the search built anew, or compared with the store", Body: sends("IndexJobInput"),
			Answer: openapi.Answer{Status: http.StatusAccepted, Schema: openapi.Data(openapi.Ref("IndexJob"))}},
		{Method: "GET", Path: "/manage/index/jobs/:id", ID: "indexJob", Tag: tagManage, Summary: "How far that is", Answer: answersData("IndexJob"), Refuses: []int{http.StatusNotFound}},
	}
}
