package fileblob

import (
	"errors"
	"os"
	"sync"
)

// syncer writes directories to the disk. Those who wait for one directory share a sync: the first that comes while another is running
// does the next for all who come before that begins.
type syncer struct {
	mu   sync.Mutex
	dirs map[string]*round // the youngest round of each directory
}

// round is one sync of a directory.
type round struct {
	begun bool          // who comes now needs another
	done  chan struct{} // closed when it has ended
	err   error
}

// sync returns when a sync of the directory that began after the call has ended.
func (s *syncer) sync(dir string) error {
	s.mu.Lock()
	last := s.dirs[dir]
	if last != nil && !last.begun {
		s.mu.Unlock()
		<-last.done
		return last.err
	}
	if s.dirs == nil {
		s.dirs = map[string]*round{}
	}
	own := &round{done: make(chan struct{})}
	s.dirs[dir] = own
	s.mu.Unlock()
	if last != nil {
		<-last.done
	}
	s.mu.Lock()
	own.begun = true
	s.mu.Unlock()
	own.err = syncDir(dir)
	s.mu.Lock()
	if s.dirs[dir] == own {
		delete(s.dirs, dir)
	}
	s.mu.Unlock()
	close(own.done)
	return own.err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
