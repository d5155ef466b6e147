package mongostore

import (
	"strconv"
	"strings"
	"unicode"

	"kontor/pkg/fault"
	"kontor/pkg/store"
)

// The fields of a document beside its parts. No part has such a name.
const (
	keyField   = "_id"
	revField   = "rev"
	writeField = "write" // the id of the last Insert, Keep or Replace
)

// escape gives the name under which a field is stored. MongoDB ends a name at a NUL, splits paths at dots, takes a leading "$" for an
// operator and a number in a path for a position in a list; such names, the empty one, those with "%" and those whose spaces at the
// ends nobody would see are written with %XX.
func escape(name string) string {
	if name == "" {
		return "%"
	}
	if !special(name) {
		return name
	}
	var b strings.Builder
	digits := number(name)
	from, to := inner(name)
	for i := range len(name) {
		c := name[i]
		if c == 0 || c == '.' || c == '%' || i == 0 && (c == '$' || digits) || i < from || i >= to {
			b.WriteByte('%')
			b.WriteByte("0123456789abcdef"[c>>4])
			b.WriteByte("0123456789abcdef"[c&15])
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func special(name string) bool {
	from, to := inner(name)
	return from > 0 || to < len(name) || name[0] == '$' || strings.ContainsAny(name, "\x00.%") || number(name)
}

// inner gives where a name's spaces at its start end, and where those at its end begin.
func inner(name string) (from, to int) {
	return len(name) - len(strings.TrimLeftFunc(name, unicode.IsSpace)), len(strings.TrimRightFunc(name, unicode.IsSpace))
}

func number(name string) bool {
	for i := range len(name) {
		if name[i] < '0' || name[i] > '9' {
			return false
		}
	}
	return true
}

// unescape gives the name of a stored field. What escape never writes stays as it is.
func unescape(stored string) string {
	if strings.IndexByte(stored, '%') < 0 {
		return stored
	}
	if stored == "%" {
		return ""
	}
	var b strings.Builder
	for i := 0; i < len(stored); i++ {
		if stored[i] == '%' && i+2 < len(stored) {
			if c, err := strconv.ParseUint(stored[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(stored[i])
	}
	return b.String()
}

// documentPath gives the stored path of one that starts with a part.
func documentPath(path string) (string, error) {
	part, rest, err := store.CheckPath(path)
	if err != nil || part == path {
		return part, err
	}
	return part + "." + escapePath(rest), nil
}

// elementPath gives the stored path of one within an element of a list.
func elementPath(path string) (string, error) {
	if strings.Contains(path, "\x00") {
		return "", fault.New(fault.Invalid, "The path %q has a NUL", path)
	}
	return escapePath(path), nil
}

func escapePath(path string) string {
	if plain(path) {
		return path
	}
	names := strings.Split(path, ".")
	for i, name := range names {
		names[i] = escape(name)
	}
	return strings.Join(names, ".")
}

// plain tells that no name of a path needs a look: it has letters only.
func plain(path string) bool {
	letter := false
	for i := range len(path) {
		switch c := path[i]; {
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letter = true
		case c == '.' && letter && i < len(path)-1:
			letter = false
		default:
			return false
		}
	}
	return letter
}
