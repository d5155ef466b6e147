package house

import (
	"fmt"
	"go/ast"
	"maps"
	"path"
	"slices"
	"strings"
)

// table is which of our packages a package may import, outside its tests. A package has its row here before it has code. What a
// port may import, its drivers and its suite may too, and the port.
var table = map[string][]string{
	"value":    {"fault"},
	"fault":    {},
	"config":   {"fault", "rate"},
	"rate":     {"fault"},
	"schema":   {"fault", "value"},
	"query":    {"fault", "value"},
	"store":    {"fault", "query", "rate", "value"},
	"search":   {"fault", "query", "value"},
	"blob":     {"fault"},
	"lead":     {"fault", "query", "store", "value"},
	"auth":     {"fault", "query", "rate", "schema", "store", "value"},
	"asset":    {"fault", "query", "rate", "schema", "store", "blob", "auth", "value", "asset/rendition"},
	"content":  {"fault", "query", "rate", "schema", "store", "auth", "asset", "value"},
	"index":    {"fault", "query", "schema", "store", "search", "auth", "content", "lead", "value"},
	"meili":    {"fault", "query", "search", "value"},
	"strapi":   {"fault", "query", "schema", "asset", "content", "value"},
	"openapi":  {"schema", "value"},
	"transfer": {"fault", "query", "schema", "content", "asset", "auth", "value"},
	"demo":     {"fault", "query", "schema", "store", "auth", "asset", "content", "value"},
	"api":      {"fault", "query", "rate", "schema", "auth", "asset", "content", "idempotency", "index", "lead", "search", "strapi", "meili", "openapi", "manual", "value"},
	"manual":   {},
	"admin":    {},
	"house":    {},

	"idempotency": {"fault", "query", "store", "value"},
}

// drivers are imported by the command that wires them and by tests, and by nobody else.
var drivers = []string{"pkg/store/sqlitestore", "pkg/store/mongostore", "pkg/blob/fileblob", "pkg/blob/s3blob", "pkg/search/blevesearch"}

// halves are pure parts of a package, below it so that their libraries have a home of their own; whoever needs one has it in its row.
var halves = []string{"pkg/asset/rendition"}

// homes says where an outside library is at home; tests of other packages do without it too.
var homes = map[string][]string{
	"github.com/gofiber/fiber/v2":              {"pkg/api", "scripts/benchmark"}, // whose bare server is the measure of ours
	"github.com/valyala/fasthttp":              {"pkg/api"},                      // below Fiber
	"github.com/google/uuid":                   {"pkg/api"},
	"github.com/klauspost/compress":            {"pkg/api"},
	"github.com/andybalholm/brotli":            {"pkg/api"},
	"github.com/swaggest/swgui":                {"pkg/api"},
	"github.com/minio/minio-go/v7":             {"pkg/blob/s3blob"},
	"github.com/yuin/goldmark":                 {"pkg/manual"},
	"github.com/blevesearch":                   {"pkg/search/blevesearch"},
	"github.com/RoaringBitmap/roaring/v2":      {"pkg/search/blevesearch"}, // the bitmaps that Bleve gives out
	"modernc.org/sqlite":                       {"pkg/store/sqlitestore"},
	"modernc.org/libc":                         {"pkg/store/sqlitestore"}, // what the translation of SQLite calls
	"go.mongodb.org/mongo-driver/v2":           {"pkg/store/mongostore"},
	"github.com/go-json-experiment/json":       {"pkg/value", "pkg/schema"}, // schema reads the order of names in a file
	"github.com/microcosm-cc/bluemonday":       {"pkg/schema"},
	"github.com/santhosh-tekuri/jsonschema/v6": {"pkg/schema", "pkg/api"}, // api: tests hold answers against the OpenAPI document
	"golang.org/x/net":                         {"pkg/schema"},
	"golang.org/x/text":                        {"pkg/schema", "pkg/asset", "pkg/search/blevesearch", "pkg/meili"},
	"github.com/gabriel-vasile/mimetype":       {"pkg/asset"},
	"golang.org/x/crypto":                      {"pkg/auth"},
	"golang.org/x/image":                       {"pkg/asset/rendition"},
	"github.com/deepteams/webp":                {"pkg/asset/rendition"}, // the encoder; x/image decodes
	"golang.org/x/sync":                        {"pkg/asset"},
	"go.yaml.in/yaml/v3":                       {"pkg/config"},
	"github.com/spf13/pflag":                   {"pkg/config"},
	"github.com/spf13/cobra":                   {"cmd/kontor"},
	"golang.org/x/sys":                         {"cmd/kontor"},
	"golang.org/x/term":                        {"cmd/kontor"},
	"github.com/schollz/progressbar/v3":        {"cmd/kontor"},
	"github.com/rogpeppe/go-internal":          {"cmd/kontor"},
	"github.com/xuri/excelize/v2":              {"pkg/transfer"},
}

