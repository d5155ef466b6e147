package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"kontor/pkg/asset"
	"kontor/pkg/content"
	"kontor/pkg/value"
)

// outbox writes the bytes of exported files below a directory, each once.
type outbox struct {
	files   *asset.Service
	dir     string // "": none are written
	written map[int64]bool
}

// filePath is where a file lies below the directory: its id keeps files of one name apart. A list in a cell is separated by semicolons,
// and some systems have no colons and the like in names.
func filePath(f asset.File) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`;:*?"<>|`, r) {
			return '_'
		}
		return r
	}, f.Name)
	return path.Join(strconv.FormatInt(f.ID, 10), name)
}

// put writes the files of an entry.
func (b *outbox) put(ctx context.Context, a content.Attributes) error {
	if b.dir == "" {
		return nil
	}
	for _, x := range a {
		var err error
		switch v := x.Value.(type) {
		case content.File:
			err = b.write(ctx, v.File)
		case []content.File:
			for _, f := range v {
				err = errors.Join(err, b.write(ctx, f.File))
			}
		case content.Attributes:
			err = b.put(ctx, v)
		case []content.Attributes:
			for _, item := range v {
				err = errors.Join(err, b.put(ctx, item))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *outbox) write(ctx context.Context, f asset.File) error {
	if b.written[f.ID] {
		return nil
	}
	to := filepath.Join(b.dir, filepath.FromSlash(filePath(f)))
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return fmt.Errorf("%s can't be made: %w", filepath.Dir(to), cause(err))
	}
	r, err := b.files.Open(ctx, f, asset.Original, 0, f.Size)
	if err != nil {
		return fmt.Errorf("the file %d, %s: %w", f.ID, f.Name, err)
	}
	defer r.Close()
	err = WriteFile(to, func(w io.Writer) error {
		_, err := io.Copy(w, r)
		return err
	})
	b.written[f.ID] = err == nil
	return err
}

// cell is how a table names a file.
func (b *outbox) cell(f asset.File) string {
	if b.dir == "" {
		return strconv.FormatInt(f.ID, 10)
	}
	return filePath(f)
}

// json is how JSON names a file.
func (b *outbox) json(dst []byte, f asset.File) []byte {
	if b.dir == "" {
		return value.Append(dst, f.ID)
	}
	o := value.Object{"path": filePath(f)}
	for name, s := range said(f) {
		o[name] = s
	}
	return value.AppendCanonical(dst, o)
}

// cells joins the names of files.
func (b *outbox) cells(files []content.File) any {
	if len(files) == 0 {
		return nil
	}
	out := make([]string, len(files))
	for i, f := range files {
		out[i] = b.cell(f.File)
	}
	return strings.Join(out, "; ")
}
