package searchtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// filterDocs is a small index in which every operator meets every kind of value.
func filterDocs() []search.Document {
	return []search.Document{
		doc("a", attributes{"kind": "Stadt", "year": int64(2020), "price": 1.5, "done": true, "tags": list("IT", "Bau und Wohnen")}),
		doc("b", attributes{"kind": "stadt", "year": int64(2021), "price": int64(2), "done": false, "tags": list("it")}),
		doc("c", attributes{"kind": "Gemeinde", "year": int64(-5), "tags": list("Ämter", "Öffentliches")}),
		doc("d", attributes{"kind": "2020", "year": "2020", "price": 0.0, "tags": list(int64(2020), int64(7))}),
		doc("e", attributes{"kind": `O'Brien "x" \ (y) [z] %_*?`, "price": 1e9}),
		doc("f", attributes{"kind": "true", "done": "true", "tags": list()}),
		doc("g", attributes{}),
		doc("h", attributes{"kind": "", "year": 2020.0}),
	}
}

// testFilter: each operator, on each kind of value, by examples.
func testFilter(t *testing.T, h Harness) {
	f := h.open(t)
	f.put(filterDocs()...)
	not := func(inner search.Filter) search.Filter {
		return search.Filter{Op: query.Not, Args: []search.Filter{inner}}
	}
	one := func(op query.Op, attribute, v string) search.Filter {
		return search.Filter{Op: op, Attribute: attribute, Values: []string{v}}
	}
	cases := []struct {
		clause string
		filter search.Filter
		want   string
	}{
		{"everything", search.Filter{}, "abcdefgh"},
		{"text without regard to case", eq("kind", "STADT"), "ab"},
		{"umlauts too", eq("tags", "ämter"), "c"},
		{"some element of a list", eq("tags", "it"), "ab"},
		{"a value of several words, whole", eq("tags", "bau und wohnen"), "a"},
		{"and not a part of it", eq("tags", "bau"), ""},
		{"a number, and the text of it", eq("year", "2020"), "adh"},
		{"a number in a list", eq("tags", "7"), "d"},
		{"a negative number", eq("year", "-5"), "c"},
		{"a number in another notation", eq("price", "2.0"), "b"},
		{"true, and the text of it", eq("done", "true"), "af"},
		{"false", eq("done", "false"), "b"},
		{"what other languages quote", eq("kind", `o'brien "x" \ (y) [z] %_*?`), "e"},
		{"the empty text", eq("kind", ""), "h"},
		{"one of several", eq("kind", "gemeinde", "2020", "none"), "cd"},
		{"one of none", search.Filter{Op: query.In, Attribute: "kind"}, ""},
		{"less", number("year", query.Lt, 2021), "ach"},
		{"at most", number("year", query.Lte, 2020), "ach"},
		{"more; text is never hit", number("year", query.Gt, 2019), "abh"},
		{"at least", number("price", query.Gte, 1.5), "abe"},
		{"between, both ends", number("price", query.Between, 0, 1.5), "ad"},
		{"between the wrong way round", number("price", query.Between, 2, 1), ""},
		{"some element in a range", number("tags", query.Gt, 10), "d"},
		{"there", search.Filter{Op: query.NotNull, Attribute: "tags"}, "abcd"},
		{"not there, as an empty list", search.Filter{Op: query.Null, Attribute: "tags"}, "efgh"},
		{"false and 0 are there", search.Filter{Op: query.NotNull, Attribute: "price"}, "abde"},
		{"contains", one(query.Contains, "kind", "ADT"), "ab"},
		{"contains within a list", one(query.Contains, "tags", "wohn"), "a"},
		{"contains takes % for itself", one(query.Contains, "kind", "%_"), "e"},
		{"starts with", one(query.StartsWith, "tags", "öff"), "c"},
		{"starts with, not within", one(query.StartsWith, "kind", "tadt"), ""},
		{"not, with what has no value", not(eq("kind", "stadt")), "cdefgh"},
		{"not of a range, with text and what has no value", not(number("year", query.Gt, 0)), "cdefg"},
		{"not twice", not(not(eq("kind", "stadt"))), "ab"},
		{"and", search.AllOf(eq("kind", "stadt"), number("year", query.Gt, 2020)), "b"},
		{"and of nothing", search.Filter{Op: query.And}, "abcdefgh"},
		{"or of nothing", search.Filter{Op: query.Or}, ""},
		{"or", search.Filter{Op: query.Or, Args: []search.Filter{eq("tags", "7"), eq("kind", "gemeinde")}}, "cd"},
		{"deep", search.AllOf(search.Filter{Op: query.Or, Args: []search.Filter{eq("kind", "stadt"), not(search.Filter{Op: query.NotNull, Attribute: "price"})}}, not(eq("tags", "it"))), "cfgh"},
	}
	for _, c := range cases {
		r := f.search(search.Query{Filter: c.filter})
		got := idsOf(r.Hits)
		slices.Sort(got)
		f.same(c.clause, got, strings.Split(c.want, "")[:len(c.want)])
		if r.Total != len(c.want) {
			t.Errorf("%s: the total is %d, want %d", c.clause, r.Total, len(c.want))
		}
	}
}

