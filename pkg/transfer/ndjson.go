package transfer

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// ndjsonReader reads an object from every line.
type ndjsonReader struct {
	in     *bufio.Reader
	line   int
	offset int64
}

func newNDJSON(text *bufio.Reader) *ndjsonReader { return &ndjsonReader{in: text} }

func (r *ndjsonReader) columns() []string { return nil }

func (r *ndjsonReader) next() (row, error) {
	for {
		data, long, err := r.read()
		if err != nil && (len(data) == 0 || !errors.Is(err, io.EOF)) {
			return row{}, err
		}
		r.line++
		out := row{line: r.line, offset: r.offset}
		switch {
		case long:
			out.problems = []Problem{tooLong()}
		case len(bytes.TrimSpace(data)) == 0:
			continue
		default:
			out.object, out.problems = object(data)
		}
		return out, nil
	}
}

// read gives one line; of one that is too long only that it is.
func (r *ndjsonReader) read() (data []byte, long bool, err error) {
	for {
		part, err := r.in.ReadSlice('\n')
		r.offset += int64(len(part))
		if long = long || len(data)+len(part) > maxRow+1; long {
			data = append(data[:0], '.')
		} else {
			data = append(data, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return data, long, err
		}
	}
}

// object reads a row of JSON.
func object(data []byte) (value.Object, []Problem) {
	v, err := value.Decode(data)
	if err != nil {
		message := fault.As(err).Message
		return nil, []Problem{bad("syntax", message, "Das JSON ist fehlerhaft.")}
	}
	o, ok := v.(value.Object)
	if !ok {
		return nil, []Problem{bad("type", "the row is no object", "Die Zeile ist kein JSON-Objekt.")}
	}
	return o, nil
}
