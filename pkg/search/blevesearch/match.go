package blevesearch

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2"
)

// matched is what a query's text finds in a view, for every query of a call that has the same text.
type matched struct {
	text       text
	expansions []*expansion // of the words that are no phrases
	others     []alternative
	segments   []segmentMatch
}

// segmentMatch is what it finds in one segment.
type segmentMatch struct {
	terms []*termMatch
	not   *roaring.Bitmap
	whole *roaring.Bitmap // documents of which an attribute is the whole text
}

// termMatch is the documents of one segment that have a term. It is never changed.
type termMatch struct {
	any     *roaring.Bitmap
	groups  []group  // by cost, then class
	sources []source // where to read its places
}

// group is documents that have a term in the same way.
type group struct {
	groupKey
	docs *roaring.Bitmap
}

type groupKey struct {
	cost  int
	class int  // of weight, 0 is the heaviest
	exact bool // the very word
	short bool // a form that lacks letters of the word: Halle for Hallen
}

// source is a word in a class of attributes.
type source struct {
	class int
	word  string
}

// found is what one term finds in all segments of a view.
type found struct {
	expansion *expansion // nil for a phrase
	segments  []*termMatch
}

// look is how a text is matched: in which view, and in which of the searched attributes.
type look struct {
	view   *view
	plan   *plan
	attrs  uint64
	tables []*words
}

func (v *view) look(p *plan, attrs uint64) (*look, error) {
	l := &look{view: v, plan: p, attrs: attrs}
	for _, seg := range v.segments {
		t, err := seg.file.words(p)
		if err != nil {
			return nil, err
		}
		l.tables = append(l.tables, t)
	}
	return l, nil
}

// match evaluates a text.
func (l *look) match(ctx context.Context, s string) (*matched, error) {
	m := &matched{text: readText(l.plan.language, s)}
	var err error
	if m.text.terms, err = l.split(ctx, m.text.terms); err != nil {
		return nil, err
	}
	m.others = l.plan.alternatives(m.text)
	terms := make([][]*termMatch, len(m.text.terms))
	for i, t := range m.text.terms {
		f, err := l.term(ctx, t)
		if err != nil {
			return nil, err
		}
		if f.expansion != nil {
			m.expansions = append(m.expansions, f.expansion)
		}
		terms[i] = f.segments
	}
	for _, a := range m.others {
		f, err := l.other(ctx, a)
		if err != nil {
			return nil, err
		}
		if f.expansion != nil {
			m.expansions = append(m.expansions, f.expansion)
		}
		for i := a.from; i < a.to; i++ {
			terms[i] = also(terms[i], f.segments)
		}
	}
	var not []found
	for _, t := range m.text.not {
		f, err := l.without(ctx, t)
		if err != nil {
			return nil, err
		}
		not = append(not, f)
	}
	for i, seg := range l.view.segments {
		one := segmentMatch{not: roaring.New(), whole: roaring.New()}
		for _, t := range terms {
			one.terms = append(one.terms, t[i])
		}
		for _, f := range not {
			one.not.Or(f.segments[i].any)
		}
		if err := l.wholes(seg, one.whole, m.text.whole); err != nil {
			return nil, err
		}
		m.segments = append(m.segments, one)
	}
	return m, nil
}

// also adds what an alternative finds to what a term does.
func also(terms, more []*termMatch) []*termMatch {
	out := make([]*termMatch, len(terms))
	for i, t := range terms {
		out[i] = t
		if m := more[i]; !m.any.IsEmpty() {
			sum := &termMatch{any: roaring.Or(t.any, m.any)}
			sum.groups = append(append(sum.groups, t.groups...), m.groups...)
			sum.sources = append(append(sum.sources, t.sources...), m.sources...)
			sortGroups(sum.groups)
			out[i] = sum
		}
	}
	return out
}

