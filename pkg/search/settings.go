package search

// Settings say how an index treats its documents.
type Settings struct {
	Language   string // of the text, as a BCP 47 primary tag: "de", "en"; others are treated without a language's rules
	Attributes []Attribute
	Synonyms   []Synonym
	Ranking    []Rule // in order of importance; nil means DefaultRanking
}

// Attribute says what can be done with one attribute.
type Attribute struct {
	Name   string // ^[A-Za-z][A-Za-z0-9_.]{0,99}$, or GeoAttribute
	Weight int    // of what is found in it, more is better; 0: it is not searched
	Filter bool   // it can be filtered by and counted as a facet
	Sort   bool   // it can be sorted by
	Hidden bool   // it is searched, and never answered
}

// Synonym is words that mean the same. What is typed as one of From is also found as each of To. A member may have several words.
type Synonym struct {
	From []string
	To   []string
}

// Rule is one rule of ranking: documents that are equal by the rules before it are ordered by it.
type Rule string

// The rules, as Meilisearch names them (https://www.meilisearch.com/docs/learn/relevancy/ranking_rules).
const (
	Words     Rule = "words"     // more of the words that were asked for
	Typo      Rule = "typo"      // fewer letters that differ
	Proximity Rule = "proximity" // the words stand closer to each other
	Weight    Rule = "attribute" // in attributes of more weight
	Sorting   Rule = "sort"      // Query.Sort
	Exactness Rule = "exactness" // as the very words, not as beginnings, parts or synonyms of others
)

// DefaultRanking is Meilisearch's default order.
func DefaultRanking() []Rule { return []Rule{Words, Typo, Proximity, Weight, Sorting, Exactness} }
