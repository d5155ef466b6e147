package blevesearch

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment_api "github.com/blevesearch/scorch_segment_api/v2"
)

// farthest is the distance of words that are no nearer than this, or not in one attribute.
const farthest = 8

// maxNear is how many candidates are ranked by how near their words are, times the words. Where more are equal until then, as for two
// words that a third of all documents have, the distance says little.
const maxNear = 20_000

// maxSources is how many words of a segment that answer to one word have their places read.
const maxSources = 400

// proximity adds how far neighbouring words of the query are from each other, beyond standing side
// by side. A word that a candidate has only in a shorter form counts as far from its neighbours.
func (r *ranker) proximity(seg int, c []candidate) error {
	r.addShort(seg, c)
	m := r.matched.segments[seg]
	docs := roaring.New()
	for i := range c {
		docs.Add(c[i].doc)
	}
	places := make([][]uint64, len(m.terms))
	for t := range m.terms {
		if r.scattered(t) {
			continue
		}
		var err error
		if places[t], err = r.places(seg, t, docs, c); err != nil {
			return err
		}
	}
	for i := range c {
		terms := r.levels[c[i].level].terms
		for k := 1; k < len(terms); k++ {
			if r.scattered(terms[k-1]) || r.scattered(terms[k]) {
				continue
			}
			c[i].rank += apart(of(places[terms[k-1]], i), of(places[terms[k]], i)) - 1
		}
	}
	return nil
}

// addShort adds the longest distance for each word that a candidate has only in a form that lacks
// letters of it, so that Halle next to Musik ranks after Hallen far from Musik.
func (r *ranker) addShort(seg int, c []candidate) {
	short := make([]bool, len(c))
	for t, m := range r.matched.segments[seg].terms {
		clear(short)
		for _, g := range m.groups {
			if g.short {
				each(g.docs, c, func(i int) { short[i] = true })
			}
		}
		for _, g := range m.groups {
			if g.cost == costSame && !g.short {
				each(g.docs, c, func(i int) { short[i] = false })
			}
		}
		for i := range c {
			if short[i] && r.levels[c[i].level].has(t) {
				c[i].rank += farthest - 1
			}
		}
	}
}

// scattered tells whether too many words answer to a term to read the places of all, in any segment: then its distance is not looked at.
func (r *ranker) scattered(term int) bool {
	for _, s := range r.matched.segments {
		if len(s.terms[term].sources) > maxSources {
			return true
		}
	}
	return false
}

// places gives where candidates have a term, in order: the number of the candidate, the class of attributes, the place.
func (r *ranker) places(seg, term int, docs *roaring.Bitmap, c []candidate) ([]uint64, error) {
	sources := r.matched.segments[seg].terms[term].sources
	var out []uint64
	dicts := map[int]segment_api.TermDictionary{}
	for _, s := range sources {
		dict := dicts[s.class]
		if dict == nil {
			var err error
			if dict, err = r.view.segments[seg].file.zap.Dictionary(textField + r.plan.classes[s.class].name); err != nil {
				return nil, err
			}
			dicts[s.class] = dict
		}
		at := 0
		err := eachPlace(dict, s.word, docs, func(doc uint32, places []segment_api.Location) {
			for c[at].doc < doc {
				at++
			}
			for _, p := range places {
				out = append(out, uint64(at)<<32|uint64(s.class)<<26|min(p.Pos(), 1<<26-1))
			}
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return out, nil
}

// of gives the places of one candidate.
func of(places []uint64, candidate int) []uint64 {
	from, _ := slices.BinarySearch(places, uint64(candidate)<<32)
	to, _ := slices.BinarySearch(places[from:], uint64(candidate+1)<<32)
	return places[from : from+to]
}

// apart gives the least distance from one word to another, 1 if that follows at once; one step more if it stands before.
func apart(a, b []uint64) uint32 {
	best := uint64(farthest)
	for i, k := 0, 0; i < len(a) && k < len(b); {
		if a[i] < b[k] {
			best = min(best, b[k]-a[i])
			i++
		} else {
			best = min(best, a[i]-b[k]+1) // 1 at the same place: of a word that both are parts of
			k++
		}
	}
	return uint32(best)
}
