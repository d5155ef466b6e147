package index_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/index"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// differences lists what a comparison found, as "index problem documentId".
func differences(result obj, names map[string]string) []string {
	var out []string
	for _, d := range result["differences"].(list) {
		o := d.(obj)
		name := fmt.Sprint(o["entry"])
		if known, ok := names[name]; ok {
			name = known
		}
		out = append(out, fmt.Sprintf("%v %v %s", o["index"], o["problem"], name))
	}
	slices.Sort(out)
	return out
}

// A comparison finds whatever an index has otherwise than the store, leaves what is marked alone, and can make it right.
func TestVerify(t *testing.T) {
	k := newKit(t).follow(index.Following{}).ready()
	ctx, names := t.Context(), map[string]string{}
	ids := map[string]string{}
	for _, name := range []string{"fehlt", "alt", "neuer", "richtig", "Entwurf"} {
		o := content.Write{Draft: name == "Entwurf"}
		ids[name] = k.write("topic", "", obj{"name": name}, o)
		names["topic/"+ids[name]] = name
	}
	k.settled().stopped()
	k.follow(index.Following{Once: true}).clean() // who leads must not compare and mend by itself meanwhile
	put := func(name string, docs ...search.Document) {
		t.Helper()
		if no, err := k.engine.Put(ctx, name, docs); err != nil || len(no) > 0 {
			t.Fatal(no, err)
		}
	}
	harm := func() {
		t.Helper()
		if err := k.engine.Delete(ctx, "topics", []string{ids["fehlt"]}); err != nil {
			t.Fatal(err)
		}
		put("topics",
			search.Document{ID: ids["alt"], Rev: 1, Want: 0, Attributes: map[string]any{"name": "vorher"}},
			search.Document{ID: ids["neuer"], Rev: 9, Want: 1, Attributes: map[string]any{"name": "aus einer anderen Sicherung"}},
			search.Document{ID: ids["Entwurf"], Rev: 1, Attributes: map[string]any{"name": "Entwurf"}},
			search.Document{ID: "niemand", Rev: 1, Attributes: map[string]any{"name": "niemand"}})
		put("all", search.Document{ID: "rubbish", Attributes: map[string]any{"title": "rubbish"}},
			search.Document{ID: "topic_" + ids["Entwurf"], Attributes: map[string]any{"title": "Entwurf"}})
	}
	harm()
	want := []string{"all surplus Entwurf", "all surplus rubbish", "topics missing fehlt", "topics stale alt", "topics stale neuer", "topics surplus Entwurf", "topics surplus topic/niemand"}
	found := k.verify(nil)
	if got := differences(found, names); !slices.Equal(got, want) || found["drift"] != int64(len(want)) || found["mended"] != false {
		t.Errorf("found %v\nwant  %v", got, want)
	}
	if got := differences(k.verify(obj{"indexes": list{"all"}}), names); !slices.Equal(got, want[:2]) {
		t.Errorf("in all: %v", got)
	}
	mended := slices.DeleteFunc(slices.Clone(want), func(s string) bool { return s == "topics surplus Entwurf" }) // with that in all
	if got := differences(k.verify(obj{"mend": true}), names); !slices.Equal(got, mended) {
		t.Errorf("mending %v", got)
	}
	k.clean()
	k.want("topics", "", "name", "alt", "fehlt", "neuer", "richtig")

	// Whoever leads next compares everything by itself.
	k.stopped()
	harm()
	k.follow(index.Following{}).ready()
	soon(t, "the leader mends it", func() bool { return k.verify(nil)["drift"] == int64(0) })
	k.want("topics", "", "name", "alt", "fehlt", "neuer", "richtig")
}

// What changes while it is compared is marked, and no difference: it is about to be seen to.
func TestVerifyMeanwhile(t *testing.T) {
	k, g := newGated(t)
	k.follow(index.Following{}).ready()
	kept, gone := k.create("topic", obj{"name": "Bauhof"}), k.create("topic", obj{"name": "Archiv"})
	k.settled().clean()
	k.stopped()
	k.follow(index.Following{Once: true}) // so that nothing else is compared
	var once sync.Once
	g.set(hooks{scanned: func(name string) {
		if name == "topics" {
			once.Do(func() {
				k.write("topic", kept, obj{"name": "Depot"}, content.Write{})
				k.create("topic", obj{"name": "Neues"})
				if err := k.content.Delete(t.Context(), admin, k.typ("topic"), gone, content.Write{}); err != nil {
					t.Error(err)
				}
				if err := k.content.Purge(t.Context(), admin, k.typ("topic"), gone, content.Write{}); err != nil {
					t.Error(err)
				}
			})
		}
	}})
	if got := k.verify(obj{"indexes": list{"topics"}}); got["drift"] != int64(0) || got["pending"] != int64(3) {
		t.Errorf("found %v", got)
	}
	k.settled().clean()
	k.want("topics", "", "name", "Depot", "Neues")
}

// The status tells what waits, and which state of an entry who has.
func TestStatusPending(t *testing.T) {
	k := newKit(t).follow(index.Following{}).ready()
	id := k.create("topic", obj{"name": "Bauhof"})
	k.settled()
	k.stopped()
	k.write("topic", id, obj{"name": "Depot"}, content.Write{})
	k.create("topic", obj{"name": "Archiv"})
	k.engine = &gate{Engine: k.engine}
	k.engine.(*gate).away.Store(true) // nothing gets into it, and it can be looked at
	k.follow(index.Following{Once: true})
	status := k.job(index.StatusJob, obj{"entry": "topic/" + id})
	entry := status["entry"].(value.List)[0].(obj)
	if entry["rev"] != int64(2) || entry["want"] != int64(2) || entry["pending"] == nil {
		t.Errorf("the entry is %v", entry)
	}
	for _, i := range entry["indexes"].(value.List) {
		if i.(obj)["rev"] != int64(1) {
			t.Errorf("an index has %v", i)
		}
	}
	for _, i := range status["indexes"].(value.List) {
		if o := i.(obj); o["name"] == "topics" && (o["pending"] != int64(2) || o["oldest"] == nil || o["documents"] != int64(1)) {
			t.Errorf("the index is %v", o)
		}
	}
}
