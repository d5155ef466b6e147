package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"kontor/pkg/api"
)

// TestSortThroughARelationAtSize: the public may sort a list through a relation to as many targets as a
// region has municipalities. An empty collection of targets costs nothing.
func TestSortThroughARelationAtSize(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.CacheSize = 0 }})
	sorted := call{"GET", "/api/events?sort=municipality.name&fields=title&pagination[pageSize]=5&pagination[page]=90", "", "", nil}
	s.want(http.StatusOK, sorted)
	s.want(http.StatusOK, call{"GET", "/api/documents?sort=replaces.title", "", "", nil})
	var towns []string
	for i := range 400 {
		towns = append(towns, s.create("municipalities", fmt.Sprintf(`{"name":"Ort %03d","kind":"town"}`, i)))
	}
	for i := range 500 {
		s.create("events", fmt.Sprintf(`{"title":"e%03d","start":{"local":"2027-05-01T09:00"},"municipality":%q}`, i, towns[i*4/5]))
	}
	r := s.want(http.StatusOK, sorted)
	if !strings.Contains(r.body, "e445") {
		t.Errorf("%s", r.body)
	}
	s.want(http.StatusOK, call{"GET", "/api/events?sort=municipality.name:desc&fields=title&pagination[pageSize]=100", "", "", nil})
}
