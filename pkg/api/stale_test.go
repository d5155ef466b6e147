package api_test

import (
	"strings"
	"testing"
)

// Whoever is late learns who was first, when, and what to send next; under /manage what does not
// meet is merged.
func TestStale(t *testing.T) {
	s := newServer(t, setup{})
	made := s.want(201, call{"POST", "/api/projects?status=draft", "editor", `{"data":{"title":"Bauhof","startYear":2020}}`, nil})
	id, seen := made.text(t, "data.documentId"), map[string]string{"If-Match": made.header.Get("ETag")}
	entry := "/manage/entries/project/" + id
	s.want(200, call{"PUT", "/api/projects/" + id + "?status=draft", "admin", `{"data":{"startYear":2021}}`, nil})

	late := s.want(412, call{"PUT", "/api/projects/" + id + "?status=draft", "editor", `{"data":{"title":"Depot"}}`, seen})
	late.wantAt(t, "error.details.by", `"admin"`)
	late.wantAt(t, "error.details.action", `"update"`)
	late.wantAt(t, "error.details.fields", `["startYear"]`)
	state := s.want(200, call{"GET", entry, "editor", "", nil})
	if at := late.text(t, "error.details.at"); at != state.text(t, "data.updatedAt") {
		t.Errorf("changed at %s, the error says %s", state.text(t, "data.updatedAt"), at)
	}
	late.wantAt(t, "error.details.etag", `"\"2\""`)

	merged := s.want(200, call{"PUT", entry, "editor", `{"data":{"title":"Depot"}}`, seen})
	merged.wantAt(t, "data.merged", `["startYear"]`)
	merged.wantAt(t, "data.rev", "3")
	now := s.want(200, call{"GET", "/api/projects/" + id + "?status=draft", "editor", "", nil})
	now.wantAt(t, "data.title", `"Depot"`)
	now.wantAt(t, "data.startYear", "2021")
	same := s.want(412, call{"PUT", entry, "editor", `{"data":{"title":"Hof","startYear":1999}}`, seen})
	same.wantAt(t, "fields", `["title","slug","startYear"]`)
	same.wantAt(t, "by", `"editor"`)
	fresh := map[string]string{"If-Match": same.text(t, "etag")}
	if r := s.want(200, call{"PUT", entry, "editor", `{"data":{"title":"Hof","startYear":1999}}`, fresh}); strings.Contains(r.body, "merged") {
		t.Errorf("nothing was merged: %s", r.body)
	}
	s.want(428, call{"PUT", entry, "editor", `{"data":{"title":"Hof"}}`, nil})
	s.want(400, call{"PUT", entry, "editor", `{"data":{"nothing":"Hof"}}`, map[string]string{"If-Match": "*"}})
	s.want(412, call{"PUT", entry, "editor", `{"data":{"title":"Hof"}}`, map[string]string{"If-Match": `"99"`}})
	s.want(403, call{"PUT", entry, "", `{"data":{"title":"Hof"}}`, nil})
	s.want(412, call{"POST", entry + "/publish", "editor", "", seen})
	s.want(404, call{"GET", "/api/projects/" + id, "", "", nil}) // a save publishes nothing

	// Of two languages, and of a write that meets a deletion.
	s.want(404, call{"PUT", "/manage/entries/project/aaaaaaaaaaaaaaaaaaaaaaaa", "editor", `{"data":{"title":"Hof"}}`, seen})
}
