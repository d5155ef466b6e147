package content_test

import (
	"testing"
	"testing/fstest"

	"kontor/pkg/content"
	"kontor/pkg/fault"
)

// TestArchivedUnderFormerTypes: what lies in the history and in the trash while fields are renamed and converted, twice, comes back under
// their present names.
func TestArchivedUnderFormerTypes(t *testing.T) {
	t.Parallel()
	k := newKitOf(t, note("", `"year": {"type": "string", "title": "Jahr"}, "gone": {"type": "string", "title": "Weg"}, "odd": {"type": "string", "title": "Seltsam"}`))
	must(t, k.Activate(t.Context()))
	apply := func(fsys fstest.MapFS) {
		t.Helper()
		k.load(fsys)
		broken, err := k.ApplyTypes(t.Context())
		must(t, err)
		equal(t, "broken", len(broken), 0)
	}
	lives := k.create("note", obj{"title": "Lebt", "year": "2001", "gone": "x"})
	odd := k.create("note", obj{"title": "Seltsam", "odd": "x"})
	dead := k.create("note", obj{"title": "Tot", "year": "2005"})
	must(t, k.Delete(t.Context(), editor, k.typ("note"), dead, content.Write{}))
	k.update("note", lives, obj{"year": "2002", "gone": nil}, content.Write{})
	k.update("note", odd, obj{"odd": nil}, content.Write{})

	apply(note("", `"since": {"type": "integer", "title": "Seit", "x-migrate": {"from": "year"}}, "odd": {"type": "integer", "title": "Seltsam"}`))
	k.update("note", lives, obj{"since": int64(2003)}, content.Write{})
	middle := k.create("note", obj{"title": "Mitte", "since": int64(2010)})
	must(t, k.Delete(t.Context(), editor, k.typ("note"), middle, content.Write{}))
	apply(note("", `"begin": {"type": "integer", "title": "Beginn", "x-migrate": {"from": "since"}}, "odd": {"type": "integer", "title": "Seltsam"}`))
	k = openKit(t, k.path, note("", `"begin": {"type": "integer", "title": "Beginn", "x-migrate": {"from": "since"}}, "odd": {"type": "integer", "title": "Seltsam"}`))
	must(t, k.Activate(t.Context()))

	typ := k.typ("note")
	versions, err := k.History(t.Context(), editor, typ, lives, "")
	must(t, err)
	for _, v := range versions {
		got, err := k.Version(t.Context(), editor, typ, lives, "", v.Rev)
		must(t, err)
		want := map[int64]int64{1: 2001, 2: 2002, 3: 2002, 4: 2003, 5: 2003}[v.Rev]
		equal(t, "begin", got.Values["begin"], want)
	}
	changes, err := k.Compare(t.Context(), editor, typ, lives, "", 1, 5)
	must(t, err)
	equal(t, "changes", changes, []content.FieldChange{{Field: "begin", From: int64(2001), To: int64(2003)}})
	_, err = k.RestoreVersion(t.Context(), editor, typ, lives, 1, content.Write{})
	must(t, err)
	equal(t, "restored", k.doc("note", lives, "", true)["begin"], 2001)

	for id, want := range map[string]int{dead: 2005, middle: 2010} {
		_, err = k.Restore(t.Context(), editor, typ, id, content.Write{})
		must(t, err)
		equal(t, "out of the trash", k.doc("note", id, "", true)["begin"], want)
	}
	_, err = k.RestoreVersion(t.Context(), editor, typ, odd, 1, content.Write{})
	wantCode(t, err, fault.Invalid)
	equal(t, "can't be converted", fault.As(err).Fields[0].Path, []string{"odd"})
	k.verify()
}
