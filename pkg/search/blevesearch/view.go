package blevesearch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"
	index "github.com/blevesearch/bleve_index_api"
	zap "github.com/blevesearch/zapx/v17"
)

// view is an index at one moment: its segments and which of their documents are there. It is never changed.
type view struct {
	path     string
	numbers  *atomic.Int64 // number of the last segment, shared with the views that follow
	segments []*segment
	refs     int32
	memory   *memory // made when it is shown
}

func newView(path string, last int) *view {
	v := &view{path: path, numbers: new(atomic.Int64), refs: 1}
	v.numbers.Store(int64(last))
	return v
}

// successor is a view without segments that follows this one.
func (v *view) successor() *view {
	return &view{path: v.path, numbers: v.numbers, refs: 1}
}

// openView reads an index from disk, checks it, and removes files that a crash left.
func openView(path string) (*view, error) {
	st, err := readState(path)
	if err != nil {
		return nil, err
	}
	v := newView(path, st.Next)
	known := map[string]bool{stateName: true}
	for _, s := range st.Segments {
		known[segmentName(s.Number)] = true
		seg, err := openSegment(path, s)
		if err != nil {
			return nil, errors.Join(err, v.release())
		}
		v.segments = append(v.segments, seg)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, errors.Join(err, v.release())
	}
	for _, e := range entries {
		if !known[e.Name()] {
			_ = os.RemoveAll(filepath.Join(path, e.Name()))
		}
	}
	return v, nil
}

func openSegment(path string, s segmentState) (*segment, error) {
	name := filepath.Join(path, segmentName(s.Number))
	if err := s.check(name, s.Bytes <= maxChecked); err != nil {
		return nil, err
	}
	f, err := openFile(name, s)
	if err != nil {
		return nil, err
	}
	deleted := roaring.New()
	if s.Deleted != nil {
		if err := deleted.UnmarshalBinary(s.Deleted); err != nil {
			return nil, errors.Join(err, f.release())
		}
	}
	return newSegment(f, deleted), nil
}

func (v *view) hold() { atomic.AddInt32(&v.refs, 1) }

func (v *view) release() error {
	if atomic.AddInt32(&v.refs, -1) > 0 {
		return nil
	}
	var errs []error
	for _, s := range v.segments {
		errs = append(errs, s.file.release())
	}
	return errors.Join(errs...)
}

func (v *view) documents() int {
	n := 0
	for _, s := range v.segments {
		n += s.live()
	}
	return n
}

func (v *view) bytes() int64 {
	n := int64(0)
	for _, s := range v.segments {
		n += s.file.state.Bytes
	}
	return n
}

// changed gives the view with documents put in and ids taken out, on disk already, or nil if that changes nothing.
func (v *view) changed(docs []index.Document, ids []string) (*view, error) {
	next := v.successor()
	all := make([]string, 0, len(docs)+len(ids))
	for _, d := range docs {
		all = append(all, d.ID())
	}
	all = append(all, ids...)
	hit := len(docs) > 0
	for _, s := range v.segments {
		gone, err := s.file.zap.DocNumbers(all)
		if err != nil {
			return nil, errors.Join(err, next.release())
		}
		gone.AndNot(s.deleted)
		hit = hit || !gone.IsEmpty()
		next.keep(s, gone)
	}
	if !hit {
		return nil, next.release()
	}
	if len(docs) > 0 {
		if err := next.add(docs); err != nil {
			return nil, errors.Join(err, next.release())
		}
	}
	return next.inPlaceOf(v)
}

// inPlaceOf saves a view and marks the files that only the one before has; they go when nobody reads them any more. If it can't be saved,
// it is the other way round.
func (v *view) inPlaceOf(old *view) (*view, error) {
	if err := v.save(); err != nil {
		v.replaced(old)
		return nil, errors.Join(err, v.release())
	}
	old.replaced(v)
	return v, nil
}

// replaced marks the files that the next view does not have.
func (v *view) replaced(next *view) {
	kept := map[*segmentFile]bool{}
	for _, s := range next.segments {
		kept[s.file] = true
	}
	for _, s := range v.segments {
		if !kept[s.file] {
			s.file.doomed.Store(true)
		}
	}
}

// keep takes over a segment without the documents that are gone; one without any is left out.
func (v *view) keep(s *segment, gone *roaring.Bitmap) {
	if gone.IsEmpty() {
		s.file.hold()
		v.segments = append(v.segments, s)
		return
	}
	deleted := roaring.Or(s.deleted, gone)
	if deleted.GetCardinality() == s.file.zap.Count() {
		return
	}
	s.file.hold()
	v.segments = append(v.segments, newSegment(s.file, deleted))
}

// add writes a segment of new documents.
func (v *view) add(docs []index.Document) error {
	made, _, err := new(zap.ZapPlugin).New(docs)
	if err != nil {
		return err
	}
	inMemory, ok := made.(*zap.SegmentBase)
	if !ok {
		return fmt.Errorf("a new segment is a %T", made)
	}
	defer inMemory.Close()
	number := int(v.numbers.Add(1))
	name := filepath.Join(v.path, segmentName(number))
	if err := zap.PersistSegmentBase(inMemory, name); err != nil {
		return err
	}
	f, err := sealed(name, number)
	if err != nil {
		return err
	}
	v.segments = append(v.segments, newSegment(f, roaring.New()))
	return nil
}

// sealed opens a segment that was just written.
func sealed(name string, number int) (*segmentFile, error) {
	n, h, err := seal(name)
	if err != nil {
		return nil, err
	}
	return openFile(name, segmentState{Number: number, Bytes: n, Sum: h})
}

// save writes down what the view consists of; from then on it is the index.
func (v *view) save() error {
	st := state{Next: int(v.numbers.Load())}
	for _, s := range v.segments {
		entry := s.file.state
		if !s.deleted.IsEmpty() {
			data, err := s.deleted.ToBytes()
			if err != nil {
				return err
			}
			entry.Deleted = data
		}
		st.Segments = append(st.Segments, entry)
	}
	return st.write(v.path)
}

// guard turns a panic into an error: Bleve panics on what it does not expect in its files, and reading a file that became shorter is
// a fault of memory.
func guard(fn func() error) (err error) {
	old := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(old)
	defer func() {
		if r := recover(); r != nil {
			err = &panicked{value: r, stack: debug.Stack()}
		}
	}()
	return fn()
}

// panicked is a panic of Bleve's as an error.
type panicked struct {
	value any
	stack []byte
}

// reason is what operators read of an error; the stack of a panic is for a log.
func reason(err error) string {
	var p *panicked
	if errors.As(err, &p) {
		return fmt.Sprintf("the index can't be read: %v", p.value)
	}
	return err.Error()
}

func (p *panicked) Error() string {
	return fmt.Sprintf("the index can't be read: %v\n%s", p.value, p.stack)
}
