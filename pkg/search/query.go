package search

// Query is a search in one index.
type Query struct {
	Index      string
	Text       string   // what was typed; "" hits everything. Its last word is also taken as a beginning, unless a space follows. "…" is a phrase, -word excludes
	Filter     Filter   // the zero Filter hits everything
	Facets     []string // attributes whose values are counted over all hits
	MaxValues  int      // values for each facet, the most frequent ones; 0 means 100
	Sort       []Order
	Distinct   string // an attribute: of the hits with one value of it only the first is answered; "" for none
	Offset     int
	Limit      int      // 0 answers no hit, but totals and facets
	Retrieve   []string // attributes to answer; nil means all that are not hidden, empty none
	SearchOn   []string // attributes to search; nil means all with a weight
	Matching   Matching
	Matches    []string // attributes in which to tell what matched, searched or not; nil means none
	MinScore   float64  // hits with less are left out; 0 keeps all
	WithScores bool     // whether Hit.Score is wanted
}

// Matching says what to do when few documents have all the words.
type Matching int

// The strategies.
const (
	MatchLast      Matching = iota // hits also what has not the last words, after what has more of them; the first must be there, and an engine may take the first that any document has
	MatchAll                       // only what has all
	MatchFrequency                 // hits also what has not the most frequent words
)

// Order is one sort key. Documents without a value come last either way. Text is ordered without regard to case and accents.
type Order struct {
	Attribute string
	Desc      bool
	From      *Point // by the distance of GeoAttribute from here, in place of an attribute
}

// Result answers a Query.
type Result struct {
	Hits   []Hit
	Total  int // of all hits, whatever the window; an engine may estimate it where it is above 1,000
	Facets map[string]Facet
}

// Hit is one document of a result.
type Hit struct {
	ID         string
	Rev        int64
	Attributes map[string]any     // those of Retrieve that the document has, as they were put
	Matches    map[string][]Match // by attribute of Query.Matches; only where something matched
	Score      float64            // 0 to 1, larger is better; 0 unless asked for
	Distance   int                // metres from the first point among the sort keys, -1 if there is none or the document has no place
}

// Match is a stretch of an attribute's text that answers to what was asked for.
type Match struct {
	Start, Length int // in bytes
	Element       int // of a list, -1 for a value that is none
}

// Facet is what is in an attribute over all hits of a query, whatever the window.
type Facet struct {
	Counts []Count // by count falling, then by value
	Stats  *Stats  // of the numbers in it, nil if there are none
}

// Count says how many hits have a value. Numbers stand as JSON writes them, bools as true and false.
type Count struct {
	Value string
	Count int
}

// Stats are the bounds of the numbers of a facet.
type Stats struct{ Min, Max float64 }

// FacetQuery asks for the values of one attribute.
type FacetQuery struct {
	Query        // its Text and Filter narrow the documents; its window, facets and sort are not used
	Facet string // the attribute
	Typed string // what the value, or one of its words, begins with, typos allowed; "" is every value
	Most  int    // values to answer; 0 means 100
}

// FacetResult answers a FacetQuery.
type FacetResult struct {
	Counts []Count // by count falling, then by value
}

// QueryError is what Search returns when one of its queries fails.
type QueryError struct {
	Index int // its place among the queries
	Err   error
}

// Error gives the cause's text.
func (e *QueryError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *QueryError) Unwrap() error { return e.Err }
