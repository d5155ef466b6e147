package blevesearch

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// runeClass says what a character is to the words of a text.
type runeClass uint8

const (
	separator runeClass = iota
	hidden              // inside of words and not seen
	letter              // a letter, digit or mark
	raised              // a digit above or below the line: part of a word, but not of a number
	symbol              // stands for words of its own: № and ½
)

// classOf returns the class of a character of a text.
func classOf(r rune) runeClass {
	switch {
	case r < 0x80:
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
			return letter
		}
		return separator
	case 0xc0 <= r && r < 0x250 && r != '×' && r != '÷':
		return letter
	case r == unicode.ReplacementChar:
		return separator
	case ignored(r):
		return hidden
	case unicode.Is(unicode.No, r):
		return numeric(r)
	case unicode.In(r, unicode.L, unicode.N, unicode.M):
		return letter
	}
	for _, part := range decomposed(r) {
		if unicode.In(part, unicode.L, unicode.N) {
			return symbol
		}
	}
	return separator
}

// numeric returns the class of a number that is not made of digits of a script.
func numeric(r rune) runeClass {
	for _, part := range decomposed(r) {
		if !unicode.IsDigit(part) {
			return symbol
		}
	}
	return raised
}

// decomposed returns the compatibility decomposition of a character (NFKD), or the character itself.
func decomposed(r rune) string {
	s := string(r)
	if d := norm.NFKD.PropertiesString(s).Decomposition(); d != nil {
		return string(d)
	}
	return s
}

// ignored are characters that are inside words and not seen: soft hyphens and those of no width.
func ignored(r rune) bool {
	switch r {
	case '\u00ad', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff':
		return true
	}
	return false
}
