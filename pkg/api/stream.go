package api

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"kontor/pkg/fault"
)

// The library hands over every body as a stream, since it can't do so for some routes only. Uploads read theirs as it comes; for all
// other routes the whole body is read ahead, under the limit and within the time that a client has for its request. What is left
// unread would be taken for the next request, so then the connection ends.

// streams tells whether a route reads its body itself.
func streams(c *fiber.Ctx) bool {
	return c.Method() == fiber.MethodPost && strings.TrimSuffix(c.Path(), "/") == uploadPath
}

// The headers with which announced marks a request to be refused: one whose body is too long, and one of which nobody can say where it
// ends. Who sends them gets the same answer.
const (
	tooLongHeader = "X-Kontor-Body-Too-Long"
	framingHeader = "X-Kontor-Body-Framing"
)

// announced looks at a request's head before the library waits for the first bytes of its body: none are needed to refuse one that is
// announced to be too long.
func (s *Server) announced(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	length := int64(h.ContentLength())
	if !bytes.HasPrefix(h.Protocol(), []byte("HTTP/1.")) || bytes.ContainsAny(h.Host(), "@/?#\\,") || ambiguous(h.RawHeaders()) {
		h.SetContentLength(0)
		h.Set(framingHeader, "1")
		return fasthttp.RequestConfig{}
	}
	if length <= int64(s.bodyLimit) {
		return fasthttp.RequestConfig{}
	}
	var target fasthttp.URI // proxies send whole addresses
	err := target.Parse(h.Host(), h.RequestURI())
	upload := err == nil && s.files != nil && strings.TrimSuffix(string(target.Path()), "/") == uploadPath
	if !upload || length > s.uploadLimit() {
		h.SetContentLength(0)
		h.Set(tooLongHeader, "1")
	}
	return fasthttp.RequestConfig{}
}

// uploadLimit is how long the form of an upload may be.
func (s *Server) uploadLimit() int64 { return s.files.MaxBytes() + maxFormFields*maxFormField }

// ambiguous reports whether a proxy in front could read a head in another way than the library
// does, and pass a second request as the body of the first (RFC 9112, section 11.2): two lengths,
// a coding other than chunked, a header that goes on in the next line, a blank in a name. The
// library itself refuses control characters, a missing or second Host and HTTP/0.9.
func ambiguous(head []byte) bool {
	lengths, codings := 0, 0
	for line := range bytes.SplitSeq(head, []byte("\n")) {
		name, text, _ := bytes.Cut(line, []byte(":"))
		switch {
		case bytes.ContainsAny(name, " \t"):
			return true
		case bytes.EqualFold(name, []byte("Content-Length")):
			lengths++
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			codings++
			if !bytes.EqualFold(bytes.TrimSpace(text), []byte("chunked")) {
				return true
			}
		}
	}
	return lengths+codings > 1
}

// unfit refuses what announced has found.
func unfit(c *fiber.Ctx) (err error) {
	switch h := &c.Request().Header; {
	case len(h.Peek(tooLongHeader)) > 0:
		err = errTooLong()
	case len(h.Peek(framingHeader)) > 0:
		err = unread(fiber.StatusBadRequest)
	default:
		return nil
	}
	c.Context().SetConnectionClose()
	linger(c)
	return err
}

// takeBody reads a request's body to its end.
func (s *Server) takeBody(c *fiber.Ctx) error {
	req := c.Request()
	if !req.IsBodyStream() {
		return nil
	}
	in := s.intake(c, int64(s.bodyLimit), 0)
	data, err := in.all()
	if err != nil {
		in.abandon(c)
		return err
	}
	req.SetBodyRaw(data)
	return nil
}

// intake reads the body of a request.
type intake struct {
	stream io.Reader
	conn   net.Conn
	length int64         // as announced; -1 if it comes in chunks
	most   int64         // bytes
	idle   time.Duration // within what time something must come; 0 leaves the connection's deadline alone
	read   int64
	pace   pace
	charge func(n int) error // counts bytes as they come; nil: they are counted already, or not at all
	err    error             // how it ended; io.EOF if well
}

