package content_test

import (
	"fmt"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
)

func TestHistory(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("project")
	id := k.draft("project", obj{"title": "A", "links": list{obj{"label": "x", "raw": obj{"k": list{int64(1)}}}}})
	k.update("project", id, obj{"phase": "planned", "title": "B"}, content.Write{})
	k.update("project", id, obj{"title": "C"}, content.Write{Draft: true, Action: "typo"})
	must2(k.Unpublish(ctx, editor, typ, id, content.Write{}))(t)
	versions, err := k.History(ctx, editor, typ, id, "")
	must(t, err)
	var got []string
	for _, v := range versions {
		got = append(got, fmt.Sprint(v.Rev, v.Action, v.Actor, v.Published, v.Deleted, v.At != ""))
	}
	equal(t, "history", got, []string{"4unpublishEvafalse false true", "3typoAdatrue false true", "2updateAdatrue false true", "1createAdafalse false true"})
	v, err := k.Version(ctx, editor, typ, id, "", 1)
	must(t, err)
	equal(t, "title", v.Values["title"], "A")
	equal(t, "JSON within items", v.Values["links"].(list)[0].(obj)["raw"], obj{"k": list{1}})
	changes, err := k.Compare(ctx, editor, typ, id, "", 1, 3)
	must(t, err)
	equal(t, "compare", changes, []content.FieldChange{{Field: "title", From: "A", To: "C"}, {Field: "slug", From: "a", To: "b"}, {Field: "phase", From: nil, To: "planned"}})
	same, err := k.Compare(ctx, editor, typ, id, "", 3, 4)
	must(t, err)
	equal(t, "same", len(same), 0)
	saved, err := k.RestoreVersion(ctx, editor, typ, id, 2, content.Write{})
	must(t, err)
	equal(t, "restored", []any{saved.Rev, k.doc("project", id, "", true)["title"]}, []any{5, "B"})
	for _, rev := range []int64{0, -1, 6, 99, 1 << 60} {
		_, err := k.Version(ctx, editor, typ, id, "", rev)
		wantCode(t, err, fault.NotFound)
		_, err = k.RestoreVersion(ctx, editor, typ, id, rev, content.Write{})
		wantCode(t, err, fault.NotFound)
	}
	// Fields that she may not write stay as they are.
	p := k.create("person", obj{"name": "A", "grade": "1", "pay": int64(1)})
	k.update("person", p, obj{"name": "B", "grade": "2", "pay": int64(2)}, content.Write{})
	must2(k.RestoreVersion(ctx, editor, k.typ("person"), p, 1, content.Write{}))(t)
	d := k.doc("person", p, "", true)
	equal(t, "person", []any{d["name"], d["grade"], d["pay"]}, []any{"A", "2", 2})
	// In a type without drafts a version is public at once.
	town := k.create("town", obj{"name": "A", "ags": "11"})
	k.update("town", town, obj{"name": "B"}, content.Write{})
	must2(k.RestoreVersion(ctx, editor, k.typ("town"), town, 1, content.Write{}))(t)
	equal(t, "town", k.doc("town", town, "", false)["name"], "A")
}

// A locale that does not lead keeps the shared fields of today.
func TestRestoreVersionOfLocale(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id := k.create("project", obj{"title": "A", "phase": "planned"})
	k.update("project", id, obj{"title": "X"}, content.Write{Locale: "en"})
	k.update("project", id, obj{"phase": "running"}, content.Write{})
	k.update("project", id, obj{"title": "Y"}, content.Write{Locale: "en"})
	must2(k.RestoreVersion(t.Context(), editor, k.typ("project"), id, 1, content.Write{Locale: "en"}))(t)
	d := k.doc("project", id, "en", true)
	equal(t, "en", []any{d["title"], d["phase"]}, []any{"X", "running"})
}

func TestRetention(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	kept := func(id string) []int64 {
		t.Helper()
		versions, err := k.History(t.Context(), editor, k.typ("memo"), id, "")
		must(t, err)
		var revs []int64
		for _, v := range versions {
			revs = append(revs, v.Rev)
		}
		return revs
	}
	id := k.create("memo", obj{"title": "0"})
	for i := range 8 {
		k.update("memo", id, obj{"title": fmt.Sprint(i + 1)}, content.Write{})
	}
	equal(t, "kept", kept(id), []int64{9, 8, 7, 6})
	n, err := k.st.Count(t.Context(), "memo~", query.Query{}.Filter)
	must(t, err)
	equal(t, "archived", n, 3)
	// A type that keeps fewer lets the surplus go with the next write.
	fsys := types()
	for _, v := range []struct {
		versions int
		want     []int64
	}{{1, []int64{10, 9}}, {5, []int64{11, 10, 9}}} {
		fsys["memo.json"] = schemaFile("memo", fmt.Sprintf(`"x-type": {"plural": "memos", "display": "title", "versions": %d},
			"properties": {"title": {"type": "string", "title": "Titel"}}`, v.versions))
		k.load(fsys)
		k.update("memo", id, obj{"title": fmt.Sprint("v", v.versions)}, content.Write{})
		equal(t, "kept", kept(id), v.want)
		k.verify()
	}
}
