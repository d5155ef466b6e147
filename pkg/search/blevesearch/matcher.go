package blevesearch

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment_api "github.com/blevesearch/scorch_segment_api/v2"
	zap "github.com/blevesearch/zapx/v17"
)

// matcher finds the documents of terms in one segment.
type matcher struct {
	*look
	number int // of the segment in the view
	seg    *segment
	table  *words
	dicts  map[string]segment_api.TermDictionary
	list   segment_api.PostingsList     // used again from term to term
	it     segment_api.PostingsIterator // likewise
}

func newMatcher(l *look, number int, seg *segment) *matcher {
	return &matcher{look: l, number: number, seg: seg, table: l.tables[number], dicts: map[string]segment_api.TermDictionary{}}
}

// collector gathers the documents of a term by how they have it.
type collector struct {
	size    int // of the segment, in words of 64 documents
	docs    map[groupKey]*gathered
	sources []source
}

// gathered is documents as bits, and those of lists that are long as they are.
type gathered struct {
	bits []uint64
	long *roaring.Bitmap
}

func newCollector(seg *segment) *collector {
	return &collector{size: int(seg.file.zap.Count()+63) / 64, docs: map[groupKey]*gathered{}}
}

func (c *collector) into(key groupKey) *gathered {
	g := c.docs[key]
	if g == nil {
		g = &gathered{bits: make([]uint64, c.size), long: roaring.New()}
		c.docs[key] = g
	}
	return g
}

// shortList is up to how many documents Bleve's bitmaps are lists.
const shortList = 4096

func (g *gathered) add(docs *roaring.Bitmap) {
	if docs.GetCardinality() > shortList {
		g.long.Or(docs)
		return
	}
	docs.WriteDenseTo(g.bits)
}

func (c *collector) match() *termMatch {
	m := &termMatch{any: roaring.New(), sources: c.sources}
	for key, g := range c.docs {
		docs := roaring.FromDense(g.bits, true)
		docs.Or(g.long)
		if !docs.IsEmpty() {
			m.groups = append(m.groups, group{key, docs})
			m.any.Or(docs)
		}
	}
	sortGroups(m.groups)
	return m
}

func sortGroups(groups []group) {
	slices.SortFunc(groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.class, b.class), boolOrder(a.exact, b.exact), boolOrder(b.short, a.short))
	})
}

// boolOrder puts true first.
func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// word collects the documents of a word and of what answers to it.
func (o *matcher) word(c *collector, x *expansion) error {
	if i := o.table.number(x.word); i >= 0 {
		if err := o.one(c, i, groupKey{cost: x.cost, exact: x.cost == costSame}); err != nil {
			return err
		}
	}
	if x.begins {
		if err := o.begun(c, x); err != nil {
			return err
		}
	}
	for _, a := range x.numbers[o.number] {
		if err := o.one(c, a.number, groupKey{cost: a.cost, short: a.cost == costSame && len(o.table.at(a.number)) < len(x.word)}); err != nil {
			return err
		}
	}
	return nil
}

// begun collects the documents with words that begin so and go on.
func (o *matcher) begun(c *collector, x *expansion) error {
	if len(x.word) <= maxBegin && o.wholeClasses() {
		return o.beginnings(c, x.word, x.begun)
	}
	from, to := o.table.begun(x.word)
	for i := from; i < to; i++ {
		w := o.table.at(i)
		if len(w) == len(x.word) {
			continue
		}
		cost := x.begun
		if x.name && !o.plan.language.startsWithWord(o.tables, w, len(x.word)) {
			cost = max(cost, costForm)
		}
		if err := o.one(c, i, groupKey{cost: cost}); err != nil {
			return err
		}
	}
	return nil
}

// wholeClasses tells whether the attributes that are looked at are all those of some classes.
func (o *matcher) wholeClasses() bool {
	for _, k := range o.plan.classes {
		if in := k.attributes() & o.attrs; in != 0 && in != k.attributes() {
			return false
		}
	}
	return true
}

// beginnings collects the documents with words that begin with one or two letters. Their places are not known.
func (o *matcher) beginnings(c *collector, letters string, cost int) error {
	for i, k := range o.plan.classes {
		if o.attrs&k.attributes() == 0 {
			continue
		}
		docs, err := o.docs(beginField+k.name, letters)
		if err != nil {
			return err
		}
		c.into(groupKey{cost: cost, class: i}).add(docs)
	}
	return nil
}

// one collects the documents of one word of the table.
func (o *matcher) one(c *collector, number int, key groupKey) error {
	w := o.table.at(number)
	for i, k := range o.plan.classes {
		if o.table.in[number]&(1<<i) == 0 || o.attrs&k.attributes() == 0 {
			continue
		}
		docs, err := o.docs(textField+k.name, w)
		if err != nil {
			return err
		}
		if o.attrs&k.attributes() != k.attributes() {
			if docs, err = o.within(i, w, docs); err != nil {
				return err
			}
		}
		key.class = i
		c.into(key).add(docs)
		c.sources = append(c.sources, source{i, w})
	}
	return nil
}

// within leaves the documents that have a word in one of the attributes that are looked at.
func (o *matcher) within(number int, w string, docs *roaring.Bitmap) (*roaring.Bitmap, error) {
	dict, err := o.dict(textField + o.plan.classes[number].name)
	if err != nil {
		return nil, err
	}
	kept := roaring.New()
	err = eachPlace(dict, w, docs, func(doc uint32, places []segment_api.Location) {
		for _, p := range places {
			if o.looksAt(number, p.Pos()) {
				kept.Add(doc)
				return
			}
		}
	})
	return kept, err
}

