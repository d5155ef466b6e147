package blevesearch

import (
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"kontor/pkg/fault"
	"kontor/pkg/search"
)

// Scan gives what an index holds, by id.
func (e *Engine) Scan(ctx context.Context, index, after string, limit int) ([]search.Stamp, error) {
	if err := e.begin(ctx); err != nil {
		return nil, err
	}
	defer e.end()
	if limit < 0 {
		return nil, fault.New(fault.Invalid, "A limit is below 0")
	}
	s, err := e.shelf(index)
	if err != nil {
		return nil, err
	}
	defer s.release()
	v, _, err := s.look()
	if err != nil || v == nil {
		return nil, err
	}
	defer func() { _ = v.release() }()
	var out []search.Stamp
	err = guard(func() (err error) {
		out, err = v.scan(after, limit)
		return err
	})
	return out, s.failed(err, "read")
}

// scan takes the first of each segment and of those the first.
func (v *view) scan(after string, limit int) ([]search.Stamp, error) {
	var all []search.Stamp
	for _, seg := range v.segments {
		some, err := seg.scan(after, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b search.Stamp) int { return compareText(a.ID, b.ID) })
	return all[:min(len(all), limit)], nil
}

func (s *segment) scan(after string, limit int) ([]search.Stamp, error) {
	dict, err := s.file.zap.Dictionary(stampField)
	if err != nil {
		return nil, err
	}
	var out []search.Stamp
	var failed error
	docs := roaring.New()
	err = eachTerm(s.file.zap, stampField, []byte(after+"\x01"), func(term string) bool {
		if len(out) == limit {
			return false
		}
		docs.Clear()
		if failed = gather(docs, dict, []byte(term)); failed != nil {
			return false
		}
		stamp, ok := readStamp(term)
		if !ok {
			failed = errStored
			return false
		}
		if docs.AndNot(s.deleted); !docs.IsEmpty() {
			out = append(out, stamp)
		}
		return true
	})
	return out, firstError(err, failed)
}
