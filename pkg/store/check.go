package store

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// What follows is the checks that every driver makes before it asks its database: a defect of the caller is the same Invalid on
// each, and nothing of the call has happened.

var collectionName = regexp.MustCompile(`^_?[a-z][a-z0-9-]{0,79}~?$`)

// CheckName refuses what is no name of a collection.
func CheckName(name string) error {
	if !collectionName.MatchString(name) {
		return fault.New(fault.Invalid, "The name of the collection %q is not allowed", name)
	}
	return nil
}

// CheckKey refuses what is no key.
func CheckKey(key string) error {
	if len(key) == 0 || len(key) > 1000 || !utf8.ValidString(key) {
		return fault.New(fault.Invalid, "A key has 1 to 1,000 bytes of UTF-8")
	}
	return nil
}

// CheckParts gives the parts that are to be loaded, each once and all for nil, and refuses what is none.
func CheckParts(parts []string) ([]string, error) {
	if parts == nil {
		return Parts(), nil
	}
	for i, p := range parts {
		if !slices.Contains(Parts(), p) {
			return nil, fault.New(fault.Invalid, "A document has no part %q", p)
		}
		if slices.Contains(parts[:i], p) {
			return CheckParts(slices.Compact(slices.Sorted(slices.Values(parts))))
		}
	}
	return parts, nil
}

// CheckPath splits a path of a document into its part and the rest, which is empty for the part itself. No path reaches a NUL.
func CheckPath(path string) (part, rest string, err error) {
	part, rest, _ = strings.Cut(path, ".")
	switch {
	case !slices.Contains(Parts(), part):
		return "", "", fault.New(fault.Invalid, "The path %q starts with no part of a document", path)
	case strings.Contains(rest, "\x00"):
		return "", "", fault.New(fault.Invalid, "The path %q has a NUL", path)
	}
	return part, rest, nil
}

// CheckWindow refuses an offset and a limit that are none.
func CheckWindow(offset, limit int) error {
	if offset < 0 || limit < 0 {
		return fault.New(fault.Invalid, "An offset or a limit is negative")
	}
	return nil
}

// CheckOp refuses an op that no driver can run.
func CheckOp(op Op) error {
	if err := CheckKey(op.Key); err != nil {
		return err
	}
	switch {
	case op.Kind < Insert || op.Kind > Delete:
		return fault.New(fault.Invalid, "The kind of an op is not known")
	case op.Kind != Replace && len(op.Set)+len(op.Inc) > 0:
		return fault.New(fault.Invalid, "Only a replace sets or adds to fields")
	case op.Kind == Delete:
		return nil
	}
	for name, part := range op.Parts {
		if _, err := CheckParts([]string{name}); err != nil {
			return err
		}
		if op.Kind == Replace && name == Meta {
			return fault.New(fault.Invalid, "A replace does not exchange the part %s", Meta)
		}
		if err := CheckValue(part); err != nil {
			return err
		}
	}
	return CheckChange(op.Set, op.Inc)
}

// CheckChange refuses what Set and Inc can't carry.
func CheckChange(set value.Object, inc map[string]int64) error {
	if err := CheckValue(set); err != nil {
		return err
	}
	for name, n := range inc {
		if _, twice := set[name]; twice {
			return fault.New(fault.Invalid, "The field %q is set and added to at once", name)
		}
		if err := CheckValue(value.Object{name: n}); err != nil {
			return err
		}
	}
	return nil
}

// CheckValue refuses what would not come back as it went in.
func CheckValue(v any) error { return checkValue(v, 0) }

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
