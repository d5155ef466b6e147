package auth_test

import (
	"context"
	"testing"

	"kontor/pkg/auth"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Whoever has a role reads at least the entries and the fields that the public reads, can filter by
// them, and can do no more than its own rules say. A change of the public role counts for all.
func TestEverybodyReadsWhatThePublicReads(t *testing.T) {
	types := shippedTypes(t)
	s, _ := open(t)
	for _, text := range []string{
		`{"name":"none","rules":[]}`,
		`{"name":"narrow","rules":[{"types":["event"],"actions":["read"],"fields":["title"],"entries":{"meta.owner":"$user.id"}}]}`,
	} {
		if _, err := s.PutRole(t.Context(), role(t, text), 0, types); err != nil {
			t.Fatal(err)
		}
	}
	callers := map[string]auth.Caller{}
	for _, name := range []string{"editor", "reviewer", "organizer", "site", "none", "narrow", "gone"} {
		callers[name] = auth.Caller{ID: "account/1", Role: name, Organisation: "abc"}
	}
	check := func(typ *schema.Type) {
		floor, public := s.Roles().Grant(auth.Anonymous(), auth.Read, typ, types)
		for name, c := range callers {
			g, ok := s.Roles().Grant(c, auth.Read, typ, types)
			if public && !ok {
				t.Errorf("%s does not read %s, which the public reads", name, typ.ID)
			}
			if floor.Filter.Op == query.All && public && g.Filter.Op != query.All {
				t.Errorf("%s reads only some of %s: %+v", name, typ.ID, g.Filter)
			}
			for _, f := range typ.Fields {
				if public && (floor.Fields.Open(f.Name) && !g.Fields.Open(f.Name) || floor.Some.Some(f.Name) && !g.Some.Some(f.Name)) {
					t.Errorf("%s does not read %s of %s, which the public reads", name, f.Name, typ.ID)
				}
			}
			if ok != public && (name == "none" || name == "site" || name == "gone") {
				t.Errorf("%s reads %s: %v, the public: %v", name, typ.ID, ok, public)
			}
		}
		for _, name := range []string{"none", "site", "gone"} {
			for _, a := range auth.Actions() {
				if _, ok := s.Roles().Grant(callers[name], a, typ, types); ok && a != auth.Read {
					t.Errorf("%s may %s %s", name, a, typ.ID)
				}
			}
		}
	}
	for _, typ := range types.Types() {
		check(typ)
	}
	public, err := s.RoleByName(t.Context(), auth.Public)
	if err != nil {
		t.Fatal(err)
	}
	narrowed := role(t, `{"name":"public","rules":[{"types":["topic"],"actions":["read"],"fields":["name"]}]}`)
	if _, err := s.PutRole(t.Context(), narrowed, public.Rev, types); err != nil {
		t.Fatal(err)
	}
	for _, typ := range types.Types() {
		check(typ)
	}
	topic, _ := types.Type("topic")
	g, _ := s.Roles().Grant(callers["site"], auth.Read, topic, types)
	if g.Some.Some("summary") || !g.Some.Some("name") {
		t.Error("the role site does not follow the public role")
	}
	event, _ := types.Type("event")
	if g, ok := s.Roles().Grant(callers["organizer"].ByOwnRules(), auth.Read, event, types); !ok || g.Filter.Op == query.All {
		t.Errorf("by its own rules the organizer reads %v %+v", ok, g.Filter)
	}
	if _, ok := s.Roles().Grant(auth.Caller{}, auth.Read, topic, types); ok {
		t.Error("the zero caller reads")
	}
}

// A role that an admin has called site before there was a shipped one stays as it is.
func TestOwnSiteRoleStays(t *testing.T) {
	ctx, st := context.Background(), openStore(t)
	text := `{"name":"site","rules":[{"types":["topic"],"actions":["read"]}],"title":"Eigene"}`
	newService(t, st, newClock())
	err := st.Apply(ctx, []store.Op{{Kind: store.Replace, Collection: "_roles", Key: "site", Rev: 1,
		Set: value.Object{"role": text, "shipped": nil, "version": nil}}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := newService(t, st, newClock()).RoleByName(ctx, "site")
	if err != nil || r.Shipped || len(r.Rules) != 1 || r.Title.DE != "Eigene" {
		t.Errorf("%+v, %v", r, err)
	}
}