// looksAt tells whether a place of a class is in an attribute that is looked at.
func (l *look) looksAt(number int, place uint64) bool {
	return l.attrs&(1<<(l.plan.classes[number].first+int(place>>placeBits))) != 0
}

func (o *matcher) dict(field string) (segment_api.TermDictionary, error) {
	if d := o.dicts[field]; d != nil {
		return d, nil
	}
	d, err := o.seg.file.zap.Dictionary(field)
	if err == nil {
		o.dicts[field] = d
	}
	return d, err
}

// docs gives the documents of a term, until it is asked again.
func (o *matcher) docs(field, term string) (*roaring.Bitmap, error) {
	dict, err := o.dict(field)
	if err != nil {
		return nil, err
	}
	if o.list, err = dict.PostingsList([]byte(term), nil, o.list); err != nil {
		return nil, err
	}
	o.it = o.list.Iterator(false, false, false, o.it)
	it, ok := o.it.(*zap.PostingsIterator)
	switch {
	case !ok:
		return nil, fmt.Errorf("the documents of a term are a %T", o.it)
	case it.ActualBM != nil:
		return it.ActualBM, nil
	}
	single := roaring.New()
	if doc, one := it.DocNum1Hit(); one {
		single.Add(uint32(doc))
	}
	return single, nil
}

// looseness says what else the words of a phrase may be.
type looseness int

const (
	onlyWords looseness = iota
	anyForm             // other forms of them
	lastBegun           // the last one is the beginning of a word
)

// formsOf returns what the words of an alternative may be: a word that is written apart has no
// forms of its parts.
func formsOf(a alternative) looseness {
	switch {
	case !a.joined:
		return anyForm
	case a.begins:
		return lastBegun
	}
	return onlyWords
}

// phrase collects the documents that have words one behind the other in an attribute.
func (o *matcher) phrase(c *collector, phrase []string, cost int, loose looseness) error {
	options := make([][]string, len(phrase))
	in := ^uint64(0)
	for i, w := range phrase {
		one := uint64(0)
		for _, number := range o.options(w, loose, i == len(phrase)-1) {
			options[i] = append(options[i], o.table.at(number))
			one |= o.table.in[number]
		}
		in &= one
	}
	for i, k := range o.plan.classes {
		if in&(1<<i) == 0 || o.attrs&k.attributes() == 0 {
			continue
		}
		docs, err := o.adjoining(i, options)
		if err != nil {
			return err
		}
		if !docs.IsEmpty() {
			c.into(groupKey{cost: cost, class: i, exact: cost == costSame && loose == onlyWords}).add(docs)
			for _, w := range options[0] {
				c.sources = append(c.sources, source{i, w})
			}
		}
	}
	return nil
}

// maxBegun is how many words are looked at that begin like the last word of a phrase.
const maxBegun = 100

// options returns the numbers of a word of a phrase and of what it may be in its place.
func (o *matcher) options(word string, loose looseness, last bool) (out []int) {
	if loose == lastBegun && last {
		from, to := o.table.begun(word)
		for i := from; i < min(to, from+maxBegun); i++ {
			out = append(out, i)
		}
		return out
	}
	stem := o.plan.language.stem(word)
	if loose != anyForm || len(stem) < minStem {
		if number := o.table.number(word); number >= 0 {
			return []int{number}
		}
		return nil
	}
	from, to := o.table.begun(stem)
	for i := from; i < to; i++ {
		if w := o.table.at(i); len(w)-len(stem) <= maxEnding && o.plan.language.inflected(w, stem) {
			out = append(out, i)
		}
	}
	return out
}

// adjoining gives the documents with one of each word's options behind the other in a class of attributes.
func (o *matcher) adjoining(number int, options [][]string) (*roaring.Bitmap, error) {
	field := textField + o.plan.classes[number].name
	both := o.seg.all()
	for _, list := range options {
		any := roaring.New()
		for _, w := range list {
			docs, err := o.docs(field, w)
			if err != nil {
				return nil, err
			}
			any.Or(docs)
		}
		both.And(any)
	}
	dict, err := o.dict(field)
	if err != nil {
		return nil, err
	}
	chains := map[uint32][]uint64{} // by document: where the words so far end
	for i, list := range options {
		next := map[uint32][]uint64{}
		for _, w := range list {
			err := eachPlace(dict, w, both, func(doc uint32, places []segment_api.Location) {
				for _, p := range places {
					if at := p.Pos(); i == 0 && o.looksAt(number, at) || i > 0 && slices.Contains(chains[doc], at-1) {
						next[doc] = append(next[doc], at)
					}
				}
			})
			if err != nil {
				return nil, err
			}
		}
		chains = next
	}
	docs := roaring.New()
	for doc := range chains {
		docs.Add(doc)
	}
	return docs, nil
}

// eachPlace calls fn with the places of a term in those of the documents that have it.
func eachPlace(dict segment_api.TermDictionary, term string, docs *roaring.Bitmap, fn func(doc uint32, places []segment_api.Location)) error {
	list, err := dict.PostingsList([]byte(term), nil, nil)
	if err != nil {
		return err
	}
	it, ok := list.Iterator(true, false, true, nil).(*zap.PostingsIterator)
	if !ok || it.ActualBM == nil {
		return nil
	}
	it.ReplaceActual(roaring.And(it.ActualBM, docs))
	for {
		p, err := it.Next()
		if err != nil || p == nil {
			return err
		}
		fn(uint32(p.Number()), p.Locations())
	}
}
