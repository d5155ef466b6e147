package store_test

import (
	"strings"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// estimated is a collection as content declares it for projects.
func estimated() store.Collection {
	return store.Collection{
		Name: "projects", Many: []string{"published.topics", "published.tags", "meta.refs"},
		Indexes: [][]string{
			{"meta.refs"}, {"published.locale", "published.id"}, {"published.locale", "publishedTwin.sort.title"},
			{"published.locale", "published.phase", "published.year"}, {"published.locale", "published.year"}, {"published.topics"},
		},
	}
}

// TestEstimate: what a declared index serves costs nothing for each document, and what is left over costs so
// much for each condition.
func TestEstimate(t *testing.T) {
	locale := query.Where("published.locale", query.Eq, "de")
	byTitle, byYear := []query.Order{{Path: "publishedTwin.sort.title"}}, []query.Order{{Path: "published.year", Desc: true}}
	body := query.Where("publishedTwin.fold.body", query.Contains, "x")
	year := func(op query.Op) query.Filter { return query.Where("published.year", op, int64(2000)) }
	years := query.Filter{Op: query.Or}
	for i := range 300 {
		years.Args = append(years.Args, query.Where("published.year", query.Eq, int64(i)))
	}
	for _, c := range []struct {
		name       string
		f          query.Filter
		sort       []query.Order
		tests      float64
		field      string
		conditions int
	}{
		{"everything, by key", query.Filter{}, nil, 0, "", 0},
		{"sorted by an index", locale, byTitle, 0, "", 0},
		{"sorted backwards", query.AllOf(locale, year(query.Gte)), byYear, 0, "", 0},
		{"equal and a range", query.AllOf(locale, query.Where("published.phase", query.Eq, "a"), year(query.Lt)), []query.Order{{Path: "published.year"}}, 0, "", 0},
		{"both ends of a range", query.AllOf(locale, year(query.Gte), year(query.Lt)), byYear, 0, "", 0},
		{"an element, sorted", query.AllOf(locale, query.Where("published.topics", query.In, value.List{"a", "b"})), byTitle, 0, "", 0},
		{"no element, sorted", query.AllOf(locale, query.Where("published.topics", query.Ne, "a")), byTitle, 0, "", 0},
		{"a text with its sort key", query.AllOf(locale, query.Where("publishedTwin.sort.title", query.Eq, "x"), query.Where("published.title", query.Eq, "X")), nil, 0, "", 0},
		{"a key with a condition", query.AllOf(query.Where(store.KeyPath, query.Eq, "k"), body), nil, 0, "", 0},
		{"what shares an id, with a condition", query.AllOf(query.Where(store.KeyPath, query.StartsWith, "k/"), body), nil, 0, "", 0},
		{"a few keys with a condition", query.AllOf(query.Where(store.KeyPath, query.In, value.List{"k", "l"}), body), nil, 0, "", 0},

		{"a text without its sort key", query.AllOf(locale, query.Where("published.title", query.Eq, "X")), nil, 1, "title", 1},
		{"a few keys that another index hides", query.AllOf(locale, query.Where(store.KeyPath, query.In, value.List{"k", "l"}), body), nil, 2, "body", 1},
		{"two phases, sorted by what follows", query.AllOf(locale, query.Where("published.phase", query.In, value.List{"a", "b"})), []query.Order{{Path: "published.year"}}, 1, "phase", 1},
		{"no index", query.AllOf(locale, body), byTitle, 2, "body", 1},
		{"an index whose first path is free", query.Where("published.phase", query.Eq, "a"), nil, 1, "phase", 1},
		{"sorted by no index", locale, []query.Order{{Path: "published.updatedAt"}}, 1, "updatedAt", 0},
		{"sorted two ways", locale, []query.Order{{Path: "publishedTwin.sort.title"}, {Path: "published.year", Desc: true}}, 2, "title", 0},
		{"300 alternatives", query.AllOf(locale, years), nil, 300, "year", 300},
		{"elements without an index", query.AllOf(locale, query.Where("published.tags", query.Eq, "a")), byTitle, 3, "tags", 1},
		{"within a list of objects", query.AllOf(locale, query.Filter{Op: query.Match, Path: "published.links", Args: []query.Filter{query.Where("label", query.Eq, "a")}}), byTitle, 6, "links", 0},
		{"a negative range", query.AllOf(locale, year(query.NotBetween)), byYear, 1, "year", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := estimated().Estimate(store.Query{Filter: c.f, Sort: c.sort, Limit: 25})
			if e.Tests != c.tests {
				t.Errorf("tests %v for each document, want %v", e.Tests, c.tests)
			}
			if !strings.HasPrefix(e.Field, c.field) || c.field == "" && e.Field != "" || e.Conditions != c.conditions {
				t.Errorf("names %d conditions on %q, want %d on %q", e.Conditions, e.Field, c.conditions, c.field)
			}
		})
	}
}

func TestEstimateOfSize(t *testing.T) {
	locale := query.Where("published.locale", query.Eq, "de")
	list := estimated().Estimate(store.Query{Filter: locale, Sort: []query.Order{{Path: "publishedTwin.sort.title"}}, Limit: 25})
	if list.Work(25) != list.Work(1_000_000) || list.Work(25) < 25 {
		t.Errorf("a window of an index costs %d of 25 and %d of a million documents", list.Work(25), list.Work(1_000_000))
	}
	count := estimated().EstimateCount(locale)
	if count.Tests != 0 || count.Work(10_000) <= count.Work(100) || count.Heavy(1_000_000) != 0 {
		t.Errorf("a count along an index: %+v", count)
	}
	far := estimated().Estimate(store.Query{Filter: locale, Offset: 100_000, Limit: 25, Sort: []query.Order{{Path: "publishedTwin.sort.title"}}})
	if far.Work(1000) >= far.Work(100_000) {
		t.Errorf("the 100,000th entry of a list: %+v", far)
	}
	dear := estimated().EstimateCount(query.Where("published.none", query.NotNull, nil))
	if dear.Heavy(20_000) < 20_000 || dear.Bound(20_000) < dear.Work(20_000) {
		t.Errorf("a scan: %+v", dear)
	}
	if keys := estimated().Estimate(store.Query{Filter: query.Where(store.KeyPath, query.In, make(value.List, 50))}); keys.Work(50) != keys.Work(1e6) || keys.Work(50) < 100 {
		t.Errorf("50 documents by key: %+v", keys)
	}
}

// TestEstimateOfLoads: a large limit costs as many documents as there are, and a long list of values costs its
// length once and a lookup for each document.
func TestEstimateOfLoads(t *testing.T) {
	all := estimated().Estimate(store.Query{Limit: 30_001, Parts: []string{store.Published}})
	if none, few, most := all.Work(0), all.Work(100), all.Bound(30_001); none != 0 || few < 200 || few > 300 || most < 60_000 {
		t.Errorf("a limit of 30,001 costs %d of no documents, %d of 100, and is bounded by %d of 30,001", none, few, most)
	}
	list := func(values int) int64 {
		return estimated().EstimateCount(query.Where("published.none", query.In, make(value.List, values))).Work(500)
	}
	if one, many := list(1), list(400); many < one+300 || many > 2*one {
		t.Errorf("500 lookups cost %d in a list of one value and %d of 400", one, many)
	}
}
