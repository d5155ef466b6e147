package strapi

import (
	"strings"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// projectType has a field of every kind that matters to a body.
func projectType() *schema.Type {
	relation := func(name, to string, many bool) *schema.Field {
		return &schema.Field{Name: name, Kind: schema.Relation, Many: many, Relation: &schema.Target{To: to}}
	}
	plain := func(name string, kind schema.Kind) *schema.Field { return &schema.Field{Name: name, Kind: kind} }
	return &schema.Type{ID: "project", Plural: "projects", Drafts: true, Fields: []*schema.Field{
		plain("title", schema.String), plain("slug", schema.Slug), plain("summary", schema.Text), plain("secret", schema.String),
		plain("phase", schema.Enum), plain("startYear", schema.Integer), plain("budget", schema.Number),
		plain("bestPractice", schema.Boolean), plain("startsOn", schema.Date), plain("checkedAt", schema.DateTime),
		plain("extra", schema.JSON), plain("place", schema.Point), {Name: "tags", Kind: schema.String, Many: true},
		relation("topics", "topic", true), relation("municipalities", "municipality", true), relation("contact", "person", false),
		{Name: "links", Kind: schema.Object, Many: true, Fields: []*schema.Field{
			plain("label", schema.String), plain("url", schema.URI), relation("target", "project", false), {Name: "icon", Kind: schema.Asset},
		}},
		{Name: "seo", Kind: schema.Object, Fields: []*schema.Field{
			plain("title", schema.String), relation("related", "project", true), {Name: "image", Kind: schema.Asset},
		}},
		{Name: "logo", Kind: schema.Asset}, {Name: "files", Kind: schema.Asset, Many: true},
	}}
}

func runBody(t *testing.T) func(string) string {
	typ := projectType()
	return func(line string) string {
		changes, err := ParseBody([]byte(line), typ)
		if err != nil {
			if changes != nil {
				t.Errorf("%s: changes beside an error", line)
			}
			return dumpError(t, err)
		}
		return dumpChanges(changes)
	}
}

func TestParseBody(t *testing.T) { golden(t, "testdata/body.txt", runBody(t)) }

// What a Strapi 5.54 was really sent.
func TestParseBodyRecorded(t *testing.T) { golden(t, "testdata/recorded-body.txt", runBody(t)) }

func TestParseBodyRefuses(t *testing.T) {
	if n := golden(t, "testdata/bad-body.txt", runBody(t)); n < 40 {
		t.Errorf("only %d refused bodies", n)
	}
}

// Bodies that a text file cannot hold.
func TestParseBodyBytes(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"nothing":        {"", `Missing "data" payload in the request body`},
		"only blanks":    {" \r\n\t", `Missing "data" payload in the request body`},
		"not UTF-8":      {"\xff\xfe", "invalid JSON, only supports object and array"},
		"not UTF-8 in":   {"{\"data\":{\"title\":\"\xff\"}}", "UTF-8"},
		"mark at start":  {"\xef\xbb\xbf{}", "invalid JSON, only supports object and array"},
		"control":        {"{\"data\":{\"title\":\"a\nb\"}}", "Invalid JSON"},
		"too deep":       {`{"data":{"extra":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}}`, "levels"},
		"long name":      {`{"data":{"` + strings.Repeat("x", 5000) + `":1}}`, "Invalid key xxx"},
		"too many links": {`{"data":{"topics":["a"` + strings.Repeat(`,"a"`, MaxLinks) + `]}}`, "more than 2000 targets"},
	} {
		_, err := ParseBody([]byte(c.body), projectType())
		e := fault.As(err)
		if err == nil || e.Code.Status() != 400 || !strings.Contains(e.Message, c.want) || len(e.Message) > 400 {
			t.Errorf("%s: %v", name, err)
		}
	}
	body := `{"data":{"topics":["a"` + strings.Repeat(`,"a"`, MaxLinks-1) + `]}}`
	if changes, err := ParseBody([]byte(body), projectType()); err != nil || len(changes["topics"].(content.Links).Set) != MaxLinks {
		t.Errorf("links at the bound: %v", err)
	}
}

// Links are a value, not a pointer, and null stays nil: content tells them apart by type.
func TestParseBodyTypes(t *testing.T) {
	changes, err := ParseBody([]byte(`{"data":{"topics":[7],"contact":null,"title":"x","links":[{"target":"abc","icon":{"id":3}}]}}`), projectType())
	if err != nil {
		t.Fatal(err)
	}
	if l, ok := changes["topics"].(content.Links); !ok || !l.Replace || l.Set[0] != (content.Link{ID: 7}) {
		t.Errorf("topics: %#v", changes["topics"])
	}
	if v, ok := changes["contact"]; !ok || v != nil {
		t.Errorf("contact: %#v", v)
	}
	item := changes["links"].(value.List)[0].(value.Object)
	if l, ok := item["target"].(content.Links); !ok || l.Set[0].DocumentID != "abc" || item["icon"] != int64(3) {
		t.Errorf("links: %#v", item)
	}
	if changes, err := ParseBody([]byte(`{"data":{}}`), projectType()); err != nil || changes == nil || len(changes) != 0 {
		t.Errorf("empty: %#v %v", changes, err)
	}
}

func TestParsePlain(t *testing.T) {
	o, err := ParsePlain([]byte(`{"identifier":"a@example.org","password":"p"}`))
	if err != nil || o["identifier"] != "a@example.org" || o["password"] != "p" {
		t.Errorf("%v %v", o, err)
	}
	for body, want := range map[string]fault.Code{
		"": fault.Invalid, "[]": fault.Invalid, `"x"`: fault.Syntax, "{": fault.Syntax, `{"a":1,"a":2}`: fault.Syntax, `{}{}`: fault.Syntax,
	} {
		if _, err := ParsePlain([]byte(body)); !fault.Is(err, want) {
			t.Errorf("%q: %v", body, err)
		}
	}
}
