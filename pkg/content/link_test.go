package content_test

import (
	"fmt"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/query"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("project")
	ids, num := map[string]string{}, map[string]int64{}
	for _, n := range []string{"a", "b", "c", "d"} {
		ids[n] = k.draft("topic", obj{"name": n})
		st, err := k.State(ctx, editor, k.typ("topic"), ids[n], "")
		must(t, err)
		num[n] = st.ID
	}
	link := func(n string) content.Link { return content.Link{DocumentID: ids[n]} }
	at := func(n string, p content.Position) content.Link { return content.Link{DocumentID: ids[n], Position: p} }
	for i, tt := range []struct {
		from string
		l    content.Links
		want string
	}{
		{"ab", content.Links{Replace: true, Set: []content.Link{link("c"), {ID: num["a"]}}}, "ca"},
		{"ab", content.Links{Replace: true}, ""},
		{"ab", content.Links{}, "ab"},
		{"ab", content.Links{Connect: []content.Link{link("c"), link("a")}}, "abc"},
		{"ab", content.Links{Connect: []content.Link{at("c", content.Position{Start: true})}}, "cab"},
		{"ab", content.Links{Connect: []content.Link{at("c", content.Position{Before: ids["b"]})}}, "acb"},
		{"ab", content.Links{Connect: []content.Link{at("c", content.Position{After: ids["a"]}), at("d", content.Position{Before: ids["c"]})}}, "adcb"},
		{"abc", content.Links{Connect: []content.Link{at("a", content.Position{After: ids["b"]})}}, "bac"},
		{"ab", content.Links{Connect: []content.Link{at("c", content.Position{Before: ids["d"]}), at("d", content.Position{Start: true})}}, "cdab"},
		{"", content.Links{Connect: []content.Link{at("a", content.Position{After: ids["b"]}), at("b", content.Position{After: ids["c"]}), link("c")}}, "cba"},
		{"ab", content.Links{Disconnect: []content.Link{link("a")}, Connect: []content.Link{link("c")}}, "bc"},
		{"ab", content.Links{Disconnect: []content.Link{{ID: num["b"]}, link("d"), {DocumentID: "nothing"}, {ID: 999}}}, "a"},
		{"ab", content.Links{Replace: true, Set: []content.Link{link("a"), link("a")}}, "a"},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			var from []string
			for _, n := range tt.from {
				from = append(from, ids[string(n)])
			}
			for _, nested := range []bool{false, true} {
				changes, next := obj{"topics": to(from...)}, obj{"topics": tt.l}
				typ, path := "project", "topics"
				if nested {
					changes, next, typ, path = obj{"title": "T", "many": to(from...)}, obj{"many": tt.l}, "thing", "many"
				}
				id := k.draft(typ, changes)
				k.update(typ, id, next, content.Write{Draft: true})
				e, err := k.Get(ctx, editor, k.typ(typ), id, query.Query{Draft: true, Populate: []query.Populate{{Path: path}}})
				must(t, err)
				got := ""
				for _, n := range entriesOf(t, e, path) {
					got += n
				}
				equal(t, path, got, tt.want)
			}
		})
	}
	// To one, and within items.
	one := k.draft("thing", obj{"title": "T", "one": to(ids["a"])})
	for i, tt := range []struct {
		l    content.Links
		want []string
	}{
		{content.Links{Connect: []content.Link{at("b", content.Position{Start: true})}}, []string{"b"}},
		{content.Links{Disconnect: []content.Link{link("a")}}, []string{"b"}},
		{content.Links{Disconnect: []content.Link{link("b")}}, []string{}},
		{to(ids["c"]), []string{"c"}},
		{to(), []string{}},
	} {
		k.update("thing", one, obj{"one": tt.l}, content.Write{Draft: true})
		e, err := k.Get(ctx, editor, k.typ("thing"), one, query.Query{Draft: true, Populate: []query.Populate{{Path: "one"}}})
		must(t, err)
		equal(t, fmt.Sprint(i), entriesOf(t, e, "one"), tt.want)
	}
	id := k.draft("project", obj{"title": "P", "links": list{obj{"label": "l", "topic": to(ids["a"])}}, "seo": obj{"text": "x", "topic": content.Links{Connect: []content.Link{link("b")}}}})
	_, err := k.Update(ctx, editor, typ, id, obj{"topics": to("x", ids["a"], "y"), "contact": content.Links{Connect: []content.Link{{ID: 77}}},
		"links": list{obj{"label": "l", "topic": to("z")}}}, content.Write{Draft: true})
	equal(t, "every target that is not there", wrong(err), []string{"contact no_target", "links.0.topic no_target", "topics no_target", "topics no_target"})
	for name, l := range map[string]content.Links{
		"not linked":   {Connect: []content.Link{at("b", content.Position{Before: ids["c"]})}},
		"disconnected": {Connect: []content.Link{at("b", content.Position{After: ids["a"]})}, Disconnect: []content.Link{link("a")}},
		"itself":       {Connect: []content.Link{at("b", content.Position{After: ids["b"]})}},
		"unknown":      {Connect: []content.Link{at("b", content.Position{Before: "nothing"})}},
	} {
		_, err := k.Update(ctx, editor, typ, id, obj{"topics": l}, content.Write{Draft: true})
		equal(t, "beside what is "+name, wrong(err), []string{"topics no_place"})
	}
	_, err = k.Update(ctx, editor, typ, id, obj{"topics": content.Links{Connect: []content.Link{
		at("b", content.Position{After: ids["c"]}), at("c", content.Position{After: ids["b"]}), link("d")}}}, content.Write{Draft: true})
	equal(t, "beside each other", wrong(err), []string{"topics no_place", "topics no_place"})
	// A target of another type is none.
	person := k.create("person", obj{"name": "P"})
	_, err = k.Update(ctx, editor, typ, id, obj{"topics": to(person)}, content.Write{Draft: true})
	equal(t, "another type", wrong(err), []string{"topics no_target"})
	must(t, k.Delete(ctx, editor, k.typ("person"), person, content.Write{}))
	_, err = k.Update(ctx, editor, typ, id, obj{"contact": to(person)}, content.Write{Draft: true})
	equal(t, "deleted", wrong(err), []string{"contact no_target"})
}
