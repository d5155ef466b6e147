package content_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// markFacts are the facts that make a mark.
var markFacts = []string{"want", "pending", "spread"}

// unmarked says why a step of a write would leave search with what is no longer true, "" if it would not. Every test of this package has its
// writes judged by it.
func (s *spy) unmarked(ctx context.Context, op store.Op, earlier []store.Op) string {
	if strings.HasPrefix(op.Collection, "_") {
		return ""
	}
	if meta := op.Parts[store.Meta]; strings.HasSuffix(op.Collection, "~") {
		for _, fact := range markFacts {
			if meta[fact] != nil {
				return "the archive gets " + fact
			}
		}
		return ""
	}
	was, err := s.Store.Get(ctx, op.Collection, op.Key, []string{store.Meta, store.Published})
	if err != nil {
		was = store.Document{}
	}
	if op.Kind == store.Replace && op.Rev != was.Rev {
		return "" // somebody else was first
	}
	noted := slices.ContainsFunc(earlier, func(o store.Op) bool { return o.Collection == "_notes" && o.Key == op.Collection+"/"+op.Key })
	switch published, exchanged := op.Parts[store.Published]; {
	case op.Kind == store.Delete && was.Part(store.Meta)["want"] != nil && !noted:
		return "it is purged and not noted"
	case op.Kind == store.Insert && published != nil && (op.Parts[store.Meta]["want"] == nil || op.Parts[store.Meta]["pending"] == nil):
		return "it is made public and not marked"
	case op.Kind == store.Replace && exchanged && !value.Equal(any(published), any(was.Part(store.Published))) && (op.Inc["want"] != 1 || op.Set["pending"] == nil):
		return "its public face changes and it is not marked"
	case op.Kind == store.Replace && op.Set["pending"] != nil && op.Inc["want"] != 1:
		return "it is marked and want does not rise"
	}
	for name, v := range op.Set {
		if slices.Contains(markFacts, name) && v == nil {
			return "a write takes away the mark " + name
		}
	}
	return ""
}

var plan = obj{"title": "Plan", "phase": "planned"}

// marks lists what is marked of a type, settled ones not.
func (k *kit) marks(typ string) []content.Mark {
	k.Helper()
	list, err := k.Marks(k.Context(), k.typ(typ), 1000, false)
	if err != nil {
		k.Fatal(err)
	}
	purged, err := k.Purged(k.Context(), 1000)
	if err != nil {
		k.Fatal(err)
	}
	for _, m := range purged {
		if m.Type.ID == typ {
			list = append(list, m)
		}
	}
	return list
}

// settle takes all marks away.
func (k *kit) settle() {
	k.Helper()
	for _, t := range k.Types().Types() {
		moved, err := k.Settle(k.Context(), t, k.marks(t.ID))
		if err != nil || len(moved) > 0 {
			k.Fatalf("%v moved on by itself (%v)", moved, err)
		}
	}
}

