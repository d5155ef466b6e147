// Package s3blob keeps bytes in a bucket of Amazon S3, MinIO or another server that speaks S3: the driver of the blob port for several
// processes, which share nothing but the bucket.
//
// The bytes under "file/abc" are the object PREFIX/file/abc. Up to one part they go in one request, beyond as a multipart upload, part
// by part from one buffer, so that memory does not grow with the file. Each request carries the SHA-256 of its body, which the server
// checks. Writes are conditional on the key being free (If-None-Match: *). An answer may be lost, and a repeated write then meets itself
// and reads that the key is taken; so every write carries a random id in the object's metadata, and after it the driver looks whose
// bytes lie there and how many.
//
// The bucket should keep no versions: where it does, bytes that were deleted stay as old ones.
package s3blob

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"kontor/pkg/blob"
	"kontor/pkg/fault"
)

// pingName is the object that Ping writes. No key leads there, since none begins with a dot.
const pingName = ".ping"

// smallSize is what every Put holds at first. What is no larger, such as most images, takes no more.
const smallSize = 256 << 10

// pageSize is how many keys or uploads are listed at once, the most that a server gives.
const pageSize = 1000

// Options are what a Store can be given; the zero value is ready for use.
type Options struct {
	Log *slog.Logger // nil discards
}

// Store is a prefix in a bucket. It implements blob.Store.
type Store struct {
	address Address
	keys    *credentials.Credentials
	core    minio.Core
	wire    *patient
	log     *slog.Logger
	calls   blob.Calls
	small   sync.Pool // of *[smallSize]byte
	parts   sync.Pool // of *[]byte of address.Part
	page    int       // how many keys are listed at once
	most    int       // how many parts an upload may have

	// unconditional is set for servers that know no conditional writes. Then of several Puts of one key only those of this
	// process keep apart; nobody else makes the same key, as it is random.
	unconditional bool
	naming        locks
}

// Open connects and looks whether the bucket is there and can be used; with the address's create it makes it. The errors say what to do
// and hold no secret.
func Open(ctx context.Context, a Address, o Options) (*Store, error) {
	return open(ctx, a, o, usual)
}

func open(ctx context.Context, a Address, o Options, p patience) (*Store, error) {
	s, err := prepare(a, o, p)
	if err != nil {
		return nil, fmt.Errorf("the address of the storage of files, %s, can't be used: %w", a, err)
	}
	if err := s.check(ctx); err != nil {
		s.wire.next.CloseIdleConnections()
		return nil, fmt.Errorf("the storage of files at %s can't be used: %s (%w)", a, s.sentence(err), err)
	}
	return s, nil
}

// prepare makes a store without asking the server for anything.
func prepare(a Address, o Options, p patience) (*Store, error) {
	s := &Store{address: a, keys: a.keys(), wire: newPatient(p), log: o.Log, page: pageSize, most: maxParts}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.small.New = func() any { return new([smallSize]byte) }
	s.parts.New = func() any { b := make([]byte, a.Part); return &b }
	client, err := minio.New(a.Host, &minio.Options{
		Creds: s.keys, Secure: !a.Plain, Transport: s.wire, Region: a.Region, BucketLookup: a.lookup(), MaxRetries: 1, // again does that
	})
	s.core = minio.Core{Client: client}
	return s, err
}

// check tries what the driver needs, in the order in which an operator would look for what is wrong.
func (s *Store) check(ctx context.Context) error {
	if v, err := s.keys.GetWithContext(s.core.CredContext()); err != nil || v.AccessKeyID == "" {
		return minio.ErrorResponse{Code: "InvalidAccessKeyId", Message: "neither the address nor the environment has an ID and a SECRET"}
	}
	err := s.again(ctx, func() error { return s.look(ctx) })
	if said(err).Code == minio.NoSuchBucket && s.address.Create {
		err = s.again(ctx, func() error {
			return s.core.MakeBucket(ctx, s.address.Bucket, minio.MakeBucketOptions{Region: s.address.Region})
		})
		if code := said(err).Code; code == minio.BucketAlreadyOwnedByYou || code == minio.BucketAlreadyExists { // another process was first
			err = s.look(ctx)
		}
	}
	if err != nil {
		return err
	}
	if err := s.again(ctx, func() error { return s.touch(ctx, false) }); err != nil {
		return err
	}
	switch err := s.again(ctx, func() error { return s.touch(ctx, true) }); {
	case taken(err):
		return nil
	case err != nil && said(err).StatusCode != 400 && said(err).StatusCode != 501:
		return err
	}
	s.unconditional = true
	s.log.Warn("the storage of files knows no conditional writes (If-None-Match); a newer server does", "storage", s.address.String())
	return nil
}

