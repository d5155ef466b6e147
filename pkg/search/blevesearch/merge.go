package blevesearch

import (
	"cmp"
	"errors"
	"math/bits"
	"path/filepath"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment_api "github.com/blevesearch/scorch_segment_api/v2"
	zap "github.com/blevesearch/zapx/v17"
)

// Segments of about one size are merged when there are mergeWidth of them, so that a search meets few and a document is written
// again only as often as its index grows by that factor. Below smallSegment all sizes are one.
const (
	mergeWidth   = 5
	smallSegment = 256
)

// tier is the size of a segment as merging sees it.
func tier(documents int) int {
	n := max(documents, smallSegment) / smallSegment
	return bits.Len(uint(n)) / 2 // by factors of 4
}

// pick gives the segments of a view that had better be one: of the lowest full tier, or one that is mostly deleted.
func (v *view) pick() []*segment {
	tiers := map[int][]*segment{}
	for _, s := range v.segments {
		t := tier(s.live())
		tiers[t] = append(tiers[t], s)
	}
	lowest := -1
	for t, of := range tiers {
		if len(of) >= mergeWidth && (lowest < 0 || t < lowest) {
			lowest = t
		}
	}
	if lowest >= 0 {
		of := tiers[lowest]
		slices.SortFunc(of, func(a, b *segment) int { return cmp.Compare(a.live(), b.live()) })
		return of
	}
	for _, s := range v.segments {
		if gone := int(s.deleted.GetCardinality()); gone > smallSegment && gone > s.live() {
			return []*segment{s}
		}
	}
	return nil
}

// merge begins a merge beside searches and writes if one is due and none runs. The caller holds write.
func (s *shelf) merge() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.merges || s.gone || s.view == nil || s.broken != "" {
		return
	}
	of := s.view.pick()
	if of == nil {
		return
	}
	s.view.hold()
	s.merges = true
	v := s.view
	s.merging.Go(func() {
		err := guard(func() error { return s.merged(v, of) })
		_ = v.release()
		s.mu.Lock()
		s.merges = false
		s.mu.Unlock()
		var p *panicked
		switch {
		case errors.As(err, &p):
			s.damaged("its segments can't be merged")
		case err == nil: // one that failed, as on a full disk, comes again with the next write
			s.write.Lock()
			s.merge()
			s.write.Unlock()
		}
	})
}

// merged writes segments of a view as one and puts it in their place, without what was deleted in the meantime.
func (s *shelf) merged(v *view, of []*segment) error {
	number := int(v.numbers.Add(1))
	name := filepath.Join(v.path, segmentName(number))
	var (
		from  []segment_api.Segment
		drops []*roaring.Bitmap
	)
	for _, seg := range of {
		from, drops = append(from, seg.file.zap), append(drops, seg.deleted)
	}
	places, _, err := new(zap.ZapPlugin).Merge(from, drops, name, s.stop, nil)
	if err != nil {
		return err
	}
	file, err := sealed(name, number)
	if err != nil {
		return err
	}
	file.warm(of, s.plan())
	s.write.Lock()
	defer s.write.Unlock()
	s.mu.Lock()
	now := s.view
	s.mu.Unlock()
	if now == nil { // closed meanwhile
		file.doomed.Store(true)
		return file.release()
	}
	next := now.successor()
	deleted := roaring.New()
	for i, seg := range of {
		moved(deleted, places[i], seg, now)
	}
	for _, seg := range now.segments {
		if !slices.ContainsFunc(of, func(o *segment) bool { return o.file == seg.file }) {
			seg.file.hold()
			next.segments = append(next.segments, seg)
		}
	}
	if deleted.GetCardinality() < file.zap.Count() {
		next.segments = append(next.segments, newSegment(file, deleted))
	} else {
		file.doomed.Store(true)
		_ = file.release()
	}
	if next, err = next.inPlaceOf(now); err != nil {
		return err
	}
	s.show(next)
	return nil
}

// moved adds to deleted what of a merged segment was deleted since, at the places that its documents have now.
func moved(deleted *roaring.Bitmap, places []uint64, was *segment, now *view) {
	since := roaring.New()
	since.AddRange(0, uint64(len(places)))
	for _, s := range now.segments {
		if s.file == was.file {
			since = roaring.AndNot(s.deleted, was.deleted)
		}
	}
	for it := since.Iterator(); it.HasNext(); {
		if at := places[it.Next()]; at <= 1<<32-1 {
			deleted.Add(uint32(at))
		}
	}
}
