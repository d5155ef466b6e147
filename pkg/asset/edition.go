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

// PreparedEdition is bytes that a file does not have yet; see PrepareEdition.
type PreparedEdition struct {
	File      File // as it was before
	Unchanged bool // the bytes are those of File, and are not stored again

	next File
}

// PrepareEdition reads r to its end and stores the bytes for a new edition of a file. The file does
// not change: the bytes are swept unless CommitEdition is called within a day. Errors: as Upload;
// NotFound if the file is not there for the caller, Invalid for bytes of another media type.
func (s *Service) PrepareEdition(ctx context.Context, c auth.Caller, id int64, r io.Reader) (PreparedEdition, error) {
	f, err := s.owned(ctx, c, id)
	if err != nil {
		return PreparedEdition{}, err
	}
	next := f
	next.Former = nil // DiscardEdition deletes the new bytes only
	next.bytes, next.made.set, next.by = store.RandomKey(), store.RandomKey(), c.ID
	next.Variants, next.WebP = nil, nil
	if err := s.keep(ctx, &next, r); err != nil {
		return PreparedEdition{}, err
	}
	e := PreparedEdition{File: f, Unchanged: next.SHA256 == f.SHA256}
	switch {
	case e.Unchanged:
		s.discard(ctx, next)
		return e, nil
	case next.Type != f.Type:
		err = fault.New(fault.Invalid, "The file is %s, and its new edition %s", f.Type, next.Type).With("key", "files")
	default:
		err = s.vary(ctx, &next)
	}
	e.next = next
	if err != nil {
		s.DiscardEdition(ctx, e)
	}
	return e, err
}

// DiscardEdition deletes the bytes of an edition that is not committed.
func (s *Service) DiscardEdition(ctx context.Context, e PreparedEdition) {
	if !e.Unchanged {
		s.discard(ctx, e.next)
	}
}

// CommitEdition gives a file the prepared bytes and the changed facts in one write. Its address
// stays, and its current bytes become an earlier edition. Bytes that the file has make no edition.
// check reads the file before and after the write, ahead of it, and may reject it; it is asked again
// where another write came in between. After an error the new bytes
// are deleted, unless the write may have happened. Errors: as Describe, and errors of check.
func (s *Service) CommitEdition(
	ctx context.Context, c auth.Caller, e PreparedEdition, changes Changes, check func(before, after File) error,
) (File, error) {
	if e.Unchanged && changes == (Changes{}) {
		return e.File, nil
	}
	if e.Unchanged {
		return s.Describe(ctx, c, e.File.ID, changes)
	}
	f, err := s.supersede(ctx, c, e, changes, check)
	if err != nil && !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Timeout) {
		s.DiscardEdition(ctx, e)
	}
	return f, err
}

// supersede writes the new edition into the record, and tries again after concurrent writes.
func (s *Service) supersede(
	ctx context.Context, c auth.Caller, e PreparedEdition, changes Changes, check func(before, after File) error,
) (File, error) {
	f, next := e.File, e.next
	for range maxAttempts {
		if err := check(f, next); err != nil {
			return File{}, err
		}
		if f.SHA256 == next.SHA256 { // another write has brought the same bytes
			s.DiscardEdition(ctx, e)
			return s.Describe(ctx, c, f.ID, changes)
		}
		next.Former = append(f.Former[:len(f.Former):len(f.Former)], f.Current())
		next.Former = next.Former[max(0, len(next.Former)-maxEditions):]
		next.Edition = f.Edition + 1
		next.at = s.now().UTC().Truncate(time.Millisecond)
		set := next.derived()
		for name, v := range next.current() {
			set[name] = v
		}
		described, err := changes.applied(f)
		if err != nil {
			return File{}, err
		}
		described.UpdatedAt = next.at
		for name, v := range described.described() {
			set[name] = v
		}
		err = s.store.Apply(ctx, []store.Op{s.marked(f, set)})
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
