//go:build !race

package demo_test

const racing = false
