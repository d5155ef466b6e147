package schema

import (
	"net/mail"
	"strings"
)

const maxEmail = 254 // RFC 5321, 4.5.3.1.3, without the angle brackets

// emailKind is a bare mail address.
type emailKind struct{}

func (emailKind) yup() string { return "string" }

func (emailKind) traits() traits { return traits{textual: true, ordered: true, counted: true} }

func (emailKind) normal(_ *Field, sent any) (any, *problem) {
	s, w := line(sent)
	if w != nil || s == "" {
		return nil, w
	}
	address, err := mail.ParseAddress(s)
	// What the parser has read differs from the text for display names, comments and quoted local parts.
	if err != nil || address.Address != s || address.Name != "" || len(s) > maxEmail || strings.ContainsAny(s, "[]\" ") {
		return nil, badFormat("must be a valid email", "ist keine gültige E-Mail-Adresse.")
	}
	i := strings.LastIndexByte(s, '@')
	return s[:i] + strings.ToLower(s[i:]), nil
}

func (emailKind) refuse(v any) *problem { return refuseInvisible(v) }

func (emailKind) declare(f *Field, _ keywords) { f.MaxLength = maxEmail }
