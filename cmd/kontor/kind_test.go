package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kontor/pkg/schema"
)

// kindCase is one kind of field on its way through everything that has to know it.
type kindCase struct {
	kind     schema.Kind
	property string // the field's JSON Schema
	value    any    // as a request has it; "$entry" and "$file" stand for a topic's documentId and a file's id
	read     any    // as a response has it, if that differs from value
	other    any    // another value that is taken
	wrong    any    // a value that is refused
	filter   string // what follows filters[NAME], and hits value and not other; "" if the field can't be compared
	sorts    bool   // a list can be sorted by it
	facet    string // the value that the search counts under the field's name; "" if it has no facet
	found    string // a search for it finds value; "" if the field is not searched as text
}

// kindCases has a case for each kind.
var kindCases = []kindCase{
	{
		kind: schema.String,
		property: `{"type": "string", "maxLength": 100,
			"x-search": {"weight": 1, "facet": true, "sort": true}}`,
		value: "Zeile eins", other: "Zeile zwei", wrong: 7,
		filter: "[$eqi]=ZEILE EINS", sorts: true, facet: "Zeile eins", found: "eins",
	},
	{
		kind: schema.Text,
		property: `{"type": "string", "contentMediaType": "text/plain", "maxLength": 500,
			"x-search": {"weight": 1}}`,
		value: "Absatz\n\nWeiter", other: "Kurz", wrong: 7, filter: "[$containsi]=weiter", found: "weiter",
	},
	{
		kind: schema.RichText,
		property: `{"type": "string", "contentMediaType": "text/html", "maxLength": 500,
			"x-search": {"weight": 1}}`,
		value: "<p>Ein <strong>Brunnen</strong></p>", other: "<p>Nichts</p>", wrong: 7,
		filter: "[$containsi]=brunnen", found: "brunnen",
	},
	{
		kind: schema.Integer,
		property: `{"type": "integer", "minimum": 0,
			"x-search": {"facet": true, "sort": true}}`,
		value: 2021.0, other: 1999.0, wrong: "bald", filter: "[$gt]=2000", sorts: true, facet: "2021",
	},
	{
		kind: schema.Number, property: `{"type": "number", "x-search": {"facet": true, "sort": true}}`,
		value: 2.5, other: -1.0, wrong: "viel", filter: "[$gt]=0", sorts: true, facet: "2.5",
	},
	{
		kind: schema.Money,
		property: `{"type": "integer", "x-money": "EUR",
			"x-search": {"facet": true, "sort": true}}`,
		value: 123456.0, other: 100.0, wrong: "teuer", filter: "[$gte]=123456", sorts: true, facet: "123456",
	},
	{
		kind: schema.Boolean, property: `{"type": "boolean", "x-search": {"facet": true}}`,
		value: true, other: false, wrong: "ja", filter: "[$eq]=true", sorts: true, facet: "true",
	},
	{
		kind: schema.Date,
		property: `{"type": "string", "format": "date",
			"x-search": {"facet": true, "sort": true}}`,
		value: "2026-11-22", other: "2020-02-29", wrong: "2026-02-30",
		filter: "[$gt]=2026-01-01", sorts: true, facet: "2026-11-22",
	},
	{
		kind: schema.DateTime,
		property: `{"type": "string", "format": "date-time",
			"x-search": {"facet": true, "sort": true}}`,
		value: "2026-11-22T07:18:00.000Z", other: "2020-01-01T00:00:00.000Z", wrong: "gestern",
		filter: "[$gt]=2026-01-01", sorts: true,
		facet: "2026-11-22T07:18:00.000Z",
	},
	{
		kind: schema.LocalTime,
		property: `{"type": "object", "x-local-time": {"zone": "Europe/Berlin"},
			"x-search": {"facet": true, "sort": true}}`,
		value: map[string]any{"local": "2026-11-22T19:00", "zone": "Europe/Berlin"},
		read:  map[string]any{"local": "2026-11-22T19:00", "zone": "Europe/Berlin", "utc": "2026-11-22T18:00:00.000Z"},
		other: map[string]any{"local": "2020-06-01T09:00", "zone": "Europe/Berlin"}, wrong: map[string]any{"local": "um acht"},
		filter: "[$gt]=2026-01-01T00:00:00Z", sorts: true, facet: "2026-11-22T19:00:00+01:00",
	},
	{
		kind: schema.Enum,
		property: `{"oneOf": [{"const": "planned", "title": "geplant"}, {"const": "running", "title": "läuft"}],
			"x-search": {"facet": true, "weight": 1}}`,
		value: "running", other: "planned", wrong: "later",
		filter: "[$eq]=running", sorts: true, facet: "läuft", found: "läuft",
	},
	{
		kind: schema.Email,
		property: `{"type": "string", "format": "email",
			"x-search": {"weight": 1, "sort": true}}`,
		value: "bauhof@stadt.example", other: "amt@stadt.example", wrong: "bauhof",
		filter: "[$eqi]=BAUHOF@stadt.example", sorts: true,
	},
	{
		kind: schema.URI, property: `{"type": "string", "format": "uri"}`,
		value: "https://www.example/seite?a=b", other: "https://www.example/", wrong: "javascript:alert(1)",
		filter: "[$contains]=seite", sorts: true,
	},
	{
		kind: schema.Slug, property: `{"type": "string", "format": "slug"}`,
		value: "bauhof-eins", other: "bauhof-zwei", wrong: "Bauhof Eins", filter: "[$eq]=bauhof-eins", sorts: true,
	},
	{
		kind: schema.Relation,
		property: `{"x-relation": {"to": "topic", "onDelete": "unset"},
			"x-search": {"facet": true, "weight": 1}}`,
		value: "$entry", other: nil, wrong: "nobodynobodynobodynobody",
		filter: "[name][$eq]=Wasser", facet: "Wasser", found: "Wasser",
	},
	{
		kind: schema.Asset, property: `{"x-asset": {"accept": ["text/plain"], "maxBytes": 1000}}`,
		value: "$file", other: nil, wrong: 987654.0, filter: "[$notNull]=true",
	},
	{
		kind: schema.Point, property: `{"type": "object", "x-geo": true}`,
		value: map[string]any{"lat": 51.9625, "lng": 7.625}, other: nil, wrong: map[string]any{"lat": 99.0, "lng": 7.0},
		filter: "[$notNull]=true",
	},
	{
		kind: schema.Object,
		property: `{"type": "object", "required": ["label"],
			"properties": {"label": {"type": "string", "title": "Text", "maxLength": 50}}}`,
		value: map[string]any{"label": "innen"}, other: map[string]any{"label": "außen"}, wrong: "innen",
		filter: "[label][$eq]=innen",
	},
	{
		kind: schema.JSON, property: `{"x-json": true}`,
		value: map[string]any{"any": []any{1.0, "x", nil}}, other: map[string]any{"any": true},
	},
}

