package content_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
)

// Whatever the public tries, it learns nothing of drafts and of what is not public.
func TestDraftsAreInvisible(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("project")
	hidden := k.draft("topic", obj{"name": "Geheim"})
	open := k.create("topic", obj{"name": "Offen"})
	k.update("topic", open, obj{"name": "Umbenannt"}, content.Write{Draft: true})
	memo := k.create("memo", obj{"title": "Vermerk"})
	both := k.create("project", obj{"title": "Beide", "phase": "planned", "topics": to(hidden, open), "memo": to(memo)})
	k.update("project", both, obj{"title": "Entwurf", "secret": "geheim", "startYear": int64(2000)}, content.Write{Draft: true})
	k.update("project", both, obj{"title": "Draft"}, content.Write{Draft: true, Locale: "en"})
	draft := k.draft("project", obj{"title": "Nie", "phase": "planned", "topics": to(open)})

	k.hits(public, "project", query.Query{}, "Beide")
	for _, q := range []query.Query{
		where("title", query.EqI, "entwurf"), where("title", query.Contains, "ntwu"), where("startYear", query.NotNull, nil),
		where("documentId", query.Eq, draft), where("slug", query.Eq, "nie"), {Text: "entwurf"}, {Text: "nie"}, {Text: "geheim"}, {Locale: "en"},
		{Filter: match("topics", query.Where("name", query.Eq, "Geheim"))},
		{Filter: match("topics", query.Where("name", query.Eq, "Umbenannt"))},
		{Filter: match("topics", query.Where("documentId", query.Eq, hidden))},
		where("topics", query.Eq, hidden), where("topics", query.In, list{int64(1)}),
	} {
		k.hits(public, "project", q)
	}
	k.hits(public, "project", query.Query{Filter: match("topics", query.Where("name", query.Eq, "Offen"))}, "Beide")
	k.hits(editor, "project", query.Query{Draft: true, Filter: match("topics", query.Where("name", query.Eq, "Geheim"))}, "Entwurf")
	k.hits(editor, "project", query.Query{Draft: true, Filter: match("topics", query.Where("name", query.Eq, "Umbenannt"))}, "Entwurf", "Nie")

	e, err := k.Get(ctx, public, typ, both, query.Query{Populate: []query.Populate{{Path: "*"}}})
	must(t, err)
	got := flat(e.Attributes)
	topics := got["topics"].([]*content.Entry)
	if len(topics) != 1 || topics[0].DocumentID != open {
		t.Errorf("topics: %v", topics)
	}
	name, _ := topics[0].Attributes.Get("name")
	equal(t, "name", name, "Offen")
	equal(t, "localizations", len(got["localizations"].([]*content.Entry)), 0)
	for _, n := range []string{"memo", "secret"} {
		if _, ok := got[n]; ok {
			t.Errorf("%s is there", n)
		}
	}
	for _, q := range []query.Query{{Draft: true}, {Draft: true, Locale: "en"}} {
		_, err := k.List(ctx, public, typ, q)
		wantCode(t, err, fault.Forbidden)
		_, err = k.Get(ctx, public, typ, both, q)
		wantCode(t, err, fault.Forbidden)
		wantCode(t, k.Each(ctx, public, typ, q, func(*content.Entry) error { return nil }), fault.Forbidden)
	}
	for _, id := range []string{draft, "nothing", "", both + "/de", "../" + both, "\x00"} {
		_, err := k.Get(ctx, public, typ, id, query.Query{})
		wantCode(t, err, fault.NotFound)
	}
	_, err = k.Get(ctx, public, k.typ("memo"), memo, query.Query{})
	wantCode(t, err, fault.Forbidden)
	seen := 0
	must(t, k.Each(ctx, public, typ, query.Query{Populate: []query.Populate{{Path: "topics"}}}, func(e *content.Entry) error {
		seen++
		return nil
	}))
	equal(t, "each", seen, 1)
	// The order must not tell either: an absent published year sorts as absent, whatever the draft holds.
	k.create("project", obj{"title": "Zwei", "phase": "planned", "startYear": int64(1990)})
	got2, err := k.names(public, "project", query.Query{Sort: []query.Order{{Path: "startYear"}}})
	must(t, err)
	equal(t, "order", got2, []string{"Beide", "Zwei"})
}

