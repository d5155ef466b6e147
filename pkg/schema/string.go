package schema

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	defaultString = MaxSortLength
	maxString     = 2000
)

// stringKind is one line of text.
type stringKind struct{}

func (stringKind) yup() string { return "string" }

func (stringKind) traits() traits {
	return traits{textual: true, ordered: true, counted: true, localized: true, short: true}
}

func (stringKind) normal(f *Field, sent any) (any, *problem) {
	s, w := line(sent)
	if w != nil || s == "" {
		return nil, w
	}
	if w := longerThan(s, f.MaxLength); w != nil {
		return nil, w
	}
	if f.Pattern != nil && !f.Pattern.MatchString(s) {
		return nil, noMatch(f.Pattern.String())
	}
	return s, nil
}

func (stringKind) refuse(v any) *problem { return refuseInvisible(v) }

func (stringKind) declare(f *Field, k keywords) {
	declareLength(f, k, defaultString)
	if f.MaxLength > maxString {
		k.wrong("maxLength", "a line has at most %d characters; use contentMediaType text/plain for more", maxString)
	}
	if source, ok := k.text("pattern"); ok {
		pattern, err := regexp.Compile(source)
		if err != nil {
			k.wrong("pattern", "%v", err)
			return
		}
		f.Pattern = pattern
	}
}

func declareLength(f *Field, k keywords, most int) {
	f.MinLength = k.whole("minLength", 0)
	f.MaxLength = k.whole("maxLength", most)
	if f.MinLength > f.MaxLength {
		k.wrong("minLength", "%d is more than maxLength %d", f.MinLength, f.MaxLength)
	}
}

// line gives a text without line breaks, in NFC and without space around it; "" means absent.
func line(sent any) (string, *problem) {
	s, w := unicodeText(sent)
	if w != nil {
		return "", w
	}
	s = strings.TrimFunc(s, isSpace)
	switch i := strings.IndexFunc(s, isBreakOrControl); {
	case i < 0:
		return s, nil
	case strings.ContainsRune("\n\r\u2028\u2029\u0085\v\f", firstRune(s[i:])):
		return "", badFormat("must be a single line", "darf keinen Zeilenumbruch enthalten.")
	default:
		return "", controlCharacter()
	}
}

// unicodeText takes a string that is UTF-8 and gives it in NFC.
func unicodeText(sent any) (string, *problem) {
	s, w := utf8Text(sent)
	return norm.NFC.String(s), w
}

func utf8Text(sent any) (string, *problem) {
	s, ok := sent.(string)
	if !ok {
		return "", notText(sent)
	}
	if !utf8.ValidString(s) {
		return "", badFormat("must be valid UTF-8", "enthält ungültige Zeichen.")
	}
	return s, nil
}

func controlCharacter() *problem {
	return badFormat("must not contain control characters", "enthält Steuerzeichen.")
}

func longerThan(s string, most int) *problem {
	if most <= 0 || len(s) <= most {
		return nil
	}
	if n := utf8.RuneCountInString(s); n > most {
		return tooLong(most, n)
	}
	return nil
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// isSpace also takes the byte order mark, which editors paste without seeing it.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' }

func isBreakOrControl(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }
