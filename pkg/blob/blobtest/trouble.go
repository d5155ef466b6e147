package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"kontor/pkg/blob"
	"kontor/pkg/fault"
)

// testCut: an upload that breaks off leaves nothing.
func testCut(t *testing.T, h Harness) {
	f := h.open(t)
	cut := errors.New("cut")
	for i, size := range []int64{0, 1, 100, 128 << 10, 1 << 20, 12 << 20} {
		for _, err := range []error{cut, io.ErrUnexpectedEOF, io.ErrClosedPipe} {
			key := fmt.Sprintf("file/cut%d", i)
			r := io.MultiReader(noise(1, size), iotest.ErrReader(err))
			if _, got := f.Put(f.ctx, key, r); !errors.Is(got, err) {
				t.Errorf("a reader that fails with %q after %d bytes: Put says %v", err, size, got)
			}
			f.empty("after a cut", key)
		}
		f.put(fmt.Sprintf("file/cut%d", i), []byte("whole"))
	}
	if got := f.keys("", ""); len(got) != 6 {
		t.Errorf("cut uploads left keys behind: %q", got)
	}
}

// testContext: no call outlives its context, and a Put whose context ends leaves nothing.
func testContext(t *testing.T, h Harness) {
	f := h.open(t)
	f.put("file/there", []byte("there"))
	ended, cancel := context.WithCancel(f.ctx)
	cancel()
	for _, c := range f.calls("file/there", "file/new") {
		err := c.run(ended)
		wantCode(t, c.name+" in a context that has ended", err, fault.Timeout)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s does not say how the context ended: %v", c.name, err)
		}
	}
	f.empty("after the context's end", "file/new")
	f.holds("after the context's end", "file/there", []byte("there"))

	for _, size := range []int64{1, 300 << 10, 12 << 20} {
		during, cancel := context.WithCancel(f.ctx)
		r := io.MultiReader(noise(1, size), readerFunc(func(p []byte) (int, error) {
			cancel()
			p[0] = 'x'
			return 1, nil // and so on for ever
		}))
		_, err := f.Put(during, "file/during", r)
		wantCode(t, "a Put whose context ends", err, fault.Timeout)
		f.empty("a Put whose context ends", "file/during")
	}
}

type readerFunc func(p []byte) (int, error)

func (r readerFunc) Read(p []byte) (int, error) { return r(p) }

type call struct {
	name string
	run  func(context.Context) error
}

// calls is every method that takes a context.
func (f *fixture) calls(there, free string) []call {
	return []call{
		{"Put", func(ctx context.Context) error { _, err := f.Put(ctx, free, bytes.NewReader([]byte("x"))); return err }},
		{"Get", func(ctx context.Context) error {
			r, _, err := f.Get(ctx, there, 0, blob.ToEnd)
			if err == nil {
				_, err = io.ReadAll(r)
				err = errors.Join(err, r.Close())
			}
			return err
		}},
		{"Stat", func(ctx context.Context) error { _, err := f.Stat(ctx, there); return err }},
		{"List", func(ctx context.Context) error { return f.List(ctx, "", "", func(blob.Info) error { return nil }) }},
		{"Tidy", func(ctx context.Context) error { _, err := f.Tidy(ctx, time.Unix(0, 0)); return err }},
		{"Ping", f.Ping},
		{"Delete", func(ctx context.Context) error { return f.Delete(ctx, there) }},
	}
}

// testConcurrency: many at once, each with its own key.
func testConcurrency(t *testing.T, h Harness) {
	f := h.open(t)
	atOnce(16, func(i int) {
		for n := range 5 {
			key, data := fmt.Sprintf("file/%d-%d", i, n), noiseBytes(uint64(i*10+n), int64(n)*150_000)
			if _, err := f.Put(f.ctx, key, bytes.NewReader(data)); err != nil {
				t.Errorf("Put: %v", err)
				continue
			}
			r, _, err := f.Get(f.ctx, key, 0, blob.ToEnd)
			if err != nil {
				t.Errorf("Get: %v", err)
				continue
			}
			got, err := io.ReadAll(r)
			if err = errors.Join(err, r.Close()); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s came back otherwise: %v", key, err)
			}
			if n%2 == 0 {
				if err := f.Delete(f.ctx, key); err != nil {
					t.Errorf("Delete: %v", err)
				}
			}
		}
	})
	if got := f.keys("file/", ""); len(got) != 32 {
		t.Errorf("%d keys are left, want 32", len(got))
	}
}

