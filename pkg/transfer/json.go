package transfer

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"

	"kontor/pkg/fault"
)

// jsonReader reads the objects of one list, one at a time. Each of them is judged as strictly as a body of the API; what stands around
// the list only has to be JSON.
type jsonReader struct {
	in      *json.Decoder
	meter   *meter
	wrapped bool // the list stands in an object
	ended   bool
}

func newJSON(text *bufio.Reader) (*jsonReader, error) {
	r := &jsonReader{meter: &meter{src: text}}
	r.in = json.NewDecoder(r.meter)
	first, err := r.in.Token()
	switch {
	case errors.Is(err, io.EOF):
		return nil, fault.New(fault.Syntax, "The file is empty; a list of objects is expected")
	case err != nil:
		return nil, r.broken(err)
	case first == json.Delim('['):
		return r, nil
	case first != json.Delim('{'):
		return nil, noList()
	}
	r.wrapped = true
	return r, r.find()
}

func noList() error {
	return fault.New(fault.Syntax, "The file holds neither a list of objects nor an object with a list \"data\"")
}

// find goes to the list "data" of the object around it.
func (r *jsonReader) find() error {
	for r.in.More() {
		name, err := r.in.Token()
		if err != nil {
			return r.broken(err)
		}
		if name == "data" {
			begin, err := r.in.Token()
			if err != nil {
				return r.broken(err)
			}
			if begin != json.Delim('[') {
				return noList()
			}
			return nil
		}
		var skipped json.RawMessage
		if err := r.in.Decode(&skipped); err != nil {
			return r.broken(err)
		}
		r.meter.use(r.in.InputOffset())
	}
	return noList()
}

func (r *jsonReader) columns() []string { return nil }

func (r *jsonReader) next() (row, error) {
	if r.ended {
		return row{}, io.EOF
	}
	if !r.in.More() {
		r.ended = true
		return row{}, r.finish()
	}
	r.meter.use(r.in.InputOffset())
	var data json.RawMessage
	if err := r.in.Decode(&data); err != nil {
		r.ended = true
		return row{}, r.broken(err)
	}
	end := r.in.InputOffset()
	r.meter.use(end - int64(len(data)))
	out := row{line: r.meter.line + 1, offset: end}
	r.meter.use(end)
	out.object, out.problems = object(data)
	return out, nil
}

// finish reads what stands behind the list.
func (r *jsonReader) finish() error {
	r.meter.use(r.in.InputOffset())
	if _, err := r.in.Token(); err != nil { // the end of the list
		return r.broken(err)
	}
	for r.wrapped && r.in.More() {
		name, err := r.in.Token()
		if err != nil {
			return r.broken(err)
		}
		if name == "data" {
			return fault.New(fault.Syntax, "The object around the list has \"data\" twice; the second was not read")
		}
		var skipped json.RawMessage
		if err := r.in.Decode(&skipped); err != nil {
			return r.broken(err)
		}
		r.meter.use(r.in.InputOffset())
	}
	if r.wrapped {
		if _, err := r.in.Token(); err != nil {
			return r.broken(err)
		}
	}
	switch _, err := r.in.Token(); {
	case errors.Is(err, io.EOF):
		return io.EOF
	case err != nil:
		return r.broken(err)
	}
	return fault.New(fault.Syntax, "Something follows the JSON, in line %d; it was not read", r.here())
}

// here is the line up to which the file was read.
func (r *jsonReader) here() int {
	r.meter.use(r.in.InputOffset())
	return r.meter.line + 1
}

func (r *jsonReader) broken(err error) error {
	var known *fault.Error
	line := r.here()
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, errLong):
		return fault.New(fault.TooLarge, "Line %d begins something of more than %d MB; nothing behind it was read", line, maxRow>>20)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(fault.Syntax, "The JSON ends too early, behind line %d", line)
	}
	return fault.New(fault.Syntax, "The JSON is broken behind line %d, nothing further was read: %v", line, err)
}
