package schema_test

import (
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"kontor/pkg/schema"
	"kontor/schemas"
)

// TestOverlay checks that a file over the shipped types stands in for the one of its name and that the others stay.
func TestOverlay(t *testing.T) {
	over := fstest.MapFS{
		"faq.json":  {Data: []byte(typ("faq", `"plural": "questions", "display": "question"`, "", `"question": {"type": "string", "title": "Frage"}`))},
		"tool.json": {Data: []byte(typ("tool", `"plural": "tools", "display": "name"`, "", `"name": {"type": "string", "title": "Name"}`))},
	}
	set, err := schema.Load(schema.Overlay(over, schemas.FS), schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	shipped, err := schema.Load(schemas.FS, schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(set.Types()); n != len(shipped.Types())+1 {
		t.Errorf("%d types, shipped are %d", n, len(shipped.Types()))
	}
	if f, _ := set.Type("faq"); f == nil || f.Plural != "questions" || len(f.Fields) != 1 {
		t.Errorf("faq %+v", f)
	}
	if p, _ := set.Type("project"); p == nil {
		t.Error("project is gone")
	}
	both := schema.Overlay(fstest.MapFS{"shared/own.json": {Data: []byte("{}")}}, schemas.FS)
	list, err := fs.ReadDir(both, "shared")
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	if err != nil || len(names) < 2 || !slices.Contains(names, "own.json") || !slices.IsSorted(names) {
		t.Errorf("shared %v, %v", names, err)
	}
	if _, err := fs.ReadDir(both, "none"); err == nil {
		t.Error("a folder that neither has is read")
	}
}
