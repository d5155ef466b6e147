package value

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"kontor/pkg/fault"
)

// MaxDepth is how deep lists and objects may nest in JSON that Kontor reads.
const MaxDepth = 32

// Decode reads one JSON text (RFC 8259) strictly: a key twice, bytes that are not UTF-8, half a surrogate, a number beyond
// ±(2^53-1) that should be an integer or beyond float64, more than MaxDepth levels, or anything after the value is a Syntax fault.
// A number without fraction and exponent is an int64, every other a float64.
func Decode(data []byte) (any, error) {
	d := jsontext.NewDecoder(bytes.NewReader(data))
	v, err := decode(d, 0)
	if err != nil {
		return nil, syntax(err)
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Syntax, "Invalid JSON: something follows the value at byte %d", d.InputOffset())
	}
	return v, nil
}

func syntax(err error) error {
	var s *jsontext.SyntacticError
	switch {
	case errors.As(err, &s):
		where := ""
		if s.JSONPointer != "" {
			where = fmt.Sprintf(" within %q", string(s.JSONPointer))
		}
		return fault.New(fault.Syntax, "Invalid JSON: %v%s at byte %d", s.Err, where, s.ByteOffset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(fault.Syntax, "Invalid JSON: it ends too early")
	}
	return err
}

func decode(d *jsontext.Decoder, depth int) (any, error) {
	tok, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch tok.Kind() {
	case 'n':
		return nil, nil
	case 't', 'f':
		return tok.Bool(), nil
	case '"':
		return tok.String(), nil
	case '0':
		return ParseNumber(tok.String())
	}
	if depth++; depth > MaxDepth {
		return nil, fault.New(fault.Syntax, "Invalid JSON: more than %d levels", MaxDepth)
	}
	if tok.Kind() == '[' {
		list := List{}
		for d.PeekKind() != ']' {
			v, err := decode(d, depth)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.ReadToken()
		return list, err
	}
	object := Object{}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String()
		v, err := decode(d, depth)
		if err != nil {
			return nil, err
		}
		object[key] = v
	}
	_, err = d.ReadToken()
	return object, err
}

// ParseNumber reads a JSON number: an int64 if it has neither fraction nor exponent, else a float64.
func ParseNumber(s string) (any, error) {
	if !slices.ContainsFunc([]byte(s), func(b byte) bool { return b == '.' || b == 'e' || b == 'E' }) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n > MaxInt || n < -MaxInt {
			return nil, fault.New(fault.Syntax, "The number %s is beyond ±(2^53-1)", shorten(s))
		}
		return n, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return nil, fault.New(fault.Syntax, "The number %s is out of range", shorten(s))
	}
	return f, nil
}

func shorten(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// Append writes v as JSON with sorted keys to dst, so that equal values give equal bytes.
// A float64 that is whole is written with ".0" left out, as JavaScript does; Canonical keeps the two kinds apart.
func Append(dst []byte, v any) []byte { return appendJSON(dst, v, false) }

// AppendCanonical is Append, but a whole float64 keeps a fraction (2.0), so that Decode gives the same kinds back.
func AppendCanonical(dst []byte, v any) []byte { return appendJSON(dst, v, true) }

func appendJSON(dst []byte, v any, canonical bool) []byte {
	switch x := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, x)
	case int64:
		return strconv.AppendInt(dst, x, 10)
	case int:
		return strconv.AppendInt(dst, int64(x), 10)
	case float64:
		return appendFloat(dst, x, canonical)
	case string:
		return AppendString(dst, x)
	case []string:
		return AppendList(dst, x, AppendString)
	case List:
		return AppendList(dst, x, func(dst []byte, e any) []byte { return appendJSON(dst, e, canonical) })
	case Object:
		dst = append(dst, '{')
		var buf [24]string
		names := buf[:0]
		for k := range x {
			names = append(names, k)
		}
		slices.Sort(names)
		for i, k := range names {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendString(dst, k)
			dst = append(dst, ':')
			dst = appendJSON(dst, x[k], canonical)
		}
		return append(dst, '}')
	default:
		// Only values of this package reach here; anything else is a defect that must show in the answer's tests.
		panic(fmt.Sprintf("value: %T is no value", v))
	}
}

// AppendList writes a JSON array to dst, each element by one.
func AppendList[T any](dst []byte, list []T, one func([]byte, T) []byte) []byte {
	dst = append(dst, '[')
	for i, e := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = one(dst, e)
	}
	return append(dst, ']')
}

func appendFloat(dst []byte, f float64, canonical bool) []byte {
	if f == math.Trunc(f) && math.Abs(f) <= MaxInt {
		dst = strconv.AppendInt(dst, int64(f), 10)
		if canonical {
			dst = append(dst, ".0"...)
		}
		return dst
	}
	b, err := json.Marshal(f)
	if err != nil {
		panic(fmt.Sprintf("value: %v is not finite", f))
	}
	dst = append(dst, b...)
	if canonical && !bytes.ContainsAny(b, ".e") { // 1e16 to 1e21 are written as digits alone, which Decode refuses
		dst = append(dst, ".0"...)
	}
	return dst
}

const hex = "0123456789abcdef"

// escaped tells which bytes of a valid UTF-8 text cannot stand in a JSON string as they are.
var escaped = func() (t [256]bool) {
	for b := range 0x20 {
		t[b] = true
	}
	t['"'], t['\\'] = true, true
	return t
}()

// AppendString writes s as a JSON string. Bytes that are not UTF-8 become U+FFFD; <, > and & stay as they are.
func AppendString(dst []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	dst = append(dst, '"')
	start := 0
	for i := range len(s) {
		b := s[i]
		if !escaped[b] {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch b {
		case '"', '\\':
			dst = append(dst, '\\', b)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[b>>4], hex[b&15])
		}
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}
