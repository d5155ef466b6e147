package storetest

import (
	"reflect"
	"strings"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// strange lists names of fields that a translation may stumble over. Those with a dot or a NUL are kept and come back, but no path
// reaches them.
func strange() []string {
	return []string{
		"", " ", "a b", "$", "$set", "$eq", "a$b", "'", `"`, "`", `a"b`, "a'b", `\`, `a\b`, `\u0041`, "a\x00b", "\n", "[0]", "a[0]", "0", "-1", "#", "/", "%", "*", "?",
		"_id", "_rev", "key", "id", "value", "type", "ä", "😀", "\u2028", "null", "true", "A", "a", "select", "--", "/*", ";", "@a", ":a", "?1",
		strings.Repeat("long", 100), ".", "..", "a.b", ".a", "a.", "$.a", "a.$",
	}
}

// testNames: any text may be the name of a field, also where a filter, a sort, Set and Inc reach it.
func testNames(t *testing.T, h Harness) {
	h.need(t, AnyName)
	f := h.open(t, store.Collection{})
	all := value.Object{}
	for i, name := range strange() {
		all[name] = int64(i)
	}
	f.apply(insert("all", parts{store.Meta: all, store.Published: all, store.Draft: {"within": value.List{all, value.Object{"deeper": all}}}}))
	t.Run("kept", func(t *testing.T) {
		d := f.get("all")
		for _, part := range []string{store.Meta, store.Published} {
			if !reflect.DeepEqual(d.Part(part), all) {
				t.Errorf("%s: got %v, want %v", part, d.Part(part), all)
			}
		}
		want := value.Object{"within": value.List{all, value.Object{"deeper": all}}}
		if !reflect.DeepEqual(d.Part(store.Draft), want) {
			t.Errorf("within a list: got %v", d.Part(store.Draft))
		}
	})
	for i, name := range strange() {
		if strings.ContainsAny(name, ".\x00") {
			continue
		}
		t.Run("path "+name, func(t *testing.T) {
			path := store.Published + "." + name
			f.same("Eq on the name "+name, f.hits(query.Where(path, query.Eq, int64(i))), []string{"all"})
			f.same("Ne on the name "+name, f.hits(query.Where(path, query.Ne, int64(i))), nil)
			f.same("Null below the name "+name, f.hits(query.Where(path+"."+name, query.Null, nil)), []string{"all"})
			f.same("a sort by the name "+name, f.keys(store.Query{Sort: []query.Order{{Path: path}}}), []string{"all"})
		})
	}
	t.Run("Set and Inc", func(t *testing.T) { testStrangeMeta(t, f) })
	t.Run("indexes", func(t *testing.T) {
		h.need(t, AnyIndex)
		var c store.Collection
		c.Name = col
		for _, name := range strange()[:35] {
			if strings.Contains(name, "\x00") {
				f.code("an index by a name with a NUL", f.Ensure(f.ctx, store.Collection{Name: "nul", Indexes: [][]string{{store.Published + "." + name}}}), "invalid")
				continue
			}
			c.Indexes = append(c.Indexes, []string{store.Published + "." + name})
		}
		f.must(f.Ensure(f.ctx, c))
		f.same("Eq by an index", f.hits(query.Where("published.A", query.NotNull, nil)), []string{"all"})
	})
}

func testStrangeMeta(t *testing.T, f *fixture) {
	set, inc, want := value.Object{}, map[string]int64{}, value.Object{}
	for i, name := range strange() {
		switch i % 3 {
		case 0:
			set[name], want[name] = "set", "set"
		case 1:
			inc[name], want[name] = 1000, int64(i)+1000
		default:
			set[name] = nil
		}
	}
	op := replace("all", 1, nil)
	op.Set, op.Inc = set, inc
	f.apply(op)
	if got := f.get("all").Part(store.Meta); !reflect.DeepEqual(got, want) {
		t.Errorf("Replace:\n got %v\nwant %v", got, want)
	}
	_, err := f.Touch(f.ctx, col, query.Filter{}, set, inc)
	f.must(err)
	for name := range inc {
		want[name] = want[name].(int64) + 1000
	}
	if got := f.get("all").Part(store.Meta); !reflect.DeepEqual(got, want) {
		t.Errorf("Touch:\n got %v\nwant %v", got, want)
	}
}