// What marks an entry, and what has those marked that show it.
func TestMarks(t *testing.T) {
	k := newKit(t)
	ctx := t.Context()
	topic := k.create("topic", obj{"name": "Bauhof"})
	town := k.create("town", obj{"name": "Ahlen", "ags": "11"})
	id := k.create("project", with(plan, obj{"topics": to(topic), "towns": to(town)}))
	k.update("project", id, obj{"title": "Pool"}, content.Write{Locale: "en"})
	k.settle()
	project := k.typ("project")
	for _, step := range []struct {
		name   string
		do     func() error
		marked string // by type: locales, "!" if the mark spreads
	}{
		{"a draft", func() error { k.update("project", id, obj{"title": "Entwurf"}, content.Write{Draft: true}); return nil }, ""},
		{"publish", func() error { _, err := k.Publish(ctx, admin, project, id, content.Write{}); return err }, "project de"},
		{"publish what is published", func() error { _, err := k.Publish(ctx, admin, project, id, content.Write{}); return err }, ""},
		{"a field that nobody else shows", func() error { k.update("project", id, obj{"summary": "neu"}, content.Write{}); return nil }, "project de"},
		{"a shared field", func() error { k.update("project", id, obj{"code": "A1"}, content.Write{}); return nil }, "project de, project en"},
		{"a topic's name", func() error { k.update("topic", topic, obj{"name": "Depot"}, content.Write{}); return nil }, "topic -!"},
		{"a topic's order", func() error { k.update("topic", topic, obj{"order": int64(3)}, content.Write{}); return nil }, "topic -"},
		{"a town, which nobody shows in search", func() error { k.update("town", town, obj{"name": "Beckum"}, content.Write{}); return nil }, "town -"},
		{"a version restored as a draft", func() error {
			_, err := k.RestoreVersion(ctx, admin, project, id, 1, content.Write{})
			return err
		}, ""},
		{"discard", func() error { _, err := k.Discard(ctx, admin, project, id, content.Write{}); return err }, ""},
		{"a reference that goes with its target", func() error { return k.Delete(ctx, admin, k.typ("town"), town, content.Write{}) }, "project de, project en, town -"},
		{"unpublish", func() error { _, err := k.Unpublish(ctx, admin, project, id, content.Write{}); return err }, "project de"},
		{"delete", func() error { return k.Delete(ctx, admin, project, id, content.Write{}) }, "project en"},
		{"restore", func() error { _, err := k.Restore(ctx, admin, project, id, content.Write{Locale: "de"}); return err }, ""},
		{"purge", func() error { return k.Purge(ctx, admin, project, id, content.Write{Locale: "en"}) }, "project en!"},
	} {
		t.Run(step.name, func(t *testing.T) {
			must(t, step.do())
			var got []string
			for _, typ := range k.Types().Types() {
				for _, m := range k.marks(typ.ID) {
					text := typ.ID + " " + m.Locale
					if m.Spread {
						text += "!"
					}
					got = append(got, text)
				}
			}
			slices.Sort(got)
			equal(t, "marked", strings.Join(got, ", "), step.marked)
			k.settle()
		})
	}
}

// Those who show an entry are marked by what they have published; their marks go no further.
func TestMarkUsers(t *testing.T) {
	k := newKit(t)
	ctx := t.Context()
	topic, other := k.create("topic", obj{"name": "Bauhof"}), k.create("topic", obj{"name": "Archiv"})
	shows := k.create("project", with(plan, obj{"topics": to(topic)}))
	k.create("project", with(plan, obj{"title": "Anderes", "topics": to(other)}))
	k.draft("project", with(plan, obj{"title": "Entwurf", "topics": to(topic)}))
	k.settle()
	must(t, k.MarkUsers(ctx, k.typ("topic"), []string{topic}))
	list := k.marks("project")
	if len(list) != 1 || list[0].DocumentID != shows || list[0].Spread || list[0].Want != 2 {
		t.Errorf("marked: %+v", list)
	}
	must(t, k.MarkUsers(ctx, k.typ("town"), []string{topic}))
	equal(t, "marked by what is no topic", len(k.marks("project")), 1)
	k.settle()
	equal(t, "left", len(k.marks("project")), 0)
}

// A mark goes only where the entry is as it was seen.
func TestSettle(t *testing.T) {
	k := newKit(t)
	ctx, town := t.Context(), k.typ("town")
	var ids []string
	for i := range 4 {
		ids = append(ids, k.create("town", obj{"name": fmt.Sprintf("Ort %d", i), "ags": fmt.Sprintf("1%d", i)}))
	}
	seen := k.marks("town")
	equal(t, "marked", len(seen), 4)
	k.update("town", ids[1], obj{"name": "Neu"}, content.Write{})
	must(t, k.Delete(ctx, admin, town, ids[2], content.Write{}))
	must(t, k.Purge(ctx, admin, town, ids[2], content.Write{}))
	k.update("town", ids[3], obj{"name": "Anders"}, content.Write{}) // and somebody else has seen that already
	for _, m := range k.marks("town") {
		if m.DocumentID == ids[3] {
			_, err := k.Settle(ctx, town, []content.Mark{m})
			must(t, err)
		}
	}
	moved, err := k.Settle(ctx, town, seen)
	must(t, err)
	names := map[string]int64{}
	for _, m := range moved {
		names[m.DocumentID] = m.Want
	}
	equal(t, "moved on", names, map[string]int64{ids[1]: 2, ids[2]: 1, ids[3]: 2})
	var left []string
	for _, m := range k.marks("town") {
		left = append(left, m.DocumentID)
	}
	slices.Sort(left)
	want := []string{ids[1], ids[2], ids[3]}
	slices.Sort(want)
	equal(t, "still marked", left, want)
	marked, err := k.Marked(ctx, town, "", ids)
	must(t, err)
	equal(t, "marked by documentId", marked, map[string]bool{ids[1]: true, ids[2]: true, ids[3]: true})
	n, oldest, err := k.CountMarks(ctx, town, "-")
	must(t, err)
	if n != 3 || oldest == "" {
		t.Errorf("%d marks, the oldest of %q", n, oldest)
	}
	k.settle()
	n, oldest, err = k.CountMarks(ctx, town, "")
	must(t, err)
	equal(t, "in the end", []any{n, oldest}, []any{0, ""})
}

