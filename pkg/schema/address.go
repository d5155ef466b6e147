package schema

import (
	"net/url"
	"strings"
	"unicode"
)

// normalAddress writes an address as browsers read it: without space around it and without tabs and
// line breaks, with spaces and lone percent signs escaped. A telephone number loses its spaces.
func normalAddress(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' || isSpace(r) })
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
	if len(s) > 4 && strings.EqualFold(s[:4], "tel:") {
		return "tel:" + strings.ReplaceAll(strings.Map(dropSpace, s[4:]), "%20", "")
	}
	var b strings.Builder
	for i := range len(s) {
		switch {
		case s[i] == ' ':
			b.WriteString("%20")
		case s[i] == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])):
			b.WriteString("%25")
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func dropSpace(r rune) rune {
	if isSpace(r) {
		return -1
	}
	return r
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

// safeAddress returns an address in the form in which it is stored. It is not ok for one that
// cannot be read or that is of a scheme that rich text does not keep.
func safeAddress(s string) (string, bool) {
	u, err := url.Parse(s)
	if err != nil {
		return "", false
	}
	switch u.Scheme {
	case "", "http", "https", "mailto", "tel":
		return u.String(), true
	case entryScheme:
		return s, isEntryAddress(u)
	}
	return "", false
}

// isEntryAddress tells whether an address names an entry.
func isEntryAddress(u *url.URL) bool {
	return entryLink.MatchString(u.Opaque) && u.RawQuery == "" && u.Fragment == ""
}

// fragmentOf returns the name that an address within the same text leads to, "" for every other
// address.
func fragmentOf(address string) string {
	name, ok := strings.CutPrefix(address, "#")
	if !ok {
		return ""
	}
	if decoded, err := url.PathUnescape(name); err == nil {
		return decoded
	}
	return name
}
