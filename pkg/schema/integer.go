package schema

import (
	"math"
	"strconv"

	"kontor/pkg/value"
)

// integerKind is a whole number that every JSON reader keeps.
type integerKind struct{}

func (integerKind) yup() string { return "number" }

func (integerKind) traits() traits { return traits{ordered: true, counted: true} }

func (integerKind) normal(f *Field, sent any) (any, *problem) {
	n, w := whole(sent)
	if w != nil {
		return nil, w
	}
	if w := outOfRange(f, float64(n), germanNumber); w != nil {
		return nil, w
	}
	return n, nil
}

// parse takes a fraction too: startYear < 2015.5 has a meaning.
func (integerKind) parse(_ *Field, s string) (any, *problem) { return parseNumber(s) }

func (integerKind) declare(f *Field, k keywords) {
	declareRange(f, k)
	for name, bound := range map[string]*float64{"minimum": f.Min, "maximum": f.Max} {
		if bound != nil && (*bound != math.Trunc(*bound) || math.Abs(*bound) > value.MaxInt) {
			k.wrong(name, "must be an integer within ±(2^53-1)")
		}
	}
}

// whole takes 2015 and 2015.0, never "2015".
func whole(sent any) (int64, *problem) {
	switch n := sent.(type) {
	case int:
		return whole(int64(n))
	case int64:
		if n <= value.MaxInt && n >= -value.MaxInt {
			return n, nil
		}
	case float64:
		if math.IsNaN(n) || math.IsInf(n, 0) {
			return 0, notNumber(sent)
		}
		if n != math.Trunc(n) {
			return 0, &problem{code: "integer", english: "must be an integer", german: "muss eine ganze Zahl sein."}
		}
		if math.Abs(n) <= value.MaxInt {
			return int64(n), nil
		}
	default:
		return 0, notNumber(sent)
	}
	return 0, &problem{
		code:    "too_big",
		english: "must be an integer within ±" + strconv.Itoa(value.MaxInt),
		german:  "die Zahl ist zu groß.",
	}
}

func notNumber(sent any) *problem {
	return wrongType("number", sent, "muss eine Zahl sein.")
}

func outOfRange(f *Field, n float64, german func(float64) string) *problem {
	switch {
	case f.Min != nil && n < *f.Min:
		return tooSmall(*f.Min, german)
	case f.Max != nil && n > *f.Max:
		return tooBig(*f.Max, german)
	}
	return nil
}

func declareRange(f *Field, k keywords) {
	f.Min, f.Max = k.number("minimum"), k.number("maximum")
	if f.Min != nil && f.Max != nil && *f.Min > *f.Max {
		k.wrong("minimum", "%s is more than maximum %s", number(*f.Min), number(*f.Max))
	}
}

// parseNumber reads a number by JSON's grammar, so that neither "NaN" nor "0x10" nor "1_000" is one.
func parseNumber(s string) (any, *problem) {
	if !jsonNumber.MatchString(s) {
		return nil, notNumber(s)
	}
	n, err := value.ParseNumber(s)
	if err != nil {
		return nil, notNumber(s)
	}
	if f, ok := n.(float64); ok && f == math.Trunc(f) && math.Abs(f) <= value.MaxInt {
		return int64(f), nil
	}
	return n, nil
}

func (integerKind) compare(v any) (any, *problem) { return wholeOrFraction(v) }

// wholeOrFraction takes any number, and a whole one as an integer.
func wholeOrFraction(v any) (any, *problem) {
	n, w := float(v)
	if w != nil {
		return nil, w
	}
	if i, w := whole(n); w == nil {
		return i, nil
	}
	return n, nil
}
