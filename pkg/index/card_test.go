package index_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"kontor/pkg/asset"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/index"
	"kontor/pkg/schema"
	"kontor/pkg/search"
	"kontor/schemas"
)

// cardTypes have each sort of field that a card shows, under names of their own.
func cardTypes(t *testing.T) *schema.Set {
	t.Helper()
	const head = `{"$schema": "meta/content-type.json", "$id": %q, "title": "x", "type": "object", "x-type": %s, "properties": {%s}}`
	file := func(id, typ, fields string) *fstest.MapFile {
		return &fstest.MapFile{Data: fmt.Appendf(nil, head, id, typ, fields)}
	}
	const title = `"title": {"type": "string", "title": "x", "maxLength": 100%s}, "slug": {"type": "string", "title": "x", "format": "slug"}`
	set, err := schema.Load(fstest.MapFS{
		"paper.json": file("paper", `{"plural": "papers", "display": "title", "slug": "title", "path": "/papiere/{slug}", "locales": ["de", "en"], "public": true}`,
			fmt.Sprintf(title, `, "x-search": {"weight": 10}`)+`,
			"cover": {"title": "x", "x-asset": {"accept": ["image/*"]}},
			"scan": {"title": "x", "x-asset": {"accept": ["application/pdf", "text/*"]}},
			"draftScan": {"title": "x", "x-asset": {}, "x-access": {"read": ["editor", "admin"]}},
			"pictures": {"type": "array", "title": "x", "x-asset": {"accept": ["image/*"]}},
			"source": {"type": "string", "title": "x", "format": "uri"},
			"approved": {"type": "string", "title": "x", "format": "date", "x-search": {"sort": true}},
			"released": {"type": "string", "title": "x", "format": "date", "x-search": {"facet": true}},
			"state": {"title": "x", "oneOf": [{"const": "new", "title": "neu"}], "x-search": {"facet": true}},
			"sort": {"title": "x", "oneOf": [{"const": "law", "title": "Gesetz", "x-titles": {"en": "law"}}], "x-search": {"facet": true, "weight": 2}}`),
		"shelf.json": file("shelf", `{"plural": "shelves", "display": "title", "slug": "title", "path": "/regale/{slug}", "public": true}`, fmt.Sprintf(title, "")),
		"start.json": file("start", `{"single": true, "display": "title", "public": true}`, `"title": {"type": "string", "title": "x", "x-search": {"weight": 1}}`),
	}, schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func (k *kit) upload(name string, data []byte, facts asset.Facts) asset.File {
	k.Helper()
	f, err := k.files.Upload(k.Context(), admin, bytes.NewReader(data), asset.Info{Name: name, Facts: facts})
	if err != nil {
		k.Fatal(err)
	}
	return f
}

// TestCards: a hit carries what a card shows, in the index of its type and in that of all, and
// follows the file.
func TestCards(t *testing.T) {
	k := openKitOf(t, filepath.Join(t.TempDir(), "kontor.db"), openEngine(t, t.TempDir()), cardTypes(t)).follow(index.Following{}).ready()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 800, 400))); err != nil {
		t.Fatal(err)
	}
	cover := k.upload("Titel, Seite 1.png", picture.Bytes(), asset.Facts{Alt: "Ein grauer Umschlag", Credit: "Stadt Ahlen"})
	scan := k.upload("Gesetz.pdf", []byte("%PDF-1.4\n<</Type/Pages/Count 3>>\n%%EOF\n"), asset.Facts{})
	secret := k.upload("intern.txt", []byte("nicht für alle"), asset.Facts{})
	k.create("paper", obj{"title": "Kommunalgesetz", "cover": cover.ID, "scan": scan.ID, "draftScan": secret.ID, "pictures": list{cover.ID}, "source": "https://gesetze.example/1",
		"approved": "2025-12-31", "released": "2026-01-31", "state": "new", "sort": "law"})
	k.create("paper", obj{"title": "Ohne alles"})
	k.settled()

	own := k.hits(search.Query{Index: "papers", Text: "Kommunalgesetz", Limit: 1})[0].Attributes
	all := k.hits(search.Query{Index: "all", Text: "Kommunalgesetz", Limit: 1})[0].Attributes
	bare := k.hits(search.Query{Index: "papers", Text: "alles", Limit: 1})[0].Attributes
	address := "/files/" + cover.Key + "/Titel%2C%20Seite%201.png"
	var srcset []string
	for _, v := range cover.Variants {
		if strings.HasSuffix(v.Name, "-webp") { // the same width again
			continue
		}
		srcset = append(srcset, fmt.Sprintf("%s?format=%s %dw", address, v.Name, v.Width))
	}
	if len(srcset) < 2 {
		t.Fatalf("an image of 800 pixels has the variants %v", cover.Variants)
	}
	facts := obj{
		"url": address, "alternativeText": "Ein grauer Umschlag", "credit": "Stadt Ahlen", "width": int64(800), "height": int64(400),
		"thumbnail": address + "?format=thumbnail", "srcset": strings.Join(append(srcset, address+" 800w"), ", "),
	}
	for name, want := range facts {
		if own["cover."+name] != want || all["image."+name] != want {
			t.Errorf("the image's %s is %v, and in all %v, want %v", name, own["cover."+name], all["image."+name], want)
		}
	}
	for name, want := range (obj{"url": "/files/" + scan.Key + "/Gesetz.pdf", "name": "Gesetz.pdf", "mime": "application/pdf", "sizeInBytes": scan.Size, "pages": int64(3)}) {
		if own["scan."+name] != want || all["file."+name] != want {
			t.Errorf("the file's %s is %v, and in all %v, want %v", name, own["scan."+name], all["file."+name], want)
		}
	}
	for name, want := range (obj{"url": "https://gesetze.example/1", "date": "2026-01-31", "date_ts": int64(1769817600), "kind": "Gesetz", "kind_id": "law", "path": "/papiere/kommunalgesetz"}) {
		if all[name] != want {
			t.Errorf("in all, %s is %v, want %v", name, all[name], want)
		}
	}
	if own["source"] != "https://gesetze.example/1" {
		t.Errorf("the address is %v", own["source"])
	}
	settings, err := k.search.Settings(t.Context(), "papers")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range settings.Attributes {
		if strings.HasPrefix(a.Name, "draftScan") || strings.HasPrefix(a.Name, "pictures") {
			t.Errorf("the public learns of %s", a.Name)
		}
	}
	for name := range bare {
		if strings.Contains(name, ".") {
			t.Errorf("an entry without files has %s", name)
		}
	}

	alt := "Ein weißer Umschlag"
	if _, err := k.files.Describe(t.Context(), admin, cover.ID, asset.Changes{Alt: &alt}); err != nil {
		t.Fatal(err)
	}
	for index, attribute := range map[string]string{"papers": "cover.alternativeText", "all": "image.alternativeText"} {
		soon(t, index+" has the new alternative text", func() bool {
			return k.hits(search.Query{Index: index, Text: "Kommunalgesetz", Limit: 1})[0].Attributes[attribute] == alt
		})
	}
	k.settled().clean()
}

