package demo

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// chance is a source of decisions that are the same for the same name.
func chance(name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // a hash takes everything
	return rand.New(rand.NewPCG(h.Sum64(), uint64(len(name))))
}

// pick takes one of a list.
func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// turn takes the n-th of a list, and begins again behind its end.
func turn[T any](list []T, n int) T { return list[n%len(list)] }

// some takes up to n different elements, from a place on that turns with at, so that neighbours get different ones.
func some[T any](list []T, n, at int) []T {
	var out []T
	for i := range min(n, len(list)) {
		out = append(out, turn(list, at+i))
	}
	return out
}

var (
	alternation = regexp.MustCompile(`\[([^\[\]]*)\]`)
	placeholder = regexp.MustCompile(`\{([^{}]*)\}`)
	numberRange = regexp.MustCompile(`^(#?)(\d{1,9})-(\d{1,9})(?::(\d{1,9}))?$`)
)

// phrase makes text of a template: [a|b] and {a|b} are one of both, {3-8} a number between, written as a word up to twelve, {#3-8}
// one in digits, {400-900:50} one in steps of fifty, {Name} what words has for it. What starts a sentence begins with a capital.
func phrase(r *rand.Rand, template string, words map[string]string) (string, error) {
	for {
		at := alternation.FindStringSubmatchIndex(template)
		if at == nil {
			break
		}
		template = template[:at[0]] + pick(r, strings.Split(template[at[2]:at[3]], "|")) + template[at[1]:]
	}
	var b strings.Builder
	rest := template
	for {
		at := placeholder.FindStringSubmatchIndex(rest)
		if at == nil {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:at[0]])
		v, err := word(r, rest[at[2]:at[3]], words)
		if err != nil {
			return "", fmt.Errorf("%q: %w", template, err)
		}
		if startsSentence(b.String()) {
			v = capital(v)
		}
		b.WriteString(v)
		rest = rest[at[1]:]
	}
	if strings.ContainsAny(b.String(), "{}[]|") {
		return "", fmt.Errorf("%q has a bracket without its other", template)
	}
	return strings.TrimSpace(b.String()), nil
}

func word(r *rand.Rand, name string, words map[string]string) (string, error) {
	if strings.Contains(name, "|") {
		return pick(r, strings.Split(name, "|")), nil
	}
	if m := numberRange.FindStringSubmatch(name); m != nil {
		low, _ := strconv.Atoi(m[2])
		high, _ := strconv.Atoi(m[3])
		step, _ := strconv.Atoi(m[4])
		step = max(step, 1)
		if high < low {
			return "", fmt.Errorf("the range {%s} is empty", name)
		}
		n := low + r.IntN((high-low)/step+1)*step
		switch {
		case m[1] != "", low > 1900 && high < 2100 && m[4] == "": // a year
			return strconv.Itoa(n), nil
		}
		return number(n), nil
	}
	v, ok := words[name]
	if !ok || v == "" {
		return "", fmt.Errorf("there is nothing for {%s}", name)
	}
	return v, nil
}

func startsSentence(before string) bool {
	if before == "" {
		return true
	}
	for _, end := range []string{". ", "! ", "? ", ": ", "„"} {
		if strings.HasSuffix(before, end) {
			return true
		}
	}
	return false
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// numerals are the numbers that German text writes as words.
var numerals = [...]string{"null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"}

// number writes a number as text has it: as a word up to twelve, else in digits with points between thousands.
func number(n int) string {
	if n >= 0 && n < len(numerals) {
		return numerals[n]
	}
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	return s
}

// sequence joins a list as text does: "a, b und c".
func sequence(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " und " + list[len(list)-1]
}
