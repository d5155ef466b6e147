package house

import "strings"

// fault is a small tree that breaks a rule, and what the rule must say.
type fault struct {
	rule, want string
	files      map[string]string
	top        []string
}

func one(rule, want, name, src string) fault {
	return fault{rule: rule, want: want, files: map[string]string{name: src}}
}

func planted() []fault {
	long := strings.Repeat("\n", maxFile)
	return []fault{
		one("imports", "has no row", "pkg/nobody/x.go", "package nobody"),
		one("imports", "imports pkg/content", "pkg/store/x.go", `package store; import _ "kontor/pkg/content"`),
		one("imports", "imports pkg/schema", "pkg/store/sqlitestore/x.go", `package sqlitestore; import _ "kontor/pkg/schema"`),
		one("imports", "imports pkg/store/sqlitestore", "pkg/store/x.go", `package store; import _ "kontor/pkg/store/sqlitestore"`),
		one("imports", "imports pkg/fault", "schemas/x.go", `package schemas; import _ "kontor/pkg/fault"`),
		one("drivers", "imports the driver pkg/store/sqlitestore", "pkg/content/x.go", `package content; import _ "kontor/pkg/store/sqlitestore"`),
		one("drivers", "neither a driver", "pkg/store/nosuchstore/x.go", "package nosuchstore"),
		one("homes", "at home in pkg/api", "pkg/content/x.go", `package content; import _ "github.com/gofiber/fiber/v2"`),
		one("homes", "at home in pkg/schema", "pkg/content/x_test.go", `package content; import _ "golang.org/x/net/html"`),
		one("homes", "no home", "pkg/content/x.go", `package content; import _ "example.org/lib"`),
		one("tests", "imports testing outside tests", "pkg/content/x.go", `package content; import _ "testing"`),
		one("tests", "imports testing/fstest outside tests", "pkg/api/x.go", `package api; import _ "testing/fstest"`),
		one("tests", "for what it registers", "pkg/store/sqlitestore/x.go", `package sqlitestore; import _ "modernc.org/sqlite"`),
		{rule: "chain", want: "longer than ", files: chain()},
		one("fiber", "x.go:1", "pkg/api/x.go", `package api; import "github.com/gofiber/fiber/v2"; func X(c *fiber.Ctx) {}`),
		one("fiber", "x.go:1", "pkg/api/x.go", `package api; import "github.com/gofiber/fiber/v2"; type X struct{ App *fiber.App }`),
		{rule: "top", want: "internal does not belong", top: []string{"cmd", "internal", ".ci"}},
		one("comments", "does not open", "pkg/value/x.go", "// Value is …\npackage value"),
		one("comments", "X has no comment", "pkg/value/x.go", "package value\n\nfunc X() {}"),
		one("comments", "X has no comment", "pkg/value/x.go", "package value\n\ntype X int"),
		one("comments", "X has no comment", "pkg/value/x.go", "package value\n\nvar X = 1"),
		one("comments", "M has no comment", "pkg/value/x.go", "package value\n\n// X is …\ntype X int\n\nfunc (x *X) M() {}"),
		one("comments", "M has no comment", "pkg/value/x.go", "package value\n\n// X is …\ntype X interface{ M() }"),
		one("names", `"util"`, "pkg/util/x.go", "package util"),
		one("names", `"helpers"`, "pkg/value/helpers_test.go", "package value"),
		one("names", `"types"`, "pkg/value/file_types.go", "package value"),
		one("state", "init", "pkg/value/x.go", "package value; func init() {}"),
		one("size", "has 501 lines", "pkg/value/x.go", "package value\n"+long),
		one("size", "F has 81 lines", "pkg/value/x.go", "package value\nfunc F() {"+strings.Repeat("\n", maxFunc)+"}"),
		one("size", "11 methods", "pkg/value/x.go", "package value; type p interface{ A(); B(); C(); D(); E(); F(); G(); H(); I(); J(); K() }"),
		one("skips", "x_test.go:1", "pkg/value/x_test.go", `package value; func f(t *testing.T) { t.Skip("not here") }`),
		one("skips", "x_test.go:1", "pkg/value/x_test.go", `package value; func f(t *testing.T) { t.SkipNow() }`),
		one("skips", "x.go:1", "pkg/store/storetest/x.go", `package storetest; func f(t *testing.T) { t.Skipf("no %s", "x") }`),
		one("notes", "FIXME", "pkg/value/x.go", "package value // FIXME later"),
	}
}

// chain is packages of which each imports the next, one import too long.
func chain() map[string]string {
	files := map[string]string{}
	last := 'a' + rune(maxChain) + 1
	for n := 'a'; n < last; n++ {
		files["pkg/"+string(n)+"/x.go"] = "package " + string(n) + "; import _ \"kontor/pkg/" + string(n+1) + `"`
	}
	files["pkg/"+string(last)+"/x.go"] = "package " + string(last)
	return files
}
