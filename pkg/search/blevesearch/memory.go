package blevesearch

import (
	"encoding/json"
	"strings"
	"sync"

	"kontor/pkg/search"
	"kontor/pkg/value"
)

// memory keeps what was asked for last, as long as an index is not written: what people type repeats itself, letter by letter and from
// one to the next, and every visitor of a page begins with the same questions.
type memory struct {
	found   recent[lookKey, found]
	results recent[askKey, search.Result]
}

// lookKey is a term that is looked for.
type lookKey struct {
	kind  byte
	words string
	attrs uint64
}

// What is kept for one index in bytes: a quarter of the index itself for each, but no less and no more than this.
const (
	minMemory  = 64 << 10
	maxFound   = 16 << 20
	maxResults = 8 << 20
)

// newMemory makes one for an index that takes so many bytes on disk.
func newMemory(index int64) *memory {
	m := &memory{}
	m.found.most = int(max(minMemory, min(index/4, maxFound)))
	m.results.most = int(max(minMemory, min(index/4, maxResults)))
	return m
}

// recent keeps values by what was asked, up to a number of bytes; what was not asked for longest goes first.
type recent[K comparable, V any] struct {
	most int

	mu    sync.Mutex
	kept  map[K]entry[V]
	bytes int
	clock int
}

type entry[V any] struct {
	value V
	bytes int
	used  int
}

func (r *recent[K, V]) get(key K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.kept[key]
	if ok {
		r.clock++
		e.used = r.clock
		r.kept[key] = e
	}
	return e.value, ok
}

func (r *recent[K, V]) put(key K, v V, bytes int) {
	if bytes > r.most/8 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept == nil {
		r.kept = map[K]entry[V]{}
	}
	r.clock++
	r.bytes += bytes - r.kept[key].bytes
	r.kept[key] = entry[V]{v, bytes, r.clock}
	if r.bytes > r.most {
		r.forget()
	}
}

// forget drops about half, so that it is seldom done.
func (r *recent[K, V]) forget() {
	before := r.clock
	for _, e := range r.kept {
		before = min(before, e.used)
	}
	for r.bytes > r.most/2 {
		before += (r.clock-before)/2 + 1
		for key, e := range r.kept {
			if e.used < before {
				r.bytes -= e.bytes
				delete(r.kept, key)
			}
		}
	}
}

func joinWords(words []string) string { return strings.Join(words, " ") }

// askKey is a query, under the settings of the time.
type askKey struct {
	plan  *plan
	query string
}

// remembered gives the answer to a query that was asked before, or else what it can be remembered by.
func (o *opened) remembered(q search.Query) (search.Result, askKey, bool) {
	text, err := json.Marshal(q)
	if err != nil { // a number that JSON has not: it is not remembered
		return search.Result{}, askKey{}, false
	}
	key := askKey{o.plan, string(text)}
	r, ok := o.view.memory.results.get(key)
	return r, key, ok
}

// remember keeps an answer.
func (o *opened) remember(key askKey, r search.Result) {
	if key.plan != nil {
		o.view.memory.results.put(key, r, resultSize(r)+len(key.query))
	}
}

// size is about how many bytes it takes.
func (f found) size() int {
	n := 200
	if x := f.expansion; x != nil {
		for w := range x.others {
			n += len(w) + 64
		}
		for _, a := range x.numbers {
			n += 16 * len(a)
		}
	}
	for _, s := range f.segments {
		n += 100 + int(s.any.GetSizeInBytes()) + 24*len(s.sources)
		for _, g := range s.groups {
			n += 64 + int(g.docs.GetSizeInBytes())
		}
	}
	return n
}

func resultSize(r search.Result) int {
	n := 200
	for _, h := range r.Hits {
		n += 200
		for name, v := range h.Attributes {
			n += len(name) + 48 + valueSize(v)
		}
		for name, m := range h.Matches {
			n += len(name) + 48 + 24*len(m)
		}
	}
	for _, f := range r.Facets {
		n += 100
		for _, c := range f.Counts {
			n += 24 + len(c.Value)
		}
	}
	return n
}

func valueSize(v any) int {
	switch x := v.(type) {
	case string:
		return len(x) + 16
	case value.List:
		n := 24
		for _, e := range x {
			n += 16 + valueSize(e)
		}
		return n
	}
	return 16
}
