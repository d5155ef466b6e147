package blevesearch

import (
	"cmp"
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment_api "github.com/blevesearch/scorch_segment_api/v2"
	zap "github.com/blevesearch/zapx/v17"
)

// matched is what a query's text finds in a view, for every query of a call that has the same text.
type matched struct {
	text       text
	expansions []*expansion // by term, nil for a phrase
	others     []alternative
	segments   []segmentMatch
}

// segmentMatch is what it finds in one segment.
type segmentMatch struct {
	terms []termMatch
	not   *roaring.Bitmap
	whole *roaring.Bitmap // documents of which an attribute is the whole text
}

// termMatch is the documents of one segment that have a term.
type termMatch struct {
	any     *roaring.Bitmap
	groups  []group  // by cost, then class
	sources []source // where to read its places
}

// group is documents that have a term in the same way.
type group struct {
	cost  int
	class uint8 // of weight, 0 is the heaviest
	exact bool  // the very word
	docs  *roaring.Bitmap
}

// source is a word in an attribute.
type source struct {
	attr int
	word string
}

// matcher evaluates a text in one segment.
type matcher struct {
	plan  *plan
	seg   *segment
	table *words
	attrs uint64 // the searched attributes that are looked at
	dicts map[string]segment_api.TermDictionary
}

// match evaluates a text in a view. attrs is the set of searched attributes that are looked at.
func match(ctx context.Context, v *view, p *plan, s string, attrs uint64) (*matched, error) {
	m := &matched{text: readText(p.language, s)}
	m.others = p.alternatives(m.text)
	tables := make([]*words, len(v.segments))
	for i, seg := range v.segments {
		t, err := seg.file.words(p)
		if err != nil {
			return nil, err
		}
		tables[i] = t
	}
	for _, t := range m.text.terms {
		if t.phrase {
			m.expansions = append(m.expansions, nil)
			continue
		}
		m.expansions = append(m.expansions, expand(p.language, tables, t.words[0], t.begins))
	}
	for i, seg := range v.segments {
		if err := ended(ctx); err != nil {
			return nil, err
		}
		one := matcher{plan: p, seg: seg, table: tables[i], attrs: attrs, dicts: map[string]segment_api.TermDictionary{}}
		found, err := one.match(m)
		if err != nil {
			return nil, err
		}
		m.segments = append(m.segments, found)
	}
	return m, nil
}

func (o *matcher) match(m *matched) (segmentMatch, error) {
	out := segmentMatch{not: roaring.New(), whole: roaring.New()}
	found := make([]*collector, len(m.text.terms))
	for i, t := range m.text.terms {
		found[i] = newCollector(o.plan)
		var err error
		if t.phrase {
			err = o.phrase(found[i], t.words, costSame, true)
		} else {
			err = o.word(found[i], m.expansions[i])
		}
		if err != nil {
			return out, err
		}
	}
	for _, a := range m.others {
		alone := newCollector(o.plan)
		if err := o.phrase(alone, a.words, costPart, false); err != nil {
			return out, err
		}
		for i := a.from; i < a.to; i++ {
			found[i].merge(alone)
		}
	}
	for _, c := range found {
		out.terms = append(out.terms, c.match())
	}
	for _, t := range m.text.not {
		c := newCollector(o.plan)
		if err := o.phrase(c, t.words, costSame, true); err != nil {
			return out, err
		}
		out.not.Or(c.match().any)
	}
	return out, o.wholes(out.whole, m.text.whole)
}

// collector gathers the documents of a term by how they have it.
type collector struct {
	plan    *plan
	docs    map[groupKey]*roaring.Bitmap
	sources []source
}

type groupKey struct {
	cost  int
	class uint8
	exact bool
}

func newCollector(p *plan) *collector {
	return &collector{plan: p, docs: map[groupKey]*roaring.Bitmap{}}
}

func (c *collector) into(attr, cost int, exact bool) *roaring.Bitmap {
	key := groupKey{cost, c.plan.classes[attr], exact}
	docs := c.docs[key]
	if docs == nil {
		docs = roaring.New()
		c.docs[key] = docs
	}
	return docs
}

func (c *collector) merge(o *collector) {
	for key, docs := range o.docs {
		if c.docs[key] == nil {
			c.docs[key] = roaring.New()
		}
		c.docs[key].Or(docs)
	}
	c.sources = append(c.sources, o.sources...)
}

