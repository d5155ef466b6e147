package schema_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/schemas"
)

// typ writes a content type: its x-type, what stands beside at the root, its properties.
func typ(id, xType, root, properties string) string {
	if root != "" {
		root = ", " + root
	}
	return `{"$schema": "meta/content-type.json", "$id": "` + id + `", "title": "T", "type": "object", "x-type": {` + xType + `}` + root +
		`, "properties": {` + properties + `}}`
}

// prop is a type a.json with the properties beside a title.
func prop(properties string) []string {
	return []string{"a.json", typ("a", `"plural": "as", "display": "title"`, "", `"title": {"type": "string", "title": "T"}, `+properties)}
}

func xtype(words string) []string {
	return []string{"a.json", typ("a", words, "", `"title": {"type": "string", "title": "T"}, "tags": {"type": "array", "title": "T", "items": {"type": "string"}}, "body": {"type": "string", "title": "T", "contentMediaType": "text/html"}`)}
}

func root(words string) []string {
	return []string{"a.json", typ("a", `"plural": "as", "display": "title"`, words, `"title": {"type": "string", "title": "T"}, "x": {"type": "string", "title": "T"}`)}
}

func share(definition, use string) []string {
	return append(prop(use), "shared/s.json", `{"$schema": "../meta/shared-object.json", "title": "S", "type": "object", "properties": {`+definition+`}}`)
}

var okay = `"plural": "as", "display": "title"`

