package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// lockName is the file that a serve holds locked. It stays when the lock ends: whoever deleted it could delete another's.
const lockName = "serve.lock"

// errLocked says that another process has the lock.
var errLocked = errors.New("locked")

// dataLock keeps a second serve off a data directory. The system ends it with the process, also by kill -9. Other commands work
// beside a server and do not take it.
type dataLock struct{ file *os.File }

func lockData(dir string) (*dataLock, error) {
	if err := makeData(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%s can't be opened: %w", path, cause(err))
	}
	if err := tryLock(f); err != nil {
		defer f.Close()
		if errors.Is(err, errLocked) {
			return nil, fmt.Errorf("another kontor serve%s runs on the data directory %s", holder(f), dir)
		}
		return nil, fmt.Errorf("%s can't be locked: %w", path, err)
	}
	// The number is for the message only, so it does no harm if it can't be written.
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return &dataLock{f}, nil
}

// holder names the process in the file, if one is there.
func holder(f *os.File) string {
	data, err := io.ReadAll(io.LimitReader(f, 32))
	pid := strings.TrimSpace(string(data))
	if _, wrong := strconv.Atoi(pid); err != nil || wrong != nil {
		return ""
	}
	return " (process " + pid + ")"
}

// release ends the lock.
func (l *dataLock) release() error { return l.file.Close() }
