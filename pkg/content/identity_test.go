package content_test

import (
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/value"
)

// An entry may bring its names with it: then two stores hold the same, ids of items included, and others get none of its names.
func TestIdentity(t *testing.T) {
	given := content.Identity{DocumentID: "sample00000000000000proj", ID: 7}
	changes := obj{"title": "Muster", "links": list{obj{"label": "A"}, obj{"label": "B"}}}
	var items [2]value.List
	for i := range items {
		k := newKit(t)
		if err := k.Reserve(k.Context(), k.typ("project"), 40); err != nil {
			t.Fatal(err)
		}
		if id := k.made("project", changes, content.Write{Identity: given, Draft: true}); id != given.DocumentID {
			t.Errorf("created %s", id)
		}
		e, err := k.Get(k.Context(), admin, k.typ("project"), given.DocumentID, query.Query{
			Draft: true, Populate: []query.Populate{{Path: "links"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if e.ID != given.ID {
			t.Errorf("its id is %d", e.ID)
		}
		links, _ := e.Attributes.Get("links")
		for _, l := range links.([]content.Attributes) {
			id, _ := l.Get("id")
			items[i] = append(items[i], id)
		}
		_, err = k.Create(k.Context(), admin, k.typ("project"), changes, content.Write{Identity: given, Draft: true})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("a second of that name: %v", err)
		}
		// What is reserved goes to nobody else, and to reserve it again takes nothing.
		if err := k.Reserve(k.Context(), k.typ("project"), 40); err != nil {
			t.Fatal(err)
		}
		other := k.draft("project", obj{"title": "Anderes"})
		if st, err := k.State(k.Context(), admin, k.typ("project"), other, ""); err != nil || st.ID != 41 {
			t.Errorf("the next id is %d: %v", st.ID, err)
		}
	}
	if len(items[0]) != 2 || !value.Equal(items[0], items[1]) || value.Equal(items[0][0], items[0][1]) {
		t.Errorf("the items are called %v and %v", items[0], items[1])
	}
}

func TestIdentityOfTheWrongForm(t *testing.T) {
	k := newKit(t)
	for _, i := range []content.Identity{{DocumentID: "short", ID: 1}, {DocumentID: "sample00000000000000proj"}, {ID: 3}, {DocumentID: "Sample00000000000000proj", ID: 1}} {
		_, err := k.Create(k.Context(), admin, k.typ("topic"), obj{"name": "x"}, content.Write{Identity: i})
		if !fault.Is(err, fault.Internal) {
			t.Errorf("%+v: %v", i, err)
		}
	}
}
