package content_test

import (
	"context"
	"fmt"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/rate"
)

func entriesOf(t *testing.T, e *content.Entry, name string) []string {
	t.Helper()
	v, _ := e.Attributes.Get(name)
	out := []string{}
	list, ok := v.([]*content.Entry)
	if one, is := v.(*content.Entry); is {
		list, ok = []*content.Entry{one}, true
	}
	if !ok && v != nil {
		t.Fatalf("%s is %T", name, v)
	}
	for _, x := range list {
		n, found := x.Attributes.Get("name")
		if !found {
			n, _ = x.Attributes.Get("title")
		}
		out = append(out, fmt.Sprint(n))
	}
	return out
}

func TestPopulate(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("project")
	top := k.create("topic", obj{"name": "Oben", "order": int64(9)})
	var topics []string
	for i, name := range []string{"C", "A", "B"} {
		topics = append(topics, k.create("topic", obj{"name": name, "order": int64(i), "parent": to(top)}))
	}
	town := k.create("town", obj{"name": "Unna", "ags": "11"})
	other := k.create("project", obj{"title": "Anderes", "phase": "planned", "topics": to(topics[0])})
	id := k.create("project", obj{"title": "P", "phase": "planned", "topics": to(topics...), "towns": to(town), "related": to(other),
		"seo": obj{"text": "s", "topic": to(top)}, "links": list{obj{"label": "l", "topic": to(topics[1])}, obj{"label": "m"}}})
	get := func(pop ...query.Populate) *content.Entry {
		t.Helper()
		k.st.reads.Store(0)
		e, err := k.Get(ctx, public, typ, id, query.Query{Populate: pop})
		must(t, err)
		return e
	}
	e := get(query.Populate{Path: "topics", Populate: []query.Populate{{Path: "parent", Fields: []string{"name"}}}}, query.Populate{Path: "towns"},
		query.Populate{Path: "seo", Populate: []query.Populate{{Path: "topic"}}}, query.Populate{Path: "links", Populate: []query.Populate{{Path: "topic"}}})
	equal(t, "topics", entriesOf(t, e, "topics"), []string{"C", "A", "B"})
	equal(t, "towns", entriesOf(t, e, "towns"), []string{"Unna"})
	// The entry, then topics (also those of objects) and towns, then the parents.
	equal(t, "reads", k.st.reads.Load(), 4)
	list, _ := e.Attributes.Get("topics")
	parent, _ := list.([]*content.Entry)[0].Attributes.Get("parent")
	equal(t, "fields", len(parent.(*content.Entry).Attributes), 1)
	seo, _ := e.Attributes.Get("seo")
	if x, ok := flat(seo.(content.Attributes))["topic"].(*content.Entry); !ok || x.DocumentID != top {
		t.Error("the topic in seo is missing")
	}
	links, _ := e.Attributes.Get("links")
	rows := links.([]content.Attributes)
	if x, ok := flat(rows[0])["topic"].(*content.Entry); !ok || x.DocumentID != topics[1] || flat(rows[1])["topic"] != nil {
		t.Error("the topics in links are wrong")
	}
	e = get(query.Populate{Path: "topics", Filter: query.Where("name", query.NeI, "a"), Sort: []query.Order{{Path: "name"}}})
	equal(t, "filter and sort", entriesOf(t, e, "topics"), []string{"B", "C"})
	e = get(query.Populate{Path: "topics", Sort: []query.Order{{Path: "order", Desc: true}}, Filter: match("parent", query.Where("name", query.Eq, "Oben"))})
	equal(t, "by relation", entriesOf(t, e, "topics"), []string{"B", "A", "C"})
	e = get(query.Populate{Path: "*"}, query.Populate{Path: "topics", Filter: query.Where("name", query.Eq, "A")})
	equal(t, "named beside *", entriesOf(t, e, "topics"), []string{"A"})
	equal(t, "all", entriesOf(t, e, "related"), []string{"Anderes"})

	// A list of many costs as many calls as one.
	for i := range 20 {
		k.create("project", obj{"title": fmt.Sprint("L", i), "phase": "planned", "topics": to(topics[i%3], top), "towns": to(town)})
	}
	k.st.reads.Store(0)
	page, err := k.List(ctx, public, typ, query.Query{Page: query.Page{Limit: 100}, Populate: []query.Populate{{Path: "topics"}, {Path: "towns"}, {Path: "contact"}}})
	must(t, err)
	equal(t, "reads", []int64{int64(len(page.Entries)), k.st.reads.Load()}, []int64{22, 3})

	deep := func(n int) query.Populate {
		p := query.Populate{Path: "related"}
		for range n - 1 {
			p = query.Populate{Path: "related", Populate: []query.Populate{p}}
		}
		return p
	}
	get(deep(4))
	for name, pop := range map[string]query.Populate{
		"depth": deep(5), "unknown": {Path: "nope"}, "no relation": {Path: "title"}, "object filter": {Path: "links", Filter: query.Where("label", query.Eq, "l")},
		"fields": {Path: "topics", Fields: []string{"nope"}}, "sort": {Path: "topics", Sort: []query.Order{{Path: "nope"}}},
		"broken between":  {Path: "topics", Filter: query.Where("order", query.Between, list0(int64(1)))},
		"type not public": {Path: "memo"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := k.Get(ctx, public, typ, id, query.Query{Populate: []query.Populate{pop}})
			wantCode(t, err, fault.Invalid)
		})
	}
}

