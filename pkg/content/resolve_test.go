package content_test

import (
	"fmt"
	"strings"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
)

func and(f ...query.Filter) query.Filter { return query.Filter{Op: query.And, Args: f} }
func not(f query.Filter) query.Filter    { return query.Filter{Op: query.Not, Args: []query.Filter{f}} }

func TestFilter(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	top := k.create("topic", obj{"name": "Oben"})
	it := k.create("topic", obj{"name": "IT", "order": int64(1), "parent": to(top)})
	bau := k.create("topic", obj{"name": "Bau", "order": int64(2)})
	town := k.create("town", obj{"name": "Unna", "ags": "11", "population": int64(100)})
	k.create("project", obj{"title": "Alpha", "phase": "planned", "startYear": int64(2000), "topics": to(it, bau), "towns": to(town), "summary": "Ämter 100%",
		"seo": obj{"text": "Wort", "topic": to(it), "words": list{"x"}}, "links": list{obj{"label": "eins", "external": false}, obj{"label": "zwei", "topic": to(bau)}}, "tags": list{"rot", "Blau"}})
	beta := k.create("project", obj{"title": "beta", "phase": "running", "startYear": int64(2010), "topics": to(it)})
	k.create("project", obj{"title": "Ökohof", "phase": "planned", "related": to(beta)})
	k.create("project", obj{"title": "Cafe\u0301", "phase": "planned"})
	all := []string{"Alpha", "beta", "Ökohof", "Café"}
	topics := func(f query.Filter) query.Query { return query.Query{Filter: match("topics", f)} }
	name := func(op query.Op, v any) query.Filter { return query.Where("name", op, v) }
	for i, tt := range []struct {
		q    query.Query
		want []string
	}{
		{where("title", query.Eq, "Alpha"), []string{"Alpha"}},
		{where("title", query.EqI, "ÖKOHOF"), []string{"Ökohof"}},
		{where("title", query.Eq, "Cafe\u0301"), []string{"Café"}},
		{where("title", query.EndsWith, "e\u0301"), []string{"Café"}},
		{where("title", query.Ne, "Alpha"), []string{"beta", "Ökohof", "Café"}},
		{where("title", query.Lt, "Bz"), []string{"Alpha", "beta"}},
		{where("title", query.Between, list{"b", "d"}), []string{"beta", "Café"}},
		{where("summary", query.ContainsI, "ÄMTER"), []string{"Alpha"}},
		{where("summary", query.Contains, "%"), []string{"Alpha"}},
		{where("summary", query.Contains, "_"), nil},
		{where("summary", query.NotContains, "x"), []string{"Alpha"}},
		{where("startYear", query.Gte, "2000"), []string{"Alpha", "beta"}},
		{where("startYear", query.In, list{"2000", int64(1999)}), []string{"Alpha"}},
		{where("startYear", query.In, list{}), nil},
		{where("startYear", query.NotIn, list{int64(2000)}), []string{"beta"}},
		{where("startYear", query.Null, nil), []string{"Ökohof", "Café"}},
		{where("phase", query.Eq, "running"), []string{"beta"}},
		{where("phase", query.EqI, "RUNNING"), []string{"beta"}},
		{where("phase", query.NeI, "Planned"), []string{"beta"}},
		{where("phase", query.ContainsI, "UNN"), []string{"beta"}},
		{where("tags", query.EqI, "BLAU"), []string{"Alpha"}},
		{where("tags", query.Ne, "rot"), []string{"beta", "Ökohof", "Café"}},
		{where("documentId", query.Eq, beta), []string{"beta"}},
		{where("documentId", query.NotIn, list{beta}), []string{"Alpha", "Ökohof", "Café"}},
		{where("id", query.Lt, "2"), []string{"Alpha"}},
		{where("locale", query.Eq, "en"), nil},
		{query.Query{Filter: query.AnyOf(query.Where("title", query.Eq, "beta"), not(query.Where("phase", query.Ne, "running")))}, []string{"beta"}},
		{query.Query{Filter: not(query.Where("startYear", query.Eq, int64(2000)))}, []string{"beta"}},
		{query.Query{Filter: query.Nothing()}, nil},
		{query.Query{Filter: not(query.Filter{})}, nil},

		{where("topics", query.Eq, it), []string{"Alpha", "beta"}},
		{where("topics", query.Eq, "2"), []string{"Alpha", "beta"}},
		{where("topics", query.In, list{bau, int64(3)}), []string{"Alpha"}},
		{where("topics", query.Ne, bau), []string{"beta", "Ökohof", "Café"}},
		{where("topics", query.Eq, "nothing"), nil},
		{where("topics", query.Null, nil), []string{"Ökohof", "Café"}},
		{topics(name(query.Eq, "Bau")), []string{"Alpha"}},
		{topics(name(query.Ne, "Bau")), []string{"Alpha", "beta"}},
		{topics(and(name(query.Eq, "Bau"), query.Where("order", query.Eq, int64(1)))), nil},
		{topics(and(name(query.Eq, "IT"), query.Where("order", query.Eq, int64(1)))), []string{"Alpha", "beta"}},
		{topics(match("parent", name(query.Eq, "Oben"))), []string{"Alpha", "beta"}},
		{query.Query{Filter: match("related", match("topics", match("parent", name(query.Eq, "Oben"))))}, []string{"Ökohof"}},
		{query.Query{Filter: not(match("topics", name(query.Eq, "Bau")))}, []string{"beta", "Ökohof", "Café"}},
		{query.Query{Filter: match("towns", query.Where("population", query.Gt, "99"))}, []string{"Alpha"}},

		{query.Query{Filter: match("seo", query.Where("text", query.EqI, "WORT"))}, []string{"Alpha"}},
		{query.Query{Filter: match("seo", query.Where("words", query.Eq, "x"))}, []string{"Alpha"}},
		{query.Query{Filter: match("seo", query.Where("words", query.Ne, "x"))}, []string{"beta", "Ökohof", "Café"}},
		{query.Query{Filter: match("seo", match("topic", name(query.Eq, "IT")))}, []string{"Alpha"}},
		{query.Query{Filter: match("links", and(query.Where("label", query.Eq, "zwei"), query.Where("external", query.Eq, "false")))}, nil},
		{query.Query{Filter: match("links", and(query.Where("label", query.Eq, "eins"), query.Where("external", query.Eq, "false")))}, []string{"Alpha"}},
		{query.Query{Filter: match("links", match("topic", name(query.Eq, "Bau")))}, []string{"Alpha"}},
		{query.Query{Filter: not(match("links", query.Where("label", query.Eq, "eins")))}, []string{"beta", "Ökohof", "Café"}},
		{query.Query{Text: "ämter"}, []string{"Alpha"}},
		{query.Query{Text: "KOHO"}, []string{"Ökohof"}},
		{query.Query{}, all},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			k.hits(public, "project", tt.q, tt.want...)
			tt.q.Draft = true
			k.hits(editor, "project", tt.q, tt.want...)
		})
	}
}

