package content_test

import (
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
)

func TestPublish(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	typ, ctx := k.typ("project"), t.Context()
	id := k.draft("project", obj{"title": "A"})
	state := func(want string) content.State {
		t.Helper()
		st, err := k.State(ctx, editor, typ, id, "")
		if err != nil || st.Status != want {
			t.Fatalf("state %q %v, want %q", st.Status, err, want)
		}
		return st
	}
	state(content.StatusDraft)
	_, err := k.Publish(ctx, editor, typ, id, content.Write{})
	equal(t, "publish", wrong(err), []string{"phase required"})
	k.update("project", id, obj{"phase": "planned"}, content.Write{Draft: true})
	saved, err := k.Publish(ctx, editor, typ, id, content.Write{})
	if err != nil || !saved.Published || saved.Rev != 3 {
		t.Fatalf("%+v %v", saved, err)
	}
	first := state(content.StatusPublished).PublishedAt
	k.update("project", id, obj{"summary": "neu"}, content.Write{Draft: true})
	state(content.StatusModified)
	equal(t, "published", k.doc("project", id, "", false)["summary"], nil)
	equal(t, "draft", k.doc("project", id, "", true)["summary"], "neu")
	if _, err := k.Discard(ctx, editor, typ, id, content.Write{}); err != nil {
		t.Fatal(err)
	}
	equal(t, "published at", state(content.StatusPublished).PublishedAt, first)
	equal(t, "discarded", k.doc("project", id, "", true)["summary"], nil)
	if _, err := k.Unpublish(ctx, editor, typ, id, content.Write{}); err != nil {
		t.Fatal(err)
	}
	rev := state(content.StatusDraft).Rev
	if saved, err := k.Unpublish(ctx, editor, typ, id, content.Write{}); err != nil || saved.Rev != rev {
		t.Errorf("%+v %v", saved, err)
	}
	_, err = k.Get(ctx, public, typ, id, query.Query{})
	wantCode(t, err, fault.NotFound)
	_, err = k.Discard(ctx, editor, typ, id, content.Write{})
	wantCode(t, err, fault.Conflict)
	town := k.create("town", obj{"name": "Unna", "ags": "11"})
	_, err = k.Unpublish(ctx, editor, k.typ("town"), town, content.Write{})
	wantCode(t, err, fault.Invalid)
	if saved, err := k.Update(ctx, editor, k.typ("town"), town, obj{"name": "Hamm"}, content.Write{Draft: true}); err != nil || !saved.Published {
		t.Errorf("a type without drafts is always published: %+v %v", saved, err)
	}
	equal(t, "town", k.doc("town", town, "", false)["name"], "Hamm")
	for name, do := range map[string]func() error{
		"publish":   func() error { _, err := k.Publish(ctx, public, typ, id, content.Write{}); return err },
		"unpublish": func() error { _, err := k.Unpublish(ctx, public, typ, id, content.Write{}); return err },
		"discard":   func() error { _, err := k.Discard(ctx, public, typ, id, content.Write{}); return err },
		"state":     func() error { _, err := k.State(ctx, public, typ, id, ""); return err },
		"history":   func() error { _, err := k.History(ctx, public, typ, id, ""); return err },
		"trash":     func() error { _, _, err := k.Trash(ctx, public, typ, query.Page{Limit: 1}); return err },
		"used":      func() error { _, err := k.WhereUsed(ctx, public, typ, id); return err },
		"purge":     func() error { return k.Purge(ctx, public, typ, id, content.Write{}) },
	} {
		t.Run(name, func(t *testing.T) { wantCode(t, do(), fault.Forbidden) })
	}
	for name, do := range map[string]func() error{
		"publish": func() error { _, err := k.Publish(ctx, editor, typ, "nothing", content.Write{}); return err },
		"discard": func() error { _, err := k.Discard(ctx, editor, typ, "nothing", content.Write{}); return err },
		"update":  func() error { _, err := k.Update(ctx, editor, typ, "nothing", obj{}, content.Write{}); return err },
		"state":   func() error { _, err := k.State(ctx, editor, typ, "nothing", ""); return err },
		"restore": func() error { _, err := k.Restore(ctx, editor, typ, "nothing", content.Write{}); return err },
	} {
		t.Run(name+" nothing", func(t *testing.T) { wantCode(t, do(), fault.NotFound) })
	}
}