// A field that a caller may not read answers like one that is not there.
func TestHiddenFields(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("person")
	mentor := k.create("person", obj{"name": "Meister"})
	k.create("person", obj{"name": "Zeigt", "phone": "0231", "shown": list{"phone", "mentor"}, "pay": int64(5), "mentor": to(mentor), "boss": to(mentor)})
	k.create("person", obj{"name": "Zeigt nicht", "phone": "0232", "pay": int64(4), "mentor": to(mentor)})

	for what, q := range map[string]func(name string) query.Query{
		"filter":      func(n string) query.Query { return where(n, query.Eq, "x") },
		"null":        func(n string) query.Query { return where(n, query.Null, nil) },
		"deep filter": func(n string) query.Query { return query.Query{Filter: match(n, query.Where("name", query.Eq, "x"))} },
		"in or": func(n string) query.Query {
			return query.Query{Filter: query.AnyOf(query.Where("name", query.Eq, "a"), query.Where(n, query.Eq, "x"))}
		},
		"in not": func(n string) query.Query {
			return query.Query{Filter: query.Filter{Op: query.Not, Args: []query.Filter{query.Where(n, query.Eq, "x")}}}
		},
		"sort":      func(n string) query.Query { return query.Query{Sort: []query.Order{{Path: n}}} },
		"deep sort": func(n string) query.Query { return query.Query{Sort: []query.Order{{Path: n + ".name"}}} },
		"fields":    func(n string) query.Query { return query.Query{Fields: []string{n}} },
		"populate":  func(n string) query.Query { return query.Query{Populate: []query.Populate{{Path: n}}} },
		"deep": func(n string) query.Query {
			return query.Query{Populate: []query.Populate{{Path: "mentor", Populate: []query.Populate{{Path: n}}}}}
		},
		"deep fields": func(n string) query.Query {
			return query.Query{Populate: []query.Populate{{Path: "mentor", Fields: []string{n}}}}
		},
		"deep filters": func(n string) query.Query {
			return query.Query{Populate: []query.Populate{{Path: "mentor", Filter: query.Where(n, query.Eq, "x")}}}
		},
		"deep order": func(n string) query.Query {
			return query.Query{Populate: []query.Populate{{Path: "mentor", Sort: []query.Order{{Path: n}}}}}
		},
	} {
		t.Run(what, func(t *testing.T) {
			for _, name := range []string{"boss", "pay", "shown"} {
				q, unknown := q(name), q("xoss")
				q.Page.Limit, unknown.Page.Limit = 10, 10
				_, err := k.List(ctx, public, typ, q)
				_, want := k.List(ctx, public, typ, unknown)
				if err == nil || want == nil {
					t.Fatalf("%s: %v, unknown: %v", name, err, want)
				}
				like := fault.As(want)
				got := fault.As(err)
				if same := strings.ReplaceAll(like.Message, "xoss", name); got.Code != like.Code || got.Message != same {
					t.Errorf("%s: %s, unknown: %s", name, show(err), show(want))
				}
				equal(t, "details", len(got.Details), len(like.Details))
			}
		})
	}
	// Neither the search words nor filters find what is shown by condition.
	for _, q := range []query.Query{where("phone", query.Eq, "0231"), {Sort: []query.Order{{Path: "phone"}}}, {Filter: match("mentor", query.Where("name", query.Eq, "Meister"))}} {
		q.Page.Limit = 10
		_, err := k.List(ctx, public, typ, q)
		wantCode(t, err, fault.Invalid)
	}
	k.hits(public, "person", query.Query{Text: "0231"})
	k.hits(editor, "person", query.Query{Text: "0231"}, "Zeigt")
	for _, pop := range []string{"mentor", "*"} {
		page, err := k.List(ctx, public, typ, query.Query{Sort: []query.Order{{Path: "name"}}, Page: query.Page{Limit: 10}, Fields: []string{"name", "phone"}, Populate: []query.Populate{{Path: pop}}})
		must(t, err)
		for i, want := range []map[string]bool{{}, {"phone": true, "mentor": true}, {}} {
			got := flat(page.Entries[i].Attributes)
			for _, name := range []string{"phone", "mentor", "boss", "shown"} {
				if _, ok := got[name]; ok != want[name] {
					t.Errorf("%v: %s is there: %v", got["name"], name, ok)
				}
			}
		}
		if m, ok := flat(page.Entries[1].Attributes)["mentor"].(*content.Entry); !ok || m.DocumentID != mentor {
			t.Error("the mentor is not shown")
		}
	}
	k.st.reads.Store(0)
	_, err := k.List(ctx, public, typ, query.Query{Page: query.Page{Limit: 10}, Filter: query.Where("name", query.Eq, "Zeigt nicht"), Populate: []query.Populate{{Path: "mentor"}}})
	must(t, err)
	equal(t, "reads for what is not shown", k.st.reads.Load(), 1)
	// The history hides like everything else.
	id := k.create("person", obj{"name": "V", "pay": int64(1), "phone": "1"})
	k.update("person", id, obj{"pay": int64(2)}, content.Write{})
	changes, err := k.Compare(ctx, editor, typ, id, "", 1, 2)
	must(t, err)
	equal(t, "changes for an editor", changes, []content.FieldChange{})
	changes, err = k.Compare(ctx, admin, typ, id, "", 1, 2)
	must(t, err)
	equal(t, "changes for an admin", changes, []content.FieldChange{{Field: "pay", From: 1, To: 2}})
	v, err := k.Version(ctx, editor, typ, id, "", 1)
	must(t, err)
	equal(t, "version", v.Values, obj{"name": "V", "phone": "1"})
}

