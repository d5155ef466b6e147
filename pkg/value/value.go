// Package value is the tree that entries, bodies and documents are made of, and its JSON.
//
// A value is nil, bool, int64 within ±(2^53-1), finite float64, string (UTF-8), List or Object. Nil, a missing key and an empty
// list mean the same; Normal makes them one. Values are plain data: whoever gets one may keep it, nobody changes one in place
// that came from elsewhere.
package value

import (
	"maps"
	"slices"
	"strings"
)

// MaxInt is the largest integer that every JSON reader keeps exactly (RFC 8259, section 6).
const MaxInt = 1<<53 - 1

// Object maps names to values.
type Object = map[string]any

// List is a sequence of values.
type List = []any

// Normal gives v without nils, empty lists and empty objects in objects, and nil where nothing is left. It copies what it changes.
func Normal(v any) any {
	if isNormal(v) {
		return v
	}
	switch x := v.(type) {
	case List:
		out := make(List, 0, len(x))
		for _, e := range x {
			if n := Normal(e); n != nil {
				out = append(out, n)
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case Object:
		out := make(Object, len(x))
		for k, e := range x {
			if n := Normal(e); n != nil {
				out[k] = n
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	default:
		return nil
	}
}

// isNormal tells whether Normal would give v back as it is.
func isNormal(v any) bool {
	switch x := v.(type) {
	case nil:
		return false
	case List:
		for _, e := range x {
			if !isNormal(e) {
				return false
			}
		}
		return len(x) > 0
	case Object:
		for _, e := range x {
			if !isNormal(e) {
				return false
			}
		}
		return len(x) > 0
	default:
		return true
	}
}

// Clone copies v to its leaves.
func Clone(v any) any {
	switch x := v.(type) {
	case List:
		out := make(List, len(x))
		for i, e := range x {
			out[i] = Clone(e)
		}
		return out
	case Object:
		return CloneObject(x)
	default:
		return v
	}
}

// CloneObject copies o to its leaves; nil stays nil.
func CloneObject(o Object) Object {
	if o == nil {
		return nil
	}
	out := make(Object, len(o))
	for k, e := range o {
		out[k] = Clone(e)
	}
	return out
}

// Equal tells whether two values are the same; an int64 equals the float64 of the same number.
func Equal(a, b any) bool {
	switch x := a.(type) {
	case List:
		y, ok := b.(List)
		return ok && slices.EqualFunc(x, y, Equal)
	case Object:
		y, ok := b.(Object)
		return ok && maps.EqualFunc(x, y, Equal)
	case nil:
		return b == nil
	default:
		c, ok := Compare(a, b)
		return ok && c == 0
	}
}

// Compare orders two scalars of one type: false before true, numbers by size, strings by bytes. It is not ok for values of
// different types, for lists, objects and nil.
func Compare(a, b any) (order int, ok bool) {
	switch x := a.(type) {
	case bool:
		y, ok := b.(bool)
		switch {
		case !ok:
			return 0, false
		case x == y:
			return 0, true
		case y:
			return -1, true
		default:
			return 1, true
		}
	case string:
		y, ok := b.(string)
		return strings.Compare(x, y), ok
	case int64:
		switch y := b.(type) {
		case int64:
			return compareNumber(x, y), true
		case float64:
			return compareNumber(float64(x), y), true
		}
	case float64:
		switch y := b.(type) {
		case int64:
			return compareNumber(x, float64(y)), true
		case float64:
			return compareNumber(x, y), true
		}
	}
	return 0, false
}

func compareNumber[N int64 | float64](a, b N) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

// Get gives the value at a dotted path, nil if there is none. It does not look inside lists.
func Get(o Object, path string) any {
	for {
		name, rest, deep := strings.Cut(path, ".")
		v, ok := o[name]
		if !ok || !deep {
			return v
		}
		if o, ok = v.(Object); !ok {
			return nil
		}
		path = rest
	}
}
