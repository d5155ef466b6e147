package sqlitestore

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"kontor/pkg/fault"
)

// TestReadOnlyDirectory: root may write everywhere, so the test gives that right away first, for its own thread.
func TestReadOnlyDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		const nobody = 65534
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		become(t, nobody)
		defer become(t, 0)
	}
	_, err := Open(filepath.Join(dir, "kontor.db"), Options{})
	refused(t, err, fault.Unavailable, "directory")
}

// become changes as whom this thread uses files: setfsuid(2).
func become(t *testing.T, uid uintptr) {
	t.Helper()
	if _, _, errno := syscall.RawSyscall(syscall.SYS_SETFSUID, uid, 0, 0); errno != 0 {
		t.Fatal(errno)
	}
}
