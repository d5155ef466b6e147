package meili

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kontor/pkg/search"
)

// The words of places in a filter.
const (
	radiusWord  = "_geoRadius"
	boxWord     = "_geoBoundingBox"
	polygonWord = "_geoPolygon"
)

// isReserved tells whether a name is none of an attribute in a filter.
func isReserved(name string) bool {
	return slices.Contains([]string{search.GeoAttribute, "_geoDistance", "_geoPoint"}, name)
}

// filterError is an error at some columns of a filter's text.
func filterError(source string, start, end int, format string, args ...any) error {
	e := refuse(invalidFilter, format, args...)
	e.Message += "\n" + strconv.Itoa(start) + ":" + strconv.Itoa(end) + " " + echo(source)
	return e
}

// value reads a word or a text in quotes.
func (p *filterParser) value() (term, error) {
	p.skip()
	start := p.at
	if start < len(p.source) && (p.source[start] == '"' || p.source[start] == '\'') {
		return p.quoted(p.source[start])
	}
	word := p.peekWord()
	switch {
	case word == radiusWord, word == boxWord, word == polygonWord:
		return term{}, p.fail(start, len(p.source), "The `%s` filter is an operation and can't be used as a value.", word)
	case isKeyword(word):
		return term{}, p.fail(start, start+len(word), "Was expecting a value but instead got `%s`, which is a reserved keyword. To use `%s` as a field name "+
			"or a value, surround it by quotes.", word, word)
	case word == "" && start == len(p.source):
		return term{}, p.fail(start, start, "Was expecting a value but instead got nothing.")
	case word == "":
		odd := p.oddWord()
		return term{}, p.fail(start, start+len(odd), "Was expecting a value but instead got `%s`.", echo(odd))
	}
	p.at += len(word)
	return term{word, start, p.at}, nil
}

// oddWord is what stands in the place of a value and is none.
func (p *filterParser) oddWord() string {
	rest := p.source[p.at:]
	_, size := utf8.DecodeRuneInString(rest)
	if i := strings.IndexFunc(rest[size:], func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("()=<>![],", r) }); i >= 0 {
		return rest[:size+i]
	}
	return rest
}

// quoted reads a text in quotes, with its escapes.
func (p *filterParser) quoted(quote byte) (term, error) {
	start := p.at
	var b strings.Builder
	for p.at++; p.at < len(p.source); {
		switch c := p.source[p.at]; {
		case c == quote:
			p.at++
			return term{b.String(), start + 1, p.at - 1}, nil
		case c == '\\':
			r, size, ok := unescape(p.source[p.at:])
			if !ok {
				return term{}, p.fail(p.at, p.at+size, "Malformed value: `%s` is no escape sequence; a backslash is written as two.", echo(p.source[p.at:p.at+size]))
			}
			b.WriteRune(r)
			p.at += size
		default:
			b.WriteByte(c)
			p.at++
		}
	}
	return term{}, p.fail(start, len(p.source), "Expression `%s` is missing the following closing delimiter: `%c`.", echo(p.source[start:]), quote)
}

// unescape reads an escape sequence: a quote or a backslash behind a backslash, one of the usual letters, \x with two hexadecimal digits, \u with
// four, \u{…} with up to six.
func unescape(s string) (r rune, size int, ok bool) {
	if len(s) < 2 {
		return 0, len(s), false
	}
	switch c := s[1]; c {
	case '"', '\'', '\\', '/':
		return rune(c), 2, true
	case 'n':
		return '\n', 2, true
	case 't':
		return '\t', 2, true
	case 'r':
		return '\r', 2, true
	case 'x':
		return codePoint(s, 2, 4)
	case 'u':
		if strings.HasPrefix(s[2:], "{") {
			end := strings.IndexByte(s, '}')
			if end < 4 || end > 9 {
				return 0, 3, false
			}
			r, _, ok = codePoint(s, 3, end)
			return r, end + 1, ok
		}
		return codePoint(s, 2, 6)
	}
	_, n := utf8.DecodeRuneInString(s[1:])
	return 0, 1 + n, false
}

// codePoint reads the hexadecimal digits from one byte to another.
func codePoint(s string, from, to int) (rune, int, bool) {
	if len(s) < to {
		return 0, len(s), false
	}
	n, err := strconv.ParseUint(s[from:to], 16, 32)
	return rune(n), to, err == nil && utf8.ValidRune(rune(n))
}

// geo reads a condition on a document's place.
func (p *filterParser) geo() (search.Filter, bool, error) {
	start := p.at
	var f search.Filter
	switch {
	case p.word(radiusWord):
		n, ok := p.numbers(3)
		if !ok {
			return f, true, p.fail(start, len(p.source), "The `_geoRadius` filter expects three arguments: `_geoRadius(latitude, longitude, radius)`.")
		}
		f = search.Filter{Op: search.Within, Attribute: search.GeoAttribute, Points: []search.Point{{Lat: n[0], Lng: n[1]}}, Numbers: n[2:]}
		if n[2] < 0 {
			return f, true, p.fail(start, p.at, "The radius `%s` is below zero.", plainNumber(n[2]))
		}
	case p.word(boxWord):
		corners, ok := p.corners()
		if !ok {
			return f, true, p.fail(start, len(p.source), "The `_geoBoundingBox` filter expects two pairs of arguments: "+
				"`_geoBoundingBox([latitude, longitude], [latitude, longitude])`.")
		}
		f = search.Filter{Op: search.Inside, Attribute: search.GeoAttribute, Points: corners}
		if corners[0].Lat < corners[1].Lat {
			return f, true, p.fail(start, p.at, "The top latitude `%s` is below the bottom latitude `%s`.", plainNumber(corners[0].Lat), plainNumber(corners[1].Lat))
		}
	case p.word(polygonWord):
		return f, true, notOffered("The filter `_geoPolygon`", "use `_geoBoundingBox` or `_geoRadius`")
	default:
		return f, false, nil
	}
	for _, at := range f.Points {
		if problem := offEarth(at); problem != "" {
			return f, true, p.fail(start, p.at, "%s", problem)
		}
	}
	p.uses = append(p.uses, use{search.GeoAttribute, p.source, column(p.source, start), column(p.source, p.at)})
	return f, true, nil
}

// numbers reads numbers in parentheses.
func (p *filterParser) numbers(count int) ([]float64, bool) {
	if !p.symbol("(") {
		return nil, false
	}
	out, ok := p.listed(count)
	return out, ok && p.symbol(")")
}

// corners reads two pairs of numbers in parentheses.
func (p *filterParser) corners() ([]search.Point, bool) {
	out := make([]search.Point, 0, 2)
	for _, before := range []string{"(", ","} {
		if !p.symbol(before) || !p.symbol("[") {
			return nil, false
		}
		n, ok := p.listed(2)
		if !ok || !p.symbol("]") {
			return nil, false
		}
		out = append(out, search.Point{Lat: n[0], Lng: n[1]})
	}
	return out, p.symbol(")")
}

// listed reads so many numbers with commas between them.
func (p *filterParser) listed(count int) ([]float64, bool) {
	out := make([]float64, count)
	for i := range out {
		if i > 0 && !p.symbol(",") {
			return nil, false
		}
		p.skip()
		rest := p.source[p.at:]
		n := len(rest)
		if end := strings.IndexFunc(rest, func(r rune) bool { return !strings.ContainsRune("+-.0123456789eE", r) }); end >= 0 {
			n = end
		}
		v, err := p.finite(term{rest[:n], p.at, p.at + n})
		if err != nil {
			return nil, false
		}
		out[i] = v
		p.at += n
	}
	return out, true
}
