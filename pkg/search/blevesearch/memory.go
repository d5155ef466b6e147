package blevesearch

import (
	"strings"
	"sync"
)

// memory keeps what was looked for last in a view, as long as the index is not written: what people type repeats itself, letter by letter
// and from one to the next. It holds no more than maxMemory bytes.
type memory struct {
	mu    sync.Mutex
	found map[lookKey]remembered
	bytes int
	clock int
}

type remembered struct {
	found
	bytes int
	used  int
}

type lookKey struct {
	kind  byte
	words string
	attrs uint64
}

// maxMemory bounds what is kept for one index.
const maxMemory = 8 << 20

func joinWords(words []string) string { return strings.Join(words, " ") }

func (m *memory) get(key lookKey) (found, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.found[key]
	if ok {
		m.clock++
		r.used = m.clock
		m.found[key] = r
	}
	return r.found, ok
}

func (m *memory) put(key lookKey, f found) {
	size := f.size() + len(key.words)
	if size > maxMemory/8 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.found == nil {
		m.found = map[lookKey]remembered{}
	}
	m.clock++
	m.bytes += size - m.found[key].bytes
	m.found[key] = remembered{f, size, m.clock}
	if m.bytes > maxMemory {
		m.forget()
	}
}

// forget drops what was not used for longest: half of it, so that it is seldom done.
func (m *memory) forget() {
	oldest := m.clock
	for _, r := range m.found {
		oldest = min(oldest, r.used)
	}
	for before := oldest; m.bytes > maxMemory/2; {
		before += (m.clock-before)/2 + 1
		for key, r := range m.found {
			if r.used < before {
				m.bytes -= r.bytes
				delete(m.found, key)
			}
		}
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
