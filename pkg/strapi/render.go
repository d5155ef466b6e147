package strapi

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// AppendOne writes the answer with one entry to dst. What a write warns of stands in meta.warnings, in the
// form that errors of fields have.
func AppendOne(dst []byte, e *content.Entry, warnings ...fault.Field) []byte {
	dst = append(dst, `{"data":`...)
	dst = appendEntry(dst, e)
	dst = append(dst, `,"meta":`...)
	return append(appendWarnings(dst, warnings), '}')
}

// appendWarnings writes the meta of an answer with one entry.
func appendWarnings(dst []byte, warnings []fault.Field) []byte {
	if len(warnings) == 0 {
		return append(dst, `{}`...)
	}
	dst = append(dst, `{"warnings":[`...)
	for i, f := range warnings {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendField(dst, f, "Warning")
	}
	return append(dst, `]}`...)
}

// AppendEntry writes an entry alone, without an envelope.
func AppendEntry(dst []byte, e *content.Entry) []byte { return appendEntry(dst, e) }

// AppendList writes the answer with a page of entries to dst. The total and what follows from it is left out if it was not counted.
func AppendList(dst []byte, page content.Page, req Request) []byte {
	dst = append(dst, `{"data":`...)
	dst = value.AppendList(dst, page.Entries, appendEntry)
	counted := req.WithCount && page.Total >= 0
	if req.Pages == ByOffset {
		dst = append(dst, `,"meta":{"pagination":{"start":`...)
		dst = strconv.AppendInt(dst, int64(req.Start), 10)
		dst = append(dst, `,"limit":`...)
		dst = strconv.AppendInt(dst, int64(req.Limit), 10)
	} else {
		dst = append(dst, `,"meta":{"pagination":{"page":`...)
		dst = strconv.AppendInt(dst, int64(req.Page), 10)
		dst = append(dst, `,"pageSize":`...)
		dst = strconv.AppendInt(dst, int64(req.PageSize), 10)
		if counted {
			size := max(req.PageSize, 1)
			dst = append(dst, `,"pageCount":`...)
			dst = strconv.AppendInt(dst, int64((page.Total+size-1)/size), 10)
		}
	}
	if counted {
		dst = append(dst, `,"total":`...)
		dst = strconv.AppendInt(dst, int64(page.Total), 10)
	}
	return append(dst, `}}}`...)
}

func appendEntry(dst []byte, e *content.Entry) []byte {
	if e == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, e.ID, 10)
	dst = append(dst, `,"documentId":`...)
	dst = value.AppendString(dst, e.DocumentID)
	for _, a := range e.Attributes {
		dst = append(dst, ',')
		dst = appendAttribute(dst, a)
	}
	return append(dst, '}')
}

func appendAttribute(dst []byte, a content.Attribute) []byte {
	dst = value.AppendString(dst, a.Name)
	dst = append(dst, ':')
	return appendValue(dst, a.Value)
}

// appendAttributes writes an object; nil, an object that is not there, is null.
func appendAttributes(dst []byte, attributes content.Attributes) []byte {
	if attributes == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '{')
	for i, a := range attributes {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendAttribute(dst, a)
	}
	return append(dst, '}')
}

// appendValue writes every kind of value that content.Attribute names.
func appendValue(dst []byte, v any) []byte {
	switch x := v.(type) {
	case float64:
		if fraction(x) {
			return strconv.AppendFloat(dst, x, 'f', -1, 64)
		}
	case value.List:
		return value.AppendList(dst, x, appendValue)
	case value.Object:
		return appendObject(dst, x)
	case json.RawMessage:
		if len(x) == 0 {
			return append(dst, "null"...)
		}
		return append(dst, x...)
	case *content.Entry:
		return appendEntry(dst, x)
	case []*content.Entry:
		return value.AppendList(dst, x, appendEntry)
	case content.File:
		return AppendFile(dst, x.File, x.Fields)
	case []content.File:
		dst = append(dst, '[')
		for i, f := range x {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendFile(dst, f.File, f.Fields)
		}
		return append(dst, ']')
	case content.Attributes:
		return appendAttributes(dst, x)
	case []content.Attributes:
		return value.AppendList(dst, x, appendAttributes)
	}
	return value.Append(dst, v)
}

// appendObject writes a point or a local time: two or three names, sorted, so that equal values give equal bytes.
func appendObject(dst []byte, o value.Object) []byte {
	var buf [4]string
	names := buf[:0]
	for name := range o {
		names = append(names, name)
	}
	slices.Sort(names)
	dst = append(dst, '{')
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendAttribute(dst, content.Attribute{Name: name, Value: o[name]})
	}
	return append(dst, '}')
}

// fraction tells whether a number is written as plain digits with a fraction, as JavaScript does for all but the very small. These
// are the numbers for which value.Append needs the reflection of encoding/json.
func fraction(f float64) bool {
	return f != math.Trunc(f) && math.Abs(f) >= 1e-6
}
