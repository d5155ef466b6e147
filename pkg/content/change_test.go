package content_test

import (
	"slices"
	"strings"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
)

func TestEveryKind(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	topic := k.create("topic", obj{"name": "IT"})
	fileA, fileB := k.upload(editor, "a.txt", "a").ID, k.upload(editor, "b.txt", "b").ID
	sent := obj{
		"title": " Ding ", "slug": "ding", "text": "a\nb", "body": "<p>Hallo <script>x</script></p>", "year": int64(1999), "share": 0.5,
		"costs": int64(12345), "good": true, "day": "2026-11-22", "at": "2026-11-22T08:18:00+01:00",
		"start": obj{"local": "2026-11-22T19:00", "zone": "Europe/Berlin"}, "kind": "b", "mail": "a@b.de", "home": "https://b.de/",
		"one": to(topic), "many": to(topic), "logo": fileA, "files": list{fileA, fileB}, "spot": obj{"lat": 51.2, "lng": 6.7},
		"extra": obj{"a": list{int64(1), nil}}, "place": obj{"name": "Hier", "spot": obj{"lat": 1.5, "lng": 2.5}},
		"rows": list{obj{"n": int64(1), "s": "x"}}, "years": list{int64(1), int64(2)},
	}
	id := k.create("thing", sent)
	for _, draft := range []bool{true, false} {
		got := k.doc("thing", id, "", draft)
		for name, want := range map[string]any{
			"title": "Ding", "slug": "ding", "text": "a\nb", "body": "<p>Hallo </p>", "year": 1999, "share": 0.5, "costs": 12345, "good": true,
			"day": "2026-11-22", "at": "2026-11-22T07:18:00.000Z", "kind": "b", "mail": "a@b.de", "home": "https://b.de/",
			"start": obj{"local": "2026-11-22T19:00", "zone": "Europe/Berlin", "utc": "2026-11-22T18:00:00.000Z"},
			"spot":  obj{"lat": 51.2, "lng": 6.7}, "extra": obj{"a": list{1, nil}}, "years": list{1, 2},
		} {
			equal(t, name, got[name], want)
		}
		for _, name := range []string{"one", "many", "logo", "files", "place", "rows"} {
			if _, ok := got[name]; ok {
				t.Errorf("%s is answered without populate", name)
			}
		}
	}
	// Every field can be cleared; a list is empty then.
	clear := obj{}
	for name := range sent {
		clear[name] = nil
	}
	k.update("thing", id, clear, content.Write{Draft: true})
	for name, v := range k.doc("thing", id, "", true) {
		if slices.Contains([]string{"createdAt", "updatedAt", "locale"}, name) {
			continue
		}
		if name == "years" {
			equal(t, name, v, list{})
		} else if v != nil {
			t.Errorf("%s is still %v", name, v)
		}
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id := k.create("thing", obj{"title": "Ding", "kind": nil})
	got := k.doc("thing", id, "", false)
	equal(t, "year", got["year"], 2026)
	equal(t, "good", got["good"], false)
	equal(t, "kind", got["kind"], nil)
	// A new locale has the shared fields as they are, also the empty ones.
	k.update("thing", id, obj{"title": "Thing"}, content.Write{Locale: "en"})
	equal(t, "kind in en", k.doc("thing", id, "en", false)["kind"], nil)
	p := k.create("project", obj{"title": "P", "phase": "planned", "links": list{obj{"label": "x"}}})
	e, err := k.Get(t.Context(), public, k.typ("project"), p, query.Query{Populate: []query.Populate{{Path: "links"}}})
	if err != nil {
		t.Fatal(err)
	}
	links, _ := e.Attributes.Get("links")
	equal(t, "external", flat(links.([]content.Attributes)[0])["external"], true)
}

func TestMerge(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id := k.create("project", obj{"title": "A", "phase": "planned", "startYear": int64(2000), "tags": list{"x"},
		"seo": obj{"text": "s", "words": list{"w"}}, "links": list{obj{"label": "eins", "url": "https://a.de/", "raw": obj{"k": true}}, obj{"label": "zwei"}}})
	rows := func() []map[string]any {
		e, err := k.Get(t.Context(), public, k.typ("project"), id, query.Query{Populate: []query.Populate{{Path: "links"}, {Path: "seo"}}})
		if err != nil {
			t.Fatal(err)
		}
		v, _ := e.Attributes.Get("links")
		var out []map[string]any
		for _, a := range v.([]content.Attributes) {
			out = append(out, flat(a))
		}
		return out
	}
	k.update("project", id, obj{"startYear": nil}, content.Write{})
	got := k.doc("project", id, "", false)
	equal(t, "startYear", got["startYear"], nil)
	equal(t, "title", got["title"], "A")
	first := rows()
	// By its id an item keeps what is not named; the order is that of the body; what has no id is new.
	k.update("project", id, obj{"links": list{obj{"label": "neu"}, obj{"id": first[0]["id"], "label": "EINS"}}}, content.Write{})
	second := rows()
	equal(t, "rows", len(second), 2)
	equal(t, "kept", []any{second[1]["id"], second[1]["label"], second[1]["url"], second[1]["raw"]}, []any{first[0]["id"], "EINS", "https://a.de/", obj{"k": true}})
	if second[0]["id"] == first[1]["id"] || second[0]["id"] == first[0]["id"] {
		t.Error("a new item has an old id")
	}
	_, err := k.Update(t.Context(), editor, k.typ("project"), id, obj{"links": list{obj{"id": first[1]["id"], "label": "x"}}}, content.Write{})
	equal(t, "unknown item", wrong(err), []string{"links.0.id unknown"})
}

func TestWrongFields(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for _, tt := range []struct {
		name    string
		typ     string
		draft   bool
		changes obj
		want    []string
	}{
		{"required only at publish", "project", true, obj{}, nil},
		{"required", "project", false, obj{}, []string{"phase required", "title required"}},
		{"kinds and lengths in a draft too", "project", true, obj{"title": strings.Repeat("x", 61), "phase": "no", "startYear": "2000", "topics": to("nothing"), "links": list{obj{"url": "x"}}},
			[]string{"links.0.url format", "phase enum", "startYear type", "title too_long", "topics no_target"}},
		{"nested required at publish", "project", false, obj{"title": "x", "phase": "planned", "links": list{obj{}}}, []string{"links.0.label required"}},
		{"both", "town", false, obj{"population": int64(-1)}, []string{"ags required", "name required", "population too_small"}},
		{"no Links where none belong", "town", false, obj{"name": to("x"), "ags": "11"}, []string{"name type"}},
		{"shortest", "thing", false, obj{"title": "ab"}, []string{"title too_short"}},
		{"shortest in a draft", "thing", true, obj{"title": "ab"}, nil},
		{"within an object", "project", true, obj{"seo": obj{"topic": to("nothing"), "foo": int64(1)}}, []string{"seo.foo unknown", "seo.topic no_target"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := k.Create(t.Context(), editor, k.typ(tt.typ), tt.changes, content.Write{Draft: tt.draft})
			if tt.want == nil {
				if err != nil {
					t.Fatal(show(err))
				}
				return
			}
			if got := wrong(err); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			for _, f := range fault.As(err).Fields {
				if f.English == "" || f.German == "" || f.English == f.German {
					t.Errorf("%v: %q %q", f.Path, f.English, f.German)
				}
			}
		})
	}
	for name, tt := range map[string]struct {
		changes obj
		code    fault.Code
	}{
		"unknown":                  {obj{"nope": int64(1)}, fault.Invalid},
		"system":                   {obj{"createdBy": "me"}, fault.Invalid},
		"hidden":                   {obj{"pay": int64(1)}, fault.Invalid},
		"readable and not for her": {obj{"grade": "A"}, fault.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := k.Create(t.Context(), editor, k.typ("person"), tt.changes, content.Write{Draft: true})
			wantCode(t, err, tt.code)
			for n := range tt.changes {
				if tt.code == fault.Invalid && fault.As(err).Message != "Invalid key "+n {
					t.Error(show(err))
				}
			}
		})
	}
	_, err := k.Create(t.Context(), public, k.typ("project"), obj{}, content.Write{})
	wantCode(t, err, fault.Forbidden)
	hits, _ := k.names(admin, "person", query.Query{Draft: true})
	equal(t, "nothing was written", len(hits), 0)
}

