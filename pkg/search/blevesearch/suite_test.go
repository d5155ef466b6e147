package blevesearch

import (
	"testing"

	"kontor/pkg/search"
	"kontor/pkg/search/searchtest"
)

func TestConformance(t *testing.T) {
	searchtest.Run(t, func(t *testing.T, dir string) search.Engine {
		e, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return e
	})
}
