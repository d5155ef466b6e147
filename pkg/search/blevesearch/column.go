package blevesearch

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"

	"kontor/pkg/search"
	"kontor/pkg/value"
)

// A value's term is a letter for its kind and the value, so that terms of one kind are in the order of their values.
const (
	termFalse  = "b0"
	termTrue   = "b1"
	termNumber = 'n' // eight bytes whose order is that of the numbers
	termText   = 's'
	termPoint  = 'g'
)

// valuesField has the values of an attribute.
func valuesField(name string, v any) *field {
	list, ok := v.(value.List)
	if !ok {
		list = value.List{v}
	}
	set := map[string]struct{}{}
	for _, e := range list {
		set[valueTerm(e)] = struct{}{}
	}
	return setField(valueField+name, set)
}

func valueTerm(v any) string {
	switch x := v.(type) {
	case string:
		return string(termText) + x
	case bool:
		if x {
			return termTrue
		}
		return termFalse
	case int64:
		return numberTerm(float64(x))
	case float64:
		return numberTerm(x)
	case search.Point:
		b := binary.BigEndian.AppendUint64([]byte{termPoint}, math.Float64bits(x.Lat))
		return string(binary.BigEndian.AppendUint64(b, math.Float64bits(x.Lng)))
	}
	return ""
}

func numberTerm(f float64) string {
	if f == 0 {
		f = 0 // not its negative
	}
	bits := math.Float64bits(f)
	if bits>>63 == 1 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	return string(binary.BigEndian.AppendUint64([]byte{termNumber}, bits))
}

// cell is one value of a column.
type cell struct {
	kind   byte // of its term: b, n, s or g
	text   string
	folded string // the text without regard to case
	number float64
	point  search.Point
}

func readCell(term string) cell {
	c := cell{}
	if term == "" {
		return c
	}
	c.kind = term[0]
	body := []byte(term[1:])
	switch {
	case c.kind == termText:
		c.text = term[1:]
		c.folded = foldCase(c.text)
	case c.kind == termNumber && len(body) == 8:
		bits := binary.BigEndian.Uint64(body)
		if bits>>63 == 1 {
			bits &^= 1 << 63
		} else {
			bits = ^bits
		}
		c.number = math.Float64frombits(bits)
		c.text = string(value.Append(nil, c.number))
	case term == termTrue:
		c.text, c.number = "true", 1
	case term == termFalse:
		c.text = "false"
	case c.kind == termPoint && len(body) == 16:
		c.point = search.Point{Lat: math.Float64frombits(binary.BigEndian.Uint64(body)), Lng: math.Float64frombits(binary.BigEndian.Uint64(body[8:]))}
	}
	return c
}

// foldCase is text without regard to case.
func foldCase(s string) string { return strings.ToLower(s) }

// column is one attribute of a segment: its values in the order of their terms, and which a document has.
type column struct {
	cells   []cell
	starts  []uint32 // by document: where its values start in ords; one more at the end
	ords    []uint32 // numbers of cells
	present *roaring.Bitmap

	once   sync.Once // fills what only sorting needs
	order  []uint32  // by cell: its place when sorted as hits are; equal cells have one place
	sorted []sortKey
}

// of gives the numbers of a document's values.
func (c *column) of(doc uint32) []uint32 { return c.ords[c.starts[doc]:c.starts[doc+1]] }

// column gives an attribute's column, loaded at its first use.
func (f *segmentFile) column(name string) (*column, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.columns[name]; c != nil {
		return c, nil
	}
	c, err := f.loadColumn(name)
	if err != nil {
		return nil, err
	}
	f.columns[name] = c
	return c, nil
}

func (f *segmentFile) loadColumn(name string) (*column, error) {
	dict, err := f.zap.Dictionary(valueField + name)
	if err != nil {
		return nil, err
	}
	count := int(f.zap.Count())
	c := &column{present: roaring.New(), starts: make([]uint32, count+1)}
	var terms []string
	if err := eachTerm(f.zap, valueField+name, func(t string) { terms = append(terms, t) }); err != nil {
		return nil, err
	}
	type pair struct{ doc, ord uint32 }
	pairs := make([]pair, 0, count)
	docs := roaring.New()
	for i, t := range terms {
		c.cells = append(c.cells, readCell(t))
		docs.Clear()
		if err := gather(docs, dict, []byte(t)); err != nil {
			return nil, err
		}
		for it := docs.Iterator(); it.HasNext(); {
			doc := it.Next()
			pairs = append(pairs, pair{doc, uint32(i)})
			c.starts[doc+1]++
		}
		c.present.Or(docs)
	}
	for d := range count {
		c.starts[d+1] += c.starts[d]
	}
	c.ords = make([]uint32, len(pairs))
	at := slices.Clone(c.starts)
	for _, p := range pairs {
		c.ords[at[p.doc]] = p.ord
		at[p.doc]++
	}
	return c, nil
}

// sortKey is a value as hits are ordered by it: bools, then numbers, then text without regard to case and accents.
type sortKey struct {
	kind   byte
	number float64
	text   string
}

func (a sortKey) compare(b sortKey) int {
	if c := cmp.Compare(a.kind, b.kind); c != 0 {
		return c
	}
	if c := cmp.Compare(a.number, b.number); c != 0 {
		return c
	}
	return cmp.Compare(a.text, b.text)
}

// ordered gives each cell its place in the order of hits.
func (c *column) ordered() *column {
	c.once.Do(c.sort)
	return c
}

func (c *column) sort() {
	c.sorted = make([]sortKey, len(c.cells))
	byKey := make([]uint32, len(c.cells))
	plain := &language{}
	f := folder{language: plain}
	for i, cell := range c.cells {
		key := sortKey{kind: cell.kind, number: cell.number}
		if cell.kind == termText {
			f.reset()
			for _, r := range cell.text {
				f.add(r, 0, 0)
			}
			key.text = string(f.out)
		}
		c.sorted[i] = key
		byKey[i] = uint32(i)
	}
	slices.SortStableFunc(byKey, func(a, b uint32) int { return c.sorted[a].compare(c.sorted[b]) })
	c.order = make([]uint32, len(c.cells))
	place := uint32(0)
	for i, ord := range byKey {
		if i > 0 && c.sorted[ord].compare(c.sorted[byKey[i-1]]) != 0 {
			place++
		}
		c.order[ord] = place
	}
}

// first gives the cell of a document that counts when hits are sorted: the least, or falling the greatest.
func (c *column) first(doc uint32, desc bool) (uint32, bool) {
	ords := c.of(doc)
	if len(ords) == 0 {
		return 0, false
	}
	best := ords[0]
	for _, o := range ords[1:] {
		if desc == (c.order[o] > c.order[best]) && c.order[o] != c.order[best] {
			best = o
		}
	}
	return best, true
}
