package schema_test

import (
	"fmt"
	"testing/fstest"

	"kontor/pkg/schema"
	"kontor/pkg/value"
	"kontor/schemas"
)

// A content type is one JSON Schema file. Normalise merges changes into an entry and names every wrong field.
func ExampleLoad() {
	files := fstest.MapFS{"notice.json": {Data: []byte(`{
		"$schema": "meta/content-type.json", "$id": "notice", "title": "Aushang", "type": "object",
		"x-type": {"plural": "notices", "display": "title", "public": true},
		"required": ["title"],
		"properties": {
			"title": {"type": "string", "title": "Titel", "maxLength": 200},
			"until": {"type": "string", "title": "Hängt bis", "format": "date"}
		}}`)}}
	types, err := schema.Load(files, schemas.FS)
	if err != nil {
		panic(err)
	}
	notice, _ := types.ByPath("notices")
	values, problems := notice.Normalise(nil, value.Object{"title": "  Sperrung ", "until": "2026-02-30"})
	fmt.Printf("%q\n", values["title"])
	for _, p := range problems {
		fmt.Println(p.Path, p.German)
	}
	for _, p := range notice.CheckPublish(value.Object{}) {
		fmt.Println(p.Path, p.Code)
	}
	// Output:
	// "Sperrung"
	// [until] „Hängt bis“: erwartet wird ein Datum, das es gibt, in der Form 2026-11-22.
	// [title] required
}
