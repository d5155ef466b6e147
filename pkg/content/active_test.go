package content_test

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
)

// note is a type that the tests below change.
func note(head, fields string) fstest.MapFS {
	fsys := maps.Clone(types())
	fsys["note.json"] = schemaFile("note", fmt.Sprintf(`"x-type": {"plural": "notes", "display": "title", "public": true %s}, "properties": {
		"title": {"type": "string", "title": "Titel", "x-search": {"sort": true}}, %s}`, head, fields))
	return fsys
}

const noteFields = `"kind": {"title": "Art", "oneOf": [{"const": "a", "title": "A"}, {"const": "b", "title": "B"}]},
	"year": {"type": "string", "title": "Jahr"}, "mail": {"type": "string", "title": "Post"}`

func TestActivate(t *testing.T) {
	t.Parallel()
	seed := func(t *testing.T) *kit {
		k := newKitOf(t, note("", noteFields))
		must(t, k.Activate(t.Context()))
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				id := k.create("note", obj{"title": fmt.Sprint("N", i), "kind": []string{"a", "b"}[i%2], "year": fmt.Sprint(2000 + i), "mail": fmt.Sprintf("m%d@x.de", i/2)})
				k.update("note", id, obj{"title": fmt.Sprint("E", i)}, content.Write{Draft: true})
			})
		}
		wg.Wait()
		return k
	}
	const keep = `"kind": {"title": "Art", "oneOf": [{"const": "a", "title": "A"}, {"const": "b", "title": "B"}]}, "mail": {"type": "string", "title": "Post"}`
	for name, tt := range map[string]struct {
		types  fstest.MapFS
		breaks int    // entries that Activate names, each part by itself; 0: it goes on
		code   string // of the first
		wrong  int    // what ApplyTypes still refuses
	}{
		"the same":        {note("", noteFields), 0, "", 0},
		"a new field":     {note("", noteFields+`, "more": {"type": "string", "title": "Mehr"}`), 0, "", 0},
		"a new sort key":  {note("", strings.Replace(noteFields, `"title": "Post"`, `"title": "Post", "x-search": {"sort": true}`, 1)), 0, "", 0},
		"narrowed enum":   {note("", strings.Replace(noteFields, `, {"const": "b", "title": "B"}`, "", 1)), 6, "enum", 6},
		"mapped enum":     {note("", strings.Replace(noteFields, `"oneOf": [{"const": "a", "title": "A"}, {"const": "b", "title": "B"}]`, `"oneOf": [{"const": "a", "title": "A"}, {"const": "c", "title": "C"}], "x-migrate": {"map": {"b": "c"}}`, 1)), 6, "enum", 0},
		"removed field":   {note("", keep), 12, "unknown", 12},
		"renamed field":   {note("", keep+`, "since": {"type": "string", "title": "Seit", "x-migrate": {"from": "year"}}`), 12, "unknown", 0},
		"other kind":      {note("", keep+`, "year": {"type": "integer", "title": "Jahr"}`), 12, "type", 0},
		"kind that fails": {note("", strings.Replace(noteFields, `"mail": {"type": "string"`, `"mail": {"type": "integer"`, 1)), 12, "type", 12},
		"unique":          {note("", strings.Replace(noteFields, `"title": "Jahr"`, `"title": "Jahr", "x-unique": true`, 1)), 0, "", 0},
		"unique and not":  {note("", strings.Replace(noteFields, `"title": "Post"`, `"title": "Post", "x-unique": true`, 1)), 3, "not_unique", 3},
		"no drafts":       {note(`, "drafts": false`, noteFields), 6, "draft", 6},
		"locales":         {note(`, "locales": ["de", "en"]`, noteFields), 6, "locale", 6},
		"removed type":    {types(), 1, "gone", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := seed(t)
			old := openKit(t, k.path, note("", noteFields))
			must(t, old.Activate(t.Context()))
			k.load(tt.types)
			broken, err := k.CheckTypes(t.Context(), false)
			must(t, err)
			equal(t, "breaks", len(broken), tt.breaks)
			if len(broken) > 0 && (broken[0].Fields[0].Code != tt.code || broken[0].String() == "") {
				t.Errorf("%s: %s", broken[0].Fields[0].Code, broken[0])
			}
			if err := k.Activate(t.Context()); tt.breaks > 0 {
				wantCode(t, err, fault.Conflict)
				must(t, old.Ping(t.Context()))
			} else {
				must(t, err)
			}
			broken, err = k.ApplyTypes(t.Context())
			must(t, err)
			equal(t, "refused", len(broken), tt.wrong)
			if tt.wrong > 0 {
				old.create("note", obj{"title": "weiter"})
				k.load(note("", noteFields))
				return
			}
			must(t, k.Activate(t.Context()))
			must(t, k.Ping(t.Context()))
			k.hits(public, "note", query.Query{}, "N0", "N1", "N2", "N3", "N4", "N5")
			k.hits(editor, "note", query.Query{Draft: true}, "E0", "E1", "E2", "E3", "E4", "E5")
			k.create("note", obj{"title": "neu"})
			if name == "the same" {
				must(t, old.Ping(t.Context()))
				return
			}
			wantCode(t, old.Ping(t.Context()), fault.Unavailable)
			_, err = old.Create(t.Context(), admin, old.typ("note"), obj{"title": "alt"}, content.Write{})
			wantCode(t, err, fault.Unavailable)
			_, err = old.Publish(t.Context(), admin, old.typ("note"), "x", content.Write{})
			wantCode(t, err, fault.Unavailable)
			wantCode(t, old.Purge(t.Context(), admin, old.typ("note"), "x", content.Write{}), fault.Unavailable)
		})
	}
}

