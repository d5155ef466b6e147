package api_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"kontor/pkg/api"
	"kontor/pkg/index"
	"kontor/pkg/lead"
)

// An administrator sees how far the search is, and has it compared and built anew; nobody else does.
func TestIndexForAdmins(t *testing.T) {
	s := newServer(t, setup{searched: true})
	s.someSearchable()
	id := s.create("dossiers", `{"title":"Klärwerk"}`)
	s.followed()
	calls := []call{{"GET", "/manage/index", "", "", nil}, {"POST", "/manage/index", "", `{"action":"verify"}`, nil}, {"GET", "/manage/index/jobs/x", "", "", nil}}
	for _, c := range calls {
		for by, status := range map[string]int{"": 403, "editor": 403} {
			c.by = by
			s.want(status, c).checkForm(t, c)
		}
	}
	status := s.get("admin", "/manage/index?entry=dossier/"+id)
	for _, want := range []string{`"name":"dossiers"`, `"state":"ready"`, `"leader":{"name":"test"`, `{"index":"dossiers","rev":1,"want":1}`, `"failed":[]`} {
		if !strings.Contains(status.body, want) {
			t.Errorf("the status lacks %s: %s", want, status.body)
		}
	}
	for _, body := range []string{`{"action":"verify"}`, `{"action":"verify","mend":true,"indexes":["dossiers"]}`, `{"action":"rebuild","indexes":["dossiers","all"]}`, `{"action":"rebuild","indexes":null}`} {
		job := s.ended(s.want(202, call{"POST", "/manage/index", "admin", body, nil}))
		if job["state"] != "done" || job["error"] != nil || job["result"] == nil {
			t.Errorf("%s: %v", body, job)
		}
	}
	s.followed()
	if got := s.searchIn("dossiers", `{"q":"klärwerk"}`).titles(s); got != "Klärwerk" {
		t.Errorf("after all that %q is found", got)
	}
	for body, names := range map[string]string{
		`{}`: "action", `[]`: "object", `{"action":"drop"}`: "action", `{"action":["verify"]}`: "action", `{"action":"rebuild","mend":true}`: "mend", `{"action":"verify","mend":1}`: "mend",
		`{"action":"rebuild","indexes":"all"}`: "indexes", `{"action":"rebuild","indexes":[1]}`: "indexes", `{"action":"rebuild","indexes":["nothing"]}`: "no index nothing",
		`{"action":"verify","what":true}`: "what",
	} {
		c := call{"POST", "/manage/index", "admin", body, nil}
		r := s.want(400, c)
		if r.checkForm(t, c); !strings.Contains(r.body, names) {
			t.Errorf("%s: %s does not name %s", body, r.body, names)
		}
	}
	s.want(404, call{"GET", "/manage/index/jobs/nothing", "admin", "", nil})
	for _, path := range []string{"/manage/index?entry=nothing", "/manage/index?entry=nothing/x", "/manage/index?foo=1", "/manage/index/jobs/x?foo=1"} {
		s.want(400, call{"GET", path, "admin", "", nil})
	}
	if r := s.get("", "/readyz"); !strings.Contains(r.body, `"search":"ok"`) {
		t.Error(r.body)
	}
}

// ended follows a job until it is over.
func (s *server) ended(r reply) map[string]any {
	s.t.Helper()
	var answer struct{ Data map[string]any }
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if err := json.Unmarshal([]byte(r.body), &answer); err != nil {
			s.t.Fatal(err)
		}
		if state := answer.Data["state"]; state == "done" || state == "failed" {
			return answer.Data
		}
		if time.Now().After(end) {
			s.t.Fatalf("the job does not end: %v", answer.Data)
		}
		r = s.get("admin", "/manage/index/jobs/"+answer.Data["id"].(string))
	}
}

// A server whose search another process has asks that one, and serves everything else meanwhile.
func TestIndexElsewhere(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) {
		st := openSQLite(t)
		jobs, err := lead.New(context.Background(), lead.Options{Store: st})
		if err == nil {
			o.Index, err = index.New(context.Background(), index.Options{Content: o.Content, Roles: o.Auth.Roles(), Store: st, Jobs: jobs})
		}
		if err != nil {
			t.Fatal(err)
		}
	}})
	if r := s.want(200, call{"GET", "/readyz", "", "", nil}); !strings.Contains(r.body, `"status":"ok"`) || !strings.Contains(r.body, `"search":"The search is not open`) {
		t.Error(r.body)
	}
	c := call{"GET", "/manage/index", "admin", "", nil}
	r := s.want(503, c)
	if r.checkForm(t, c); r.header.Get("Retry-After") == "" {
		t.Error("it does not say when to ask again")
	}
	s.want(202, call{"POST", "/manage/index", "admin", `{"action":"verify"}`, nil})
}