func TestBadFilter(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.create("thing", obj{"title": "Ding"})
	deep := query.Where("title", query.Eq, "x")
	for range 30 {
		deep = and(deep, query.Where("title", query.Eq, "y"))
	}
	var many, lookups []query.Filter
	for i := range 2001 {
		many = append(many, query.Where("title", query.Eq, fmt.Sprint(i)))
	}
	for range 101 {
		lookups = append(lookups, match("one", query.Where("name", query.Eq, "x")))
	}
	topic := func(f query.Filter) query.Filter { return match("parent", f) }
	for name, f := range map[string]query.Filter{
		"unknown":             query.Where("nope", query.Eq, "x"),
		"empty name":          query.Where("", query.Eq, "x"),
		"meta":                query.Where("meta.owner", query.Eq, "x"),
		"part":                query.Where("draft.title", query.Eq, "x"),
		"dotted":              query.Where("place.name", query.Eq, "x"),
		"unknown operator":    query.Where("title", "like", "x"),
		"not unknown":         not(query.Where("title", "like", "x")),
		"match of nothing":    {Op: query.Match, Path: "one"},
		"match of two":        {Op: query.Match, Path: "one", Args: []query.Filter{{}, {}}},
		"under a scalar":      match("title", query.Where("x", query.Eq, "x")),
		"under the id":        match("id", query.Where("x", query.Eq, "x")),
		"unknown in relation": match("one", query.Where("nope", query.Eq, "x")),
		"unknown in object":   match("place", query.Where("nope", query.Eq, "x")),
		"unknown in items":    match("rows", query.Where("nope", query.Eq, "x")),
		"unknown in point":    match("spot", query.Where("alt", query.Eq, "1")),
		"letters for integer": query.Where("year", query.Eq, "x"),
		"no date":             query.Where("day", query.Eq, "2026-13-01"),
		"object":              query.Where("title", query.Eq, obj{"a": "b"}),
		"list for one":        query.Where("title", query.Eq, list{"a", "b"}),
		"list in list":        query.Where("title", query.In, list{list{"a"}}),
		"null for text":       query.Where("title", query.Eq, nil),
		"one for between":     query.Where("year", query.Between, list{"1"}),
		"three for between":   query.Where("year", query.Between, list{"1", "2", "3"}),
		"contains on integer": query.Where("year", query.Contains, "x"),
		"contains on date":    query.Where("day", query.Contains, "2026-11"),
		"order of rich text":  query.Where("body", query.Gt, "a"),
		"order of boolean":    query.Where("good", query.Gt, "true"),
		"equal object":        query.Where("place", query.Eq, "x"),
		"equal json":          query.Where("extra", query.Eq, "x"),
		"equal point":         query.Where("spot", query.Eq, "x"),
		"order of relation":   query.Where("one", query.Gt, "x"),
		"folded in items":     match("rows", query.Where("s", query.EqI, "x")),
		"too deep":            deep,
		"too many":            query.AnyOf(many...),
		"too many lookups":    query.AnyOf(lookups...),
		"four relations":      match("one", topic(topic(topic(query.Where("name", query.Eq, "x"))))),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := k.List(t.Context(), public, k.typ("thing"), query.Query{Filter: f, Page: query.Page{Limit: 1}})
			wantCode(t, err, fault.Invalid)
			if strings.HasPrefix(name, "contains on") && !strings.Contains(fault.As(err).Message, "does not fit") {
				t.Error(show(err))
			}
			if m := fault.As(err).Message; m == "" || strings.Contains(m, "published.") || strings.Contains(m, "%!") {
				t.Errorf("message %q", m)
			}
		})
	}
	three := match("one", topic(topic(query.Where("name", query.Eq, "x"))))
	k.hits(public, "thing", query.Query{Filter: three})
}

