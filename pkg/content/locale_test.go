package content_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

func TestLocale(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("project")
	id := k.create("project", obj{"title": "Bad", "phase": "planned", "startYear": int64(2000)})
	// A new locale gets the shared fields, and no texts.
	k.update("project", id, obj{"title": "Pool"}, content.Write{Locale: "en", Draft: true})
	en := k.doc("project", id, "en", true)
	equal(t, "en", []any{en["title"], en["phase"], en["startYear"], en["slug"]}, []any{"Pool", "planned", 2000, "pool"})
	_, err := k.Get(ctx, public, typ, id, query.Query{Locale: "en"})
	wantCode(t, err, fault.NotFound)
	// Shared fields are changed through the default locale only; the same value is no change.
	_, err = k.Update(ctx, editor, typ, id, obj{"phase": "running", "startYear": int64(2001), "summary": "s"}, content.Write{Locale: "en"})
	equal(t, "shared", wrong(err), []string{"phase shared", "startYear shared"})
	k.update("project", id, obj{"phase": "planned", "summary": "s"}, content.Write{Locale: "en"})
	before := k.doc("project", id, "en", false)["updatedAt"]

	// A draft change goes to drafts, and stays there when the other locale is published.
	k.update("project", id, obj{"startYear": int64(2002), "summary": "Text"}, content.Write{Draft: true})
	equal(t, "en draft", k.doc("project", id, "en", true)["startYear"], 2002)
	equal(t, "en public", k.doc("project", id, "en", false)["startYear"], 2000)
	k.update("project", id, obj{"title": "Pool 2"}, content.Write{Locale: "en"})
	equal(t, "en public", k.doc("project", id, "en", false)["startYear"], 2000)
	equal(t, "en title", k.doc("project", id, "en", false)["title"], "Pool 2")
	if _, err := k.Publish(ctx, editor, typ, id, content.Write{}); err != nil {
		t.Fatal(err)
	}
	equal(t, "en public", k.doc("project", id, "en", false)["startYear"], 2002)
	if k.doc("project", id, "en", false)["updatedAt"] == before {
		t.Error("a shared change does not show in updatedAt")
	}
	// Publishing a locale judges what it would publish: the required field was only taken out of the draft.
	k.update("project", id, obj{"phase": nil}, content.Write{Draft: true})
	k.update("project", id, obj{"summary": "more"}, content.Write{Locale: "en"})
	equal(t, "en", k.doc("project", id, "en", false)["phase"], "planned")
	k.update("project", id, obj{"phase": "running"}, content.Write{})

	// One id and documentId for all locales; localizations show what the caller may see.
	k.update("project", id, obj{"title": "Bain"}, content.Write{Locale: "fr", Draft: true})
	e, err := k.Get(ctx, public, typ, id, query.Query{Populate: []query.Populate{{Path: "localizations", Fields: []string{"title"}}}})
	if err != nil {
		t.Fatal(err)
	}
	v, _ := e.Attributes.Get("localizations")
	others := v.([]*content.Entry)
	if len(others) != 1 || others[0].Locale != "en" || others[0].ID != e.ID || others[0].DocumentID != id {
		t.Errorf("localizations: %v", others)
	}
	k.hits(admin, "project", query.Query{Locale: "*", Draft: true}, "Bad", "Pool 2", "Bain")
	k.hits(public, "project", query.Query{Locale: "*"}, "Bad", "Pool 2")
	k.hits(public, "project", query.Query{Locale: "fr"})
	for _, locale := range []string{"xx", "-", "DE"} {
		_, err := k.Get(ctx, public, typ, id, query.Query{Locale: locale})
		wantCode(t, err, fault.Invalid)
		_, err = k.Update(ctx, editor, typ, id, obj{}, content.Write{Locale: locale})
		wantCode(t, err, fault.Invalid)
	}
	// A type without locales takes those of others.
	town := k.create("town", obj{"name": "Unna", "ags": "11"})
	k.doc("town", town, "en", false)

	// Delete one, then all, then bring each back.
	must(t, k.Delete(ctx, editor, typ, id, content.Write{Locale: "en"}))
	_, err = k.Get(ctx, public, typ, id, query.Query{Locale: "en"})
	wantCode(t, err, fault.NotFound)
	k.doc("project", id, "de", false)
	must(t, k.Delete(ctx, editor, typ, id, content.Write{}))
	list, total, err := k.Trash(ctx, editor, typ, query.Page{Limit: 10})
	if err != nil || total != 3 || len(list) != 3 || list[0].Title == "" {
		t.Fatalf("trash: %v %d %v", list, total, err)
	}
	for _, locale := range []string{"fr", "de", "en"} {
		if _, err := k.Restore(ctx, editor, typ, id, content.Write{Locale: locale}); err != nil {
			t.Fatal(locale, show(err))
		}
		k.verify()
	}
	equal(t, "en again", k.doc("project", id, "en", true)["title"], "Pool 2")
	st, err := k.State(ctx, editor, typ, id, "en")
	if err != nil || st.ID != e.ID || st.Status != content.StatusDraft {
		t.Errorf("%+v %v", st, err)
	}
}

