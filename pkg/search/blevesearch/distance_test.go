package blevesearch

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// steps is the distance by its meaning: letters changed, left out, put in, or two changed round; at the first letter all but the last
// of these count double.
func steps(typed, word []rune) int {
	d := make([][]int, len(word)+1)
	for i := range d {
		d[i] = make([]int, len(typed)+1)
		for j := range d[i] {
			switch {
			case i == 0 && j == 0:
			case i == 0 || j == 0:
				d[i][j] = i + j + 1
			default:
				change := 0
				if word[i-1] != typed[j-1] {
					change = 1
					if i == 1 && j == 1 {
						change = 2
					}
				}
				d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+change)
				if i > 1 && j > 1 && word[i-1] == typed[j-2] && word[i-2] == typed[j-1] {
					d[i][j] = min(d[i][j], d[i-2][j-2]+1)
				}
			}
		}
	}
	return d[len(word)][len(typed)]
}

// TestFuzzy: the walk over a table finds what looking at each word finds.
func TestFuzzy(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	letters := []rune("abcdé")
	random := func() string {
		var b strings.Builder
		for range 1 + r.IntN(9) {
			b.WriteRune(letters[r.IntN(len(letters))])
		}
		return b.String()
	}
	var list []string
	for range 1500 {
		list = append(list, random())
	}
	slices.Sort(list)
	list = slices.Compact(list)
	table := newWords(list, func(string) uint64 { return 1 })
	for range 60 {
		typed := random()
		for most := range 3 {
			for _, begins := range []bool{false, true} {
				want := map[string]int{}
				for _, w := range list {
					best := steps([]rune(typed), []rune(w))
					if begins {
						for i := range []rune(w) {
							if i > 0 {
								best = min(best, steps([]rune(typed), []rune(w)[:i]))
							}
						}
					}
					if best <= most {
						want[w] = best
					}
				}
				got := map[string]int{}
				newFuzzy(typed, most, begins).in(table, func(number, steps, length int) {
					got[table.at(number)] = steps
					if length <= 0 || length > len(table.at(number)) {
						t.Errorf("%d bytes of %q answer", length, table.at(number))
					}
				})
				for w, n := range want {
					if got[w] != n {
						t.Fatalf("%q to %q (beginning: %v) is %d steps, want %d of %d", typed, w, begins, got[w], n, most)
					}
				}
				if len(got) != len(want) {
					t.Fatalf("%q (beginning: %v) finds %d words within %d steps, want %d", typed, begins, len(got), most, len(want))
				}
			}
		}
	}
}

// TestWords: a table finds words, beginnings and parts.
func TestWords(t *testing.T) {
	list := []string{"a", "ab", "abc", "b", "bab", "xabx", "ü", "üab"}
	w := newWords(list, func(s string) uint64 { return uint64(len(s)) })
	for i, s := range list {
		if w.number(s) != i || w.at(i) != s || w.in[i] != uint64(len(s)) {
			t.Errorf("%q has the number %d, want %d", s, w.number(s), i)
		}
	}
	for _, s := range []string{"", "c", "abcd", "zzz", "bab\x00"} {
		if n := w.number(s); n >= 0 {
			t.Errorf("%q has the number %d and is not there", s, n)
		}
	}
	for prefix, want := range map[string][2]int{"a": {0, 3}, "ab": {1, 3}, "b": {3, 5}, "c": {5, 5}, "": {0, 8}, "ü": {6, 8}, "zz": {6, 6}} {
		if from, to := w.begun(prefix); from != want[0] || to != want[1] {
			t.Errorf("words that begin with %q are %d to %d, want %v", prefix, from, to, want)
		}
	}
	got := map[string]int{}
	w.containing("ab", func(n, at int) { got[w.at(n)] = at })
	if len(got) != 3 || got["bab"] != 1 || got["xabx"] != 1 || got["üab"] != 2 {
		t.Errorf("words with ab inside are %v", got)
	}
	empty := newWords(nil, nil)
	empty.containing("a", func(int, int) { t.Error("an empty table contains something") })
	if from, to := empty.begun("a"); empty.number("a") >= 0 || from != to {
		t.Error("an empty table has words")
	}
}
