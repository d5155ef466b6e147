package api

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/asset"
	"kontor/pkg/fault"
	"kontor/pkg/idempotency"
	"kontor/pkg/strapi"
	"kontor/pkg/value"
)

// idempotencyHeader names a request, so that it can be sent again without doing twice what it does.
const idempotencyHeader = "Idempotency-Key"

// idempotencyKey reads the header: a string in quotation marks, as the draft has it, or bare as
// many clients send it. "" if it was not sent, or nothing is remembered of this caller's requests.
func (s *Server) idempotencyKey(c *fiber.Ctx) (string, error) {
	key := strings.TrimSpace(c.Get(idempotencyHeader))
	if key == "" || s.idempotency == nil || callerOf(c).ID == "" {
		return "", nil
	}
	if len(key) > 1 && key[0] == '"' && key[len(key)-1] == '"' {
		key = key[1 : len(key)-1]
	}
	printable := !strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' })
	if key == "" || len(key) > idempotency.MaxKey || !printable {
		return "", fault.New(fault.Invalid, "%s must be a string of 1 to %d printable ASCII characters without quotation marks and backslashes", idempotencyHeader, idempotency.MaxKey).With("key", idempotencyHeader)
	}
	return key, nil
}

// once carries a request out that makes an entry, or repeats the answer that the first request with
// its key had. create gets the documentId for the entry, "" without a key, and says whether the
// entry was written.
func (s *Server) once(c *fiber.Ctx, create func(documentID string) (written bool, err error)) error {
	key, err := s.idempotencyKey(c)
	if err != nil {
		return err
	}
	if key == "" {
		_, err := create("")
		return err
	}
	f := newFingerprint(c)
	f.add("body", c.BodyRaw())
	a, kept, err := s.idempotency.Begin(c.UserContext(), callerOf(c).ID, key, f.sum())
	if err != nil {
		return err
	}
	if kept != nil {
		return repeat(c, kept)
	}
	left := true
	defer func() {
		if left { // it panicked
			a.Leave()
		}
	}()
	written, err := create(a.Name)
	left = false
	finish(c, a, written, err)
	return err
}

// finish ends an attempt by what the request came to.
func finish(c *fiber.Ctx, a *idempotency.Attempt, written bool, err error) {
	switch {
	case err == nil:
		res := c.Response()
		a.Finish(idempotency.Answer{
			Status: res.StatusCode(), Type: string(res.Header.ContentType()), ETag: string(res.Header.Peek(fiber.HeaderETag)),
			Removed: string(res.Header.Peek(removedHeader)), Body: res.Body(),
		})
	case written || inDoubt(err):
		a.Leave()
	default:
		a.Drop()
	}
}

// inDoubt tells whether a request that failed may have written something.
func inDoubt(err error) bool {
	switch fault.As(err).Code {
	case fault.Unavailable, fault.Timeout, fault.Internal:
		return true
	}
	return false
}

// repeat answers with the first answer.
func repeat(c *fiber.Ctx, kept *idempotency.Answer) error {
	c.Status(kept.Status)
	c.Set(fiber.HeaderContentType, kept.Type)
	if kept.ETag != "" {
		c.Set(fiber.HeaderETag, kept.ETag)
	}
	if kept.Removed != "" {
		c.Set(removedHeader, kept.Removed)
	}
	return send(c, kept.Body)
}

// fingerprint tells whether two requests with one key are the same.
type fingerprint struct{ hash.Hash }

func newFingerprint(c *fiber.Ctx) fingerprint {
	f := fingerprint{sha256.New()}
	f.add("target", []byte(c.Method()+" "+c.Path()+"?"+rawQuery(c)))
	return f
}

// add adds a part of the request. Its length keeps two parts from reading as one.
func (f fingerprint) add(name string, data []byte) {
	_, _ = f.Write([]byte(name + "\x00" + strconv.Itoa(len(data)) + "\x00")) // a hash takes everything
	_, _ = f.Write(data)
}

func (f fingerprint) sum() string { return hex.EncodeToString(f.Sum(nil)) }

// keyedUpload is a form of files under an Idempotency-Key. Bytes come first, under names of this
// attempt; what the form holds is decided with one conditional write, so of two attempts one goes
// on; then the records are written, which an attempt that continues can do again.
type keyedUpload struct {
	*idempotency.Attempt
	kept *idempotency.Answer // the first answer; its form is only read and compared
	seen fingerprint
}

// reads tells whether the form is only read, since an earlier attempt decided about its files.
func (k *keyedUpload) reads() bool { return k.kept != nil || k.Attempt.Decided != nil }

// saw adds a part of the form.
func (k *keyedUpload) saw(p part, sum string) {
	k.seen.add(p.name, []byte(p.as))
	k.seen.add("text", []byte(p.text))
	k.seen.add("file", []byte(sum))
}

// beginUpload begins a form under its key, if it has one.
func (u *upload) beginUpload() error {
	key, err := u.s.idempotencyKey(u.c)
	if err != nil || key == "" {
		return err
	}
	k := &keyedUpload{seen: newFingerprint(u.c)}
	if k.Attempt, k.kept, err = u.s.idempotency.Begin(u.ctx, callerOf(u.c).ID, key, ""); err == nil {
		u.key = k
	}
	return err
}

// sumOf is the SHA-256 of bytes that are not kept.
func sumOf(r io.Reader) (string, error) {
	sum := sha256.New()
	_, err := io.Copy(sum, r)
	return hex.EncodeToString(sum.Sum(nil)), err
}

// decide compares the form with that of an earlier attempt, or decides about its files and writes
// their records. done tells that the form was answered before.
func (u *upload) decide() (done bool, err error) {
	k := u.key
	if k.kept != nil {
		if err := k.kept.Check(k.seen.sum()); err != nil {
			return false, err
		}
		return true, repeat(u.c, k.kept)
	}
	if k.Decided == nil {
		list := value.List{}
		for _, f := range u.files {
			list = append(list, asset.Pack(f))
		}
		if err := k.Decide(u.ctx, k.seen.sum(), value.Object{"files": list}); err != nil {
			return false, err
		}
	} else {
		if err := k.Check(k.seen.sum()); err != nil {
			return false, err
		}
		list, _ := k.Decided["files"].(value.List)
		for _, o := range list {
			o, _ := o.(value.Object)
			u.files = append(u.files, asset.Unpack(o))
		}
	}
	u.decided = true
	return false, u.s.files.Commit(u.ctx, u.files)
}

// end ends a form by what it came to.
func (u *upload) end(err error) {
	k := u.key
	switch {
	case k == nil:
		if err != nil {
			u.undo()
		}
	case k.kept != nil:
	case err == nil:
		finish(u.c, k.Attempt, true, nil)
	case u.doubt || u.decided && (k.Continued || inDoubt(err)):
		k.Leave() // the record names the files, so they stay for the next attempt
	case k.Decided != nil && !u.decided:
		k.Leave() // the record may be of another form
	default:
		k.Drop()
		u.undo()
	}
}

func (u *upload) answer() error {
	u.c.Status(fiber.StatusCreated)
	return sendJSON(u.c, 0, strapi.AppendFiles(nil, u.files))
}
