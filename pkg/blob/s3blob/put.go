package s3blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"kontor/pkg/blob"
	"kontor/pkg/fault"
)

// writeID is the name in an object's metadata of the id of the write that made it.
const writeID = "Kontor-Write"

// cleanupTime is how long ending an upload that failed may take.
const cleanupTime = 10 * time.Second

// write is one Put.
type write struct {
	*Store
	key string
	id  string // random
}

// Put sends the bytes in one request if they fit into a part, else part by part.
func (s *Store) Put(ctx context.Context, key string, r io.Reader) (blob.Info, error) {
	done, err := s.begin(ctx, key)
	if err != nil {
		return blob.Info{}, err
	}
	defer done()
	w := &write{Store: s, key: key, id: rand.Text()}
	small := s.small.Get().(*[smallSize]byte)
	defer s.small.Put(small)
	n, err := blob.Fill(ctx, r, small[:])
	if err == io.EOF {
		return w.whole(ctx, small[:n])
	}
	if err != nil {
		return blob.Info{}, err
	}
	part := s.parts.Get().(*[]byte)
	defer s.parts.Put(part)
	copy(*part, small[:])
	n, err = blob.Fill(ctx, r, (*part)[smallSize:])
	if err == io.EOF {
		return w.whole(ctx, (*part)[:smallSize+n])
	}
	if err != nil {
		return blob.Info{}, err
	}
	return w.inParts(ctx, *part, r)
}

// free is Conflict if there are bytes under the key, and keeps others of this process away from it where the server does not.
func (w *write) free(ctx context.Context) (unlock func(), err error) {
	unlock = func() {}
	if w.unconditional {
		unlock = w.naming.lock(w.key)
	}
	switch _, err = w.stat(ctx, w.key); {
	case fault.Is(err, fault.NotFound):
		return unlock, nil
	case err == nil:
		err = fault.New(fault.Conflict, "There are bytes under this key already")
	}
	unlock()
	return nil, err
}

// condition is what a server is told so that a write fails if the key is taken.
func (w *write) condition() minio.PutObjectOptions {
	o := minio.PutObjectOptions{DisableContentSha256: oneSum}
	if !w.unconditional {
		o.SetMatchETagExcept("*")
	}
	return o
}

// oneSum has requests carry the sum that they are given. Without it the library cuts their bodies into pieces and signs each.
const oneSum = true

// whole puts what is no more than a part.
func (w *write) whole(ctx context.Context, data []byte) (blob.Info, error) {
	if w.unconditional {
		unlock, err := w.free(ctx)
		if err != nil {
			return blob.Info{}, err
		}
		defer unlock()
	}
	o := w.condition()
	o.UserMetadata = map[string]string{writeID: w.id}
	digest := sum(data)
	err := w.again(ctx, func() error {
		_, err := w.core.PutObject(ctx, w.address.Bucket, w.name(w.key), bytes.NewReader(data), int64(len(data)), "", digest, o)
		return err
	})
	return w.confirm(ctx, int64(len(data)), err)
}

// inParts puts a stream of which the first part is there. Whatever goes wrong, the upload is ended, and if that fails too, Tidy does it.
func (w *write) inParts(ctx context.Context, part []byte, r io.Reader) (i blob.Info, err error) {
	unlock, err := w.free(ctx) // so that a taken key needs no upload to be found out
	if err != nil {
		return blob.Info{}, err
	}
	defer unlock()
	var upload string
	err = w.again(ctx, func() (err error) {
		o := minio.PutObjectOptions{UserMetadata: map[string]string{writeID: w.id}}
		upload, err = w.core.NewMultipartUpload(ctx, w.address.Bucket, w.name(w.key), o)
		return err
	})
	if err != nil {
		return blob.Info{}, known(ctx, err)
	}
	defer func() {
		if err != nil {
			w.abort(ctx, upload)
		}
	}()
	parts, size, err := w.send(ctx, upload, part, r)
	if err != nil {
		return blob.Info{}, err
	}
	err = w.again(ctx, func() error {
		_, err := w.core.CompleteMultipartUpload(ctx, w.address.Bucket, w.name(w.key), upload, parts, w.condition())
		return err
	})
	return w.confirm(ctx, size, err)
}

// send uploads a stream part by part through one buffer, which holds the first. Errors of the reader stay as they are: only its owner
// knows them.
func (w *write) send(ctx context.Context, upload string, part []byte, r io.Reader) (parts []minio.CompletePart, size int64, err error) {
	n := len(part)
	for more := true; more; {
		if len(parts) == w.most {
			return nil, 0, fault.New(fault.TooLarge, "A file has at most %d bytes", w.address.Longest()).With("maxBytes", w.address.Longest())
		}
		p, err := w.sendPart(ctx, upload, len(parts)+1, part[:n])
		if err != nil {
			return nil, 0, known(ctx, err)
		}
		parts, size = append(parts, p), size+int64(n)
		n, err = blob.Fill(ctx, r, part)
		if err != nil && err != io.EOF {
			return nil, 0, err
		}
		more = n > 0
		if more && err == io.EOF {
			// The last one, and r is not to be read again.
			r = strings.NewReader("")
		}
	}
	return parts, size, blob.Ended(ctx)
}

// sendPart uploads one part. Sent twice it replaces itself.
func (w *write) sendPart(ctx context.Context, upload string, number int, data []byte) (minio.CompletePart, error) {
	digest := sum(data)
	var p minio.ObjectPart
	err := w.again(ctx, func() (err error) {
		p, err = w.core.PutObjectPart(ctx, w.address.Bucket, w.name(w.key), upload, number, bytes.NewReader(data), int64(len(data)),
			minio.PutObjectPartOptions{Sha256Hex: digest, DisableContentSha256: oneSum})
		return err
	})
	return minio.CompletePart{PartNumber: number, ETag: p.ETag}, err
}

// confirm looks at what lies under the key after a write of which the server said err. That is not the whole truth: an answer may have
// been lost, and a write that was repeated after that is refused since it was already there.
func (w *write) confirm(ctx context.Context, size int64, err error) (blob.Info, error) {
	if err != nil && (unheard(err) || ctx.Err() != nil) {
		return blob.Info{}, known(ctx, err)
	}
	o, statErr := w.stat(ctx, w.key)
	switch own := statErr == nil && o.UserMetadata[writeID] == w.id; {
	case own && o.Size == size:
		return info(w.key, o), nil
	case own: // no server does this; if one did, half a file must not stay
		return blob.Info{}, errors.Join(fault.New(fault.Unavailable, "The storage of files kept %d bytes of %d", o.Size, size), w.remove(ctx, w.key))
	case statErr == nil:
		return blob.Info{}, fault.Wrap(fault.Conflict, err, "There are bytes under this key already")
	case err != nil:
		return blob.Info{}, known(ctx, err)
	case fault.Is(statErr, fault.NotFound): // somebody deleted it already
		return blob.Info{}, fault.Wrap(fault.Unavailable, statErr, "The storage of files did not keep the bytes")
	}
	return blob.Info{}, statErr
}

// abort ends an upload, also after the end of ctx.
func (w *write) abort(ctx context.Context, upload string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	err := w.again(ctx, func() error { return w.core.AbortMultipartUpload(ctx, w.address.Bucket, w.name(w.key), upload) })
	if err != nil && said(err).Code != minio.NoSuchUpload {
		w.log.Warn("an upload that failed stays behind until it is swept", "key", w.key, "error", err)
	}
}

// sum is the SHA-256 of bytes as S3 has it in a request.
func sum(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
}
