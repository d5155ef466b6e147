package strapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// maxEcho is how many bytes of what was sent an error repeats: a longer message is cut, a longer fact or value is null.
const maxEcho = 1024

// AppendError writes an error to dst in the form of Strapi. The wrapped cause is never written. Of a failure with status 500 nothing
// is but the id in its details, which joins the answer to the log.
func AppendError(dst []byte, err *fault.Error) []byte {
	code, message := fault.Internal, ""
	if err != nil {
		code, message = err.Code, err.Message
	}
	status := code.Status()
	internal := status == http.StatusInternalServerError
	if internal || message == "" {
		message = http.StatusText(status)
	}
	if len(message) > maxEcho {
		message = strings.ToValidUTF8(message[:maxEcho], "") + "…"
	}
	dst = append(dst, `{"data":null,"error":{"status":`...)
	dst = strconv.AppendInt(dst, int64(status), 10)
	dst = append(dst, `,"name":`...)
	dst = value.AppendString(dst, code.StrapiName())
	dst = append(dst, `,"message":`...)
	dst = value.AppendString(dst, message)
	dst = append(dst, `,"details":`...)
	dst = appendDetails(dst, err, internal)
	return append(dst, `}}`...)
}

func appendDetails(dst []byte, err *fault.Error, internal bool) []byte {
	dst = append(dst, '{')
	if err == nil {
		return append(dst, '}')
	}
	first := true
	name := func(name string) {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(value.AppendString(dst, name), ':')
	}
	if internal {
		if id, ok := err.Details["id"].(string); ok {
			name("id")
			dst = value.AppendString(dst, id)
		}
		return append(dst, '}')
	}
	for _, key := range sortedNames(err.Details) {
		if key == "errors" && len(err.Fields) > 0 {
			continue
		}
		name(key)
		dst = appendFact(dst, err.Details[key])
	}
	if len(err.Fields) > 0 {
		name("errors")
		dst = append(dst, '[')
		for i, f := range err.Fields {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendField(dst, f, err.Code.StrapiName())
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

func appendField(dst []byte, f fault.Field, name string) []byte {
	dst = append(dst, `{"path":`...)
	dst = value.Append(dst, f.Path)
	dst = append(dst, `,"message":`...)
	dst = value.AppendString(dst, f.English)
	dst = append(dst, `,"name":`...)
	dst = value.AppendString(dst, name)
	dst = append(dst, `,"value":`...)
	dst = appendFact(dst, f.Value)
	dst = append(dst, `,"code":`...)
	dst = value.AppendString(dst, f.Code)
	dst = append(dst, `,"messages":{"de":`...)
	german := f.German
	if german == "" {
		german = f.English
	}
	dst = value.AppendString(dst, german)
	dst = append(dst, `,"en":`...)
	dst = value.AppendString(dst, f.English)
	return append(dst, `}}`...)
}

// appendFact writes a fact about an error. Facts come from every package, so they may be of any type; what JSON cannot say is null.
func appendFact(dst []byte, v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil || buf.Len() > maxEcho {
		return append(dst, "null"...)
	}
	return append(dst, bytes.TrimRight(buf.Bytes(), "\n")...)
}
