package content_test

import (
	"testing"

	"kontor/pkg/asset"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
)

func TestTrash(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("project")
	id := k.create("project", obj{"title": "A", "phase": "planned", "code": "c1"})
	other := k.create("project", obj{"title": "B", "phase": "planned"})
	st, err := k.State(ctx, editor, typ, id, "")
	must(t, err)
	must(t, k.Delete(ctx, editor, typ, id, content.Write{}))
	must(t, k.Delete(ctx, editor, typ, id, content.Write{}))
	must(t, k.Delete(ctx, editor, typ, other, content.Write{}))
	rows, total, err := k.Trash(ctx, editor, typ, query.Page{Limit: 1})
	must(t, err)
	equal(t, "trash", []any{total, len(rows), rows[0].Title, rows[0].DeletedBy}, []any{2, 1, "B", "Eva"})
	for _, draft := range []bool{true, false} {
		_, err := k.Get(ctx, admin, typ, id, query.Query{Draft: draft})
		wantCode(t, err, fault.NotFound)
		k.hits(admin, "project", query.Query{Draft: draft})
	}
	versions, err := k.History(ctx, editor, typ, id, "")
	must(t, err)
	equal(t, "history", []any{len(versions), versions[0].Deleted, versions[1].Deleted}, []any{2, true, false})
	for name, do := range map[string]func() error{
		"update":  func() error { _, err := k.Update(ctx, editor, typ, id, obj{"title": "x"}, content.Write{}); return err },
		"publish": func() error { _, err := k.Publish(ctx, editor, typ, id, content.Write{}); return err },
		"state":   func() error { _, err := k.State(ctx, editor, typ, id, ""); return err },
		"version": func() error { _, err := k.RestoreVersion(ctx, editor, typ, id, 1, content.Write{}); return err },
	} {
		t.Run(name, func(t *testing.T) { wantCode(t, do(), fault.NotFound) })
	}
	// The slug is free meanwhile; what comes back gets a number.
	k.create("project", obj{"title": "A", "phase": "planned"})
	must2(k.Restore(ctx, editor, typ, id, content.Write{}))(t)
	d := k.doc("project", id, "", true)
	equal(t, "restored", []any{d["title"], d["slug"], d["code"]}, []any{"A", "a-2", "c1"})
	again, err := k.State(ctx, editor, typ, id, "")
	must(t, err)
	equal(t, "state", []any{again.ID, again.Status, again.CreatedAt}, []any{st.ID, content.StatusDraft, st.CreatedAt})
	_, err = k.Restore(ctx, editor, typ, id, content.Write{})
	wantCode(t, err, fault.Conflict)
	wantCode(t, k.Purge(ctx, editor, typ, id, content.Write{}), fault.Conflict)

	must(t, k.Purge(ctx, editor, typ, other, content.Write{}))
	wantCode(t, k.Purge(ctx, editor, typ, other, content.Write{}), fault.NotFound)
	_, err = k.History(ctx, editor, typ, other, "")
	wantCode(t, err, fault.NotFound)
	_, total, err = k.Trash(ctx, editor, typ, query.Page{Limit: 1})
	must(t, err)
	equal(t, "trash", total, 0)
}

// One locale goes for good while another lives; it can be written anew.
func TestPurgeLocale(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("project")
	id := k.create("project", obj{"title": "A", "phase": "planned", "code": "c1"})
	k.update("project", id, obj{"title": "X"}, content.Write{Locale: "en"})
	k.update("project", id, obj{"title": "B"}, content.Write{})
	must(t, k.Delete(ctx, editor, typ, id, content.Write{Locale: "de"}))
	must(t, k.Purge(ctx, editor, typ, id, content.Write{Locale: "de"}))
	k.verify()
	_, err := k.Create(ctx, editor, typ, obj{"title": "A", "phase": "planned", "code": "C1"}, content.Write{})
	equal(t, "the other locale holds it", wrong(err), []string{"code not_unique"})
	k.update("project", id, obj{"title": "Neu"}, content.Write{})
	k.update("project", id, obj{"title": "Neuer"}, content.Write{})
	versions, err := k.History(ctx, editor, typ, id, "")
	must(t, err)
	v, err := k.Version(ctx, editor, typ, id, "", 1)
	must(t, err)
	equal(t, "de", []any{len(versions), v.Values["title"], v.Values["phase"]}, []any{2, "Neu", "planned"})
}

// A type without drafts is public as soon as it is restored, so that asks what publishing asks:
// whether images have their alternative text, and whether a required relation still leads somewhere.
func TestRestorePublishesNothingIncomplete(t *testing.T) {
	t.Parallel()
	set := fileTypes()
	set["stop.json"] = schemaFile("stop", `"x-type": {"plural": "stops", "display": "name", "public": true, "drafts": false},
		"required": ["name", "memo"],
		"properties": {
			"name": {"type": "string", "title": "Name"},
			"image": {"title": "Bild", "x-asset": {"alt": "required"}},
			"memo": {"title": "Vermerk", "x-relation": {"to": "memo"}}
		}`)
	k := newKitOf(t, set)
	ctx, typ := t.Context(), k.typ("stop")
	alt, none := "Ein Bild", ""
	picture, memo := k.picture(3), k.create("memo", obj{"title": "M"})
	describe := func(text *string) {
		t.Helper()
		_, err := k.DescribeFile(ctx, editor, picture.ID, asset.Changes{Alt: text})
		must(t, err)
	}
	describe(&alt)
	id := k.create("stop", obj{"name": "A", "image": picture.ID, "memo": to(memo)})
	k.update("stop", id, obj{"name": "B"}, content.Write{})
	must(t, k.Delete(ctx, editor, typ, id, content.Write{}))
	describe(&none)
	_, err := k.Restore(ctx, editor, typ, id, content.Write{})
	equal(t, "image without text", wrong(err), []string{"image alt"})
	describe(&alt)
	must(t, k.Delete(ctx, editor, k.typ("memo"), memo, content.Write{}))
	_, err = k.Restore(ctx, editor, typ, id, content.Write{})
	equal(t, "relation to nothing", wrong(err), []string{"memo required"})
	must2(k.Restore(ctx, editor, k.typ("memo"), memo, content.Write{}))(t)
	must2(k.Restore(ctx, editor, typ, id, content.Write{}))(t)
	equal(t, "restored", k.doc("stop", id, "", false)["name"], "B")
}
