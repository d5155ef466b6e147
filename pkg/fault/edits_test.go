package fault_test

import (
	"testing"

	"kontor/pkg/fault"
)

func TestEdits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"sort", "sort", 0}, {"filter", "filters", 1}, {"populates", "populate", 1}, {"sotr", "sort", 2}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3},
	} {
		if got := fault.Edits(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
