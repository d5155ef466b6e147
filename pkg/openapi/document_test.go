package openapi_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"kontor/pkg/openapi"
	"kontor/pkg/schema"
	"kontor/pkg/value"
	"kontor/schemas"
)

// files are types whose names get into each other's way, and one field that stays hidden with all that hangs on it.
func files() fstest.MapFS {
	return fstest.MapFS{
		"note.json": {Data: []byte(`{"$schema":"meta/content-type.json","$id":"note","title":"Notiz","type":"object","x-type":{"plural":"notes","display":"title","public":true},
			"required":["title"],"properties":{"title":{"type":"string","title":"Titel"},
			"list":{"title":"Liste","oneOf":[{"const":"a","title":"A"},{"const":"b","title":"B"}]},
			"hidden":{"title":"Verborgen","oneOf":[{"const":"covert","title":"Heimlich"}]},
			"inside":{"type":"object","title":"Innen","properties":{"secret":{"type":"string","title":"Tief"}}},
			"list2":{"title":"Ziel","x-relation":{"to":"note-list"}}}}`)},
		"note-list.json": {Data: []byte(`{"$schema":"meta/content-type.json","$id":"note-list","title":"Zettel","type":"object","x-type":{"plural":"note-lists","display":"title"},
			"required":["title"],"properties":{"title":{"type":"string","title":"Titel"}}}`)},
		"role.json": {Data: []byte(`{"$schema":"meta/content-type.json","$id":"role","title":"Rolle","type":"object","x-type":{"plural":"job-roles","display":"title","public":true},
			"required":["title"],"properties":{"title":{"type":"string","title":"Titel"}}}`)},
	}
}

func types(t *testing.T) *schema.Set {
	t.Helper()
	set, err := schema.Load(files(), schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func view(t *testing.T, set *schema.Set, id string, fields ...string) openapi.View {
	t.Helper()
	typ, ok := set.Type(id)
	if !ok {
		t.Fatalf("no type %s", id)
	}
	return openapi.View{Type: typ, Shown: fields, Listed: fields, Create: fields, Update: fields, Deletes: true}
}

func operations() []openapi.Operation {
	return []openapi.Operation{
		{Method: "GET", Path: "/api/:type", Each: openapi.Find}, {Method: "POST", Path: "/api/:type", Each: openapi.Create},
		{Method: "GET", Path: "/api/:type/:id", Each: openapi.Get}, {Method: "PUT", Path: "/api/:type/:id", Each: openapi.Change},
		{Method: "GET", Path: "/manage/roles/:name", ID: "getRole", Tag: "roles", Summary: "x", Answer: openapi.Answer{Schema: openapi.Ref("Role")}},
	}
}

func document(t *testing.T, views ...openapi.View) (value.Object, string) {
	t.Helper()
	doc := openapi.Document(openapi.Source{Types: views, Operations: operations(), Schemas: value.Object{
		"Role": value.Object{"type": "object"}, "Error": value.Object{}, "Problem": value.Object{}, "Pagination": value.Object{}, "WriteMeta": value.Object{}, "LinkTarget": value.Object{},
		"Link": value.Object{}, "Links": value.Object{},
	}})
	return doc, string(value.Append(nil, doc))
}

func TestNothingHiddenIsNamed(t *testing.T) {
	set := types(t)
	_, all := document(t, view(t, set, "note", "title", "list", "hidden", "inside", "list2"), view(t, set, "note-list", "title"))
	_, some := document(t, view(t, set, "note", "title", "list", "list2"))
	for _, name := range []string{"hidden", "Verborgen", "covert", "Heimlich", "secret", "Innen", "note-list", "Zettel"} {
		if !strings.Contains(all, name) {
			t.Errorf("the whole document has no %s", name)
		}
		if strings.Contains(some, name) {
			t.Errorf("%s is named to somebody who may not read it", name)
		}
	}
}

// Two things never share a name, and every reference leads somewhere.
func TestNames(t *testing.T) {
	set := types(t)
	doc, text := document(t, view(t, set, "note", "title", "list", "list2"), view(t, set, "note-list", "title"), view(t, set, "role", "title"))
	components := doc["components"].(value.Object)["schemas"].(value.Object)
	for name, s := range components {
		if s == nil {
			t.Errorf("%s is empty", name)
		}
	}
	for part := range strings.SplitSeq(text, `"#/components/`) {
		kind, rest, ok := strings.Cut(part, "/")
		name, _, closed := strings.Cut(rest, `"`)
		group, known := doc["components"].(value.Object)[kind].(value.Object)
		if ok && closed && known && group[name] == nil {
			t.Errorf("nothing is called %s among the %s", name, kind)
		}
	}
	// note has a list of its notes, an enum "list", and a type called note-list beside it; role is taken by the roles of /manage.
	var found []string
	for name := range components {
		if strings.HasPrefix(name, "NoteList") || strings.HasPrefix(name, "Role") {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	for _, want := range []string{"NoteList", "NoteList2", "NoteList3", "Role", "Role2", "Role2List"} {
		if !slices.Contains(found, want) {
			t.Errorf("no %s among %v", want, found)
		}
	}
	if role := components["Role"].(value.Object); role["properties"] != nil {
		t.Errorf("Role is no longer the one of /manage: %v", role)
	}
}

// A document is made of the same bytes each time: its ETag depends on it.
func TestDeterministic(t *testing.T) {
	set := types(t)
	make := func() string {
		_, text := document(t, view(t, set, "note", "title", "list", "list2"), view(t, set, "note-list", "title"), view(t, set, "role", "title"))
		return text
	}
	first := make()
	for range 20 {
		if make() != first {
			t.Fatal("two documents of the same differ")
		}
	}
}

func TestPaths(t *testing.T) {
	for path, want := range map[string][]string{
		"/healthz":              {"/healthz"},
		"/manage/roles/:name":   {"/manage/roles/{name}"},
		"/files/:key/:name?":    {"/files/{key}", "/files/{key}/{name}"},
		"/a/:b/c/:d/e":          {"/a/{b}/c/{d}/e"},
		"/manage/trash/:type/x": {"/manage/trash/{type}/x"},
	} {
		if got := openapi.Paths(path); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}
