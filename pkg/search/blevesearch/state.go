package blevesearch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
)

const stateName = "state.json"

// state is what an index consists of: one file, replaced in one step, with its checksum before it.
type state struct {
	Next     int // the number of the segment that was made last
	Segments []segmentState
}

// segmentState is one of Bleve's segments: a file that is never changed, and which of its documents are no longer there.
type segmentState struct {
	Number  int
	Bytes   int64
	Sum     uint32 // of the file
	Deleted []byte // a bitmap, nil if none
}

func segmentName(n int) string { return fmt.Sprintf("%08d.zap", n) }

func readState(dir string) (state, error) {
	var st state
	data, err := os.ReadFile(filepath.Join(dir, stateName))
	if err != nil {
		return st, errors.New("its list of segments can't be read")
	}
	sum, rest, found := bytes.Cut(data, []byte("\n"))
	if !found || string(sum) != checksum(rest) || json.Unmarshal(rest, &st) != nil {
		return st, errors.New("its list of segments is damaged")
	}
	return st, nil
}

func (st state) write(dir string) error {
	data, err := json.Marshal(st)
	if err != nil {
		return err
	}
	return replaceFile(dir, stateName, append([]byte(checksum(data)+"\n"), data...))
}

// replaceFile gives a file new content in one step. It is on disk, under its name, when replaceFile returns.
func replaceFile(dir, name string, data []byte) error {
	temp := filepath.Join(dir, name+".new")
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(temp, filepath.Join(dir, name))
	}
	if err != nil {
		return err
	}
	return syncDir(dir)
}

// seal brings a new segment file to disk and gives its size and checksum.
func seal(path string) (int64, uint32, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return 0, 0, err
	}
	return sum(f)
}

func sum(f *os.File) (int64, uint32, error) {
	h := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	n, err := io.Copy(h, f)
	return n, h.Sum32(), err
}

// maxChecked is up to which size a segment file is read as a whole before it is opened; a larger one is read beside the first searches.
const maxChecked = 32 << 20

// check tells whether a segment file is as it was written: by its size, or by all of its bytes.
func (s segmentState) check(path string, whole bool) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("the segment %d can't be read", s.Number)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() != s.Bytes {
		return fmt.Errorf("the segment %d has not the size that it had", s.Number)
	}
	if !whole {
		return nil
	}
	if _, h, err := sum(f); err != nil || h != s.Sum {
		return fmt.Errorf("the segment %d is damaged", s.Number)
	}
	return nil
}