// broken are sets with one fault each, with what the message must have: file, place, reason.
var broken = []struct {
	name  string
	files []string
	want  string
}{
	{"empty set", nil, ".: there is no content type"},
	{"no JSON", []string{"a.json", "{"}, "a.json: Invalid JSON: unexpected EOF"},
	{"trailing text", []string{"a.json", "{} x"}, "a.json: Invalid JSON: "},
	{"key twice", []string{"a.json", `{"title": "a", "title": "b"}`}, `a.json: Invalid JSON: duplicate object member name`},
	{"no UTF-8", []string{"a.json", "{\"title\": \"\xff\"}"}, "a.json: Invalid JSON: invalid UTF-8"},
	{"half a surrogate", []string{"a.json", `{"title": "\ud800"}`}, "a.json: Invalid JSON: "},
	{"a list", []string{"a.json", "[]"}, "a.json: must be an object"},
	{"empty object", []string{"a.json", "{}"}, "a.json: $id: is missing"},
	{"unknown keyword at the root", root(`"x-tpye": {}`), "a.json: x-tpye: unknown keyword"},
	{"unknown keyword of a field", prop(`"x": {"type": "string", "title": "T", "maxlength": 3}`), "a.json: properties.x.maxlength: "},
	{"unknown keyword of x-type", xtype(okay + `, "plurals": "x"`), "a.json: x-type.plurals: unknown keyword"},
	{"keyword of another kind", prop(`"x": {"type": "integer", "title": "T", "maxLength": 3}`), "a.json: properties.x.maxLength: not allowed here"},
	{"no title", prop(`"x": {"type": "string"}`), "a.json: properties.x.title: is missing"},
	{"unknown type", prop(`"x": {"type": "text", "title": "T"}`), "a.json: properties.x.type: value must be one of"},
	{"no kind", prop(`"x": {"title": "T"}`), "a.json: properties.x: "},
	{"unknown format", prop(`"x": {"type": "string", "format": "time", "title": "T"}`), "a.json: properties.x.format: "},
	{"unknown media type", prop(`"x": {"type": "string", "contentMediaType": "text/markdown", "title": "T"}`), "a.json: properties.x.contentMediaType: "},
	{"no plural", xtype(`"display": "title"`), "a.json: x-type.plural: is missing"},
	{"no display", xtype(`"plural": "as"`), "a.json: x-type.display: is missing"},
	{"plural of a single type", xtype(`"single": true, "plural": "as"`), "a.json: x-type.plural: a single type has none"},
	{"bad id", []string{"a.json", typ("A", okay, "", `"title": {"type": "string", "title": "T"}`)}, "a.json: $id: "},
	{"id taken", append(root(""), "b.json", typ("a", `"plural": "bs", "display": "t"`, "", `"t": {"type": "string", "title": "T"}`)), `b.json: $id: "a" is taken by a.json`},
	{"plural taken", append(root(""), "b.json", typ("b", `"plural": "as", "display": "t"`, "", `"t": {"type": "string", "title": "T"}`)), `b.json: x-type.plural: "as" is taken by a.json`},
	{"plural is another's id", append(root(""), "b.json", typ("b", `"plural": "a", "display": "t"`, "", `"t": {"type": "string", "title": "T"}`)), `b.json: x-type.plural: "a" is taken by a.json`},
	{"plural is its own id", xtype(`"plural": "a", "display": "title"`), `a.json: x-type.plural: "a" is taken by a.json`},
	{"index name taken", append(xtype(okay+`, "locales": ["de", "en"]`), "b.json", typ("b", `"plural": "as-en", "display": "t"`, "", `"t": {"type": "string", "title": "T"}`)), `a.json: x-type.locales: the search index "as-en" would be that of b.json`},
	{"reserved plural", xtype(`"plural": "users", "display": "title"`), `a.json: x-type.plural: the name "users" is kept for the API`},
	{"reserved id", []string{"a.json", typ("upload", okay, "", `"title": {"type": "string", "title": "T"}`)}, `a.json: $id: the name "upload" is kept for the API`},
	{"display is no field", xtype(`"plural": "as", "display": "name"`), `a.json: x-type.display: there is no field "name"`},
	{"display is rich text", xtype(`"plural": "as", "display": "body"`), `a.json: x-type.display: the field "body" is not one line of text`},
	{"display is a list", xtype(`"plural": "as", "display": "tags"`), `a.json: x-type.display: the field "tags" is not one line of text`},
	{"slug without a field slug", xtype(okay + `, "slug": "title"`), "a.json: x-type.slug: needs a field slug of format slug"},
	{"slug of no field", []string{"a.json", typ("a", okay+`, "slug": "name"`, "", `"title": {"type": "string", "title": "T"}, "slug": {"type": "string", "format": "slug", "title": "T"}`)}, `a.json: x-type.slug: there is no field "name"`},
	{"slug of a number", []string{"a.json", typ("a", okay+`, "slug": "n"`, "", `"title": {"type": "string", "title": "T"}, "n": {"type": "integer", "title": "T"}, "slug": {"type": "string", "format": "slug", "title": "T"}`)}, `a.json: x-type.slug: the field "n" is no text`},
	{"field slug is plain text", []string{"a.json", typ("a", okay+`, "slug": "title"`, "", `"title": {"type": "string", "title": "T"}, "slug": {"type": "string", "title": "T"}`)}, "a.json: x-type.slug: needs a field slug of format slug"},
	{"placeholder is no field", xtype(okay + `, "path": "/a/{slug}"`), "a.json: x-type.path: {slug} is no field"},
	{"bad placeholder", xtype(okay + `, "path": "/a/{no}"`), "a.json: x-type.path: "},
	{"bad locale", xtype(okay + `, "locales": ["de", "Englisch!"]`), "a.json: x-type.locales.1: "},
	{"locale twice", xtype(okay + `, "locales": ["de-AT", "de-at"]`), `a.json: x-type.locales.1: "de-at" is there twice`},
	{"bad review", xtype(okay + `, "review": "12 months"`), "a.json: x-type.review: "},
	{"review with a time", xtype(okay + `, "review": "PT5M"`), "a.json: x-type.review: "},
	{"no versions", xtype(okay + `, "versions": 0`), "a.json: x-type.versions: "},
	{"index of no field", xtype(okay + `, "indexes": [["title"], ["nope"]]`), `a.json: x-type.indexes.1: there is no field "nope"`},
	{"index of rich text", xtype(okay + `, "indexes": [["body"]]`), `a.json: x-type.indexes.0: the field "body" is of a kind that has no index`},
	{"index of two lists", []string{"a.json", typ("a", okay+`, "indexes": [["x", "y"]]`, "", `"title": {"type": "string", "title": "T"}, "x": {"type": "array", "title": "T", "items": {"type": "string"}}, "y": {"type": "array", "title": "T", "items": {"type": "string"}}`)}, "a.json: x-type.indexes.0: only one field of an index may be a list"},
	{"too many indexes", prop(many(41)), "a.json: x-type: 41 declared indexes"},
	{"required is no field", root(`"required": ["nope"]`), `a.json: required: there is no field "nope"`},
	{"required is no field of an object", prop(`"x": {"type": "object", "title": "T", "required": ["b"], "properties": {"a": {"type": "string", "title": "T"}}}`), `a.json: properties.x.required: there is no field "b"`},
	{"choice of no field", root(`"anyOf": [{"required": ["title"]}, {"required": ["nope"]}]`), `a.json: anyOf: there is no field "nope"`},
	{"choice of two fields at once", root(`"oneOf": [{"required": ["title", "x"]}]`), "a.json: oneOf.0.required: must name one field"},
	{"choice of a required field", root(`"required": ["x"], "oneOf": [{"required": ["x"]}, {"required": ["title"]}]`), `a.json: oneOf: the field "x" is required`},
	{"kept name", prop(`"documentId": {"type": "string", "title": "T"}`), "a.json: properties.documentId: "},
	{"kept name data", prop(`"data": {"type": "string", "title": "T"}`), `a.json: properties.data: the name "data" is kept for the API`},
	{"kept name meta", prop(`"meta": {"type": "string", "title": "T"}`), `a.json: properties.meta: the name "meta" is kept for the API`},
	{"kept ending", prop(`"topics_id": {"type": "string", "title": "T"}`), "a.json: properties.topics_id: "},
	{"bad name", prop(`"Title": {"type": "string", "title": "T"}`), "a.json: properties.Title: "},
	{"item with an id", prop(`"x": {"type": "array", "title": "T", "items": {"type": "object", "properties": {"id": {"type": "string", "title": "T"}}}}`), `a.json: properties.x.items.properties.id: the name "id" is kept`},
	{"relation to nothing", prop(`"x": {"title": "T", "x-relation": {"to": "nope"}}`), `a.json: properties.x.x-relation.to: there is no type "nope"`},
	{"relation to nothing within an item", prop(`"x": {"type": "array", "title": "T", "items": {"type": "object", "properties": {"y": {"title": "T", "x-relation": {"to": "nope"}}}}}`), `a.json: properties.x.items.properties.y.x-relation.to: there is no type "nope"`},
	{"relation to nothing in a shared object", share(`"y": {"title": "T", "x-relation": {"to": "nope"}}`, `"x": {"$ref": "shared/s.json", "title": "T"}`), `shared/s.json: properties.y.x-relation.to: there is no type "nope"`},
	{"include of no field", prop(`"x": {"title": "T", "x-relation": {"to": "a"}, "x-search": {"include": ["nope"]}}`), `a.json: properties.x.x-search.include: the type "a" has no field "nope"`},
	{"include of an object", prop(`"x": {"title": "T", "x-relation": {"to": "a"}, "x-search": {"include": ["y"]}}, "y": {"title": "T", "type": "object", "x-geo": true}`), `a.json: properties.x.x-search.include: the field "y" of the type "a" is of a kind that cannot be included`},
	{"onDelete", prop(`"x": {"title": "T", "x-relation": {"to": "a", "onDelete": "cascade"}}`), "a.json: properties.x.x-relation.onDelete: "},
	{"sort of text over 200", prop(`"x": {"type": "string", "title": "T", "maxLength": 201, "x-search": {"sort": true}}`), "a.json: properties.x.x-search.sort: not allowed here"},
	{"sort within an object", prop(`"x": {"type": "object", "title": "T", "properties": {"a": {"type": "string", "title": "T", "x-search": {"sort": true}}}}`), "a.json: properties.x.properties.a.x-search: within an object only weight"},
	{"line over 2000", prop(`"x": {"type": "string", "title": "T", "maxLength": 2001}`), "a.json: properties.x.maxLength: "},
	{"minLength over maxLength", prop(`"x": {"type": "string", "title": "T", "minLength": 4, "maxLength": 3}`), "a.json: properties.x.minLength: 4 is more than maxLength 3"},
	{"minLength over the default", prop(`"x": {"type": "string", "title": "T", "minLength": 201}`), "a.json: properties.x.minLength: 201 is more than maxLength 200"},
	{"minItems over maxItems", prop(`"x": {"type": "array", "title": "T", "minItems": 4, "maxItems": 3, "items": {"type": "string"}}`), "a.json: properties.x.minItems: 4 is more than maxItems 3"},
	{"minimum over maximum", prop(`"x": {"type": "number", "title": "T", "minimum": 0.5, "maximum": 0.4}`), "a.json: properties.x.minimum: 0.5 is more than maximum 0.4"},
	{"fraction as an integer's bound", prop(`"x": {"type": "integer", "title": "T", "minimum": 0.5}`), "a.json: properties.x.minimum: "},
	{"pattern", prop(`"x": {"type": "string", "title": "T", "pattern": "(?=x)"}`), "a.json: properties.x.pattern: error parsing regexp"},
	{"default too long", prop(`"x": {"type": "string", "title": "T", "maxLength": 3, "default": "long"}`), "a.json: properties.x.default: must be at most 3 characters"},
	{"default of another type", prop(`"x": {"type": "integer", "title": "T", "default": "7"}`), "a.json: properties.x.default: "},
	{"default out of range", prop(`"x": {"type": "integer", "title": "T", "minimum": 8, "default": 7}`), "a.json: properties.x.default: must be greater than or equal to 8"},
	{"default is no constant", prop(`"x": {"oneOf": [{"const": "a", "title": "A"}], "title": "T", "default": "b"}`), "a.json: properties.x.default: must be one of the following values: a"},
	{"default is no date", prop(`"x": {"type": "string", "format": "date", "title": "T", "default": "2023-02-29"}`), "a.json: properties.x.default: Invalid format, expected yyyy-MM-dd"},
	{"constant twice", prop(`"x": {"oneOf": [{"const": "a", "title": "A"}, {"const": "a", "title": "B"}], "title": "T"}`), `a.json: properties.x.oneOf.1.const: "a" is there twice`},
	{"constant with space", prop(`"x": {"oneOf": [{"const": " a", "title": "A"}], "title": "T"}`), "a.json: properties.x.oneOf.0.const: must be one line"},
	{"unknown zone", prop(`"x": {"type": "object", "title": "T", "x-local-time": {"zone": "Europe/Duisburg"}}`), `a.json: properties.x.x-local-time.zone: "Europe/Duisburg" is no IANA time zone`},
	{"unknown currency", prop(`"x": {"type": "integer", "title": "T", "x-money": "DM"}`), "a.json: properties.x.x-money: "},
	{"media type", prop(`"x": {"title": "T", "x-asset": {"accept": ["pdf"]}}`), "a.json: properties.x.x-asset.accept.0: "},
	{"readIf of no field", prop(`"x": {"type": "string", "title": "T", "x-access": {"read": ["editor"], "readIf": {"nope": "x"}}}`), `a.json: properties.x.x-access.readIf: there is no field "nope"`},
	{"readIf of no list", prop(`"x": {"type": "string", "title": "T", "x-access": {"read": ["editor"], "readIf": {"title": "x"}}}`), `a.json: properties.x.x-access.readIf: the field "title" is no list`},
	{"readIf of no constant", prop(`"s": {"type": "array", "title": "T", "items": {"oneOf": [{"const": "a", "title": "A"}]}}, "x": {"type": "string", "title": "T", "x-access": {"readIf": {"s": "b"}}}`), `a.json: properties.x.x-access.readIf.s: "b" is no constant`},
	{"unique rich text", prop(`"x": {"type": "string", "contentMediaType": "text/html", "title": "T", "x-unique": true}`), "a.json: properties.x.x-unique: only a string, email, slug or integer can be unique"},
	{"localized without locales", prop(`"x": {"type": "string", "title": "T", "x-localized": true}`), "a.json: properties.x.x-localized: the type has no locales"},
	{"access within an object", prop(`"x": {"type": "object", "title": "T", "properties": {"a": {"type": "string", "title": "T", "x-access": {"read": ["editor"]}}}}`), "a.json: properties.x.properties.a.x-access: "},
	{"slug within an object", prop(`"x": {"type": "object", "title": "T", "properties": {"a": {"type": "string", "title": "T", "format": "slug"}}}`), "a.json: properties.x.properties.a.format: "},
	{"three levels", prop(`"x": {"type": "object", "title": "T", "properties": {"a": {"type": "object", "title": "T", "properties": {"b": {"type": "object", "title": "T", "properties": {"c": {"type": "string", "title": "T"}}}}}}}`), "a.json: properties.x.properties.a.properties.b"},
	{"three levels by a shared object", share(`"o": {"type": "object", "title": "T", "properties": {"c": {"type": "string", "title": "T"}}}`, `"x": {"type": "object", "title": "T", "properties": {"y": {"$ref": "shared/s.json", "title": "T"}}}`), "a.json: properties.x.properties.y: objects nest at most 2 levels deep"},
	{"a shared object within itself", share(`"o": {"$ref": "shared/s.json", "title": "T"}`, `"x": {"$ref": "shared/s.json", "title": "T"}`), "shared/s.json: properties.o: objects nest at most 2 levels deep"},
	{"no shared object", prop(`"x": {"$ref": "shared/nope.json", "title": "T"}`), "a.json: properties.x.$ref: there is no shared/nope.json"},
	{"shared object with an unknown keyword", share(`"o": {"type": "string", "title": "T", "x-y": 1}`, `"x": {"$ref": "shared/s.json", "title": "T"}`), "shared/s.json: properties.o.x-y: "},
	{"keyword beside $ref", share(`"o": {"type": "string", "title": "T"}`, `"x": {"$ref": "shared/s.json", "title": "T", "type": "object"}`), "a.json: properties.x.type: not allowed here"},
	{"migration from itself", prop(`"x": {"type": "string", "title": "T", "x-migrate": {"from": "x"}}`), "a.json: properties.x.x-migrate.from: is the field's own name"},
	{"migration from a field that is there", prop(`"x": {"type": "string", "title": "T", "x-migrate": {"from": "title"}}`), `a.json: properties.x.x-migrate.from: the field "title" is still there`},
	{"migration to no constant", prop(`"x": {"oneOf": [{"const": "a", "title": "A"}], "title": "T", "x-migrate": {"map": {"old": "b"}}}`), `a.json: properties.x.x-migrate.map.old: "b" is no constant`},
	{"after no field", prop(`"x": {"type": "string", "format": "date", "title": "T", "x-after": "y"}`), `a.json: properties.x.x-after: there is no field "y" beside this one`},
	{"after itself", prop(`"x": {"type": "string", "format": "date", "title": "T", "x-after": "x"}`), "a.json: properties.x.x-after: names the field itself"},
	{"before another kind", prop(`"x": {"type": "integer", "title": "T", "x-before": "y"}, "y": {"type": "number", "title": "T"}`), "a.json: properties.x.x-before: compares two dates, times or numbers of one kind, not integer with number"},
	{"an e-mail after an e-mail", prop(`"x": {"type": "string", "format": "email", "title": "T", "x-after": "y"}, "y": {"type": "string", "format": "email", "title": "T"}`), "a.json: properties.x.x-after: compares two dates"},
	{"after a list", prop(`"x": {"type": "integer", "title": "T", "x-after": "y"}, "y": {"type": "array", "title": "T", "items": {"type": "integer"}}`), "a.json: properties.x.x-after: compares two dates"},
	{"text after text", prop(`"x": {"type": "string", "title": "T", "x-after": "title"}`), "a.json: properties.x.x-after: compares two dates"},
	{"after a field outside", prop(`"x": {"type": "object", "title": "T", "properties": {"y": {"type": "integer", "title": "T", "x-after": "z"}}}, "z": {"type": "integer", "title": "T"}`), `a.json: properties.x.properties.y.x-after: there is no field "z" beside this one`},
	{"default of another type", prop(`"x": {"title": "T", "x-relation": {"to": "a"}, "x-default": "$user.organisation"}`), `a.json: properties.x.x-default: only a relation to the type "organisation"`},
	{"default of another fact", prop(`"x": {"title": "T", "x-relation": {"to": "a"}, "x-default": "$user.id"}`), `a.json: properties.x.x-default: only a relation to the type "organisation"`},
	{"default of a text", prop(`"x": {"type": "string", "title": "T", "x-default": "$user.organisation"}`), `a.json: properties.x.x-default: only a relation to the type "organisation"`},
}

