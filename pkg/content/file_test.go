package content_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
)

// fileTypes hold files in every way in which an entry can.
func fileTypes() fstest.MapFS {
	fields := `"required": ["title"],
		"properties": {
			"title": {"type": "string", "title": "Titel"},
			"body": {"type": "string", "title": "Text", "contentMediaType": "text/html"},
			"any": {"title": "Datei", "x-asset": {}},
			"image": {"title": "Bild", "x-asset": {"accept": ["image/*"]}},
			"short": {"title": "Kurz", "x-asset": {"accept": ["text/plain"], "maxBytes": 3}},
			"list": {"type": "array", "title": "Liste", "x-asset": {}},
			"secret": {"title": "Geheim", "x-asset": {}, "x-access": {"read": ["admin"]}},
			"place": {"type": "object", "title": "Ort", "properties": {"plan": {"title": "Plan", "x-asset": {}}}},
			"rows": {"type": "array", "title": "Zeilen", "items": {"type": "object", "properties": {"image": {"title": "Bild", "x-asset": {"accept": ["image/*"]}}}}}
		}`
	return fstest.MapFS{
		"page.json": schemaFile("page", `"x-type": {"plural": "pages", "display": "title", "public": true, "locales": ["de", "en"]},`+fields),
		"memo.json": schemaFile("memo", `"x-type": {"plural": "memos", "display": "title"},`+fields),
	}
}

// reads tells whether a caller gets at a file, both by its key and by its id.
func (k *kit) reads(c auth.Caller, f asset.File) bool {
	k.Helper()
	_, byKey := k.FileByKey(k.Context(), c, f.Key)
	_, byID := k.File(k.Context(), c, f.ID)
	for _, err := range []error{byKey, byID} {
		if err != nil && !fault.Is(err, fault.NotFound) {
			k.Errorf("reading %s: %v", f.Name, err)
		}
	}
	if (byKey == nil) != (byID == nil) {
		k.Errorf("%s is read by key (%v) and not by id (%v), or the other way round", f.Name, byKey, byID)
	}
	return byKey == nil
}

func TestWhoReadsFiles(t *testing.T) {
	t.Parallel()
	k := newKitOf(t, fileTypes())
	link := func(f asset.File) string { return fmt.Sprintf(`<p><a href="/files/%s/x.txt">x</a></p>`, f.Key) }
	image := func(f asset.File) string {
		return fmt.Sprintf(`<p><img src="https://a.example/cms/files/%s/x.png"></p>`, f.Key)
	}
	for _, c := range []struct {
		name  string
		typ   string
		draft bool
		value func(asset.File) obj
		open  bool
	}{
		{"nowhere", "page", false, func(asset.File) obj { return obj{} }, false},
		{"a published field", "page", false, func(f asset.File) obj { return obj{"any": f.ID} }, true},
		{"a published list", "page", false, func(f asset.File) obj { return obj{"list": list{f.ID}} }, true},
		{"a published object", "page", false, func(f asset.File) obj { return obj{"place": obj{"plan": f.ID}} }, true},
		{"a published link", "page", false, func(f asset.File) obj { return obj{"body": link(f)} }, true},
		{"a published image in a text", "page", false, func(f asset.File) obj { return obj{"body": image(f)} }, true},
		{"a key in a text that is no link", "page", false, func(f asset.File) obj { return obj{"body": "<p>/files/" + f.Key + "/x</p>"} }, false},
		{"a field that only admins read", "page", false, func(f asset.File) obj { return obj{"secret": f.ID} }, false},
		{"a draft", "page", true, func(f asset.File) obj { return obj{"any": f.ID} }, false},
		{"a draft's text", "page", true, func(f asset.File) obj { return obj{"body": link(f)} }, false},
		{"a type that the public does not read", "memo", false, func(f asset.File) obj { return obj{"any": f.ID} }, false},
	} {
		f := k.upload(editor, "x.txt", "x")
		changes := c.value(f)
		changes["title"] = c.name
		saved, err := k.Create(t.Context(), admin, k.typ(c.typ), changes, content.Write{Draft: c.draft})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := k.reads(public, f); got != c.open {
			t.Errorf("%s: the public reads it: %v", c.name, got)
		}
		if !k.reads(editor, f) || !k.reads(admin, f) {
			t.Errorf("%s: those who look after files do not read it", c.name)
		}
		if k.reads(auth.Caller{}, f) {
			t.Errorf("%s: nobody reads it", c.name)
		}
		if _, err := k.Unpublish(t.Context(), admin, k.typ(c.typ), saved.DocumentID, content.Write{}); err != nil {
			t.Fatal(err)
		}
		if k.reads(public, f) {
			t.Errorf("%s: the public reads it after it was unpublished", c.name)
		}
	}
}

