package blevesearch

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"

	"kontor/pkg/fault"
	"kontor/pkg/search"
)

// Options tune an Engine; the zero value is right.
type Options struct{}

// Engine is the driver. It holds its directory locked until Close.
type Engine struct {
	dir  string
	lock *os.File

	admin sync.Mutex // held while the manifest changes

	mu       sync.RWMutex // guards what follows
	closed   bool
	shelves  map[string]*shelf
	manifest manifest
	calls    sync.WaitGroup
}

var _ search.Engine = (*Engine)(nil)

// Open opens the indexes in a directory, which is made if it is not there. A damaged index does not keep it from opening: Indexes lists
// it. It is Conflict if another process has the directory.
func Open(dir string, _ Options) (*Engine, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "The search directory %s can't be made", dir)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	e := &Engine{dir: dir, lock: lock, manifest: readManifest(dir)}
	e.shelves = e.manifest.open(dir)
	for _, s := range e.shelves {
		s.filled = func() error { return e.markFilled(s) }
	}
	e.sweep()
	return e, nil
}

// sweep removes what no index of the manifest owns: what a crash left of an index that was dropped.
func (e *Engine) sweep() {
	entries, err := os.ReadDir(e.dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if owned := e.manifest.owns(entry.Name()); entry.IsDir() && !owned && physicalName.MatchString(entry.Name()) {
			_ = os.RemoveAll(filepath.Join(e.dir, entry.Name())) // again at the next start if it fails
		}
	}
}

var indexName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,99}~?$`)

// begin counts a call in; the call ends it.
func (e *Engine) begin(ctx context.Context) error {
	if err := ended(ctx); err != nil {
		return err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.closed {
		return fault.New(fault.Unavailable, "The search engine is closed")
	}
	e.calls.Add(1)
	return nil
}

func (e *Engine) end() { e.calls.Done() }

// shelf gives the index of a name, held until release.
func (e *Engine) shelf(name string) (*shelf, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	s := e.shelves[name]
	if s == nil {
		return nil, fault.New(fault.NotFound, "There is no search index %q", name)
	}
	s.hold()
	return s, nil
}

// Ensure makes an index, or changes what of its settings can be changed without its documents.
func (e *Engine) Ensure(ctx context.Context, index string, s search.Settings) error {
	if err := e.begin(ctx); err != nil {
		return err
	}
	defer e.end()
	if !indexName.MatchString(index) {
		return fault.New(fault.Invalid, "%q is no name of an index", index)
	}
	if err := checkSettings(s); err != nil {
		return err
	}
	e.admin.Lock()
	defer e.admin.Unlock()
	e.mu.RLock()
	there := e.shelves[index]
	e.mu.RUnlock()
	if there == nil {
		return e.make(index, s)
	}
	if reason := there.damage(); reason != "" {
		return fault.New(fault.Unavailable, "The search index %q is damaged: %s", index, reason)
	}
	old := there.plan().settings
	if !sameDocuments(old, s) {
		return fault.New(fault.Conflict, "The search index %q has other settings; fill a shadow and swap", index)
	}
	if sameSettings(old, s) {
		return nil
	}
	m := e.manifest.clone()
	entry := m.Indexes[index]
	entry.Settings = s
	m.Indexes[index] = entry
	if err := e.replace(m); err != nil {
		return err
	}
	there.setPlan(newPlan(s))
	return nil
}

func (e *Engine) make(index string, s search.Settings) error {
	m := e.manifest.clone()
	m.Next++
	entry := physical{Dir: physicalDir(m.Next), Format: format, Settings: s}
	m.Indexes[index] = entry
	if err := e.replace(m); err != nil {
		return err
	}
	made := newShelf(e.dir, entry)
	made.filled = func() error { return e.markFilled(made) }
	e.mu.Lock()
	defer e.mu.Unlock()
	e.shelves[index] = made
	return nil
}

// replace makes m the manifest, on disk and here. The caller holds admin.
func (e *Engine) replace(m manifest) error {
	if err := m.write(e.dir); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The list of search indexes can't be written")
	}
	e.manifest = m
	return nil
}

// Swap gives the documents of a shadow another name, and drops what had it.
func (e *Engine) Swap(ctx context.Context, index, shadow string) error {
	if err := e.begin(ctx); err != nil {
		return err
	}
	defer e.end()
	if !indexName.MatchString(index) || index == shadow {
		return fault.New(fault.Invalid, "The index %q can't be swapped for %q", index, shadow)
	}
	e.admin.Lock()
	defer e.admin.Unlock()
	m := e.manifest.clone()
	entry, ok := m.Indexes[shadow]
	if !ok {
		return fault.New(fault.NotFound, "There is no search index %q", shadow)
	}
	delete(m.Indexes, shadow)
	m.Indexes[index] = entry
	if err := e.replace(m); err != nil {
		return err
	}
	e.mu.Lock()
	old := e.shelves[index]
	e.shelves[index] = e.shelves[shadow]
	delete(e.shelves, shadow)
	e.mu.Unlock()
	if old != nil {
		old.drop()
	}
	return nil
}

// Drop removes an index.
func (e *Engine) Drop(ctx context.Context, index string) error {
	if err := e.begin(ctx); err != nil {
		return err
	}
	defer e.end()
	e.admin.Lock()
	defer e.admin.Unlock()
	m := e.manifest.clone()
	if _, ok := m.Indexes[index]; !ok {
		return nil
	}
	delete(m.Indexes, index)
	if err := e.replace(m); err != nil {
		return err
	}
	e.mu.Lock()
	old := e.shelves[index]
	delete(e.shelves, index)
	e.mu.Unlock()
	old.drop()
	return nil
}

// Indexes lists the indexes.
func (e *Engine) Indexes(ctx context.Context) ([]search.Info, error) {
	if err := e.begin(ctx); err != nil {
		return nil, err
	}
	defer e.end()
	e.mu.RLock()
	names := make(map[string]*shelf, len(e.shelves))
	for name, s := range e.shelves {
		s.hold()
		names[name] = s
	}
	e.mu.RUnlock()
	list := make([]search.Info, 0, len(names))
	for name, s := range names {
		list = append(list, s.info(name))
		s.release()
	}
	slices.SortFunc(list, func(a, b search.Info) int { return compareText(a.Name, b.Name) })
	return list, nil
}

// Close waits for running calls and closes the indexes.
func (e *Engine) Close() error {
	e.mu.Lock()
	again := e.closed
	e.closed = true
	e.mu.Unlock()
	e.calls.Wait()
	if again {
		return nil
	}
	var errs []error
	for _, s := range e.shelves {
		errs = append(errs, s.close())
	}
	errs = append(errs, e.lock.Close())
	if err := errors.Join(errs...); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The search engine did not close in order")
	}
	return nil
}

// ended gives the fault of a context that has ended.
func ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fault.Wrap(fault.Timeout, err, "The time for a search is over")
	}
	return nil
}