func (c *collector) match() termMatch {
	m := termMatch{any: roaring.New(), sources: c.sources}
	for key, docs := range c.docs {
		if !docs.IsEmpty() {
			m.groups = append(m.groups, group{key.cost, key.class, key.exact, docs})
			m.any.Or(docs)
		}
	}
	slices.SortFunc(m.groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.class, b.class), boolOrder(a.exact, b.exact))
	})
	return m
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
	from, to := o.table.begun(x.word)
	if x.begins && len(x.word) <= maxBegin {
		if err := o.beginnings(c, x.word); err != nil {
			return err
		}
		to = min(to, from+1)
	}
	for i := from; i < to; i++ {
		w := o.table.at(i)
		if w != x.word && !x.begins {
			break
		}
		if w != x.word && len(x.word) <= maxBegin {
			break
		}
		if err := o.one(c, i, costSame, w == x.word); err != nil {
			return err
		}
	}
	for w, d := range x.others {
		if i := o.table.number(w); i >= 0 {
			if err := o.one(c, i, d.cost, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// one collects the documents of one word of the table.
func (o *matcher) one(c *collector, number, cost int, exact bool) error {
	w := o.table.at(number)
	for attr := range o.plan.searched {
		if o.table.attrs[number]&o.attrs&(1<<attr) == 0 {
			continue
		}
		dict, err := o.dict(textField, attr)
		if err != nil {
			return err
		}
		if err := gather(c.into(attr, cost, exact), dict, []byte(w)); err != nil {
			return err
		}
		c.sources = append(c.sources, source{attr, w})
	}
	return nil
}

// beginnings collects the documents with words that begin with one or two letters. Their places are not known.
func (o *matcher) beginnings(c *collector, letters string) error {
	for attr := range o.plan.searched {
		if o.attrs&(1<<attr) == 0 {
			continue
		}
		dict, err := o.dict(beginField, attr)
		if err != nil {
			return err
		}
		if err := gather(c.into(attr, costSame, false), dict, []byte(letters)); err != nil {
			return err
		}
	}
	return nil
}

func (o *matcher) wholes(docs *roaring.Bitmap, whole string) error {
	if whole == "" {
		return nil
	}
	for attr := range o.plan.searched {
		if o.attrs&(1<<attr) == 0 {
			continue
		}
		dict, err := o.dict(wholeField, attr)
		if err != nil {
			return err
		}
		if err := gather(docs, dict, []byte(whole)); err != nil {
			return err
		}
	}
	return nil
}

func (o *matcher) dict(field string, attr int) (segment_api.TermDictionary, error) {
	name := field + o.plan.searched[attr].Name
	if d := o.dicts[name]; d != nil {
		return d, nil
	}
	d, err := o.seg.file.zap.Dictionary(name)
	if err == nil {
		o.dicts[name] = d
	}
	return d, err
}

// phrase collects the documents that have words one behind the other in an attribute.
func (o *matcher) phrase(c *collector, phrase []string, cost int, exact bool) error {
	numbers := make([]int, len(phrase))
	attrs := o.attrs
	for i, w := range phrase {
		if numbers[i] = o.table.number(w); numbers[i] < 0 {
			return nil
		}
		attrs &= o.table.attrs[numbers[i]]
	}
	if len(phrase) == 1 {
		return o.one(c, numbers[0], cost, exact)
	}
	for attr := range o.plan.searched {
		if attrs&(1<<attr) == 0 {
			continue
		}
		docs, err := o.adjoining(attr, phrase)
		if err != nil {
			return err
		}
		if !docs.IsEmpty() {
			c.into(attr, cost, exact).Or(docs)
			c.sources = append(c.sources, source{attr, phrase[0]})
		}
	}
	return nil
}

func (o *matcher) adjoining(attr int, phrase []string) (*roaring.Bitmap, error) {
	dict, err := o.dict(textField, attr)
	if err != nil {
		return nil, err
	}
	both := o.seg.all()
	for _, w := range phrase {
		docs := roaring.New()
		if err := gather(docs, dict, []byte(w)); err != nil {
			return nil, err
		}
		both.And(docs)
	}
	chains := map[uint32][]uint64{} // by document: where the words so far end
	for i, w := range phrase {
		next := map[uint32][]uint64{}
		err := eachPlace(dict, w, both, func(doc uint32, places []segment_api.Location) {
			for _, p := range places {
				if i == 0 || slices.Contains(chains[doc], p.Pos()-1) {
					next[doc] = append(next[doc], p.Pos())
				}
			}
		})
		if err != nil {
			return nil, err
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