// TestOneReadableUserIsEnough among many that are not.
func TestOneReadableUserIsEnough(t *testing.T) {
	t.Parallel()
	k := newKitOf(t, fileTypes())
	f := k.upload(editor, "x.txt", "x")
	for i := range 45 {
		if _, err := k.Create(t.Context(), admin, k.typ("page"), obj{"title": fmt.Sprint(i), "secret": f.ID}, content.Write{}); err != nil {
			t.Fatal(err)
		}
	}
	if k.reads(public, f) {
		t.Error("the public reads what only a closed field holds")
	}
	k.create("page", obj{"title": "open", "any": f.ID})
	if !k.reads(public, f) {
		t.Error("the public does not read what an open field holds too")
	}
}

func TestFilesOfAWrite(t *testing.T) {
	t.Parallel()
	k := newKitOf(t, fileTypes())
	text, long := k.upload(editor, "a.png", "abc"), k.upload(editor, "b.txt", "abcd") // a name makes no image
	svg := k.upload(editor, "c.svg", `<svg xmlns="http://www.w3.org/2000/svg"></svg>`)
	if svg.Type != "image/svg+xml" {
		t.Fatalf("the SVG is taken for %s", svg.Type)
	}
	for _, c := range []struct {
		name    string
		changes obj
		path    string
		code    string
	}{
		{"there", obj{"any": text.ID, "list": list{long.ID, text.ID}, "short": text.ID}, "", ""},
		{"not there", obj{"any": int64(99)}, "any", "no_target"},
		{"not there in a list", obj{"list": list{text.ID, int64(98)}}, "list.1", "no_target"},
		{"not there in an object", obj{"place": obj{"plan": int64(97)}}, "place.plan", "no_target"},
		{"not there in a list of objects", obj{"rows": list{obj{}, obj{"image": int64(96)}}}, "rows.1.image", "no_target"},
		{"text for an image", obj{"image": text.ID}, "image", "media_type"},
		{"SVG for an image", obj{"image": svg.ID}, "image", "media_type"},
		{"text for an image in an object", obj{"rows": list{obj{"image": text.ID}}}, "rows.0.image", "media_type"},
		{"too long", obj{"short": long.ID}, "short", "too_large"},
	} {
		for _, draft := range []bool{true, false} {
			c.changes["title"] = c.name
			_, err := k.Create(t.Context(), editor, k.typ("page"), c.changes, content.Write{Draft: draft})
			if c.code == "" {
				if err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
				continue
			}
			f := fault.As(err)
			if !fault.Is(err, fault.Invalid) || len(f.Fields) != 1 || f.Fields[0].Code != c.code || strings.Join(f.Fields[0].Path, ".") != c.path ||
				!strings.HasPrefix(f.Fields[0].German, "„") {
				t.Errorf("%s: %v %+v", c.name, err, f.Fields)
			}
		}
	}
	_, err := k.Create(t.Context(), editor, k.typ("page"), obj{"title": int64(3), "any": int64(99), "short": long.ID}, content.Write{})
	if f := fault.As(err); len(f.Fields) != 3 {
		t.Errorf("not every wrong field is named: %+v", f.Fields)
	}
}