// look lists one object. Unlike other ways to ask for a bucket this one has an answer that says what is wrong.
func (s *Store) look(ctx context.Context) error {
	for o := range s.core.Client.ListObjectsIter(ctx, s.address.Bucket, minio.ListObjectsOptions{Prefix: s.name(""), MaxKeys: 1}) {
		return o.Err
	}
	return ctx.Err()
}

// touch writes the object that Ping writes.
func (s *Store) touch(ctx context.Context, ifFree bool) error {
	o := minio.PutObjectOptions{DisableContentSha256: oneSum}
	if ifFree {
		o.SetMatchETagExcept("*")
	}
	i, err := s.core.PutObject(ctx, s.address.Bucket, s.name(pingName), strings.NewReader(""), 0, "", sum(nil), o)
	if err == nil && i.ETag == "" {
		return minio.ErrorResponse{Code: "NoETag", Message: "a write was answered without an ETag"} // which anything else may do
	}
	return err
}

// name is the object of a key.
func (s *Store) name(key string) string {
	if s.address.Prefix == "" {
		return key
	}
	return s.address.Prefix + "/" + key
}

// Stat asks for the head of an object.
func (s *Store) Stat(ctx context.Context, key string) (blob.Info, error) {
	done, err := s.begin(ctx, key)
	if err != nil {
		return blob.Info{}, err
	}
	defer done()
	o, err := s.stat(ctx, key)
	return info(key, o), err
}

func (s *Store) stat(ctx context.Context, key string) (o minio.ObjectInfo, err error) {
	err = s.again(ctx, func() error {
		o, err = s.core.StatObject(ctx, s.address.Bucket, s.name(key), minio.StatObjectOptions{})
		return err
	})
	return o, known(ctx, err)
}

func info(key string, o minio.ObjectInfo) blob.Info {
	return blob.Info{Key: key, Size: o.Size, Modified: o.LastModified}
}

// begin counts a call in that is about a key.
func (s *Store) begin(ctx context.Context, key string) (done func(), err error) {
	if done, err = s.calls.Begin(ctx); err != nil {
		return nil, err
	}
	if err := blob.CheckKey(key); err != nil {
		done()
		return nil, err
	}
	return done, nil
}

// Delete removes an object.
func (s *Store) Delete(ctx context.Context, key string) error {
	done, err := s.begin(ctx, key)
	if err != nil {
		return err
	}
	defer done()
	return s.remove(ctx, key)
}

func (s *Store) remove(ctx context.Context, key string) error {
	err := known(ctx, s.again(ctx, func() error {
		return s.core.RemoveObject(ctx, s.address.Bucket, s.name(key), minio.RemoveObjectOptions{})
	}))
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) { // what lies below another key is not there
		return nil
	}
	return err
}

// Ping writes an empty object, always the same one. A server that is full or read-only answers too, so asking is not enough.
func (s *Store) Ping(ctx context.Context) error {
	done, err := s.calls.Begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	limit, cancel := context.WithTimeout(ctx, s.wire.ping)
	defer cancel()
	return known(ctx, s.again(limit, func() error { return s.touch(limit, false) }))
}

// Close waits for running calls. Connections on which somebody reads stay.
func (s *Store) Close() error {
	s.calls.Close()
	s.wire.next.CloseIdleConnections()
	return nil
}

// locks lets one at a time work on a name.
type locks struct {
	mu   sync.Mutex
	held map[string]*lock
}

type lock struct {
	sync.Mutex
	wanted int
}

// lock waits for a name; the function that it returns gives it back.
func (l *locks) lock(name string) (unlock func()) {
	l.mu.Lock()
	if l.held == nil {
		l.held = map[string]*lock{}
	}
	own := l.held[name]
	if own == nil {
		own = &lock{}
		l.held[name] = own
	}
	own.wanted++
	l.mu.Unlock()
	own.Lock()
	return func() {
		own.Unlock()
		l.mu.Lock()
		defer l.mu.Unlock()
		if own.wanted--; own.wanted == 0 {
			delete(l.held, name)
		}
	}
}

// nothing is a reader of no bytes.
func nothing() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }
