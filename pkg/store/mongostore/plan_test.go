package mongostore

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// listed is a collection as content would declare it for projects.
func listed() store.Collection {
	return store.Collection{
		Name: "projects", Many: []string{"published.topics", "meta.refs"},
		Indexes: [][]string{
			{"published.locale", "publishedTwin.sort.title"}, {"published.locale", "published.phase", "published.startYear"},
			{"published.locale", "published.startYear"}, {"published.topics"}, {"meta.refs"}, {"meta.pending"},
		},
	}
}

// TestPlans asks the server how it finds things: no declared filter and no declared sort reads every document.
func TestPlans(t *testing.T) {
	s := planned(t)
	locale := query.Where("published.locale", query.Eq, "de")
	title, years := IndexName("published.locale", "publishedTwin.sort.title"), IndexName("published.locale", "published.startYear")
	phase, topics, pending := IndexName("published.locale", "published.phase", "published.startYear"), IndexName("published.topics"), IndexName("meta.pending")
	byTitle := []query.Order{{Path: "publishedTwin.sort.title"}}
	for _, c := range []struct {
		name      string
		q         store.Query
		want, not []string
	}{
		{"list by locale sorted by a twin", store.Query{Filter: locale, Sort: byTitle, Limit: 25}, []string{"IXSCAN " + title}, []string{"SORT"}},
		{"descending", store.Query{Filter: locale, Sort: []query.Order{{Path: "publishedTwin.sort.title", Desc: true}}, Limit: 25}, []string{"IXSCAN " + title}, []string{"SORT"}},
		{"equality and range on one index", store.Query{Filter: query.AllOf(locale, query.Where("published.phase", query.Eq, "running"), query.Where("published.startYear", query.Between, value.List{int64(2000), int64(2010)})),
			Sort: []query.Order{{Path: "published.startYear"}}, Limit: 25}, []string{"IXSCAN " + phase}, []string{"SORT"}},
		{"some element", store.Query{Filter: query.Where("published.topics", query.In, value.List{"topic01", "topic02"})}, []string{"IXSCAN " + topics}, nil},
		{"some element, sorted", store.Query{Filter: query.AllOf(locale, query.Where("published.topics", query.Eq, "topic01")), Sort: byTitle, Limit: 25}, []string{"IXSCAN"}, nil},
		{"present in an index", store.Query{Filter: query.Where("meta.pending", query.NotNull, nil)}, []string{"IXSCAN " + pending}, nil},
		{"absent in an index", store.Query{Filter: query.AllOf(locale, query.Where("published.startYear", query.Null, nil))}, []string{"IXSCAN"}, nil},
		{"key in few", store.Query{Filter: query.Where(store.KeyPath, query.In, value.List{"a", "b"})}, []string{"IXSCAN _id_"}, []string{"SORT"}},
		{"key prefix", store.Query{Filter: query.Where(store.KeyPath, query.StartsWith, "a/"), Sort: []query.Order{{Path: store.KeyPath, Desc: true}}}, []string{"IXSCAN _id_"}, []string{"SORT"}},
		{"negative on an index", store.Query{Filter: query.AllOf(locale, query.Where("published.startYear", query.Ne, int64(2000))), Sort: []query.Order{{Path: "published.startYear"}}}, []string{"IXSCAN " + years}, []string{"SORT"}},
	} {
		t.Run(c.name, func(t *testing.T) { s.wantPlan(t, c.q, false, c.want, c.not) })
	}
	t.Run("counts read an index alone", func(t *testing.T) {
		s.wantPlan(t, store.Query{}, true, []string{"COUNT_SCAN _id_"}, []string{"FETCH"})
		s.wantPlan(t, store.Query{Filter: query.AllOf(locale, query.Where("published.phase", query.Eq, "running"), query.Where("published.startYear", query.Gte, int64(2000)))}, true, []string{"COUNT_SCAN " + phase}, []string{"FETCH"})
	})
	t.Run("a scan of everything would be seen", func(t *testing.T) {
		undeclared := store.Query{Filter: query.Where("published.none", query.Eq, "x"), Sort: byTitle}
		plan, err := s.Plan(t.Context(), "projects", undeclared, false)
		if err != nil || !strings.Contains(plan, "COLLSCAN") {
			t.Errorf("an undeclared filter: %s, %v", plan, err)
		}
	})
}

// planned is a store with the collection and some documents.
func planned(t *testing.T) *Store {
	t.Helper()
	if ferret(t) {
		t.Skip("KONTOR_TEST_MONGO_URI names FerretDB, which does not say how it finds things; name a MongoDB")
	}
	s := open(t, t.TempDir())
	t.Cleanup(func() { _ = s.Close() })
	ctx := context.Background()
	if err := s.Ensure(ctx, listed()); err != nil {
		t.Fatal(err)
	}
	var ops []store.Op
	for i := range 500 {
		ops = append(ops, store.Op{Kind: store.Insert, Collection: "projects", Key: fmt.Sprintf("%024d/de", i*7919%1000003), Parts: map[string]value.Object{
			store.Meta: {"refs": value.List{fmt.Sprint("r", i%50)}}, store.PublishedTwin: {"sort": value.Object{"title": fmt.Sprintf("%08x", i*2654435761%4294967296)}},
			store.Published: {"locale": []any{"de", "de", "en"}[i%3], "phase": []any{"planned", "running", "done"}[i%3], "startYear": int64(1990 + i*31%37), "topics": value.List{fmt.Sprintf("topic%02d", i%16), fmt.Sprintf("topic%02d", i/16%16)}},
		}})
	}
	if err := s.Apply(ctx, ops); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *Store) wantPlan(t *testing.T, q store.Query, count bool, want, not []string) {
	t.Helper()
	plan, err := s.Plan(t.Context(), "projects", q, count)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range want {
		if !strings.Contains(plan, w) {
			t.Errorf("the plan lacks %q: %s", w, plan)
		}
	}
	for _, n := range append(not, "COLLSCAN") {
		if strings.Contains(plan, n) {
			t.Errorf("the plan has %q: %s", n, plan)
		}
	}
}
