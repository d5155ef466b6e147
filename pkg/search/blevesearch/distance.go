package blevesearch

import (
	"strings"
	"unicode/utf8"
)

// typos is how many letters of a word may differ: one from five letters on, two from nine; none if there is a digit in it.
func typos(word string) int {
	if strings.ContainsAny(word, "0123456789") {
		return 0
	}
	switch n := utf8.RuneCountInString(word); {
	case n >= 9:
		return 2
	case n >= 5:
		return 1
	}
	return 0
}

// fuzzy finds the words of a table that are a word with typos: a letter changed, left out, put in, or two beside each other
// changed round, each one step. The words are in order, so what two neighbours begin with alike is compared once, and where more
// differs than may, all words that begin so are passed over.
type fuzzy struct {
	word   []rune
	most   int
	begins bool // the word may also be a beginning
	rows   [][]int
	least  []int  // of each row
	runes  []rune // of the word that the rows are of
	ends   []int  // by rune: where it ends in that word
}

func newFuzzy(word string, most int, begins bool) *fuzzy {
	f := &fuzzy{word: []rune(word), most: most, begins: begins}
	first := make([]int, len(f.word)+1)
	for i := 1; i < len(first); i++ {
		first[i] = i + 1
	}
	f.rows, f.least = append(f.rows, first), append(f.least, 0)
	return f
}

// in calls fn with each word that is close enough, how many steps it is away, and how many of its bytes answer to what was typed.
// The first letter is seldom mistyped, so to differ there is two steps.
func (f *fuzzy) in(w *words, fn func(number, steps, length int)) {
	for i := 0; i < w.len(); {
		word := w.at(i)
		steps, length, dead := f.step(word)
		if dead > 0 {
			i = w.after(i, word[:dead])
			continue
		}
		if steps <= f.most {
			fn(i, steps, length)
		}
		i++
	}
}

// after gives the first word behind i that does not begin so. Mostly that is near.
func (w *words) after(i int, prefix string) int {
	step := 1
	low := i
	for low+step < w.len() && strings.HasPrefix(w.at(low+step), prefix) {
		low += step
		step *= 2
	}
	high := min(low+step, w.len())
	for low+1 < high {
		mid := (low + high) / 2
		if strings.HasPrefix(w.at(mid), prefix) {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// step compares one word: how many steps it is away, on how many bytes; or, if dead is above 0, no word that begins with as many bytes
// can be close enough.
func (f *fuzzy) step(word string) (steps, length, dead int) {
	depth := f.shared(word)
	at := 0
	if depth > 0 {
		at = f.ends[depth-1]
	}
	best, bestAt := f.most+1, 0
	if f.begins {
		for d := 1; d <= depth; d++ {
			if n := f.rows[d][len(f.word)]; n < best {
				best, bestAt = n, f.ends[d-1]
			}
		}
	}
	for at < len(word) {
		r, size := utf8.DecodeRuneInString(word[at:])
		at += size
		depth++
		f.runes = append(f.runes[:depth-1], r)
		f.ends = append(f.ends[:depth-1], at)
		f.row(depth)
		far := f.least[depth] > f.most && f.least[depth-1]+1 > f.most // the row before is what letters changed round start from
		if n := f.rows[depth][len(f.word)]; f.begins && n < best {
			best, bestAt = n, at
		}
		switch {
		case far && best > f.most:
			return 0, 0, at
		case far:
			return best, bestAt, 0
		}
	}
	if n := f.rows[depth][len(f.word)]; n < best {
		best, bestAt = n, len(word)
	}
	return best, bestAt, 0
}

// shared gives how many runes the word has in common with the last one.
func (f *fuzzy) shared(word string) int {
	n := 0
	for _, r := range word {
		if n >= len(f.runes) || f.runes[n] != r {
			break
		}
		n++
	}
	f.runes = f.runes[:n]
	return n
}

// row computes the distances of the beginnings of what was typed from the runes so far, and the least of them.
func (f *fuzzy) row(depth int) {
	for len(f.rows) <= depth {
		f.rows, f.least = append(f.rows, make([]int, len(f.word)+1)), append(f.least, 0)
	}
	row, above := f.rows[depth], f.rows[depth-1]
	r := f.runes[depth-1]
	row[0] = depth + 1
	least := row[0]
	for i := 1; i <= len(f.word); i++ {
		change := 1
		if depth == 1 && i == 1 {
			change = 2
		}
		n := min(row[i-1]+1, above[i]+1)
		if f.word[i-1] == r {
			n = min(n, above[i-1])
		} else {
			n = min(n, above[i-1]+change)
		}
		if depth > 1 && i > 1 && f.word[i-1] == f.runes[depth-2] && f.word[i-2] == r {
			n = min(n, f.rows[depth-2][i-2]+1)
		}
		row[i] = n
		least = min(least, n)
	}
	f.least[depth] = least
}
