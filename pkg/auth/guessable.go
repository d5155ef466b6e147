package auth

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"embed"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"kontor/pkg/fault"
)

// commonList are 23,000 passwords and beginnings of passwords in small letters, one a line in the order of bytes. Source and licence: passwords.LICENSE.
//
//go:embed passwords.txt.gz
var commonList embed.FS

// commonPasswords unpacks the list when a password is set for the first time.
var commonPasswords = sync.OnceValues(func() ([]string, error) {
	packed, err := commonList.ReadFile("passwords.txt.gz")
	if err != nil {
		return nil, err
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(r)
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), err
})

const (
	minDifferent = 5 // characters of a password that differ
	minOwnRest   = 6 // letters and digits of a password beside the account's own words
	minOwnWord   = 4 // letters of such a word
	maxAround    = 8 // digits and signs around a common word: a birthday
)

// checkGuessable says why a password of good length is among those that are guessed first; nil if it is not.
func checkGuessable(password string, a Account) *fault.Field {
	lower := strings.ToLower(strings.TrimFunc(password, isBlank))
	switch {
	case different(lower) < minDifferent:
		return wrong("password", "repetitive", "password repeats too few characters: take several words that do not belong together",
			"Das Passwort wiederholt zu wenige Zeichen: Nehmen Sie mehrere Wörter, die nicht zusammengehören")
	case restBeside(lower, ownWords(a)) < minOwnRest:
		return wrong("password", "guessable", "password must not be made of email, username or name: take several words that do not belong together",
			"Das Passwort darf nicht aus E-Mail-Adresse, Benutzername oder Name bestehen: Nehmen Sie mehrere Wörter, die nicht zusammengehören")
	case isCommon(lower):
		return wrong("password", "common", "password is among those that are tried first: take several words that do not belong together",
			"Das Passwort gehört zu denen, die zuerst ausprobiert werden: Nehmen Sie mehrere Wörter, die nicht zusammengehören")
	}
	return nil
}

// isBlank tells whether a character is space or nothing that anybody sees.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// different counts the characters of a text, each once and blanks not at all.
func different(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		if !isBlank(r) {
			seen[r] = true
		}
	}
	return len(seen)
}

// ownWords lists the words in which others read or guess the account, in small letters, the longest first.
func ownWords(a Account) []string {
	var out []string
	for _, s := range []string{a.Mail, a.Username, a.DisplayName} {
		s = strings.ToLower(s)
		parts := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		out = append(out, append(parts, s, strings.Join(parts, ""))...)
	}
	out = slices.DeleteFunc(out, func(s string) bool { return utf8.RuneCountInString(s) < minOwnWord })
	slices.SortFunc(out, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return out
}

// restBeside counts the letters and digits that a text has beside some words.
func restBeside(s string, words []string) int {
	for _, w := range words {
		s = strings.ReplaceAll(s, w, " ")
	}
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// plainLetters undoes the usual spelling with digits and signs.
var plainLetters = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// isCommon tells whether a password in small letters is on the list, also with digits and signs around it or in the place of letters, and
// also several times in a row. What stands around may be as long as the word or a birthday.
func isCommon(lower string) bool {
	length := utf8.RuneCountInString(lower)
	noLetter := func(r rune) bool { return !unicode.IsLetter(r) }
	tail := strings.TrimRightFunc(lower, noLetter)
	for _, s := range []string{lower, strings.TrimFunc(lower, noLetter), tail, plainLetters.Replace(lower), plainLetters.Replace(tail)} {
		s = unit(s)
		if n := utf8.RuneCountInString(s); n > 0 && (length-n <= max(n, maxAround) || n < length && strings.Count(lower, s) > 1) && onList(s) {
			return true
		}
	}
	return false
}

// unit is the part of which a text is a repetition, the text itself if it is none.
func unit(s string) string {
	if i := strings.Index((s + s)[min(1, len(s)):], s); i >= 0 && i+1 < len(s) {
		return s[:i+1]
	}
	return s
}

func onList(s string) bool {
	list, err := commonPasswords()
	if err != nil {
		panic(err) // the list is part of the binary, and a test unpacks it
	}
	_, found := slices.BinarySearch(list, s)
	return found
}
