package api

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// encodings are the content codings that answers are compressed to (RFC 9110, section 8.4.1), best first: what a client likes equally
// well, the first one decides.
var encodings = [...]string{"zstd", "br", "gzip"}

// The indexes of encodings; identity is none of them.
const (
	zstdCoding = iota
	brotliCoding
	gzipCoding

	identity = -1
)

// minEncoded is from how many bytes on a body is compressed. Less fits into one packet anyway.
const minEncoded = 1 << 10

// maxEncoded bounds what is compressed in memory.
const maxEncoded = 64 << 20

// effort is how much time compression may take.
type effort int

const (
	quick    effort = iota // for one client
	thorough               // once for many
)

// encoders compress. What they need is large and made when first needed.
type encoders struct {
	zstd   [2]func() (*zstd.Encoder, error) // by effort
	brotli [2]sync.Pool                     // of *brotli.Writer
	gzip   [2]sync.Pool                     // of *gzip.Writer
}

func newEncoders() *encoders {
	e := &encoders{}
	for i, level := range []zstd.EncoderLevel{zstd.SpeedFastest, zstd.SpeedBetterCompression} {
		e.zstd[i] = sync.OnceValues(func() (*zstd.Encoder, error) {
			return zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true), zstd.WithEncoderConcurrency(2))
		})
	}
	for i, level := range []int{2, 6} {
		e.brotli[i].New = func() any { return brotli.NewWriterLevel(nil, level) }
	}
	for i, level := range []int{1, 6} {
		e.gzip[i].New = func() any {
			w, _ := gzip.NewWriterLevel(nil, level) // an error only for levels that do not exist
			return w
		}
	}
	return e
}

// encode compresses a body.
func (e *encoders) encode(coding int, how effort, body []byte) ([]byte, error) {
	switch coding {
	case brotliCoding:
		w, _ := e.brotli[how].Get().(*brotli.Writer)
		defer e.brotli[how].Put(w)
		return pack(w, body)
	case gzipCoding:
		w, _ := e.gzip[how].Get().(*gzip.Writer)
		defer e.gzip[how].Put(w)
		return pack(w, body)
	}
	z, err := e.zstd[how]()
	if err != nil {
		return nil, err
	}
	return z.EncodeAll(body, make([]byte, 0, len(body)/4)), nil
}

func pack(w interface {
	io.WriteCloser
	Reset(io.Writer)
}, body []byte) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(len(body) / 4)
	w.Reset(&out)
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	err := w.Close()
	return out.Bytes(), err
}

// negotiate picks the coding for a client by its Accept-Encoding (RFC 9110, section 12.5.3).
func negotiate(header string) int {
	best, liked := identity, 0.0
	var weights [len(encodings)]float64
	for i := range weights {
		weights[i] = -1
	}
	others := 0.0
	for part := range strings.SplitSeq(header, ",") {
		name, rest, _ := strings.Cut(part, ";")
		name = strings.TrimSpace(name)
		q := weight(rest)
		if name == "*" {
			others = q
		}
		for i, known := range encodings {
			if strings.EqualFold(name, known) || known == "gzip" && strings.EqualFold(name, "x-gzip") {
				weights[i] = q
			}
		}
	}
	for i, q := range weights {
		if q < 0 {
			q = others
		}
		if q > liked {
			best, liked = i, q
		}
	}
	return best
}

// weight reads "q=0.5"; what can't be read counts as not wanted.
func weight(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		name, text, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			q, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
			if err != nil || !(q >= 0 && q <= 1) {
				return 0
			}
			return q
		}
	}
	return 1
}

// finish makes of a whole answer what this client gets: nothing if it has the same already, else compressed if it takes that. The ETag
// says in which coding a body is, since the bytes are others (RFC 9110, section 8.8.3.3).
func (s *Server) finish(c *fiber.Ctx) error {
	res := c.Response()
	reads := c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead
	if res.IsBodyStream() {
		return nil
	}
	tag := string(res.Header.Peek(fiber.HeaderETag))
	if reads && tag != "" && res.StatusCode() == fiber.StatusOK {
		if same, ok := matchesAny(c.Get(fiber.HeaderIfNoneMatch), tag); ok {
			res.Header.Set(fiber.HeaderETag, same)
			res.Header.Del(fiber.HeaderContentEncoding)
			res.ResetBody()
			res.SetStatusCode(fiber.StatusNotModified)
			return nil
		}
	}
	if len(res.Header.Peek(fiber.HeaderContentEncoding)) > 0 {
		return nil
	}
	body := res.Body()
	if len(body) < minEncoded || len(body) > maxEncoded || !compressible(string(res.Header.ContentType())) {
		return nil
	}
	if !strings.Contains(string(res.Header.Peek(fiber.HeaderVary)), fiber.HeaderAcceptEncoding) {
		c.Vary(fiber.HeaderAcceptEncoding)
	}
	accepted := c.Get(fiber.HeaderAcceptEncoding)
	if accepted == "" {
		return nil
	}
	coding := negotiate(accepted)
	if coding == identity {
		return nil
	}
	packed, err := s.encoded(c, coding, body)
	if err != nil {
		return err
	}
	res.Header.Set(fiber.HeaderContentEncoding, encodings[coding])
	if tag != "" {
		res.Header.Set(fiber.HeaderETag, encodedTag(tag, encodings[coding]))
	}
	res.SetBodyRaw(packed)
	return nil
}

// encoded compresses a body, of an answer that is kept only once.
func (s *Server) encoded(c *fiber.Ctx, coding int, body []byte) ([]byte, error) {
	a, ok := c.Locals(answerKey).(*answer)
	if !ok {
		return s.encoders.encode(coding, quick, body)
	}
	if packed := a.encoded[coding].Load(); packed != nil {
		return *packed, nil
	}
	packed, err := s.encoders.encode(coding, thorough, a.body)
	if err == nil && a.encoded[coding].CompareAndSwap(nil, &packed) && !a.fixed {
		s.answers.charge(len(packed))
	}
	return packed, err
}

// compressible tells whether a media type is text, which everything is that Kontor writes itself.
func compressible(mediaType string) bool {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	return strings.HasPrefix(mediaType, "text/") || strings.HasSuffix(mediaType, "json") || strings.HasSuffix(mediaType, "xml") ||
		strings.HasSuffix(mediaType, "javascript") || mediaType == "image/svg+xml"
}

// encodedTag is the tag of the same answer in a coding.
func encodedTag(tag, coding string) string { return strings.TrimSuffix(tag, `"`) + "-" + coding + `"` }

// matchesAny is the weak comparison of If-None-Match (RFC 9110, section 13.1.2) with an answer, whatever the coding it was sent in. It
// gives the tag that is alike.
func matchesAny(header, tag string) (string, bool) {
	if header == "" {
		return "", false
	}
	for h := range strings.SplitSeq(header, ",") {
		h = strings.TrimPrefix(strings.TrimSpace(h), "W/")
		if h == "*" || h == tag {
			return tag, true
		}
		if strings.HasPrefix(h, strings.TrimSuffix(tag, `"`)) {
			for _, coding := range encodings {
				if h == encodedTag(tag, coding) {
					return h, true
				}
			}
		}
	}
	return "", false
}
