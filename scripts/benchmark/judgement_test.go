package main

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestJudge(t *testing.T) {
	many := strings.Fields("a b c d e f g h i j k l")
	tests := []struct {
		name   string
		wanted []string
		hits   []string
		want   verdict
	}{
		{"the only one first", []string{"a"}, []string{"a", "x"}, verdict{1, 1, 1}},
		{"the only one third", []string{"a"}, []string{"x", "y", "a"}, verdict{1.0 / 3, 1, 0}},
		{"none", []string{"a"}, []string{"x"}, verdict{}},
		{"no hit at all", []string{"a"}, nil, verdict{}},
		{"one of two, behind another", []string{"a", "b"}, []string{"x", "b"}, verdict{0.5, 0.5, 0.5}},
		{"behind the window", []string{"a"}, append(strings.Fields("1 2 3 4 5 6 7 8 9 10"), "a"), verdict{}},
		{"more than the window holds", many, many[2:], verdict{1, 1, 1}},
		{"half of the window", many, append(strings.Fields("a b c d e"), "1", "2", "3", "4", "5", "f"), verdict{1, 0.5, 0.5}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := judgement{wanted: tt.wanted}.judge(tt.hits)
			if math.Abs(got.rank-tt.want.rank)+math.Abs(got.recall-tt.want.recall)+math.Abs(got.top-tt.want.top) > 1e-9 {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestTally(t *testing.T) {
	var all tally
	all.add(judgement{class: "law", wanted: []string{"a"}}, []string{"a"})
	all.add(judgement{class: "place", wanted: []string{"a", "b"}}, []string{"x", "a"})
	all.add(judgement{class: "law", wanted: []string{"a"}}, nil)
	if m := all.all; m.queries != 3 || math.Abs(m.reciprocalRank-0.5) > 1e-9 || math.Abs(m.recall-0.5) > 1e-9 || math.Abs(m.top-0.5) > 1e-9 {
		t.Errorf("in all %+v", m)
	}
	if len(all.classes) != 2 || all.classes[0].name != "law" || all.classes[0].queries != 2 || all.classes[0].recall != 0.5 {
		t.Errorf("by class %+v", all.classes)
	}
	if len(all.misses) != 2 {
		t.Errorf("%d misses", len(all.misses))
	}
}

// Both halves are read, no query is in both, and neither has a class that the other lacks: else the one says nothing about the other.
func TestHalvesAreAlike(t *testing.T) {
	counts := map[string]map[string]int{}
	seen := map[string]string{}
	for _, half := range []string{tune, held} {
		all, err := judgements(half)
		if err != nil {
			t.Fatal(err)
		}
		counts[half] = map[string]int{}
		for _, j := range all {
			counts[half][j.class]++
			key := j.index + "\t" + strings.ToLower(j.text)
			if seen[key] != "" {
				t.Errorf("%s has %q, and %s too", half, key, seen[key])
			}
			seen[key] = half
			if w := slices.Sorted(slices.Values(j.wanted)); len(slices.Compact(w)) != len(j.wanted) {
				t.Errorf("%s wants an entry of %q twice", half, j.text)
			}
		}
	}
	if len(seen) < 120 {
		t.Errorf("there are %d queries, which is too few", len(seen))
	}
	for class, n := range counts[tune] {
		if d := n - counts[held][class]; d < 0 || d > 1 {
			t.Errorf("%s has %d queries to tune by and %d held back", class, n, counts[held][class])
		}
	}
	if len(counts[tune]) != len(counts[held]) {
		t.Errorf("classes: %d and %d", len(counts[tune]), len(counts[held]))
	}
}

func TestFlawedJudgementsAreRefused(t *testing.T) {
	for _, line := range []string{"law\tterms\tGkG", "law\tterms\t\tgkg", "law terms GkG gkg", "law\tterms\tGkG\tgkg\tmore"} {
		if got, err := parseJudgements(tune, "# a comment\n\n"+line+"\n"); err == nil {
			t.Errorf("%q was read as %+v", line, got)
		}
	}
}
