package api_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/value"
)

// office is a portal with an editor of the office, two organizers of one organisation and one of another, an event that three of
// them changed, and one that the editor deleted.
type office struct {
	*server
	event, gone string
}

func newOffice(t *testing.T) office {
	s := newServer(t, setup{})
	own, other := s.create("organisations", `{"name":"Eigene"}`), s.create("organisations", `{"name":"Andere"}`)
	for _, a := range []struct{ mail, name, role, organisation string }{
		{"dora", "Dora Desk", "editor", ""}, {"anna", "Anna Eigen", "organizer", own}, {"arne", "", "organizer", own}, {"bert", "Bert Andere", "organizer", other},
	} {
		body := fmt.Sprintf(`{"email":"%s@x.example","password":%q,"role":%q`, a.mail, s.password, a.role)
		for name, v := range map[string]string{"name": a.name, "organisation": a.organisation} {
			if v != "" {
				body += fmt.Sprintf(`,%q:%q`, name, v)
			}
		}
		s.want(201, call{"POST", "/api/users", "admin", body + "}", nil})
		s.signIn(a.mail, a.mail+"@x.example", s.password)
	}
	o := office{server: s}
	o.event, o.gone = o.draft("anna", "Fest"), o.draft("anna", "Abgesagt")
	for _, by := range []string{"dora", "arne"} {
		s.want(200, call{"PUT", "/api/events/" + o.event + "?status=draft", by, `{"data":{"summary":"von ` + by + `"}}`, nil})
	}
	if r := s.do(call{"DELETE", "/api/events/" + o.gone, "dora", "", nil}); r.status/100 != 2 {
		t.Fatalf("delete: %d %s", r.status, r.body)
	}
	return o
}

func (o office) draft(by, title string) string {
	o.t.Helper()
	r := o.want(201, call{"POST", "/api/events?status=draft", by, `{"data":{"title":"` + title + `"}}`, nil})
	return r.text(o.t, "data.documentId")
}

// age makes the store what an older version left: addresses in the place of names, and no account beside a deletion.
func (o office) age() {
	o.t.Helper()
	old := value.Object{"actor": "anna@x.example", "deletedBy": "dora@x.example", "deletedById": nil}
	for _, c := range []string{"event", "event~"} {
		f := query.Where("meta.actorId", query.Eq, "account/2")
		if _, err := o.store.Touch(context.Background(), c, f, value.Object{"actor": old["actor"]}, nil); err != nil {
			o.t.Fatal(err)
		}
	}
	set := value.Object{"actor": "dora@x.example", "deletedBy": old["deletedBy"], "deletedById": nil}
	if n, err := o.store.Touch(context.Background(), "event", query.Where("meta.deletedAt", query.NotNull, nil), set, nil); err != nil || n != 1 {
		o.t.Fatal(n, err)
	}
}

func (o office) names(by, path, field string) string {
	o.t.Helper()
	var out []string
	for _, v := range o.want(200, call{"GET", path, by, "", nil}).at(o.t, "data").([]any) {
		out = append(out, fmt.Sprint(v.(map[string]any)[field]))
	}
	return strings.Join(out, ", ")
}

