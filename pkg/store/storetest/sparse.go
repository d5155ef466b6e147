package storetest

import "testing"

// Sparse tells whether the suite runs fewer of the cases that differ in values only: with -short, and under the race detector, which
// makes an engine in the same process ten times slower and learns nothing from one goroutine's cases.
func Sparse() bool { return racing || testing.Short() }

// times gives how often something is to be done: n, or a third of it in a sparse run.
func times(n int) int {
	if Sparse() {
		return (n + 2) / 3
	}
	return n
}

// some gives a list, or every nth of it for a sparse run.
func some[T any](n int, list ...T) []T {
	if !Sparse() {
		return list
	}
	var out []T
	for i := 0; i < len(list); i += n {
		out = append(out, list[i])
	}
	return out
}