// maxChain is how many imports the longest way down from the command has: cmd, api, strapi, content, asset, auth, store, query, value, fault.
const maxChain = 9

// wires tells whether a folder holds a command, which may import anything.
func wires(dir string) bool { return within(dir, "cmd") || within(dir, "scripts") }

// importTable: a package under pkg has a row and imports what the row has.
func importTable(tr tree) []string {
	var out []string
	for _, f := range tr.files {
		name, isPkg := strings.CutPrefix(f.pkg, "pkg/")
		name, _, isSub := strings.Cut(name, "/")
		row, known := table[name]
		if isPkg && !known {
			out = append(out, fmt.Sprintf("%s: the package %s has no row in the import table", f.name, f.pkg))
			continue
		}
		for _, p := range f.imports() {
			to, ours := own(p)
			switch {
			case !ours, strings.HasSuffix(f.name, "_test.go"), wires(f.pkg), to == f.pkg:
			case !isPkg:
				out = append(out, fmt.Sprintf("%s imports %s", f.name, to))
			case isSub && to == "pkg/"+name:
			case !slices.Contains(row, strings.TrimPrefix(to, "pkg/")):
				out = append(out, fmt.Sprintf("%s imports %s, which is not in its row of the import table", f.name, to))
			}
		}
	}
	return out
}

// noDriver: only the command's wiring and tests know which driver is behind a port.
func noDriver(tr tree) []string {
	var out []string
	for _, f := range tr.files {
		for _, p := range f.imports() {
			to, _ := own(p)
			if slices.Contains(drivers, to) && !f.test && !wires(f.pkg) {
				out = append(out, fmt.Sprintf("%s imports the driver %s", f.name, to))
			}
		}
	}
	for pkg, files := range tr.packages() {
		parts := strings.Split(pkg, "/")
		if len(parts) == 3 && parts[0] == "pkg" && !files[0].test && !slices.Contains(drivers, pkg) && !slices.Contains(halves, pkg) {
			out = append(out, fmt.Sprintf("%s is neither a driver or a half that a list has nor a suite", pkg))
		}
	}
	return out
}

// libraryHomes: what comes from outside comes in at one place, so that it can be changed there.
func libraryHomes(tr tree) []string {
	var out []string
	for _, f := range tr.files {
		for _, p := range f.imports() {
			if first, _, _ := strings.Cut(p, "/"); !strings.Contains(first, ".") {
				continue
			}
			var home []string
			for lib := range homes {
				if within(p, lib) {
					home = homes[lib]
				}
			}
			switch {
			case home == nil:
				out = append(out, fmt.Sprintf("%s imports %s, which has no home in the list", f.name, p))
			case !slices.Contains(home, f.pkg):
				out = append(out, fmt.Sprintf("%s imports %s, which is at home in %s", f.name, p, strings.Join(home, ", ")))
			}
		}
	}
	return out
}