func (s *Server) intake(c *fiber.Ctx, most int64, idle time.Duration) *intake {
	in := &intake{stream: c.Request().BodyStream(), conn: c.Context().Conn(), length: int64(c.Request().Header.ContentLength()), most: most, idle: idle, pace: pace{window: idle}}
	if in.stream == nil {
		in.err = io.EOF
	}
	return in
}

// all reads the body into memory.
func (in *intake) all() ([]byte, error) {
	data := make([]byte, 0, max(in.length+1, 512)) // one more, so that the end is seen without growing
	for {
		n, err := in.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

func errTooLong() error { return fault.New(fault.TooLarge, "Request Entity Too Large") }

// Read reads on. Its errors are faults of the client, save io.EOF at the true end.
func (in *intake) Read(p []byte) (int, error) {
	if in.err != nil {
		return 0, in.err
	}
	if in.idle > 0 {
		if err := in.conn.SetReadDeadline(time.Now().Add(in.idle)); err != nil {
			in.err = cutOff(err)
			return 0, in.err
		}
	}
	began := time.Now()
	n, err := in.stream.Read(p)
	in.read += int64(n)
	slow := in.pace.tooSlow(n, time.Since(began))
	if in.charge != nil && n > 0 {
		if err := in.charge(n); err != nil {
			in.err = err
			return 0, err
		}
	}
	switch {
	case in.read > in.most:
		n, in.err = 0, errTooLong()
	case err == io.EOF && in.read < in.length:
		in.err = cutOff(io.ErrUnexpectedEOF) // the library takes the connection's end for the body's
	case err == io.EOF:
		in.err = io.EOF
	case err != nil:
		in.err = cutOff(err)
	case slow:
		n, in.err = 0, cutOff(os.ErrDeadlineExceeded)
	}
	return n, in.err
}

// cutOff is the fault of a body that did not come to its end.
func cutOff(err error) error {
	status := fiber.StatusBadRequest
	if errors.Is(err, os.ErrDeadlineExceeded) {
		status = fiber.StatusRequestTimeout
	}
	f := unread(status)
	f.Err = err
	return f
}

// abandon ends the connection after the answer unless the body was read to its end.
func (in *intake) abandon(c *fiber.Ctx) {
	if in.err != io.EOF {
		c.Context().SetConnectionClose()
		linger(c)
	}
}

// refuseBody is for answers that no handler made: a body that is there stays unread.
func refuseBody(fctx *fasthttp.RequestCtx) {
	if fctx.Request.IsBodyStream() {
		fctx.SetConnectionClose()
		if conn, ok := fctx.Conn().(*conn); ok {
			conn.linger.Store(true)
		}
	}
}

// chunkSize is how many bytes of an answer that streams are written at once.
const chunkSize = 32 << 10

// outflow is a body that streams out. The client must take something within the idle time; how long all of it takes is its affair.
type outflow struct {
	io.Reader
	close  func() error
	chunks *sync.Pool // of *[chunkSize]byte
}

// WriteTo copies the body with a buffer larger than the library's.
func (o *outflow) WriteTo(w io.Writer) (int64, error) {
	buffer, ok := o.chunks.Get().(*[chunkSize]byte)
	if !ok {
		buffer = new([chunkSize]byte)
	}
	defer o.chunks.Put(buffer)
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{o.Reader}, buffer[:])
}

// Close ends what the body comes from; the library calls it however the answer went.
func (o *outflow) Close() error { return o.close() }

// sendStream answers with size bytes of r, and closes it afterwards.
func (s *Server) sendStream(c *fiber.Ctx, r io.ReadCloser, size int64) error {
	if conn, ok := c.Context().Conn().(*conn); ok {
		conn.idle.Store(int64(s.idle))
	}
	c.Context().SetBodyStream(&outflow{r, r.Close, &s.chunks}, int(size))
	return nil
}
