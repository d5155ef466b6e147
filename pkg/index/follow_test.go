package index_test

import (
	"reflect"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/index"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// What the public may see of an entry is what search finds, whatever was done to it.
func TestFollowsEveryAct(t *testing.T) {
	k := newKit(t).follow(index.Following{}).ready()
	ctx := t.Context()
	topic := k.create("topic", obj{"name": "Bauhof", "synonyms": list{"Betriebshof"}})
	town := k.create("municipality", obj{"name": "Ahlen", "kind": "town", "district": "Kreis Warendorf"})
	project := k.typ("project")
	id := k.create("project", obj{"title": "Gemeinsamer Fuhrpark", "phase": "running", "startYear": int64(2021), "topics": to(topic), "municipalities": to(town),
		"body": "<p>Wir <b>teilen</b> Bagger.</p>", "internalNote": "geheimnis"})
	k.settled()
	k.want("projects", "Fuhrpark", "title", "Gemeinsamer Fuhrpark")
	k.want("all", "Bagger", "title", "Gemeinsamer Fuhrpark")
	k.want("projects", "geheimnis", "title")
	k.want("all", "geheimnis", "title")
	k.want("projects-en", "", "title")

	steps := []struct {
		name string
		do   func() error
		text string
		want []string
	}{
		{"a draft changes nothing", func() error {
			k.write("project", id, obj{"title": "Anderer Titel"}, content.Write{Draft: true})
			return nil
		}, "Titel", nil},
		{"publish", func() error { _, err := k.content.Publish(ctx, admin, project, id, content.Write{}); return err }, "Titel", []string{"Anderer Titel"}},
		{"unpublish", func() error { _, err := k.content.Unpublish(ctx, admin, project, id, content.Write{}); return err }, "", nil},
		{"publish again", func() error { _, err := k.content.Publish(ctx, admin, project, id, content.Write{}); return err }, "", []string{"Anderer Titel"}},
		{"delete", func() error { return k.content.Delete(ctx, admin, project, id, content.Write{}) }, "", nil},
		{"restore as a draft", func() error { _, err := k.content.Restore(ctx, admin, project, id, content.Write{}); return err }, "", nil},
		{"publish what was restored", func() error { _, err := k.content.Publish(ctx, admin, project, id, content.Write{}); return err }, "", []string{"Anderer Titel"}},
		{"rename the topic", func() error {
			k.write("topic", topic, obj{"name": "Baubetrieb"}, content.Write{})
			return nil
		}, "Baubetrieb", []string{"Anderer Titel"}},
		{"rename the district", func() error {
			k.write("municipality", town, obj{"district": "Kreis Borken"}, content.Write{})
			return nil
		}, "Borken", []string{"Anderer Titel"}},
		{"find it by a synonym", func() error { return nil }, "Betriebshof", []string{"Anderer Titel"}},
		{"unpublish the topic", func() error {
			_, err := k.content.Unpublish(ctx, admin, k.typ("topic"), topic, content.Write{})
			return err
		}, "Baubetrieb", nil},
		{"delete and purge", func() error {
			if err := k.content.Delete(ctx, admin, project, id, content.Write{}); err != nil {
				return err
			}
			return k.content.Purge(ctx, admin, project, id, content.Write{})
		}, "", nil},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			if err := s.do(); err != nil {
				t.Fatal(err)
			}
			k.settled()
			k.want("projects", s.text, "title", s.want...)
			k.clean()
		})
	}
}

func TestDocument(t *testing.T) {
	k := newKit(t).follow(index.Following{}).ready()
	topic := k.create("topic", obj{"name": "Bauhof"})
	k.write("topic", topic, obj{"name": "Depot"}, content.Write{Locale: "en"})
	town := k.create("municipality", obj{"name": "Ahlen", "kind": "town", "district": "Kreis Warendorf", "region": "muenster"})
	id := k.create("event", obj{"title": "Treffen", "start": obj{"local": "2026-11-22T19:00"}, "kind": "workshop", "topics": to(topic), "municipality": to(town),
		"location": obj{"lat": 51.5, "lng": 7.5}, "body": "<h2>Ablauf</h2><p>Kaffee</p>"})
	k.write("event", id, obj{"title": "Meeting"}, content.Write{Locale: "en"})
	k.settled()
	hit := k.hits(search.Query{Index: "events", Text: "Treffen", Limit: 1})[0]
	want := obj{"type": "event", "locale": "de", "documentId": id, "title": "Treffen", "slug": "treffen", "path": "/veranstaltungen/treffen", "start": "2026-11-22T19:00:00+01:00",
		"start_ts": int64(1795370400), "kind": "Workshop", "kind_id": "workshop", "topics": list{"Bauhof"}, "topics_id": list{topic}, "municipality": "Ahlen",
		"municipality_id": town, "municipality.district": "Kreis Warendorf", "municipality.region_id": "muenster", "body": "Ablauf Kaffee",
		search.GeoAttribute: search.Point{Lat: 51.5, Lng: 7.5}}
	for name, v := range want {
		if got := hit.Attributes[name]; !reflect.DeepEqual(got, v) {
			t.Errorf("%s: got %v, want %v", name, got, v)
		}
	}
	english := k.hits(search.Query{Index: "events-en", Limit: 1})[0].Attributes
	if english["title"] != "Meeting" || !value.Equal(english["topics"], list{"Depot"}) || english["kind"] != "workshop" || english["start_ts"] != int64(1795370400) {
		t.Errorf("in English: %v", english)
	}
	all := k.hits(search.Query{Index: "all", Text: "Kaffee", Limit: 1})[0].Attributes
	for name, v := range map[string]any{"type": "event", "typeTitle": "Veranstaltung", "title": "Treffen", "path": "/veranstaltungen/treffen", "topics": list{"Bauhof"}, "topics_id": list{topic}, "documentId": id} {
		if got := all[name]; !value.Equal(got, v) {
			t.Errorf("all %s: got %v, want %v", name, got, v)
		}
	}
}
