package blevesearch

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment_api "github.com/blevesearch/scorch_segment_api/v2"
)

// farthest is the distance of words that are no nearer than this, or not in one attribute.
const farthest = 8

// maxNear is how many candidates of a segment are ranked by how near their words are. Where more are equal until then, as for two
// words that a third of all documents have, the distance says little.
const maxNear = 5000

// maxSources is how many words that answer to one word have their places read.
const maxSources = 400

// proximity adds how far neighbouring words of the query are from each other, beyond standing side by side.
func (r *ranker) proximity(seg int, c []candidate) error {
	m := r.matched.segments[seg]
	if len(m.terms) < 2 || len(c) > maxNear {
		return nil
	}
	docs := roaring.New()
	for i := range c {
		docs.Add(c[i].doc)
	}
	places := make([][]uint64, len(m.terms))
	for t := range m.terms {
		var err error
		if places[t], err = r.places(seg, t, docs, c); err != nil {
			return err
		}
	}
	for i := range c {
		terms := r.levels[c[i].level].terms
		for k := 1; k < len(terms); k++ {
			c[i].rank += near(of(places[terms[k-1]], i), of(places[terms[k]], i)) - 1
		}
	}
	return nil
}

// places gives where candidates have a term, in order: the number of the candidate, the attribute, the place.
func (r *ranker) places(seg, term int, docs *roaring.Bitmap, c []candidate) ([]uint64, error) {
	sources := r.matched.segments[seg].terms[term].sources
	if len(sources) > maxSources {
		return nil, nil
	}
	var out []uint64
	dicts := map[int]segment_api.TermDictionary{}
	for _, s := range sources {
		dict := dicts[s.attr]
		if dict == nil {
			var err error
			if dict, err = r.view.segments[seg].file.zap.Dictionary(textField + r.plan.searched[s.attr].Name); err != nil {
				return nil, err
			}
			dicts[s.attr] = dict
		}
		at := 0
		err := eachPlace(dict, s.word, docs, func(doc uint32, places []segment_api.Location) {
			for c[at].doc < doc {
				at++
			}
			for _, p := range places {
				out = append(out, uint64(at)<<32|uint64(s.attr)<<24|min(p.Pos(), 1<<24-1))
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

// near gives the least distance from one word to another, 1 if that follows at once; one step more if it stands before.
func near(a, b []uint64) uint32 {
	best := uint64(farthest)
	for i, k := 0, 0; i < len(a) && k < len(b); {
		if a[i] < b[k] {
			best = min(best, b[k]-a[i])
			i++
		} else {
			if a[i] > b[k] {
				best = min(best, a[i]-b[k]+1)
			}
			k++
		}
	}
	return uint32(best)
}
