package s3blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"kontor/pkg/blob"
	"kontor/pkg/fault"
)

// noise gives n bytes, the same for the same seed.
func noise(seed byte, n int) []byte {
	data := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(data) // never fails
	return data
}

// sizes are a Put of each way: in one request from the small buffer, in one from a part, in parts.
var sizes = []int{100_000, smallSize + 1, minPart + 1000}

// holds wants exactly these bytes under a key, once.
func holds(t *testing.T, s *Store, key string, want []byte) {
	t.Helper()
	got, err := read(s, key, 0, blob.ToEnd)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s holds %d bytes that are not the %d that were put: %v", key, len(got), len(want), err)
	}
}

func read(s *Store, key string, offset, length int64) ([]byte, error) {
	r, _, err := s.Get(context.Background(), key, offset, length)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	return data, errors.Join(err, r.Close())
}

// nothingLeft wants no key, and no upload once Tidy has run.
func nothingLeft(t *testing.T, s *Store, key string) {
	t.Helper()
	if _, err := s.Stat(context.Background(), key); !fault.Is(err, fault.NotFound) {
		t.Errorf("%s is there: %v", key, err)
	}
	noUploads(t, s, key)
}

// noUploads runs Tidy until the server knows of no upload of a key: a request that broke off may still be at work there.
func noUploads(t *testing.T, s *Store, key string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if _, err := s.Tidy(context.Background(), time.Now().Add(time.Hour)); err != nil {
			t.Errorf("Tidy: %v", err)
		}
		left := slices.DeleteFunc(uploads(t, s, ""), func(u minio.ObjectMultipartInfo) bool { return u.Key != s.name(key) })
		if len(left) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Errorf("uploads of %s are left after Tidy: %v", key, left)
			return
		}
	}
}

