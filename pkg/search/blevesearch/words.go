package blevesearch

import (
	"hash/maphash"
	"maps"
	"math/bits"
	"slices"
	"sort"
	"strings"
)

// words is what words a segment has, in order, and in which classes of attributes. It is one string, in which a word is found
// by halving and a part of words by looking through all of it, which takes less than a millisecond for a hundred thousand words.
type words struct {
	all    string   // each with a zero behind it
	starts []uint32 // by number; one more at the end
	in     []uint64 // by number: the classes that have it
	slots  []uint32 // numbers and one by the hash of the word, 0 where there is none
	seed   maphash.Seed
	pairs  []pair
}

func (w *words) len() int { return len(w.in) }

func (w *words) at(i int) string { return w.all[w.starts[i] : w.starts[i+1]-1] }

// find gives the number of the first word that is not less.
func (w *words) find(word string) int {
	return sort.Search(w.len(), func(i int) bool { return w.at(i) >= word })
}

// number gives the number of a word, -1 if it is not there.
func (w *words) number(word string) int {
	mask := uint64(len(w.slots) - 1)
	for at := maphash.String(w.seed, word) & mask; ; at = (at + 1) & mask {
		n := w.slots[at]
		if n == 0 {
			return -1
		}
		if w.at(int(n-1)) == word {
			return int(n - 1)
		}
	}
}

// newWords makes a table of words that are in order, each with the classes that have it.
func newWords(list []string, in func(string) uint64) *words {
	size := 0
	for _, t := range list {
		size += len(t) + 1
	}
	w := &words{starts: make([]uint32, 0, len(list)+1), in: make([]uint64, 0, len(list)), seed: maphash.MakeSeed(), pairs: pairsIn(list)}
	w.slots = make([]uint32, 1<<bits.Len(uint(2*len(list))))
	mask := uint64(len(w.slots) - 1)
	var all strings.Builder
	all.Grow(size)
	for i, t := range list {
		w.starts = append(w.starts, uint32(all.Len()))
		w.in = append(w.in, in(t))
		all.WriteString(t)
		all.WriteByte(0)
		at := maphash.String(w.seed, t) & mask
		for w.slots[at] != 0 {
			at = (at + 1) & mask
		}
		w.slots[at] = uint32(i + 1)
	}
	w.starts = append(w.starts, uint32(all.Len()))
	w.all = all.String()
	return w
}

// begun gives the numbers of the words that begin so, as a range.
func (w *words) begun(prefix string) (from, to int) {
	from = w.find(prefix)
	n := sort.Search(w.len()-from, func(i int) bool { return !strings.HasPrefix(w.at(from+i), prefix) })
	return from, from + n
}

// containing calls fn with each word that has part somewhere behind its first letter, and where.
func (w *words) containing(part string, fn func(number, at int)) {
	for from := 0; ; {
		i := strings.Index(w.all[from:], part)
		if i < 0 {
			return
		}
		pos := from + i
		n := sort.Search(w.len(), func(i int) bool { return int(w.starts[i+1]) > pos })
		if at := pos - int(w.starts[n]); at > 0 {
			fn(n, at)
		}
		from = pos + 1
	}
}

// words gives the table of a segment for a plan, loaded at its first use.
func (f *segmentFile) words(p *plan) (*words, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.table != nil {
		return f.table, nil
	}
	seen := map[string]uint64{}
	for i, c := range p.classes {
		err := eachTerm(f.zap, textField+c.name, func(t string) { seen[t] |= 1 << i })
		if err != nil {
			return nil, err
		}
	}
	f.table = newWords(slices.Sorted(maps.Keys(seen)), func(t string) uint64 { return seen[t] })
	return f.table, nil
}

// names are the ids of a segment's documents.
type names struct {
	all    string
	starts []uint32
}

func (n *names) at(doc uint32) string { return n.all[n.starts[doc]:n.starts[doc+1]] }

// ids gives the ids of a segment, loaded at their first use.
func (f *segmentFile) ids() (*names, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.names != nil {
		return f.names, nil
	}
	n := &names{starts: make([]uint32, 1, f.zap.Count()+1)}
	var all strings.Builder
	for doc := range f.zap.Count() {
		id, err := f.zap.DocID(doc)
		if err != nil {
			return nil, err
		}
		all.Write(id)
		n.starts = append(n.starts, uint32(all.Len()))
	}
	n.all = all.String()
	f.names = n
	return n, nil
}
