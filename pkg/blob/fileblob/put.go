package fileblob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"kontor/pkg/blob"
	"kontor/pkg/fault"
)

// Put writes a temporary file, syncs it and links it to its name.
func (s *Store) Put(ctx context.Context, key string, r io.Reader) (blob.Info, error) {
	done, err := s.calls.Begin(ctx)
	if err != nil {
		return blob.Info{}, err
	}
	defer done()
	name, err := s.path(key)
	if err != nil {
		return blob.Info{}, err
	}
	if _, err := os.Lstat(name); err == nil { // so that a taken key needs no upload to be found out
		return blob.Info{}, known(fs.ErrExist)
	}
	if err := s.directory(filepath.Dir(name)); err != nil {
		return blob.Info{}, err
	}
	f, err := os.CreateTemp(filepath.Join(s.dir, tempDir), "put-")
	if err != nil {
		return blob.Info{}, away(err)
	}
	defer os.Remove(f.Name()) // after the link it is a second name
	i, err := s.fill(ctx, f, r)
	if err = errors.Join(err, known(f.Close())); err != nil {
		return blob.Info{}, err
	}
	if err := s.publish(f.Name(), name); err != nil {
		return blob.Info{}, known(err)
	}
	if err := s.syncs.sync(filepath.Dir(name)); err != nil {
		return blob.Info{}, known(err)
	}
	return info(key, i), nil
}

// fill copies r into a file and waits until the disk has it. Errors of the reader stay as they are: only its owner knows them.
func (s *Store) fill(ctx context.Context, f *os.File, r io.Reader) (fs.FileInfo, error) {
	buffer := s.buffers.Get().(*[bufferSize]byte)
	defer s.buffers.Put(buffer)
	for more := true; more; {
		n, err := blob.Fill(ctx, r, buffer[:])
		if err != nil && err != io.EOF {
			return nil, err
		}
		more = err == nil
		if _, err := f.Write(buffer[:n]); err != nil {
			return nil, known(err)
		}
	}
	if err := blob.Ended(ctx); err != nil {
		return nil, err
	}
	if err := f.Sync(); err != nil {
		return nil, known(err)
	}
	i, err := f.Stat()
	return i, known(err)
}

// publish gives a finished file its name, if that is free. Where the disk has no links (some network drives, FAT), it is renamed, and
// that the name is free is only true within this process.
func (s *Store) publish(temp, name string) error {
	err := s.link(temp, name)
	if err == nil || errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s.naming.Lock()
	defer s.naming.Unlock()
	if _, err := os.Lstat(name); err == nil {
		return fs.ErrExist
	}
	return os.Rename(temp, name)
}

// directory makes the directories of a key and sees to it that they survive a power cut.
func (s *Store) directory(dir string) error {
	if i, err := os.Stat(dir); err == nil && i.IsDir() {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		if errors.Is(err, errNotDir) {
			return fault.Wrap(fault.Invalid, err, "The key lies below another")
		}
		return known(err)
	}
	for ; len(dir) > len(filepath.Clean(s.dir)); dir = filepath.Dir(dir) {
		if err := s.syncs.sync(filepath.Dir(dir)); err != nil {
			return known(err)
		}
	}
	return nil
}
