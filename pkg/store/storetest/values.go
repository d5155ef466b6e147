package storetest

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// testValues: what goes in comes back, of the same kind.
func testValues(t *testing.T, h Harness) {
	f := h.open(t, store.Collection{})
	long := strings.Repeat("Gemeindeordnung ä😀\x00\u2028 ", 1<<20/30)
	for _, c := range valueCases() {
		t.Run(c.clause, func(t *testing.T) {
			if nested(c.in, false) {
				h.need(t, NestedLists)
			}
			roundTrip(t, f, c.in, c.want)
		})
	}
	t.Run("1 MB of text", func(t *testing.T) {
		h.need(t, LargeText)
		roundTrip(t, f, long, long)
	})
	t.Run("minus zero is zero", func(t *testing.T) {
		f.put(published("minus", value.Object{"v": math.Copysign(0, -1)}))
		if got := f.get("minus").Part(store.Published)["v"]; !value.Equal(got, int64(0)) {
			t.Errorf("minus zero came back as %v (%T)", got, got)
		}
		f.same("minus zero is hit by Eq 0", f.hits(query.AllOf(query.Where("published.v", query.Eq, int64(0)), query.Where(store.KeyPath, query.Eq, "minus"))), []string{"minus"})
	})
	t.Run("a caller may keep and change what it gave and got", func(t *testing.T) { testOwnership(t, f) })
}

func roundTrip(t *testing.T, f *fixture, in, want any) {
	t.Helper()
	key := t.Name()
	given := value.Clone(in)
	f.put(published(key, value.Object{"v": in, "also": int64(1)}))
	if !reflect.DeepEqual(in, given) {
		t.Error("Apply changed the value it was given")
	}
	f.apply(replace(key, 1, parts{store.Draft: {"v": in}}))
	d := f.get(key)
	if got := d.Part(store.Published)["v"]; !reflect.DeepEqual(got, want) {
		t.Errorf("inserted: got %s (%T), want %s (%T)", short(got), got, short(want), want)
	}
	if got := d.Part(store.Draft)["v"]; !reflect.DeepEqual(got, want) {
		t.Errorf("replaced: got %s (%T), want %s (%T)", short(got), got, short(want), want)
	}
	if _, there := d.Part(store.Published)["v"]; there && want == nil {
		t.Error("an absent value has a name in the object")
	}
	switch want.(type) {
	case bool, int64, float64, string:
		got := f.hits(query.AllOf(query.Where("published.v", query.Eq, want), query.Where(store.KeyPath, query.Eq, key)))
		f.same("Eq hits the value it was stored with", got, []string{key})
	}
}

func short(v any) string {
	text := string(value.AppendCanonical(nil, v))
	if len(text) > 80 {
		text = text[:80] + "…"
	}
	return text
}

func testOwnership(t *testing.T, f *fixture) {
	given := value.Object{"list": value.List{"a"}}
	f.put(published("own", given))
	given["list"].(value.List)[0] = "changed"
	first := f.get("own")
	first.Part(store.Published)["list"].(value.List)[0] = "changed"
	if got := f.get("own").Part(store.Published)["list"].(value.List)[0]; got != "a" {
		t.Errorf("the store shares memory with its callers: %v", got)
	}
}

// valueCase is a value as it is given and as it must come back.
type valueCase struct {
	clause   string
	in, want any
}

func valueCases() []valueCase {
	deep := any("bottom")
	for range 20 {
		deep = value.Object{"n": deep}
	}
	return []valueCase{
		{"true", true, true},
		{"false is present", false, false},
		{"an int64 stays one", int64(2), int64(2)},
		{"a float64 without fraction stays one", 2.0, 2.0},
		{"zero", int64(0), int64(0)},
		{"float zero", 0.0, 0.0},
		{"the largest integer", int64(value.MaxInt), int64(value.MaxInt)},
		{"the smallest integer", int64(-value.MaxInt), int64(-value.MaxInt)},
		{"a fraction", 0.1, 0.1},
		{"17 digits", 0.30000000000000004, 0.30000000000000004},
		{"the largest float", math.MaxFloat64, math.MaxFloat64},
		{"the smallest float", math.SmallestNonzeroFloat64, math.SmallestNonzeroFloat64},
		{"a float beyond the integers", 1e16, 1e16},
		{"a float of many digits", 123456789012345680000.0, 123456789012345680000.0},
		{"a float written with an exponent", 1e21, 1e21},
		{"a tiny float", 1e-300, 1e-300},
		{"the empty text", "", ""},
		{"a text", "Ämter", "Ämter"},
		{"decomposed text stays so", "A\u0308mter", "A\u0308mter"},
		{"a NUL", "a\x00b", "a\x00b"},
		{"control characters", "\x01\x1f\x7f\t\r\n", "\x01\x1f\x7f\t\r\n"},
		{"an emoji", "👩‍👩‍👧", "👩‍👩‍👧"},
		{"line and paragraph separators", "\u2028\u2029\ufeff\ufffd", "\u2028\u2029\ufeff\ufffd"},
		{"quotes and markup", `"'\/<>&` + "`", `"'\/<>&` + "`"},
		{"text that looks like a number", "1", "1"},
		{"text that looks like a date", "2026-11-22T07:18:00.000Z", "2026-11-22T07:18:00.000Z"},
		{"text that looks like JSON", `{"a":[1]}`, `{"a":[1]}`},
		{"text that looks like an object id", "64b7f9c2a1d3e4f5a6b7c8d9", "64b7f9c2a1d3e4f5a6b7c8d9"},
		{"a list of mixed kinds", value.List{"a", int64(1), 1.5, true, value.Object{"b": "c"}}, value.List{"a", int64(1), 1.5, true, value.Object{"b": "c"}}},
		{"lists in a list", value.List{"a", value.List{"d", value.List{"e"}}}, value.List{"a", value.List{"d", value.List{"e"}}}},
		{"the order and doubles of a list", value.List{"b", "a", "b"}, value.List{"b", "a", "b"}},
		{"20 levels", deep, deep},
		{"null is absent", nil, nil},
		{"an empty list is absent", value.List{}, nil},
		{"an empty object is absent", value.Object{}, nil},
		{"nulls within", value.Object{"a": nil, "b": value.List{nil, int64(1)}, "c": value.Object{"d": value.List{}}}, value.Object{"b": value.List{int64(1)}}},
	}
}
