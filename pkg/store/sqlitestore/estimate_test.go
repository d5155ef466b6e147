package sqlitestore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// tick is the work that is counted at once: what takes less may be noted as nothing.
const tickWork = stepsPerTick/stepsPerWork + 1

// TestEstimateAgainstPlans holds the estimate against what SQLite says that it will do, and against the steps
// that it then takes.
func TestEstimateAgainstPlans(t *testing.T) {
	const documents = 1000
	s := openListed(t, documents)
	locale := query.Where("meta.locale", query.Eq, "de")
	absent := query.Where("publishedTwin.fold.title", query.Contains, "not there")
	byTitle, byCosts := []query.Order{{Path: "publishedTwin.sort.title"}}, []query.Order{{Path: "published.costs"}}
	for _, c := range []struct {
		name   string
		q      store.Query
		served bool
	}{
		{"list by title", listByTitle(), true},
		{"phase and years", phaseAndYears(), true},
		{"rare topics and years", topicsAndYears("topic01", "no such topic"), true},
		{"popular topics and years", topicsAndYears(allTopics()...), true},
		{"one key", store.Query{Filter: query.AllOf(query.Where(store.KeyPath, query.Eq, projectKey(3)), locale, absent)}, true},
		{"keys", store.Query{Filter: query.Where(store.KeyPath, query.In, keyList(20))}, true},
		{"a search within texts", store.Query{Filter: query.AllOf(locale, absent), Sort: byTitle, Limit: 10}, false},
		{"alternatives", store.Query{Filter: query.AllOf(locale, query.AnyOf(query.Where("published.startYear", query.Eq, int64(1)), query.Where("published.startYear", query.Eq, int64(2)))), Sort: byTitle, Limit: 10}, false},
		{"sorted by no index", store.Query{Filter: locale, Sort: byCosts, Limit: 10, Parts: []string{}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := listed().Estimate(c.q)
			plan, done := s.plan(t, c.q), s.work(t, c.q, documents)
			dear := strings.Contains(plan, "TEMP B-TREE") && !strings.Contains(plan, "SEARCH many.") || strings.Contains(plan, "SCAN d\n")
			switch served := e.Tests == 0; {
			case served != c.served:
				t.Errorf("served: %v, want %v (%+v)", served, c.served, e)
			case c.served && (dear || done > int64(e.Fixed)+tickWork+e.Bound(documents)):
				t.Errorf("estimated at %+v, and took %d:\n%s", e, done, plan)
			case !c.served && done < e.Work(documents)/4:
				t.Errorf("estimated at %d, and took no more than %d:\n%s", e.Work(documents), done, plan)
			}
		})
	}
	t.Run("generated", func(t *testing.T) { testGenerated(t, s, documents) })
}

// testGenerated asks what nobody has thought of: no query takes more than its bound lets through.
func testGenerated(t *testing.T, s *Store, documents int) {
	r := rand.New(rand.NewPCG(1, 2))
	served := 0
	for range 120 {
		q := generated(r)
		e := listed().Estimate(q)
		if e.Tests == 0 {
			served++
		}
		if done := s.work(t, q, documents); done > patience*e.Bound(documents)+2*tickWork {
			t.Errorf("%s sorted by %v is estimated at %+v (bound %d), and took %d:\n%s", describe(q.Filter), q.Sort, e, e.Bound(documents), done, s.plan(t, q))
		}
		count := listed().EstimateCount(q.Filter)
		bound := &store.Bound{Work: count.Bound(documents)}
		if _, err := s.Count(store.WithBound(context.Background(), bound), "projects", q.Filter); err != nil || bound.Done() > patience*count.Bound(documents)+2*tickWork {
			t.Errorf("counting %s is estimated at %+v, and took %d: %v", describe(q.Filter), count, bound.Done(), err)
		}
	}
	if served < 12 {
		t.Errorf("indexes served %d generated queries", served)
	}
}

// work runs a query within its bound and says how much work SQLite has done.
func (s *Store) work(t *testing.T, q store.Query, documents int) int64 {
	t.Helper()
	s.cache = cache{} // what is remembered takes no work
	bound := &store.Bound{Work: listed().Estimate(q).Bound(documents)}
	if _, err := s.Find(store.WithBound(context.Background(), bound), "projects", q); err != nil {
		t.Errorf("%s: %v", describe(q.Filter), err)
	}
	return bound.Done()
}

// generated is a list as requests could ask for it.
func generated(r *rand.Rand) store.Query {
	conditions := []func() query.Filter{
		func() query.Filter { return query.Where("published.phase", query.Eq, "running") },
		func() query.Filter {
			return query.Where("published.phase", query.In, value.List{"running", "planned", "none"})
		},
		func() query.Filter {
			return query.Where("published.startYear", []query.Op{query.Eq, query.Gte, query.Lt, query.Ne}[r.IntN(4)], int64(1990+r.IntN(40)))
		},
		func() query.Filter {
			return query.Where("published.topics", []query.Op{query.Eq, query.Ne}[r.IntN(2)], fmt.Sprintf("topic%02d", r.IntN(18)))
		},
		func() query.Filter {
			list := value.List{"none"}
			for range 1 + r.IntN(2)*r.IntN(200) {
				list = append(list, fmt.Sprintf("ags%03d", r.IntN(400)))
			}
			return query.Where("published.municipalities", query.In, list)
		},
		func() query.Filter {
			return query.Where("publishedTwin.fold.title", query.Contains, []string{"projekt", "none"}[r.IntN(2)])
		},
		func() query.Filter {
			return query.Where("published.costs", []query.Op{query.Gt, query.NotNull, query.Null}[r.IntN(3)], int64(500_000))
		},
		func() query.Filter { return query.Where(store.KeyPath, query.In, keyList(1+r.IntN(40))) },
		func() query.Filter { return query.Where("publishedTwin.sort.title", query.StartsWith, "a") },
		func() query.Filter {
			return query.Filter{Op: query.Match, Path: "published.links", Args: []query.Filter{query.Where("label", query.Eq, "Mehr")}}
		},
	}
	some := func() (out []query.Filter) {
		for range r.IntN(4) {
			out = append(out, conditions[r.IntN(len(conditions))]())
		}
		return out
	}
	q := store.Query{Filter: query.AllOf(some()...), Limit: 10, Parts: []string{store.Published}}
	if r.IntN(4) > 0 {
		q.Filter = query.AllOf(query.Where("meta.locale", query.Eq, []string{"de", "en"}[r.IntN(2)]), q.Filter)
	}
	if any := some(); len(any) > 1 && r.IntN(2) == 0 {
		q.Filter = query.AllOf(q.Filter, query.AnyOf(any...))
	}
	if r.IntN(3) > 0 {
		path := []string{"publishedTwin.sort.title", "published.startYear", "published.costs", store.KeyPath}[r.IntN(4)]
		q.Sort = []query.Order{{Path: path, Desc: r.IntN(2) == 0}}
	}
	if r.IntN(5) == 0 {
		q.Offset = r.IntN(3000)
	}
	return q
}

func describe(f query.Filter) string {
	if len(f.Args) == 0 {
		return fmt.Sprintf("%s %s %.60v", f.Path, f.Op, f.Value)
	}
	var parts []string
	for _, a := range f.Args {
		parts = append(parts, describe(a))
	}
	return f.Path + " " + string(f.Op) + "(" + strings.Join(parts, "; ") + ")"
}