// uploads lists those of one object, or with "" all that the server knows, which on MinIO is less.
func uploads(t *testing.T, s *Store, name string) []minio.ObjectMultipartInfo {
	t.Helper()
	page, err := s.core.ListMultipartUploads(context.Background(), s.address.Bucket, name, "", "", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	return page.Uploads
}

// passes are what may happen once to a request without anybody noticing.
func passes() []trouble {
	return []trouble{
		{act: "503"}, {act: "500"}, {act: "429"}, {act: "early 503"}, {act: "reset"}, {act: "lose answer"}, {act: "cut answer", at: 0}, {act: "cut answer", at: 60},
		{act: "delay", wait: 30 * time.Millisecond}, {act: "cut request", at: 0}, {act: "cut request", at: 50}, {act: "cut request", at: 90_000},
	}
}

// TestPutThroughTrouble: whatever happens once to whichever request, the bytes are there, whole and once.
func TestPutThroughTrouble(t *testing.T) {
	onEach(t, func(t *testing.T, a Address) {
		p, a := newProxy(t, a)
		s := p.open(a, calm)
		n := 0
		for _, size := range sizes {
			kinds := []string{putKind, headKind}
			if size > minPart {
				kinds = []string{beginKind, partKind, completeKind, headKind}
			}
			data := noise(byte(size), size)
			for _, kind := range kinds {
				for _, f := range passes() {
					n++
					key := fmt.Sprintf("file/%d", n)
					f.kind, f.times = kind, 1
					p.plan(&f)
					i, err := s.Put(t.Context(), key, bytes.NewReader(data))
					if err != nil || i.Size != int64(size) || i.Key != key {
						t.Errorf("%d bytes, %s: %s at %d: %+v, %v", size, kind, f.act, f.at, i, err)
					}
					if f.times != -1 {
						t.Errorf("%d bytes, %s: %s did not happen", size, kind, f.act)
					}
					p.plan()
					holds(t, s, key, data)
					if kind == beginKind {
						noUploads(t, s, key)
					}
				}
			}
		}
		keys := 0
		if err := s.List(t.Context(), "", "", func(blob.Info) error { keys++; return nil }); err != nil || keys != n {
			t.Errorf("%d keys are listed, want %d: %v", keys, n, err)
		}
	})
}

// TestBytesThatChangeOnTheWay: the server notices, and what is kept is what was sent.
func TestBytesThatChangeOnTheWay(t *testing.T) {
	onEach(t, func(t *testing.T, a Address) {
		p, a := newProxy(t, a)
		s := p.open(a, calm)
		for i, size := range sizes {
			key, data := fmt.Sprintf("file/%d", i), noise(3, size)
			p.plan(&trouble{kind: putKind, act: "flip"}, &trouble{kind: partKind, act: "flip"})
			if _, err := s.Put(t.Context(), key, bytes.NewReader(data)); !fault.Is(err, fault.Unavailable) {
				t.Errorf("%d bytes of which one changes each time: %v", size, err)
			}
			p.plan()
			nothingLeft(t, s, key)
			p.plan(&trouble{kind: putKind, act: "flip", times: 1}, &trouble{kind: partKind, act: "flip", times: 1})
			if _, err := s.Put(t.Context(), key, bytes.NewReader(data)); err != nil {
				t.Errorf("%d bytes of which one changes once: %v", size, err)
			}
			p.plan()
			holds(t, s, key, data)
		}
	})
}

// TestPutThatFails: what goes on happening ends a Put soon, with Unavailable, and leaves nothing.
func TestPutThatFails(t *testing.T) {
	onEach(t, func(t *testing.T, a Address) {
		p, a := newProxy(t, a)
		s := p.open(a, calm)
		for i, size := range []int{sizes[0], sizes[2]} {
			kinds := []string{putKind}
			if size > minPart {
				kinds = []string{beginKind, partKind, completeKind}
			}
			data := noise(byte(size), size)
			for _, kind := range kinds {
				for _, f := range []trouble{{act: "503"}, {act: "cut request", at: 50}} {
					key := fmt.Sprintf("file/%d-%s", i, kind)
					f.kind = kind
					p.plan(&f)
					began := time.Now()
					_, err := s.Put(t.Context(), key, bytes.NewReader(data))
					if !fault.Is(err, fault.Unavailable) || strings.Contains(err.Error(), p.secret) {
						t.Errorf("%d bytes, %s: %s for ever: %v", size, kind, f.act, err)
					}
					if took := time.Since(began); took > 10*time.Second {
						t.Errorf("%d bytes, %s: %s for ever took %v", size, kind, f.act, took)
					}
					p.plan()
					if left := uploads(t, s, s.name(key)); kind != beginKind && len(left) > 0 {
						t.Errorf("%d bytes, %s: %s for ever left %v to Tidy", size, kind, f.act, left)
					}
					nothingLeft(t, s, key)
				}
			}
		}
	})
}

// TestAnswersThatAreNeverHeard: a write of which no answer ever comes is found to have been done.
func TestAnswersThatAreNeverHeard(t *testing.T) {
	onEach(t, func(t *testing.T, a Address) {
		p, a := newProxy(t, a)
		s := p.open(a, calm)
		for i, size := range sizes {
			key, data := fmt.Sprintf("file/%d", i), noise(1, size)
			p.plan(&trouble{kind: putKind, act: "lose answer"}, &trouble{kind: completeKind, act: "lose answer"})
			if _, err := s.Put(t.Context(), key, bytes.NewReader(data)); err != nil {
				t.Errorf("%d bytes: %v", size, err)
			}
			p.plan()
			holds(t, s, key, data)
			// Somebody else's bytes are not taken for one's own.
			p.plan(&trouble{kind: putKind, act: "lose answer", times: 1}, &trouble{kind: completeKind, act: "lose answer", times: 1})
			if _, err := s.Put(t.Context(), key, bytes.NewReader(data)); !fault.Is(err, fault.Conflict) {
				t.Errorf("%d bytes under a taken key: %v", size, err)
			}
		}
	})
}

// TestRaceThroughTrouble: of those who want one key one gets it, also when each first answer is lost.
func TestRaceThroughTrouble(t *testing.T) {
	onEach(t, func(t *testing.T, a Address) {
		p, a := newProxy(t, a)
		s := p.open(a, calm)
		for round, size := range sizes {
			key := fmt.Sprintf("file/%d", round)
			p.plan(&trouble{kind: putKind, act: "lose answer", times: 4}, &trouble{kind: completeKind, act: "lose answer", times: 4})
			var won [4]bool
			var wg sync.WaitGroup
			for i := range won {
				wg.Go(func() {
					_, err := s.Put(t.Context(), key, bytes.NewReader(noise(byte(i), size)))
					if won[i] = err == nil; err != nil && !fault.Is(err, fault.Conflict) {
						t.Errorf("who lost is told %v", err)
					}
				})
			}
			wg.Wait()
			winner := slices.Index(won[:], true)
			if winner < 0 || slices.Contains(won[winner+1:], true) {
				t.Fatalf("%d bytes: of four these won: %v", size, won)
			}
			p.plan()
			holds(t, s, key, noise(byte(winner), size))
			noUploads(t, s, key)
		}
	})
}

// TestGetThroughTrouble: a reading that breaks off goes on where it was.
func TestGetThroughTrouble(t *testing.T) {
	onEach(t, func(t *testing.T, a Address) {
		p, a := newProxy(t, a)
		s := p.open(a, calm)
		data := noise(7, 1<<20)
		if _, err := s.Put(t.Context(), "file/a", bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
		size := int64(len(data))
		for _, f := range passes() {
			for _, c := range []struct{ offset, length int64 }{{0, blob.ToEnd}, {100_000, blob.ToEnd}, {100_000, 500_000}, {0, 400_000}, {size - 10, 100}} {
				f.kind, f.times = getKind, 1
				if f.act == "cut answer" {
					f.times, f.at = 3, min(f.at*1000, 150_000)
				}
				p.plan(&f)
				want := data[c.offset:]
				if c.length != blob.ToEnd {
					want = want[:min(c.length, int64(len(want)))]
				}
				if got, err := read(s, "file/a", c.offset, c.length); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s, from %d, %d bytes: %d bytes: %v", f.act, c.offset, c.length, len(got), err)
				}
			}
		}
		// A part says its length also without a header for that; a whole does not, and is not taken.
		p.plan(&trouble{kind: getKind, act: "short", at: 5000, times: 3})
		if got, err := read(s, "file/a", 100, blob.ToEnd); err != nil || !bytes.Equal(got, data[100:]) {
			t.Errorf("answers that end early: %d bytes, %v", len(got), err)
		}
		p.plan(&trouble{kind: getKind, act: "no length"})
		if got, err := read(s, "file/a", 0, blob.ToEnd); !fault.Is(err, fault.Unavailable) {
			t.Errorf("an answer without a length: %d bytes, %v", len(got), err)
		}
		p.plan(&trouble{kind: getKind, act: "cut answer", at: 0})
		if got, err := read(s, "file/a", 0, blob.ToEnd); !fault.Is(err, fault.Unavailable) {
			t.Errorf("an answer that never has a byte: %d bytes, %v", len(got), err)
		}
		for _, kind := range []string{headKind, listKind, deleteKind} {
			for _, f := range passes() {
				f.kind, f.times = kind, 1
				p.plan(&f)
				_, statErr := s.Stat(t.Context(), "file/a")
				listErr := s.List(t.Context(), "", "", func(blob.Info) error { return nil })
				if err := errors.Join(statErr, listErr, s.Delete(t.Context(), "file/b")); err != nil {
					t.Errorf("%s at %s: %v", f.act, kind, err)
				}
			}
		}
	})
}

// TestOtherBytesAreNotReadOn: what was opened is read, or there is an error, but never the beginning of one and the end of another.
func TestOtherBytesAreNotReadOn(t *testing.T) {
	onEach(t, func(t *testing.T, a Address) {
		p, a := newProxy(t, a)
		s := p.open(a, calm)
		for _, again := range []bool{false, true} {
			if _, err := s.Put(t.Context(), "file/a", bytes.NewReader(noise(1, 1<<20))); err != nil {
				t.Fatal(err)
			}
			p.plan(&trouble{kind: getKind, act: "cut answer", at: 200_000, times: 1})
			r, _, err := s.Get(t.Context(), "file/a", 0, blob.ToEnd)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Delete(t.Context(), "file/a"); err != nil {
				t.Fatal(err)
			}
			if again {
				if _, err := s.Put(t.Context(), "file/a", bytes.NewReader(noise(2, 1<<20))); err != nil {
					t.Fatal(err)
				}
			}
			data, err := io.ReadAll(r)
			if !fault.Is(err, fault.Unavailable) || !bytes.HasPrefix(noise(1, 1<<20), data) {
				t.Errorf("put again: %t: %d bytes, %v", again, len(data), err)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			if err := s.Delete(t.Context(), "file/a"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestListThroughTrouble: pages that fail are asked for again, and no key is passed over or comes twice.
func TestListThroughTrouble(t *testing.T) {
	onEach(t, func(t *testing.T, a Address) {
		p, a := newProxy(t, a)
		s := p.open(a, calm)
		s.page = 3
		var want []string
		for i := range 10 {
			want = append(want, fmt.Sprintf("file/%d", i))
			if _, err := s.Put(t.Context(), want[i], strings.NewReader("x")); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range passes() {
			for page := range 4 {
				f.kind, f.times, f.skip = listKind, 1, page
				p.plan(&f)
				var got []string
				if err := s.List(t.Context(), "", "", func(i blob.Info) error { got = append(got, i.Key); return nil }); err != nil || !slices.Equal(got, want) {
					t.Errorf("%s at page %d: %q, %v", f.act, page, got, err)
				}
				if n := p.count(listKind); n < 4 {
					t.Errorf("only %d pages were asked for", n)
				}
			}
		}
	})
}
