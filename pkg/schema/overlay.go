package schema

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
)

// Overlay returns a file system in which the files of over stand in for those of under with the same path, beside all others of
// both. It is made for Load, so single content types can be changed while the others stay as they come with Kontor.
func Overlay(over, under fs.FS) fs.FS { return overlay{over, under} }

type overlay struct{ over, under fs.FS }

// Open implements fs.FS.
func (o overlay) Open(name string) (fs.File, error) {
	f, err := o.over.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return o.under.Open(name)
	}
	return f, err
}

// ReadDir implements fs.ReadDirFS. A folder may be missing in one of the two.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	over, errOver := fs.ReadDir(o.over, name)
	under, errUnder := fs.ReadDir(o.under, name)
	switch {
	case errOver != nil && !errors.Is(errOver, fs.ErrNotExist):
		return nil, errOver
	case errUnder != nil && (errOver != nil || !errors.Is(errUnder, fs.ErrNotExist)):
		return nil, errUnder
	}
	for _, e := range under {
		if !slices.ContainsFunc(over, func(o fs.DirEntry) bool { return o.Name() == e.Name() }) {
			over = append(over, e)
		}
	}
	slices.SortFunc(over, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return over, nil
}
