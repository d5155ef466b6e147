package sqlitestore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// change runs statements on a file without the store.
func change(t *testing.T, path string, statements ...string) {
	t.Helper()
	c, err := dial(source(path, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for _, sql := range statements {
		if _, err := c.exec(context.Background(), sql); err != nil {
			t.Fatal(sql, err)
		}
	}
}

// TestRefused: what is not a file of this layout is refused in a sentence and stays as it is.
func TestRefused(t *testing.T) {
	cases := []struct {
		name string
		make func(t *testing.T, path string)
		code fault.Code
		says string
	}{
		{"newer layout", func(t *testing.T, path string) {
			create(t, path)
			change(t, path, "PRAGMA user_version=99", "PRAGMA journal_mode=DELETE")
		}, fault.Invalid, "layout 99 and this program knows 1"},
		{"another program's database", func(t *testing.T, path string) {
			change(t, path, "CREATE TABLE a(b)")
		}, fault.Invalid, "belongs to another program"},
		{"another program's mark", func(t *testing.T, path string) {
			change(t, path, "PRAGMA application_id=7")
		}, fault.Invalid, "belongs to another program"},
		{"no database", func(t *testing.T, path string) {
			write(t, path, bytes.Repeat([]byte("A letter to the mayor. "), 100))
		}, fault.Invalid, "no SQLite database"},
		{"a directory", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, fault.Unavailable, "cannot be written"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "kontor.db")
			c.make(t, path)
			before, _ := os.ReadFile(path)
			s, err := Open(path, Options{})
			if err == nil {
				_ = s.Close()
			}
			refused(t, err, c.code, c.says)
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

// TestNoPlace: a file that cannot be.
func TestNoPlace(t *testing.T) {
	t.Run("no directory", func(t *testing.T) {
		_, err := Open(filepath.Join(t.TempDir(), "none", "kontor.db"), Options{})
		refused(t, err, fault.Unavailable, "directory")
	})
	t.Run("no name", func(t *testing.T) {
		_, err := Open("", Options{})
		refused(t, err, fault.Invalid, "no name")
	})
}

func refused(t *testing.T, err error, code fault.Code, says string) {
	t.Helper()
	if !fault.Is(err, code) || !strings.Contains(fault.As(err).Message, says) {
		t.Errorf("got %v, want %s that says %q", err, code, says)
	}
}

func create(t *testing.T, path string) {
	t.Helper()
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestUpgrade: a file of an older layout is brought forward once, also when several processes open it at the same time.
func TestUpgrade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kontor.db")
	create(t, path)
	steps := append(migrations(), func(ctx context.Context, c *conn) error {
		_, err := c.exec(ctx, "CREATE TABLE upgraded(a)")
		return err
	})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			c, err := openFile(source(path, Options{Busy: 5e9}), steps)
			if err != nil {
				t.Error(err)
				return
			}
			_ = c.close()
		})
	}
	all.Wait()
	_, err := Open(path, Options{})
	refused(t, err, fault.Invalid, "layout 2 and this program knows 1")
	t.Run("a failing step leaves the file as it was", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "kontor.db")
		create(t, path)
		broken := errors.New("broken")
		_, err := openFile(source(path, Options{Busy: 5e9}), append(migrations(), func(ctx context.Context, c *conn) error {
			_, _ = c.exec(ctx, "CREATE TABLE half(a)")
			return broken
		}))
		if !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		create(t, path)
	})
}

// TestDamaged: a file that breaks later gives errors, not wrong answers.
func TestDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kontor.db")
	s := openAt(t, path)
	fill(t, s, 300)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(data) / 8192 * 4096; i < len(data); i++ {
		data[i] = 0xAA
	}
	write(t, path, data)
	s, err = Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err = s.Ensure(context.Background(), listed()); err == nil {
		_, err = s.Find(context.Background(), "projects", store.Query{})
	}
	refused(t, err, fault.Internal, "damaged")
}

func openAt(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Ensure(context.Background(), listed()); err != nil {
		t.Fatal(err)
	}
	return s
}

