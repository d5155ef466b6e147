package blevesearch

import (
	"errors"
	"os"
	"path/filepath"

	"kontor/pkg/fault"
)

// errLocked says that another process has the lock.
var errLocked = errors.New("locked")

// lockDir keeps a second engine off a directory. The system ends the lock with the process, also by kill -9.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "The search directory %s can't be used", dir)
	}
	if err := tryLock(f); err != nil {
		_ = f.Close()
		if errors.Is(err, errLocked) {
			return nil, fault.New(fault.Conflict, "Another process uses the search directory %s", dir)
		}
		return nil, fault.Wrap(fault.Unavailable, err, "The search directory %s can't be locked", dir)
	}
	return f, nil
}
