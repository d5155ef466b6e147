package blevesearch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"kontor/pkg/search"
)

// format is raised when documents are written in another way; an index of another format is damaged, and so filled anew.
const format = 2

const manifestName = "indexes.json"

// manifest says which indexes there are. On disk it is one file, replaced in one step: a line with the checksum, then JSON.
type manifest struct {
	Next    int                 // the number of the directory that was made last
	Indexes map[string]physical // by name
}

// physical is an index on disk.
type physical struct {
	Dir      string // within the engine's directory
	Filled   bool   // it has had a document, so the directory is there
	Format   int
	Settings search.Settings
}

var physicalName = regexp.MustCompile(`^index-[0-9]+$`)

func physicalDir(n int) string { return fmt.Sprintf("index-%06d", n) }

// readManifest gives what is on disk. One that is damaged or missing is as good as none: everything can be filled anew, and
// directories are not used again because their number goes on from the highest that is there.
func readManifest(dir string) manifest {
	m := manifest{}
	data, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err == nil {
		sum, rest, found := bytes.Cut(data, []byte("\n"))
		if !found || string(sum) != checksum(rest) || json.Unmarshal(rest, &m) != nil {
			m = manifest{}
		}
	}
	if m.Indexes == nil {
		m.Indexes = map[string]physical{}
	}
	if names, err := filepath.Glob(filepath.Join(dir, "index-*")); err == nil {
		for _, name := range names {
			n := 0
			if _, err := fmt.Sscanf(filepath.Base(name), "index-%d", &n); err == nil {
				m.Next = max(m.Next, n)
			}
		}
	}
	return m
}

func checksum(data []byte) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE(data)) }

// write replaces the file. It is on disk, under its name, when write returns.
func (m manifest) write(dir string) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	data = append([]byte(checksum(data)+"\n"), data...)
	return replaceFile(dir, manifestName, data)
}

func (m manifest) clone() manifest {
	m.Indexes = maps.Clone(m.Indexes)
	return m
}

func (m manifest) owns(dir string) bool {
	for _, p := range m.Indexes {
		if p.Dir == dir {
			return true
		}
	}
	return false
}

// open opens all indexes at once; one that can't be opened is there as damaged.
func (m manifest) open(dir string) map[string]*shelf {
	var (
		all  = map[string]*shelf{}
		wait sync.WaitGroup
	)
	for name, p := range m.Indexes {
		s := newShelf(dir, p)
		all[name] = s
		if p.Filled {
			wait.Go(s.open)
		}
	}
	wait.Wait()
	return all
}

// markFilled notes that the directory of an index is there, before its first document is.
func (e *Engine) markFilled(s *shelf) error {
	e.admin.Lock()
	defer e.admin.Unlock()
	m := e.manifest.clone()
	for name, p := range m.Indexes {
		if p.Dir == s.dir {
			p.Filled = true
			m.Indexes[name] = p
		}
	}
	return e.replace(m)
}
