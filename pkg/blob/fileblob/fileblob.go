// Package fileblob keeps bytes in files below one directory: the embedded driver of the blob port.
//
// The bytes under "file/abc" lie in DIR/file/abc. They are written to a temporary file in DIR/.tmp, synced, and linked to their name,
// which fails if that is taken; then the directory is synced, so that a power cut takes neither bytes nor name. What a process that
// died has left in .tmp, Tidy removes. Any number of processes may work on one directory.
package fileblob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"kontor/pkg/blob"
	"kontor/pkg/fault"
)

// tempDir holds what is being put. No key leads there, since none begins with a dot.
const tempDir = ".tmp"

// bufferSize is how many bytes a Put holds in memory.
const bufferSize = 128 << 10

// Store is a directory of files. It implements blob.Store.
type Store struct {
	dir     string
	link    func(from, to string) error // os.Link
	buffers sync.Pool                   // of *[bufferSize]byte
	syncs   syncer
	naming  sync.Mutex // where the disk has no links
	calls   blob.Calls
}

// Open makes the directory, if it is not there, readable for its owner only.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, tempDir), 0o700); err != nil {
		return nil, fmt.Errorf("the directory of the files can't be made: %w", err)
	}
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := syncDir(d); err != nil {
			return nil, fmt.Errorf("the directory of the files can't be made to last: %w", err)
		}
	}
	s := &Store{dir: dir, link: os.Link}
	s.buffers.New = func() any { return new([bufferSize]byte) }
	return s, nil
}

// path is the file of a key.
func (s *Store) path(key string) (string, error) {
	return filepath.Join(s.dir, filepath.FromSlash(key)), blob.CheckKey(key)
}

// known turns the system's errors into those of the port. Their text has paths of the server, so it stays in the log.
func known(err error) error {
	var f *fault.Error
	switch {
	case err == nil || errors.As(err, &f):
		return err
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, errNotDir):
		return fault.Wrap(fault.NotFound, err, "Not Found")
	case errors.Is(err, fs.ErrExist):
		return fault.Wrap(fault.Conflict, err, "There are bytes under this key already")
	}
	return away(err)
}

// away is the error of a disk that is full, read-only or gone.
func away(err error) error {
	return fault.Wrap(fault.Unavailable, err, "The storage of files is not available")
}

func info(key string, i fs.FileInfo) blob.Info {
	return blob.Info{Key: key, Size: i.Size(), Modified: i.ModTime()}
}

// Get opens a part of a file.
func (s *Store) Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, blob.Info, error) {
	done, err := s.calls.Begin(ctx)
	if err != nil {
		return nil, blob.Info{}, err
	}
	defer done()
	name, err := s.path(key)
	if err != nil {
		return nil, blob.Info{}, err
	}
	if err := blob.CheckRange(offset, length); err != nil {
		return nil, blob.Info{}, err
	}
	f, i, err := openFile(name)
	if err != nil {
		return nil, blob.Info{}, known(err)
	}
	offset = min(offset, i.Size())
	if length == blob.ToEnd || length > i.Size()-offset {
		length = i.Size() - offset
	}
	return &part{io.NewSectionReader(f, offset, length), f}, info(key, i), nil
}

// openFile opens what is a file and nothing else.
func openFile(name string) (*os.File, fs.FileInfo, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	i, err := f.Stat()
	if err == nil && !i.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, i, nil
}

// part reads some of a file and closes it. It can seek within what it reads.
type part struct {
	*io.SectionReader
	file *os.File
}

// Close closes the file.
func (p *part) Close() error { return p.file.Close() }

// Stat tells of a file.
func (s *Store) Stat(ctx context.Context, key string) (blob.Info, error) {
	done, err := s.calls.Begin(ctx)
	if err != nil {
		return blob.Info{}, err
	}
	defer done()
	name, err := s.path(key)
	if err != nil {
		return blob.Info{}, err
	}
	i, err := os.Lstat(name)
	if err == nil && !i.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return blob.Info{}, known(err)
	}
	return info(key, i), nil
}

// Delete removes a file. Directories stay: they are few.
func (s *Store) Delete(ctx context.Context, key string) error {
	done, err := s.calls.Begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	name, err := s.path(key)
	if err != nil {
		return err
	}
	i, err := os.Lstat(name)
	if err == nil && !i.Mode().IsRegular() {
		return nil
	}
	if err == nil {
		err = os.Remove(name)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, errNotDir):
		return nil
	case err != nil:
		return known(err)
	}
	return known(s.syncs.sync(filepath.Dir(name)))
}

// Tidy removes temporary files that were last written before a point in time.
func (s *Store) Tidy(ctx context.Context, before time.Time) (int, error) {
	done, err := s.calls.Begin(ctx)
	if err != nil {
		return 0, err
	}
	defer done()
	entries, err := os.ReadDir(filepath.Join(s.dir, tempDir))
	if err != nil {
		return 0, known(err)
	}
	n := 0
	for _, e := range entries {
		if err := blob.Ended(ctx); err != nil {
			return n, err
		}
		i, err := e.Info()
		if err != nil || !i.Mode().IsRegular() || !i.ModTime().Before(before) {
			continue // one that is gone has been put meanwhile
		}
		if err := os.Remove(filepath.Join(s.dir, tempDir, e.Name())); err == nil {
			n++
		} else if !errors.Is(err, fs.ErrNotExist) {
			return n, known(err)
		}
	}
	return n, nil
}

// Ping makes a file and removes it.
func (s *Store) Ping(ctx context.Context) error {
	done, err := s.calls.Begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	f, err := os.CreateTemp(filepath.Join(s.dir, tempDir), "ping-")
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "The storage of files takes no writes")
	}
	return known(errors.Join(f.Close(), os.Remove(f.Name())))
}

// Close waits for running calls.
func (s *Store) Close() error {
	s.calls.Close()
	return nil
}

// List walks the directories in the order of keys.
func (s *Store) List(ctx context.Context, prefix, after string, fn func(blob.Info) error) error {
	done, err := s.calls.Begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	// Below the last slash of the prefix everything may hit, above it nothing else does.
	top := prefix[:strings.LastIndexByte(prefix, '/')+1]
	if top != "" && blob.CheckKey(strings.TrimSuffix(top, "/")) != nil {
		return nil // no key begins so
	}
	w := walk{store: s, ctx: ctx, prefix: prefix, after: after, fn: fn}
	return w.dir(top)
}
