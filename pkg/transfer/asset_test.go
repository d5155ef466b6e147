package transfer

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"kontor/pkg/asset"
	"kontor/pkg/value"
)

func papers() fs.FS {
	return fstest.MapFS{
		"a.txt":            {Data: []byte("Vertrag A")},
		"alt/b; \"b\".txt": {Data: []byte("Vertrag B")},
		"long.txt":         {Data: []byte(strings.Repeat("zu lang ", 200))},
		"empty.txt":        {},
	}
}

// files lists the files that there are, by name.
func (k *kit) files() map[string]asset.File {
	k.Helper()
	list, _, err := k.svc.Files().List(k.Context(), caller(), asset.Query{Limit: 100})
	if err != nil {
		k.Fatal(err)
	}
	out := map[string]asset.File{}
	for _, f := range list {
		if _, twice := out[f.Name]; twice {
			k.Errorf("%s is there twice", f.Name)
		}
		out[f.Name] = f
	}
	return out
}

// Rows bring files in by their paths, each once, and what is the same stays as it is.
func TestFilesComeIn(t *testing.T) {
	k := newKit(t, own())
	o := Options{Key: "slug", Files: papers(), Publish: true}
	rows := `{"slug": "a", "name": "A", "file": {"path": "./a.txt", "name": "Vertrag.txt", "licence": "CC0"}, "others": ["alt/b; \"b\".txt", {"path": "long.txt", "alternativeText": "Lang"}]}
{"slug": "b", "name": "B", "file": "alt\\b; \"b\".txt", "parts": [{"label": "x", "plan": "a.txt"}]}
`
	k.is(k.good("paper", NDJSON, rows, o), 2, 0, 0, 0)
	files := k.files()
	if len(files) != 3 || files["Vertrag.txt"].Facts.Licence != "CC0" || files["long.txt"].Facts.Alt != "Lang" || files[`b; "b".txt`].ID == 0 {
		t.Errorf("files: %v", files)
	}
	k.is(k.good("paper", NDJSON, rows, o), 0, 0, 2, 0)
	if again := k.files(); len(again) != 3 {
		t.Errorf("the same files once more: %v", again)
	}
	other := `{"slug": "a", "name": "A", "file": {"path": "a.txt", "licence": "CC BY 4.0"}}`
	dry := o
	dry.DryRun = true
	k.is(k.good("paper", NDJSON, other, dry), 0, 1, 0, 0)
	if k.files()["Vertrag.txt"].Facts.Licence != "CC0" {
		t.Error("a dry run wrote")
	}
	k.is(k.good("paper", NDJSON, other, o), 0, 1, 0, 0)
	if f := k.files()["Vertrag.txt"]; f.Facts.Licence != "CC BY 4.0" || f.ID != files["Vertrag.txt"].ID {
		t.Errorf("said of the file: %+v", f)
	}
	k.is(k.good("paper", CSV, "slug,name,file,others\na,A,a.txt,\n", o), 0, 1, 0, 0)
	if got := k.entries("paper", "")["A"]; got["others"] != nil || got["file"] != files["Vertrag.txt"].ID {
		t.Errorf("A: %v", got)
	}
}

// A file that can't be had is a problem of its row, and a row that does not go in leaves no file behind.
func TestFilesThatDoNotComeIn(t *testing.T) {
	k := newKit(t, own())
	for _, c := range []struct{ name, file, want string }{
		{"missing", `"none.txt"`, "can't be read"},
		{"directory", `"alt"`, "it is no file"},
		{"outside", `"../a.txt"`, "does not lie in the directory"},
		{"rooted", `"/a.txt"`, "does not lie in the directory"},
		{"empty", `"empty.txt"`, "not taken: The file is empty"},
		{"too long for the field", `"long.txt"`, "at most 1000 bytes"},
		{"what nobody says", `{"path": "a.txt", "colour": "red"}`, "colour is nothing that is said"},
		{"no text", `{"path": "a.txt", "credit": 5}`, "credit is nothing that is said"},
		{"no path", `{"name": "a.txt"}`, "by its id or its path"},
		{"facts", `{"path": "a.txt", "credit": "` + strings.Repeat("x", 600) + `"}`, "not taken"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, dry := range []bool{true, false} {
				result, bad := k.imports("paper", NDJSON, `{"name": "N", "others": ["a.txt"], "file": `+c.file+`}`, Options{Files: papers(), DryRun: dry})
				late := c.want == "at most 1000 bytes" || strings.Contains(c.want, "not taken")
				if dry && late && result.Failed == 0 {
					continue // what only the bytes tell is seen when they are taken in
				}
				if result.Failed != 1 || len(bad) != 1 || !strings.Contains(reasons(bad[0]), c.want) {
					t.Errorf("%+v %v, want %q", result, bad, c.want)
				}
			}
			if left := k.files(); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	_, bad := k.imports("paper", NDJSON, `{"name": "N", "file": "a.txt"}`, Options{})
	if len(bad) != 1 || !strings.Contains(reasons(bad[0]), "no directory of files") {
		t.Errorf("without a directory: %v", bad)
	}
}

// What is exported with its files makes an equal store of an empty one, and changes nothing where it came from.
func TestFilesMove(t *testing.T) {
	from := newKit(t, own())
	from.good("paper", NDJSON, `{"name": "A", "file": {"path": "a.txt", "alternativeText": "Ein Vertrag"}, "others": ["a.txt", "alt/b; \"b\".txt"], "parts": [{"plan": "long.txt"}]}`,
		Options{Files: papers(), Publish: true})
	for _, f := range Formats() {
		t.Run(string(f), func(t *testing.T) {
			dir := t.TempDir()
			export := from.exports("paper", ExportOptions{Format: f, Dir: dir})
			o := Options{Key: documentID, Files: os.DirFS(dir), Publish: true}
			k := *from
			k.T = t
			k.is(k.good("paper", f, export, o), 0, 0, 1, 0)
			to := newKit(t, own())
			o.Key = ""
			to.is(to.good("paper", f, export, o), 1, 0, 0, 0)
			got := to.files()
			if len(got) != 3 {
				t.Errorf("files: %v", got)
			}
			if (f == NDJSON || f == JSON) && (got["a.txt"].Facts.Alt != "Ein Vertrag" || got[`b; "b".txt`].ID == 0) {
				t.Errorf("what is said of them: %v", got)
			}
			if err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() && strings.HasPrefix(filepath.Base(path), ".") {
					t.Errorf("left half written: %s", path)
				}
				return err
			}); err != nil {
				t.Error(err)
			}
		})
	}
	// Without a directory files have their numbers, which are good in this store.
	id := from.files()["a.txt"].ID
	export := from.exports("paper", ExportOptions{Format: NDJSON})
	if !strings.Contains(export, `"file":`+string(value.Append(nil, id))+`,`) {
		t.Errorf("no number in %s", export)
	}
	from.is(from.good("paper", NDJSON, export, Options{Key: documentID, Publish: true}), 0, 0, 1, 0)
}
