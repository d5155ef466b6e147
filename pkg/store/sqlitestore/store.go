package sqlitestore

import (
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/store"
)

// Options tune a Store; the zero value is good.
type Options struct {
	Readers int           // how many calls may read at once; 0 means two for each processor, at most 8
	Busy    time.Duration // how long a write waits for another process's before it is Unavailable; 0 means 10 s

	// Unsynced leaves out fsync, so that tests run faster. A write then survives a crash of the process, not of the machine.
	Unsynced bool
}

// Store is a store.Store in one SQLite file.
type Store struct {
	dsn      string
	readers  *pool
	writer   *conn
	requests chan *request
	written  chan struct{} // closed when the writer goroutine has ended
	stop     chan struct{} // closed when Close begins
	cache    cache
	counts   counts
	version  int64        // the writer's data_version at its last transaction
	others   atomic.Int64 // how often other processes were seen to have committed

	mu          sync.RWMutex
	collections map[string]*collection
	closed      bool
	running     sync.WaitGroup
}

var _ store.Store = (*Store)(nil)

// Open opens the file at path, or makes it; its directory must be there. A file of another program, or of a newer layout than
// this one knows, is Invalid and stays untouched.
func Open(path string, opts Options) (*Store, error) {
	if path == "" {
		return nil, fault.New(fault.Invalid, "The database file has no name")
	}
	if opts.Readers <= 0 {
		opts.Readers = min(8, 2*runtime.GOMAXPROCS(0))
	}
	if opts.Busy <= 0 {
		opts.Busy = 10 * time.Second
	}
	makePrivate(path)
	dsn := source(path, opts)
	// The writer touches a page of every index; reading them anew for each entry would cost more than writing them.
	writer, err := openFile(dsn+"&_pragma=cache_size(-64000)", migrations())
	if err != nil {
		return nil, err
	}
	s := &Store{
		dsn: dsn, writer: writer, collections: map[string]*collection{},
		readers:  newPool(opts.Readers, func() (*conn, error) { return dial(dsn + "&_pragma=query_only(1)") }),
		requests: make(chan *request, maxBatch), written: make(chan struct{}), stop: make(chan struct{}),
	}
	if s.counts.watch, err = dial(dsn + "&_pragma=query_only(1)"); err != nil {
		return nil, convert(context.Background(), errors.Join(err, writer.close()))
	}
	s.lookForOthers(context.Background())
	go s.write()
	return s, nil
}

// source is the driver's name for the file. The page cache is 8 MB a connection; mmap stays off, since it makes a large file count
// as memory of the process. The savepoint of each call in a group commit keeps its undo log in memory, not in a temporary file. The log
// may grow to 32 MB before it is written back, since the pages of indexes are written many times.
func source(path string, opts Options) string {
	u := url.URL{Path: filepath.ToSlash(path)}
	name := u.EscapedPath()
	if !strings.HasPrefix(name, "/") {
		name = "./" + name // no name is taken for a scheme or for memory
	}
	synchronous := "FULL"
	if opts.Unsynced {
		synchronous = "OFF"
	}
	return "file:" + name + "?_pragma=busy_timeout(" + strconv.FormatInt(opts.Busy.Milliseconds(), 10) +
		")&_pragma=synchronous(" + synchronous + ")&_pragma=cache_size(-8000)&_pragma=mmap_size(0)&_pragma=temp_store(MEMORY)&_pragma=wal_autocheckpoint(8000)"
}

// begin counts a call in, unless the store is closed; the caller calls the function when it is done.
func (s *Store) begin(ctx context.Context) (func(), error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, closed()
	}
	if ctx.Err() != nil {
		return nil, ended(ctx)
	}
	s.running.Add(1)
	return s.running.Done, nil
}

// collection gives what Ensure has made ready in this process.
func (s *Store) collection(name string) (*collection, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, ok := s.collections[name]
	switch {
	case s.closed:
		return nil, closed()
	case !ok:
		return nil, fault.New(fault.Invalid, "The collection %q is not known to the store", name)
	}
	return c, nil
}

func (s *Store) keep(c *collection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.collections[c.decl.Name] = c
}

// Ping reads one page of the file.
func (s *Store) Ping(ctx context.Context) error {
	return s.read(ctx, func(c *conn) error {
		_, err := c.number(ctx, "SELECT count(*) FROM sqlite_schema WHERE name=''")
		return err
	})
}

// read runs fn with a reader of its own.
func (s *Store) read(ctx context.Context, fn func(c *conn) error) error {
	done, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	c, err := s.readers.take(ctx)
	if err != nil {
		return convert(ctx, err)
	}
	defer s.readers.give(c)
	return convert(ctx, c.bounded(ctx, fn))
}

// Close waits for running calls, writes the log back into the file and closes it.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	close(s.stop)
	s.running.Wait()
	close(s.requests)
	<-s.written
	s.readers.close()
	s.counts.close()
	ctx := context.Background()
	// Another process may be reading: then the log stays, for it or for the next to open the file.
	_, _ = s.writer.exec(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return convert(ctx, s.writer.close())
}
