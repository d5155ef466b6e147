package asset

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"regexp"
	"time"

	"kontor/pkg/asset/rendition"
	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Info is what an uploader says of a file.
type Info struct {
	Name  string // paths, control characters and the like are taken out of it
	Sent  string // what the client's program calls the file; its ending stands in for one that Name lacks
	Facts Facts

	Identity Identity // what the new file is called; the zero value for names that nobody has had
}

// Identity is the names of a file that brings them with it, such as one of a sample that is the same wherever it is made.
type Identity struct {
	Key string // 24 characters of [a-z0-9]; whoever knows it knows a part of the file's URL, so it is for files that are no secret
	ID  int64  // one that Reserve has set aside
}

// Reserve sets the numbers from 1 to n aside for files that bring their ids with them. It may be repeated.
func (s *Service) Reserve(ctx context.Context, n int64) error {
	return s.numbers.Reserve(ctx, series, n)
}

// series is the name under which the ids of files are counted.
const series = "file"

// cleanupTime is how long removing what an upload left may take once the upload itself is over.
const cleanupTime = 10 * time.Second

// Upload reads r to its end and keeps it as a new file of the caller. It holds no more of it in memory than a few hundred KB, save of
// images while their variants are made. When it fails nothing is left. Forbidden without the right to upload; TooLarge beyond
// MaxBytes and for images that would be too large to decode; Invalid for an empty file, a broken image, wrong facts; Conflict if
// info.Identity names a file that is there, or that somebody is uploading; errors of r as they are.
func (s *Service) Upload(ctx context.Context, c auth.Caller, r io.Reader, info Info) (File, error) {
	f, err := s.prepare(ctx, c, r, info)
	if err == nil {
		err = s.record(ctx, &f)
	}
	if err != nil {
		return File{}, err
	}
	return f, nil
}

// Prepare keeps the bytes of a new file as Upload does, without a record: they are swept unless
// Commit writes that within a day.
func (s *Service) Prepare(ctx context.Context, c auth.Caller, r io.Reader, info Info) (File, error) {
	f, err := s.prepare(ctx, c, r, info)
	if err == nil {
		err = s.number(ctx, &f)
	}
	if err != nil {
		return File{}, err
	}
	return f, nil
}

// prepared is the name of a file's key in what Pack makes.
const prepared = "key"

// Pack makes what Unpack reads a prepared file from.
func Pack(f File) value.Object {
	out := f.meta()
	out[prepared] = f.Key
	return value.Normal(out).(value.Object)
}

// Unpack reads a prepared file.
func Unpack(o value.Object) File {
	key, _ := o[prepared].(string)
	return fileOf(store.Document{Key: key, Rev: 1, Parts: map[string]value.Object{store.Meta: o}})
}

// Commit writes the records of prepared files, save those that are there already.
func (s *Service) Commit(ctx context.Context, list []File) error {
	ops := make([]store.Op, len(list))
	for i, f := range list {
		ops[i] = store.Op{Kind: store.Keep, Collection: files, Key: f.Key, Parts: map[string]value.Object{store.Meta: f.meta()}}
	}
	return s.store.Apply(ctx, ops)
}

// Discard removes the bytes of prepared files that get no record.
func (s *Service) Discard(ctx context.Context, list []File) {
	for _, f := range list {
		s.discard(ctx, f)
	}
}

func (s *Service) prepare(ctx context.Context, c auth.Caller, r io.Reader, info Info) (File, error) {
	if !c.MayUpload() {
		return File{}, fault.New(fault.Forbidden, "Forbidden")
	}
	if err := fault.Fields(info.Facts.clean(Facts{})); err != nil {
		return File{}, err
	}
	f := File{Key: store.RandomKey(), Name: named(info.Name, cleanName(info.Sent)), Facts: info.Facts, CreatedBy: c.ID, Organisation: c.Organisation, Edition: 1}
	if info.Identity != (Identity{}) {
		if err := s.assume(ctx, &f, info.Identity); err != nil {
			return File{}, err
		}
	}
	if err := s.keep(ctx, &f, r); err != nil {
		return File{}, err
	}
	if err := s.vary(ctx, &f); err != nil {
		s.discard(ctx, f)
		return File{}, err
	}
	return f, nil
}

