package house

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

// The sizes that a reader can take in. Tests may be longer, since tables are.
const (
	maxFile    = 500
	maxFunc    = 80
	maxMethods = 10
)

// documented: every package opens with what it is, every export has a comment, and so has every method of a port.
func documented(tr tree) []string {
	var out []string
	for pkg, files := range tr.packages() {
		opens := false
		for _, f := range files {
			want := "Package " + f.ast.Name.Name + " "
			if f.ast.Name.Name == "main" {
				want = "Command " + path.Base(pkg) + " "
			}
			opens = opens || f.ast.Doc != nil && strings.HasPrefix(f.ast.Doc.Text(), want)
		}
		if !opens {
			out = append(out, pkg+" does not open with what the package is")
		}
	}
	for _, f := range tr.files {
		if strings.HasSuffix(f.name, "_test.go") {
			continue
		}
		for _, d := range f.ast.Decls {
			out = append(out, undocumented(f, d)...)
		}
	}
	slices.Sort(out)
	return out
}

func undocumented(f *file, d ast.Decl) []string {
	var out []string
	missing := func(name *ast.Ident, doc ...*ast.CommentGroup) {
		for _, c := range doc {
			if c != nil && strings.TrimSpace(c.Text()) != "" {
				return
			}
		}
		if name.IsExported() {
			out = append(out, fmt.Sprintf("%s: %s has no comment", f.at(name), name.Name))
		}
	}
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil || ast.IsExported(receiver(d)) {
			missing(d.Name, d.Doc)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.ValueSpec:
				for _, n := range s.Names {
					missing(n, d.Doc, s.Doc, s.Comment)
				}
			case *ast.TypeSpec:
				missing(s.Name, d.Doc, s.Doc, s.Comment)
				if port, ok := s.Type.(*ast.InterfaceType); ok && s.Name.IsExported() {
					for _, m := range port.Methods.List {
						for _, n := range m.Names {
							missing(n, m.Doc, m.Comment)
						}
					}
				}
			}
		}
	}
	return out
}

func receiver(d *ast.FuncDecl) string {
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// wordsForNames: a name says what is inside.
func wordsForNames(tr tree) []string {
	empty := []string{"util", "utils", "helper", "helpers", "common", "misc", "base", "types", "models", "manager", "core"}
	var out []string
	for _, f := range tr.files {
		stem, _, _ := strings.Cut(path.Base(f.name), ".")
		stem = strings.TrimSuffix(stem, "_test")
		for _, word := range append(strings.Split(stem, "_"), strings.Split(f.pkg, "/")...) {
			if slices.Contains(empty, word) {
				out = append(out, fmt.Sprintf("%s: %q says nothing as a name", f.name, word))
			}
		}
	}
	return out
}

// noInit: nothing happens before main.
func noInit(tr tree) []string {
	var out []string
	for _, f := range tr.files {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				out = append(out, f.at(fn)+": init")
			}
		}
	}
	return out
}

// sizes: files, functions and interfaces stay small enough to be read at once.
func sizes(tr tree) []string {
	var out []string
	for _, f := range tr.files {
		if f.test {
			continue
		}
		if n := strings.Count(f.src, "\n"); n > maxFile {
			out = append(out, fmt.Sprintf("%s has %d lines, at most %d", f.name, n, maxFile))
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if l := f.lines(n); l > maxFunc {
					out = append(out, fmt.Sprintf("%s: %s has %d lines, at most %d", f.at(n), n.Name.Name, l, maxFunc))
				}
			case *ast.InterfaceType:
				if l := n.Methods.NumFields(); l > maxMethods {
					out = append(out, fmt.Sprintf("%s: an interface of %d methods, at most %d", f.at(n), l, maxMethods))
				}
			}
			return true
		})
	}
	return out
}

// longest lists the largest files and functions, so that they are seen before they are too large.
func longest(tr tree, most int) []string {
	type size struct {
		lines int
		what  string
	}
	var files, funcs []size
	for _, f := range tr.files {
		if f.test {
			continue
		}
		files = append(files, size{strings.Count(f.src, "\n"), f.name})
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				funcs = append(funcs, size{f.lines(fn), f.at(fn) + " " + fn.Name.Name})
			}
		}
	}
	var out []string
	for _, list := range [][]size{files, funcs} {
		slices.SortFunc(list, func(a, b size) int { return cmp.Compare(b.lines, a.lines) })
		for _, s := range list[:min(most, len(list))] {
			out = append(out, fmt.Sprintf("%4d lines: %s", s.lines, s.what))
		}
	}
	return out
}

var environmentName = regexp.MustCompile(`[A-Z]+_[A-Z_]+`)

// skipping is the files that may skip all the same.
var skipping = map[string]string{
	"pkg/store/storetest/storetest.go":   "what a server lacks is listed where its driver runs the suite",
	"pkg/store/sqlitestore/file_test.go": "nothing is refused to root",
}

// noSilentSkip: a test that is left out says which variable of the environment brings it back. The gate runs on Linux,
// never with -short, and once without the race detector what is sparse under it.
func noSilentSkip(tr tree) []string {
	var out []string
	for _, f := range tr.files {
		if !f.test || skipping[f.name] != "" {
			continue
		}
		excused := map[*ast.BlockStmt]bool{}
		var inside []ast.Node
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if n == nil {
				inside = inside[:len(inside)-1]
				return true
			}
			inside = append(inside, n)
			if i, ok := n.(*ast.IfStmt); ok && (mentions(i.Cond, "Short") || mentions(i.Cond, "Sparse") || mentions(i.Cond, "GOOS")) {
				excused[i.Body] = true
			}
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			s, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, s.Sel.Name) {
				return true
			}
			for _, above := range inside {
				if b, ok := above.(*ast.BlockStmt); ok && excused[b] {
					return true
				}
			}
			if len(call.Args) == 0 || !mentionsVariable(call.Args[0]) {
				out = append(out, f.at(call)+": a test is skipped, and no variable of the environment is named that runs it")
			}
			return true
		})
	}
	return out
}

func mentions(n ast.Node, name string) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == name
		return !found
	})
	return found
}

func mentionsVariable(n ast.Node) bool {
	l, ok := n.(*ast.BasicLit)
	return ok && l.Kind == token.STRING && environmentName.MatchString(l.Value)
}

// noNotes: what is left to do stands in an issue.
func noNotes(tr tree) []string {
	note := regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)
	var out []string
	for _, f := range tr.files {
		for _, group := range f.ast.Comments {
			for _, c := range group.List {
				if m := note.FindString(c.Text); m != "" {
					out = append(out, fmt.Sprintf("%s: %s", f.at(c), m))
				}
			}
		}
	}
	return out
}
