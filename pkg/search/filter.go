package search

import "kontor/pkg/query"

// Filter is a condition on a document. It uses the words of query.Op where they mean the same, but has two values only: Not is the whole
// complement, so it also hits documents without the attribute, as Meilisearch has it. On a list a comparison means "some element".
//
//	All                         everything
//	And, Or, Not                of Args; Not has one
//	Eq, In                      one of Values: text without regard to case, a number or bool by what it is ("2020" hits 2020)
//	Lt, Lte, Gt, Gte, Between   Numbers: one, Between two with both ends included; text is never hit
//	Contains, StartsWith        Values[0] inside text or at its beginning, without regard to case
//	NotNull                     the document has a value
//	Null                        it has none
//	Within                      GeoAttribute is at most Numbers[0] metres from Points[0]
//	Inside                      GeoAttribute is in the box with the corners Points[0], top right, and Points[1], bottom left
type Filter struct {
	Op        query.Op
	Attribute string
	Values    []string
	Numbers   []float64
	Points    []Point
	Args      []Filter
}

// The operators that only a search has.
const (
	Within query.Op = "within"
	Inside query.Op = "inside"
)

// AllOf hits what every argument hits.
func AllOf(args ...Filter) Filter {
	kept := make([]Filter, 0, len(args))
	for _, f := range args {
		if f.Op != query.All {
			kept = append(kept, f)
		}
	}
	switch len(kept) {
	case 0:
		return Filter{}
	case 1:
		return kept[0]
	}
	return Filter{Op: query.And, Args: kept}
}

// Walk calls fn with the filter and everything in it.
func (f Filter) Walk(fn func(Filter)) {
	fn(f)
	for _, a := range f.Args {
		a.Walk(fn)
	}
}

// Size counts the comparisons with their values, and gives the depth of the tree; callers bound both.
func (f Filter) Size() (terms, depth int) {
	for _, a := range f.Args {
		t, d := a.Size()
		terms += t
		depth = max(depth, d)
	}
	if len(f.Args) == 0 && f.Op != query.All {
		terms = max(1, len(f.Values))
	}
	return terms, depth + 1
}