// kindTrip is a server with a type that has a field of each kind.
type kindTrip struct {
	t          *testing.T
	dir, types string
	client     *client
	stand      map[string]any // what "$entry" and "$file" stand for
}

// TestKinds takes every kind of field through the whole product: writing, reading, refusing,
// filtering, sorting, comparing, the OpenAPI document, the search, export and import. A kind that
// schema has and the table lacks fails it.
func TestKinds(t *testing.T) {
	var covered []schema.Kind
	for _, c := range kindCases {
		covered = append(covered, c.kind)
	}
	slices.Sort(covered)
	if !slices.Equal(covered, schema.Kinds()) {
		t.Fatalf("the table has %v\nschema has %v", covered, schema.Kinds())
	}
	k := newKindTrip(t)
	first, second := fieldsOf{"name": "erster"}, fieldsOf{"name": "zweiter"}
	for _, c := range kindCases {
		first[k.field(c)], second[k.field(c)] = k.resolve(c.value), k.resolve(c.other)
	}
	a, b := k.client.mustCreate(t, "samples", first), k.client.mustCreate(t, "samples", second)
	document, entry := k.get("/openapi.json"), k.get("/api/samples/"+a+"?populate=*")
	for _, c := range kindCases {
		t.Run(string(c.kind), func(t *testing.T) {
			sub := *k
			sub.t = t
			sub.reads(c, entry)
			sub.refuses(c)
			sub.filters(c, a)
			sub.sorts(c)
			sub.searches(c)
			sub.describes(c, document)
		})
	}
	changed := k.changedFields(b, first)
	for _, c := range kindCases {
		if !slices.Contains(changed, k.field(c)) {
			t.Errorf("%s: a change of it is not among %v", c.kind, changed)
		}
	}
	for _, format := range []string{"ndjson", "json", "csv", "xlsx"} {
		t.Run("as "+format, func(t *testing.T) {
			sub := *k
			sub.t = t
			sub.comesBack(format, a)
		})
	}
}

