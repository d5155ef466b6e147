package content_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"strings"
	"testing"
	"testing/fstest"

	"kontor/pkg/asset"
	"kontor/pkg/content"
	"kontor/pkg/fault"
)

// picture is an image without alternative text.
func (k *kit) picture(width int) asset.File {
	k.Helper()
	return k.upload(editor, "bild.png", pngText(k, width))
}

func pngText(k *kit, width int) string {
	k.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, 2))); err != nil {
		k.Fatal(err)
	}
	return b.String()
}

// warningTypes are those of files, with a list that warns of images without alternative text.
func warningTypes() fstest.MapFS {
	types := fileTypes()
	types["page.json"].Data = bytes.Replace(types["page.json"].Data, []byte(`"title": "Liste", "x-asset": {`),
		[]byte(`"title": "Liste", "x-asset": {"alt": "warn"`), 1)
	return types
}

// Each field says what it asks of images; a file that is no image, or a decorative one, needs no text.
func TestAltDuty(t *testing.T) {
	t.Parallel()
	types := warningTypes()
	text := string(types["page.json"].Data)
	text = strings.Replace(text, `"image": {"title": "Bild", "x-asset": {`, `"image": {"title": "Bild", "x-asset": {"alt": "required", `, 1)
	text = strings.Replace(text, `"x-asset": {"accept": ["image/*"]}}}}}`, `"x-asset": {"alt": "required"}}}}}`, 1)
	types["page.json"].Data = []byte(text)
	k := newKitOf(t, types)
	bare, plain := k.picture(3), k.upload(editor, "a.txt", "a")
	page := k.typ("page")
	write := func(values obj) (content.Saved, error) {
		values["title"] = "Seite"
		return k.Create(t.Context(), editor, page, values, content.Write{})
	}
	_, err := write(obj{"image": bare.ID})
	equal(t, "required", wrong(err), []string{"image alt"})
	_, err = write(obj{"rows": list{obj{"image": plain.ID}, obj{"image": bare.ID}}})
	equal(t, "required within", wrong(err), []string{"rows.1.image alt"})
	saved, err := write(obj{"any": bare.ID, "list": list{plain.ID, bare.ID}})
	if err != nil || len(saved.Warnings) != 1 || strings.Join(saved.Warnings[0].Path, ".") != "list.1" {
		t.Errorf("a field that warns: %+v, %v", saved.Warnings, err)
	}
	saved, err = k.Create(t.Context(), editor, page, obj{"title": "Entwurf", "image": bare.ID}, content.Write{Draft: true})
	if err != nil || len(saved.Warnings) > 0 {
		t.Errorf("a draft: %+v, %v", saved.Warnings, err)
	}
	_, err = k.Publish(t.Context(), editor, page, saved.DocumentID, content.Write{})
	equal(t, "published later", wrong(err), []string{"image alt"})
	yes, no, empty := true, false, ""
	if _, err := k.DescribeFile(t.Context(), editor, bare.ID, asset.Changes{Decorative: &yes}); err != nil {
		t.Fatal(err)
	}
	if saved, err = k.Publish(t.Context(), editor, page, saved.DocumentID, content.Write{}); err != nil || len(saved.Warnings) > 0 {
		t.Errorf("decorative: %+v, %v", saved.Warnings, err)
	}
	_, err = k.DescribeFile(t.Context(), editor, bare.ID, asset.Changes{Decorative: &no, Alt: &empty})
	wantCode(t, err, fault.Conflict)
}

// replaceFile gives a file new bytes and leaves its facts alone.
func (k *kit) replaceFile(id int64, text string) (asset.File, error) {
	e, err := k.files.PrepareEdition(k.Context(), editor, id, strings.NewReader(text))
	if err != nil {
		return asset.File{}, err
	}
	return k.ReplaceFile(k.Context(), editor, e, asset.Changes{})
}

// A file that changes is seen by search: its public users are marked. What a field does not take does not come in by an edition.
func TestChangedFileMarksUsers(t *testing.T) {
	t.Parallel()
	k := newKitOf(t, fileTypes())
	f := k.upload(editor, "a.txt", "a")
	shows := k.create("page", obj{"title": "Seite", "short": f.ID})
	k.create("page", obj{"title": "Andere"})
	k.draft("page", obj{"title": "Entwurf", "any": f.ID})
	name := "b.txt"
	for clause, change := range map[string]func() error{
		"described": func() error {
			_, err := k.DescribeFile(t.Context(), editor, f.ID, asset.Changes{Name: &name})
			return err
		},
		"replaced": func() error {
			_, err := k.replaceFile(f.ID, "bb")
			return err
		},
	} {
		k.settle()
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if n, err := k.SpreadFiles(t.Context(), 10); n != 1 || err != nil {
			t.Errorf("%s: %d files were spread, %v", clause, n, err)
		}
		if marks := k.marks("page"); len(marks) != 1 || marks[0].DocumentID != shows {
			t.Errorf("%s: marked are %+v", clause, marks)
		}
	}
	_, err := k.replaceFile(f.ID, "zu lang")
	var known *fault.Error
	if !errors.As(err, &known) || !strings.Contains(err.Error(), "short") && len(wrong(err)) == 0 {
		t.Errorf("too large for the field: %v", err)
	}
	now, err := k.files.File(t.Context(), f.ID)
	if err != nil || now.Edition != 2 {
		t.Errorf("%+v, %v", now, err)
	}
}

// The errors of bytes that fields do not take come in one order: those of the draft, then those of
// the published snapshot.
func TestReplaceFileReportsInOrder(t *testing.T) {
	t.Parallel()
	k := newKitOf(t, fstest.MapFS{"page.json": schemaFile("page", `"x-type": {"plural": "pages", "display": "title"},
		"properties": {
			"title": {"type": "string", "title": "Titel"},
			"short": {"title": "Kurz", "x-asset": {"maxBytes": 3}},
			"other": {"title": "Andere", "x-asset": {"maxBytes": 3}}
		}`)})
	f := k.upload(editor, "a.txt", "a")
	id := k.create("page", obj{"title": "Seite", "short": f.ID})
	k.update("page", id, obj{"short": nil, "other": f.ID}, content.Write{Draft: true})
	for range 20 {
		_, err := k.replaceFile(f.ID, "zu lang")
		var paths []string
		for _, wrong := range fault.As(err).Fields {
			paths = append(paths, strings.Join(wrong.Path, "."))
		}
		equal(t, "paths", paths, []string{"other", "short"})
	}
}

// Earlier editions are for callers who read a draft with the file.
func TestWhoReadsAsEditor(t *testing.T) {
	t.Parallel()
	k := newKitOf(t, fileTypes())
	f := k.upload(editor, "a", "a")
	k.create("page", obj{"title": "Seite", "any": f.ID})
	if !k.reads(public, f) {
		t.Error("the public does not read the file")
	}
	if err := k.ReadsAsEditor(t.Context(), editor, f); err != nil {
		t.Error(err)
	}
	wantCode(t, k.ReadsAsEditor(t.Context(), public, f), fault.NotFound)
	heic := k.upload(editor, "a.heic", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
	_, err := k.Create(t.Context(), editor, k.typ("page"), obj{"title": "Foto", "image": heic.ID}, content.Write{})
	equal(t, "a photo that keeps its place", wrong(err), []string{"image metadata"})
	if k.create("page", obj{"title": "Text", "body": `<p><a href="/files/` + heic.Key + `">x</a></p>`}); k.reads(public, heic) || !k.reads(editor, heic) {
		t.Error("a photo that keeps its place is public by a link")
	}
}