// What the others came to share meanwhile is not undone by bringing back the locale that leads.
func TestRestoreLeader(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("project")
	id := k.create("project", obj{"title": "Bad", "phase": "planned", "startYear": int64(2000)})
	k.update("project", id, obj{"title": "Pool"}, content.Write{Locale: "en"})
	must(t, k.Delete(ctx, editor, typ, id, content.Write{Locale: "de"}))
	k.update("project", id, obj{"startYear": int64(2005)}, content.Write{Locale: "en"})
	if _, err := k.Restore(ctx, editor, typ, id, content.Write{Locale: "de"}); err != nil {
		t.Fatal(err)
	}
	equal(t, "de", k.doc("project", id, "de", true)["startYear"], 2005)
	equal(t, "en", k.doc("project", id, "en", true)["startYear"], 2005)
}

// Locales that are written at once end with the same shared fields.
func TestLocalesAtOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for range 10 {
		id := k.create("project", obj{"title": "Bad", "phase": "planned"})
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				var err error
				if i%2 == 0 {
					_, err = k.Update(t.Context(), admin, k.typ("project"), id, obj{"startYear": int64(2000 + i), "code": fmt.Sprint(id, i)}, content.Write{})
				} else {
					_, err = k.Update(t.Context(), admin, k.typ("project"), id, obj{"title": "Pool"}, content.Write{Locale: []string{"en", "fr"}[i/2]})
				}
				if err != nil {
					t.Error(show(err))
				}
			})
		}
		wg.Wait()
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(show(err))
	}
}

// On a store that does the steps of a write one by one, somebody may write another locale behind the first of them. Whoever said which
// revision they had seen has written, and is not told that they came too late.
func TestSpreadThatIsCrossed(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := t.Context()
	id := k.create("project", obj{"title": "Bad", "phase": "planned", "startYear": int64(2000)})
	k.update("project", id, obj{"title": "Pool"}, content.Write{Locale: "en"})
	lead, err := k.st.Get(ctx, "project", id+"/de", nil)
	if err != nil {
		t.Fatal(err)
	}
	crossed := k.crossSpread("project", id)
	saved, err := k.Update(ctx, editor, k.typ("project"), id, obj{"startYear": int64(2002)}, content.Write{IfMatch: lead.Rev})
	if err != nil || saved.Rev != lead.Rev+1 || !saved.Published || *crossed != 1 {
		t.Fatalf("%+v, %v, crossed %d times", saved, err, *crossed)
	}
	k.st.heal()
	for _, locale := range []string{"de", "en"} {
		equal(t, locale, k.doc("project", id, locale, false)["startYear"], 2002)
	}
	// Somebody else's write is still one.
	_, err = k.Update(ctx, editor, k.typ("project"), id, obj{"startYear": int64(2003)}, content.Write{IfMatch: lead.Rev})
	wantCode(t, err, fault.Stale)
}

// crossSpread lets somebody write the English locale of an entry once its German one is written, and
// counts how often that happened.
func (k *kit) crossSpread(typ, id string) *int {
	crossed := 0
	k.st.breakAfter(1000)
	k.st.cross = func(op store.Op) {
		if op.Kind != store.Replace || op.Key != id+"/de" || crossed > 0 {
			return
		}
		crossed++
		d, err := k.st.Store.Get(k.Context(), typ, id+"/en", nil)
		if err == nil {
			err = k.st.Store.Apply(k.Context(), []store.Op{{Kind: store.Replace, Collection: typ, Key: d.Key, Rev: d.Rev, Set: value.Object{"note": "crossed"}}})
		}
		if err != nil {
			k.Error(err)
		}
	}
	return &crossed
}

// A write that somebody crossed answers with its warnings like any other.
func TestCrossedWriteWarns(t *testing.T) {
	t.Parallel()
	k := newKitOf(t, warningTypes())
	bare := k.picture(3)
	id := k.create("page", obj{"title": "Seite"})
	k.update("page", id, obj{"title": "Page"}, content.Write{Locale: "en"})
	crossed := k.crossSpread("page", id)
	saved, err := k.Update(t.Context(), editor, k.typ("page"), id, obj{"list": list{bare.ID}}, content.Write{})
	k.st.heal()
	if err != nil || *crossed != 1 || len(saved.Warnings) != 1 {
		t.Errorf("%+v, %v, crossed %d times", saved, err, *crossed)
	}
}

// A purge that breaks off on a store that does its steps one by one is finished by Sweep, and leaves no deleted entry without its history.
func TestPurgeThatBreaksOff(t *testing.T) {
	t.Parallel()
	for cut := range 7 {
		k := newKit(t)
		ctx := t.Context()
		id := k.create("project", obj{"title": "Bad", "phase": "planned", "startYear": int64(2000)})
		k.update("project", id, obj{"title": "Freibad"}, content.Write{})
		if err := k.Delete(ctx, editor, k.typ("project"), id, content.Write{}); err != nil {
			t.Fatal(err)
		}
		k.st.breakAfter(cut)
		failed := k.Purge(ctx, editor, k.typ("project"), id, content.Write{})
		k.st.heal()
		k.verify()
		k.clock.pass(time.Hour)
		if _, err := k.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		there := 0
		if _, err := k.st.Get(ctx, "project", id+"/de", nil); err == nil {
			there++
		}
		left, err := k.st.Count(ctx, "project~", query.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		if there == 0 && left > 0 || there == 1 && left == 0 {
			t.Errorf("cut behind %d: the entry is there %d times, and %d versions", cut, there, left)
		}
		if cut == 6 && (failed != nil || there > 0) {
			t.Errorf("a whole purge: %v", failed)
		}
		if notes, err := k.st.Count(ctx, "_spreads", query.Filter{}); err != nil || notes > 0 {
			t.Errorf("cut behind %d: %d notes stay, %v", cut, notes, err)
		}
	}
}
