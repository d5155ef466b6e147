package schema

import (
	"math"
	"regexp"
)

var jsonNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// numberKind is a number with a fraction; it is stored as a float64 even if whole, so that one field has one type.
type numberKind struct{}

func (numberKind) yup() string { return "number" }

func (numberKind) traits() traits { return traits{ordered: true, counted: true} }

func (numberKind) normal(f *Field, sent any) (any, *problem) {
	n, w := float(sent)
	if w != nil {
		return nil, w
	}
	if w := outOfRange(f, n, germanNumber); w != nil {
		return nil, w
	}
	return n, nil
}

func (numberKind) parse(_ *Field, s string) (any, *problem) {
	n, w := parseNumber(s)
	if w != nil {
		return nil, w
	}
	return float(n)
}

func (numberKind) declare(f *Field, k keywords) { declareRange(f, k) }

func float(sent any) (float64, *problem) {
	switch n := sent.(type) {
	case int:
		return float64(n), nil
	case int64:
		return float64(n), nil
	case float64:
		if !math.IsNaN(n) && !math.IsInf(n, 0) {
			return n + 0, nil // makes -0 plain 0, which JSON and the stores keep apart otherwise
		}
	}
	return 0, notNumber(sent)
}

func (numberKind) compare(v any) (any, *problem) { return float(v) }
