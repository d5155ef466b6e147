//go:build !windows

package main

import (
	"math"
	"syscall"
)

// maxDescriptors returns how many files, sockets included, the process may have open; 0 if the
// system does not say. The runtime has raised the soft limit to the hard one.
func maxDescriptors() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return int(min(uint64(limit.Cur), math.MaxInt32))
}
