package asset

import (
	"context"
	"errors"
	"io"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Edition is bytes that a file had.
type Edition struct {
	Number    int
	SHA256    string // hex
	Type      string
	Charset   string
	Size      int64     // bytes
	CreatedAt time.Time // when they were uploaded
	CreatedBy string    // the uploader's ID

	bytes string
}

// maxEditions is how many earlier editions of a file are kept.
const maxEditions = 100

// Current is the edition that the file has now.
func (f File) Current() Edition {
	e := Edition{
		Number: f.Edition, SHA256: f.SHA256, Type: f.Type, Charset: f.Charset, Size: f.Size,
		CreatedAt: f.at, CreatedBy: f.by, bytes: f.bytes,
	}
	if f.at.IsZero() {
		e.CreatedAt, e.CreatedBy = f.CreatedAt, f.CreatedBy
	}
	return e
}

// At gives the file with the bytes of an edition, without variants for an earlier one. It is not ok
// if there is none of that number.
func (f File) At(number int) (File, bool) {
	if number == f.Edition {
		return f, true
	}
	for _, e := range f.Former {
		if e.Number == number {
			return f.edition(e), true
		}
	}
	return f, false
}

func (f File) edition(e Edition) File {
	f.Edition, f.SHA256, f.Type, f.Charset, f.Size = e.Number, e.SHA256, e.Type, e.Charset, e.Size
	f.at, f.by, f.bytes = e.CreatedAt, e.CreatedBy, e.bytes
	f.Variants, f.WebP, f.Width, f.Height, f.made = nil, nil, 0, 0, derived{}
	return f
}

// Replace reads r to its end and gives a file these bytes as its new edition; address, name and
// facts stay, and the bytes that it had are kept as an earlier edition. The same bytes change
// nothing. fits is asked before anything changes whether the file may become that. Errors: as
// Upload; NotFound if the file is not there for the caller, Invalid for bytes of another media
// type, errors of fits.
func (s *Service) Replace(
	ctx context.Context, c auth.Caller, id int64, r io.Reader, fits func(File) error,
) (File, error) {
	f, err := s.owned(ctx, c, id)
	if err != nil {
		return File{}, err
	}
	next := f
	next.bytes, next.made.set, next.by = store.RandomKey(), store.RandomKey(), c.ID
	next.Variants, next.WebP = nil, nil
	if err := s.keep(ctx, &next, r); err != nil {
		return File{}, err
	}
	fresh := next
	fresh.Former = nil // what discard removes are the new bytes only
	if next.SHA256 == f.SHA256 {
		s.discard(ctx, fresh)
		return f, nil
	}
	if next.Type != f.Type {
		err = fault.New(fault.Invalid, "The file is %s, and its new edition %s", f.Type, next.Type).With("key", "files")
	} else if err = s.vary(ctx, &next); err == nil {
		err = fits(next)
	}
	if err == nil {
		f, err = s.supersede(ctx, c, f, next)
	}
	if err != nil && !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Timeout) {
		fresh.Variants, fresh.WebP, fresh.made = next.Variants, next.WebP, next.made
		s.discard(ctx, fresh)
	}
	return f, err
}

// supersede writes the new edition into the record, however often others change it meanwhile.
func (s *Service) supersede(ctx context.Context, c auth.Caller, f, next File) (File, error) {
	for range maxAttempts {
		next.Former = append(f.Former[:len(f.Former):len(f.Former)], f.Current())
		next.Former = next.Former[max(0, len(next.Former)-maxEditions):]
		next.Edition = f.Edition + 1
		next.at = s.now().UTC().Truncate(time.Millisecond)
		set := next.derived()
		for name, v := range next.current() {
			set[name] = v
		}
		set["updatedAt"] = next.at.Format(timeFormat)
		err := s.store.Apply(ctx, []store.Op{s.marked(f, set)})
		var conflict *store.OpError
		if err == nil {
			return s.File(ctx, f.ID)
		}
		if !errors.As(err, &conflict) {
			return File{}, err
		}
		if f, err = s.owned(ctx, c, f.ID); err != nil {
			return File{}, err
		}
	}
	return File{}, fault.New(fault.Unavailable, "Too many writers at once")
}

// current is the part of the record that tells of editions.
func (f File) current() value.Object {
	var former value.List
	for _, e := range f.Former {
		former = append(former, value.Object{
			"number": int64(e.Number), "sha256": e.SHA256, "type": e.Type, "charset": absent(e.Charset), "size": e.Size,
			"at": e.CreatedAt.UTC().Format(timeFormat), "by": absent(e.CreatedBy), "bytes": absent(e.bytes),
		})
	}
	return value.Object{
		"sha256": f.SHA256, "type": f.Type, "charset": absent(f.Charset), "size": f.Size, "bytes": absent(f.bytes),
		"edition": int64(f.Edition), "editionAt": f.at.UTC().Format(timeFormat), "editionBy": absent(f.by),
		"editions": value.Normal(former),
	}
}

func (f *File) readEditions(m value.Object) {
	f.bytes, f.at, f.by = text(m, "bytes"), at(m, "editionAt"), text(m, "editionBy")
	f.Edition = max(int(integer(m, "edition")), 1)
	list, _ := m["editions"].(value.List)
	for _, x := range list {
		e, _ := x.(value.Object)
		f.Former = append(f.Former, Edition{
			Number:    int(integer(e, "number")),
			SHA256:    text(e, "sha256"),
			Type:      text(e, "type"),
			Charset:   text(e, "charset"),
			Size:      integer(e, "size"),
			CreatedAt: at(e, "at"),
			CreatedBy: text(e, "by"),
			bytes:     text(e, "bytes"),
		})
	}
}
