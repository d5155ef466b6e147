package blevesearch

import (
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"slices"

	"kontor/pkg/search"
	"kontor/pkg/value"
)

// A stored document is its revision and its attributes: name, length, value. The length lets a reader pass over what is not wanted. A
// value is a letter for its kind and what it needs.
const (
	kindText  = 's'
	kindInt   = 'i'
	kindFloat = 'f'
	kindTrue  = 'T'
	kindFalse = 'F'
	kindList  = 'l'
	kindPoint = 'p'
)

var errStored = errors.New("a stored document is damaged")

func encodeStored(rev int64, attributes map[string]any) []byte {
	out := binary.AppendVarint(nil, rev)
	var buf []byte
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		buf = appendStored(buf[:0], attributes[name])
		out = appendBytes(out, name)
		out = appendBytes(out, string(buf))
	}
	return out
}

func appendBytes(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendStored(dst []byte, v any) []byte {
	switch x := v.(type) {
	case string:
		return appendBytes(append(dst, kindText), x)
	case int64:
		return binary.AppendVarint(append(dst, kindInt), x)
	case float64:
		return binary.BigEndian.AppendUint64(append(dst, kindFloat), math.Float64bits(x))
	case bool:
		if x {
			return append(dst, kindTrue)
		}
		return append(dst, kindFalse)
	case search.Point:
		dst = binary.BigEndian.AppendUint64(append(dst, kindPoint), math.Float64bits(x.Lat))
		return binary.BigEndian.AppendUint64(dst, math.Float64bits(x.Lng))
	case value.List:
		dst = binary.AppendUvarint(append(dst, kindList), uint64(len(x)))
		for _, e := range x {
			dst = appendStored(dst, e)
		}
	}
	return dst
}

// decodeStored gives the revision and the attributes that are wanted.
func decodeStored(data []byte, want func(name string) bool) (int64, map[string]any, error) {
	r := storedReader{data: data}
	rev := r.varint()
	out := map[string]any{}
	for len(r.data) > 0 && r.err == nil {
		name, body := string(r.bytes()), r.bytes()
		if r.err == nil && want(name) {
			inner := storedReader{data: body}
			out[name] = inner.value()
			r.err = inner.err
		}
	}
	return rev, out, r.err
}

type storedReader struct {
	data []byte
	err  error
}

func (r *storedReader) take(n uint64) []byte {
	if r.err != nil || n > uint64(len(r.data)) {
		r.err, r.data = errStored, nil
		return nil
	}
	out := r.data[:n]
	r.data = r.data[n:]
	return out
}

func (r *storedReader) varint() int64 {
	v, n := binary.Varint(r.data)
	if n <= 0 {
		r.take(uint64(len(r.data)) + 1)
		return 0
	}
	r.data = r.data[n:]
	return v
}

func (r *storedReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.data)
	if n <= 0 {
		r.take(uint64(len(r.data)) + 1)
		return 0
	}
	r.data = r.data[n:]
	return v
}

func (r *storedReader) bytes() []byte { return r.take(r.uvarint()) }

func (r *storedReader) float() float64 {
	b := r.take(8)
	if b == nil {
		return 0
	}
	return math.Float64frombits(binary.BigEndian.Uint64(b))
}

func (r *storedReader) value() any {
	kind := r.take(1)
	if kind == nil {
		return nil
	}
	switch kind[0] {
	case kindText:
		return string(r.bytes())
	case kindInt:
		return r.varint()
	case kindFloat:
		return r.float()
	case kindTrue:
		return true
	case kindFalse:
		return false
	case kindPoint:
		return search.Point{Lat: r.float(), Lng: r.float()}
	case kindList:
		n := r.uvarint()
		list := make(value.List, 0, min(n, uint64(len(r.data))))
		for ; n > 0 && r.err == nil; n-- {
			list = append(list, r.value())
		}
		return list
	}
	r.err = errStored
	return nil
}
