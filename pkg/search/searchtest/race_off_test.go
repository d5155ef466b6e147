//go:build !race

package searchtest_test

// Sparse leaves out what takes a while under the race detector; without it nothing is.
const Sparse = false
