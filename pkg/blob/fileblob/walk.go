package fileblob

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kontor/pkg/blob"
)

// walk is one listing.
type walk struct {
	store         *Store
	ctx           context.Context
	prefix, after string
	fn            func(blob.Info) error
}

// dir lists what lies below a directory, whose name is that of its keys with a slash at the end, "" for the top.
func (w *walk) dir(name string) error {
	if err := blob.Ended(w.ctx); err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Join(w.store.dir, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNotDir) {
		return nil
	}
	if err != nil {
		return known(err)
	}
	// The order of keys is not that of names: "a-b" stands before "a/b", which lies in "a".
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		switch {
		case e.IsDir():
			names = append(names, name+e.Name()+"/")
		case e.Type().IsRegular():
			names = append(names, name+e.Name())
		}
	}
	slices.Sort(names)
	for _, n := range names {
		if err := w.entry(n); err != nil {
			return err
		}
	}
	return nil
}

// entry lists one name of a directory.
func (w *walk) entry(name string) error {
	if inner, ok := strings.CutSuffix(name, "/"); ok {
		within := strings.HasPrefix(name, w.prefix) || strings.HasPrefix(w.prefix, name)
		behind := name > w.after || strings.HasPrefix(w.after, name)
		if !within || !behind || blob.CheckKey(inner) != nil {
			return nil
		}
		return w.dir(name)
	}
	if !strings.HasPrefix(name, w.prefix) || name <= w.after || blob.CheckKey(name) != nil {
		return nil
	}
	i, err := os.Lstat(filepath.Join(w.store.dir, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return known(err)
	}
	if err := blob.Ended(w.ctx); err != nil {
		return err
	}
	return w.fn(info(name, i))
}
