package s3blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/minio/minio-go/v7"

	"kontor/pkg/blob"
	"kontor/pkg/fault"
)

// Get opens a part of an object.
func (s *Store) Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, blob.Info, error) {
	done, err := s.begin(ctx, key)
	if err != nil {
		return nil, blob.Info{}, err
	}
	defer done()
	if err := blob.CheckRange(offset, length); err != nil {
		return nil, blob.Info{}, err
	}
	r := &reader{store: s, ctx: ctx, key: key, at: offset}
	var o minio.ObjectInfo
	if length != 0 {
		o, err = r.open(length)
	}
	if length == 0 || said(err).StatusCode == http.StatusRequestedRangeNotSatisfiable {
		// Of nothing, or past the end: S3 has no such range.
		o, err = s.stat(ctx, key)
		return nothing(), info(key, o), err
	}
	if err != nil {
		return nil, blob.Info{}, known(ctx, err)
	}
	r.etag, r.left = o.ETag, o.Size-min(offset, o.Size)
	if length != blob.ToEnd {
		r.left = min(r.left, length)
	}
	return r, info(key, o), nil
}

// reader reads an object on over as many connections as it takes: one that breaks off is followed by another that begins where it ended,
// on the same bytes.
type reader struct {
	store  *Store
	ctx    context.Context // the whole reading's
	key    string
	etag   string
	at     int64 // of the object, what is read next
	left   int64
	body   io.ReadCloser // nil: to be opened
	broken int           // connections in a row that gave nothing
}

// open asks for bytes from where the reader is; what it returns has the size of the whole.
func (r *reader) open(length int64) (o minio.ObjectInfo, err error) {
	var head http.Header
	err = r.store.again(r.ctx, func() (err error) {
		var options minio.GetObjectOptions
		if r.at > 0 || length != blob.ToEnd {
			options.Set("Range", byteRange(r.at, length))
		}
		if r.etag != "" {
			err = options.SetMatchETag(r.etag)
		}
		if err == nil {
			r.body, o, head, err = r.store.core.GetObject(r.ctx, r.store.address.Bucket, r.store.name(r.key), options)
		}
		return err
	})
	if err != nil {
		return o, err
	}
	if r.at > 0 || length != blob.ToEnd {
		o.Size, err = wholeSize(head.Get("Content-Range"), r.at)
	} else if o.Size < 0 { // where the end can't be told from a break, half a file would pass for all of it
		err = fault.New(fault.Unavailable, "The storage of files does not say how long a file is")
	}
	if err != nil {
		err = errors.Join(err, r.body.Close())
	}
	return o, err
}

// byteRange is the range as HTTP has it. One that ends behind everything has no end, since servers may not know such numbers.
func byteRange(offset, length int64) string {
	if length == blob.ToEnd || length > math.MaxInt64-offset {
		return fmt.Sprintf("bytes=%d-", offset)
	}
	return fmt.Sprintf("bytes=%d-%d", offset, offset+length-1)
}

// wholeSize reads the size of the whole from "bytes 0-9/123".
func wholeSize(contentRange string, offset int64) (int64, error) {
	within, whole, _ := strings.Cut(contentRange, "/")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || !strings.HasPrefix(within, fmt.Sprintf("bytes %d-", offset)) {
		return 0, fault.New(fault.Unavailable, "The storage of files gave another part than the one that was asked for")
	}
	return n, nil
}

// Read reads on. It ends where the bytes end that were promised, and nowhere else.
func (r *reader) Read(p []byte) (int, error) {
	for r.left > 0 && len(p) > 0 {
		if r.body == nil {
			if err := r.resume(); err != nil {
				return 0, known(r.ctx, err)
			}
		}
		n, err := r.body.Read(p[:min(int64(len(p)), r.left)])
		r.at, r.left = r.at+int64(n), r.left-int64(n)
		if n > 0 {
			r.broken = 0
		}
		if err != nil && r.left > 0 {
			_ = r.body.Close() // it is broken
			r.body = nil
			if r.broken++; r.broken == maxTries || r.ctx.Err() != nil || errors.Is(err, errSilent) {
				return n, known(r.ctx, fmt.Errorf("it broke off at %d with %d to come: %w", r.at, r.left, err))
			}
		}
		if n > 0 || err == nil {
			return n, nil
		}
	}
	if len(p) == 0 && r.left > 0 {
		return 0, nil
	}
	return 0, io.EOF
}

// resume opens a connection for what is left.
func (r *reader) resume() error {
	if r.broken > 1 && !rest(r.ctx, r.broken) {
		return r.ctx.Err()
	}
	_, err := r.open(r.left)
	if fault := said(err).StatusCode; fault == http.StatusNotFound || fault == http.StatusPreconditionFailed {
		return fmt.Errorf("the bytes were deleted while they were read: %s", err) // which is not what Get says by these codes
	}
	return err
}

// Close ends the reading.
func (r *reader) Close() error {
	r.left = 0
	if r.body == nil {
		return nil
	}
	err := r.body.Close()
	r.body = nil
	return known(r.ctx, err)
}
