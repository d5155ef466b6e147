package store

import (
	"slices"
	"strings"
	"sync"

	"kontor/pkg/value"
)

// Interest says which writes a watcher hears of. The zero Interest hears of every write.
type Interest struct {
	Own     []string // Kontor's own collections ("_…") of which every write counts
	Changed []string // own collections of which all writes but inserts count
	Facts   []string // top-level fields of Meta: a write counts in other collections if it sets or adds to one of them
	Touch   bool     // a Touch of these fields counts, too
}

// Change is a write as far as an Interest looks at it.
type Change struct {
	Collection string
	Facts      []string // the top-level fields of Meta that it sets to a value or adds to
	Touch      bool     // it leaves the revision as it is
	New        bool     // the document is inserted
	Gone       bool     // the document is deleted
}

// Hears tells whether the write counts. Writes to histories never do, except for the zero Interest.
func (i Interest) Hears(c Change) bool {
	switch {
	case i.Own == nil && i.Changed == nil && i.Facts == nil:
		return true
	case strings.HasPrefix(c.Collection, "_"):
		return slices.Contains(i.Own, c.Collection) || !c.New && slices.Contains(i.Changed, c.Collection)
	case strings.HasSuffix(c.Collection, "~"), c.Touch && !i.Touch:
		return false
	}
	return c.Gone || slices.ContainsFunc(c.Facts, func(fact string) bool { return slices.Contains(i.Facts, fact) })
}

// changeBy is the change that an Op makes.
func changeBy(op Op) Change {
	c := Change{Collection: op.Collection, New: op.Kind == Insert || op.Kind == Keep, Gone: op.Kind == Delete}
	c.add(op.Parts[Meta], nil)
	c.add(op.Set, op.Inc)
	return c
}

func (c *Change) add(set value.Object, inc map[string]int64) {
	for name, v := range set {
		if value.Normal(v) != nil {
			c.Facts = append(c.Facts, name)
		}
	}
	for name := range inc {
		c.Facts = append(c.Facts, name)
	}
}

// Signal tells a watcher that something may have been written.
type Signal struct {
	Heard uint64 // bit i: the watcher's interest i may have heard of it
	Guess bool   // nothing is known of a write, and the driver could not have told of one
}

// EveryInterest is a Signal's Heard for a write of which nothing is known.
const EveryInterest = ^uint64(0)

// HeardBy gives the bits of the interests that hear of a change.
func HeardBy(c Change, interests []Interest) (bits uint64) {
	for i, interest := range interests {
		if interest.Hears(c) {
			bits |= 1 << i
		}
	}
	return bits
}

// Mailbox holds one Signal until it is read, and merges the signals that come meanwhile.
type Mailbox struct {
	mu  sync.Mutex
	out chan Signal
}

// NewMailbox makes an empty one.
func NewMailbox() *Mailbox { return &Mailbox{out: make(chan Signal, 1)} }

// C is where the signals are read.
func (m *Mailbox) C() <-chan Signal { return m.out }

// Put never waits. Nobody may call it after Close.
func (m *Mailbox) Put(s Signal) {
	m.mu.Lock()
	defer m.mu.Unlock()
	select {
	case unread := <-m.out:
		s = Signal{Heard: s.Heard | unread.Heard, Guess: s.Guess && unread.Guess}
	default:
	}
	m.out <- s
}

// Close closes C.
func (m *Mailbox) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	close(m.out)
}
