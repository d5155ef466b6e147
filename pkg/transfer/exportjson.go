package transfer

import (
	"bufio"
	"encoding/json"

	"kontor/pkg/content"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// jsonWriter writes an object for every entry: one on each line, or in a list. Every field is there, null if it is empty, so that an
// import leaves nothing to defaults.
type jsonWriter struct {
	*exporter
	out   *bufio.Writer
	list  bool
	begun bool
	buf   []byte
}

func (w *jsonWriter) write(e *content.Entry) error {
	w.buf = w.buf[:0]
	switch {
	case w.list && !w.begun:
		w.buf = append(w.buf, "[\n"...)
	case w.list:
		w.buf = append(w.buf, ",\n"...)
	}
	w.begun = true
	w.buf = append(w.buf, `{"documentId":`...)
	w.buf = value.AppendString(w.buf, e.DocumentID)
	w.buf = w.members(w.buf, w.fields, e.Attributes)
	w.buf = append(w.buf, '}')
	if !w.list {
		w.buf = append(w.buf, '\n')
	}
	_, err := w.out.Write(w.buf)
	return err
}

func (w *jsonWriter) close() error {
	var end string
	switch {
	case w.list && w.begun:
		end = "\n]\n"
	case w.list:
		end = "[]\n"
	}
	_, err := w.out.WriteString(end)
	return err
}

// members writes the fields of an entry or an object behind what is there already.
func (ex *exporter) members(dst []byte, fields []*schema.Field, a content.Attributes) []byte {
	for _, f := range fields {
		v, ok := a.Get(f.Name)
		if !ok {
			continue
		}
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = value.AppendString(dst, f.Name)
		dst = append(dst, ':')
		dst = ex.json(dst, f, v)
	}
	return dst
}

func (ex *exporter) json(dst []byte, f *schema.Field, v any) []byte {
	switch x := v.(type) {
	case json.RawMessage:
		return append(dst, x...)
	case *content.Entry:
		return value.AppendString(dst, ex.ref(x))
	case []*content.Entry:
		return value.Append(dst, ex.refs(x))
	case content.File:
		return ex.files.json(dst, x.File)
	case []content.File:
		dst = append(dst, '[')
		for i, f := range x {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = ex.files.json(dst, f.File)
		}
		return append(dst, ']')
	case content.Attributes:
		return append(ex.members(append(dst, '{'), f.Fields, x), '}')
	case []content.Attributes:
		dst = append(dst, '[')
		for i, item := range x {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(dst, '{')
			if id, ok := item.Get("id"); ok {
				dst = append(dst, `"id":`...)
				dst = value.Append(dst, id)
			}
			dst = append(ex.members(dst, f.Fields, item), '}')
		}
		return append(dst, ']')
	}
	return value.Append(dst, v)
}
