package content_test

import (
	"strings"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
)

// TestRestoreWithoutWhatIsGone: an earlier state comes back without references to what was deleted since, so that they do not count as
// filled in.
func TestRestoreWithoutWhatIsGone(t *testing.T) {
	t.Parallel()
	fsys := types()
	fsys["note.json"] = schemaFile("note", `"x-type": {"plural": "notes", "display": "title", "public": true}, "required": ["title", "topics"], "properties": {
		"title": {"type": "string", "title": "Titel"},
		"topics": {"type": "array", "title": "Themen", "x-relation": {"to": "topic"}},
		"file": {"title": "Datei", "x-asset": {}},
		"rows": {"type": "array", "title": "Zeilen", "items": {"type": "object", "properties": {"topic": {"title": "Thema", "x-relation": {"to": "topic"}}}}},
		"place": {"type": "object", "title": "Ort", "properties": {"topic": {"title": "Thema", "x-relation": {"to": "topic"}}}}}`)
	k := newKitOf(t, fsys)
	note, topic := k.typ("note"), k.typ("topic")
	gone, stays := k.create("topic", obj{"name": "Weg"}), k.create("topic", obj{"name": "Da"})
	lost, kept := k.upload(editor, "a", "a"), k.upload(editor, "b", "b")
	full := func(file int64) obj {
		return obj{"title": "N", "topics": to(gone), "file": file, "rows": list{obj{"topic": to(gone)}, obj{"topic": to(stays)}}, "place": obj{"topic": to(gone)}}
	}
	first := k.create("note", full(lost.ID))
	trashed := k.create("note", full(kept.ID))
	empty := obj{"topics": to(stays), "file": nil, "rows": nil, "place": nil}
	k.update("note", first, empty, content.Write{})
	must(t, k.Delete(t.Context(), editor, note, trashed, content.Write{}))
	must(t, k.Delete(t.Context(), editor, topic, gone, content.Write{}))
	must(t, k.files.Remove(t.Context(), editor, lost.ID))

	_, err := k.RestoreVersion(t.Context(), editor, note, first, 1, content.Write{})
	must(t, err)
	_, err = k.Restore(t.Context(), editor, note, trashed, content.Write{})
	must(t, err)
	for id, file := range map[string]any{first: nil, trashed: kept.ID} {
		versions, err := k.History(t.Context(), editor, note, id, "")
		must(t, err)
		now, err := k.Version(t.Context(), editor, note, id, "", versions[0].Rev)
		must(t, err)
		d := now.Values
		equal(t, "topics", d["topics"], nil)
		equal(t, "file", d["file"], file)
		equal(t, "place", d["place"], nil)
		rows, _ := d["rows"].(list)
		if len(rows) != 2 || rows[0].(obj)["topic"] != nil || rows[1].(obj)["topic"] != stays {
			t.Errorf("the rows are %v", rows)
		}
		_, err = k.Publish(t.Context(), editor, note, id, content.Write{})
		equal(t, "missing", wrong(err), []string{"topics required"})
	}
}

// TestDangling: a relation to what is gone, as a race between a deletion and a write can leave it, reads as absent and is listed.
func TestDangling(t *testing.T) {
	t.Parallel()
	k := openKit(t, newPath(t), types())
	topic := k.create("topic", obj{"name": "Weg"})
	whole := k.create("project", obj{"title": "Ganz", "phase": "planned", "topics": to(k.create("topic", obj{"name": "Da"}))})
	id := k.create("project", obj{"title": "Halb", "phase": "planned", "topics": to(topic), "seo": obj{"topic": to(topic)}})
	lines, err := k.Dangling(t.Context())
	must(t, err)
	equal(t, "before", lines, nil)
	must(t, k.st.Store.Apply(t.Context(), []store.Op{{Kind: store.Delete, Collection: "topic", Key: topic + "/-"}}))
	lines, err = k.Dangling(t.Context())
	must(t, err)
	if len(lines) != 1 || !strings.HasPrefix(lines[0], "project "+id+"/de: ") || strings.Count(lines[0], topic) != 2 || strings.Contains(lines[0], whole) {
		t.Errorf("it lists %q", lines)
	}
	e, err := k.Get(t.Context(), public, k.typ("project"), id, query.Query{Populate: []query.Populate{{Path: "topics"}}})
	must(t, err)
	if v, _ := e.Attributes.Get("topics"); len(v.([]*content.Entry)) != 0 {
		t.Errorf("it reads as %v", v)
	}
	if err := k.Delete(t.Context(), editor, k.typ("topic"), topic, content.Write{}); err != nil && !fault.Is(err, fault.NotFound) {
		t.Errorf("deleted again: %v", err)
	}
}
