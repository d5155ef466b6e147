package content_test

import (
	"fmt"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
)

func TestWhereUsed(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := t.Context()
	topic := k.create("topic", obj{"name": "IT"})
	link := fmt.Sprintf(`<p><a href="entry:topic/%s">dort</a></p>`, topic)
	first := k.create("project", obj{"title": "A", "phase": "planned", "topics": to(topic), "seo": obj{"topic": to(topic)}, "links": list{obj{"label": "l", "topic": to(topic)}}})
	second := k.draft("project", obj{"title": "B", "body": link})
	third := k.create("project", obj{"title": "C", "phase": "planned", "topics": to(topic)})
	k.update("project", third, obj{"topics": nil}, content.Write{Draft: true})
	uses, err := k.WhereUsed(ctx, editor, k.typ("topic"), topic)
	must(t, err)
	got := map[string]string{}
	for _, u := range uses {
		got[u.DocumentID] = fmt.Sprint(u.Title, u.Fields, u.Draft, u.Published)
	}
	equal(t, "uses", got, map[string]string{first: "A[topics seo.topic links.topic] true true", second: "B[body] true false", third: "C[topics] false true"})
	_, err = k.WhereUsed(ctx, editor, k.typ("topic"), "nothing")
	wantCode(t, err, fault.NotFound)
	// A field that she may not read names nobody.
	boss := k.create("person", obj{"name": "Chef"})
	k.create("person", obj{"name": "Kraft", "boss": to(boss)})
	uses, err = k.WhereUsed(ctx, editor, k.typ("person"), boss)
	must(t, err)
	equal(t, "boss", len(uses), 1)
}

func TestDeleteGuard(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := t.Context()
	topic := k.create("topic", obj{"name": "IT"})
	id := k.create("project", obj{"title": "A", "phase": "planned", "topics": to(topic)})
	err := k.Delete(ctx, editor, k.typ("topic"), topic, content.Write{})
	wantCode(t, err, fault.Conflict)
	equal(t, "used by", fault.As(err).Details["usedBy"], list{obj{"documentId": id, "locale": "de", "title": "A", "type": "project"}})
	// What only the published state uses is used.
	k.update("project", id, obj{"topics": nil}, content.Write{Draft: true})
	wantCode(t, k.Delete(ctx, editor, k.typ("topic"), topic, content.Write{}), fault.Conflict)
	must2(k.Publish(ctx, editor, k.typ("project"), id, content.Write{}))(t)
	must(t, k.Delete(ctx, editor, k.typ("topic"), topic, content.Write{}))
	_, err = k.WhereUsed(ctx, editor, k.typ("topic"), topic)
	wantCode(t, err, fault.NotFound)
}

func TestUnset(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("project")
	gone := k.create("town", obj{"name": "Weg", "ags": "11"})
	stays := k.create("town", obj{"name": "Da", "ags": "12"})
	topic := k.create("topic", obj{"name": "IT"})
	child := k.create("topic", obj{"name": "Kind", "parent": to(topic)})
	id := k.create("project", obj{"title": "A", "phase": "planned", "towns": to(gone, stays), "seo": obj{"topic": to(topic)},
		"links": list{obj{"label": "l", "topic": to(topic)}}})
	k.update("project", id, obj{"title": "X"}, content.Write{Locale: "en"})
	k.update("project", id, obj{"summary": "Entwurf"}, content.Write{Draft: true})
	before := k.doc("project", id, "", false)["updatedAt"]
	k.update("town", gone, obj{"twin": to(gone)}, content.Write{})
	must(t, k.Delete(ctx, editor, k.typ("town"), gone, content.Write{}))
	must(t, k.Delete(ctx, editor, k.typ("topic"), topic, content.Write{}))
	for _, locale := range []string{"de", "en"} {
		for _, draft := range []bool{true, false} {
			e, err := k.Get(ctx, editor, typ, id, query.Query{Locale: locale, Draft: draft, Populate: []query.Populate{{Path: "towns"}, {Path: "links"}}})
			must(t, err)
			equal(t, "towns", entriesOf(t, e, "towns"), []string{"Da"})
			links, _ := e.Attributes.Get("links")
			equal(t, "links", flat(links.([]content.Attributes)[0])["label"], "l")
		}
	}
	got := k.doc("project", id, "", false)
	equal(t, "the draft stays one", got["summary"], nil)
	if got["updatedAt"] == before {
		t.Error("updatedAt is old")
	}
	equal(t, "child", k.doc("topic", child, "", false)["name"], "Kind")
	if n, err := k.st.Count(ctx, "project", query.Where("meta.refs", query.In, list{gone, topic})); err != nil || n != 0 {
		t.Errorf("%d references are left: %v", n, err)
	}
}

// A relation that a published entry must have holds its target, whatever the schema says of deleting.
func TestUnsetRequired(t *testing.T) {
	t.Parallel()
	fsys := types()
	fsys["memo.json"] = schemaFile("memo", `"x-type": {"plural": "memos", "display": "title"}, "required": ["must"],
		"properties": {"title": {"type": "string", "title": "Titel"}, "must": {"title": "Pflicht", "x-relation": {"to": "person"}}}`)
	k := newKitOf(t, fsys)
	person := k.create("person", obj{"name": "P"})
	memo := k.create("memo", obj{"title": "M", "must": to(person)})
	wantCode(t, k.Delete(t.Context(), editor, k.typ("person"), person, content.Write{}), fault.Conflict)
	must2(k.Unpublish(t.Context(), editor, k.typ("memo"), memo, content.Write{}))(t)
	must(t, k.Delete(t.Context(), editor, k.typ("person"), person, content.Write{}))
}
