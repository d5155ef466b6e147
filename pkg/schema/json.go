package schema

import (
	"fmt"

	"kontor/pkg/value"
)

const (
	maxJSON      = 64 << 10 // bytes of the canonical text
	maxJSONDepth = 20
)

// jsonKind is anything, stored as the text of its canonical JSON: what is inside is neither searched nor compared, and a null in
// it stays.
type jsonKind struct{}

func (jsonKind) yup() string { return "mixed" }

func (jsonKind) traits() traits { return traits{} }

func (jsonKind) normal(_ *Field, sent any) (any, *problem) {
	if sent == nil {
		return nil, nil
	}
	if !isValue(sent, 0) {
		return nil, wrongType("mixed", nil, "muss JSON sein.")
	}
	if depth(sent) > maxJSONDepth {
		return nil, &problem{
			code:    "too_large",
			english: fmt.Sprintf("must not nest deeper than %d levels", maxJSONDepth),
			german:  fmt.Sprintf("höchstens %d Ebenen tief.", maxJSONDepth),
		}
	}
	text := value.AppendCanonical(nil, sent)
	if len(text) > maxJSON {
		return nil, &problem{
			code:    "too_large",
			english: fmt.Sprintf("must be at most %d bytes of JSON", maxJSON),
			german:  fmt.Sprintf("höchstens %d Bytes JSON.", maxJSON),
		}
	}
	return string(text), nil
}

// check reads the text back, since normal would take it for a JSON string.
func (k jsonKind) check(f *Field, v any) *problem {
	text, ok := v.(string)
	if !ok {
		return notStored()
	}
	inner, err := value.Decode([]byte(text))
	if err != nil {
		return notStored()
	}
	again, w := k.normal(f, inner)
	if w != nil {
		return w
	}
	if again != text {
		return notStored()
	}
	return nil
}

func (jsonKind) parse(*Field, string) (any, *problem) { return nil, notComparable() }

func depth(v any) int {
	deepest := 0
	switch x := v.(type) {
	case value.List:
		for _, e := range x {
			deepest = max(deepest, depth(e))
		}
		return deepest + 1
	case value.Object:
		for _, e := range x {
			deepest = max(deepest, depth(e))
		}
		return deepest + 1
	}
	return 0
}

func (jsonKind) compare(any) (any, *problem) { return nil, notComparable() }