func TestTooManyTargets(t *testing.T) {
	t.Parallel()
	k := brokenKit(t)
	copies := k.copies("person", k.create("person", obj{"name": "P"}), 10000)
	q := query.Query{Page: query.Page{Limit: 1}, Filter: match("contact", query.Where("name", query.Eq, "P"))}
	_, err := k.List(t.Context(), public, k.typ("project"), q)
	wantCode(t, err, fault.Invalid)
	must(t, k.st.Apply(t.Context(), []store.Op{{Kind: store.Delete, Collection: "person", Key: copies[0] + "/-"}}))
	_, err = k.List(t.Context(), public, k.typ("project"), q)
	must(t, err)
}

// FuzzResolve: no tree makes a list panic or fail by a defect.
func FuzzResolve(f *testing.F) {
	for _, seed := range []string{"", "title\x00eq\x00x", "\x01\x02\x03\x04\x05\x06", "one\x00\x13\x07name", strings.Repeat("\xff", 40)} {
		f.Add([]byte(seed), true)
	}
	k := newKit(f)
	topic := k.create("topic", obj{"name": "IT"})
	k.create("thing", obj{"title": "Ding", "one": to(topic), "many": to(topic), "years": list{int64(1)}, "rows": list{obj{"n": int64(1), "s": "x"}}})
	types := []*schema.Type{k.typ("thing"), k.typ("project"), k.typ("person")}
	f.Fuzz(func(t *testing.T, data []byte, anonymous bool) {
		caller := editor
		if anonymous {
			caller = public
		}
		g := &grower{data: data}
		q := query.Query{Filter: g.filter(0), Draft: !anonymous && g.byte()%2 == 0, Page: query.Page{Limit: 5, Count: true}, Locale: []string{"", "en", "*"}[g.byte()%3],
			Populate: []query.Populate{{Path: g.name(), Filter: g.filter(0), Sort: []query.Order{{Path: g.name()}}}}, Sort: []query.Order{{Path: g.name()}}}
		if g.byte()%2 == 0 {
			q.Populate = nil
		}
		if g.byte()%2 == 0 {
			q.Sort = nil
		}
		_, err := k.List(t.Context(), caller, types[g.byte()%len(types)], q)
		if err != nil && fault.As(err).Code.Status() >= 500 {
			t.Fatalf("%v\n%s", q.Filter, show(err))
		}
	})
}

