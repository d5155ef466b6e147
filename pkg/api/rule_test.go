package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// Rules between fields hold for whatever publishes, and the error stands at the field; a draft may be
// half changed.
func TestRulesBetweenFieldsAtPublish(t *testing.T) {
	s := newServer(t, setup{})
	body := func(end string) string {
		return `{"data":{"title":"Treffen","start":{"local":"2027-05-01T09:00","zone":"Europe/Berlin"},"end":{"local":"` + end + `","zone":"Europe/Berlin"}}}`
	}
	r := s.want(400, call{"POST", "/api/events", "editor", body("2027-05-01T08:00"), nil})
	r.wantAt(t, "error.details.errors.0.path", `["end"]`)
	r.wantAt(t, "error.details.errors.0.code", `"too_early"`)
	r.wantAt(t, "error.details.errors.0.messages.de", `"„Ende“: darf nicht vor „Beginn“ liegen."`)
	id := s.want(201, call{"POST", "/api/events?status=draft", "editor", body("2027-05-01T08:00"), nil}).text(t, "data.documentId")
	p := s.want(400, call{"POST", "/manage/entries/event/" + id + "/publish", "editor", "", map[string]string{"If-Match": "*"}})
	p.wantAt(t, "errors.0.pointer", `"/end"`)
	late := s.want(200, call{"PUT", "/api/events/" + id + "?populate=organiser", "editor", `{"data":{"start":{"local":"2027-05-01T07:00"}}}`, nil})
	late.wantAt(t, "data.organiser", "null") // a token has no organisation
}

// A new event of an organizer is that of the own organisation unless it says something else, and the
// public reads so. What is sent counts, also that there is none; a later write adds nothing.
func TestOrganiserIsTheOwnOrganisation(t *testing.T) {
	f := newField(t)
	made := func(by, more string) string {
		body := `{"data":{"title":"Treffen ` + by + `","start":{"local":"2027-05-01T09:00"}` + more + `}}`
		return f.want(201, call{"POST", "/api/events", by, body, nil}).text(t, "data.documentId")
	}
	organiser := func(by, id string) string {
		r := f.want(200, call{"GET", "/api/events/" + id + "?populate=organiser", by, "", nil})
		return fmt.Sprint(r.at(t, "data.organiser"))
	}
	id := made("organizer", "")
	if got := organiser("", id); !strings.Contains(got, f.org) {
		t.Errorf("the public reads the organiser %s", got)
	}
	for _, by := range []string{"organizer", "editor"} {
		if got := organiser("", made(by, `,"organiser":null`)); got != "<nil>" {
			t.Errorf("%s sends none, and the organiser is %s", by, got)
		}
	}
	f.want(200, call{"PUT", "/api/events/" + id, "organizer", `{"data":{"organiser":null}}`, nil})
	f.want(200, call{"PUT", "/api/events/" + id, "organizer", `{"data":{"title":"Neu"}}`, nil})
	if got := organiser("", id); got != "<nil>" {
		t.Errorf("a later write fills in the organiser %s", got)
	}
	if got := organiser("", made("admin", `,"organiser":"`+f.entries["organisation"]["foreign"]+`"`)); !strings.Contains(got, f.entries["organisation"]["foreign"]) {
		t.Errorf("the admin sends another organiser, and it is %s", got)
	}
	r := f.do(call{"POST", "/api/events", "organizer", `{"data":{"title":"x","start":{"local":"2027-05-01T09:00"},"organiser":"` + f.entries["organisation"]["foreign"] + `"}}`, nil})
	if r.status != 400 || !strings.Contains(r.body, "organiser") {
		t.Errorf("a foreign organiser of an organizer: %d %s", r.status, r.body)
	}
}

// Who publishes an entry whose required relation leads only to drafts is told so, at the field; it is
// published all the same, and once a target is public nothing is said.
func TestPublishWarnsOfRelationsToDrafts(t *testing.T) {
	s := newServer(t, setup{})
	topic := s.draft("topics", `{"name":"Bauhof"}`)
	body := `{"data":{"title":"Projekt","topics":["` + topic + `"]}}`
	r := s.want(201, call{"POST", "/api/projects", "editor", body, nil})
	r.wantAt(t, "meta.warnings.0.path", `["topics"]`)
	r.wantAt(t, "meta.warnings.0.code", `"hidden_target"`)
	id := r.text(t, "data.documentId")
	s.want(200, call{"GET", "/api/projects/" + id, "", "", nil}).wantAt(t, "meta", "{}")
	s.want(200, call{"PUT", "/api/projects/" + id + "?status=draft", "editor", `{"data":{"title":"Neu"}}`, nil}).wantAt(t, "meta", "{}")
	publish := call{"POST", "/manage/entries/project/" + id + "/publish", "editor", "", map[string]string{"If-Match": "*"}}
	p := s.want(200, publish)
	p.wantAt(t, "data.status", `"published"`)
	p.wantAt(t, "meta.warnings.0.pointer", `"/topics"`)
	s.want(200, call{"PUT", "/api/topics/" + topic, "editor", `{"data":{}}`, nil})
	s.want(200, call{"PUT", "/api/projects/" + id, "editor", `{"data":{"title":"Neuer"}}`, nil}).wantAt(t, "meta", "{}")
	if p := s.want(200, publish); strings.Contains(p.body, "warnings") {
		t.Errorf("a warning without a cause: %s", p.body)
	}
}