// TestNoIndexOfType: of types without x-search and of single ones it is said why they have none.
func TestNoIndexOfType(t *testing.T) {
	k := openKitOf(t, filepath.Join(t.TempDir(), "kontor.db"), openEngine(t, t.TempDir()), cardTypes(t))
	for name, want := range map[string]string{
		"shelves": "The type `shelf` has no field with `x-search`, so it is not searched; its entries are listed at `/api/shelves`.",
		"start":   "The type `start` has one entry only, which is read at `/api/start`.",
	} {
		_, err := k.search.Settings(t.Context(), name)
		if got, _ := fault.As(err).Details[index.Why].(string); !fault.Is(err, fault.NotFound) || got != want {
			t.Errorf("%s: %v, %q, want %q", name, err, got, want)
		}
	}
}

// TestFileMarks: the mark of a changed file stays until the entries that show it are marked, and
// while it goes on changing.
func TestFileMarks(t *testing.T) {
	k := openKitOf(t, filepath.Join(t.TempDir(), "kontor.db"), openEngine(t, t.TempDir()), cardTypes(t))
	ctx := t.Context()
	f := k.upload("a.txt", []byte("Text"), asset.Facts{})
	shown := k.create("paper", obj{"title": "Mit", "scan": f.ID})
	k.create("paper", obj{"title": "Ohne"})
	k.write("paper", k.create("paper", obj{"title": "Entwurf"}), obj{"scan": f.ID}, content.Write{Draft: true})
	want := func() int64 {
		t.Helper()
		marks, err := k.content.MarksOf(ctx, k.typ("paper"), shown)
		if err != nil || len(marks) != 1 {
			t.Fatalf("%v, %v", marks, err)
		}
		return marks[0].Want
	}
	spread := func() int {
		t.Helper()
		n, err := k.content.SpreadFiles(ctx, 10)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := want()
	if n := spread(); n != 0 {
		t.Errorf("%d files are marked that nobody has changed", n)
	}
	for _, alt := range []string{"eins", "zwei"} {
		if _, err := k.files.Describe(ctx, admin, f.ID, asset.Changes{Alt: &alt}); err != nil {
			t.Fatal(err)
		}
	}
	marks, err := k.files.Marks(ctx, 10)
	if err != nil || len(marks) != 1 || marks[0].Want != 2 {
		t.Fatalf("the marks are %v, %v", marks, err)
	}
	marks[0].Want = 1 // as it was listed before the second change
	if err := k.files.Settle(ctx, marks); err != nil {
		t.Fatal(err)
	}
	if n, after := spread(), want(); n != 1 || after != before+1 {
		t.Errorf("%d files have marked their users, and want went from %d to %d", n, before, after)
	}
	if n := spread(); n != 0 {
		t.Errorf("%d files are still marked", n)
	}
	total := 0
	list, err := k.content.Marks(ctx, k.typ("paper"), 100, false)
	for _, m := range list {
		if m.Want > 1 {
			total++
		}
	}
	if err != nil || total != 1 {
		t.Errorf("%d entries are marked again, %v: only the one whose public face shows the file should be", total, err)
	}
}
