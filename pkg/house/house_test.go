package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module is the import path of the repository's root.
const module = "kontor"

// tree is the repository as the rules see it.
type tree struct {
	top   []string // names at the top level
	files []*file
}

// file is one Go file.
type file struct {
	name string // from the root, with slashes
	pkg  string // its folder, from the root
	test bool   // what is built for tests only, suites included
	src  string
	set  *token.FileSet
	ast  *ast.File
}

// rule gives a line for each place that breaks it.
type rule struct {
	name  string
	check func(tree) []string
}

var rules = []rule{
	{"imports", importTable},
	{"drivers", noDriver},
	{"homes", libraryHomes},
	{"tests", noTestLibrary},
	{"chain", importChain},
	{"fiber", noFiberOutside},
	{"top", topLevel},
	{"comments", documented},
	{"names", wordsForNames},
	{"state", noInit},
	{"size", sizes},
	{"skips", noSilentSkip},
	{"notes", noNotes},
}

func TestHouse(t *testing.T) {
	tr := readTree(t, "../..")
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, line := range r.check(tr) {
				t.Error(line)
			}
		})
	}
	for _, line := range longest(tr, 5) {
		t.Log(line)
	}
}

func readTree(t *testing.T, root string) tree {
	t.Helper()
	var tr tree
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		tr.top = append(tr.top, e.Name())
	}
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if n := d.Name(); n == "testdata" || n == "node_modules" || n == "data" || name != root && strings.HasPrefix(n, ".") {
				return fs.SkipDir
			}
			if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil && name != root {
				return fs.SkipDir // a module of its own: a program that tests talk to
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		f, err := parse(filepath.ToSlash(rel), string(src))
		if err != nil {
			return err
		}
		tr.files = append(tr.files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.files) < 50 {
		t.Fatalf("only %d files were found", len(tr.files))
	}
	return tr
}

func parse(name, src string) (*file, error) {
	f := &file{name: name, pkg: path.Dir(name), src: src, set: token.NewFileSet()}
	var err error
	if f.ast, err = parser.ParseFile(f.set, name, src, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return nil, err
	}
	f.test = strings.HasSuffix(name, "_test.go") || strings.HasSuffix(f.pkg, "test")
	return f, nil
}

// at is a place in the file, as compilers write it.
func (f *file) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", f.name, f.set.Position(n.Pos()).Line)
}

// lines counts those of a node.
func (f *file) lines(n ast.Node) int {
	return f.set.Position(n.End()).Line - f.set.Position(n.Pos()).Line + 1
}

// imports lists the import paths of a file.
func (f *file) imports() []string {
	var out []string
	for _, s := range f.ast.Imports {
		out = append(out, strings.Trim(s.Path.Value, `"`))
	}
	return out
}

// own gives the folder of one of our packages from its import path.
func own(importPath string) (string, bool) { return strings.CutPrefix(importPath, module+"/") }

// packages lists the folders with Go files, and their files.
func (tr tree) packages() map[string][]*file {
	out := map[string][]*file{}
	for _, f := range tr.files {
		out[f.pkg] = append(out[f.pkg], f)
	}
	return out
}

// within tells whether a folder is the other or lies below it.
func within(dir, above string) bool { return dir == above || strings.HasPrefix(dir, above+"/") }

// TestRulesCatch plants each fault in a small tree and wants its rule to say so.
func TestRulesCatch(t *testing.T) {
	sound := map[string]string{
		"pkg/value/value.go": "// Package value is …\npackage value\n",
		"pkg/fault/fault.go": "// Package fault is …\npackage fault\n",
		"pkg/store/store.go": "// Package store is …\npackage store\n\nimport _ \"kontor/pkg/value\"\n",
	}
	if got := plant(t, sound, nil); len(got) > 0 {
		t.Errorf("a sound tree breaks rules: %q", got)
	}
	covered := map[string]bool{}
	for _, p := range planted() {
		covered[p.rule] = true
		t.Run(p.rule+" "+p.want, func(t *testing.T) {
			for _, line := range plant(t, p.files, p.top) {
				if strings.HasPrefix(line, p.rule+": ") && strings.Contains(line, p.want) {
					return
				}
			}
			t.Errorf("not noticed; what was: %q", plant(t, p.files, p.top))
		})
	}
	for _, r := range rules {
		if !covered[r.name] {
			t.Errorf("no fault is planted for %s", r.name)
		}
	}
}

func plant(t *testing.T, files map[string]string, top []string) []string {
	t.Helper()
	tr := tree{top: top}
	for name, src := range files {
		f, err := parse(name, src)
		if err != nil {
			t.Fatal(err)
		}
		tr.files = append(tr.files, f)
	}
	slices.SortFunc(tr.files, func(a, b *file) int { return strings.Compare(a.name, b.name) })
	var out []string
	for _, r := range rules {
		for _, line := range r.check(tr) {
			out = append(out, r.name+": "+line)
		}
	}
	return out
}
