// Package query is what a caller asks for as a neutral value: one filter tree, a sort, a page, fields and what to populate.
//
// The same tree serves two levels. A dialect writes it with the field names of a content type ("topics", "startYear") and with the
// values as they were sent; content checks it against the type and the caller's rights and compiles it to one with the paths of
// stored documents ("published.startYear"), which a store driver translates and Eval judges in memory.
package query

// Query is a list request on a content type.
type Query struct {
	Filter   Filter
	Sort     []Order // documentId and locale follow, in the direction of the last
	Page     Page
	Fields   []string   // scalar fields to answer; nil means all
	Populate []Populate // what to resolve; nothing by default
	Locale   string     // "" is the default locale, "*" every one
	Fallback bool       // where the caller reads nothing in Locale: the default locale
	Draft    bool       // drafts instead of what is published
	Text     string     // folded contains over display, slug and the searched fields; "" for none
}

// Page is a window of a list. The zero value is an empty window, so dialects set their defaults.
type Page struct {
	Offset int
	Limit  int
	Count  bool // whether the total is wanted
}

// Order is one sort key. Absent values come first ascending and last descending.
type Order struct {
	Path string
	Desc bool
}

// Populate asks for the targets of a relation, the content of an object, or the facts of an asset.
type Populate struct {
	Path     string // one field name, "*" for every field that can be populated
	Fields   []string
	Filter   Filter
	Sort     []Order
	Populate []Populate
}