// many makes n fields with an index each.
func many(n int) string {
	var out []string
	for i := range n {
		out = append(out, `"f`+string(rune('a'+i/26))+string(rune('a'+i%26))+`": {"type": "integer", "title": "T", "x-search": {"sort": true}}`)
	}
	return strings.Join(out, ", ")
}

func TestLoadNamesWhatIsWrong(t *testing.T) {
	for _, c := range broken {
		t.Run(c.name, func(t *testing.T) {
			set, err := schema.Load(files(c.files...), schemas.FS)
			if err == nil || set != nil {
				t.Fatal("is taken")
			}
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("code %s", fault.As(err).Code)
			}
			if lines := strings.Split(fault.As(err).Message, "\n"); !hasPrefix(lines, c.want) {
				t.Errorf("want %s\ngot  %s", c.want, strings.Join(lines, "\n     "))
			} else if n := len(lines) - 1; n > 2 && c.name != "empty object" {
				t.Errorf("%d lines for one fault:\n%s", n, strings.Join(lines, "\n"))
			}
		})
	}
}

func hasPrefix(lines []string, want string) bool {
	for _, line := range lines {
		if strings.HasPrefix(line, want) {
			return true
		}
	}
	return false
}

func TestLoadNamesEverythingAtOnce(t *testing.T) {
	_, err := schema.Load(files(
		"a.json", typ("a", `"plural": "as", "display": "nope"`, `"required": ["x"]`, `"t": {"type": "string", "title": "T", "maxlength": 1}`),
		"b.json", "{",
		"shared/s.json", "[]",
	), schemas.FS)
	text := err.Error()
	for _, want := range []string{"a.json: x-type.display: ", "a.json: required: ", "a.json: properties.t.maxlength: ", "b.json: ", "shared/s.json: "} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
}

