package schema

import (
	"fmt"
	"strings"
	"unicode"
)

// Invisible finds the first character of a single line, a title or a name, that nobody sees or that turns the direction of the text
// after it: with such characters two titles look alike, and a name can read as another. It returns the character and its place,
// counted from 1.
//
// Format characters are refused, bidi controls and zero-width characters among them, and so are letters that are drawn as nothing.
// What a writer means to type stays: soft hyphens, the signs that Arabic writes around numbers, a zero-width joiner between
// emoji (a firefighter is a woman, a joiner and a fire engine), and joiners between letters of the scripts that are spelled with them.
//
// Text of several lines and rich text is not judged: paragraphs in Arabic or Hebrew need direction marks, Persian needs the
// non-joiner, and the direction ends with the paragraph.
func Invisible(s string) (r rune, place int, found bool) {
	if !strings.ContainsFunc(s, isInvisible) {
		return 0, 0, false
	}
	runes := []rune(s)
	for i, r := range runes {
		if isInvisible(r) && !(i > 0 && i+1 < len(runes) && joins(r, runes[i-1], runes[i+1])) {
			return r, i + 1, true
		}
	}
	return 0, 0, false
}

const (
	softHyphen = '\u00ad'
	nonJoiner  = '\u200c'
	joiner     = '\u200d'
)

func isInvisible(r rune) bool {
	switch r {
	case softHyphen:
		return false
	case '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u3164', '\uffa0': // a joiner, Hangul fillers and Khmer vowels: no format characters, and not drawn
		return true
	}
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// joined are the scripts in which a joiner or non-joiner changes how a word is spelled.
var joined = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
	unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar,
}

// joins tells whether a joiner stands where it belongs, between two characters that it joins.
func joins(r, before, after rune) bool {
	switch {
	case r != joiner && r != nonJoiner:
		return false
	case unicode.In(before, joined...) && unicode.In(after, joined...):
		return true
	}
	emoji := unicode.Is(unicode.So, before) || unicode.Is(unicode.Sk, before) || before == '\ufe0f' // Sk: the colour of skin
	return r == joiner && emoji && unicode.Is(unicode.So, after)
}

// refuseInvisible is the judgement of newcomer for kinds of one line.
func refuseInvisible(v any) *problem {
	s, _ := v.(string)
	r, place, found := Invisible(s)
	if !found {
		return nil
	}
	return badFormat(fmt.Sprintf("must not contain invisible characters (%U at character %d)", r, place),
		fmt.Sprintf("enthält ein unsichtbares Zeichen (%U an Stelle %d); bitte löschen Sie es.", r, place))
}
