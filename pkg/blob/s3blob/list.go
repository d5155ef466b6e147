package s3blob

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"kontor/pkg/blob"
)

// listing is one List.
type listing struct {
	*Store
	prefix string
	last   string // what was passed on, or the key to start after
	fn     func(blob.Info) error
	stop   error // fn's
}

// beginning is how a key may begin, the empty string included. Servers refuse other names, even to start after.
var beginning = regexp.MustCompile(`^([a-z0-9][a-z0-9._-]*/)*([a-z0-9][a-z0-9._-]*)?`)

// List asks for objects page by page. After a failure it goes on behind the last one that was passed on.
func (s *Store) List(ctx context.Context, prefix, after string, fn func(blob.Info) error) error {
	done, err := s.calls.Begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	if beginning.FindString(prefix) != prefix {
		return nil // no key begins so
	}
	l := &listing{Store: s, prefix: prefix, last: after, fn: fn}
	if err := s.again(ctx, func() error { return l.run(ctx) }); err != nil {
		return known(ctx, err)
	}
	if l.stop != nil {
		return l.stop
	}
	return blob.Ended(ctx)
}

// run lists until the end, a failure, or an error of fn, which is none of the server's.
func (l *listing) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o := minio.ListObjectsOptions{Prefix: l.name(l.prefix), Recursive: true, MaxKeys: l.page}
	// Where to start is said in a form that every server takes, which may be a little before.
	if start := beginning.FindString(l.last); start > l.prefix {
		o.StartAfter = l.name(start)
	}
	for found := range l.core.Client.ListObjectsIter(ctx, l.address.Bucket, o) {
		if found.Err != nil {
			return found.Err
		}
		key, ok := strings.CutPrefix(found.Key, l.name(""))
		if !ok || key <= l.last && l.last != "" || !strings.HasPrefix(key, l.prefix) || blob.CheckKey(key) != nil {
			continue
		}
		if l.stop = l.fn(info(key, found)); l.stop != nil {
			return nil
		}
		l.last = key
	}
	return nil
}

// Tidy ends multipart uploads that were begun before a point in time and got no part since. MinIO lists only those that were begun since it
// started; the others it ends by itself after a day.
func (s *Store) Tidy(ctx context.Context, before time.Time) (int, error) {
	done, err := s.calls.Begin(ctx)
	if err != nil {
		return 0, err
	}
	defer done()
	n := 0
	for key, id := "", ""; ; {
		var page minio.ListMultipartUploadsResult
		err := s.again(ctx, func() (err error) {
			// MinIO takes a prefix for the name of one object, so all uploads of the bucket are asked for.
			page, err = s.core.ListMultipartUploads(ctx, s.address.Bucket, "", key, id, "", s.page)
			return err
		})
		if err != nil {
			return n, known(ctx, err)
		}
		for _, u := range page.Uploads {
			ended, err := s.tidy(ctx, u, before)
			if err != nil {
				return n, known(ctx, err)
			}
			if ended {
				n++
			}
		}
		if !page.IsTruncated || page.NextKeyMarker == key && page.NextUploadIDMarker == id {
			return n, nil
		}
		key, id = page.NextKeyMarker, page.NextUploadIDMarker
	}
}

// tidy ends one upload if it is Kontor's and old.
func (s *Store) tidy(ctx context.Context, u minio.ObjectMultipartInfo, before time.Time) (ended bool, err error) {
	key, ok := strings.CutPrefix(u.Key, s.name(""))
	if !ok || blob.CheckKey(key) != nil || !u.Initiated.Before(before) {
		return false, nil
	}
	young, err := s.growsSince(ctx, u, before)
	if err != nil || young {
		return false, gone(err)
	}
	err = s.again(ctx, func() error { return s.core.AbortMultipartUpload(ctx, s.address.Bucket, u.Key, u.UploadID) })
	return err == nil, gone(err)
}

// growsSince tells whether an upload got a part at a point in time or later.
func (s *Store) growsSince(ctx context.Context, u minio.ObjectMultipartInfo, t time.Time) (bool, error) {
	for marker := 0; ; {
		var page minio.ListObjectPartsResult
		err := s.again(ctx, func() (err error) {
			page, err = s.core.ListObjectParts(ctx, s.address.Bucket, u.Key, u.UploadID, marker, s.page)
			return err
		})
		if err != nil {
			return false, err
		}
		for _, p := range page.ObjectParts {
			if !p.LastModified.Before(t) {
				return true, nil
			}
		}
		if !page.IsTruncated || page.NextPartNumberMarker <= marker {
			return false, nil
		}
		marker = page.NextPartNumberMarker
	}
}

// gone takes it for done if an upload has ended meanwhile.
func gone(err error) error {
	if said(err).Code == minio.NoSuchUpload {
		return nil
	}
	return err
}
