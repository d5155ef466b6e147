package index_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/index"
	"kontor/pkg/schema"
	"kontor/pkg/search"
	"kontor/schemas"
)

// publicReads makes the public read what rules say.
func (k *kit) publicReads(rules string) {
	k.Helper()
	now, err := k.accounts.RoleByName(k.Context(), auth.Public)
	if err != nil {
		k.Fatal(err)
	}
	role, err := auth.ParseRole([]byte(`{"name":"public","title":"Alle","rules":` + rules + `}`))
	if err != nil {
		k.Fatal(err)
	}
	if _, err := k.accounts.PutRole(k.Context(), role, now.Rev, k.content.Types()); err != nil {
		k.Fatal(err)
	}
}

func has(s search.Settings, name string) bool {
	return slices.ContainsFunc(s.Attributes, func(a search.Attribute) bool { return a.Name == name })
}

// What the public may not read any more is shut at once, and is not in the engine after a while.
func TestRightsChange(t *testing.T) {
	k := newKit(t).follow(index.Following{}).ready()
	ctx := t.Context()
	topic := k.create("topic", obj{"name": "Bauhof"})
	k.create("project", obj{"title": "Fuhrpark", "phase": "running", "summary": "Bagger", "topics": to(topic)})
	k.create("project", obj{"title": "Werkstatt", "phase": "planned", "topics": to(topic)})
	k.create("person", obj{"name": "Eva Beispiel"})
	k.settled()
	k.want("projects", "Bagger", "title", "Fuhrpark")

	k.publicReads(`[{"actions":["read"],"types":["project"],"fields":["title","slug","phase"],"entries":{"phase":{"$eq":"running"}}},{"actions":["read"],"types":["topic"]}]`)
	for name, q := range map[string]search.Query{
		"searched": {Index: "projects", SearchOn: []string{"summary"}, Limit: 1}, "answered": {Index: "projects", Retrieve: []string{"summary"}, Limit: 1},
		"counted": {Index: "projects", Facets: []string{"topics"}, Limit: 1}, "filtered": {Index: "projects", Filter: search.Filter{Op: "eq", Attribute: "topics", Values: []string{"x"}}},
		"matched": {Index: "projects", Matches: []string{"summary"}, Limit: 1},
	} {
		if _, err := k.search.Search(ctx, []search.Query{q}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a shut field is %s: %v", name, err)
		}
	}
	if _, err := k.search.Settings(ctx, "persons"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a shut type: %v", err)
	}
	k.want("projects", "Bagger", "title")
	k.want("projects", "", "title", "Fuhrpark")
	for _, h := range k.hits(search.Query{Index: "projects", Limit: 10}) {
		if h.Attributes["summary"] != nil || h.Attributes["topics"] != nil {
			t.Errorf("a hit shows %v", h.Attributes)
		}
	}
	k.rebuilt()
	k.clean()
	raw, err := k.engine.Search(ctx, []search.Query{{Index: "projects", Limit: 10}, {Index: "all", Text: "Bagger", Limit: 10}})
	if err != nil || raw[0].Total != 1 || raw[0].Hits[0].Attributes["summary"] != nil || raw[1].Total != 0 {
		t.Errorf("the engine still has %v (%v)", raw, err)
	}
	if infos, err := k.engine.Indexes(ctx); err != nil || slices.ContainsFunc(infos, func(i search.Info) bool { return i.Name == "persons" }) {
		t.Errorf("the index of a shut type is still there (%v)", err)
	}

	k.publicReads(`[{"actions":["read"],"types":["*"]}]`)
	soon(t, "all is open again", func() bool {
		s, err := k.search.Settings(ctx, "projects")
		return err == nil && has(s, "summary") && k.search.Ready(ctx) == nil
	})
	k.rebuilt()
	k.want("projects", "Bagger", "title", "Fuhrpark")
	k.want("persons", "Eva", "name", "Eva Beispiel")
	k.clean()
}

// rebuilt waits until every index is as it should be now.
func (k *kit) rebuilt() {
	k.Helper()
	soon(k, "every index is built anew", func() bool {
		status, err := k.search.Status(k.Context(), "")
		if err != nil {
			return false
		}
		for _, i := range status["indexes"].(list) {
			if i.(obj)["state"] != "ready" {
				return false
			}
		}
		return true
	})
}

// A field of which the public reads some entries only is found in those.
func TestFieldOfSome(t *testing.T) {
	k := newKit(t)
	k.publicReads(`[{"actions":["read"],"types":["project"],"fields":["title","slug","phase"]},
		{"actions":["read"],"types":["project"],"entries":{"phase":{"$eq":"running"}}},{"actions":["read"],"types":["topic"]}]`)
	k.follow(index.Following{}).ready()
	topic := k.create("topic", obj{"name": "Bauhof"})
	k.create("project", obj{"title": "Offen", "phase": "running", "summary": "Bagger", "topics": to(topic)})
	id := k.create("project", obj{"title": "Zu", "phase": "planned", "summary": "Bagger", "topics": to(topic)})
	k.settled()
	k.want("projects", "Bagger", "title", "Offen")
	k.want("all", "Bagger", "title", "Offen")
	k.write("project", id, obj{"phase": "running"}, content.Write{})
	k.settled()
	k.want("projects", "Bagger", "title", "Offen", "Zu")
	k.clean()
}