// Entries are read for search as the public does, many at once, each with the mark that it had.
func TestReadings(t *testing.T) {
	k := newKit(t)
	ctx, project := t.Context(), k.typ("project")
	topic := k.create("topic", obj{"name": "Bauhof", "note": "intern"})
	var ids []string
	for i := range 7 {
		ids = append(ids, k.create("project", with(plan, obj{"title": fmt.Sprintf("P%d", i), "secret": "x", "topics": to(topic)})))
	}
	hidden := k.draft("project", with(plan, obj{"title": "Entwurf"}))
	k.update("project", ids[0], obj{"title": "English"}, content.Write{Locale: "en"})
	slices.Sort(ids)
	q := query.Query{Fields: []string{"title"}, Populate: []query.Populate{{Path: "topics", Fields: []string{"name"}}}}
	list, err := k.Read(ctx, public, project, append([]string{hidden, "nothing"}, ids...), q)
	must(t, err)
	equal(t, "read", len(list), 7)
	for i, r := range list {
		topics, _ := r.Attributes.Get("topics")
		if r.DocumentID != ids[i] || r.Want < 1 || r.Rev < 1 || len(topics.([]*content.Entry)) != 1 {
			t.Errorf("%d: %+v", i, r)
		}
		if _, shown := r.Attributes.Get("secret"); shown {
			t.Error("a hidden field is read")
		}
	}
	var paged []string
	for after := ""; ; {
		list, err := k.ReadOn(ctx, public, project, after, 3, q)
		must(t, err)
		for _, r := range list {
			paged = append(paged, r.DocumentID)
			after = r.DocumentID
		}
		if len(list) < 3 {
			break
		}
	}
	equal(t, "read on", paged, ids)
	english, err := k.ReadOn(ctx, public, project, "", 10, query.Query{Locale: "en", Fields: []string{"title"}})
	must(t, err)
	equal(t, "in English", len(english), 1)
	n, err := k.CountReadable(ctx, public, project, "")
	must(t, err)
	equal(t, "counted", n, 7)
	there, err := k.ReadableIDs(ctx, public, project, "", []string{ids[0], hidden, "nothing"})
	must(t, err)
	equal(t, "readable", there, map[string]bool{ids[0]: true})
	for name, fn := range map[string]func() (int, error){
		"read":  func() (int, error) { l, err := k.Read(ctx, auth.Caller{}, project, ids, q); return len(l), err },
		"count": func() (int, error) { return k.CountReadable(ctx, auth.Caller{}, project, "") },
	} {
		if n, err := fn(); n != 0 || err != nil {
			t.Errorf("%s by who may read nothing: %d, %v", name, n, err)
		}
	}
	_, err = k.ReadOn(ctx, public, project, "", content.MaxReadings+1, q)
	wantCode(t, err, "invalid")
}

// A second mark within one millisecond changes want only, and is heard of; taking a mark away is not.
func TestShownHearsOfEachMark(t *testing.T) {
	for _, c := range []struct {
		facts []string
		want  bool
	}{{[]string{"want", "pending"}, true}, {[]string{"want"}, true}, {[]string{"at", "action"}, false}, {nil, false}} {
		if heard := content.Shown().Hears(store.Change{Collection: "project", Facts: c.facts}); heard != c.want {
			t.Errorf("a write of the facts %q is heard of: %t, want %t", c.facts, heard, c.want)
		}
	}
}
