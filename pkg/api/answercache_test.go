package api

import (
	"bytes"
	"fmt"
	"net/url"
	"reflect"
	"testing"

	"kontor/pkg/content"
)

// The answers that are kept have a bound, and what is asked for again and again outlives a flood of what is asked for once.
func TestAnswersAreBounded(t *testing.T) {
	const most = 1 << 20
	m := newAnswerCache(most)
	now := content.Generation{}
	body := bytes.Repeat([]byte("x"), 2000)
	m.put("popular", &answer{tag: `"0-p"`, body: body}, now)
	for i := range 20_000 {
		m.put(fmt.Sprint("once ", i), &answer{tag: `"0-1"`, body: body}, now)
		if i%50 == 0 && m.get([]byte("popular"), now) == nil {
			t.Fatalf("forgotten after %d others", i)
		}
		size := 0
		for _, ages := range []map[string]*keptAnswer{m.young, m.old} {
			for key, k := range ages {
				size += k.size(key)
			}
		}
		if size > most {
			t.Fatalf("%d bytes of %d after %d answers", size, most, i)
		}
	}
	m.put("huge", &answer{tag: `"0-h"`, body: make([]byte, most/2)}, now)
	if m.get([]byte("huge"), now) != nil {
		t.Error("one answer takes half of the memory")
	}
	if m.get([]byte("once 1"), now) != nil {
		t.Error("the first of 20,000 is still there")
	}
}

// The same bytes under a new generation keep what they were compressed to; other bytes do not.
func TestAnAnswerThatStaysTheSame(t *testing.T) {
	m := newAnswerCache(1 << 20)
	packed := []byte("packed")
	first, second := content.Generation{Store: 1}, content.Generation{Store: 2}
	a := &answer{tag: `"1-a"`, body: []byte("text")}
	a.encoded[gzipCoding].Store(&packed)
	m.put("k", a, first)
	m.put("k", &answer{tag: `"1-a"`, body: []byte("text")}, second)
	if got := m.get([]byte("k"), second); got != a {
		t.Error("compressed anew")
	}
	if m.get([]byte("k"), first) != nil || m.get([]byte("k"), content.Generation{Store: 2, Roles: 1}) != nil {
		t.Error("good for another generation")
	}
	m.put("k", &answer{tag: `"2-b"`, body: []byte("other")}, second)
	if got := m.get([]byte("k"), second); got == a || string(got.body) != "other" || got.encoded[gzipCoding].Load() != nil {
		t.Error("the old bytes stay")
	}
}

// Two queries that come to the same are read as the same, and a canonical one stays as it is.
func FuzzCanonical(f *testing.F) {
	for _, q := range []string{
		"filters[a][$eq]=b", "filters%5Ba%5d%5B%24eq%5D=b", "a=%26&b=%3D&c=%2B+%20", "a=%", "a=%4", "a=%zz", "a=ü&b=%C3%BC", "a;b", "a=1&a=2", "=&=", "%00=%ff", "%%4100",
	} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		once := string(appendCanonical(nil, []byte("/p"), []byte(q)))
		if twice := string(appendCanonical(nil, []byte("/p"), []byte(once[3:]))); twice != once {
			t.Errorf("%q becomes %q and that %q", q, once, twice)
		}
		want, errWant := url.ParseQuery(q)
		got, errGot := url.ParseQuery(once[3:])
		if (errWant == nil) != (errGot == nil) || errWant == nil && !reflect.DeepEqual(got, want) {
			t.Errorf("%q is read as %v %v, %q as %v %v", q, want, errWant, once, got, errGot)
		}
	})
}

// Whatever a client writes, it gets a coding that it has named, or none.
func FuzzNegotiate(f *testing.F) {
	for _, h := range []string{"gzip", "br;q=0.5, zstd;q=0", "*;q=0.1", "identity;q=0", ";;,=q", "gzip;q=NaN", "gzip;q=1e-400", ""} {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, header string) {
		got := negotiate(header)
		if got < identity || got >= len(encodings) {
			t.Fatalf("%q: %d", header, got)
		}
		if named := bytes.Contains(bytes.ToLower([]byte(header)), []byte("gzip")); got == gzipCoding && !named && !bytes.Contains([]byte(header), []byte("*")) {
			t.Errorf("%q: gzip was not named", header)
		}
		// Not to want anything is always said last.
		if negotiate(header+", *;q=0, gzip;q=0, br;q=0, zstd;q=0, x-gzip;q=0") != identity {
			t.Errorf("%q: refused codings are used", header)
		}
	})
}
