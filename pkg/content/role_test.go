package content_test

import (
	"slices"
	"strings"
	"testing"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/schemas"
)

const ownEntries = `"entries":{"meta.organisation":"$user.organisation"}`

// testRoles are of every shape that decides something else.
var testRoles = map[string]string{
	"planner": `{"types":["project"],"actions":["*"],"entries":{"phase":"planned"}}`,
	"scout":   `{"types":["project"],"actions":["read","readDraft"]},{"types":["project"],"actions":["create","update"],` + ownEntries + `}`,
	"member":  `{"types":["project"],"actions":["*"],` + ownEntries + `},{"types":["topic"],"actions":["read"],"entries":{"order":{"$lt":10}}}`,
	"mixed":   `{"types":["project"],"actions":["read"],"fields":["title"]},{"types":["project"],"actions":["read"],"entries":{"phase":"planned"}},{"types":["topic"],"actions":["read"]}`,
	"author":  `{"types":["project","town"],"actions":["read","readDraft","create","update"]}`,
	"dropper": `{"types":["project"],"actions":["read","create"]}`,
	"keeper":  `{"types":["thing"],"actions":["*"],` + ownEntries + `},{"actions":["upload"],` + ownEntries + `}`,
	"related": `{"types":["project"],"actions":["read"],"entries":{"topics":{"name":"Bauhof"}}}`,
}

// roleKit is a kit whose service has the roles of the test.
type roleKit struct {
	*kit
	accounts *auth.Service
}

func newRoleKit(t *testing.T) roleKit {
	k := newKit(t)
	accounts, err := auth.New(t.Context(), k.st, auth.Options{Now: k.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	for name, rules := range testRoles {
		r, err := auth.ParseRole([]byte(`{"name":"` + name + `","rules":[` + rules + `]}`))
		if err == nil {
			_, err = accounts.PutRole(t.Context(), r, 0, k.Types())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	k.Service, err = content.New(t.Context(), k.st, k.Types(), content.Options{Now: k.clock.now, Meta: schemas.FS, Roles: accounts.Roles(), Files: k.files})
	if err != nil {
		t.Fatal(err)
	}
	return roleKit{k, accounts}
}

// closePublic takes from the public what it reads, so that the rules of the other roles are all there is.
func (k roleKit) closePublic(t *testing.T) {
	t.Helper()
	now, err := k.accounts.RoleByName(t.Context(), auth.Public)
	if err == nil {
		_, err = k.accounts.PutRole(t.Context(), auth.Role{Name: auth.Public}, now.Rev, k.Types())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// account makes an account and gives it as who calls.
func (k roleKit) account(name, role, organisation string) auth.Caller {
	k.Helper()
	_, err := k.accounts.CreateAccount(k.Context(), auth.NewAccount{Mail: name + "@x.example", Role: role, Organisation: organisation, Password: "correct horse battery"})
	if err != nil {
		k.Fatal(err)
	}
	c, err := k.accounts.CallerNamed(k.Context(), name+"@x.example")
	if err != nil {
		k.Fatal(err)
	}
	return c
}

func as(role, organisation string) auth.Caller {
	return auth.Caller{ID: "account/" + role, Name: role, Role: role, Organisation: organisation}
}

func wants(t *testing.T, what string, err error, code fault.Code) {
	t.Helper()
	if code == "" && err != nil || code != "" && !fault.Is(err, code) {
		t.Errorf("%s: %v, want %q", what, err, code)
	}
}

// A rule judges an entry before a write and again after it.
func TestRulesBeforeAndAfter(t *testing.T) {
	k := newRoleKit(t)
	ctx, p, typ := t.Context(), as("planner", ""), k.typ("project")
	_, err := k.Create(ctx, p, typ, obj{"title": "A", "phase": "running"}, content.Write{})
	wants(t, "create outside", err, fault.Forbidden)
	saved, err := k.Create(ctx, p, typ, obj{"title": "A", "phase": "planned"}, content.Write{})
	wants(t, "create inside", err, "")
	for _, draft := range []bool{true, false} {
		_, err = k.Update(ctx, p, typ, saved.DocumentID, obj{"phase": "running"}, content.Write{Draft: draft})
		wants(t, "move out", err, fault.Forbidden)
	}
	running := k.create("project", obj{"title": "B", "phase": "running"})
	_, err = k.Update(ctx, p, typ, running, obj{"phase": "planned"}, content.Write{})
	wants(t, "take over", err, fault.NotFound)
	wants(t, "delete", k.Delete(ctx, p, typ, running, content.Write{}), "") // it is not there for the caller
	if k.doc("project", running, "", true)["phase"] != "running" || k.doc("project", saved.DocumentID, "", true)["phase"] != "planned" {
		t.Error("something was changed")
	}
	// Discarding and going back lead out as well.
	k.update("project", running, obj{"phase": "planned"}, content.Write{Draft: true})
	_, err = k.Discard(ctx, p, typ, running, content.Write{})
	wants(t, "discard", err, fault.Forbidden)
	_, err = k.RestoreVersion(ctx, p, typ, running, 1, content.Write{})
	wants(t, "go back", err, fault.NotFound)
}

// Earlier states are judged as they were, and what is in the trash by what it was.
func TestRulesOfThePast(t *testing.T) {
	k := newRoleKit(t)
	ctx, p, typ := t.Context(), as("planner", ""), k.typ("project")
	id := k.create("project", obj{"title": "A", "phase": "running", "body": "<p>secret</p>"})
	k.update("project", id, obj{"phase": "planned", "body": "<p>open</p>"}, content.Write{})
	k.update("project", id, obj{"startYear": int64(2000)}, content.Write{})
	list, err := k.History(ctx, p, typ, id, "")
	if err != nil || len(list) != 2 || list[1].Rev != 2 {
		t.Errorf("history %+v, %v", list, err)
	}
	_, err = k.Version(ctx, p, typ, id, "", 1)
	wants(t, "version", err, fault.NotFound)
	_, err = k.Compare(ctx, p, typ, id, "", 1, 2)
	wants(t, "compare", err, fault.NotFound)
	_, err = k.Update(ctx, p, typ, id, obj{"title": "x"}, content.Write{IfMatch: 1})
	if fault.As(err).Code != fault.Stale || fault.As(err).Details["fields"] != nil {
		t.Errorf("a stale write tells %v", fault.As(err).Details)
	}
	running := k.create("project", obj{"title": "B", "phase": "running"})
	for _, id := range []string{id, running} {
		if err := k.Delete(ctx, admin, typ, id, content.Write{}); err != nil {
			t.Fatal(err)
		}
	}
	trash, total, err := k.Trash(ctx, p, typ, query.Page{Limit: 10})
	if err != nil || total != 1 || len(trash) != 1 || trash[0].DocumentID != id || trash[0].Title != "A" {
		t.Errorf("trash %+v of %d, %v", trash, total, err)
	}
	if trash, total, _ := k.Trash(ctx, p, typ, query.Page{Limit: 10, Offset: 1}); total != 1 || len(trash) != 0 {
		t.Errorf("second page %+v of %d", trash, total)
	}
	_, err = k.Restore(ctx, p, typ, running, content.Write{})
	wants(t, "restore", err, fault.NotFound)
	wants(t, "purge", k.Purge(ctx, p, typ, running, content.Write{}), fault.NotFound)
	_, err = k.History(ctx, p, typ, running, "")
	wants(t, "history of the trash", err, fault.NotFound)
	_, err = k.Restore(ctx, p, typ, id, content.Write{})
	wants(t, "restore what was planned", err, "")
}

// An entry belongs to whom its first locale belongs: nobody takes it over, or gives it away, by adding another.
func TestLocalesBelongTogether(t *testing.T) {
	k := newRoleKit(t)
	ctx, typ := t.Context(), k.typ("project")
	mine, theirs := as("member", "aaa"), as("scout", "bbb")
	saved, err := k.Create(ctx, mine, typ, obj{"title": "A", "phase": "planned"}, content.Write{})
	wants(t, "create", err, "")
	_, err = k.Update(ctx, theirs, typ, saved.DocumentID, obj{"title": "Mine now"}, content.Write{Locale: "en", Draft: true})
	wants(t, "a locale of a foreign entry", err, fault.Forbidden)
	_, err = k.Update(ctx, admin, typ, saved.DocumentID, obj{"title": "A", "phase": "planned"}, content.Write{Locale: "en", Draft: true})
	wants(t, "the admin adds a locale", err, "")
	_, err = k.Get(ctx, mine, typ, saved.DocumentID, query.Query{Locale: "en", Draft: true})
	wants(t, "who owns the entry sees it", err, "")
	// Again over a tombstone.
	wants(t, "delete", k.Delete(ctx, admin, typ, saved.DocumentID, content.Write{Locale: "en"}), "")
	_, err = k.Update(ctx, theirs, typ, saved.DocumentID, obj{"title": "Mine now"}, content.Write{Locale: "en", Draft: true})
	wants(t, "over a tombstone", err, fault.Forbidden)
	_, err = k.Get(ctx, as("member", "bbb"), typ, saved.DocumentID, query.Query{Draft: true})
	wants(t, "of another organisation", err, fault.NotFound)
	_, err = k.Get(ctx, as("member", ""), typ, saved.DocumentID, query.Query{Draft: true})
	wants(t, "of none", err, fault.NotFound)
}

// Where rules give different fields, an entry shows those of the rules that hit it, and lists know only those that all rules give.
func TestRulesWithFields(t *testing.T) {
	k := newRoleKit(t)
	k.closePublic(t)
	c, typ := as("mixed", ""), k.typ("project")
	topic := k.create("topic", obj{"name": "T"})
	values := obj{"title": "A", "phase": "planned", "summary": "Kurz", "startYear": int64(2000), "topics": content.Links{Replace: true, Set: []content.Link{{DocumentID: topic}}}}
	open := k.create("project", values)
	values["title"], values["phase"] = "B", "running"
	shut := k.create("project", values)
	all := []query.Populate{{Path: "topics"}}
	for id, want := range map[string]bool{open: true, shut: false} {
		e, err := k.Get(t.Context(), c, typ, id, query.Query{Populate: all})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"summary", "startYear", "phase", "topics", "slug"} {
			if _, ok := e.Attributes.Get(name); ok != want {
				t.Errorf("%s shown: %v, want %v", name, ok, want)
			}
		}
		if _, ok := e.Attributes.Get("title"); !ok {
			t.Error("no title")
		}
	}
	k.hits(c, "project", query.Query{Filter: query.Where("title", query.NotNull, nil)}, "A", "B")
	k.hits(c, "project", query.Query{Text: "Kurz"})
	k.hits(c, "project", query.Query{Text: "B"}, "B")
	for _, q := range []query.Query{
		{Filter: query.Where("summary", query.NotNull, nil)}, {Sort: []query.Order{{Path: "startYear"}}}, {Filter: query.Where("topics", query.NotNull, nil)},
		{Filter: query.Filter{Op: query.Match, Path: "topics", Args: []query.Filter{query.Where("name", query.Eq, "T")}}},
	} {
		q.Page.Limit = 10
		_, err := k.List(t.Context(), c, typ, q)
		wants(t, "a field that only some entries show", err, fault.Invalid)
	}
	if e, err := k.List(t.Context(), c, typ, query.Query{Fields: []string{"title", "secret"}, Page: query.Page{Limit: 5}}); err == nil {
		t.Errorf("above the ceiling: %+v", e)
	}
}

// Who may not publish makes drafts; where there are none, nothing.
func TestWritesWithoutPublishing(t *testing.T) {
	k := newRoleKit(t)
	ctx, c := t.Context(), as("author", "")
	saved, err := k.Create(ctx, c, k.typ("project"), obj{"title": "A", "phase": "planned"}, content.Write{})
	if err != nil || saved.Published {
		t.Errorf("%+v, %v", saved, err)
	}
	id := k.create("project", obj{"title": "B", "phase": "planned"})
	if saved, err = k.Update(ctx, c, k.typ("project"), id, obj{"title": "C"}, content.Write{}); err != nil || saved.Published || k.doc("project", id, "", false)["title"] != "B" {
		t.Errorf("%+v, %v", saved, err)
	}
	_, err = k.Create(ctx, c, k.typ("town"), obj{"name": "Unna", "ags": "05978040"}, content.Write{})
	wants(t, "a type without drafts", err, fault.Forbidden)
	_, err = k.Create(ctx, as("dropper", ""), k.typ("project"), obj{"title": "D", "phase": "planned"}, content.Write{Draft: true})
	wants(t, "what can't be read", err, fault.Forbidden)
	if n, _ := k.names(admin, "project", query.Query{Draft: true}); len(n) != 2 {
		t.Errorf("%q", n)
	}
}

// Links go to what the caller may read, and a draft shows what it points to also to those who read only what is published of that.
func TestRulesOfTargets(t *testing.T) {
	k := newRoleKit(t)
	k.closePublic(t)
	ctx, c, typ := t.Context(), as("member", "aaa"), k.typ("project")
	topics := map[string]string{"open": k.create("topic", obj{"name": "Offen", "order": int64(1)}), "shut": k.create("topic", obj{"name": "Zu", "order": int64(50)}),
		"draft": k.draft("topic", obj{"name": "Entwurf", "order": int64(1)})}
	link := func(name string) obj {
		return obj{"title": "A", "phase": "planned", "topics": content.Links{Replace: true, Set: []content.Link{{DocumentID: topics[name]}}}}
	}
	for _, name := range []string{"shut", "draft"} {
		_, err := k.Create(ctx, c, typ, link(name), content.Write{})
		if err == nil || len(fault.As(err).Fields) != 1 || fault.As(err).Fields[0].Code != "no_target" {
			t.Errorf("a link to %s: %v", name, err)
		}
	}
	_, err := k.Create(ctx, c, typ, obj{"title": "A", "phase": "planned", "towns": content.Links{Replace: true, Set: []content.Link{{ID: 1}}}}, content.Write{})
	wants(t, "a link to a type that is shut", err, fault.Invalid)
	saved, err := k.Create(ctx, c, typ, link("open"), content.Write{Draft: true})
	wants(t, "a link to what is open", err, "")
	e, err := k.Get(ctx, c, typ, saved.DocumentID, query.Query{Draft: true, Populate: []query.Populate{{Path: "*"}}})
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := e.Attributes.Get("topics"); len(v.([]*content.Entry)) != 1 {
		t.Errorf("topics %v", v)
	}
	if _, ok := e.Attributes.Get("towns"); ok {
		t.Error("a relation to a type that is shut is shown")
	}
	k.hits(c, "project", query.Query{Draft: true, Filter: query.Filter{Op: query.Match, Path: "topics", Args: []query.Filter{query.Where("name", query.Eq, "Offen")}}}, "A")
	k.hits(c, "project", query.Query{Draft: true, Filter: query.Filter{Op: query.Match, Path: "topics", Args: []query.Filter{query.Where("name", query.Eq, "Zu")}}})
}

// A rule may ask for what an entry points to.
func TestRulesThroughRelations(t *testing.T) {
	k := newRoleKit(t)
	k.closePublic(t)
	yard, other := k.create("topic", obj{"name": "Bauhof"}), k.create("topic", obj{"name": "Anderes"})
	for title, topic := range map[string]string{"A": yard, "B": other} {
		k.create("project", obj{"title": title, "phase": "planned", "topics": content.Links{Replace: true, Set: []content.Link{{DocumentID: topic}}}})
	}
	k.hits(as("related", ""), "project", query.Query{}, "A")
}

// An explanation is what really happens, and names the rule that opens the entry or what keeps it shut.
func TestExplain(t *testing.T) {
	k := newRoleKit(t)
	ctx, typ := t.Context(), k.typ("project")
	saved, err := k.Create(ctx, as("member", "aaa"), typ, obj{"title": "A", "phase": "planned", "secret": nil}, content.Write{})
	if err != nil {
		saved, err = k.Create(ctx, as("member", "aaa"), typ, obj{"title": "A", "phase": "planned"}, content.Write{})
	}
	if err != nil {
		t.Fatal(err)
	}
	callers := []auth.Caller{admin, editor, public, as("member", "aaa"), as("member", "bbb"), as("member", ""), as("scout", "bbb"), as("mixed", ""), as("nobody", ""), as("planner", "")}
	for _, c := range callers {
		for _, draft := range []bool{false, true} {
			a := auth.Read
			if draft {
				a = auth.ReadDraft
			}
			x, err := k.Explain(ctx, c, a, typ, saved.DocumentID, "")
			if err != nil {
				t.Fatal(err)
			}
			_, err = k.Get(ctx, c, typ, saved.DocumentID, query.Query{Draft: draft})
			answer := "ok"
			if err != nil {
				answer = string(fault.As(err).Code)
			}
			if x.Answer != answer || x.Allowed != (err == nil) || x.Reason == "" {
				t.Errorf("%s %s: explained %q (%s), is %q", c.Role, a, x.Answer, x.Reason, answer)
			}
			opened := false
			for _, r := range x.Rules {
				opened = opened || r.Opens
				if r.Why == "" {
					t.Errorf("%s %s: rule %d has no reason", c.Role, a, r.Number)
				}
			}
			if c.Role != auth.Admin && opened != x.Allowed {
				t.Errorf("%s %s: a rule opens %v, allowed %v", c.Role, a, opened, x.Allowed)
			}
		}
	}
	x, err := k.Explain(ctx, as("member", "bbb"), auth.Update, typ, saved.DocumentID, "")
	if err != nil || !strings.Contains(x.Rules[0].Why, `meta.organisation is "aaa", asked for is $eq "bbb"`) {
		t.Errorf("%+v, %v", x.Rules, err)
	}
	if x, _ := k.Explain(ctx, public, auth.Read, typ, "nothing", ""); x.Answer != "not_found" {
		t.Errorf("%+v", x)
	}
	if x, _ := k.Explain(ctx, as("mixed", ""), auth.Read, typ, saved.DocumentID, ""); len(x.Fields) != 1 || x.Fields[0].Field != "secret" {
		t.Errorf("hidden %+v", x.Fields)
	}
}

// What a role may do of a type, as a user interface asks for it.
func TestTypeView(t *testing.T) {
	k := newRoleKit(t)
	views, err := k.TypeViews(as("member", "aaa"))
	if err != nil || len(views) != 2 || views[0].Type.ID != "project" || views[1].Type.ID != "topic" || len(views[1].Rights) != 1 {
		t.Fatalf("%+v, %v", views, err)
	}
	props, _ := views[0].Schema["properties"].(obj)
	if _, ok := props["secret"]; ok || len(props) != len(views[0].Fields) || views[0].Rights[0].Every {
		t.Errorf("%v %+v", views[0].Fields, views[0].Rights)
	}
	for _, c := range []auth.Caller{public, as("nobody", ""), {}} {
		_, err := k.TypeViews(c)
		wants(t, c.Role, err, fault.Forbidden)
	}
	f := func(c auth.Caller, draft bool) bool {
		return k.Readable(c, k.typ("project"), draft)(&schema.Field{Name: "summary"})
	}
	if f(public, true) || !f(public, false) || !f(as("mixed", ""), false) || !f(as("member", ""), true) {
		t.Error("Readable is wrong")
	}
	if k.closePublic(t); f(as("mixed", ""), false) {
		t.Error("a field that only some entries show is readable in all")
	}
}

// Files are those that the upload rule opens; what only others may read can be neither put into an entry nor linked, which would open it.
func TestRulesOfFiles(t *testing.T) {
	k := newRoleKit(t)
	ctx, typ := t.Context(), k.typ("thing")
	aaa, bbb := strings.Repeat("a", 24), strings.Repeat("b", 24)
	mine, ours := k.account("mine", "keeper", aaa), k.account("ours", "keeper", aaa)
	theirs, nobody := k.account("theirs", "keeper", bbb), k.account("nobody", "keeper", aaa)
	nobody.Organisation = "" // as of an account that got the role before it needed an organisation
	f := k.upload(mine, "plan.txt", "Plan")
	secret := k.upload(theirs, "secret.txt", "Geheim")
	for _, c := range []auth.Caller{nobody, k.account("member", "member", aaa), public, as("nothing", aaa)} {
		if c.MayUpload() {
			t.Errorf("%s may upload", c.Name)
		}
	}
	for name, tt := range map[string]struct {
		c    auth.Caller
		file asset.File
		may  bool
	}{"own": {mine, f, true}, "of the own organisation": {ours, f, true}, "foreign": {theirs, f, false}, "of nobody": {nobody, f, false},
		"foreign again": {mine, secret, false}, "the editor's": {editor, secret, true}} {
		if got := asset.Owns(tt.c, tt.file); got != tt.may {
			t.Errorf("%s: owns %v", name, got)
		}
		if _, err := k.File(ctx, tt.c, tt.file.ID); (err == nil) != tt.may {
			t.Errorf("%s: %v", name, err)
		}
		if list, _, err := k.files.List(ctx, tt.c, asset.Query{Limit: 10}); tt.c.MayUpload() && (err != nil || slices.ContainsFunc(list, func(x asset.File) bool { return x.ID == tt.file.ID }) != tt.may) {
			t.Errorf("%s: listed %+v, %v", name, list, err)
		}
	}
	_, err := k.DeleteFile(ctx, mine, secret.ID)
	wants(t, "delete a foreign file", err, fault.NotFound)
	link := func(f asset.File) string { return `<p><a href="/files/` + f.Key + `/x.txt">x</a></p>` }
	for name, changes := range map[string]obj{"field": {"logo": secret.ID}, "list": {"files": list{secret.ID}}, "link": {"body": link(secret)}} {
		changes["title"] = "Ding"
		_, err := k.Create(ctx, mine, typ, changes, content.Write{})
		wants(t, "a foreign file in a "+name, err, fault.Invalid)
	}
	saved, err := k.Create(ctx, mine, typ, obj{"title": "Ding", "logo": f.ID, "body": link(f)}, content.Write{})
	wants(t, "an own file", err, "")
	// What an editor has linked stays when the organisation goes on writing.
	k.update("thing", saved.DocumentID, obj{"body": link(secret)}, content.Write{})
	_, err = k.Update(ctx, mine, typ, saved.DocumentID, obj{"title": "Ding 2", "body": link(secret) + "<p>mehr</p>"}, content.Write{})
	wants(t, "a link that was there", err, "")
}

// TestRowsWithoutDrafts: a row tells of revisions and actors, so also of a type without drafts only
// those are listed whose drafts the caller may read.
func TestRowsWithoutDrafts(t *testing.T) {
	t.Parallel()
	k := newRoleKit(t)
	r, err := auth.ParseRole([]byte(`{"name":"clerk","rules":[{"types":["town"],"actions":["read","create","update","publish"]},{"types":["town"],"actions":["readDraft"],` + ownEntries + `}]}`))
	if err == nil {
		_, err = k.accounts.PutRole(t.Context(), r, 0, k.Types())
	}
	if err != nil {
		t.Fatal(err)
	}
	town, _ := k.Types().Type("town")
	for _, org := range []string{"a", "b"} {
		c := auth.Caller{ID: "account/" + org, Name: org, Role: "clerk", Organisation: org}
		if _, err := k.Create(t.Context(), c, town, obj{"name": "Stadt " + org, "ags": "0551500" + org}, content.Write{}); err != nil {
			t.Fatal(err)
		}
	}
	rows, total, err := k.Rows(t.Context(), auth.Caller{ID: "account/a", Name: "a", Role: "clerk", Organisation: "a"}, town,
		query.Query{Page: query.Page{Limit: 10, Count: true}}, "")
	if err != nil || total != 1 || len(rows) != 1 || rows[0].State.Actor != "a" {
		t.Errorf("%d rows, total %d, %v", len(rows), total, err)
	}
}
