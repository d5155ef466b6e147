package schema

import (
	"strings"
	"unicode"
)

const defaultText = 20_000

// textKind is several lines of plain text.
type textKind struct{}

func (textKind) yup() string { return "string" }

func (textKind) traits() traits { return traits{textual: true, localized: true} }

func (textKind) normal(f *Field, sent any) (any, *problem) {
	s, w := unicodeText(sent)
	if w != nil {
		return nil, w
	}
	s = unixLines(s)
	if strings.ContainsFunc(s, isControl) {
		return nil, controlCharacter()
	}
	if strings.TrimFunc(s, isSpace) == "" {
		return nil, nil
	}
	if w := longerThan(s, f.MaxLength); w != nil {
		return nil, w
	}
	return s, nil
}

func (textKind) declare(f *Field, k keywords) { declareLength(f, k, defaultText) }

func unixLines(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

func isControl(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }
