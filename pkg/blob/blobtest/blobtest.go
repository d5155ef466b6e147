// Package blobtest is the blob port's contract as code: whoever writes a driver runs it whole.
//
// Each file is one topic and each failure names the clause that is broken. A topic opens a storage of its own through the Harness; the
// suite closes it, and leaves nothing else behind.
package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"kontor/pkg/blob"
	"kontor/pkg/fault"
)

// Harness is how the suite gets at a driver.
type Harness struct {
	// Open gives a handle on the storage that belongs to a directory: the same directory is the same storage. The driver may
	// keep files there. The suite closes the handle.
	Open func(t *testing.T, dir string) blob.Store

	// Huge is how many bytes the largest object has; 0 means 64 MB. More than a part of a multipart upload shows more.
	Huge int64
}

// topics lists the whole suite in the order in which a new driver best meets it.
func topics() []topic {
	return []topic{
		{"put", testPut}, {"taken", testTaken}, {"range", testRange}, {"keys", testKeys}, {"delete", testDelete}, {"list", testList},
		{"list many", testListMany}, {"cut", testCut}, {"context", testContext}, {"concurrency", testConcurrency}, {"race", testRace},
		{"huge", testHuge}, {"tidy", testTidy}, {"handles", testHandles}, {"close", testClose},
	}
}

type topic struct {
	name string
	run  func(t *testing.T, h Harness)
}

// Run runs the whole suite.
func (h Harness) Run(t *testing.T) {
	if h.Huge == 0 {
		h.Huge = 64 << 20
	}
	for _, topic := range topics() {
		t.Run(topic.name, func(t *testing.T) { topic.run(t, h) })
	}
}

// fixture is one open storage, and short forms of what tests do all the time.
type fixture struct {
	blob.Store
	t   *testing.T
	ctx context.Context
}

func (h Harness) open(t *testing.T) *fixture {
	t.Helper()
	return h.openIn(t, t.TempDir())
}

func (h Harness) openIn(t *testing.T, dir string) *fixture {
	t.Helper()
	f := &fixture{Store: h.Open(t, dir), t: t, ctx: context.Background()}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return f
}

func (f *fixture) put(key string, data []byte) blob.Info {
	f.t.Helper()
	i, err := f.Put(f.ctx, key, bytes.NewReader(data))
	if err != nil {
		f.t.Fatalf("Put %s: %v", key, err)
	}
	return i
}

// holds wants exactly these bytes under a key.
func (f *fixture) holds(clause, key string, want []byte) {
	f.t.Helper()
	got, i := f.part(key, 0, blob.ToEnd)
	if !bytes.Equal(got, want) {
		f.t.Errorf("%s: %s holds %d bytes that are not the %d that were put", clause, key, len(got), len(want))
	}
	if i.Size != int64(len(want)) || i.Key != key {
		f.t.Errorf("%s: Info is of %q with %d bytes, want %q with %d", clause, i.Key, i.Size, key, len(want))
	}
}

func (f *fixture) part(key string, offset, length int64) ([]byte, blob.Info) {
	f.t.Helper()
	r, i, err := f.Get(f.ctx, key, offset, length)
	if err != nil {
		f.t.Fatalf("Get %s from %d, %d bytes: %v", key, offset, length, err)
	}
	data, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		f.t.Fatalf("reading %s from %d, %d bytes: %v", key, offset, length, err)
	}
	return data, i
}

// empty wants nothing under a key, whichever way one looks.
func (f *fixture) empty(clause, key string) {
	f.t.Helper()
	_, err := f.Stat(f.ctx, key)
	wantCode(f.t, clause+": Stat", err, fault.NotFound)
	r, _, err := f.Get(f.ctx, key, 0, blob.ToEnd)
	wantCode(f.t, clause+": Get", err, fault.NotFound)
	if err == nil {
		_ = r.Close()
	}
	if slices.Contains(f.keys(key, ""), key) {
		f.t.Errorf("%s: List has %s", clause, key)
	}
}

// keys lists what starts with prefix and follows after.
func (f *fixture) keys(prefix, after string) []string {
	f.t.Helper()
	keys := []string{}
	err := f.List(f.ctx, prefix, after, func(i blob.Info) error {
		keys = append(keys, i.Key)
		return nil
	})
	if err != nil {
		f.t.Fatalf("List %q after %q: %v", prefix, after, err)
	}
	return keys
}

func wantCode(t *testing.T, clause string, err error, code fault.Code) {
	t.Helper()
	var known *fault.Error
	switch {
	case err == nil:
		t.Errorf("%s: no error, want %s", clause, code)
	case !errors.As(err, &known):
		t.Errorf("%s: the error is no fault: %v", clause, err)
	case known.Code != code:
		t.Errorf("%s: the error is %s, want %s: %v", clause, known.Code, code, err)
	}
}

// noise gives n bytes that are the same for the same seed.
func noise(seed uint64, n int64) io.Reader {
	return io.LimitReader(rand.NewChaCha8(sha256.Sum256([]byte{byte(seed), byte(seed >> 8)})), n)
}

func noiseBytes(seed uint64, n int64) []byte {
	data, _ := io.ReadAll(noise(seed, n)) // a reader of this kind never fails
	return data
}

// atOnce runs n calls side by side and waits for them.
func atOnce(n int, call func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			call(i)
		})
	}
	close(start)
	wg.Wait()
}
