package blevesearch

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"kontor/pkg/search"
	"kontor/pkg/value"
)

// TestStored: a document is read as it was written, whole or in part, and what is cut is an error.
func TestStored(t *testing.T) {
	want := map[string]any{
		"a": "text", "b": int64(-7), "c": 1.5, "d": true, "e": false, "f": value.List{"x", int64(2), math.MaxFloat64, "", value.List{}}, "g": search.Point{Lat: 1, Lng: -2}, "h": strings.Repeat("ä", 5000),
	}
	data := encodeStored(-9, want)
	rev, got, err := decodeStored(data, func(string) bool { return true })
	if err != nil || rev != -9 || !reflect.DeepEqual(got, want) {
		t.Errorf("read %d, %v, %v", rev, got, err)
	}
	_, got, err = decodeStored(data, func(name string) bool { return name == "f" })
	if err != nil || len(got) != 1 || !reflect.DeepEqual(got["f"], want["f"]) {
		t.Errorf("in part %v, %v", got, err)
	}
	for n := range len(data) {
		_, got, err := decodeStored(data[:n], func(string) bool { return true })
		if err == nil && len(got) == len(want) {
			t.Fatalf("%d of %d bytes are taken for all", n, len(data))
		}
	}
}

// TestNumberTerms: the order of terms is that of the numbers, and they are read as they were written.
func TestNumberTerms(t *testing.T) {
	list := []float64{-math.MaxFloat64, -1e10, -2, -1.5, -math.SmallestNonzeroFloat64, 0, math.SmallestNonzeroFloat64, 0.1, 1, 2, 1e10, math.MaxFloat64}
	for i, n := range list {
		if got := readCell(numberTerm(n)); got.number != n || got.kind != termNumber {
			t.Errorf("%v is read as %v", n, got.number)
		}
		if i > 0 && numberTerm(list[i-1]) >= numberTerm(n) {
			t.Errorf("%v does not come behind %v", n, list[i-1])
		}
	}
	if numberTerm(math.Copysign(0, -1)) != numberTerm(0) {
		t.Error("0 and its negative are two")
	}
	for term, want := range map[string]string{"": "", "n": "", "n123": "", "g1": "", "b7": "", "sä": "ä", "b1": "true", numberTerm(2.5): "2.5", numberTerm(3): "3"} {
		if got := readCell(term).text; got != want {
			t.Errorf("the term %q is %q, want %q", term, got, want)
		}
	}
}

// TestStamps: what a term tells is what it was made of.
func TestStamps(t *testing.T) {
	for _, s := range []search.Stamp{{ID: "a"}, {ID: "z_-9", Rev: math.MaxInt64, Want: 1}, {ID: strings.Repeat("x", 100), Rev: 1, Want: math.MaxInt64}} {
		if got, ok := readStamp(stampTerm(s)); !ok || got != s {
			t.Errorf("%+v is read as %+v", s, got)
		}
	}
	for _, term := range []string{"", "a", stampTerm(search.Stamp{ID: "a"})[1:], stampTerm(search.Stamp{ID: "a"})[:17]} {
		if got, ok := readStamp(term); ok {
			t.Errorf("%q is read as %+v", term, got)
		}
	}
}
