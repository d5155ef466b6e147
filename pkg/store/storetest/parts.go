package storetest

import (
	"slices"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// testParts: a query names the parts it returns, and only those that exist come back.
func testParts(t *testing.T, h Harness) {
	f := h.open(t, store.Collection{})
	all := parts{}
	for _, name := range store.Parts() {
		all[name] = value.Object{"is": name}
	}
	f.apply(insert("all", all), insert("some", parts{store.Meta: {"is": "meta"}, store.Draft: {"is": "draft"}}), insert("none", nil),
		insert("void", parts{store.Published: {}, store.Draft: nil, store.Meta: {"x": nil}}))

	cases := []struct {
		clause string
		key    string
		ask    []string
		want   []string
	}{
		{"nil loads all parts", "all", nil, store.Parts()},
		{"one part", "all", []string{store.Published}, []string{store.Published}},
		{"two parts, in any order", "all", []string{store.Draft, store.Meta}, []string{store.Meta, store.Draft}},
		{"a part named twice", "all", []string{store.Draft, store.Draft}, []string{store.Draft}},
		{"no parts: key and revision only", "all", []string{}, nil},
		{"nil loads the parts that exist", "some", nil, []string{store.Meta, store.Draft}},
		{"a part that does not exist is left out", "some", []string{store.Published, store.Meta}, []string{store.Meta}},
		{"a document without parts", "none", nil, nil},
		{"empty parts are no parts", "void", nil, nil},
	}
	for _, c := range cases {
		t.Run(c.clause, func(t *testing.T) {
			got, err := f.Get(f.ctx, col, c.key, c.ask)
			if err != nil {
				t.Fatal(err)
			}
			checkParts(t, "Get", got, c.want)
			found, err := f.Find(f.ctx, col, store.Query{Filter: query.Where(store.KeyPath, query.Eq, c.key), Parts: c.ask})
			if err != nil || len(found) != 1 {
				t.Fatalf("Find: %v, %v", found, err)
			}
			checkParts(t, "Find", found[0], c.want)
			err = f.Scan(f.ctx, col, query.Where(store.KeyPath, query.Eq, c.key), c.ask, func(d store.Document) error {
				checkParts(t, "Scan", d, c.want)
				return nil
			})
			f.must(err)
		})
	}
	t.Run("an empty part is absent in a filter", func(t *testing.T) {
		f.same("NotNull on a part", f.hits(query.Where(store.Published, query.NotNull, nil)), []string{"all"})
		f.same("Null on a part", f.hits(query.Where(store.Draft, query.Null, nil)), []string{"none", "void"})
	})
}

func checkParts(t *testing.T, call string, d store.Document, want []string) {
	t.Helper()
	var got []string
	for name, part := range d.Parts {
		got = append(got, name)
		if part["is"] != name {
			t.Errorf("%s: the part %s holds %v", call, name, part)
		}
	}
	slices.Sort(got)
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s: the parts are %q, want %q", call, got, want)
	}
	if d.Rev != 1 {
		t.Errorf("%s: the revision is %d without its being asked for, want 1", call, d.Rev)
	}
	for _, name := range store.Parts() {
		if !slices.Contains(want, name) && d.Part(name) != nil {
			t.Errorf("%s: Part(%s) is not nil", call, name)
		}
	}
}
