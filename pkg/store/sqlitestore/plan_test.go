package sqlitestore

import (
	"context"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// listed is a collection as content would declare it for projects.
func listed() store.Collection {
	return store.Collection{
		Name: "projects",
		Many: []string{"published.topics", "published.municipalities"},
		Indexes: [][]string{
			{"meta.locale", "publishedTwin.sort.title"}, {"meta.locale", "published.phase", "published.startYear"},
			{"published.startYear"}, {"published.topics"}, {"published.municipalities"}, {"meta.pending"},
		},
	}
}

func openListed(tb testing.TB, n int) *Store {
	tb.Helper()
	s, err := Open(filepath.Join(tb.TempDir(), "kontor.db"), Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	ctx := context.Background()
	if err := s.Ensure(ctx, listed()); err != nil {
		tb.Fatal(err)
	}
	var ops []store.Op
	for i := range n {
		ops = append(ops, store.Op{Kind: store.Insert, Collection: "projects", Key: projectKey(i), Parts: project(i)})
		if len(ops) == 500 || i == n-1 {
			if err := s.Apply(ctx, ops); err != nil {
				tb.Fatal(err)
			}
			ops = nil
		}
	}
	return s
}

func projectKey(i int) string { return fmt.Sprintf("%024d/de", i*7919%1000003) }

// project is an entry of about 3 KB a part; a topic holds an eighth of all entries, a municipality four hundredths.
func project(i int) map[string]value.Object {
	entry := value.Object{
		"title": fmt.Sprintf("Projekt Nummer %d", i), "body": strings.Repeat("Gemeinsam für eine bürgernahe Verwaltung. ", 60), "phase": []any{"planned", "running", "done"}[i%3],
		"startYear": int64(1990 + i*31%37), "costs": int64(i * 1000), "topics": value.List{fmt.Sprintf("topic%02d", i%16), fmt.Sprintf("topic%02d", i/16%16)},
		"municipalities": value.List{fmt.Sprintf("ags%03d", i%396), fmt.Sprintf("ags%03d", i*5%396)}, "links": value.List{value.Object{"id": "a1", "label": "Mehr", "url": "https://example.org/"}},
	}
	twin := value.Object{"sort": value.Object{"title": fmt.Sprintf("%08x", i*2654435761%4294967296)}, "fold": value.Object{"title": fmt.Sprintf("projekt nummer %d", i)}}
	return map[string]value.Object{
		store.Meta:          {"locale": []any{"de", "de", "en"}[i%3], "createdBy": "u1", "organisation": "o1", "want": int64(1)},
		store.PublishedTwin: twin, store.Published: entry, store.DraftTwin: twin, store.Draft: entry,
	}
}

// The queries whose plans and times matter.
func listByTitle() store.Query {
	return store.Query{
		Filter: query.Where("meta.locale", query.Eq, "de"), Sort: []query.Order{{Path: "publishedTwin.sort.title"}}, Limit: 25,
		Parts: []string{store.Meta, store.Published},
	}
}

func phaseAndYears() store.Query {
	return store.Query{
		Filter: query.AllOf(query.Where("meta.locale", query.Eq, "de"), query.Where("published.phase", query.Eq, "running"), query.Where("published.startYear", query.Between, value.List{int64(2000), int64(2010)})),
		Sort:   []query.Order{{Path: "published.startYear"}}, Limit: 25, Parts: []string{store.Meta, store.Published},
	}
}

func topicsAndYears(topics ...any) store.Query {
	return store.Query{
		Filter: query.AllOf(query.Where("published.topics", query.In, value.List(topics)), query.Where("published.startYear", query.Gte, int64(2000))),
		Sort:   []query.Order{{Path: "published.startYear"}}, Limit: 25, Parts: []string{store.Meta, store.Published},
	}
}

func TestPlans(t *testing.T) {
	s := openListed(t, 2*popularHits)
	title, years, phase := indexName("meta.locale", "publishedTwin.sort.title"), indexName("published.startYear"), indexName("meta.locale", "published.phase", "published.startYear")
	cases := []struct {
		name string
		q    store.Query
		want []string // each somewhere in the plan
		not  []string
	}{
		{"list by locale sorted by a twin", listByTitle(), []string{"SEARCH d USING INDEX " + title + " (<expr>=?)"}, []string{"TEMP B-TREE", "SCAN d"}},
		{"equality and range on one index", phaseAndYears(), []string{"SEARCH d USING INDEX " + phase + " (<expr>=? AND <expr>=? AND <expr>>? AND <expr><?)"}, []string{"TEMP B-TREE", "SCAN d"}},
		{"few elements lead to their documents", topicsAndYears("topic01"), []string{"SEARCH d USING INTEGER PRIMARY KEY (rowid=?)", "SEARCH many.projects."}, []string{"SCAN"}},
		{"many elements test what the sort's index yields", topicsAndYears(allTopics()...), []string{years + " (<expr>>? AND <expr><?)", "SEARCH many.projects."}, []string{"TEMP B-TREE FOR ORDER", "SCAN d", "SCAN many"}},
		{"a sorted range", store.Query{Filter: query.Where("published.startYear", query.Gte, int64(2000)), Sort: []query.Order{{Path: "published.startYear"}}}, []string{years + " (<expr>>? AND <expr><?)"}, []string{"TEMP B-TREE", "SCAN d"}},
		{"descending reads the index backwards", store.Query{Sort: []query.Order{{Path: "published.startYear", Desc: true}}, Limit: 10}, []string{years}, []string{"TEMP B-TREE"}},
		{"key in few", store.Query{Filter: query.Where(store.KeyPath, query.In, value.List{"a", "b"})}, []string{"(key=?)"}, []string{"SCAN d"}},
		{"key in many", store.Query{Filter: query.Where(store.KeyPath, query.In, keyList(2000))}, []string{"(key=?)"}, []string{"SCAN d"}},
		{"key prefix", store.Query{Filter: query.Where(store.KeyPath, query.StartsWith, "a/")}, []string{"(key>? AND key<?)"}, []string{"SCAN d", "TEMP B-TREE"}},
		{"present in an index", store.Query{Filter: query.Where("meta.pending", query.NotNull, nil)}, []string{indexName("meta.pending")}, []string{"SCAN d"}},
		{"no element of a list", store.Query{Filter: query.Where("published.topics", query.Ne, "topic01")}, []string{"many.projects."}, []string{"json_each"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			plan := s.plan(t, c.q)
			for _, w := range c.want {
				if !strings.Contains(plan, w) {
					t.Errorf("the plan lacks %q:\n%s", w, plan)
				}
			}
			for _, n := range c.not {
				if strings.Contains(plan, n) {
					t.Errorf("the plan has %q:\n%s", n, plan)
				}
			}
		})
	}
	t.Run("count by an index alone", func(t *testing.T) {
		plan := s.planCount(t, phaseAndYears().Filter)
		if !strings.Contains(plan, "COVERING INDEX "+phase) {
			t.Errorf("the plan reads documents:\n%s", plan)
		}
	})
}

func indexName(paths ...string) string {
	return "index.projects." + digest(string(value.Append(nil, paths)))
}

func allTopics() (names []any) {
	for i := range 16 {
		names = append(names, fmt.Sprintf("topic%02d", i))
	}
	return names
}

func keyList(n int) value.List {
	list := value.List{}
	for i := range n {
		list = append(list, projectKey(i))
	}
	return list
}

func (s *Store) plan(t *testing.T, q store.Query) string {
	t.Helper()
	col, err := s.collection("projects")
	if err != nil {
		t.Fatal(err)
	}
	return s.explain(t, func(c *conn) (compiled, error) {
		return compileFind(col, q, store.Parts(), s.popularity(context.Background(), c, col, q.Filter, q.Sort, true))
	})
}

func (s *Store) planCount(t *testing.T, f query.Filter) string {
	t.Helper()
	col, err := s.collection("projects")
	if err != nil {
		t.Fatal(err)
	}
	return s.explain(t, func(c *conn) (compiled, error) {
		return compileCount(col, f, s.popularity(context.Background(), c, col, f, nil, false))
	})
}

func (s *Store) explain(t *testing.T, compile func(c *conn) (compiled, error)) string {
	t.Helper()
	plan := ""
	ctx := context.Background()
	err := s.read(ctx, func(c *conn) error {
		q, err := compile(c)
		if err != nil {
			return err
		}
		return c.query(ctx, "EXPLAIN QUERY PLAN "+q.sql, q.args, func(row []driver.Value) error {
			plan += row[3].(string) + "\n"
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
