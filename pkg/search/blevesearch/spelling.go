package blevesearch

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxCuts is at how many places one word is taken apart.
const maxCuts = 3

// spellings returns how else a term is written, alone or with the terms after it: in one word, or in several where
// letters and digits meet (A40, A 40).
func spellings(terms []term, i int) []alternative {
	one := terms[i].words[0]
	out := takeApart(one, i, i+1, terms[i].begins)
	for to := i + 1; to < len(terms) && !terms[to].phrase && to < i+3; to++ {
		next := terms[to].words[0]
		cut := mixed(one, next)
		switch group := groups(one, next); {
		case isNumber(one) && isNumber(next) && !group, to > i+1 && !cut && !group:
			return out
		}
		one += next
		out = append(out, alternative{from: i, to: to + 1, words: []string{one}, joined: true, begins: terms[to].begins})
		if cut {
			out = append(out, takeApart(one, i, to+1, terms[to].begins)...)
		}
	}
	return out
}

// takeApart returns a word in several, cut where letters and digits meet and before a Roman number.
func takeApart(word string, from, to int, begins bool) []alternative {
	cuts := cutsOf(word)
	if len(cuts) > maxCuts {
		return nil
	}
	var out []alternative
	for set := 1; set < 1<<len(cuts); set++ {
		var words []string
		last := 0
		for i, at := range cuts {
			if set&(1<<i) != 0 {
				words = append(words, word[last:at])
				last = at
			}
		}
		out = append(out, alternative{from: from, to: to, words: append(words, word[last:]), joined: true, begins: begins})
	}
	return out
}

// cutsOf returns where a word can be taken apart.
func cutsOf(word string) []int {
	var out []int
	for at, r := range word {
		before, _ := utf8.DecodeLastRuneInString(word[:at])
		if at > 0 && unicode.IsDigit(before) != unicode.IsDigit(r) {
			out = append(out, at)
		}
	}
	if out == nil {
		for _, number := range roman {
			if head, ok := strings.CutSuffix(word, number); ok && len(head) >= minHead {
				out = append(out, len(head))
			}
		}
		slices.Sort(out)
	}
	return out
}

// roman are the numbers of books of law, folded.
var roman = []string{"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv"}

// mixed reports whether letters and digits meet where two words do.
func mixed(a, b string) bool {
	last, _ := utf8.DecodeLastRuneInString(a)
	first, _ := utf8.DecodeRuneInString(b)
	return unicode.IsDigit(last) != unicode.IsDigit(first)
}

// groups reports whether a word is a group of digits that continues a number.
func groups(number, word string) bool {
	first := (len(number)-1)%3 + 1
	return isNumber(word) && len(word) == 3 && leadsGroups(number[:first]) && isNumber(number)
}
