package query_test

import (
	"fmt"

	"kontor/pkg/query"
	"kontor/pkg/value"
)

// A filter is a tree of conditions. Conditions under Match meet in one element of a list.
func ExampleEval() {
	filter := query.AllOf(
		query.Where("startYear", query.Gte, int64(2020)),
		query.Filter{Op: query.Match, Path: "links", Args: []query.Filter{query.Where("label", query.Eq, "Vertrag")}},
	)
	entry := value.Object{
		"startYear": int64(2021),
		"links":     value.List{value.Object{"label": "Bericht"}, value.Object{"label": "Vertrag"}},
	}
	many := func(path string) bool { return path == "links" }
	fmt.Println(query.Eval(filter, entry, many))
	// Output: true
}

// A negative operator does not hit an absent value, as in Strapi.
func ExampleWhere() {
	filter := query.Where("phase", query.Ne, "planned")
	scalar := func(string) bool { return false }
	fmt.Println(query.Eval(filter, value.Object{"phase": "running"}, scalar))
	fmt.Println(query.Eval(filter, value.Object{}, scalar))
	// Output:
	// true
	// false
}
