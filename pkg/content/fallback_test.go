package content_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/schemas"
)

// plant makes projects of which some have another locale, published or not, and some only that.
func plant(k *kit, r *rand.Rand, n int) (ids []string) {
	topics := []string{k.create("topic", obj{"name": "Bauhof"}), k.create("topic", obj{"name": "Schule"})}
	for i := range n {
		values := obj{"title": fmt.Sprintf("%c %d", 'A'+rune(r.IntN(6)), i), "phase": []any{"planned", "running"}[r.IntN(2)], "topics": to(topics[r.IntN(2)])}
		if r.IntN(4) > 0 {
			values["startYear"] = int64(2000 + r.IntN(5))
		}
		id := k.made("project", values, content.Write{Draft: r.IntN(5) == 0})
		for _, l := range []string{"en", "fr"} {
			if r.IntN(2) == 0 {
				k.update("project", id, obj{"title": fmt.Sprintf("%c %s %d", 'A'+rune(r.IntN(6)), l, i), "summary": l}, content.Write{Locale: l, Draft: r.IntN(3) == 0})
			}
		}
		if r.IntN(6) == 0 {
			_, err := k.Unpublish(k.Context(), admin, k.typ("project"), id, content.Write{})
			if err != nil {
				k.Fatal(err)
			}
		}
		ids = append(ids, id)
	}
	return ids
}

// all lists every hit in pages of a size, and wants each page to be full and every total the same.
func (k *kit) all(c auth.Caller, q query.Query, size int) (keys []string) {
	k.Helper()
	for offset := 0; ; offset += size {
		q.Page = query.Page{Offset: offset, Limit: size, Count: true}
		page, err := k.List(k.Context(), c, k.typ("project"), q)
		if err != nil {
			k.Fatal(show(err))
		}
		for _, e := range page.Entries {
			keys = append(keys, e.DocumentID+"/"+e.Locale)
		}
		if full := min(size, max(0, page.Total-offset)); len(page.Entries) != full {
			k.Fatalf("%+v: %d entries of %d at %d", q, len(page.Entries), page.Total, offset)
		}
		if offset+size >= page.Total {
			return keys
		}
	}
}

// TestFallbackIsAListOfTheNearest: what a list with a fallback hits is what a list of every locale hits, less the documents that are not
// the nearest of their entry; in the same order, in pages of any size, for every caller, published and drafts.
func TestFallbackIsAListOfTheNearest(t *testing.T) {
	t.Parallel()
	k := newRoleKit(t)
	r := rand.New(rand.NewPCG(7, 11))
	plant(k.kit, r, 40)
	filters := []query.Filter{
		{}, query.Where("title", query.StartsWith, "A"), query.Where("summary", query.Null, nil), query.Where("summary", query.Eq, "en"), query.Where("locale", query.Eq, "de"),
		query.Where("locale", query.Ne, "de"), query.Where("startYear", query.Gte, int64(2002)), match("topics", query.Where("name", query.Eq, "Bauhof")),
		query.AnyOf(query.Where("phase", query.Eq, "planned"), query.Where("title", query.Contains, "en")),
	}
	sorts := [][]query.Order{nil, {{Path: "title"}}, {{Path: "locale"}}, {{Path: "updatedAt", Desc: true}}, {{Path: "title", Desc: true}, {Path: "createdAt"}}}
	hits, locales := 0, map[string]bool{}
	all := append(slices.Clone(sorts), []query.Order{{Path: "startYear", Desc: true}, {Path: "title"}}, []query.Order{{Path: "startYear"}})
	for _, c := range []auth.Caller{public, editor, as("planner", ""), as("mixed", "")} {
		for _, draft := range []bool{false, true} {
			if draft && c.Role != auth.Editor && c.Role != "planner" {
				continue
			}
			for _, locale := range []string{"", "de", "en", "fr"} {
				nearest := map[string]bool{}
				for _, key := range k.all(c, query.Query{Locale: "*", Draft: draft}, 100) {
					id, l := key[:24], key[25:]
					if l == locale || l == "de" && !nearest[id+"/"+locale] {
						delete(nearest, id+"/de")
						nearest[key] = true
					}
				}
				for i, f := range filters {
					if i > 0 && r.IntN(2) == 0 {
						continue // half of them each time
					}
					if named := i == 0 || f.Path == "title" || f.Path == "locale"; !named && (c.Role == "planner" || c.Role == "mixed") {
						continue // what these may not name
					}
					s := sorts[r.IntN(len(sorts))]
					if c.Role == auth.Public || c.Role == auth.Editor {
						s = all[r.IntN(len(all))]
					}
					var want []string
					for _, key := range k.all(c, query.Query{Locale: "*", Draft: draft, Filter: f, Sort: s}, 100) {
						if nearest[key] {
							want = append(want, key)
						}
					}
					got := k.all(c, query.Query{Locale: locale, Fallback: true, Draft: draft, Filter: f, Sort: s}, 1+r.IntN(30))
					if !slices.Equal(got, want) {
						t.Errorf("%s in %q, draft %v, %v by %v: got %v, want %v", c.Role, locale, draft, f, s, got, want)
					}
					hits += len(got)
					for _, key := range got {
						locales[key[25:]] = true
					}
				}
			}
		}
	}
	if hits < 800 || len(locales) != 3 {
		t.Errorf("only %d hits in %v", hits, locales)
	}
}

