package api

import (
	"errors"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"strings"
	"unicode/utf8"

	"kontor/pkg/fault"
)

// Bounds of a form. None of them is near what a client sends that means well.
const (
	maxFormFiles  = 50       // files in one form
	maxFormFields = 100      // other parts
	maxFormField  = 64 << 10 // bytes of one of these
	maxPartHead   = 16 << 10 // bytes of the headers of a part, and of what stands before it
	maxFormEnd    = 64 << 10 // bytes behind the last part
)

// form reads a multipart form as it comes.
type form struct {
	body   *budget
	reader *multipart.Reader
	files  int
	fields int
}

// newForm reads the form that a body holds by its Content-Type.
func newForm(contentType string, body io.Reader) (*form, error) {
	media, params, err := mime.ParseMediaType(contentType)
	boundary := params["boundary"]
	if err != nil || media != "multipart/form-data" || boundary == "" || len(boundary) > 70 {
		return nil, fault.New(fault.MediaType, "The body must be multipart/form-data, not %q", shorten(contentType))
	}
	b := &budget{r: body}
	return &form{body: b, reader: multipart.NewReader(b, boundary)}, nil
}

// part is one part of a form: a field with its text, or a file whose bytes are to be read before the next part.
type part struct {
	name string
	text string
	file io.Reader // nil for a field
	as   string    // what the client calls the file
}

// next gives the next part; io.EOF after the last.
func (f *form) next() (part, error) {
	f.body.left = maxPartHead
	p, err := f.reader.NextRawPart()
	if err == io.EOF {
		return part{}, f.finish()
	}
	if err != nil {
		return part{}, broken(err)
	}
	f.body.left = math.MaxInt64
	params, err := parseDisposition(p.Header.Get("Content-Disposition"))
	if err != nil {
		return part{}, fault.New(fault.Invalid, "A part of the form has no Content-Disposition that can be read")
	}
	out := part{name: params["name"], as: strings.ReplaceAll(params["filename"], "%22", `"`)} // as browsers escape a quote
	if !utf8.ValidString(out.name) {
		return part{}, fault.New(fault.Invalid, "The name of a part is not UTF-8")
	}
	if _, isFile := params["filename"]; isFile {
		if f.files++; f.files > maxFormFiles {
			return part{}, fault.New(fault.TooLarge, "A form has at most %d files", maxFormFiles)
		}
		out.file = partReader{p}
		return out, nil
	}
	if f.fields++; f.fields > maxFormFields {
		return part{}, fault.New(fault.TooLarge, "A form has at most %d fields", maxFormFields)
	}
	text, err := io.ReadAll(io.LimitReader(p, maxFormField+1))
	switch {
	case err != nil:
		return part{}, broken(err)
	case len(text) > maxFormField:
		return part{}, fault.New(fault.TooLarge, "A field of a form has at most %d bytes", maxFormField)
	}
	out.text = string(text)
	return out, nil
}

// finish reads what stands behind the last part, so that the connection can go on.
func (f *form) finish() error {
	f.body.left = maxFormEnd
	if _, err := io.Copy(io.Discard, f.body); err != nil {
		return broken(err)
	}
	return io.EOF
}

// partReader gives the bytes of a part. A part that breaks off is an error of the client.
type partReader struct{ p *multipart.Part }

// Read reads on.
func (r partReader) Read(p []byte) (int, error) {
	n, err := r.p.Read(p)
	if err != nil && err != io.EOF {
		err = broken(err)
	}
	return n, err
}

// broken is the fault in a form that can't be read.
func broken(err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return known
	}
	return fault.Wrap(fault.Invalid, err, "The form can't be read")
}

// budget bounds how much may be read until somebody says how much more.
type budget struct {
	r    io.Reader
	left int64
}

// Read reads on, unless the budget is used up.
func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fault.New(fault.TooLarge, "The headers of a part have more than %d bytes", maxPartHead)
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
