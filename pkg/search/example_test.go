package search_test

import (
	"context"
	"fmt"
	"os"

	"kontor/pkg/search"
	"kontor/pkg/search/blevesearch"
)

// Put returns when a search that begins afterwards sees the documents. One letter of a longer word may differ.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	engine, err := blevesearch.Open(dir, blevesearch.Options{})
	if err != nil {
		panic(err)
	}
	defer engine.Close()

	ctx := context.Background()
	settings := search.Settings{Language: "de", Attributes: []search.Attribute{
		{Name: "title", Weight: 10},
		{Name: "topics", Weight: 1, Filter: true},
	}}
	if err := engine.Ensure(ctx, "projects", settings); err != nil {
		panic(err)
	}
	refused, err := engine.Put(ctx, "projects", []search.Document{
		{ID: "a", Rev: 1, Attributes: map[string]any{"title": "Gemeinsamer Bauhof", "topics": "Technik"}},
		{ID: "b", Rev: 1, Attributes: map[string]any{"title": "Straßenbeleuchtung", "topics": "Technik"}},
	})
	fmt.Println(refused, err)

	results, err := engine.Search(ctx, []search.Query{
		{Index: "projects", Text: "bauhoff", Limit: 20},
		{Index: "projects", Text: "beleuchtung", Facets: []string{"topics"}},
	})
	fmt.Println(results[0].Hits[0].ID, results[1].Total, results[1].Facets["topics"].Counts, err)
	// Output:
	// [] <nil>
	// a 1 [{Technik 1}] <nil>
}