// Whether an entry is found may hang on what its relations lead to.
func TestRuleOverRelation(t *testing.T) {
	k := newKit(t)
	k.publicReads(`[{"actions":["read"],"types":["topic"]},{"actions":["read"],"types":["project"],"entries":{"topics":{"order":{"$gte":5}}}}]`)
	k.follow(index.Following{}).ready()
	topic := k.create("topic", obj{"name": "Bauhof", "order": int64(1)})
	k.create("project", obj{"title": "Fuhrpark", "topics": to(topic)})
	k.settled()
	for _, step := range []struct {
		order int64
		want  []string
	}{{5, []string{"Fuhrpark"}}, {4, nil}, {6, []string{"Fuhrpark"}}} {
		k.write("topic", topic, obj{"order": step.order}, content.Write{})
		k.settled()
		k.want("projects", "", "title", step.want...)
		k.clean()
	}
}

// Other content types build the search anew by themselves, and while they do searches go on in what there was.
func TestTypesChange(t *testing.T) {
	file, engine := filepath.Join(t.TempDir(), "kontor.db"), openEngine(t, t.TempDir())
	k := openKit(t, file, engine).follow(index.Following{}).ready()
	topic := k.create("topic", obj{"name": "Bauhof"})
	for i := range 30 {
		k.create("project", obj{"title": fmt.Sprintf("Fuhrpark %d", i), "legalNote": "Zweckverband", "topics": to(topic)})
	}
	k.settled()
	k.want("projects", "Zweckverband", "title")
	k.stopped()

	k = openKitOf(t, file, engine, changed(t, "project.json", `"contentMediaType": "text/plain",
      "maxLength": 2000, "x-admin": {"group": "Einordnung", "order": 150`, `"contentMediaType": "text/plain", "x-search": {"weight": 3},
      "maxLength": 2000, "x-admin": {"group": "Einordnung", "order": 150`))
	k.follow(index.Following{})
	stop, searching := make(chan struct{}), sync.WaitGroup{}
	soon(t, "what there was is open", func() bool {
		_, err := k.search.Search(t.Context(), []search.Query{{Index: "projects", Limit: 1}})
		return err == nil
	})
	searching.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
			got, err := k.search.Search(t.Context(), []search.Query{{Index: "projects", Text: "Fuhrpark", Limit: 1}, {Index: "all", Text: "Fuhrpark", Limit: 1}})
			if err != nil || got[0].Total != 30 || got[1].Total != 30 {
				t.Errorf("while the search is built anew: %v (%v)", got, err)
				return
			}
		}
	})
	k.rebuilt()
	close(stop)
	searching.Wait()
	if n := len(k.found("projects", "Zweckverband", "title")); n != 30 {
		t.Errorf("%d of 30 are found by the new field", n)
	}
	k.clean()
}

// changed gives the types of a kit with one file changed.
func changed(t *testing.T, name, from, to string) *schema.Set {
	t.Helper()
	files, err := files()
	if err != nil {
		t.Fatal(err)
	}
	text := string(files[name].Data)
	if !strings.Contains(text, from) {
		t.Fatalf("%s has no %s", name, from)
	}
	files[name].Data = []byte(strings.Replace(text, from, to, 1))
	set, err := schema.Load(files, schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// A rebuild that is asked for goes on beside writes and searches, and leaves nothing behind.
func TestRebuildUnderLoad(t *testing.T) {
	k := newKit(t).follow(index.Following{}).ready()
	topic := k.create("topic", obj{"name": "Bauhof"})
	for i := range 300 {
		k.create("project", obj{"title": fmt.Sprintf("Fuhrpark %d", i), "topics": to(topic)})
	}
	k.settled()
	ids := k.found("projects", "Fuhrpark", "documentId")
	var writing sync.WaitGroup
	writing.Go(func() {
		for i, id := range ids[:40] {
			switch i % 3 {
			case 0:
				k.write("project", id, obj{"title": fmt.Sprintf("Werkstatt %d", i)}, content.Write{})
			case 1:
				if _, err := k.content.Unpublish(k.Context(), admin, k.typ("project"), id, content.Write{}); err != nil {
					t.Error(err)
				}
			default:
				k.write("topic", topic, obj{"name": fmt.Sprintf("Bauhof %d", i)}, content.Write{})
			}
		}
	})
	for range 3 {
		result := k.job(index.RebuildJob, obj{"indexes": list{"projects", "all"}})
		if result["entries"].(int64) < 280 {
			t.Errorf("built from %v", result)
		}
	}
	writing.Wait()
	k.settled().clean()
	if infos, err := k.engine.Indexes(t.Context()); err != nil || slices.ContainsFunc(infos, func(i search.Info) bool { return strings.HasSuffix(i.Name, "~") }) {
		t.Errorf("left behind: %v (%v)", infos, err)
	}
}
