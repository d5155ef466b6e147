package blevesearch

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"
	segment_api "github.com/blevesearch/scorch_segment_api/v2"
	zap "github.com/blevesearch/zapx/v17"
)

// segmentFile is an open file of Bleve's with what is kept in memory of it. Neither ever changes.
type segmentFile struct {
	zap    *zap.Segment
	path   string
	state  segmentState
	refs   int32
	doomed atomic.Bool // the file goes with the last reference

	mu      sync.Mutex // guards what follows; filled at the first use
	table   *words
	names   *names
	order   []uint32 // documents by id
	columns map[string]*column
}

func openFile(name string, s segmentState) (*segmentFile, error) {
	f := &segmentFile{path: name, state: s, refs: 1, columns: map[string]*column{}}
	err := guard(func() error {
		opened, err := new(zap.ZapPlugin).Open(name)
		if err != nil {
			return err
		}
		ok := false
		f.zap, ok = opened.(*zap.Segment)
		if !ok {
			return errors.Join(errors.New("it is no segment"), opened.Close())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (f *segmentFile) hold() { atomic.AddInt32(&f.refs, 1) }

func (f *segmentFile) release() error {
	if atomic.AddInt32(&f.refs, -1) > 0 {
		return nil
	}
	err := f.zap.Close()
	if f.doomed.Load() {
		err = errors.Join(err, os.Remove(f.path))
	}
	return err
}

// load loads all that searches need of a segment.
func (f *segmentFile) load(p *plan) error {
	if _, err := f.words(p); err != nil {
		return err
	}
	if _, err := f.byID(); err != nil {
		return err
	}
	for _, a := range p.settings.Attributes {
		if a.Filter || a.Sort {
			c, err := f.column(a.Name)
			if err != nil {
				return err
			}
			if a.Sort {
				c.ordered()
			}
		}
	}
	return nil
}

// warm loads what was loaded of the segments that this one takes the place of, before it is searched.
func (f *segmentFile) warm(of []*segment, p *plan) {
	for _, s := range of {
		s.file.mu.Lock()
		table, names := s.file.table != nil, s.file.names != nil
		columns := make([]string, 0, len(s.file.columns))
		for name := range s.file.columns {
			columns = append(columns, name)
		}
		s.file.mu.Unlock()
		if table {
			_, _ = f.words(p)
		}
		if names {
			_, _ = f.ids()
		}
		for _, name := range columns {
			_, _ = f.column(name)
		}
	}
}

// segment is a file as a view sees it: without the documents that are deleted.
type segment struct {
	file    *segmentFile
	deleted *roaring.Bitmap
}

func newSegment(f *segmentFile, deleted *roaring.Bitmap) *segment {
	return &segment{file: f, deleted: deleted}
}

func (s *segment) live() int { return int(s.file.zap.Count() - s.deleted.GetCardinality()) }

// all gives the documents that are there.
func (s *segment) all() *roaring.Bitmap {
	docs := roaring.New()
	docs.AddRange(0, s.file.zap.Count())
	docs.AndNot(s.deleted)
	return docs
}

// gather adds the documents of one term to docs, deleted ones too.
func gather(docs *roaring.Bitmap, dict segment_api.TermDictionary, term []byte) error {
	list, err := dict.PostingsList(term, nil, nil)
	if err != nil {
		return err
	}
	if l, ok := list.(*zap.PostingsList); ok {
		l.OrInto(docs)
	}
	return nil
}

// eachTerm calls fn with the terms of a field in order.
func eachTerm(z *zap.Segment, field string, fn func(term string)) error {
	dict, err := z.Dictionary(field)
	if err != nil {
		return err
	}
	for it := terms(dict, nil); ; {
		e, err := it.Next()
		if err != nil || e == nil {
			return err
		}
		fn(e.Term)
	}
}

// terms gives a dictionary's terms in order, from one on, without counting their documents.
func terms(dict segment_api.TermDictionary, from []byte) segment_api.DictionaryIterator {
	if d, ok := dict.(*zap.Dictionary); ok {
		return d.AutomatonIteratorOmitCount(nil, from, nil)
	}
	return dict.AutomatonIterator(nil, from, nil)
}
