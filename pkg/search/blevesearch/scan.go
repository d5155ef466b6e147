package blevesearch

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2"
	segment_api "github.com/blevesearch/scorch_segment_api/v2"

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

// scan merges what the segments have, each in order.
func (v *view) scan(after string, limit int) ([]search.Stamp, error) {
	var heads []*stamps
	for _, seg := range v.segments {
		h, err := seg.stamps(after)
		if err == nil {
			err = h.next()
		}
		if err != nil {
			return nil, err
		}
		heads = append(heads, h)
	}
	var out []search.Stamp
	for len(out) < limit {
		var first *stamps
		for _, h := range heads {
			if !h.done && (first == nil || h.now.ID < first.now.ID) {
				first = h
			}
		}
		if first == nil {
			break
		}
		out = append(out, first.now)
		if err := first.next(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// stamps walks through the documents of a segment that are there, by id.
type stamps struct {
	seg  *segment
	dict segment_api.TermDictionary
	it   segment_api.DictionaryIterator
	docs *roaring.Bitmap
	now  search.Stamp
	done bool
}

func (s *segment) stamps(after string) (*stamps, error) {
	dict, err := s.file.zap.Dictionary(stampField)
	if err != nil {
		return nil, err
	}
	return &stamps{seg: s, dict: dict, it: terms(dict, []byte(after+"\x01")), docs: roaring.New()}, nil
}

func (s *stamps) next() error {
	for {
		e, err := s.it.Next()
		if err != nil || e == nil {
			s.done = true
			return err
		}
		if !s.seg.deleted.IsEmpty() {
			s.docs.Clear()
			if err := gather(s.docs, s.dict, []byte(e.Term)); err != nil {
				return err
			}
			if s.docs.AndNot(s.seg.deleted); s.docs.IsEmpty() {
				continue
			}
		}
		ok := false
		if s.now, ok = readStamp(e.Term); !ok {
			return errStored
		}
		return nil
	}
}
