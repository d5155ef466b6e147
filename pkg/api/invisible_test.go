package api_test

import (
	"context"
	"strings"
	"testing"

	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Titles and facts of files refuse characters that nobody sees. An entry of an older version that holds one can be edited and
// published, and only a new title must be clean.
func TestInvisibleCharactersInTitles(t *testing.T) {
	s := newServer(t, setup{})
	for _, title := range []string{"Bau\u202ehof", "Bau\u200bhof", "\u2066Bauhof\u2069", "Bau\u200dhof"} {
		r := s.want(400, call{"POST", "/api/projects?status=draft", "editor", `{"data":{"title":"` + title + `"}}`, nil})
		if !strings.Contains(r.body, "title must not contain invisible characters (U+20") || !strings.Contains(r.body, `"path":["title"]`) {
			t.Errorf("%+q: %s", title, r.body)
		}
	}
	for _, title := range []string{"👩\u200d🚒 Feuerwehr", "Gemeinde\u00adentwicklung"} {
		s.want(201, call{"POST", "/api/projects?status=draft", "editor", `{"data":{"title":"` + title + `"}}`, nil})
	}

	const old = "Alter\u200btitel"
	r := s.want(201, call{"POST", "/api/projects?status=draft", "editor", `{"data":{"title":"Altertitel","topics":["` + s.create("topics", `{"name":"Bau"}`) + `"]}}`, nil})
	id := r.text(t, "data.documentId")
	d, err := s.store.Get(context.Background(), "project", id+"/de", nil)
	if err != nil {
		t.Fatal(err)
	}
	draft := value.Object{}
	for name, v := range d.Part(store.Draft) {
		draft[name] = v
	}
	draft["title"] = old
	op := store.Op{Kind: store.Replace, Collection: "project", Key: d.Key, Rev: d.Rev, Parts: map[string]value.Object{store.Draft: draft}}
	if err := s.store.Apply(context.Background(), []store.Op{op}); err != nil {
		t.Fatal(err)
	}
	path := "/api/projects/" + id
	s.want(200, call{"PUT", path + "?status=draft", "editor", `{"data":{"title":"` + old + `","summary":"Neu"}}`, nil}).wantAt(t, "data.summary", `"Neu"`)
	s.want(400, call{"PUT", path + "?status=draft", "editor", `{"data":{"title":"` + old + `\u200b"}}`, nil})
	s.want(200, call{"POST", "/manage/entries/project/" + id + "/publish", "editor", "", anyRevision})
	s.want(200, call{"PUT", path, "editor", `{"data":{"title":"Neuer Titel"}}`, nil}).wantAt(t, "data.title", `"Neuer Titel"`)
}