// assume lets the new file have the names it brings with it. Bytes that a process left there when it ended before it wrote the record go:
// nobody refers to them. Of two who upload one identity at once the second may therefore take the bytes from the first, so that is for
// whoever keeps others away.
func (s *Service) assume(ctx context.Context, f *File, i Identity) error {
	if !keyForm.MatchString(i.Key) || i.ID < 1 {
		return fault.New(fault.Internal, "a file can't be called %q, %d", i.Key, i.ID)
	}
	if _, err := s.ByKey(ctx, i.Key); err == nil {
		return fault.New(fault.Conflict, "There is a file of that name")
	} else if !fault.Is(err, fault.NotFound) {
		return err
	}
	f.Key, f.ID = i.Key, i.ID
	errs := []error{s.blobs.Delete(ctx, f.bytesKey())}
	for _, name := range append(rendition.Names(), cleanForm) {
		errs = append(errs, s.blobs.Delete(ctx, f.derivedKey(name)))
	}
	return errors.Join(errs...)
}

var keyForm = regexp.MustCompile(`^[a-z0-9]{24}$`)

// keep streams the bytes into the storage and notes what they are on the way.
func (s *Service) keep(ctx context.Context, f *File, r io.Reader) error {
	w := &watcher{r: r, most: s.most, sum: sha256.New()}
	head := make([]byte, sniffed)
	n, err := fill(w, head)
	if err != nil && !errors.Is(err, errEnd) {
		return err
	}
	if n == 0 {
		return fault.New(fault.Invalid, "The file is empty")
	}
	head = head[:n]
	f.Type, f.Charset = sniff(head, f.Name)
	if _, err = s.blobs.Put(ctx, f.bytesKey(), io.MultiReader(bytes.NewReader(head), w)); err != nil {
		return err
	}
	f.Size, f.SHA256 = w.size, hex.EncodeToString(w.sum.Sum(nil))
	return nil
}

// errEnd is a true end of a stream, as opposed to what a reader that was cut off may say.
var errEnd = io.EOF

// fill reads until p is full or the end.
func fill(r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = r.Read(p[n:])
		n += m
	}
	if err == io.EOF {
		return n, errEnd
	}
	return n, err
}

// watcher counts and sums up what is read through it.
type watcher struct {
	r    io.Reader
	most int64
	size int64
	sum  hash.Hash
}

// Read reads on, unless it is too much.
func (w *watcher) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	w.size += int64(n)
	if w.size > w.most {
		return 0, fault.New(fault.TooLarge, "A file has at most %d bytes", w.most).With("maxBytes", w.most)
	}
	_, _ = w.sum.Write(p[:n]) // a hash takes everything
	return n, err
}

// record writes the record behind the bytes.
func (s *Service) record(ctx context.Context, f *File) error {
	if err := s.number(ctx, f); err != nil {
		return err
	}
	err := s.store.Apply(ctx, []store.Op{{Kind: store.Insert, Collection: files, Key: f.Key, Parts: map[string]value.Object{store.Meta: f.meta()}}})
	if err != nil && !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Timeout) {
		s.discard(ctx, *f) // else the record may be there after all, and must have its bytes
	}
	return err
}

// number gives a file its id and its times.
func (s *Service) number(ctx context.Context, f *File) (err error) {
	if f.ID == 0 {
		f.ID, err = s.numbers.Take(ctx, series)
	}
	if err != nil {
		s.discard(ctx, *f)
		return err
	}
	f.CreatedAt = s.now().UTC().Truncate(time.Millisecond)
	f.UpdatedAt, f.rev = f.CreatedAt, 1
	return nil
}

// discard removes bytes that have no record. Those that it can't remove are swept.
func (s *Service) discard(ctx context.Context, f File) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	if err := s.removeBytes(ctx, f); err != nil {
		s.log.Warn("the bytes of a file stay behind until they are swept", "key", f.Key, "error", err)
	}
}

func (s *Service) removeBytes(ctx context.Context, f File) error {
	var errs []error
	for _, key := range f.blobKeys() {
		errs = append(errs, s.blobs.Delete(ctx, key))
	}
	return errors.Join(errs...)
}