// TestFallbackFarBack: pages whose beginning is searched for are those that reading on from the first one gives.
func TestFallbackFarBack(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	r := rand.New(rand.NewPCG(5, 3))
	plant(k, r, 260)
	for _, s := range [][]query.Order{{{Path: "title"}}, {{Path: "startYear", Desc: true}, {Path: "phase"}}, {{Path: "locale", Desc: true}}} {
		for _, f := range []query.Filter{{}, query.Where("id", query.Gt, int64(8))} {
			q := query.Query{Locale: "en", Fallback: true, Sort: s, Filter: f, Page: query.Page{Limit: 100, Count: true}}
			var whole []string // pages of 100 up to 200 are read from the beginning; what is behind is put together of other pages
			for offset := 0; offset <= 200; offset += 100 {
				q.Page.Offset = offset
				page, err := k.List(t.Context(), public, k.typ("project"), q)
				if err != nil {
					t.Fatal(show(err))
				}
				for _, e := range page.Entries {
					whole = append(whole, e.DocumentID+"/"+e.Locale)
				}
			}
			for offset := 201; offset <= len(whole)+20; offset += 17 {
				q.Page = query.Page{Offset: offset, Limit: 5, Count: true}
				page, err := k.List(t.Context(), public, k.typ("project"), q)
				if err != nil {
					t.Fatal(show(err))
				}
				var got []string
				for _, e := range page.Entries {
					got = append(got, e.DocumentID+"/"+e.Locale)
				}
				want := whole[min(offset, len(whole)):min(offset+5, len(whole))]
				if !slices.Equal(got, want) || page.Total != len(whole) {
					t.Errorf("%v %v at %d: %v of %d, want %v of %d", s, f, offset, got, page.Total, want, len(whole))
				}
			}
			if f.Op == query.All && len(whole) < 205 {
				t.Errorf("only %d entries", len(whole))
			}
		}
	}
}

