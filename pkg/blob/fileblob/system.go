package fileblob

import "syscall"

// errNotDir is what the system says of a path through a file.
const errNotDir = syscall.ENOTDIR