func fill(t *testing.T, s *Store, n int) {
	t.Helper()
	var ops []store.Op
	for i := range n {
		ops = append(ops, store.Op{Kind: store.Insert, Collection: "projects", Key: projectKey(i), Parts: project(i)})
	}
	if err := s.Apply(context.Background(), ops); err != nil {
		t.Fatal(err)
	}
}

// TestFullDisk: what no longer fits is refused whole, what was acknowledged stays, and writing goes on when there is room again.
func TestFullDisk(t *testing.T) {
	s := openListed(t, 20)
	ctx := context.Background()
	limit := func(pages int) {
		t.Helper()
		err := s.submit(ctx, &request{alone: true, run: func(ctx context.Context, c *conn) error {
			_, err := c.exec(ctx, "PRAGMA max_page_count="+itoa(pages))
			return err
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	limit(400)
	var mu sync.Mutex
	var kept []string
	var full error
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := range 60 {
				key := fmt.Sprint("full/", w, "/", i)
				err := s.Apply(ctx, []store.Op{{Kind: store.Insert, Collection: "projects", Key: key, Parts: project(i)}, {Kind: store.Insert, Collection: "projects", Key: key + "b", Parts: project(i)}})
				mu.Lock()
				if err == nil {
					kept = append(kept, key, key+"b")
				} else {
					full = err
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	refused(t, full, fault.Unavailable, "full")
	n, err := s.Count(ctx, "projects", query.Where(store.KeyPath, query.StartsWith, "full/"))
	if err != nil || n != len(kept) || n == 0 {
		t.Errorf("%d documents are there, %d were acknowledged, %v", n, len(kept), err)
	}
	limit(1 << 20)
	if err := s.Apply(ctx, []store.Op{{Kind: store.Insert, Collection: "projects", Key: "room again", Parts: project(1)}}); err != nil {
		t.Errorf("with room again: %v", err)
	}
	s.sound(t)
}

// TestForeignWriter: a process that has declared nothing keeps the side tables all the same, since the file itself does.
func TestForeignWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kontor.db")
	s := openAt(t, path)
	defer s.Close()
	fill(t, s, 3)
	change(t, path, `INSERT INTO "doc.projects"(key,rev,published) VALUES('foreign',1,'{"topics":["foreign",true,2.0]}')`,
		`UPDATE "doc.projects" SET published='{"topics":["changed"]}' WHERE key='`+projectKey(1)+`'`, `DELETE FROM "doc.projects" WHERE key='`+projectKey(2)+`'`)
	for v, want := range map[any]string{"foreign": "foreign", true: "foreign", int64(2): "foreign", "changed": projectKey(1), "topic01": ""} {
		docs, err := s.Find(context.Background(), "projects", store.Query{Filter: query.Where("published.topics", query.Eq, v)})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(len(docs)); want == "" && got != "0" || want != "" && (len(docs) != 1 || docs[0].Key != want) {
			t.Errorf("%v hits %v, want %q", v, docs, want)
		}
	}
}

// TestUnreadable: JSON that nobody can have written through the port is an error, not a panic.
func TestUnreadable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kontor.db")
	s := openAt(t, path)
	defer s.Close()
	change(t, path, `INSERT INTO "doc.projects"(key,rev,draft) VALUES('list',1,'[1]'),('cut',1,'{"a":')`)
	for _, key := range []string{"list", "cut"} {
		_, err := s.Get(context.Background(), "projects", key, nil)
		refused(t, err, fault.Internal, "cannot be read")
	}
	_, err := s.Touch(context.Background(), "projects", query.Where(store.KeyPath, query.Eq, "list"), value.Object{"a": true}, nil)
	if err != nil {
		t.Errorf("meta of a document whose draft is unreadable: %v", err)
	}
}

// TestPrivate: only the owner reads the files, even in a directory that everybody may look into.
func TestPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there rights are the directory's")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, filepath.Join(dir, "kontor.db"))
	defer s.Close()
	fill(t, s, 3)
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %v", f.Name(), info.Mode())
		}
	}
	if len(files) != 3 { // the database, its log, its index
		t.Errorf("there are %v", files)
	}
}