func TestList(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("town")
	for i, name := range []string{"Zülpich", "Ämter", "Bauhof", "ahlen", "Aachen"} {
		k.create("town", obj{"name": name, "ags": fmt.Sprint(10 + i), "population": int64(i % 2)})
	}
	k.create("town", obj{"name": "ohne", "ags": "99"})
	for _, tt := range []struct {
		sort []query.Order
		want []string
	}{
		{nil, []string{"Zülpich", "Ämter", "Bauhof", "ahlen", "Aachen", "ohne"}},
		{[]query.Order{{Path: "name"}}, []string{"Aachen", "ahlen", "Ämter", "Bauhof", "ohne", "Zülpich"}},
		{[]query.Order{{Path: "name", Desc: true}}, []string{"Zülpich", "ohne", "Bauhof", "Ämter", "ahlen", "Aachen"}},
		{[]query.Order{{Path: "population"}, {Path: "name"}}, []string{"ohne", "Aachen", "Bauhof", "Zülpich", "ahlen", "Ämter"}},
		{[]query.Order{{Path: "createdAt", Desc: true}}, []string{"ohne", "Aachen", "ahlen", "Bauhof", "Ämter", "Zülpich"}},
	} {
		got, err := k.names(public, "town", query.Query{Sort: tt.sort})
		must(t, err)
		equal(t, fmt.Sprint(tt.sort), got, tt.want)
	}
	page, err := k.List(ctx, public, typ, query.Query{Sort: []query.Order{{Path: "name"}}, Page: query.Page{Offset: 4, Limit: 4, Count: true}, Fields: []string{"name", "createdAt"}})
	must(t, err)
	equal(t, "window", []any{len(page.Entries), page.Total, len(page.Entries[0].Attributes)}, []any{2, 6, 2})
	for _, q := range []query.Query{
		{}, {Page: query.Page{Limit: 101}}, {Page: query.Page{Limit: 1, Offset: -1}}, {Page: query.Page{Limit: 1}, Sort: []query.Order{{Path: "twin.nope"}}},
		{Page: query.Page{Limit: 1}, Sort: []query.Order{{Path: "twin"}}}, {Page: query.Page{Limit: 1}, Sort: []query.Order{{Path: "name.x"}}},
		{Page: query.Page{Limit: 1}, Locale: "xx"}, {Page: query.Page{Limit: 1}, Fields: []string{"twin"}},
	} {
		_, err := k.List(ctx, public, typ, q)
		wantCode(t, err, fault.Invalid)
	}
}

// A call whose time is over gives an error and nothing else.
func TestCancelled(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	topic := k.create("topic", obj{"name": "IT"})
	id := k.create("project", obj{"title": "A", "phase": "planned", "topics": to(topic)})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	typ, now := k.typ("project"), time.Now()
	q := query.Query{Page: query.Page{Limit: 10}, Filter: match("topics", query.Where("name", query.Eq, "IT")), Populate: []query.Populate{{Path: "topics"}}}
	for name, do := range map[string]func() error{
		"get":  func() error { e, err := k.Get(gone, public, typ, id, q); return half(e != nil, err) },
		"list": func() error { p, err := k.List(gone, public, typ, q); return half(p.Entries != nil, err) },
		"each": func() error {
			return k.Each(gone, public, typ, q, func(*content.Entry) error { return half(true, nil) })
		},
		"create": func() error {
			s, err := k.Create(gone, admin, typ, obj{"title": "B", "phase": "planned"}, content.Write{})
			return half(s.Rev > 0, err)
		},
		"update": func() error {
			s, err := k.Update(gone, admin, typ, id, obj{"title": "B"}, content.Write{})
			return half(s.Rev > 0, err)
		},
		"delete": func() error { return k.Delete(gone, admin, typ, id, content.Write{}) },
		"used":   func() error { u, err := k.WhereUsed(gone, admin, k.typ("topic"), topic); return half(u != nil, err) },
		"verify": func() error { b, err := k.Verify(gone); return half(b != nil, err) },
		"check":  func() error { b, err := k.CheckTypes(gone, true); return half(b != nil, err) },
	} {
		t.Run(name, func(t *testing.T) { wantCode(t, do(), fault.Timeout) })
	}
	if time.Since(now) > 5*time.Second {
		t.Error("it waited")
	}
	k.hits(admin, "project", query.Query{}, "A")
}

func half(some bool, err error) error {
	if some {
		return fmt.Errorf("half a result, %w", err)
	}
	return err
}

// One by id is one read; a list is two.
func TestReads(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id := k.create("town", obj{"name": "T", "ags": "11"})
	count := func(want int64, do func() error) {
		t.Helper()
		k.st.reads.Store(0)
		must(t, do())
		if n := k.st.reads.Load(); n != want {
			t.Errorf("%d reads, want %d", n, want)
		}
	}
	count(1, func() error { _, err := k.Get(t.Context(), public, k.typ("town"), id, query.Query{}); return err })
	count(1, func() error {
		_, err := k.List(t.Context(), public, k.typ("town"), query.Query{Page: query.Page{Limit: 5, Count: true}})
		return err
	})
	count(1, func() error {
		_, err := k.Update(t.Context(), admin, k.typ("town"), id, obj{"name": "U"}, content.Write{})
		return err
	})
}
