package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// named stands for the value of an asset field until the bytes are in: a file below Options.Files, and what the row says of it.
type named struct {
	path string
	says asset.Changes // nil where the row does not tell; the name is then the last part of path
}

// namedFile reads how a row of JSON names a file: by its id, by its path, by an object with a path and what people say of it, or by what
// the API answers of it.
func namedFile(v any) (any, *wrong) {
	switch x := v.(type) {
	case string:
		return byPath(x), nil
	case value.Object:
		if id, ok := x["id"].(int64); ok {
			return id, nil
		}
		p, ok := x["path"].(string)
		if !ok {
			return nil, &wrong{"type", "must name a file: by its id or its path", "erwartet wird eine Datei, benannt durch ihre Nummer oder ihren Pfad."}
		}
		n := byPath(p)
		for name, v := range x {
			to, known := sayings(&n.says)[name]
			s, text := v.(string)
			switch {
			case name == "path":
			case !known || !text && v != nil:
				return nil, &wrong{"unknown", name + " is nothing that is said of a file, or no text", "„" + name + "“ kennt eine Datei nicht, oder es ist kein Text."}
			default:
				*to = &s
			}
		}
		return n, nil
	}
	return v, nil
}

// byPath is a file of whatever system wrote the path.
func byPath(p string) named {
	return named{path: path.Clean(strings.ReplaceAll(strings.TrimSpace(p), `\`, "/"))}
}

// sayings are what people say of a file, under the names that the API has for it.
func sayings(c *asset.Changes) map[string]**string {
	return map[string]**string{"name": &c.Name, "alternativeText": &c.Alt, "caption": &c.Caption, "credit": &c.Credit, "licence": &c.Licence}
}

// said are those of a file that is there.
func said(f asset.File) map[string]string {
	return map[string]string{
		"name": f.Name, "alternativeText": f.Facts.Alt, "caption": f.Facts.Caption, "credit": f.Facts.Credit, "licence": f.Facts.Licence,
	}
}

// inbox brings in the files that rows name, each once however many rows do.
type inbox struct {
	files  *asset.Service
	caller auth.Caller
	dir    fs.FS // nil: nobody said where they are

	mu       sync.Mutex
	arrivals map[string]*arrival // by path
	unmade   int64               // how many files a dry run has not made
}

// arrival is a file on its way in.
type arrival struct {
	mu    sync.Mutex
	sum   string // of its bytes, "" until they were read
	file  asset.File
	inUse bool // a row that names it went in
}

func (b *inbox) arrival(path string) *arrival {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.arrivals[path]
	if a == nil {
		a = &arrival{}
		b.arrivals[path] = a
	}
	return a
}

// open opens a file of the directory.
func (b *inbox) open(p string) (fs.File, error) {
	switch {
	case b.files == nil || b.dir == nil:
		return nil, &wrong{"no_target", "names a file, and no directory of files was given", "nennt eine Datei; es wurde kein Verzeichnis mit Dateien angegeben."}
	case !fs.ValidPath(p) || p == ".":
		return nil, &wrong{"no_target", fmt.Sprintf("names %q, which does not lie in the directory of the files", p),
			fmt.Sprintf("Die Datei „%s“ liegt nicht im Verzeichnis der Dateien.", p)}
	}
	f, err := b.dir.Open(p)
	if err == nil {
		var info fs.FileInfo
		if info, err = f.Stat(); err == nil && info.Mode().IsRegular() {
			return f, nil
		}
		err = errors.Join(err, f.Close())
	}
	if err == nil {
		err = errors.New("it is no file")
	}
	return nil, unreadable(p, err)
}

func unreadable(p string, err error) *wrong {
	return &wrong{"no_target", fmt.Sprintf("names the file %q, which can't be read: %s", p, cause(err)),
		fmt.Sprintf("Die Datei „%s“ kann nicht gelesen werden.", p)}
}

// summed reads the file for the sum of its bytes.
func (b *inbox) summed(p string, a *arrival) error {
	if a.sum != "" {
		return nil
	}
	f, err := b.open(p)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return unreadable(p, err)
	}
	a.sum = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// take gives the file that a row names: the one of have with the same bytes, or a new one; in a dry run of the new ones only a number
// that no file has. changed tells whether what people say of it was, or would be, brought in line with the row. What is wrong with the
// row is a *wrong.
func (b *inbox) take(ctx context.Context, n named, have map[string]asset.File, dry bool) (id int64, changed bool, err error) {
	a := b.arrival(n.path)
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := b.summed(n.path, a); err != nil {
		return 0, false, err
	}
	if f, ok := have[a.sum]; ok {
		changed, err = b.describe(ctx, f, n, dry)
		return f.ID, changed, err
	}
	switch {
	case a.file.ID != 0:
	case dry:
		b.mu.Lock()
		b.unmade++
		a.file.ID = unmade + b.unmade
		b.mu.Unlock()
	default:
		if err := b.upload(ctx, a, n); err != nil {
			return 0, false, err
		}
	}
	return a.file.ID, false, nil
}

// unmade is where the numbers begin that stand for files which a dry run does not make.
const unmade = 1 << 52

func (b *inbox) upload(ctx context.Context, a *arrival, n named) error {
	f, err := b.open(n.path)
	if err != nil {
		return err
	}
	defer f.Close()
	info := asset.Info{Name: path.Base(n.path)}
	for to, from := range map[*string]*string{
		&info.Name: n.says.Name, &info.Facts.Alt: n.says.Alt, &info.Facts.Caption: n.says.Caption, &info.Facts.Credit: n.says.Credit,
		&info.Facts.Licence: n.says.Licence,
	} {
		if from != nil {
			*to = *from
		}
	}
	a.file, err = b.files.Upload(ctx, b.caller, f, info)
	if e := fault.As(err); err != nil && (e.Code == fault.Invalid || e.Code == fault.TooLarge) {
		return &wrong{string(e.Code), fmt.Sprintf("names the file %q, which is not taken: %s", n.path, e.Message),
			fmt.Sprintf("Die Datei „%s“ wird nicht angenommen.", n.path)}
	}
	return err
}

// describe brings what people say of a file in line with what a row says.
func (b *inbox) describe(ctx context.Context, f asset.File, n named, dry bool) (changed bool, err error) {
	for name, now := range said(f) {
		if s := *sayings(&n.says)[name]; s != nil && *s != now {
			changed = true
		}
	}
	if changed && !dry {
		_, err = b.files.Describe(ctx, b.caller, f.ID, n.says)
	}
	return changed, err
}

// used notes that an entry holds the files now.
func (b *inbox) used(paths []string) {
	for _, p := range paths {
		a := b.arrival(p)
		a.mu.Lock()
		a.inUse = true
		a.mu.Unlock()
	}
}

// clear deletes files that were brought in for rows which did not go in.
func (b *inbox) clear(ctx context.Context, svc *content.Service) error {
	var errs []error
	for _, a := range b.arrivals {
		if a.inUse || a.file.ID == 0 || a.file.ID >= unmade {
			continue
		}
		if _, err := svc.DeleteFile(ctx, b.caller, a.file.ID); err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// place brings in the files that a row names, and puts their ids in their places.
func (im *importer) place(ctx context.Context, j *job) error {
	var paths []string
	mapLeaves(j.values, nil, func(n named, _ []string) any {
		paths = append(paths, n.path)
		return nil
	})
	if len(paths) == 0 {
		return nil
	}
	have, err := im.filesOf(ctx, j.known)
	if err != nil {
		return err
	}
	out := mapLeaves(j.values, nil, func(n named, at []string) any {
		if err != nil {
			return nil
		}
		id, changed, taken := im.inbox.take(ctx, n, have, im.o.DryRun)
		var w *wrong
		switch {
		case errors.As(taken, &w):
			j.fail(Problem{Column: j.said.columnOf(at), Field: w.at(at, fieldsAlong(im.o.Type, at), n.path)})
		case taken != nil:
			err = taken
		}
		j.described = j.described || changed
		return id
	})
	j.values, _ = out.(value.Object)
	j.files = paths
	return err
}

// filesOf gives the files that a row's entry holds already, by the sums of their bytes.
func (im *importer) filesOf(ctx context.Context, k *known) (map[string]asset.File, error) {
	out := map[string]asset.File{}
	if im.inbox.files == nil || k.documentID == "" {
		return out, nil
	}
	current := k.values
	if current == nil {
		var err error
		holds := func(f *schema.Field) bool { return f.Kind == schema.Asset || f.Kind == schema.Object }
		if current, err = im.current(ctx, k.documentID, im.o.Locale, holds); err != nil {
			return nil, err
		}
	}
	found, err := im.inbox.files.Files(ctx, fileIDs(im.o.Type.Fields, current))
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		if !f.Deleted {
			out[f.SHA256] = f
		}
	}
	return out, nil
}

// fileIDs lists the files of stored values.
func fileIDs(fields []*schema.Field, values value.Object) []int64 {
	var out []int64
	for _, f := range fields {
		list, many := values[f.Name].(value.List)
		if !many {
			list = value.List{values[f.Name]}
		}
		for _, v := range list {
			switch x := v.(type) {
			case int64:
				if f.Kind == schema.Asset {
					out = append(out, x)
				}
			case value.Object:
				if f.Kind == schema.Object {
					out = append(out, fileIDs(f.Fields, x)...)
				}
			}
		}
	}
	return out
}