// TestRefusedChangeLeavesAllAsItIs: values that still look right and mean something else by now keep the types from being put in force,
// before anything is announced. The former types go on.
func TestRefusedChangeLeavesAllAsItIs(t *testing.T) {
	t.Parallel()
	types := func(target string) fstest.MapFS {
		return note("", `"to": {"type": "array", "title": "Ziele", "x-relation": {"to": "`+target+`"}}`)
	}
	former := newKitOf(t, types("topic"))
	must(t, former.Activate(t.Context()))
	id := former.create("note", obj{"title": "N", "to": to(former.create("topic", obj{"name": "Thema"}))})
	k := openKit(t, former.path, types("town"))
	for _, convert := range []bool{false, true} {
		broken, err := k.CheckTypes(t.Context(), convert)
		must(t, err)
		if len(broken) != 2 || broken[0].DocumentID != id || broken[0].Fields[0].Path[0] != "to" {
			t.Errorf("with convert %v the check says %v", convert, broken)
		}
	}
	wantCode(t, k.Activate(t.Context()), fault.Conflict)
	if broken, err := k.ApplyTypes(t.Context()); err != nil || len(broken) != 2 {
		t.Errorf("apply says %v, %v", broken, err)
	}
	must(t, former.Ping(t.Context()))
	former.update("note", id, obj{"title": "M"}, content.Write{})
	again := openKit(t, former.path, types("topic"))
	must(t, again.Activate(t.Context()))
	again.hits(public, "note", query.Query{}, "M")
}

// A field within a shared object belongs to every type that uses the object.
func TestSharedObject(t *testing.T) {
	t.Parallel()
	with := func(most int) fstest.MapFS {
		fsys := note("", `"where": {"title": "Ort", "$ref": "shared/place.json"}`)
		fsys["shared/place.json"] = &fstest.MapFile{Data: fmt.Appendf(nil, `{"$schema": "../meta/shared-object.json", "title": "Ort", "type": "object",
			"properties": {"street": {"type": "string", "title": "Straße", "maxLength": %d}}}`, most)}
		return fsys
	}
	k := newKitOf(t, with(100))
	must(t, k.Activate(t.Context()))
	k.create("note", obj{"title": "N", "where": obj{"street": "Hauptstraße 1"}})
	k.load(with(5))
	wantCode(t, k.Activate(t.Context()), fault.Conflict)
	k.load(with(100))
}

// A change that dies in the middle is finished by the next; until then nobody writes.
func TestApplyCut(t *testing.T) {
	t.Parallel()
	next := note("", strings.Replace(noteFields, `"year": {"type": "string", "title": "Jahr"}, "mail": {"type": "string", "title": "Post"}`,
		`"since": {"type": "integer", "title": "Seit", "x-unique": true, "x-migrate": {"from": "year"}}, "mail": {"type": "string", "title": "Post", "x-search": {"sort": true}}`, 1))
	for cut := 0; ; cut++ {
		k := newKitOf(t, note("", noteFields))
		must(t, k.Activate(t.Context()))
		for i := range 2 {
			id := k.create("note", obj{"title": fmt.Sprint("N", i), "kind": "a", "year": fmt.Sprint(2000 + i), "mail": "m@x.de"})
			k.update("note", id, obj{"title": "E"}, content.Write{Draft: true})
		}
		k.load(next)
		k.st.breakAfter(cut)
		_, err := k.ApplyTypes(t.Context())
		k.st.heal()
		whole := err == nil
		if !whole && cut > 1 { // the first op keeps the former set, the second announces the change
			wantCode(t, k.Activate(t.Context()), fault.Conflict)
			// Neither the former types nor others can go on from here.
			for _, fsys := range []fstest.MapFS{note("", noteFields), note("", noteFields+`, "more": {"type": "string", "title": "Mehr"}`)} {
				k.load(fsys)
				wantCode(t, k.Activate(t.Context()), fault.Conflict)
				_, err := k.ApplyTypes(t.Context())
				wantCode(t, err, fault.Conflict)
			}
			k.load(next)
		}
		broken, err := k.ApplyTypes(t.Context())
		must(t, err)
		equal(t, "broken", len(broken), 0)
		k.hits(public, "note", where("since", query.Gte, "2001"), "N1")
		_, err = k.Create(t.Context(), admin, k.typ("note"), obj{"title": "x", "since": int64(2001)}, content.Write{})
		equal(t, "claimed", wrong(err), []string{"since not_unique"})
		k.verify()
		if whole {
			return
		}
	}
}

// An entry that an earlier change has converted is converted again by the next one, whatever it held in between.
func TestApplyBackAndForth(t *testing.T) {
	t.Parallel()
	first := note("", `"a": {"type": "string", "title": "A", "x-migrate": {"from": "b"}}`)
	second := note("", `"b": {"type": "string", "title": "B", "x-migrate": {"from": "a"}}`)
	k := newKitOf(t, first)
	must(t, k.Activate(t.Context()))
	one, two := k.create("note", obj{"title": "1", "a": "x"}), k.create("note", obj{"title": "2"})
	apply := func(fsys fstest.MapFS) {
		t.Helper()
		k.load(fsys)
		broken, err := k.ApplyTypes(t.Context())
		must(t, err)
		equal(t, "broken", len(broken), 0)
	}
	apply(second)
	k.update("note", two, obj{"b": "y"}, content.Write{})
	apply(first)
	k.update("note", one, obj{"a": "z"}, content.Write{})
	apply(second)
	equal(t, "one", k.doc("note", one, "", false)["b"], "z")
	equal(t, "two", k.doc("note", two, "", false)["b"], "y")
}