func TestLoadNeedsItsMetaSchema(t *testing.T) {
	good := files(root("")...)
	if _, err := schema.Load(good, fstest.MapFS{}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "meta/content-type.json") {
		t.Error(err)
	}
	remote := files("meta/content-type.json", `{"$ref": "https://example.org/x.json"}`)
	if _, err := schema.Load(good, remote); err == nil || !strings.Contains(err.Error(), "not a file of the meta-schemas") {
		t.Errorf("a reference to the network: %v", err)
	}
}

// TestLoadWithoutAMetaSchema shows that what Load itself does never relies on the meta-schema to keep it from panicking.
func TestLoadWithoutAMetaSchema(t *testing.T) {
	lax := files("meta/content-type.json", `{}`)
	for _, c := range broken {
		_, _ = schema.Load(files(c.files...), lax)
	}
	odd := `{"$id": 1, "x-type": [], "properties": {"a": 1, "b": {"type": "array"}, "c": {"x-relation": 1}, "d": {"oneOf": {}}, "e": {"items": {"$ref": 3}, "type": "array"}}, "required": {}, "oneOf": 7}`
	if _, err := schema.Load(files("a.json", odd), lax); err == nil {
		t.Error("is taken")
	}
}

func TestLoadReadsEverything(t *testing.T) {
	typ := thing(t)
	var names []string
	for _, f := range typ.Fields {
		names = append(names, f.Name)
	}
	mustEqual(t, strings.Join(names, " "), "title slug code summary body startYear share costs good day checked start phase mail home topics contact "+
		"files logo spot extra place links tags shown years phone")
	mustEqual(t, typ.Title, schema.Label{DE: "Ding", EN: "Thing"})
	mustEqual(t, typ.Indexes, [][]string{{"phase", "startYear"}})
	mustEqual(t, typ.Choices, []schema.Choice{{Fields: []string{"mail", "home"}}})
	if typ.Versions != 100 || !typ.Public || !typ.Drafts || typ.Single || typ.PathName() != "things" || typ.DefaultLocale() != "de" {
		t.Errorf("%+v", typ)
	}
	localized := map[string]bool{}
	for _, f := range typ.Fields {
		if f.Localized {
			localized[f.Name] = true
		}
	}
	mustEqual(t, localized, map[string]bool{"title": true, "slug": true, "summary": true, "body": true, "tags": true, "phone": true})
	place, _ := typ.Field("place")
	address, _ := place.Field("address")
	city, _ := address.Field("city")
	if city == nil || city.MaxLength != 50 || address.Title.DE != "Anschrift" || address.Title.EN != "Anschrift" {
		t.Errorf("%+v", address)
	}
	phase, _ := typ.Field("phase")
	mustEqual(t, phase.Options, []schema.Option{
		{Const: "planned", Title: schema.Label{DE: "geplant", EN: "planned"}}, {Const: "running", Title: schema.Label{DE: "läuft", EN: "läuft"}},
	})
	topics, _ := typ.Field("topics")
	mustEqual(t, *topics.Relation, schema.Target{To: "thing", Restrict: true})
	phone, _ := typ.Field("phone")
	mustEqual(t, *phone.Access.ReadIf, schema.Condition{Field: "shown", Value: "phone"})
}

func TestHashIsThatOfTheFiles(t *testing.T) {
	a, b, c := load(t, root("")...), load(t, root("")...), load(t, root(`"description": "x"`)...)
	if a.Hash() != b.Hash() || a.Hash() == c.Hash() || len(a.Hash()) != 64 {
		t.Error(a.Hash(), b.Hash(), c.Hash())
	}
}