// testFilterProperty: random filters over random documents hit what their meaning says.
func testFilterProperty(t *testing.T, h Harness) {
	r := rand.New(rand.NewPCG(1, 2))
	f := h.open(t)
	texts := []string{"Rot", "rot", "Grün", "Blau Grün", "10", "x"}
	var docs []search.Document
	for i := range 200 {
		a := attributes{}
		if r.IntN(4) > 0 {
			a["kind"] = texts[r.IntN(len(texts))]
		}
		if r.IntN(4) > 0 {
			a["year"] = int64(r.IntN(12))
		}
		if r.IntN(4) > 0 {
			a["price"] = float64(r.IntN(8)) / 2
		}
		if r.IntN(3) > 0 {
			a["done"] = r.IntN(2) == 0
		}
		var tags value.List
		for range r.IntN(4) {
			tags = append(tags, texts[r.IntN(len(texts))])
		}
		if len(tags) > 0 {
			a["tags"] = tags
		}
		docs = append(docs, doc(numbered("p", i), a))
	}
	f.put(docs[:150]...)
	f.put(docs[150:]...)
	for range 300 {
		filter := randomFilter(r, 3, texts)
		var want []string
		for _, d := range docs {
			if meets(filter, d.Attributes) {
				want = append(want, d.ID)
			}
		}
		f.same(fmt.Sprintf("%+v hits", filter), f.found(search.Query{Filter: filter}), want)
	}
}

func randomFilter(r *rand.Rand, depth int, texts []string) search.Filter {
	attributes := []string{"kind", "year", "price", "done", "tags"}
	if depth > 0 && r.IntN(2) == 0 {
		switch r.IntN(3) {
		case 0:
			return search.Filter{Op: query.Not, Args: []search.Filter{randomFilter(r, depth-1, texts)}}
		default:
			f := search.Filter{Op: []query.Op{query.And, query.Or}[r.IntN(2)]}
			for range r.IntN(4) {
				f.Args = append(f.Args, randomFilter(r, depth-1, texts))
			}
			return f
		}
	}
	name := attributes[r.IntN(len(attributes))]
	values := append([]string{"true", "false", "1", "1.5", "3"}, texts...)
	pick := func() string { return values[r.IntN(len(values))] }
	switch r.IntN(6) {
	case 0:
		return eq(name, pick())
	case 1:
		return eq(name, pick(), pick(), pick())
	case 2:
		ops := []query.Op{query.Lt, query.Lte, query.Gt, query.Gte}
		return number(name, ops[r.IntN(len(ops))], float64(r.IntN(10))/2)
	case 3:
		return number(name, query.Between, float64(r.IntN(5)), float64(r.IntN(10)))
	case 4:
		return search.Filter{Op: []query.Op{query.Null, query.NotNull}[r.IntN(2)], Attribute: name}
	}
	return search.Filter{Op: []query.Op{query.Contains, query.StartsWith}[r.IntN(2)], Attribute: name, Values: []string{[]string{"r", "Gr", "ün", "1", "tr"}[r.IntN(5)]}}
}

// meets is what a filter means.
func meets(f search.Filter, a attributes) bool {
	switch f.Op {
	case query.All:
		return true
	case query.And:
		return !slices.ContainsFunc(f.Args, func(x search.Filter) bool { return !meets(x, a) })
	case query.Or:
		return slices.ContainsFunc(f.Args, func(x search.Filter) bool { return meets(x, a) })
	case query.Not:
		return !meets(f.Args[0], a)
	}
	v, there := a[f.Attribute]
	switch f.Op {
	case query.Null:
		return !there
	case query.NotNull:
		return there
	}
	if !there {
		return false
	}
	elements, many := v.(value.List)
	if !many {
		elements = value.List{v}
	}
	return slices.ContainsFunc(elements, func(e any) bool { return meetsOne(f, e) })
}

func meetsOne(f search.Filter, v any) bool {
	text, isText := v.(string)
	text = strings.ToLower(text)
	var n float64
	isNumber := true
	switch x := v.(type) {
	case int64:
		n = float64(x)
	case float64:
		n = x
	default:
		isNumber = false
	}
	switch f.Op {
	case query.Eq, query.In:
		return slices.ContainsFunc(f.Values, func(s string) bool {
			parsed, err := strconv.ParseFloat(s, 64)
			b, isBool := v.(bool)
			return isText && strings.ToLower(s) == text || isNumber && err == nil && parsed == n || isBool && s == strconv.FormatBool(b)
		})
	case query.Contains:
		return isText && strings.Contains(text, strings.ToLower(f.Values[0]))
	case query.StartsWith:
		return isText && strings.HasPrefix(text, strings.ToLower(f.Values[0]))
	case query.Lt:
		return isNumber && n < f.Numbers[0]
	case query.Lte:
		return isNumber && n <= f.Numbers[0]
	case query.Gt:
		return isNumber && n > f.Numbers[0]
	case query.Gte:
		return isNumber && n >= f.Numbers[0]
	}
	return isNumber && n >= f.Numbers[0] && n <= f.Numbers[1]
}
