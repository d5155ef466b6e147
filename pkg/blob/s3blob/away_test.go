package s3blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kontor/pkg/blob"
	"kontor/pkg/fault"
)

// calls is every method that asks the server.
func calls(s *Store) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Put": func(ctx context.Context) error {
			_, err := s.Put(ctx, "file/new", strings.NewReader("x"))
			return err
		},
		"Put of parts": func(ctx context.Context) error {
			_, err := s.Put(ctx, "file/parts", bytes.NewReader(make([]byte, minPart+1)))
			return err
		},
		"Get": func(ctx context.Context) error {
			r, _, err := s.Get(ctx, "file/a", 0, blob.ToEnd)
			if err == nil {
				_, err = io.ReadAll(r)
				err = errors.Join(err, r.Close())
			}
			return err
		},
		"Stat":   func(ctx context.Context) error { _, err := s.Stat(ctx, "file/a"); return err },
		"List":   func(ctx context.Context) error { return s.List(ctx, "", "", func(blob.Info) error { return nil }) },
		"Tidy":   func(ctx context.Context) error { _, err := s.Tidy(ctx, time.Unix(0, 0)); return err },
		"Delete": func(ctx context.Context) error { return s.Delete(ctx, "file/other") },
		"Ping":   s.Ping,
	}
}

// soon is within what a caller may wait to hear that a server is away, which is 2 s; the rest is for machines that are busy.
const soon = 2*time.Second + 6*time.Second

// TestServerGoesAndComesBack: each call fails soon and works again with the server, without anything being opened anew.
func TestServerGoesAndComesBack(t *testing.T) {
	onEach(t, func(t *testing.T, a Address) {
		p, a := newProxy(t, a)
		s := p.open(a, usual)
		for range 2 {
			if _, err := s.Put(t.Context(), "file/a", strings.NewReader("a")); err != nil {
				t.Fatal(err)
			}
			p.stop()
			var wg sync.WaitGroup
			for name, call := range calls(s) {
				wg.Go(func() {
					began := time.Now()
					err := call(t.Context())
					if took := time.Since(began); !fault.Is(err, fault.Unavailable) || took > soon {
						t.Errorf("%s without a server says %v after %v", name, err, took)
					} else if strings.Contains(err.Error(), p.secret) {
						t.Errorf("%s shows a secret: %v", name, err)
					}
				})
			}
			wg.Wait()
			p.comeBack()
			for _, name := range []string{"Get", "Stat", "List", "Tidy", "Delete", "Ping", "Put", "Put of parts"} {
				if err := calls(s)[name](t.Context()); err != nil {
					t.Errorf("%s after the server came back: %v", name, err)
				}
			}
			for _, key := range []string{"file/a", "file/new", "file/parts"} {
				if err := s.Delete(t.Context(), key); err != nil {
					t.Error(err)
				}
			}
		}
	})
}

// TestNobodyAnswersTheDoor: a host that swallows packets, as behind a firewall, is as away as one that refuses them.
func TestNobodyAnswersTheDoor(t *testing.T) {
	// A listener whose queue is full takes no further connection.
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	if err := errors.Join(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), syscall.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	at := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: name.(*syscall.SockaddrInet4).Port}
	for full := false; !full; {
		c, err := net.DialTimeout("tcp", at.String(), 300*time.Millisecond)
		if full = err != nil; !full {
			t.Cleanup(func() { _ = c.Close() })
		}
	}
	s, err := prepare(Address{Host: at.String(), Bucket: "bucket", Part: minPart, Plain: true, Region: "us-east-1", id: "id", secret: "secret"}, Options{}, usual)
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range calls(s) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			if err, took := call(context.Background()), time.Since(began); !fault.Is(err, fault.Unavailable) || took > soon {
				t.Errorf("it says %v after %v", err, took)
			}
		})
	}
}

// hasty has little patience with silence, so that tests need none.
var hasty = patience{dial: time.Second, read: 800 * time.Millisecond, write: time.Second, ping: time.Second}

// TestStuckServer: a server that takes a request and says nothing is given up.
func TestStuckServer(t *testing.T) {
	onEach(t, func(t *testing.T, a Address) {
		p, a := newProxy(t, a)
		s := p.open(a, hasty)
		if _, err := s.Put(t.Context(), "file/a", strings.NewReader("a")); err != nil {
			t.Fatal(err)
		}
		p.plan(&trouble{act: "stuck"})
		for name, call := range calls(s) {
			began := time.Now()
			if err, took := call(t.Context()), time.Since(began); !fault.Is(err, fault.Unavailable) || took > 10*time.Second {
				t.Errorf("%s says %v after %v", name, err, took)
			}
		}
		for _, kind := range []string{beginKind, partKind, completeKind} {
			p.plan(&trouble{kind: kind, act: "stuck"})
			if err := calls(s)["Put of parts"](t.Context()); !fault.Is(err, fault.Unavailable) {
				t.Errorf("stuck at %s: %v", kind, err)
			}
			p.plan()
			nothingLeft(t, s, "file/parts")
		}
	})
}

