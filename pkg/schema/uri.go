package schema

import (
	"net/url"
	"strings"
	"unicode"
)

const maxURI = 2000

// uriKind is an absolute address that is safe to put into a link.
type uriKind struct{}

func (uriKind) yup() string { return "string" }

func (uriKind) traits() traits { return traits{textual: true, ordered: true, counted: true} }

func (uriKind) normal(_ *Field, sent any) (any, *problem) {
	s, w := line(sent)
	if w != nil || s == "" {
		return nil, w
	}
	if w := longerThan(s, maxURI); w != nil {
		return nil, w
	}
	if !isSafeURI(s) {
		return nil, badFormat("must be a valid URL", "ist keine vollständige Adresse mit https://, http://, mailto: oder tel:.")
	}
	return s, nil
}

func isSafeURI(s string) bool {
	if strings.ContainsFunc(s, func(r rune) bool {
		return isSpace(r) || !unicode.IsGraphic(r) || r == '\\' || r == '<' || r == '>' || r == '"'
	}) {
		return false
	}
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "http", "https":
		return u.Hostname() != ""
	case "mailto", "tel":
		return u.Opaque != ""
	}
	return false
}

func (uriKind) declare(f *Field, _ keywords) { f.MaxLength = maxURI }
