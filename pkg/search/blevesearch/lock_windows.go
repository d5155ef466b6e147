package blevesearch

import (
	"errors"
	"os"
	"syscall"
	"unsafe"
)

// What LockFileEx is told and tells (winbase.h, winerror.h).
const (
	failImmediately               = 1
	exclusive                     = 2
	lockViolation   syscall.Errno = 33
)

// tryLock takes the lock or gives errLocked at once.
func tryLock(f *os.File) error {
	lock := syscall.NewLazyDLL("kernel32.dll").NewProc("LockFileEx")
	var at syscall.Overlapped
	ok, _, err := lock.Call(f.Fd(), exclusive|failImmediately, 0, 1, 0, uintptr(unsafe.Pointer(&at)))
	switch {
	case ok != 0:
		return nil
	case errors.Is(err, lockViolation), errors.Is(err, syscall.ERROR_IO_PENDING):
		return errLocked
	}
	return err
}

// syncDir has nothing to do: a rename is written with the file.
func syncDir(string) error { return nil }
