package schema_test

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
	"kontor/schemas"
)

const (
	idA = "aaaaaaaaaaaaaaaaaaaaaaaa"
	idB = "bbbbbbbbbbbbbbbbbbbbbbbb"
)

func read(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// files makes a file system of names and contents.
func files(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fsys
}

func load(t testing.TB, pairs ...string) *schema.Set {
	t.Helper()
	set, err := schema.Load(files(pairs...), schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// thing is the type with a field of every kind.
func thing(t testing.TB) *schema.Type {
	t.Helper()
	set := load(t, "thing.json", read(t, "thing.json"), "shared/address.json", read(t, "address.json"))
	typ, ok := set.Type("thing")
	if !ok {
		t.Fatal("no type thing")
	}
	return typ
}

// one is a type that has only the given properties, and no locales.
func one(t testing.TB, properties string) *schema.Type {
	t.Helper()
	set := load(t, "one.json", `{"$schema": "meta/content-type.json", "$id": "one", "title": "Eins", "type": "object",
		"x-type": {"single": true}, "properties": {`+properties+`}}`)
	typ, _ := set.Type("one")
	return typ
}

func decode(t testing.TB, text string) any {
	t.Helper()
	v, err := value.Decode([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func object(t testing.TB, text string) value.Object {
	t.Helper()
	return decode(t, text).(value.Object)
}

func normal(t testing.TB, typ *schema.Type, current, changes value.Object) value.Object {
	t.Helper()
	out, problems := typ.Normalise(current, changes)
	for _, p := range problems {
		t.Errorf("%s: %s", strings.Join(p.Path, "."), p.English)
	}
	return out
}

func mustEqual(t testing.TB, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %#v\nwant %#v", got, want)
	}
}

// english lists problems as path: text.
func english(problems []fault.Field) []string {
	var out []string
	for _, p := range problems {
		out = append(out, strings.Join(p.Path, ".")+": "+p.English)
	}
	return out
}
