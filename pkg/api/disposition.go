package api

import (
	"errors"
	"mime"
	"strings"
	"unicode/utf8"
)

// parseDisposition reads the parameters of a Content-Disposition. Old clients and scripts write
// names in Latin-1, or without the quotation marks that letters outside ASCII need.
func parseDisposition(header string) (map[string]string, error) {
	_, params, err := mime.ParseMediaType(header)
	if err != nil {
		params, err = looseParameters(header)
	}
	if name, ok := params["filename"]; ok {
		params["filename"] = fromLatin1(name)
	}
	return params, err
}

// looseParameters takes each value up to the next semicolon or the closing quotation mark.
// filename*, of which a strict reader has understood nothing, is left out.
func looseParameters(header string) (map[string]string, error) {
	kind, rest, _ := strings.Cut(header, ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "form-data") {
		return nil, errors.New("not form-data")
	}
	params := map[string]string{}
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		name, after, found := strings.Cut(rest, "=")
		if !found {
			return nil, errors.New("a parameter without a value")
		}
		var v string
		if after = strings.TrimSpace(after); strings.HasPrefix(after, `"`) {
			v, after, found = strings.Cut(after[1:], `"`)
			if !found {
				return nil, errors.New("a quotation mark is not closed")
			}
			_, rest, _ = strings.Cut(after, ";")
		} else {
			v, rest, _ = strings.Cut(after, ";")
		}
		if name = strings.ToLower(strings.TrimSpace(name)); !strings.HasSuffix(name, "*") {
			params[name] = strings.TrimSpace(v)
		}
	}
	return params, nil
}

// fromLatin1 reads text that is not UTF-8 as Latin-1, in which each byte is a character.
func fromLatin1(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	r := make([]rune, len(s))
	for i := range len(s) {
		r[i] = rune(s[i])
	}
	return string(r)
}
