package meili

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kontor/pkg/search"
	"kontor/pkg/value"
)

// formatAttribute is an attribute of _formatted and what is done to its texts.
type formatAttribute struct {
	name      string
	highlight bool
	crop      int // words; 0 leaves a text whole
}

// formats says what _formatted has, in the order of the settings: what is to be highlighted or cropped, and then also what is answered as it
// is. It is nil if there is nothing to highlight or to crop.
func (s *Search) formats(a attributes, retrieve []string) []formatAttribute {
	crops := map[string]int{}
	for _, c := range s.crop {
		name, after, _ := cutLast(c, ':')
		if name == "*" {
			clear(crops) // the last one counts
		}
		crops[name] = s.cropLength
		if n, err := strconv.ParseUint(after, 10, 30); err == nil {
			crops[name] = int(n)
		}
	}
	lit := map[string]bool{}
	for _, name := range s.highlight {
		lit[name] = true
	}
	var out []formatAttribute
	asked := false
	for _, name := range a.names {
		length, cropped := crops[name]
		if !cropped {
			length, cropped = crops["*"]
		}
		f := formatAttribute{name, lit[name] || lit["*"], length}
		if f.highlight || cropped {
			asked = true
		} else if !slices.Contains(retrieve, name) {
			continue
		}
		out = append(out, f)
	}
	if !asked {
		return nil
	}
	return out
}

// appendFormatted writes an attribute of _formatted: texts and numbers as texts with their matches marked, lists element
// by element.
func (s style) appendFormatted(dst []byte, f formatAttribute, v any, matches []search.Match) []byte {
	switch x := v.(type) {
	case string:
		return value.AppendString(dst, s.format(f, x, matches))
	case value.List:
		matches = slices.SortedFunc(slices.Values(matches), func(a, b search.Match) int { return cmp.Compare(a.Element, b.Element) })
		dst = append(dst, '[')
		for i, e := range x {
			if i > 0 {
				dst = append(dst, ',')
			}
			first, _ := slices.BinarySearchFunc(matches, i, func(m search.Match, i int) int { return cmp.Compare(m.Element, i) })
			past, _ := slices.BinarySearchFunc(matches, i+1, func(m search.Match, i int) int { return cmp.Compare(m.Element, i) })
			dst = s.appendFormatted(dst, f, e, matches[first:past])
		}
		return append(dst, ']')
	case search.Point:
		dst = append(dst, `{"lat":"`...)
		dst = value.Append(dst, x.Lat)
		dst = append(dst, `","lng":"`...)
		dst = value.Append(dst, x.Lng)
		return append(dst, `"}`...)
	case bool:
		return strconv.AppendBool(dst, x)
	}
	return value.AppendString(dst, s.format(f, string(value.Append(nil, v)), matches))
}

// format cuts a text to the stretch that says most about what was searched for, and puts tags around what matched.
func (s style) format(f formatAttribute, text string, matches []search.Match) string {
	if !f.highlight && f.crop == 0 {
		return text
	}
	spans := spansOf(text, matches)
	cut := span{0, len(text)}
	if f.crop > 0 {
		cut = crop(text, spans, f.crop)
	}
	if !f.highlight {
		spans = nil
	}
	if len(spans) == 0 && cut.start == 0 && cut.end == len(text) {
		return text
	}
	var b strings.Builder
	b.Grow(cut.end - cut.start + len(s.marker)*2 + len(spans)*(len(s.pre)+len(s.post)))
	if cut.start > 0 {
		b.WriteString(s.marker)
	}
	at := cut.start
	for _, m := range spans {
		m.start, m.end = max(m.start, cut.start), min(m.end, cut.end)
		if m.start >= m.end {
			continue
		}
		b.WriteString(text[at:m.start])
		b.WriteString(s.pre)
		b.WriteString(text[m.start:m.end])
		b.WriteString(s.post)
		at = m.end
	}
	b.WriteString(text[at:cut.end])
	if cut.end < len(text) {
		b.WriteString(s.marker)
	}
	return b.String()
}

// span is a stretch of a text in bytes.
type span struct{ start, end int }

// spansOf gives the stretches that matched, in order and apart from each other. Whatever an engine says, none is outside of the text or cuts a
// character.
func spansOf(text string, matches []search.Match) []span {
	out := make([]span, 0, len(matches))
	for _, m := range matches {
		s := span{max(m.Start, 0), min(m.Start+m.Length, len(text))}
		for s.start < len(text) && s.start > 0 && !utf8.RuneStart(text[s.start]) {
			s.start--
		}
		for s.end > 0 && s.end < len(text) && !utf8.RuneStart(text[s.end]) {
			s.end++
		}
		if s.start < s.end {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b span) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end)) })
	kept := out[:0]
	end := 0
	for _, s := range out {
		if s.start = max(s.start, end); s.start < s.end {
			kept = append(kept, s)
			end = s.end
		}
	}
	return kept
}
