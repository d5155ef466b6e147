package fileblob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"kontor/pkg/blob"
	"kontor/pkg/blob/blobtest"
	"kontor/pkg/fault"
)

func TestSuite(t *testing.T) {
	blobtest.Harness{Open: func(t *testing.T, dir string) blob.Store { return openTest(t, dir) }}.Run(t)
}

// TestSuiteWithoutLinks runs the suite as on a disk that has no links.
func TestSuiteWithoutLinks(t *testing.T) {
	blobtest.Harness{Huge: 1 << 20, Open: func(t *testing.T, dir string) blob.Store {
		s := openTest(t, dir)
		s.link = func(from, to string) error {
			return &os.LinkError{Op: "link", Old: from, New: to, Err: errors.ErrUnsupported}
		}
		return s
	}}.Run(t)
}

func openTest(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// temps lists what lies in the temporary directory.
func temps(t *testing.T, s *Store) []os.DirEntry {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.dir, tempDir))
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestNothingTemporaryStays(t *testing.T) {
	s, ctx := openTest(t, t.TempDir()), context.Background()
	if _, err := s.Put(ctx, "file/a", strings.NewReader("a")); err != nil {
		t.Fatal(err)
	}
	_, _ = s.Put(ctx, "file/a", strings.NewReader("b"))
	_, _ = s.Put(ctx, "file/b", iotest.ErrReader(io.ErrUnexpectedEOF))
	_ = s.Ping(ctx)
	if left := temps(t, s); len(left) > 0 {
		t.Errorf("temporary files stay behind: %v", left)
	}
}

func TestTidyTakesWhatTheDeadLeft(t *testing.T) {
	s, ctx := openTest(t, t.TempDir()), context.Background()
	name := filepath.Join(s.dir, tempDir, "put-1")
	if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if n, err := s.Tidy(ctx, now.Add(-time.Hour)); err != nil || n != 0 {
		t.Errorf("a young file was removed: %d, %v", n, err)
	}
	if err := os.Chtimes(name, now, now.Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Tidy(ctx, now.Add(-time.Hour)); err != nil || n != 1 || len(temps(t, s)) > 0 {
		t.Errorf("an old file stays: %d, %v", n, err)
	}
}

func TestStrangersAreNotKeys(t *testing.T) {
	s, ctx := openTest(t, t.TempDir()), context.Background()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := errors.Join(os.WriteFile(secret, []byte("secret"), 0o600), os.Symlink(secret, filepath.Join(s.dir, "link")),
		os.WriteFile(filepath.Join(s.dir, "Thumbs.DB"), nil, 0o600), os.Mkdir(filepath.Join(s.dir, "dir"), 0o700)); err != nil {
		t.Fatal(err)
	}
	if err := s.List(ctx, "", "", func(i blob.Info) error { t.Errorf("%s is listed", i.Key); return nil }); err != nil {
		t.Error(err)
	}
	if _, err := s.Stat(ctx, "link"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a link is a key: %v", err)
	}
	if _, err := s.Stat(ctx, "dir"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a directory is a key: %v", err)
	}
	if _, _, err := s.Get(ctx, "dir", 0, blob.ToEnd); !fault.Is(err, fault.NotFound) {
		t.Errorf("a directory is read: %v", err)
	}
}

func TestBelowAnotherKey(t *testing.T) {
	s, ctx := openTest(t, t.TempDir()), context.Background()
	if _, err := s.Put(ctx, "a/b", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a/b/c", "a/b/c/d"} {
		if _, err := s.Put(ctx, key, strings.NewReader("x")); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s below a/b: %v", key, err)
		}
	}
	if _, err := s.Put(ctx, "a", strings.NewReader("x")); err == nil {
		t.Error("a above a/b is put")
	}
}

// TestFlatMemory: however much is put and read, a few buffers are all that it takes.
func TestFlatMemory(t *testing.T) {
	s, ctx := openTest(t, t.TempDir()), context.Background()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := s.Put(ctx, "file/a", io.LimitReader(zeros{}, 256<<20)); err != nil {
		t.Fatal(err)
	}
	r, _, err := s.Get(ctx, "file/a", 0, blob.ToEnd)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, make([]byte, 1<<16))
	if err = errors.Join(err, r.Close()); err != nil || n != 256<<20 {
		t.Fatalf("%d bytes came back: %v", n, err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 2<<20 {
		t.Errorf("256 MB took %d bytes of memory", used)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestOpenWhereNothingCanBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(file, "files")); err == nil {
		t.Error("a directory was made in a file")
	}
}

func TestPingNotices(t *testing.T) {
	s := openTest(t, t.TempDir())
	if err := os.RemoveAll(s.dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(context.Background()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("Ping of a storage that is gone: %v", err)
	}
	_, err := s.Put(context.Background(), "file/a", bytes.NewReader(nil))
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("Put to a storage that is gone: %v", err)
	}
}