// TestWithoutFiles: a service that has no files takes none.
func TestWithoutFiles(t *testing.T) {
	t.Parallel()
	k := newKitOf(t, fileTypes())
	set, err := load(fileTypes())
	if err != nil {
		t.Fatal(err)
	}
	s, err := content.New(t.Context(), k.st, set, content.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create(t.Context(), editor, k.typ("page"), obj{"title": "x", "any": int64(1)}, content.Write{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a file was taken: %v", err)
	}
	if _, err := s.FileByKey(t.Context(), admin, "x"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a file was found: %v", err)
	}
}

func TestDeleteFile(t *testing.T) {
	t.Parallel()
	k := newKitOf(t, fileTypes())
	used, linked, free := k.upload(editor, "a", "a"), k.upload(editor, "b", "b"), k.upload(editor, "c", "c")
	id := k.draft("page", obj{"title": "Seite", "rows": list{obj{}}, "any": used.ID, "body": `<p><a href="/files/` + linked.Key + `/b">b</a></p>`})
	for _, f := range []asset.File{used, linked} {
		_, err := k.DeleteFile(t.Context(), editor, f.ID)
		if !fault.Is(err, fault.Conflict) || fault.As(err).Details["count"] != 1 || !strings.Contains(fmt.Sprint(fault.As(err).Details["usedBy"]), id) {
			t.Errorf("a file in use: %v %v", err, fault.As(err).Details)
		}
		uses, err := k.FileUses(t.Context(), editor, f.ID)
		if err != nil || len(uses) != 1 || uses[0].DocumentID != id || !uses[0].Draft || uses[0].Published {
			t.Errorf("where used: %+v, %v", uses, err)
		}
	}
	if _, err := k.DeleteFile(t.Context(), public, free.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the public deletes: %v", err)
	}
	if _, err := k.FileUses(t.Context(), public, free.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the public asks where used: %v", err)
	}
	if _, err := k.DeleteFile(t.Context(), editor, 99); !fault.Is(err, fault.NotFound) {
		t.Errorf("what is not there: %v", err)
	}
	if f, err := k.DeleteFile(t.Context(), editor, free.ID); err != nil || f.ID != free.ID {
		t.Errorf("a free file: %v", err)
	}
	k.update("page", id, obj{"any": nil, "body": nil}, content.Write{Draft: true})
	for _, f := range []asset.File{used, linked} {
		if _, err := k.DeleteFile(t.Context(), editor, f.ID); err != nil {
			t.Errorf("after the entry let go: %v", err)
		}
	}
}

// TestAFileThatIsGone, as the restoring of an old version can leave it, reads as absent, keeps nobody from editing the rest, and is
// listed for repair.
func TestAFileThatIsGone(t *testing.T) {
	t.Parallel()
	k := openKit(t, newPath(t), fileTypes())
	gone, stays := k.upload(editor, "a", "a"), k.upload(editor, "b", "b")
	id := k.create("page", obj{"title": "Seite", "any": gone.ID, "list": list{gone.ID, stays.ID}})
	if err := k.files.Remove(t.Context(), editor, gone.ID); err != nil {
		t.Fatal(err)
	}
	e, err := k.Get(t.Context(), public, k.typ("page"), id, query.Query{Populate: []query.Populate{{Path: "any"}, {Path: "list"}}})
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := e.Attributes.Get("any"); v != nil {
		t.Errorf("a file that is gone shows as %v", v)
	}
	v, _ := e.Attributes.Get("list")
	if files, _ := v.([]content.File); len(files) != 1 || files[0].ID != stays.ID {
		t.Errorf("a list with a file that is gone shows as %v", v)
	}
	k.update("page", id, obj{"title": "Neu"}, content.Write{})
	breaches, err := k.Verify(t.Context())
	if err != nil || len(breaches) != 1 || !strings.Contains(breaches[0], "files [1]") {
		t.Errorf("for repair: %q, %v", breaches, err)
	}
	k.update("page", id, obj{"any": nil, "list": list{stays.ID}}, content.Write{})
	k.verify()
}

func TestPopulateFiles(t *testing.T) {
	t.Parallel()
	k := newKitOf(t, fileTypes())
	a, b := k.upload(editor, "a.txt", "a"), k.upload(editor, "b.txt", "b")
	id := k.create("page", obj{"title": "Seite", "any": a.ID, "list": list{b.ID, a.ID}, "place": obj{"plan": b.ID}, "rows": list{obj{}}})
	get := func(p ...query.Populate) (*content.Entry, error) {
		return k.Get(t.Context(), public, k.typ("page"), id, query.Query{Populate: p})
	}
	e, err := get(query.Populate{Path: "any", Fields: []string{"url"}}, query.Populate{Path: "list"}, query.Populate{Path: "image"},
		query.Populate{Path: "place", Populate: []query.Populate{{Path: "plan"}}}, query.Populate{Path: "rows", Populate: []query.Populate{{Path: "*"}}})
	if err != nil {
		t.Fatal(err)
	}
	one, _ := e.Attributes.Get("any")
	many, _ := e.Attributes.Get("list")
	none, _ := e.Attributes.Get("image")
	if f, ok := one.(content.File); !ok || f.ID != a.ID || f.Name != "a.txt" || fmt.Sprint(f.Fields) != "[url]" {
		t.Errorf("one file is %v", one)
	}
	if l, ok := many.([]content.File); !ok || len(l) != 2 || l[0].ID != b.ID || l[1].ID != a.ID {
		t.Errorf("several files are %v", many)
	}
	if none != nil {
		t.Errorf("no file is %v", none)
	}
	place, _ := e.Attributes.Get("place")
	if inner, ok := place.(content.Attributes); !ok {
		t.Errorf("the object is %v", place)
	} else if f, _ := inner.Get("plan"); f.(content.File).ID != b.ID {
		t.Errorf("the file of the object is %v", f)
	}
	for _, p := range []query.Populate{
		{Path: "any", Fields: []string{"sha256"}}, {Path: "any", Populate: []query.Populate{{Path: "related"}}}, {Path: "secret"},
		{Path: "any", Sort: []query.Order{{Path: "name"}}}, {Path: "list", Filter: query.Where("name", query.Eq, "a")},
	} {
		if _, err := get(p); !fault.Is(err, fault.Invalid) {
			t.Errorf("populate %+v: %v", p, err)
		}
	}
}
