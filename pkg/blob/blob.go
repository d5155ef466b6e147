// Package blob is the port to bytes under keys: what asset needs of a disk or an object store, and no more.
//
// Bytes never change: a key is put once, read, and deleted. Whoever wants other bytes takes another key. Keys are made by Kontor and
// never by its users; they are segments of [a-z0-9._-] that begin with a letter or a digit, joined by slashes (see CheckKey), so
// that they mean the same on disks that don't tell upper from lower case and on servers that rewrite paths. No key lies below
// another: with "a/b" there is no "a/b/c", which a disk could not hold. Callers see to it; a driver that notices says Invalid.
//
// The suite in blobtest is this contract as code; every driver passes it whole. It is written so that a disk and Amazon S3's API can
// both keep it: Put is a conditional write of a stream whose length nobody knows (If-None-Match on a multipart upload), Get is a Range
// request, List is the paged listing by prefix with a key to start after, Tidy ends multipart uploads that nobody completed.
//
// Errors are *fault.Error: NotFound, Conflict (the key is taken), Invalid (a key that CheckKey refuses, a negative range), Unavailable
// (the storage is away or full; the call may be repeated), and Timeout around the context's own error when that ended.
package blob

import (
	"context"
	"io"
	"regexp"
	"time"

	"kontor/pkg/fault"
)

// Info is what a storage knows of the bytes under a key.
type Info struct {
	Key      string
	Size     int64     // bytes
	Modified time.Time // when they were put, by the storage's clock, to the second or finer
}

// ToEnd as a length means: whatever there is.
const ToEnd = -1

// Store holds bytes. All methods may be called at once from many goroutines, and by several processes on one storage.
type Store interface {
	// Put reads r to its end and keeps the bytes under a key that must be free, else Conflict. Until it returns nil nobody
	// sees any of them; afterwards they survive the death of the process and of the machine. It holds no more than a few
	// hundred KB of them in memory (on S3: one part), however many there are. If r fails its error is returned as it is or
	// wrapped, and nothing is kept; nor is anything kept when ctx ends, which is looked at between two reads. Of several
	// Puts of one key at once exactly one wins. After Unavailable or a context's end the outcome is not known.
	Put(ctx context.Context, key string, r io.Reader) (Info, error)

	// Get opens length bytes from offset on, or all of them from there if length is ToEnd. What lies behind the end is left
	// out, so a range past the end is empty. Info is of the whole. The caller closes the reader; ctx bounds the opening, and
	// reading too where the driver reads over a network. Bytes that are deleted while they are read may still be read.
	Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, Info, error)

	// Stat tells of the bytes under a key without reading them.
	Stat(ctx context.Context, key string) (Info, error)

	// Delete removes the bytes under a key. It is nil if there are none.
	Delete(ctx context.Context, key string) error

	// List calls fn for each key that starts with prefix and is greater than after, in the order of bytes, without holding
	// the result in memory. Both may be empty, and need not be whole keys. What is put or deleted meanwhile is seen or not. An
	// error of fn ends the listing and is returned as it is.
	List(ctx context.Context, prefix, after string, fn func(Info) error) error

	// Tidy removes what Puts that never ended, as their process died, left behind before a point in time, and says how much
	// that was: temporary files, unfinished multipart uploads. What is being put since then is left alone.
	Tidy(ctx context.Context, before time.Time) (int, error)

	// Ping tells whether the storage answers and takes writes.
	Ping(ctx context.Context) error

	// Close ends the store after running calls; later ones are Unavailable. Readers that Get gave stay good. It may be repeated.
	Close() error
}

// maxKey is how long a key may be, in bytes.
const maxKey = 200

var keyForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*$`)

// CheckKey is Invalid unless a key has the form that every storage keeps apart: segments of [a-z0-9._-] that begin with a letter or a
// digit and don't end with a dot, joined by slashes, 200 bytes at most.
func CheckKey(key string) error {
	if len(key) > maxKey || !keyForm.MatchString(key) || dotted.MatchString(key) {
		return fault.New(fault.Invalid, "The bytes have a key of the wrong form")
	}
	return nil
}

// dotted finds segments that end with a dot, which Windows drops.
var dotted = regexp.MustCompile(`\.(/|$)`)
