package auth_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
	"kontor/schemas"
)

func shippedTypes(t testing.TB) *schema.Set {
	t.Helper()
	set, err := schema.Load(schemas.FS, schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func role(t testing.TB, text string) auth.Role {
	t.Helper()
	r, err := auth.ParseRole([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What is wrong with a role is named by where it stands.
func TestRoleProblems(t *testing.T) {
	types := shippedTypes(t)
	rule := func(s string) string { return `{"name":"x","rules":[` + s + `]}` }
	event := func(entries string) string {
		return rule(`{"types":["event"],"actions":["read"],"entries":` + entries + `}`)
	}
	for _, tt := range []struct{ text, at string }{
		{`[]`, ""}, {`{"name":"X"}`, "name"}, {`{"name":"x","rules":{}}`, "rules"}, {`{"name":"x","rulez":[]}`, "rulez"}, {`{"name":"x","title":7}`, "title"},
		{rule(`7`), "rules.0"}, {rule(`{"types":["event"]}`), "rules.0.actions"}, {rule(`{"actions":["read"]}`), "rules.0.types"},
		{rule(`{"types":["event"],"actions":["write"]}`), "rules.0.actions"}, {rule(`{"types":["evnt"],"actions":["read"]}`), "rules.0.types"},
		{rule(`{"types":"event","actions":["read"]}`), "rules.0.types"}, {rule(`{"types":["event"],"actions":["read"],"fields":["titel"]}`), "rules.0.fields"},
		{rule(`{"types":["event"],"actions":["publish"],"fields":["title"]}`), "rules.0.fields"}, {rule(`{"types":["event"],"actions":["upload"]}`), "rules.0"},
		{rule(`{"types":["event"],"actions":["read"],"entries":null,"more":1}`), "rules.0.more"},
		{rule(`{"actions":["upload"],"entries":{"meta.owner":{"$eq":"x"}}}`), "rules.0.entries"},
		{event(`[]`), "rules.0.entries"}, {event(`{}`), "rules.0.entries"}, {event(`{"nope":1}`), "rules.0.entries"}, {event(`{"title":{}}`), "rules.0.entries.title"},
		{event(`{"title":{"$like":"x"}}`), "rules.0.entries.title.$like"}, {event(`{"$xor":[]}`), "rules.0.entries.$xor"},
		{event(`{"$or":{}}`), "rules.0.entries.$or"}, {event(`{"title":{"$eq":"$user.mail"}}`), "rules.0.entries.title.$eq"},
		{event(`{"title":{"$eq":"$me"}}`), "rules.0.entries.title.$eq"}, {event(`{"title":{"$in":"x"}}`), "rules.0.entries.title.$in"},
		{event(`{"title":{"$null":"x"}}`), "rules.0.entries.title.$null"}, {event(`{"title":{"$eq":{"a":1}}}`), "rules.0.entries.title.$eq"},
		{event(`{"start":{"$contains":"x"}}`), "rules.0.entries"}, {event(`{"capacity":{"$eq":"viele"}}`), "rules.0.entries"},
		{event(`{"place":{"$eq":"x"}}`), "rules.0.entries"}, {event(`{"title":{"inner":1}}`), "rules.0.entries"}, {event(`{"organiser":{"nope":1}}`), "rules.0.entries"},
		{event(`{"meta.organisation":{"$contains":"x"}}`), "rules.0.entries"}, {event(`{"meta.refs":{"$eq":"x"}}`), "rules.0.entries"},
		{event(`{"organisation":{"$eq":"$user.organisation"}}`), "rules.0.entries"}, {event(strings.Repeat(`{"$not":`, 40) + `{"title":1}` + strings.Repeat(`}`, 40)), ""},
		{`{"name":"public","rules":[{"types":["event"],"actions":["create"]}]}`, "rules.0.actions"},
		{`{"name":"public","rules":[{"types":["*"],"actions":["*"]}]}`, "rules.0.actions"}, {`{"name":"public","rules":[{"actions":["upload"]}]}`, "rules.0"},
	} {
		r, err := auth.ParseRole([]byte(tt.text))
		if err == nil {
			err = fault.Fields(r.Check(types))
		}
		if err == nil {
			t.Errorf("%s: no error", tt.text)
			continue
		}
		var at []string
		for _, f := range fault.As(err).Fields {
			at = append(at, strings.Join(f.Path, "."))
			if f.English == "" || f.German == "" || f.Code == "" {
				t.Errorf("%s: %+v is not complete", tt.text, f)
			}
		}
		if tt.at != "" && !slices.Contains(at, tt.at) {
			t.Errorf("%s: wrong at %q, want %s", tt.text, at, tt.at)
		}
	}
	for _, text := range []string{
		event(`{"meta.organisation":{"$eq":"$user.organisation"},"$or":[{"title":"x"},{"capacity":{"$gt":5}},{"organiser":{"documentId":"$user.organisation"}}]}`),
		event(`{"topics":{"name":{"$containsi":"x"}},"$not":{"agenda":{"title":{"$notNull":true}}}}`), rule(`{"types":["*"],"actions":["*"],"fields":["title"]}`),
		`{"name":"x"}`, rule(`{"actions":["upload"],"entries":{"meta.createdBy":{"$eq":"$user.id"}}}`),
	} {
		r := role(t, text)
		if err := fault.Fields(r.Check(types)); err != nil {
			t.Errorf("%s: %v %+v", text, err, fault.As(err).Fields)
		}
		again, err := auth.RoleOf(r.Object())
		if err != nil || string(value.Append(nil, again.Object())) != string(value.Append(nil, r.Object())) {
			t.Errorf("%s does not come back: %v", text, err)
		}
	}
}

// A fact that the caller does not have is hit by nothing, whichever way the comparison is turned.
func TestMissingFacts(t *testing.T) {
	types := shippedTypes(t)
	event, _ := types.Type("event")
	s, _ := open(t)
	for _, entries := range []string{
		`{"meta.organisation":{"$eq":"$user.organisation"}}`, `{"meta.organisation":{"$ne":"$user.organisation"}}`, `{"$not":{"meta.organisation":"$user.organisation"}}`,
		`{"meta.organisation":{"$in":["$user.organisation","x"]}}`, `{"meta.organisation":{"$notIn":["$user.organisation"]}}`,
		`{"title":{"$null":true},"meta.organisation":"$user.organisation"}`, `{"$not":{"agenda":{"title":{"$eq":"$user.organisation"}}}}`,
		`{"$not":{"$not":{"meta.organisation":"$user.organisation"}}}`, `{"$not":{"organiser":{"documentId":"$user.organisation"}}}`,
	} {
		r := role(t, `{"name":"x","rules":[{"types":["event"],"actions":["readDraft"],"entries":`+entries+`}]}`)
		rev := int64(0)
		if now, err := s.RoleByName(t.Context(), "x"); err == nil {
			rev = now.Rev
		}
		if _, err := s.PutRole(t.Context(), r, rev, types); err != nil {
			t.Fatal(err)
		}
		g, _ := s.Roles().Grant(auth.Caller{ID: "account/1", Role: "x"}, auth.ReadDraft, event, types)
		if !holdsNothing(g) {
			t.Errorf("%s without an organisation opens %+v", entries, g.Filter)
		}
		g, ok := s.Roles().Grant(auth.Caller{ID: "account/1", Role: "x", Organisation: "abc"}, auth.ReadDraft, event, types)
		if !ok || holdsNothing(g) {
			t.Errorf("%s with an organisation opens nothing", entries)
		}
	}
}

// holdsNothing tells whether a filter is, or demands, the one that hits nothing.
func holdsNothing(g auth.Grant) bool {
	f := g.Filter
	if f.Op == "or" && len(f.Args) == 0 {
		return true
	}
	if f.Op == "and" {
		for _, a := range f.Args {
			if a.Op == "or" && len(a.Args) == 0 {
				return true
			}
		}
	}
	return false
}

// Roles that were stored by an older version come to this one unless somebody changed them; those that are missing join.
func TestRolesUpgrade(t *testing.T) {
	ctx, st, c := context.Background(), openStore(t), newClock()
	s := newService(t, st, c)
	types := shippedTypes(t)
	organizer, err := s.RoleByName(ctx, "organizer")
	if err != nil || !organizer.Shipped || organizer.Changed || organizer.Rev != 1 {
		t.Fatalf("%+v, %v", organizer, err)
	}
	mine := role(t, `{"name":"organizer","rules":[{"types":["event"],"actions":["read"]}]}`)
	if _, err := s.PutRole(ctx, mine, organizer.Rev, types); err != nil {
		t.Fatal(err)
	}
	// As an older version would have left it: another text and a lower number, once untouched, once not there at all.
	old := value.Object{"role": `{"name":"reviewer","rules":[]}`, "shipped": `{"name":"reviewer","rules":[]}`, "version": int64(0)}
	err = st.Apply(ctx, []store.Op{{Kind: store.Replace, Collection: "_roles", Key: "reviewer", Rev: 1, Set: old},
		{Kind: store.Replace, Collection: "_roles", Key: "organizer", Rev: 2, Set: value.Object{"version": int64(0)}}, {Kind: store.Delete, Collection: "_roles", Key: "editor"}})
	if err != nil {
		t.Fatal(err)
	}
	s = newService(t, st, c)
	list, err := s.ListRoles(ctx)
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]int{}
	for _, r := range list {
		rules[r.Name] = len(r.Rules)
		if r.Changed != (r.Name == "organizer") || !r.Shipped || r.Broken != "" {
			t.Errorf("%s: changed %v, shipped %v, %s", r.Name, r.Changed, r.Shipped, r.Broken)
		}
	}
	if rules["organizer"] != 1 || rules["reviewer"] != 1 || rules["editor"] != 2 || rules["site"] != 0 || len(rules) != 6 {
		t.Errorf("rules %v", rules)
	}
	before := dump(t, st)
	newService(t, st, c)
	if after := dump(t, st); after != before {
		t.Errorf("one more start writes: %s", after)
	}
}

func dump(t *testing.T, st store.Store) string {
	t.Helper()
	docs, err := st.Find(t.Context(), "_roles", store.Query{})
	if err != nil {
		t.Fatal(err)
	}
	out := ""
	for _, d := range docs {
		out += d.Key + string(value.AppendCanonical(nil, d.Part(store.Meta))) + string(rune('0'+d.Rev)) + "\n"
	}
	return out
}

// A change is in force at once where it was made and within a second elsewhere; a role that can't be read opens nothing.
func TestRolesInForce(t *testing.T) {
	ctx, st, c := context.Background(), openStore(t), newClock()
	types := shippedTypes(t)
	event, _ := types.Type("event")
	here, there := newService(t, st, c), newService(t, st, c)
	caller := auth.Caller{ID: "account/1", Role: "desk"}
	may := func(s *auth.Service) bool { _, ok := s.Roles().Grant(caller, auth.Update, event, types); return ok }
	if may(here) {
		t.Error("a role that is not stored opens something")
	}
	r := role(t, `{"name":"desk","rules":[{"types":["event"],"actions":["update"]}]}`)
	before := here.Roles().Generation()
	if _, err := here.PutRole(ctx, r, 0, types); err != nil {
		t.Fatal(err)
	}
	if !may(here) {
		t.Error("it is not in force where it was made")
	}
	made := here.Roles().Generation()
	c.pass(time.Minute)
	if made <= before || here.Roles().Generation() != made {
		t.Errorf("generation %d, %d, then %d", before, made, here.Roles().Generation())
	}
	c.pass(999 * time.Millisecond)
	if !may(there) {
		t.Error("it is not in force elsewhere after a second")
	}
	if _, err := here.PutRole(ctx, r, 0, types); !fault.Is(err, fault.Conflict) {
		t.Errorf("made twice: %v", err)
	}
	if _, err := here.PutRole(ctx, r, 9, types); !fault.Is(err, fault.Stale) {
		t.Errorf("on another revision: %v", err)
	}
	set := func(rev int64, text string) {
		t.Helper()
		if err := st.Apply(ctx, []store.Op{{Kind: store.Replace, Collection: "_roles", Key: "desk", Rev: rev, Set: value.Object{"role": text}}}); err != nil {
			t.Fatal(err)
		}
		c.pass(time.Second)
	}
	for i, text := range []string{`{"name":"desk","rules":[{"types":["event"],"actions":["update"],"fields":"*"}]}`, `{"name":"admin","rules":[{"types":["*"],"actions":["*"]}]}`, `{`, ``} {
		set(int64(i+1), text)
		if may(here) || may(there) {
			t.Errorf("%s opens something", text)
		}
	}
	set(5, `{"name":"desk","rules":[{"types":["event"],"actions":["update"],"entries":{"gone":1}},{"types":["gone"],"actions":["*"]}]}`)
	if may(here) {
		t.Error("a rule that does not fit the types opens something")
	}
	if list, _ := here.ListRoles(ctx); list[1].Name != "desk" {
		t.Errorf("%+v", list)
	}
	create(t, here, "a@x.example", "desk")
	if err := here.DeleteRole(ctx, "desk", 0); !fault.Is(err, fault.Conflict) {
		t.Errorf("a role in use was deleted: %v", err)
	}
	if err := here.DeleteAccount(ctx, 1); err != nil {
		t.Fatal(err)
	}
	if err := here.DeleteRole(ctx, "desk", 0); err != nil || may(here) {
		t.Errorf("not deleted: %v", err)
	}
	if err := here.DeleteRole(ctx, "desk", 0); !fault.Is(err, fault.NotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	if err := here.DeleteRole(ctx, "reviewer", 0); !fault.Is(err, fault.Conflict) {
		t.Errorf("a shipped role was deleted: %v", err)
	}
}

// Whatever a role says, the public does no more than read public types.
func TestCeiling(t *testing.T) {
	ctx, st, c := context.Background(), openStore(t), newClock()
	s, types := newService(t, st, c), shippedTypes(t)
	text := `{"name":"public","rules":[{"types":["*"],"actions":["*"]},{"actions":["upload"]}]}`
	if err := st.Apply(ctx, []store.Op{{Kind: store.Replace, Collection: "_roles", Key: "public", Rev: 1, Set: value.Object{"role": text}}}); err != nil {
		t.Fatal(err)
	}
	c.pass(time.Second)
	for _, typ := range types.Types() {
		for _, a := range auth.Actions() {
			g, ok := s.Roles().Grant(auth.Anonymous(), a, typ, types)
			if ok != (a == auth.Read && typ.Public) {
				t.Errorf("%s %s: %v", a, typ.ID, ok)
			}
			for _, f := range typ.Fields {
				if ok && len(f.Access.Read) > 0 && !slices.Contains(f.Access.Read, auth.Public) && g.Fields.Open(f.Name) {
					t.Errorf("%s of %s is open", f.Name, typ.ID)
				}
			}
		}
	}
	if auth.Anonymous().MayUpload() {
		t.Error("the public may upload")
	}
}

func FuzzRole(f *testing.F) {
	types := shippedTypes(f)
	f.Add([]byte(`{"name":"x","rules":[{"types":["event"],"actions":["read"],"fields":["title"],"entries":{"$or":[{"title":{"$eq":"$user.id"}},{"topics":{"name":"x"}}],"$not":{"meta.owner":{"$in":["a",1,true]}}}}]}`))
	f.Add([]byte(`{"name":"public","rules":[{"actions":["upload"],"entries":{"meta.createdBy":{"$null":false}}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := auth.ParseRole(data)
		if err != nil {
			return
		}
		r.Check(types)
		for _, rule := range r.Rules {
			if err := rule.Entries.Positive(); err.Op == "not" {
				t.Errorf("%s keeps a Not", data)
			}
		}
		again, err := auth.RoleOf(r.Object())
		if err != nil || string(value.AppendCanonical(nil, again.Object())) != string(value.AppendCanonical(nil, r.Object())) {
			t.Errorf("%q does not come back as it is: %v", data, err)
		}
	})
}
