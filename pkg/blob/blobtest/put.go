package blobtest

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"kontor/pkg/blob"
	"kontor/pkg/fault"
)

// testPut: what was put is there, whatever its size and however it came.
func testPut(t *testing.T, h Harness) {
	f := h.open(t)
	if err := f.Ping(f.ctx); err != nil {
		t.Fatalf("Ping: %v", err)
	}
	for i, size := range []int64{0, 1, 511, 4096, 128<<10 - 1, 128 << 10, 128<<10 + 1, 1 << 20, 6<<20 + 3} {
		key, data := fmt.Sprintf("file/size%d", i), noiseBytes(uint64(i), size)
		put := f.put(key, data)
		if put.Size != size || put.Key != key {
			t.Errorf("Put of %d bytes under %s says %+v", size, key, put)
		}
		f.holds("after Put", key, data)
		stat, err := f.Stat(f.ctx, key)
		if err != nil || stat.Size != size || stat.Key != key {
			t.Errorf("Stat says %+v, %v", stat, err)
		}
		if off := stat.Modified.Sub(put.Modified).Abs(); off > 2*time.Second || stat.Modified.IsZero() {
			t.Errorf("Put says it was at %v, Stat at %v", put.Modified, stat.Modified)
		}
	}
	data := noiseBytes(1, 300_000)
	for name, r := range map[string]io.Reader{
		"bytes": iotest.OneByteReader(bytes.NewReader(data[:3000])), "halves": iotest.HalfReader(bytes.NewReader(data)),
		"end": iotest.DataErrReader(bytes.NewReader(data)),
	} {
		if _, err := f.Put(f.ctx, "way/"+name, r); err != nil {
			t.Errorf("Put in %s: %v", name, err)
		}
	}
	f.holds("byte by byte", "way/bytes", data[:3000])
	f.holds("in halves", "way/halves", data)
	f.holds("with the end beside the last bytes", "way/end", data)
	f.empty("what was never put", "file/never")
}

// testTaken: bytes never change under a key.
func testTaken(t *testing.T, h Harness) {
	f := h.open(t)
	f.put("file/a", []byte("first"))
	for _, other := range []string{"second", "", "first"} {
		_, err := f.Put(f.ctx, "file/a", strings.NewReader(other))
		wantCode(t, "Put of a taken key", err, fault.Conflict)
	}
	f.holds("after a Put that failed", "file/a", []byte("first"))
	if err := f.Delete(f.ctx, "file/a"); err != nil {
		t.Fatal(err)
	}
	f.put("file/a", []byte("third"))
	f.holds("after Delete the key is free", "file/a", []byte("third"))
}

// testRange: a part is that part, and behind the end there is nothing.
func testRange(t *testing.T, h Harness) {
	f := h.open(t)
	data := noiseBytes(7, 300_000)
	f.put("file/a", data)
	f.put("file/empty", nil)
	size := int64(len(data))
	for _, c := range []struct{ offset, length int64 }{
		{0, blob.ToEnd}, {0, 0}, {0, 1}, {1, 1}, {100, 200_000}, {size - 1, 1}, {size - 1, 5}, {size - 1, blob.ToEnd},
		{size, blob.ToEnd}, {size, 1}, {size, 0}, {size + 1, 1}, {size + 1000, blob.ToEnd}, {5, size}, {0, size * 2}, {1 << 50, 1 << 50}, {0, 1<<63 - 1}, {9, 1<<63 - 1},
	} {
		from := min(c.offset, size)
		to := size
		if c.length != blob.ToEnd && c.length < size-from {
			to = from + c.length
		}
		got, i := f.part("file/a", c.offset, c.length)
		if !bytes.Equal(got, data[from:to]) {
			t.Errorf("from %d, %d bytes: %d bytes that are not the part", c.offset, c.length, len(got))
		}
		if i.Size != size {
			t.Errorf("from %d, %d bytes: Info is of the part: %d", c.offset, c.length, i.Size)
		}
		if got, _ := f.part("file/empty", c.offset, c.length); len(got) > 0 {
			t.Errorf("from %d, %d bytes of nothing: %d bytes", c.offset, c.length, len(got))
		}
	}
	for _, c := range []struct{ offset, length int64 }{{-1, 1}, {0, -2}, {-5, blob.ToEnd}} {
		_, _, err := f.Get(f.ctx, "file/a", c.offset, c.length)
		wantCode(t, fmt.Sprintf("from %d, %d bytes", c.offset, c.length), err, fault.Invalid)
	}
	_, _, err := f.Get(f.ctx, "file/never", 5, 5)
	wantCode(t, "a part of nothing", err, fault.NotFound)
}

// testDelete: deleted bytes are gone, and deleting what is not there is nothing.
func testDelete(t *testing.T, h Harness) {
	f := h.open(t)
	f.put("file/a", []byte("a"))
	f.put("file/ab", []byte("ab"))
	r, _, err := f.Get(f.ctx, "file/a", 0, blob.ToEnd)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for range 2 {
		if err := f.Delete(f.ctx, "file/a"); err != nil {
			t.Errorf("Delete: %v", err)
		}
	}
	f.empty("after Delete", "file/a")
	f.holds("what another key holds", "file/ab", []byte("ab"))
	for _, key := range []string{"file", "never", "file/ab/c", "no/such/thing"} {
		if err := f.Delete(f.ctx, key); err != nil {
			t.Errorf("Delete of %s, which is not there: %v", key, err)
		}
	}
	f.holds("after Delete of a key above it", "file/ab", []byte("ab"))
}

// testHuge: much more than any buffer goes in and comes out, unread into memory at once.
func testHuge(t *testing.T, h Harness) {
	f := h.open(t)
	if i, err := f.Put(f.ctx, "file/huge", noise(3, h.Huge)); err != nil || i.Size != h.Huge {
		t.Fatalf("Put of %d bytes: %+v, %v", h.Huge, i, err)
	}
	r, _, err := f.Get(f.ctx, "file/huge", 0, blob.ToEnd)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if at := differs(r, noise(3, h.Huge)); at >= 0 {
		t.Errorf("the bytes differ at %d", at)
	}
	tail, _ := f.part("file/huge", h.Huge-1000, blob.ToEnd)
	want := noiseBytes(3, h.Huge)[h.Huge-1000:]
	if !bytes.Equal(tail, want) {
		t.Error("the last bytes differ")
	}
}

// differs says where two streams part, -1 if nowhere.
func differs(a, b io.Reader) int64 {
	x, y := make([]byte, 1<<16), make([]byte, 1<<16)
	for at := int64(0); ; {
		n, err := io.ReadFull(a, x)
		m, _ := io.ReadFull(b, y)
		if n != m || !bytes.Equal(x[:n], y[:m]) {
			return at
		}
		if err != nil {
			return -1
		}
		at += int64(n)
	}
}