func TestStale(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id := k.create("person", obj{"name": "A"})
	k.update("person", id, obj{"name": "B", "pay": int64(5)}, content.Write{})
	_, err := k.Update(t.Context(), editor, k.typ("person"), id, obj{"name": "C"}, content.Write{IfMatch: 1})
	wantCode(t, err, fault.Stale)
	equal(t, "fields that she may read", fault.As(err).Details["fields"], []string{"name"})
	equal(t, "rev", fault.As(err).Details["rev"], 2)
	if _, err := k.Update(t.Context(), editor, k.typ("person"), id, obj{"name": "C"}, content.Write{IfMatch: 2}); err != nil {
		t.Error(err)
	}
	for name, do := range map[string]func(o content.Write) error{
		"publish": func(o content.Write) error {
			_, err := k.Publish(t.Context(), editor, k.typ("person"), id, o)
			return err
		},
		"unpublish": func(o content.Write) error {
			_, err := k.Unpublish(t.Context(), editor, k.typ("person"), id, o)
			return err
		},
		"discard": func(o content.Write) error {
			_, err := k.Discard(t.Context(), editor, k.typ("person"), id, o)
			return err
		},
		"delete": func(o content.Write) error { return k.Delete(t.Context(), editor, k.typ("person"), id, o) },
		"version": func(o content.Write) error {
			_, err := k.RestoreVersion(t.Context(), editor, k.typ("person"), id, 1, o)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { wantCode(t, do(content.Write{IfMatch: 1}), fault.Stale) })
	}
	wantCode(t, k.Delete(t.Context(), public, k.typ("person"), id, content.Write{IfMatch: 1}), fault.Forbidden)
	// What is gone is deleted already, whatever revision was meant.
	if err := k.Delete(t.Context(), editor, k.typ("person"), id, content.Write{}); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{id, "nothing"} {
		if err := k.Delete(t.Context(), editor, k.typ("person"), gone, content.Write{IfMatch: 1}); err != nil {
			t.Error(err)
		}
	}
	_, err = k.Update(t.Context(), editor, k.typ("person"), id, obj{}, content.Write{IfMatch: 1})
	wantCode(t, err, fault.NotFound)
	_, err = k.Restore(t.Context(), editor, k.typ("person"), id, content.Write{IfMatch: 1})
	wantCode(t, err, fault.Stale)
}

