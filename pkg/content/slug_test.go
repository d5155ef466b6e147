package content_test

import (
	"slices"
	"sync"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/query"
)

func TestSlug(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("project")
	slug := func(id string, draft bool) any { t.Helper(); return k.doc("project", id, "", draft)["slug"] }
	base := obj{"phase": "planned"}

	// It follows the title until the first publish.
	id := k.draft("project", with(base, obj{"title": "Grüße aus Köln"}))
	equal(t, "first", slug(id, true), "gruesse-aus-koeln")
	k.update("project", id, obj{"title": "Hallo"}, content.Write{Draft: true})
	equal(t, "follows", slug(id, true), "hallo")
	k.update("project", id, obj{}, content.Write{})
	k.update("project", id, obj{"title": "Anders"}, content.Write{})
	equal(t, "stays", slug(id, false), "hallo")
	// An echo of the whole entry sets nothing.
	echo := k.draft("project", with(base, obj{"title": "Echo"}))
	k.update("project", echo, obj{"title": "Echo neu", "slug": "echo"}, content.Write{Draft: true})
	equal(t, "echo", slug(echo, true), "echo-neu")
	// An explicit one stays before the first publish too.
	own := k.draft("project", with(base, obj{"title": "Eigen", "slug": "mein-weg"}))
	k.update("project", own, obj{"title": "Eigener"}, content.Write{Draft: true})
	equal(t, "explicit", slug(own, true), "mein-weg")
	// Cleared, it is made anew; the old one is remembered, so nobody else gets it.
	k.update("project", id, obj{"slug": nil}, content.Write{})
	equal(t, "anew", slug(id, false), "anders")
	_, err := k.Create(ctx, editor, typ, with(base, obj{"title": "x", "slug": "hallo"}), content.Write{})
	equal(t, "old one", wrong(err), []string{"slug not_unique"})
	k.update("project", id, obj{"slug": "ganz-anders"}, content.Write{})
	_, err = k.Create(ctx, editor, typ, with(base, obj{"title": "x", "slug": "anders"}), content.Write{})
	equal(t, "old one", wrong(err), []string{"slug not_unique"})
	k.update("project", id, obj{"slug": "hallo"}, content.Write{})
	equal(t, "back", slug(id, false), "hallo")
	// A title that nothing can be made of.
	odd := k.create("project", with(base, obj{"title": "★"}))
	if s, _ := slug(odd, false).(string); s == "" {
		t.Error("no slug")
	}
	// Another locale has slugs of its own.
	k.update("project", id, obj{"title": "Hallo"}, content.Write{Locale: "en"})
	equal(t, "en", k.doc("project", id, "en", false)["slug"], "hallo")
	// Without a source editors write it.
	thing := k.create("thing", obj{"title": "Ding"})
	equal(t, "no source", k.doc("thing", thing, "", false)["slug"], nil)
	k.update("thing", thing, obj{"slug": "ding"}, content.Write{})
	_, err = k.Create(ctx, editor, k.typ("thing"), obj{"title": "Ding", "slug": "ding"}, content.Write{})
	equal(t, "taken", wrong(err), []string{"slug not_unique"})
}

func TestSlugsAtOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	other := openKit(t, k.path, types())
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			by := k
			if i%2 == 1 {
				by = other
			}
			if _, err := by.Create(t.Context(), editor, k.typ("project"), obj{"title": "Titel", "phase": "planned"}, content.Write{}); err != nil {
				t.Error(show(err))
			}
		})
	}
	wg.Wait()
	page, err := k.List(t.Context(), public, k.typ("project"), query.Query{Page: query.Page{Limit: 100, Count: true}})
	if err != nil || page.Total != 100 {
		t.Fatalf("%d %v", page.Total, err)
	}
	slugs, ids := map[any]bool{}, []int64{}
	for _, e := range page.Entries {
		slug, _ := e.Attributes.Get("slug")
		slugs[slug] = true
		ids = append(ids, e.ID)
	}
	slices.Sort(ids)
	if len(slugs) != 100 || len(slices.Compact(ids)) != 100 {
		t.Errorf("%d slugs, %d ids", len(slugs), len(ids))
	}
}

func TestWritersAtOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id := k.create("project", obj{"title": "A", "phase": "planned"})
	names := []string{"title", "summary", "body", "secret", "code"}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			name := names[i%len(names)]
			value := name + " " + string(rune('a'+i/len(names)))
			if _, err := k.Update(t.Context(), admin, k.typ("project"), id, obj{name: value}, content.Write{Draft: i%2 == 0}); err != nil {
				t.Error(show(err))
			}
		})
	}
	wg.Wait()
	st, err := k.State(t.Context(), admin, k.typ("project"), id, "")
	versions, herr := k.History(t.Context(), admin, k.typ("project"), id, "")
	if err != nil || herr != nil || st.Rev != 51 || len(versions) != 51 {
		t.Errorf("revision %d, %d versions: %v %v", st.Rev, len(versions), err, herr)
	}
	got := k.doc("project", id, "", true)
	for _, name := range names {
		if v, _ := got[name].(string); len(v) < len(name) {
			t.Errorf("%s is lost: %q", name, v)
		}
	}
}