// TestSlowIsNotStuck: a server or a reader that is slow is waited for, however long it takes, as long as bytes come.
func TestSlowIsNotStuck(t *testing.T) {
	onEach(t, func(t *testing.T, a Address) {
		p, a := newProxy(t, a)
		s := p.open(a, hasty)
		data := noise(9, 1<<20)
		if _, err := s.Put(t.Context(), "file/a", bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
		p.plan(&trouble{kind: getKind, act: "dribble", at: 1000, wait: hasty.read / 2})
		if got, err := read(s, "file/a", 0, blob.ToEnd); err != nil || !bytes.Equal(got, data) {
			t.Errorf("a slow server: %d bytes, %v", len(got), err)
		}
		p.plan()
		r, _, err := s.Get(t.Context(), "file/a", 0, blob.ToEnd)
		if err != nil {
			t.Fatal(err)
		}
		head := make([]byte, 1000)
		if _, err = io.ReadFull(r, head); err == nil {
			time.Sleep(2 * hasty.read)
			var rest []byte
			if rest, err = io.ReadAll(r); err == nil && !bytes.Equal(append(head, rest...), data) {
				t.Error("a slow reader got other bytes")
			}
		}
		if err = errors.Join(err, r.Close()); err != nil {
			t.Errorf("a slow reader: %v", err)
		}
		slow := &slowReader{data: bytes.NewReader(data), wait: 2 * hasty.write}
		if _, err := s.Put(t.Context(), "file/b", slow); err != nil {
			t.Errorf("a slow writer: %v", err)
		}
		holds(t, s, "file/b", data)
	})
}

// slowReader waits once in the middle.
type slowReader struct {
	data *bytes.Reader
	wait time.Duration
}

func (r *slowReader) Read(p []byte) (int, error) {
	if r.data.Len() < int(r.data.Size())/2 {
		time.Sleep(r.wait)
		r.wait = 0
	}
	return r.data.Read(p)
}

// TestContextEndsAtAStuckServer: who calls off does not wait, and what was begun is ended.
func TestContextEndsAtAStuckServer(t *testing.T) {
	onEach(t, func(t *testing.T, a Address) {
		p, a := newProxy(t, a)
		s := p.open(a, usual)
		if _, err := s.Put(t.Context(), "file/a", strings.NewReader("a")); err != nil {
			t.Fatal(err)
		}
		for name, call := range calls(s) {
			kind := ""
			if name == "Put of parts" {
				kind = partKind
			}
			p.plan(&trouble{kind: kind, act: "stuck"})
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			began := time.Now()
			err := call(ctx)
			cancel()
			if took := time.Since(began); !fault.Is(err, fault.Timeout) || !errors.Is(err, context.DeadlineExceeded) || took > soon {
				t.Errorf("%s says %v after %v", name, err, took)
			}
		}
		p.plan()
		nothingLeft(t, s, "file/parts")
	})
}

// TestNothingKeepsRunning: what broke off leaves no goroutine.
func TestNothingKeepsRunning(t *testing.T) {
	p, a := newProxy(t, serverOf(t, servers[0]))
	s := p.open(a, hasty)
	before := runtime.NumGoroutine()
	for _, act := range []string{"stuck", "reset", "503", "cut answer"} {
		p.plan(&trouble{act: act})
		var wg sync.WaitGroup
		for range 3 {
			for _, call := range calls(s) {
				wg.Go(func() { _ = call(t.Context()) }) // each fails, which other tests look at
			}
		}
		wg.Wait()
	}
	p.plan()
	s.wire.next.CloseIdleConnections()
	p.out.CloseIdleConnections()
	for end := time.Now().Add(20 * time.Second); runtime.NumGoroutine() > before+3; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines were running before, %d are now", before, runtime.NumGoroutine())
		}
	}
}

// TestFlatMemory: however long a file is, it takes one part.
func TestFlatMemory(t *testing.T) {
	a := serverOf(t, servers[0]).in(t.TempDir())
	s := openTest(t, a)
	const size = 128 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := s.Put(t.Context(), "file/a", io.LimitReader(zeros{}, size)); err != nil {
		t.Fatal(err)
	}
	r, _, err := s.Get(t.Context(), "file/a", 0, blob.ToEnd)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, make([]byte, 1<<16))
	if err = errors.Join(err, r.Close()); err != nil || n != size {
		t.Fatalf("%d bytes came back: %v", n, err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 3*minPart {
		t.Errorf("%d MB took %d KB of memory", size>>20, used>>10)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
