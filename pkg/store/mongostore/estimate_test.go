package mongostore

import (
	"strings"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// TestEstimateAgainstPlans holds the estimate against what MongoDB says that it does, and against how many
// documents it then reads.
func TestEstimateAgainstPlans(t *testing.T) {
	const documents = 500
	s := planned(t)
	locale := query.Where("published.locale", query.Eq, "de")
	absent := query.Where("published.phase", query.Contains, "not there")
	byTitle, byYear := []query.Order{{Path: "publishedTwin.sort.title"}}, []query.Order{{Path: "published.startYear", Desc: true}}
	running, from := query.Where("published.phase", query.Eq, "planned"), query.Where("published.startYear", query.Gte, int64(2000))
	topic := query.Where("published.topics", query.In, value.List{"topic01", "topic02"})
	key := query.Where(store.KeyPath, query.Eq, "000000000000000000007919/de")
	for _, c := range []struct {
		name   string
		q      store.Query
		served bool
		most   int // documents read
	}{
		{"list by title", store.Query{Filter: locale, Sort: byTitle, Limit: 10}, true, 10},
		{"equal and a range", store.Query{Filter: query.AllOf(locale, running, from), Sort: byYear, Limit: 10}, true, 10},
		{"a key with a condition", store.Query{Filter: query.AllOf(key, locale, absent)}, true, 1},
		{"keys", store.Query{Filter: query.Where(store.KeyPath, query.In, value.List{"a", "b", "000000000000000000007919/de"})}, true, 1},
		{"an element, sorted", store.Query{Filter: query.AllOf(locale, topic), Sort: byTitle, Limit: 10}, true, documents},
		{"a search within texts", store.Query{Filter: query.AllOf(locale, absent), Sort: byTitle, Limit: 10}, false, documents},
		{"alternatives", store.Query{Filter: query.AllOf(locale, query.AnyOf(absent, query.Where("published.startYear", query.Eq, int64(1)))), Sort: byTitle, Limit: 10}, false, documents},
		{"sorted by no index", store.Query{Filter: locale, Sort: []query.Order{{Path: "published.none"}}, Limit: 10}, false, documents},
		{"no index", store.Query{Filter: query.Where("published.none", query.Eq, "x")}, false, documents},
	} {
		t.Run(c.name, func(t *testing.T) {
			estimate := listed().Estimate(c.q)
			plan, err := s.Plan(t.Context(), "projects", c.q, false)
			if err != nil {
				t.Fatal(err)
			}
			read, err := s.Examined(t.Context(), "projects", c.q)
			if err != nil {
				t.Fatal(err)
			}
			if served := estimate.Tests == 0; served != c.served {
				t.Errorf("served: %v, want %v (%+v)", served, c.served, estimate)
			}
			if read > c.most || c.served && strings.Contains(plan, "COLLSCAN") {
				t.Errorf("estimated at %+v, and read %d documents: %s", estimate, read, plan)
			}
			if !c.served && (read < documents/2 || estimate.Heavy(documents) < int64(read)) {
				t.Errorf("estimated at %d, and read %d documents: %s", estimate.Heavy(documents), read, plan)
			}
		})
	}
}