// TestFallbackOfOne: one entry, a single type, and what may not be asked.
func TestFallbackOfOne(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("project")
	title := func(c auth.Caller, id string, q query.Query) string {
		t.Helper()
		q.Fallback = true
		e, err := k.Get(ctx, c, typ, id, q)
		if err != nil {
			return string(fault.As(err).Code)
		}
		return e.Locale + " " + flat(e.Attributes)["title"].(string)
	}
	id := k.create("project", obj{"title": "Bad", "phase": "planned"})
	equal(t, "no variant", title(public, id, query.Query{Locale: "en"}), "de Bad")
	k.update("project", id, obj{"title": "Pool"}, content.Write{Locale: "en", Draft: true})
	equal(t, "a draft", title(public, id, query.Query{Locale: "en"}), "de Bad")
	equal(t, "a draft for those who ask for drafts", title(editor, id, query.Query{Locale: "en", Draft: true}), "en Pool")
	k.update("project", id, obj{"title": "Pool"}, content.Write{Locale: "en"})
	equal(t, "a variant", title(public, id, query.Query{Locale: "en"}), "en Pool")
	equal(t, "the default", title(public, id, query.Query{}), "de Bad")
	equal(t, "the condition is on what is shown", title(public, id, query.Query{Locale: "en", Filter: query.Where("title", query.Eq, "Bad")}), "not_found")
	if _, err := k.Unpublish(ctx, editor, typ, id, content.Write{}); err != nil {
		t.Fatal(err)
	}
	equal(t, "only the variant", title(public, id, query.Query{Locale: "en"}), "en Pool")
	equal(t, "nothing to fall back on", title(public, id, query.Query{Locale: "fr"}), "not_found")
	equal(t, "not there", title(public, "abcdefghijklmnopqrstuvwx", query.Query{Locale: "fr"}), "not_found")
	equal(t, "every locale", title(public, id, query.Query{Locale: "*"}), "invalid")
	equal(t, "a locale of nobody", title(public, id, query.Query{Locale: "xx"}), "invalid")

	// "fr" is a locale of projects and none of the home page.
	if _, err := k.PutSingle(ctx, editor, k.typ("home"), obj{}, content.Write{}); err != nil {
		t.Fatal(show(err))
	}
	for _, l := range []string{"", "de", "en", "fr"} {
		if e, err := k.Single(ctx, public, k.typ("home"), query.Query{Locale: l, Fallback: true}); err != nil || e.Locale != "de" {
			t.Errorf("the home page in %q: %v, %v", l, e, err)
		}
	}
	if _, err := k.Single(ctx, public, k.typ("home"), query.Query{Locale: "fr"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a fallback: %v", err)
	}
	k.create("topic", obj{"name": "Bauhof"})
	k.hits(public, "topic", query.Query{Locale: "en", Fallback: true}, "Bauhof")
}

// TestFallbackForWhoeverReads: a variant that the caller may not read is none.
func TestFallbackForWhoeverReads(t *testing.T) {
	t.Parallel()
	k := newRoleKit(t)
	german, err := auth.ParseRole([]byte(`{"name":"german","rules":[{"types":["project"],"actions":["read"],"entries":{"locale":"de"}}]}`))
	if err == nil {
		_, err = k.accounts.PutRole(t.Context(), german, 0, k.Types())
	}
	if err != nil {
		t.Fatal(err)
	}
	k.Roles(t)
	id := k.create("project", obj{"title": "Bad", "phase": "planned"})
	k.update("project", id, obj{"title": "Pool"}, content.Write{Locale: "en"})
	q := query.Query{Locale: "en", Fallback: true}
	k.hits(public, "project", q, "Pool")
	k.closePublic(t)
	k.hits(as("german", ""), "project", q, "Bad")
	if e, err := k.Get(t.Context(), as("german", ""), k.typ("project"), id, q); err != nil || e.Locale != "de" {
		t.Errorf("one: %v, %v", e, err)
	}
}

// Roles makes the service take the roles as they are now.
func (k roleKit) Roles(t *testing.T) {
	t.Helper()
	k.clock.pass(1e9)
	if _, ok := k.accounts.Roles().Role("german"); !ok {
		t.Fatal("the role is not there")
	}
}

// interrupted is a store in which something else happens before a look for entries.
type interrupted struct {
	store.Store
	before func(q store.Query)
	finds  int
}

func (s *interrupted) Find(ctx context.Context, c string, q store.Query) ([]store.Document, error) {
	s.finds++
	if s.before != nil {
		s.before(q)
	}
	return s.Store.Find(ctx, c, q)
}

// TestFallbackWhileOthersPublish: a variant that comes or goes while a page is made is on it once, and no entry is missing; if variants
// never come to rest, no entry is on a page twice.
func TestFallbackWhileOthersPublish(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("project")
	st := &interrupted{Store: k.st}
	s, err := content.New(ctx, st, k.Types(), content.Options{Now: k.clock.now, Meta: schemas.FS})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i := range 20 {
		id := k.create("project", obj{"title": fmt.Sprintf("P%02d", i), "phase": "planned"})
		if i%2 == 0 {
			k.update("project", id, obj{"title": fmt.Sprintf("E%02d", i)}, content.Write{Locale: "en"})
		}
		ids = append(ids, id)
	}
	list := func(limit int) (entries []string, total int) {
		t.Helper()
		page, err := s.List(ctx, public, typ, query.Query{Locale: "en", Fallback: true, Page: query.Page{Limit: limit, Count: true}})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entries {
			entries = append(entries, e.DocumentID)
		}
		return entries, page.Total
	}
	change := func(id string, publish bool) {
		t.Helper()
		if publish {
			k.update("project", id, obj{"title": "New"}, content.Write{Locale: "en"})
		} else if _, err := k.Unpublish(ctx, admin, typ, id, content.Write{Locale: "en"}); err != nil {
			t.Fatal(err)
		}
	}
	st.finds = 0
	if got, total := list(100); total != 20 || !slices.Equal(got, ids) || st.finds != 4 {
		t.Errorf("%d entries of %d by %d reads", len(got), total, st.finds)
	}
	for _, publish := range []bool{true, false} {
		n := 0
		st.before = func(q store.Query) {
			if n++; n == 2 { // between the list of variants and the page
				change(ids[1], publish)
			}
		}
		if got, total := list(100); total != 20 || !slices.Equal(got, ids) {
			t.Errorf("publish %v: %d entries of %d: %v", publish, len(got), total, got)
		}
	}
	n := 0
	st.before = func(q store.Query) { n++; change(ids[3], n%2 == 0) }
	change(ids[3], true)
	got, _ := list(100)
	if slices.Sort(got); len(slices.Compact(got)) != len(got) || len(got) < 19 || n > 12 {
		t.Errorf("%d entries by %d reads: %v", len(got), n, got)
	}
}
