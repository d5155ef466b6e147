package strapi

import (
	"encoding/json"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/value"
)

func topic(id int64, name string) *content.Entry {
	return &content.Entry{ID: id, DocumentID: "topic" + name, Attributes: content.Attributes{
		{Name: "name", Value: name}, {Name: "slug", Value: nil}, {Name: "createdAt", Value: "2026-01-02T03:04:05.000Z"},
	}}
}

func fullEntry() *content.Entry {
	return &content.Entry{ID: 2, DocumentID: "abcdefghijklmnopqrstuvwx", Locale: "de", Rev: 7, Attributes: content.Attributes{
		{Name: "title", Value: "Über \"allem\" <b>&</b>\n\u2028"}, {Name: "summary", Value: nil}, {Name: "startYear", Value: int64(2015)},
		{Name: "budget", Value: 1000.5}, {Name: "area", Value: 405.0}, {Name: "tiny", Value: 1e-7}, {Name: "huge", Value: 1e21},
		{Name: "bestPractice", Value: true}, {Name: "extra", Value: json.RawMessage(`{"a":[1,{"b":null}]}`)},
		{Name: "nothing", Value: json.RawMessage(nil)}, {Name: "tags", Value: value.List{"a", int64(1), 0.25, false}}, {Name: "none", Value: value.List{}},
		{Name: "place", Value: value.Object{"lng": 6.7, "lat": 51.25}},
		{Name: "createdAt", Value: "2026-01-02T03:04:05.000Z"}, {Name: "publishedAt", Value: nil}, {Name: "locale", Value: "de"},
		{Name: "topics", Value: []*content.Entry{topic(4, "A"), topic(6, "B")}}, {Name: "municipalities", Value: []*content.Entry{}},
		{Name: "experts", Value: []*content.Entry(nil)}, {Name: "contact", Value: topic(8, "C")}, {Name: "owner", Value: (*content.Entry)(nil)},
		{Name: "links", Value: []content.Attributes{{{Name: "id", Value: int64(1)}, {Name: "label", Value: "L"}}, {}}},
		{Name: "steps", Value: []content.Attributes(nil)},
		{Name: "seo", Value: content.Attributes{{Name: "title", Value: nil}, {Name: "related", Value: topic(9, "D")}}},
		{Name: "card", Value: content.Attributes(nil)},
	}}
}

const topicJSON = `"slug":null,"createdAt":"2026-01-02T03:04:05.000Z"}`

func TestAppendOne(t *testing.T) {
	want := `{"data":{"id":2,"documentId":"abcdefghijklmnopqrstuvwx",` +
		`"title":"Über \"allem\" <b>&</b>\n` + "\u2028" + `","summary":null,"startYear":2015,` +
		`"budget":1000.5,"area":405,"tiny":1e-7,"huge":1e+21,` +
		`"bestPractice":true,"extra":{"a":[1,{"b":null}]},"nothing":null,"tags":["a",1,0.25,false],"none":[],` +
		`"place":{"lat":51.25,"lng":6.7},` +
		`"createdAt":"2026-01-02T03:04:05.000Z","publishedAt":null,"locale":"de",` +
		`"topics":[{"id":4,"documentId":"topicA","name":"A",` + topicJSON + `,{"id":6,"documentId":"topicB","name":"B",` + topicJSON + `],` +
		`"municipalities":[],"experts":[],"contact":{"id":8,"documentId":"topicC","name":"C",` + topicJSON + `,"owner":null,` +
		`"links":[{"id":1,"label":"L"},{}],"steps":[],` +
		`"seo":{"title":null,"related":{"id":9,"documentId":"topicD","name":"D",` + topicJSON + `},"card":null},"meta":{}}`
	got := AppendOne([]byte("x"), fullEntry())
	if string(got) != "x"+want {
		t.Errorf("got  %s\nwant x%s", got, want)
	}
	if !json.Valid(got[1:]) {
		t.Error("not JSON")
	}
	if got := string(AppendOne(nil, nil)); got != `{"data":null,"meta":{}}` {
		t.Error(got)
	}
}

func TestAppendList(t *testing.T) {
	entry := &content.Entry{ID: 1, DocumentID: "a"}
	two := []*content.Entry{entry, {ID: 2, DocumentID: "b", Attributes: content.Attributes{{Name: "title", Value: "B"}}}}
	for _, c := range []struct {
		query, want string
		page        content.Page
	}{
		{"", `{"data":[{"id":1,"documentId":"a"},{"id":2,"documentId":"b","title":"B"}],"meta":{"pagination":{"page":1,"pageSize":25,"pageCount":1,"total":2}}}`,
			content.Page{Entries: two, Total: 2}},
		{"", `{"data":[],"meta":{"pagination":{"page":1,"pageSize":25,"pageCount":0,"total":0}}}`, content.Page{}},
		{"pagination[page]=2&pagination[pageSize]=2", `{"data":[{"id":1,"documentId":"a"}],"meta":{"pagination":{"page":2,"pageSize":2,"pageCount":3,"total":5}}}`,
			content.Page{Entries: two[:1], Total: 5}},
		{"pagination[page]=99", `{"data":[],"meta":{"pagination":{"page":99,"pageSize":25,"pageCount":1,"total":25}}}`, content.Page{Total: 25}},
		{"pagination[page]=-1&pagination[pageSize]=1000", `{"data":[],"meta":{"pagination":{"page":1,"pageSize":100,"pageCount":2,"total":101}}}`, content.Page{Total: 101}},
		{"pagination[withCount]=false", `{"data":[],"meta":{"pagination":{"page":1,"pageSize":25}}}`, content.Page{Total: -1}},
		{"pagination[withCount]=false", `{"data":[],"meta":{"pagination":{"page":1,"pageSize":25}}}`, content.Page{Total: 5}},
		{"", `{"data":[],"meta":{"pagination":{"page":1,"pageSize":25}}}`, content.Page{Total: -1}},
		{"pagination[start]=1&pagination[limit]=2", `{"data":[],"meta":{"pagination":{"start":1,"limit":2,"total":6}}}`, content.Page{Total: 6}},
		{"pagination[limit]=0", `{"data":[],"meta":{"pagination":{"start":0,"limit":1,"total":6}}}`, content.Page{Total: 6}},
		{"pagination[start]=1&pagination[withCount]=false", `{"data":[],"meta":{"pagination":{"start":1,"limit":25}}}`, content.Page{Total: -1}},
	} {
		req, err := ParseQuery(c.query, List)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(AppendList(nil, c.page, req)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.query, got, c.want)
		}
	}
	if got := string(AppendList(nil, content.Page{}, Request{WithCount: true})); !json.Valid([]byte(got)) {
		t.Errorf("a request without pages: %s", got)
	}
}

// A number reads back as the number that it was, in the digits that JavaScript would write.
func TestAppendNumber(t *testing.T) {
	for f, want := range map[float64]string{
		0.1: "0.1", -0.5: "-0.5", 1e-6: "0.000001", 1.5e-7: "1.5e-7", 123456789.125: "123456789.125", 85.67: "85.67", 0: "0", 3: "3",
		1.7976931348623157e308: "1.7976931348623157e+308", 5e-324: "5e-324", 9007199254740993: "9007199254740992",
	} {
		if got := string(appendValue(nil, f)); got != want {
			t.Errorf("%g: %s", f, got)
		}
	}
}
