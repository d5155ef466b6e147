// Package meili is the dialect of Meilisearch's search API: bodies and query strings to search queries, results and errors back to
// JSON. It knows no HTTP and asks no engine.
//
// A request is read in two steps. Decode functions are purely syntactic. Plan then judges the names in it against the settings of the
// index, of which it is given only what the public may use: a hidden attribute is one that does not exist, in the same words. What
// Meilisearch passes over in silence, an unknown attribute to answer or to highlight, is passed over here too; what it refuses is
// refused with its codes.
//
// Two things are Kontor's own. Null, absent and empty are one, so EXISTS and IS NOT NULL mean the same, and so do NOT EXISTS, IS NULL and
// IS EMPTY. And null for a parameter is as if it were not sent.
//
// Highlight tags come from the request and go into _formatted as they are, and attributes are answered unescaped, as Meilisearch does both:
// an answer is JSON and never a page. Whoever puts _formatted into a page escapes it first and turns the tags into elements afterwards;
// InstantSearch does so by itself, which is why it sends tags that are no HTML.
package meili

// Bounds of a request. Whatever is beyond is a 400 that names the bound, except for windows, which are cut as Meilisearch does.
const (
	MaxQueries     = 50       // of one multi-search
	MaxText        = 1000     // characters of q and of facetQuery
	MaxFilter      = 64 << 10 // bytes of all texts of a filter
	MaxFilterTerms = 1000     // comparisons in a filter, each value of an IN counts
	MaxFilterDepth = 50       // parentheses and NOTs around one another
	MaxSort        = 10       // sort keys
	MaxFacets      = 100      // facets, and attributes to search on
	MaxNames       = 500      // attributes to answer, to highlight and to crop
	MaxName        = 200      // bytes of an attribute's name
	MaxTag         = 200      // bytes of a highlight tag and of the crop marker
	MaxLimit       = 1000     // hits of a query; a larger limit is this one
	MaxHits        = 2000     // hits that the queries of a multi-search may ask for together
	MaxWindow      = 10_000   // the hit after which there are no more to have, whatever the total
)

// The numbers of facet values that are answered.
const (
	maxValues    = 500 // of each facet
	maxFacetHits = 100 // of a facet search
)

// Meilisearch's defaults.
const (
	defaultLimit      = 20
	defaultCropLength = 10
	defaultCropMarker = "…"
	defaultPreTag     = "<em>"
	defaultPostTag    = "</em>"
)
