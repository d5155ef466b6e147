package schema

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"kontor/pkg/value"
)

// problem is what is wrong with a value, without the place where it stands.
//
// The codes are stable: required, type, integer, format, pattern, enum, unknown, duplicate, too_long, too_short, too_small,
// too_big, too_many, too_few, too_large, too_early, too_late, choice, stored, lost.
type problem struct {
	code    string
	english string // after the field's name; the whole sentence if alone
	german  string // after the field's title and a colon
	alone   bool
}

func (w *problem) inEnglish(p *place) string {
	if w.alone || p == nil {
		return w.english
	}
	return p.english() + " " + w.english
}

func (w *problem) inGerman(p *place) string {
	if p == nil {
		return w.german
	}
	return p.german() + ": " + w.german
}

// wrongType says in the words of Strapi's validator that a value is not of the kind's type.
func wrongType(yup string, sent any, german string) *problem {
	return &problem{code: "type", english: fmt.Sprintf("must be a `%s` type, but the final value was: `%s`.", yup, show(sent)), german: german}
}

func notText(sent any) *problem {
	return wrongType("string", sent, "muss ein Text sein.")
}

func tooLong(most, length int) *problem {
	return &problem{
		code:    "too_long",
		english: fmt.Sprintf("must be at most %d characters", most),
		german:  fmt.Sprintf("höchstens %d Zeichen; es sind %d.", most, length),
	}
}

func tooShort(least int) *problem {
	return &problem{
		code:    "too_short",
		english: fmt.Sprintf("must be at least %d characters", least),
		german:  fmt.Sprintf("mindestens %d Zeichen.", least),
	}
}

// tooSmall writes the bound in German by german, since money is stored in cents but read in euros.
func tooSmall(least float64, german func(float64) string) *problem {
	return &problem{
		code:    "too_small",
		english: "must be greater than or equal to " + number(least),
		german:  "darf nicht kleiner als " + german(least) + " sein.",
	}
}

func tooBig(most float64, german func(float64) string) *problem {
	return &problem{
		code:    "too_big",
		english: "must be less than or equal to " + number(most),
		german:  "darf nicht größer als " + german(most) + " sein.",
	}
}

func noMatch(pattern string) *problem {
	return &problem{
		code:    "pattern",
		english: fmt.Sprintf("must match the following: \"/%s/\"", pattern),
		german:  "entspricht nicht dem verlangten Muster " + pattern + ".",
	}
}

func badFormat(english, german string) *problem {
	return &problem{code: "format", english: english, german: german}
}

// badFormatAlone is for the formats where Strapi doesn't name the field.
func badFormatAlone(english, german string) *problem {
	return &problem{code: "format", english: english, german: german, alone: true}
}

func tooMany(most int) *problem {
	return &problem{
		code:    "too_many",
		english: fmt.Sprintf("field must have less than or equal to %d items", most),
		german:  "höchstens " + entries(most) + ".",
	}
}

func tooFew(least int) *problem {
	return &problem{
		code:    "too_few",
		english: fmt.Sprintf("field must have at least %d items", least),
		german:  "mindestens " + entries(least) + ".",
	}
}

func duplicate() *problem {
	return &problem{code: "duplicate", english: "must not be in the list twice", german: "steht schon in der Liste."}
}

func unknownKey(p *place) *problem {
	english := "Invalid key " + p.name
	if names := p.names(); len(names) > 1 {
		english += " at " + strings.Join(names, ".")
	}
	return &problem{code: "unknown", english: english, german: "dieses Feld gibt es nicht.", alone: true}
}

// missing is Strapi's message for a required field without a value.
func missing(f *Field) *problem {
	yup := kinds[f.Kind].yup()
	if f.Many {
		yup = "array"
	}
	w := wrongType(yup, nil, "ist ein Pflichtfeld und darf nicht leer sein.")
	w.code = "required"
	return w
}

func entries(n int) string {
	if n == 1 {
		return "1 Eintrag"
	}
	return strconv.Itoa(n) + " Einträge"
}

func number(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) <= value.MaxInt {
		return strconv.FormatInt(int64(f), 10)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

func germanNumber(f float64) string {
	return strings.Replace(number(f), ".", ",", 1)
}

const maxShown = 500 // characters of a wrong value that go into an answer

// show writes a value into a message.
func show(v any) string {
	if !isValue(v, 0) {
		return fmt.Sprintf("%T", v)
	}
	return cut(string(value.Append(nil, v)), 100)
}

// shorten keeps a wrong value small enough to be sent back.
func shorten(v any) any {
	switch x := v.(type) {
	case string:
		return cut(strings.ToValidUTF8(x, "\ufffd"), maxShown)
	case value.List, value.Object:
		if !isValue(v, 0) {
			return nil
		}
		if text := value.Append(nil, v); len(text) > maxShown {
			return cut(string(text), maxShown)
		}
		return v
	}
	if !isValue(v, 0) {
		return nil
	}
	return v
}

func cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// isValue tells whether v is made of the types that package value knows; what code hands in is not always decoded JSON.
func isValue(v any, depth int) bool {
	if depth > value.MaxDepth {
		return false
	}
	switch x := v.(type) {
	case nil, bool, string, int64:
		return true
	case float64:
		return !math.IsNaN(x) && !math.IsInf(x, 0)
	case value.List:
		for _, e := range x {
			if !isValue(e, depth+1) {
				return false
			}
		}
		return true
	case value.Object:
		for _, e := range x {
			if !isValue(e, depth+1) {
				return false
			}
		}
		return true
	}
	return false
}
