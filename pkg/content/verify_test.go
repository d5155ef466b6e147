package content_test

import (
	"fmt"
	"strings"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/store"
)

// Each planted breach is found.
func TestVerify(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		plant func(k *kit, d store.Document) []store.Op
		want  string
	}{
		"no claim": {func(k *kit, _ store.Document) []store.Op {
			return []store.Op{{Kind: store.Delete, Collection: "_claims", Key: `project/-/code/"C1"`}}
		}, "its code is not claimed"},
		"claim of another": {func(k *kit, _ store.Document) []store.Op {
			return []store.Op{{Kind: store.Replace, Collection: "_claims", Key: `project/de/slug/"bad"`, Rev: 1, Set: obj{"documentId": "x"}}}
		}, "its slug is claimed by x"},
		"gap in the history": {func(k *kit, d store.Document) []store.Op {
			return []store.Op{{Kind: store.Delete, Collection: "project~", Key: d.Key + "/0000000002"}}
		}, "revision 2 is not archived"},
		"no history": {func(k *kit, d store.Document) []store.Op {
			return []store.Op{{Kind: store.Delete, Collection: "project~", Key: d.Key + "/0000000001"},
				{Kind: store.Delete, Collection: "project~", Key: d.Key + "/0000000002"}}
		}, "nothing is archived"},
		"id": {func(k *kit, d store.Document) []store.Op {
			return []store.Op{change(d, obj{"id": int64(2)}, nil)}
		}, "id 2 is also that of"},
		"id that is free": {func(k *kit, d store.Document) []store.Op {
			return []store.Op{change(d, obj{"id": int64(5000)}, nil)}
		}, "will be given again"},
		"twin": {func(k *kit, d store.Document) []store.Op {
			return []store.Op{change(d, nil, map[string]obj{store.DraftTwin: {"fold": obj{"title": "FALSCH"}}})}
		}, "twin does not fit"},
		"value": {func(k *kit, d store.Document) []store.Op {
			return []store.Op{change(d, nil, map[string]obj{store.Draft: with(d.Part(store.Draft), obj{"startYear": "zwei"})})}
		}, "draft: startYear"},
		"unknown field": {func(k *kit, d store.Document) []store.Op {
			return []store.Op{change(d, nil, map[string]obj{store.Draft: with(d.Part(store.Draft), obj{"weg": "x"})})}
		}, "Invalid key weg"},
		"incomplete": {func(k *kit, d store.Document) []store.Op {
			part := with(d.Part(store.Published), nil)
			delete(part, "phase")
			return []store.Op{change(d, nil, map[string]obj{store.Published: part})}
		}, "published and incomplete"},
		"references": {func(k *kit, d store.Document) []store.Op {
			return []store.Op{change(d, obj{"refs": nil}, nil)}
		}, "its references are not noted"},
		"shared": {func(k *kit, d store.Document) []store.Op {
			d, err := k.st.Get(k.Context(), "project", strings.Replace(d.Key, "/de", "/en", 1), nil)
			if err != nil {
				k.Fatal(err)
			}
			return []store.Op{change(d, nil, map[string]obj{store.Published: with(d.Part(store.Published), obj{"startYear": int64(1999)})})}
		}, "shared fields differ"},
		"tombstone with a draft": {func(k *kit, d store.Document) []store.Op {
			return []store.Op{change(d, obj{"deletedAt": "2026-01-01T00:00:00.000Z"}, nil)}
		}, "tombstone with a draft"},
		"no draft": {func(k *kit, d store.Document) []store.Op {
			return []store.Op{change(d, nil, map[string]obj{store.Draft: nil, store.DraftTwin: nil})}
		}, "no draft and is no tombstone"},
		"of another entry": {func(k *kit, d store.Document) []store.Op {
			return []store.Op{change(d, nil, map[string]obj{store.Draft: with(d.Part(store.Draft), obj{"documentId": "x"})})}
		}, "is of another entry"},
		"not noted": {func(k *kit, d store.Document) []store.Op {
			return []store.Op{change(d, obj{"publishedAt": nil}, nil)}
		}, "not noted whether it is published"},
	} {
		t.Run(name, func(t *testing.T) {
			k := brokenKit(t)
			topic := k.create("topic", obj{"name": "IT"})
			id := k.create("project", obj{"title": "Bad", "phase": "planned", "code": "c1", "startYear": int64(2000), "topics": to(topic)})
			k.create("project", obj{"title": "Anderes", "phase": "planned"})
			k.update("project", id, obj{"title": "Pool"}, content.Write{Locale: "en"})
			k.update("project", id, obj{"summary": "s"}, content.Write{})
			k.update("project", id, obj{"summary": "t"}, content.Write{})
			k.verify()
			d, err := k.st.Get(t.Context(), "project", id+"/de", nil)
			must(t, err)
			must(t, k.st.Apply(t.Context(), tt.plant(k, d)))
			breaches, err := k.Verify(t.Context())
			must(t, err)
			if !strings.Contains(strings.Join(breaches, "\n"), tt.want) {
				t.Errorf("got %q, want %s", breaches, tt.want)
			}
		})
	}
}

func change(d store.Document, set obj, parts map[string]obj) store.Op {
	return store.Op{Kind: store.Replace, Collection: "project", Key: d.Key, Rev: d.Rev, Set: set, Parts: parts}
}

// brokenKit is a kit that may end broken.
func brokenKit(t *testing.T) *kit {
	t.Helper()
	return openKit(t, newPath(t), types())
}

// copies puts copies of an entry into the store by hand: faster, and against every rule but those of reading.
func (k *kit) copies(typ, id string, n int) []string {
	k.Helper()
	d, err := k.st.Get(k.Context(), typ, id+"/-", nil)
	if err != nil {
		k.Fatal(err)
	}
	ids, ops := make([]string, n), make([]store.Op, n)
	for i := range ops {
		ids[i] = fmt.Sprintf("copy%020d", i)
		ops[i] = store.Op{Kind: store.Insert, Collection: typ, Key: ids[i] + "/-", Parts: d.Parts}
	}
	if err := k.st.Apply(k.Context(), ops); err != nil {
		k.Fatal(err)
	}
	return ids
}