// noTestLibrary: what only tests need is not built into the binary, and a blank import hides what it registers.
func noTestLibrary(tr tree) []string {
	var out []string
	for _, f := range tr.files {
		for _, s := range f.ast.Imports {
			p := strings.Trim(s.Path.Value, `"`)
			// MapFS is the standard library's only file system in memory, and stored content types are read from one.
			if !f.test && within(p, "testing") && !(p == "testing/fstest" && f.pkg == "pkg/content") {
				out = append(out, fmt.Sprintf("%s imports %s outside tests", f.name, p))
			}
			if s.Name != nil && s.Name.Name == "_" && !within(p, module) && p != "time/tzdata" {
				out = append(out, fmt.Sprintf("%s imports %s for what it registers", f.name, p))
			}
		}
	}
	return out
}

// importChain: nobody has to hold more than a few packages in mind.
func importChain(tr tree) []string {
	below := map[string]map[string]bool{}
	for _, f := range tr.files {
		for _, p := range f.imports() {
			if to, ours := own(p); ours && !f.test {
				if below[f.pkg] == nil {
					below[f.pkg] = map[string]bool{}
				}
				below[f.pkg][to] = true
			}
		}
	}
	var deepest func(pkg string, way []string) []string
	deepest = func(pkg string, way []string) []string {
		if slices.Contains(way, pkg) { // the compiler refuses cycles
			return way
		}
		way = append(slices.Clip(way), pkg)
		most := way
		for _, to := range slices.Sorted(maps.Keys(below[pkg])) {
			if w := deepest(to, way); len(w) > len(most) {
				most = w
			}
		}
		return most
	}
	for _, pkg := range slices.Sorted(maps.Keys(below)) {
		if way := deepest(pkg, nil); len(way) > maxChain+1 {
			return []string{"a chain of imports is longer than " + fmt.Sprint(maxChain) + ": " + strings.Join(way, " > ")}
		}
	}
	return nil
}

// noFiberOutside: what api offers to others has no trace of the HTTP library.
func noFiberOutside(tr tree) []string {
	var out []string
	for _, f := range tr.files {
		if f.pkg != "pkg/api" || f.test {
			continue
		}
		for _, d := range f.ast.Decls {
			for _, n := range offered(d) {
				ast.Inspect(n, func(n ast.Node) bool {
					if s, ok := n.(*ast.SelectorExpr); ok {
						if x, ok := s.X.(*ast.Ident); ok && x.Name == "fiber" {
							out = append(out, f.at(s)+": fiber leaves the package")
						}
					}
					return true
				})
			}
		}
	}
	return out
}

// offered gives the types of a declaration that other packages can reach.
func offered(d ast.Decl) []ast.Node {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() {
			return []ast.Node{d.Type}
		}
	case *ast.GenDecl:
		var out []ast.Node
		for _, s := range d.Specs {
			t, ok := s.(*ast.TypeSpec)
			if !ok || !t.Name.IsExported() {
				continue
			}
			st, ok := t.Type.(*ast.StructType)
			if !ok {
				out = append(out, t.Type)
				continue
			}
			for _, field := range st.Fields.List {
				if len(field.Names) == 0 || slices.ContainsFunc(field.Names, (*ast.Ident).IsExported) {
					out = append(out, field.Type)
				}
			}
		}
		return out
	}
	return nil
}

// topLevel: nothing else lies at the top.
func topLevel(tr tree) []string {
	allowed := []string{"cmd", "pkg", "schemas", "scripts", "go.mod", "go.sum", "Dockerfile", "README.md", "LICENSE"}
	made := []string{"data", "kontor"} // by running and building here; neither is ever committed
	var out []string
	for _, name := range tr.top {
		if !slices.Contains(allowed, name) && !slices.Contains(made, name) && !strings.HasPrefix(name, ".") && path.Ext(name) != ".prof" {
			out = append(out, name+" does not belong at the top level")
		}
	}
	return out
}