// grower makes a tree of bytes.
type grower struct {
	data []byte
	at   int
}

func (g *grower) byte() int {
	if g.at >= len(g.data) {
		return 0
	}
	g.at++
	return int(g.data[g.at-1])
}

var fuzzNames = []string{"title", "name", "slug", "body", "year", "share", "good", "day", "at", "start", "kind", "mail", "one", "many", "logo", "files", "spot",
	"extra", "place", "rows", "years", "topics", "contact", "related", "seo", "links", "tags", "label", "url", "lat", "id", "documentId", "locale", "createdAt",
	"publishedAt", "secret", "phone", "meta.id", "key", "", "a.b", "memo", "parent", "text", "n", "s", "words", "utc"}

var fuzzOps = []query.Op{query.All, query.And, query.Or, query.Not, query.Match, query.NoMatch, query.Eq, query.Ne, query.Lt, query.Lte, query.Gt, query.Gte,
	query.In, query.NotIn, query.Contains, query.NotContains, query.StartsWith, query.EndsWith, query.Null, query.NotNull, query.Between, query.NotBetween,
	query.EqI, query.NeI, query.ContainsI, query.NotContainsI, query.EndsWithI, "like", query.NotEndsWithI}

func (g *grower) name() string { return fuzzNames[g.byte()%len(fuzzNames)] }

func (g *grower) filter(depth int) query.Filter {
	f := query.Filter{Op: fuzzOps[g.byte()%len(fuzzOps)], Path: g.name()}
	switch f.Op {
	case query.And, query.Or, query.Not, query.Match, query.NoMatch:
		if depth < 6 {
			for range g.byte() % 3 {
				f.Args = append(f.Args, g.filter(depth+1))
			}
		}
		return f
	}
	f.Value = g.value(0)
	return f
}

func (g *grower) value(depth int) any {
	switch g.byte() % 12 {
	case 0:
		return nil
	case 1:
		return g.byte()%2 == 0
	case 2:
		return int64(g.byte())
	case 3:
		return float64(g.byte()) / 7
	case 4, 5, 6:
		if depth < 2 {
			out := list{}
			for range g.byte() % 4 {
				out = append(out, g.value(depth+1))
			}
			return out
		}
	case 7:
		return obj{"a": "b"}
	case 8:
		return "2026-11-22"
	case 9:
		return "12"
	case 10:
		return content.Links{}
	}
	n := min(g.byte()%20, len(g.data)-g.at)
	g.at += n
	return string(g.data[g.at-n : g.at])
}
