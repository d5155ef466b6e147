package blevesearch

import (
	"fmt"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/search"
)

// TestFilterKeys: what is remembered of one filter is not taken for another.
func TestFilterKeys(t *testing.T) {
	eq := func(attribute string, values ...string) search.Filter {
		return search.Filter{Op: query.In, Attribute: attribute, Values: values}
	}
	all := []search.Filter{
		{}, eq("a"), eq("a", "b"), eq("a", "b", "c"), eq("a", "b1:c"), eq("a", "1:b"), eq("a b"), eq(`a" `), eq("b", "b"), {Op: query.Eq, Attribute: "a", Values: []string{"b"}},
		{Op: query.Lt, Attribute: "a", Numbers: []float64{1}}, {Op: query.Lt, Attribute: "a", Numbers: []float64{-1}}, {Op: query.Between, Attribute: "a", Numbers: []float64{1, 2}},
		{Op: search.Within, Points: []search.Point{{Lat: 1, Lng: 2}}, Numbers: []float64{3}}, {Op: search.Within, Points: []search.Point{{Lat: 2, Lng: 1}}, Numbers: []float64{3}},
		{Op: query.Or, Args: []search.Filter{eq("a", "b"), eq("c", "d")}}, {Op: query.And, Args: []search.Filter{eq("a", "b"), eq("c", "d")}},
		{Op: query.And, Args: []search.Filter{eq("a", "b"), {Op: query.And, Args: []search.Filter{eq("c", "d")}}}}, {Op: query.Not, Args: []search.Filter{eq("a", "b")}},
	}
	seen := map[string]string{}
	for _, f := range all {
		key, is := string(appendFilter(nil, f)), fmt.Sprintf("%+v", f)
		if other, ok := seen[key]; ok {
			t.Errorf("%s and %s are both %q", is, other, key)
		}
		seen[key] = is
	}
}

// TestJoined: values of one attribute of which one must hold become one comparison, and nothing else does.
func TestJoined(t *testing.T) {
	one := func(attribute, v string) search.Filter {
		return search.Filter{Op: query.Eq, Attribute: attribute, Values: []string{v}}
	}
	not := search.Filter{Op: query.Not, Args: []search.Filter{one("a", "x")}}
	list := []search.Filter{one("a", "1"), not, one("b", "1"), {Op: query.In, Attribute: "a", Values: []string{"2", "3"}}}
	got := fmt.Sprintf("%v", joined(list))
	want := fmt.Sprintf("%v", []search.Filter{{Op: query.In, Attribute: "a", Values: []string{"1", "2", "3"}}, not, {Op: query.In, Attribute: "b", Values: []string{"1"}}})
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(list[0].Values) != 1 {
		t.Errorf("the caller's filter was changed: %v", list[0])
	}
}
