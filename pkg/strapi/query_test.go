package strapi

import (
	"fmt"
	"strings"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/value"
)

var modes = map[string]Mode{"list": List, "one": One, "single": Single, "write": Write, "delete": Delete}

func runQuery(t *testing.T) func(string) string {
	return func(line string) string {
		name, raw, _ := strings.Cut(line, " ")
		mode, ok := modes[name]
		if !ok {
			t.Fatalf("no mode: %s", line)
		}
		req, err := ParseQuery(raw, mode)
		if err != nil {
			return dumpError(t, err)
		}
		return dumpRequest(req)
	}
}

func TestParseQuery(t *testing.T) { golden(t, "testdata/query.txt", runQuery(t)) }

// What a Strapi 5.54 was really asked, as far as the query string tells.
func TestParseQueryRecorded(t *testing.T) { golden(t, "testdata/recorded-query.txt", runQuery(t)) }

func TestParseQueryRefuses(t *testing.T) {
	if n := golden(t, "testdata/bad-query.txt", runQuery(t)); n < 60 {
		t.Errorf("only %d refused queries", n)
	}
}

func TestParseQueryDefaults(t *testing.T) {
	req, err := ParseQuery("", List)
	want := Request{Page: 1, PageSize: 25, WithCount: true}
	want.Query.Page = query.Page{Limit: 25, Count: true}
	if err != nil || fmt.Sprint(req) != fmt.Sprint(want) {
		t.Errorf("list: %+v %v", req, err)
	}
	for _, mode := range []Mode{One, Single, Write, Delete} {
		if req, err := ParseQuery("", mode); err != nil || fmt.Sprint(req) != fmt.Sprint(Request{}) {
			t.Errorf("mode %d: %+v %v", mode, req, err)
		}
	}
	req, err = ParseQuery("status=draft&locale=de", Write)
	if w := req.Write(); err != nil || !w.Draft || w.Locale != "de" || !req.StatusSet {
		t.Errorf("write: %+v %v", w, err)
	}
}

// The neutral value itself, where the golden notation could hide a type.
func TestParseQueryValues(t *testing.T) {
	req, err := ParseQuery("filters[topics][name][$eq]=X&filters[startYear][$in][0]=2015&filters[id][$in][]&filters[contact][$null]=true", List)
	if err != nil {
		t.Fatal(err)
	}
	want := query.Filter{Op: query.And, Args: []query.Filter{
		{Op: query.Match, Path: "topics", Args: []query.Filter{{Op: query.Eq, Path: "name", Value: "X"}}},
		{Op: query.In, Path: "startYear", Value: value.List{"2015"}},
		{Op: query.In, Path: "id", Value: value.List{}},
		{Op: query.Null, Path: "contact"},
	}}
	if got := req.Query.Filter; fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", want) {
		t.Errorf("got %#v\nwant %#v", got, want)
	}
}

// Every bound: at it the query is taken, one beyond it is refused with a short message.
func TestParseQueryBounds(t *testing.T) {
	numbered := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "&"+format, i)
		}
		return b.String()[1:]
	}
	commas := func(name string, n int) string {
		return name + "=" + strings.TrimSuffix(strings.Repeat("a%d,", n), ",")
	}
	distinct := func(s string) string {
		parts := strings.Split(s, "%d")
		for i := range parts[1:] {
			parts[i] += fmt.Sprint(i)
		}
		return strings.Join(parts, "")
	}
	for _, c := range []struct {
		name string
		max  int
		make func(n int) string
	}{
		{"length", MaxQueryLength, func(n int) string { return strings.Repeat("&", n-4) + "_q=x" }},
		{"params", MaxParams, func(n int) string { return numbered("filters[id][$in][%d]=1", n) }},
		{"depth", MaxDepth, func(n int) string { return "filters" + strings.Repeat("[a]", n) + "=1" }},
		{"name", MaxNameLength, func(n int) string { return "filters[" + strings.Repeat("x", n) + "]=1" }},
		{"field name", MaxNameLength, func(n int) string { return "fields=" + strings.Repeat("x", n) }},
		{"sort name", MaxNameLength, func(n int) string { return "sort=" + strings.Repeat("x", n) }},
		{"populate name", MaxNameLength, func(n int) string { return "populate=" + strings.Repeat("x", n) }},
		{"terms", MaxTerms, func(n int) string { return numbered("filters[$or][%d][a]=1", n) }},
		{"terms over two filters", MaxTerms, func(n int) string {
			return "populate[x][filters][a]=1&" + numbered("filters[$or][%d][a]=1", n-1)
		}},
		{"sort", MaxSort, func(n int) string { return distinct(commas("sort", n)) }},
		{"fields", MaxFields, func(n int) string { return distinct(commas("fields", n)) }},
		{"populate", MaxPopulate, func(n int) string { return distinct(commas("populate", n)) }},
		{"populate object", MaxPopulate, func(n int) string { return numbered("populate[a%d][fields]=x", n) }},
		{"populate depth", MaxPopulateDepth, func(n int) string { return "populate=a" + strings.Repeat(".a", n-1) }},
		{"populate object depth", MaxPopulateDepth, func(n int) string { return "populate[a]" + strings.Repeat("[populate][a]", n-1) + "=true" }},
		{"text", MaxTextLength, func(n int) string { return "_q=" + strings.Repeat("x", n) }},
		{"locale", MaxLocaleLength, func(n int) string { return "locale=" + strings.Repeat("x", n) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := ParseQuery(c.make(c.max), List); err != nil {
				t.Errorf("at the bound: %v", err)
			}
			_, err := ParseQuery(c.make(c.max+1), List)
			if !fault.Is(err, fault.Invalid) || len(err.Error()) > 300 {
				t.Errorf("beyond the bound: %v", err)
			}
		})
	}
}

// A list is in the order of its numbers, whatever the order of its parameters, with gaps closed and "[]" last.
func TestParseQueryListOrder(t *testing.T) {
	req, err := ParseQuery("filters[id][$in][7]=c&filters[id][$in][]=d&filters[id][$in][0]=a&filters[id][$in][2]=b&filters[id][$in][]=e", List)
	if got := fmt.Sprint(req.Query.Filter.Value); err != nil || got != "[a b c d e]" {
		t.Errorf("%s %v", got, err)
	}
	var b strings.Builder
	for i := 299; i >= 0; i-- {
		fmt.Fprintf(&b, "filters[id][$in][%d]=%d&", i, i)
	}
	req, err = ParseQuery(b.String(), List)
	list, _ := req.Query.Filter.Value.(value.List)
	if err != nil || len(list) != 300 || list[0] != "0" || list[299] != "299" {
		t.Errorf("%v %v", list, err)
	}
	if _, err = ParseQuery(b.String()+"filters[id][$in][1]=1", List); !fault.Is(err, fault.Invalid) {
		t.Errorf("a number twice in a long list: %v", err)
	}
	if _, err = ParseQuery(b.String()+"filters[id][$in][300]=1&filters[id][$in][300]=1", List); !fault.Is(err, fault.Invalid) {
		t.Errorf("a late number twice in a long list: %v", err)
	}
}
