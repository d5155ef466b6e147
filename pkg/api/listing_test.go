package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kontor/pkg/auth"
)

func TestEditorsList(t *testing.T) {
	s := newServer(t, setup{})
	public := s.create("dossiers", `{"title": "Öffentlich", "year": 2001, "verdict": "geheim"}`)
	draft := s.draft("dossiers", `{"title": "Entwurf", "year": 2002}`)
	changed := s.create("dossiers", `{"title": "Vorher", "year": 2003}`)
	time.Sleep(2 * time.Millisecond) // times of changes are in milliseconds
	s.want(200, call{"PUT", "/api/dossiers/" + changed + "?status=draft", auth.Admin, `{"data": {"title": "Nachher"}}`, nil})
	list := "/manage/entries/dossier"

	s.want(200, call{"GET", list, auth.Editor, "", nil}).wantAt(t, "data.0.entry.title", `"Nachher"`) // the newest change first
	all := s.want(200, call{"GET", list + "?fields=title&sort=year:desc", auth.Editor, "", nil})
	all.wantAt(t, "meta.total", "3")
	for i, want := range []struct{ id, title, status string }{
		{changed, "Nachher", "modified"}, {draft, "Entwurf", "draft"}, {public, "Öffentlich", "published"},
	} {
		at := fmt.Sprintf("data.%d.", i)
		all.wantAt(t, at+"state.documentId", fmt.Sprintf("%q", want.id))
		all.wantAt(t, at+"entry.title", fmt.Sprintf("%q", want.title))
		all.wantAt(t, at+"state.status", fmt.Sprintf("%q", want.status))
	}
	if c := all.header.Get("Cache-Control"); !strings.Contains(c, "no-store") {
		t.Errorf("Cache-Control %q", c)
	}
	s.run(t, []scenario{
		{call{method: "GET", path: list + "?status=draft", by: auth.Editor}, 200, []string{"Entwurf", `"total":1`}, []string{"Nachher", "Öffentlich"}},
		{call{method: "GET", path: list + "?status=published&sort=title", by: auth.Editor}, 200, []string{"Nachher", "Öffentlich", `"total":2`}, []string{"Entwurf\""}},
		{call{method: "GET", path: list + "?filters[year][$gte]=2002&pagination[limit]=1&sort=year", by: auth.Editor}, 200, []string{"Entwurf", `"total":2`, `"limit":1`}, []string{"Nachher"}},
		{call{method: "GET", path: list + "?pagination[start]=1&pagination[limit]=1&sort=year", by: auth.Editor}, 200, []string{"Entwurf", `"start":1`}, []string{"Öffentlich"}},
		{call{method: "GET", path: list + "?filters[title]=Vorher", by: auth.Editor}, 200, []string{`"total":0`}, nil}, // a list of drafts
		{call{method: "GET", path: list + "?pagination[withCount]=false", by: auth.Editor}, 200, nil, []string{`"total":3`}},
		{call{method: "GET", path: list + "?_q=nachher", by: auth.Editor}, 200, []string{"Nachher", `"total":1`}, nil},
		{call{method: "GET", path: list + "?locale=en", by: auth.Editor}, 200, []string{`"total":0`}, nil},
		// What the caller may not read does not exist.
		{call{method: "GET", path: list, by: auth.Editor}, 200, nil, []string{"geheim", "verdict"}},
		{call{method: "GET", path: list, by: auth.Admin}, 200, []string{"geheim"}, nil},
		{call{method: "GET", path: list + "?filters[verdict]=geheim", by: auth.Editor}, 400, []string{"verdict"}, nil},
		{call{method: "GET", path: list + "?status=modified", by: auth.Editor}, 400, nil, []string{`"data"`}},
		{call{method: "GET", path: list + "?filter[year]=2001", by: auth.Editor}, 400, []string{"filters"}, nil},
		{call{method: "GET", path: list}, 403, nil, []string{"Entwurf"}},
		{call{method: "GET", path: list + "?status=published"}, 403, nil, []string{"Nachher"}},
		{call{method: "GET", path: "/manage/entries/nothing", by: auth.Editor}, 404, nil, nil},
	})
}

// TestEditorsListOfOrganizers: organizers list the entries of their own organisation, drafts included,
// and count no others.
func TestEditorsListOfOrganizers(t *testing.T) {
	f := newField(t)
	all := f.want(200, call{"GET", "/manage/entries/event?pagination[limit]=100", "organizer", "", nil})
	for name, id := range f.entries["event"] {
		listed := strings.Contains(all.body, id)
		if want := strings.HasPrefix(name, "own") && !strings.HasSuffix(name, "Gone"); listed != want {
			t.Errorf("%s: listed %v, want %v", name, listed, want)
		}
	}
	for _, w := range secretWord.FindAllString(all.body, -1) {
		if s := f.secrets[w]; !f.may("organizer", s) {
			t.Errorf("the list tells %s of %s", s.field, s.typ.ID)
		}
	}
	f.want(404, call{"GET", "/manage/entries/memo", "organizer", "", nil}) // as a type that does not exist
	stranger := f.want(200, call{"GET", "/manage/entries/event", "stranger", "", nil})
	stranger.wantAt(t, "meta.total", "0")
}