func list0(v ...any) list { return v }

func TestPopulateBounds(t *testing.T) {
	t.Parallel()
	k := brokenKit(t)
	ids := k.copies("topic", k.create("topic", obj{"name": "T"}), 2001)
	id := k.create("project", obj{"title": "P", "phase": "planned", "topics": to(ids[:2000]...)})
	q := query.Query{Populate: []query.Populate{{Path: "topics"}}}
	e, err := k.Get(t.Context(), public, k.typ("project"), id, q)
	must(t, err)
	equal(t, "topics", len(entriesOf(t, e, "topics")), 2000)
	k.update("project", id, obj{"topics": content.Links{Connect: []content.Link{{DocumentID: ids[2000]}}}}, content.Write{})
	_, err = k.Get(t.Context(), public, k.typ("project"), id, q)
	wantCode(t, err, fault.Invalid)
	_, err = k.Update(t.Context(), admin, k.typ("project"), id, obj{"topics": to(ids...)}, content.Write{})
	wantCode(t, err, fault.Invalid)
}

// A target is shown in the locale that was asked for, else in its default one.
func TestPopulateLocale(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("project")
	both := k.create("project", obj{"title": "Bad", "phase": "planned"})
	k.update("project", both, obj{"title": "Pool"}, content.Write{Locale: "en"})
	german := k.create("project", obj{"title": "Amt", "phase": "planned"})
	half := k.create("project", obj{"title": "Halb", "phase": "planned"})
	k.update("project", half, obj{"title": "Half"}, content.Write{Locale: "en", Draft: true})
	id := k.create("project", obj{"title": "P", "phase": "planned", "related": to(both, german, half)})
	k.update("project", id, obj{"title": "Q"}, content.Write{Locale: "en"})
	for _, tt := range []struct {
		locale string
		draft  bool
		want   []string
	}{
		{"de", false, []string{"Bad", "Amt", "Halb"}}, {"en", false, []string{"Pool", "Amt", "Halb"}}, {"en", true, []string{"Pool", "Amt", "Half"}},
	} {
		e, err := k.Get(ctx, editor, typ, id, query.Query{Locale: tt.locale, Draft: tt.draft, Populate: []query.Populate{{Path: "related"}}})
		must(t, err)
		equal(t, tt.locale, entriesOf(t, e, "related"), tt.want)
	}
	page, err := k.List(ctx, public, typ, query.Query{Locale: "*", Page: query.Page{Limit: 9}, Filter: query.Where("documentId", query.Eq, id), Populate: []query.Populate{{Path: "related"}}})
	must(t, err)
	for _, e := range page.Entries {
		want := map[string]string{"de": "Bad", "en": "Pool"}[e.Locale]
		equal(t, e.Locale, entriesOf(t, e, "related")[0], want)
	}
	// A filter judges the same variant that is shown.
	k.hits(public, "project", query.Query{Locale: "en", Filter: match("related", query.Where("title", query.Eq, "Pool"))}, "Q")
	k.hits(public, "project", query.Query{Locale: "en", Filter: match("related", query.Where("title", query.Eq, "Bad"))})
	k.hits(public, "project", query.Query{Locale: "en", Filter: match("related", query.Where("title", query.Eq, "Amt"))}, "Q")
	k.hits(editor, "project", query.Query{Locale: "en", Draft: true, Filter: match("related", query.Where("title", query.Eq, "Halb"))})
}

// TestPopulateFilterIsCharged: the work of a filter on populated entries is charged and not refunded.
func TestPopulateFilterIsCharged(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	var topics []string
	for i := range 30 {
		topics = append(topics, k.create("topic", obj{"name": fmt.Sprint("Thema ", i)}))
	}
	id := k.create("project", obj{"title": "P", "phase": "planned", "topics": to(topics...)})
	names := query.Filter{Op: query.Or}
	for i := range 200 {
		names.Args = append(names.Args, query.Where("name", query.Eq, fmt.Sprint(i)))
	}
	meter := rate.NewMeter(rate.MeterOptions{Charge: func(int64, bool) error { return nil }})
	get := query.Query{Populate: []query.Populate{{Path: "topics", Filter: names}}}
	for _, ctx := range []context.Context{rate.WithMeter(t.Context(), meter), t.Context()} {
		_, err := k.Get(ctx, public, k.typ("project"), id, get)
		must(t, err)
	}
	if charged := meter.Close(); charged < 50 {
		t.Errorf("600 units of work, of which 500 are light: charged %d", charged)
	}
}