func newKindTrip(t *testing.T) *kindTrip {
	k := &kindTrip{t: t, dir: t.TempDir(), types: t.TempDir(), stand: map[string]any{}}
	name := `"name": {"type": "string", "title": "Name", "maxLength": 50, "x-unique": true, "x-search": {"weight": 1}}`
	properties := []string{name}
	for _, c := range kindCases {
		property := fmt.Sprintf(`%q: {"title": "Feld %s", %s`, k.field(c), c.kind, strings.TrimPrefix(c.property, "{"))
		properties = append(properties, property)
	}
	for id, body := range map[string]string{
		"sample": strings.Join(properties, ",\n"),
		"topic":  name,
	} {
		text := fmt.Sprintf(`{"$schema": "meta/content-type.json", "$id": %q, "title": %q, "type": "object",
			"x-type": {"plural": %q, "display": "name", "public": true}, "required": ["name"],
			"properties": {%s}}`, id, id, id+"s", body)
		if err := os.WriteFile(filepath.Join(k.types, id+".json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	token := strings.TrimSpace(k.command("token", "create", "--name", "kinds", "--role", "admin"))
	k.client = newClient(startProcess(t, killBinary(t), k.dir, "", "--schemas", k.types).url, token)
	k.stand["$entry"] = k.client.mustCreate(t, "topics", fieldsOf{"name": "Wasser"})
	k.stand["$file"] = k.upload("anlage.txt", "Anlage")
	return k
}

func (k *kindTrip) field(c kindCase) string { return string(c.kind) + "Field" }

func (k *kindTrip) resolve(v any) any {
	if name, ok := v.(string); ok && k.stand[name] != nil {
		return k.stand[name]
	}
	return v
}

// command runs kontor beside the server and returns its output.
func (k *kindTrip) command(args ...string) string {
	k.t.Helper()
	var out, trouble bytes.Buffer
	args = append(args, "--data", k.dir, "--schemas", k.types)
	if code := run(k.t.Context(), args, strings.NewReader(""), &out, &trouble, nil); code != 0 {
		k.t.Fatalf("kontor %v: exit code %d\n%s%s", args, code, out.String(), trouble.String())
	}
	return out.String()
}

func (k *kindTrip) get(path string) fieldsOf {
	k.t.Helper()
	status, _, data, err := k.client.send("GET", path, "", nil)
	if err != nil || status != 200 {
		k.t.Fatalf("GET %s: %d %v %v", path, status, data, err)
	}
	return data
}

// reads compares the response with the case: relations and files by their ids, objects without the
// id of the item.
func (k *kindTrip) reads(c kindCase, entry fieldsOf) {
	k.t.Helper()
	want, got := k.resolve(c.value), entry[k.field(c)]
	if c.read != nil {
		want = c.read
	}
	if o, ok := got.(fieldsOf); ok && c.kind == schema.Relation {
		got = o["documentId"]
	} else if ok && c.kind == schema.Asset {
		got = o["id"]
	} else if ok && c.kind == schema.Object {
		got = fieldsOf{"label": o["label"]}
	}
	if !reflect.DeepEqual(plainJSON(got), plainJSON(want)) {
		k.t.Errorf("read %v, want %v", got, want)
	}
}

func plainJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// refuses sends a wrong value; only free JSON takes everything.
func (k *kindTrip) refuses(c kindCase) {
	k.t.Helper()
	if c.wrong == nil {
		if c.kind != schema.JSON {
			k.t.Error("no wrong value is given")
		}
		return
	}
	body := fieldsOf{"data": fieldsOf{"name": "falsch", k.field(c): c.wrong}}
	status, _, data, err := k.client.send("POST", "/api/samples", "", body)
	answer := fmt.Sprint(data)
	named := strings.Contains(answer, k.field(c)) || strings.Contains(answer, fmt.Sprint(c.wrong))
	if err != nil || status != 400 || !named {
		k.t.Errorf("%v: %d %v %v", c.wrong, status, data, err)
	}
}

func (k *kindTrip) filters(c kindCase, hit string) {
	k.t.Helper()
	name := "filters[" + k.field(c) + "]"
	if c.filter == "" {
		if status, list := k.list("/api/samples?" + name + "[$eq]=x"); status != 400 {
			k.t.Errorf("a comparison is not refused: %d %v", status, list)
		}
		return
	}
	operator, value, _ := strings.Cut(c.filter, "=")
	path := "/api/samples?" + name + operator + "=" + url.QueryEscape(value)
	if status, list := k.list(path); status != 200 || len(list) != 1 || list[0].(fieldsOf)["documentId"] != hit {
		k.t.Errorf("%s: %d %v", path, status, list)
	}
}

func (k *kindTrip) list(path string) (status int, entries []any) {
	k.t.Helper()
	status, _, data, err := k.client.send("GET", path, "", nil)
	if err != nil {
		k.t.Fatal(err)
	}
	entries, _ = data["data"].([]any)
	return status, entries
}

func (k *kindTrip) sorts(c kindCase) {
	k.t.Helper()
	status, list := k.list("/api/samples?sort=" + k.field(c) + ":desc")
	want := 400
	if c.sorts {
		want = 200
	}
	if status != want || c.sorts && list[0].(fieldsOf)["name"] == list[1].(fieldsOf)["name"] {
		k.t.Errorf("sorting: %d, want %d: %v", status, want, list)
	}
}

// searches asks for facet and text; the leader has had time since the entries were written, or gets it.
func (k *kindTrip) searches(c kindCase) {
	k.t.Helper()
	if c.facet != "" {
		k.awaits(fieldsOf{"facets": []string{k.field(c)}}, func(answer fieldsOf) bool {
			counts, _ := answer["facetDistribution"].(fieldsOf)
			values, _ := counts[k.field(c)].(fieldsOf)
			return values[c.facet] == 1.0
		})
	}
	if c.found != "" {
		k.awaits(fieldsOf{"q": c.found, "attributesToSearchOn": []string{k.field(c)}}, func(answer fieldsOf) bool {
			hits, _ := answer["hits"].([]any)
			return len(hits) > 0
		})
	}
}

// awaits repeats a search until its response fits, because the index follows the store by a moment.
func (k *kindTrip) awaits(body fieldsOf, fits func(fieldsOf) bool) {
	k.t.Helper()
	var last fieldsOf
	for end := time.Now().Add(processPatience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		status, _, data, err := k.client.send("POST", "/search/indexes/samples/search", "", body)
		if err == nil && status == 200 && fits(data) {
			return
		}
		if last = data; err == nil && status == 400 {
			break
		}
	}
	k.t.Errorf("%v never fits: %v", body, last)
}

func (k *kindTrip) describes(c kindCase, document fieldsOf) {
	k.t.Helper()
	schemas := document["components"].(fieldsOf)["schemas"].(fieldsOf)
	property, ok := schemas["Sample"].(fieldsOf)["properties"].(fieldsOf)[k.field(c)].(fieldsOf)
	if !ok || len(property) == 0 {
		k.t.Errorf("the OpenAPI document has %v", property)
	}
}

// changedFields gives an entry other values and returns the fields that the comparison of its versions names.
func (k *kindTrip) changedFields(id string, values fieldsOf) (names []string) {
	k.t.Helper()
	values = maps.Clone(values)
	delete(values, "name")
	delete(values, "slugField") // which is another entry's
	values["slugField"] = "bauhof-drei"
	status, _, data, err := k.client.send("PUT", "/api/samples/"+id, "", fieldsOf{"data": values})
	if err != nil || status != 200 {
		k.t.Fatalf("changing: %d %v %v", status, data, err)
	}
	for _, change := range k.get("/manage/entries/sample/" + id + "/history/compare?from=1&to=2")["data"].([]any) {
		names = append(names, change.(fieldsOf)["field"].(string))
	}
	return names
}

// comesBack exports the entries, empties one, imports the file, and compares the entry with what it was.
func (k *kindTrip) comesBack(format, id string) {
	k.t.Helper()
	file := filepath.Join(k.t.TempDir(), "samples."+format)
	k.command("export", "--type", "sample", "--out", file)
	empty := fieldsOf{}
	for _, c := range kindCases {
		empty[k.field(c)] = nil
	}
	status, _, data, err := k.client.send("PUT", "/api/samples/"+id, "", fieldsOf{"data": empty})
	if err != nil || status != 200 {
		k.t.Fatalf("emptying: %d %v %v", status, data, err)
	}
	k.command("import", "--type", "sample", "--key", "name", "--publish", file)
	after := k.get("/api/samples/" + id + "?populate=*")
	for _, c := range kindCases {
		k.reads(c, after)
	}
}

// upload sends a file and returns its id.
func (k *kindTrip) upload(name, text string) any {
	k.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("files", name)
	if err == nil {
		_, err = io.WriteString(part, text)
	}
	if err = errors.Join(err, form.Close()); err != nil {
		k.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(k.t.Context(), "POST", k.client.url+"/api/upload", &body)
	if err != nil {
		k.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Authorization", "Bearer "+k.client.token)
	res, err := k.client.http.Do(req)
	if err != nil {
		k.t.Fatal(err)
	}
	defer res.Body.Close()
	var files []fieldsOf
	if err := json.NewDecoder(res.Body).Decode(&files); err != nil || len(files) != 1 {
		k.t.Fatalf("uploading: %d %v %v", res.StatusCode, files, err)
	}
	return files[0]["id"]
}