// Changes show people's names, to other organisations the office's, and what an older version stored shows no address either.
func TestActorNames(t *testing.T) {
	o := newOffice(t)
	entry := "/manage/entries/event/" + o.event
	for _, stage := range []string{"fresh", "from an older version"} {
		if stage != "fresh" {
			o.age()
		}
		for by, want := range map[string][3]string{
			"anna":  {"Konto 3, Redaktion, Anna Eigen", "Konto 3", "Redaktion"},
			"arne":  {"Konto 3, Redaktion, Anna Eigen", "Konto 3", "Redaktion"},
			"dora":  {"Konto 3, Dora Desk, Anna Eigen", "Konto 3", "Dora Desk"},
			"admin": {"Konto 3, Dora Desk, Anna Eigen", "Konto 3", "Dora Desk"},
		} {
			got := [3]string{o.names(by, entry+"/history", "actor"), o.get(by, entry).text(t, "data.updatedBy"), o.names(by, "/manage/trash/event", "deletedBy")}
			if got != want {
				t.Errorf("%s, %s: %q, want %q", stage, by, got, want)
			}
			if one := o.get(by, entry+"/history/1").text(t, "data.actor"); one != "Anna Eigen" {
				t.Errorf("%s, %s: revision 1 is of %q", stage, by, one)
			}
		}
	}
	// A new name shows everywhere; a deleted account keeps the name that it had, unless that was its address.
	o.want(200, call{"PUT", "/api/users/2", "admin", `{"name":"Anna Neu"}`, nil}).wantAt(t, "name", `"Anna Neu"`)
	if got := o.names("dora", entry+"/history", "actor"); got != "Konto 3, Dora Desk, Anna Neu" {
		t.Errorf("after a new name: %s", got)
	}
	o.want(200, call{"DELETE", "/api/users/2", "admin", "", nil})
	if got := o.names("dora", entry+"/history", "actor"); got != "Konto 3, Dora Desk, Konto 2" {
		t.Errorf("after the account is gone: %s", got)
	}
	if got := o.names("arne", entry+"/history", "actor"); got != "Konto 3, Redaktion, Redaktion" {
		t.Errorf("to the organisation of an account that is gone: %s", got)
	}
}

// No response shows an account's address to others: every GET of the description is asked, and every act, by all who sign in.
func TestAddressesStayWithAccounts(t *testing.T) {
	o := newOffice(t)
	o.age()
	doc, _ := o.document("admin")
	fill := strings.NewReplacer("{id}", o.event, "{documentId}", o.event, "{type}", "event", "{rev}", "1", "{name}", "organizer", "{uid}", "events")
	paths := []string{
		"/api/events/" + o.event + "?status=draft&populate=*", "/api/events?status=draft&populate=*", "/api/organisations?populate=*",
		"/manage/entries/event/" + o.event + "/history/compare?from=1&to=2", "/manage/trash/event", "/manage/entries/event/" + o.gone + "/history",
		"/manage/explain?as=anna@x.example&type=event&id=" + o.event + "&action=read", "/api/users/1",
	}
	for path, item := range within(doc, "paths") {
		if item.(map[string]any)["get"] != nil {
			paths = append(paths, fill.Replace(path))
		}
	}
	slices.Sort(paths)
	if len(paths) < 60 {
		t.Fatalf("only %d paths are described", len(paths))
	}
	told := 0
	scan := func(c call) {
		r := o.do(c)
		for _, mail := range []string{"dora", "anna", "arne", "bert"} {
			own := mail == c.by && (c.path == "/api/users/me" || c.path == "/manage/session")
			if strings.Contains(r.body, mail+"@x.example") && !own {
				t.Errorf("%s %s shows %s the address of %s: %d %s", c.method, c.path, c.by, mail, r.status, r.body)
			}
		}
		if r.status/100 == 2 {
			told++
		}
	}
	for _, by := range []string{"dora", "anna", "bert", "editor", ""} {
		for _, path := range paths {
			scan(call{"GET", path, by, "", nil})
		}
	}
	for _, by := range []string{"dora", "anna"} {
		entry := "/manage/entries/event/" + o.event
		for _, act := range []string{"/previews", "/publish", "/unpublish", "/discard", "/history/1/restore"} {
			scan(call{"POST", entry + act, by, "", anyRevision})
		}
		scan(call{"PUT", "/api/events/" + o.event + "?status=draft", by, `{"data":{"summary":"neu"}}`, nil})
		scan(call{"PUT", "/api/events/" + o.event + "?status=draft", by, `{"data":{"summary":"alt"}}`, map[string]string{"If-Match": `"1-x"`}})
		scan(call{"POST", "/manage/trash/event/" + o.gone + "/restore", by, "", anyRevision})
		scan(call{"DELETE", "/api/events/" + o.gone, by, "", nil})
	}
	if told < 100 {
		t.Errorf("only %d responses were successful, so the scan proves little", told)
	}
}
