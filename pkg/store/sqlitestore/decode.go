package sqlitestore

import (
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"kontor/pkg/value"
)

// decodeObject reads the JSON of a part. It trusts the text, which this driver has written: names are not compared, UTF-8 is not
// checked, and texts without escapes share the memory of the whole. That makes it several times faster than value.Decode, which
// takes most of the time of a list otherwise. What it cannot read goes to value.Decode, whose error is worth reading.
func decodeObject(text string) (value.Object, error) {
	d := decoder{text: text}
	v, ok := d.value(0)
	d.space()
	if !ok || d.at != len(text) {
		strict, err := value.Decode([]byte(text))
		if err != nil {
			return nil, err
		}
		v = strict
	}
	o, ok := v.(value.Object)
	if !ok {
		return nil, errors.New("a part is no object")
	}
	return o, nil
}

// decoder reads one JSON text from left to right.
type decoder struct {
	text string
	at   int
}

func (d *decoder) space() {
	for d.at < len(d.text) {
		switch d.text[d.at] {
		case ' ', '\t', '\n', '\r':
			d.at++
		default:
			return
		}
	}
}

// next gives the next byte that is no space, 0 at the end.
func (d *decoder) next() byte {
	if d.at < len(d.text) && d.text[d.at] > ' ' {
		return d.text[d.at]
	}
	d.space()
	if d.at < len(d.text) {
		return d.text[d.at]
	}
	return 0
}

func (d *decoder) value(depth int) (any, bool) {
	switch c := d.next(); c {
	case '{', '[':
		if depth == value.MaxDepth {
			return nil, false
		}
		d.at++
		if c == '{' {
			return d.object(depth + 1)
		}
		return d.list(depth + 1)
	case '"':
		return box(d.string())
	case 't':
		return true, d.word("true")
	case 'f':
		return false, d.word("false")
	case 'n':
		return nil, d.word("null")
	}
	return d.number()
}

func box(s string, ok bool) (any, bool) { return s, ok }

func (d *decoder) word(w string) bool {
	ok := strings.HasPrefix(d.text[d.at:], w)
	d.at += len(w)
	return ok
}

func (d *decoder) object(depth int) (any, bool) {
	o := value.Object{}
	if d.next() == '}' {
		d.at++
		return o, true
	}
	for {
		if d.next() != '"' {
			return nil, false
		}
		name, ok := d.string()
		if !ok || d.next() != ':' {
			return nil, false
		}
		d.at++
		v, ok := d.value(depth)
		if !ok {
			return nil, false
		}
		o[name] = v
		c := d.next()
		d.at++
		switch c {
		case '}':
			return o, true
		case ',':
		default:
			return nil, false
		}
	}
}

func (d *decoder) list(depth int) (any, bool) {
	l := value.List{}
	if d.next() == ']' {
		d.at++
		return l, true
	}
	for {
		v, ok := d.value(depth)
		if !ok {
			return nil, false
		}
		l = append(l, v)
		c := d.next()
		d.at++
		switch c {
		case ']':
			return l, true
		case ',':
		default:
			return nil, false
		}
	}
}

func (d *decoder) number() (any, bool) {
	start, n, plain := d.at, int64(0), true
	if d.at < len(d.text) && d.text[d.at] == '-' {
		d.at++
	}
	digits := d.at
	for ; d.at < len(d.text); d.at++ {
		switch c := d.text[d.at]; {
		case c >= '0' && c <= '9':
			n = n*10 + int64(c-'0')
			continue
		case c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-':
			plain = false
			continue
		}
		break
	}
	switch {
	case d.at == digits:
		return nil, false
	case plain && d.at-digits <= 15:
		if d.text[start] == '-' {
			n = -n
		}
		return n, true
	}
	v, err := value.ParseNumber(d.text[start:d.at])
	return v, err == nil
}

// string reads from one quote to the other.
func (d *decoder) string() (string, bool) {
	rest := d.text[d.at+1:]
	end := strings.IndexByte(rest, '"')
	if end < 0 {
		return "", false
	}
	if strings.IndexByte(rest[:end], '\\') < 0 {
		d.at += end + 2
		return rest[:end], true
	}
	return d.escaped(rest)
}

func (d *decoder) escaped(rest string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(rest); {
		switch c := rest[i]; c {
		case '"':
			d.at += i + 2
			return b.String(), true
		case '\\':
			n, ok := unescape(&b, rest[i:])
			if !ok {
				return "", false
			}
			i += n
		default:
			stop := strings.IndexAny(rest[i:], `"\`)
			if stop < 0 {
				return "", false
			}
			b.WriteString(rest[i : i+stop])
			i += stop
		}
	}
	return "", false
}

// unescape reads one escape, or the two of a surrogate pair, and says how long it is.
func unescape(b *strings.Builder, s string) (int, bool) {
	if len(s) < 2 {
		return 0, false
	}
	if at := strings.IndexByte(`"\/bfnrt`, s[1]); at >= 0 {
		b.WriteByte("\"\\/\b\f\n\r\t"[at])
		return 2, true
	}
	r, ok := hex4(s)
	if !ok {
		return 0, false
	}
	if !utf16.IsSurrogate(r) {
		b.WriteRune(r)
		return 6, true
	}
	low, ok := hex4(s[6:])
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, false
	}
	b.WriteRune(r)
	return 12, true
}

// hex4 reads \uXXXX.
func hex4(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	r := rune(0)
	for _, c := range []byte(s[2:6]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