// A write that may be merged and names a hidden field is refused in the same way whether others have
// changed that field or not.
func TestMergeTellsNothingOfHiddenFields(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id := k.create("person", obj{"name": "A", "pay": int64(1)})
	k.update("person", id, obj{"badge": "7"}, content.Write{})
	refused := func() error {
		_, err := k.Update(t.Context(), editor, k.typ("person"), id, obj{"pay": int64(3)}, content.Write{Draft: true, IfMatch: 1, Merge: true})
		return err
	}
	same := refused()
	wantCode(t, same, fault.Invalid)
	k.update("person", id, obj{"pay": int64(2)}, content.Write{})
	equal(t, "after a change", show(refused()), show(same))
}

func TestUnchanged(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id := k.create("project", obj{"title": "A", "phase": "planned", "tags": list{"x"}, "seo": obj{"text": "s"}})
	for _, changes := range []obj{{}, {"title": "A"}, {"title": " A "}, {"tags": list{"x"}, "seo": obj{"text": "s", "words": nil}}, {"slug": "a"}, {"startYear": nil}} {
		if saved := k.update("project", id, changes, content.Write{}); saved.Rev != 1 {
			t.Errorf("%v made revision %d", changes, saved.Rev)
		}
	}
	for range 2 {
		if saved, err := k.Publish(t.Context(), editor, k.typ("project"), id, content.Write{}); err != nil || saved.Rev != 1 {
			t.Errorf("publish: %d %v", saved.Rev, err)
		}
		if saved, err := k.Discard(t.Context(), editor, k.typ("project"), id, content.Write{}); err != nil || saved.Rev != 1 {
			t.Errorf("discard: %d %v", saved.Rev, err)
		}
	}
	versions, err := k.History(t.Context(), editor, k.typ("project"), id, "")
	if err != nil || len(versions) != 1 {
		t.Errorf("history has %d: %v", len(versions), err)
	}
}
