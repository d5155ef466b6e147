package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// searchLoad is one kind of search.
type searchLoad struct {
	name   string
	aim    time.Duration // of the median; 0: none
	worst  time.Duration // that no answer may take longer than; 0: none
	rival  string        // the load that it is compared with, in turns
	most   float64       // times as long as the rival it may take
	source func(d *dataset) source
}

// searchLoads are all there are. Only again asks the same once more.
func searchLoads() []searchLoad {
	return []searchLoad{
		{name: "page", aim: 8 * time.Millisecond, source: searches(page(object{}))},
		{name: "whole", source: searches(page(object{"attributesToRetrieve": []string{"*"}, "attributesToHighlight": []string{"*"}}))},
		{name: "again", source: func(d *dataset) source {
			first := searches(page(object{}))(d)(0, nil)
			return cycle([][]byte{first})
		}},
		{name: "bare", source: searches(object{"limit": 20, "attributesToRetrieve": []string{"title", "slug"}})},
		{name: "prefix-1", worst: 100 * time.Millisecond, source: beginnings(1)},
		{name: "prefix-2", worst: 100 * time.Millisecond, source: beginnings(2)},
		{name: "prefix-3", worst: 100 * time.Millisecond, source: beginnings(3)},
		{name: "refined", source: refined(false)},
		{name: "refined-or", rival: "refined", most: 2, source: refined(true)},
	}
}

// different is how many requests there are before they come again: an engine remembers what it was asked, and that is not to be measured.
const different = 4000

// facets are what the page of a portal counts.
func facets() []string {
	return []string{"phase", "startYear", "topics", "legalForms", "municipalities"}
}

// page is what the first page of a site asks for: 20 hits with marks, and five facets.
func page(more object) object {
	o := object{"limit": 20, "facets": facets(), "attributesToRetrieve": []string{"title", "slug", "summary", "topics", "phase", "startYear"},
		"attributesToHighlight": []string{"title", "summary"}, "highlightPreTag": "<mark>", "highlightPostTag": "</mark>"}
	for k, v := range more {
		o[k] = v
	}
	return o
}

// searches asks for two words: one with a letter too few, one still being typed.
func searches(rest object) func(*dataset) source {
	return func(*dataset) source {
		r := rand.New(rand.NewPCG(4, 4))
		var all [][]byte
		for range different {
			subject := strings.Fields(subjects()[r.IntN(len(subjects()))])
			all = append(all, searchRequest(with(rest, object{"q": misspell(r, longest(subject)) + " " + beginning(word(r), 4+r.IntN(3))})))
		}
		return cycle(all)
	}
}

// beginnings asks for words of which a few letters are typed, as they come in the text.
func beginnings(letters int) func(*dataset) source {
	return func(*dataset) source {
		r := rand.New(rand.NewPCG(5, uint64(letters)))
		seen := map[string]bool{}
		var all [][]byte
		for range 20_000 {
			b := strings.ToLower(beginning(word(r), letters))
			if !seen[b] {
				seen[b] = true
				all = append(all, searchRequest(page(object{"q": b})))
			}
		}
		return cycle(all)
	}
}

// refined asks with three facets chosen from: as one search, or as InstantSearch does, which asks for the values of each such facet without
// its own choice in queries of their own.
func refined(or bool) func(*dataset) source {
	return func(d *dataset) source {
		r := rand.New(rand.NewPCG(6, 6))
		var all [][]byte
		for range different {
			names := []string{"phase", "legalForms", "municipalities"}
			choices := [][]string{{"läuft", "geplant"}, {"Rechtsform 1", "Rechtsform 2", "Rechtsform 3"}, pick(r, d.places, 40)}
			filters := make([]any, len(names))
			for i, name := range names {
				var one []string
				for _, c := range choices[i] {
					one = append(one, fmt.Sprintf("%q=%q", name, c))
				}
				filters[i] = one
			}
			text := beginning(word(r), 5)
			queries := []object{page(object{"q": text, "filter": filters})}
			for i, name := range names {
				if or {
					others := append(append([]any{}, filters[:i]...), filters[i+1:]...)
					queries = append(queries, object{"q": text, "filter": others, "facets": []string{name}, "limit": 0})
				}
			}
			all = append(all, searchRequest(queries...))
		}
		return cycle(all)
	}
}

// searchRequest sends queries the way InstantSearch does.
func searchRequest(queries ...object) []byte {
	for i, q := range queries {
		queries[i] = with(q, object{"indexUid": "projects"})
	}
	body, _ := json.Marshal(object{"queries": queries}) // maps of plain values always encode
	return request("POST", "/search/multi-search", "", "", body)
}

// with is a and b in one.
func with(a, b object) object {
	out := object{}
	for _, o := range []object{a, b} {
		for k, v := range o {
			out[k] = v
		}
	}
	return out
}

// beginning is the first letters of a word.
func beginning(word string, letters int) string {
	r := []rune(word)
	return string(r[:min(letters, len(r))])
}

// misspell leaves out a letter behind the first.
func misspell(r *rand.Rand, word string) string {
	all := []rune(word)
	i := 1 + r.IntN(len(all)-1)
	return string(all[:i]) + string(all[i+1:])
}

func longest(words []string) string {
	out := ""
	for _, w := range words {
		if len(w) > len(out) {
			out = w
		}
	}
	return out
}
