package sqlitestore

import (
	"math"
	"unicode/utf8"

	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// encodePart writes a part as it is stored: normalised, with whole floats told from integers. Nil and empty give nil, no part.
func encodePart(o value.Object) (any, error) {
	if err := checkValue(o, 0); err != nil {
		return nil, err
	}
	n := value.Normal(o)
	if n == nil {
		return nil, nil
	}
	return string(value.AppendCanonical(nil, n)), nil
}

// checkValue refuses what would not come back as it went in.
func checkValue(v any, depth int) error {
	if depth > value.MaxDepth {
		return fault.New(fault.Invalid, "A value is nested more than %d levels deep", value.MaxDepth)
	}
	switch x := v.(type) {
	case nil, bool:
	case int64:
		if x > value.MaxInt || x < -value.MaxInt {
			return fault.New(fault.Invalid, "The number %d is beyond ±(2^53-1)", x)
		}
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fault.New(fault.Invalid, "A number is not finite")
		}
	case string:
		return checkText(x)
	case value.List:
		for _, e := range x {
			if err := checkValue(e, depth+1); err != nil {
				return err
			}
		}
	case value.Object:
		for k, e := range x {
			if err := checkText(k); err != nil {
				return err
			}
			if err := checkValue(e, depth+1); err != nil {
				return err
			}
		}
	default:
		return fault.New(fault.Invalid, "A %T is no value", v)
	}
	return nil
}

func checkText(s string) error {
	if !utf8.ValidString(s) {
		return fault.New(fault.Invalid, "A text is not UTF-8")
	}
	return nil
}

func checkKey(key string) error {
	if len(key) == 0 || len(key) > 1000 || !utf8.ValidString(key) {
		return fault.New(fault.Invalid, "A key has 1 to 1,000 bytes of UTF-8")
	}
	return nil
}