// testRace: of those who want one key, one gets it, and nobody ever sees a part.
func testRace(t *testing.T, h Harness) {
	f := h.open(t)
	for round := range 5 {
		key := fmt.Sprintf("file/race%d", round)
		won := make([]bool, 8)
		atOnce(9, func(i int) {
			if i == 8 {
				f.watch(key, won)
				return
			}
			_, err := f.Put(f.ctx, key, noise(uint64(i), 1<<20))
			if won[i] = err == nil; err != nil {
				wantCode(t, "a Put that lost", err, fault.Conflict)
			}
		})
		winner := -1
		for i, w := range won {
			if w && winner >= 0 {
				t.Errorf("both %d and %d won", winner, i)
			}
			if w {
				winner = i
			}
		}
		if winner < 0 {
			t.Fatal("nobody won")
		}
		f.holds("the winner's bytes are there", key, noiseBytes(uint64(winner), 1<<20))
	}
}

// watch looks at a key while others put it: it is not there, or whole.
func (f *fixture) watch(key string, won []bool) {
	for range 200 {
		i, err := f.Stat(f.ctx, key)
		if err == nil && i.Size != 1<<20 {
			f.t.Errorf("a part was seen: %d bytes", i.Size)
		}
		if err == nil {
			return
		}
	}
}

// testTidy: what is whole or still being put stays.
func testTidy(t *testing.T, h Harness) {
	f := h.open(t)
	f.put("file/a", []byte("a"))
	// Half of a Put has come; old enough for nobody is what is written to right now.
	r := io.MultiReader(noise(1, 1<<20), readerFunc(func([]byte) (int, error) {
		if n, err := f.Tidy(f.ctx, time.Now().Add(-time.Hour)); err != nil || n > 0 {
			t.Errorf("Tidy removed %d of what is being put: %v", n, err)
		}
		return 0, io.EOF
	}))
	if _, err := f.Put(f.ctx, "file/b", r); err != nil {
		t.Fatalf("Put beside Tidy: %v", err)
	}
	if _, err := f.Tidy(f.ctx, time.Now().Add(time.Hour)); err != nil {
		t.Errorf("Tidy: %v", err)
	}
	f.holds("after Tidy", "file/a", []byte("a"))
	f.holds("after Tidy", "file/b", noiseBytes(1, 1<<20))
}

// testHandles: several processes on one storage.
func testHandles(t *testing.T, h Harness) {
	dir := t.TempDir()
	a, b := h.openIn(t, dir), h.openIn(t, dir)
	a.put("file/a", []byte("a"))
	b.holds("each sees what the other put", "file/a", []byte("a"))
	_, err := b.Put(b.ctx, "file/a", bytes.NewReader([]byte("b")))
	wantCode(t, "Put of a key that the other took", err, fault.Conflict)
	if err := b.Delete(b.ctx, "file/a"); err != nil {
		t.Fatal(err)
	}
	a.empty("after the other's Delete", "file/a")

	c := h.Open(t, dir)
	if _, err := c.Put(a.ctx, "file/c", bytes.NewReader([]byte("c"))); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	h.openIn(t, dir).holds("after Close and Open", "file/c", []byte("c"))
}

// testClose: Close waits for running calls; later ones fail.
func testClose(t *testing.T, h Harness) {
	f := h.open(t)
	f.put("file/a", []byte("a"))
	r, _, err := f.Get(f.ctx, "file/a", 0, blob.ToEnd)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	begun, closed := make(chan struct{}), make(chan error, 1)
	slow := io.MultiReader(readerFunc(func([]byte) (int, error) {
		close(begun)
		return 0, io.EOF
	}), noise(1, 3<<20))
	go func() {
		<-begun
		closed <- f.Close()
	}()
	if _, err := f.Put(f.ctx, "file/b", slow); err != nil {
		wantCode(t, "a Put beside Close", err, fault.Unavailable)
	}
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
	for _, c := range f.calls("file/a", "file/new") {
		wantCode(t, c.name+" after Close", c.run(f.ctx), fault.Unavailable)
	}
	if data, err := io.ReadAll(r); err != nil || string(data) != "a" {
		t.Errorf("a reader that was open at Close gives %q, %v", data, err)
	}
}
