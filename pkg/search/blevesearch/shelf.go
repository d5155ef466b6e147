package blevesearch

import (
	"os"
	"path/filepath"
	"slices"
	"sync"

	index "github.com/blevesearch/bleve_index_api"

	"kontor/pkg/fault"
	"kontor/pkg/search"
)

// shelf is one index on disk. It costs nothing until it has a document: then its directory is made. Writers come one at a time and
// each leaves a new view; a search holds the view that it began with.
type shelf struct {
	dir    string       // within the engine's directory, as the manifest has it
	path   string       // of that
	filled func() error // notes in the manifest that the directory is there

	write sync.Mutex // held by whoever changes the index

	mu      sync.Mutex // guards what follows
	refs    int        // of calls, and one for being there
	gone    bool       // dropped: it goes from disk with the last reference
	ready   bool       // the directory is there
	broken  string     // what is damaged
	view    *view      // nil until there is a document
	use     *plan
	merges  bool           // a merge is running
	merging sync.WaitGroup // of what goes on beside
	stop    chan struct{}  // closed when that must end
}

func newShelf(dir string, p physical) *shelf {
	s := &shelf{dir: p.Dir, path: filepath.Join(dir, p.Dir), refs: 1, ready: p.Filled, use: newPlan(p.Settings), stop: make(chan struct{})}
	if p.Format != format {
		s.broken = "it was written by another version"
	}
	return s
}

// open reads what is on disk.
func (s *shelf) open() {
	if s.broken != "" {
		return
	}
	var v *view
	err := guard(func() (err error) {
		v, err = openView(s.path)
		return err
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.broken = reason(err)
		return
	}
	v.memory = newMemory(v.bytes())
	s.view = v
	s.checkLarge(v)
	s.warm(v)
}

// warmed is from how many documents on a segment is loaded before somebody searches in it, who would have to wait for that.
const warmed = 2000

// warm loads large segments beside the first searches. The caller holds mu.
func (s *shelf) warm(v *view) {
	if !slices.ContainsFunc(v.segments, func(seg *segment) bool { return seg.live() >= warmed }) {
		return
	}
	v.hold()
	plan := s.use
	s.merging.Go(func() {
		defer func() { _ = v.release() }()
		for _, seg := range v.segments {
			if seg.live() < warmed || s.stopped() {
				continue
			}
			if err := guard(func() error { return seg.file.load(plan) }); err != nil {
				s.damaged("a segment can't be read")
			}
		}
	})
}

func (s *shelf) stopped() bool {
	select {
	case <-s.stop:
		return true
	default:
		return false
	}
}

// checkLarge reads the files that were too large to be read before they were opened. The caller holds mu.
func (s *shelf) checkLarge(v *view) {
	var large []segmentState
	for _, seg := range v.segments {
		if seg.file.state.Bytes > maxChecked {
			large = append(large, seg.file.state)
		}
	}
	if large == nil {
		return
	}
	v.hold()
	s.merging.Go(func() {
		defer func() { _ = v.release() }()
		for _, st := range large {
			if s.stopped() {
				return
			}
			if err := st.check(filepath.Join(s.path, segmentName(st.Number)), true); err != nil {
				s.damaged(err.Error())
			}
		}
	})
}

func (s *shelf) hold() {
	s.mu.Lock()
	s.refs++
	s.mu.Unlock()
}

// release gives a reference back; the last one of a dropped index removes it.
func (s *shelf) release() {
	s.mu.Lock()
	s.refs--
	last := s.refs == 0
	s.mu.Unlock()
	if last {
		_ = s.close()
		_ = os.RemoveAll(s.path) // else it is swept at the next start
	}
}

// drop removes the index as soon as nobody uses it.
func (s *shelf) drop() {
	s.mu.Lock()
	if !s.gone {
		s.gone = true
		close(s.stop)
	}
	s.mu.Unlock()
	s.release()
}

func (s *shelf) close() error {
	s.mu.Lock()
	if !s.gone {
		s.gone = true
		close(s.stop)
	}
	s.mu.Unlock()
	s.merging.Wait()
	s.mu.Lock()
	v := s.view
	s.view = nil
	s.mu.Unlock()
	if v != nil {
		return v.release()
	}
	return nil
}

func (s *shelf) damage() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.broken
}

// damaged notes what is wrong, for Indexes and for every later call.
func (s *shelf) damaged(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == "" {
		s.broken = reason
	}
}

func (s *shelf) plan() *plan {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.use
}

func (s *shelf) setPlan(p *plan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.use = p
}

// look gives what is seen of the index now, nil if it is empty, held until the view's release.
func (s *shelf) look() (*view, *plan, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != "" {
		return nil, nil, fault.New(fault.Unavailable, "The search index is damaged: %s", s.broken)
	}
	if s.view != nil {
		s.view.hold()
	}
	return s.view, s.use, nil
}

func (s *shelf) info(name string) search.Info {
	info := search.Info{Name: name, Damaged: s.damage()}
	if info.Damaged != "" {
		return info
	}
	v, _, err := s.look()
	if err != nil || v == nil {
		return info
	}
	defer func() { _ = v.release() }()
	info.Documents, info.Bytes = v.documents(), v.bytes()
	return info
}

// change puts documents in and takes ids out, durably, and shows it.
func (s *shelf) change(docs []index.Document, ids []string) error {
	s.write.Lock()
	defer s.write.Unlock()
	v, _, err := s.look()
	if err != nil {
		return err
	}
	if v == nil {
		if len(docs) == 0 {
			return nil
		}
		if v, err = s.begin(); err != nil {
			return err
		}
	}
	defer func() { _ = v.release() }()
	next, err := v.changed(docs, ids)
	if err != nil || next == nil {
		return err
	}
	s.show(next)
	s.merge()
	return nil
}

// begin makes the directory for the first document and gives an empty view. What is there is left of an attempt that was cut off.
func (s *shelf) begin() (*view, error) {
	s.mu.Lock()
	ready := s.ready
	s.mu.Unlock()
	if !ready {
		if err := os.RemoveAll(s.path); err != nil {
			return nil, err
		}
		if err := os.Mkdir(s.path, 0o700); err != nil {
			return nil, err
		}
		if err := (state{}).write(s.path); err != nil {
			return nil, err
		}
		if err := syncDir(filepath.Dir(s.path)); err != nil {
			return nil, err
		}
		if err := s.filled(); err != nil {
			return nil, err
		}
		s.mu.Lock()
		s.ready = true
		s.mu.Unlock()
	}
	return newView(s.path, 0), nil
}

// show makes a view the one that searches see.
func (s *shelf) show(v *view) {
	v.memory = newMemory(v.bytes())
	s.mu.Lock()
	old := s.view
	s.view = v
	s.mu.Unlock()
	if old != nil {
		_ = old.release()
	}
}
