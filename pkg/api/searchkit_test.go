package api_test

import (
	"context"
	"strings"
	"sync"
	"time"

	"kontor/pkg/index"
	"kontor/pkg/lead"
	"kontor/pkg/search/blevesearch"
	"kontor/pkg/store"
)

// openSearch gives the server a search that follows its store until the test ends.
func (s *server) openSearch(tracked *store.Tracked) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s.t.Cleanup(cancel)
	engine, err := blevesearch.Open(s.t.TempDir(), blevesearch.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = engine.Close() })
	jobs, err := lead.New(ctx, lead.Options{Store: tracked, Name: "test"})
	if err == nil {
		s.index, err = index.New(ctx, index.Options{Content: s.content, Roles: s.auth.Roles(), Store: tracked, Jobs: jobs})
	}
	if err != nil {
		s.t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		jobs.Run(ctx, func(ctx context.Context) { s.index.Follow(ctx, engine, index.Following{Changes: tracked.Changes(ctx)}) })
	})
	s.t.Cleanup(func() { cancel(); wg.Wait() })
}

// followed waits until searches show what was written: the search is filled and no entry is marked.
func (s *server) followed() {
	s.t.Helper()
	ctx := context.Background()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		marks := 0
		err := s.index.Ready(ctx)
		for _, t := range s.content.Types().Types() {
			n, _, failed := s.content.CountMarks(ctx, t, "")
			if failed != nil {
				s.t.Fatal(failed)
			}
			marks += n
		}
		if err == nil && marks == 0 {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("the search does not follow: %d marks, %v", marks, err)
		}
	}
}

// someSearchable makes a few entries that the search shows, and some that it does not.
func (s *server) someSearchable() {
	s.t.Helper()
	for _, data := range []string{
		`{"title":"Gemeinsamer Bauhof","year":2020,"verdict":"geheimwort","stamp":"x"}`, `{"title":"Zweckverband Wasser","year":2015,"verdict":"geheimwort"}`,
		`{"title":"Rechenzentrum <b>Nord</b>","year":2010}`, `{"title":"Bauhof Süd"}`,
	} {
		s.create("dossiers", data)
	}
	s.want(201, call{"POST", "/api/dossiers?status=draft", "admin", `{"data":{"title":"Entwurf eines Bauhofs","year":1999}}`, nil})
	s.create("memos", `{"title":"Ein Vermerk zum Bauhof"}`)
	s.followed()
}

// search sends a search in an index.
func (s *server) searchIn(index, body string) reply {
	s.t.Helper()
	return s.want(200, call{"POST", "/search/indexes/" + index + "/search", "", body, nil})
}

// titles are those of the hits, in their order.
func (r reply) titles(s *server) string {
	var out []string
	for _, h := range r.at(s.t, "hits").([]any) {
		out = append(out, h.(map[string]any)["title"].(string))
	}
	return strings.Join(out, ", ")
}