// term finds what has a term of the query.
func (l *look) term(ctx context.Context, t term) (found, error) {
	if t.phrase {
		return l.once(ctx, lookKey{kind: 'p', words: joinWords(t.words), attrs: l.attrs}, func(o *matcher, c *collector) error {
			return o.phrase(c, t.words, costSame, onlyWords)
		}, nil)
	}
	key := lookKey{kind: 'w', words: t.words[0], attrs: l.attrs}
	short := t.begins && len(t.words[0]) <= maxShort && l.plan.means(t.words[0])
	switch {
	case short:
		key.kind = 's'
	case t.begins:
		key.kind = 'b'
	}
	return l.once(ctx, key, nil, func() (*expansion, error) {
		name, err := l.isName(t.words[0])
		if err != nil {
			return nil, err
		}
		x := expand(l.plan.language, l.tables, t.words[0], t.begins, name)
		if short {
			x.begun = costTypo
		}
		return x, nil
	})
}

// maxShort is up to how many letters a word with synonyms is rather an abbreviation than the beginning of a word.
const maxShort = 3

// other finds what has the words of an alternative, in any of their forms.
func (l *look) other(ctx context.Context, a alternative) (found, error) {
	key := lookKey{kind: 'o', words: joinWords(a.words), attrs: l.attrs}
	cost := costPart
	if a.joined {
		key.kind, cost = 'j', costSame
		if a.begins {
			key.kind = 'J'
		}
	}
	if len(a.words) == 1 {
		return l.once(ctx, key, nil, func() (*expansion, error) {
			return expandForms(l.plan.language, l.tables, a.words[0], a.begins, cost), nil
		})
	}
	return l.once(ctx, key, func(o *matcher, c *collector) error {
		return o.phrase(c, a.words, cost, formsOf(a))
	}, nil)
}

// without finds what has a term that no hit may have.
func (l *look) without(ctx context.Context, t term) (found, error) {
	return l.once(ctx, lookKey{kind: 'n', words: joinWords(t.words), attrs: l.attrs}, func(o *matcher, c *collector) error {
		return o.phrase(c, t.words, costSame, onlyWords)
	}, nil)
}

// once finds what a term does, or remembers it.
func (l *look) once(ctx context.Context, key lookKey, find func(*matcher, *collector) error, derive func() (*expansion, error)) (found, error) {
	if f, ok := l.view.memory.found.get(key); ok {
		return f, nil
	}
	var f found
	if derive != nil {
		var err error
		if f.expansion, err = derive(); err != nil {
			return found{}, err
		}
		find = func(o *matcher, c *collector) error { return o.word(c, f.expansion) }
	}
	for i, seg := range l.view.segments {
		if err := ended(ctx); err != nil {
			return found{}, err
		}
		o := newMatcher(l, i, seg)
		c := newCollector(seg)
		if err := find(o, c); err != nil {
			return found{}, err
		}
		f.segments = append(f.segments, c.match())
	}
	l.view.memory.found.put(key, f, f.size()+len(key.words))
	return f, nil
}

// isName reports whether an attribute of some document is the word and nothing else, as the name of
// a place is among the places of a project.
func (l *look) isName(word string) (bool, error) {
	for i, seg := range l.view.segments {
		n := l.tables[i].number(word)
		if n < 0 {
			continue
		}
		for j, c := range l.plan.classes {
			if l.tables[i].in[n]&(1<<j) == 0 {
				continue
			}
			for _, a := range l.plan.searched[c.first : c.first+c.count] {
				dict, err := seg.file.zap.Dictionary(wholeField + a.Name)
				if err != nil {
					return false, err
				}
				if there, err := dict.Contains([]byte(word + " ")); there || err != nil {
					return there, err
				}
			}
		}
	}
	return false, nil
}

// wholes finds the documents of which an attribute is the whole text.
func (l *look) wholes(seg *segment, docs *roaring.Bitmap, whole string) error {
	if whole == "" {
		return nil
	}
	for i, a := range l.plan.searched {
		if l.attrs&(1<<i) == 0 {
			continue
		}
		dict, err := seg.file.zap.Dictionary(wholeField + a.Name)
		if err != nil {
			return err
		}
		if err := gather(docs, dict, []byte(whole)); err != nil {
			return err
		}
	}
	return nil
}
