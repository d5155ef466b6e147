package index_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// group is one line of the shipped list.
type group struct{ From, To []string }

// problems says what is wrong with a list of groups.
func problems(groups []group) []string {
	var out []string
	said := map[[2]string]bool{} // pairs that an earlier group has
	for _, g := range groups {
		if len(g.From) == 0 || len(g.To) == 0 {
			out = append(out, "a group has an empty side: "+strings.Join(append(g.From, g.To...), ", "))
		}
		for _, side := range [][]string{g.From, g.To} {
			out = append(out, sideProblems(side)...)
		}
		if len(g.From) == 1 && slices.EqualFunc(g.From, g.To, strings.EqualFold) {
			out = append(out, "means only itself: "+g.From[0])
		}
		for _, from := range g.From {
			for _, to := range g.To {
				pair := [2]string{strings.ToLower(from), strings.ToLower(to)}
				if pair[0] != pair[1] && said[pair] {
					out = append(out, "is said twice: "+from+", "+to)
				}
				said[pair] = true
			}
		}
	}
	return out
}

func sideProblems(words []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, w := range words {
		switch {
		case w != strings.Join(strings.Fields(w), " ") || strings.IndexFunc(w, unicode.IsLetter) < 0:
			out = append(out, "is empty or has spaces to spare: "+w)
		case seen[strings.ToLower(w)]:
			out = append(out, "stands twice on a side: "+w)
		}
		seen[strings.ToLower(w)] = true
	}
	return out
}

func TestShippedSynonymsAreSound(t *testing.T) {
	raw, err := os.ReadFile("synonyms.json")
	if err != nil {
		t.Fatal(err)
	}
	var groups []group
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.DisallowUnknownFields()
	if err := d.Decode(&groups); err != nil {
		t.Fatal(err)
	}
	if len(groups) < 100 {
		t.Errorf("there are %d groups, so the list is not whole", len(groups))
	}
	for _, p := range problems(groups) {
		t.Error(p)
	}
}

func TestFlawedSynonymsAreFound(t *testing.T) {
	tests := []struct {
		name   string
		groups []group
	}{
		{"nothing on a side", []group{{From: []string{"IKZ"}}}},
		{"an empty word", []group{{From: []string{"IKZ", ""}, To: []string{"Zusammenarbeit"}}}},
		{"a space to spare", []group{{From: []string{"IKZ "}, To: []string{"Zusammenarbeit"}}}},
		{"no letter", []group{{From: []string{"§"}, To: []string{"Paragraf"}}}},
		{"a word twice", []group{{From: []string{"Kita", "kita"}, To: []string{"Kindergarten"}}}},
		{"itself alone", []group{{From: []string{"Kita"}, To: []string{"kita"}}}},
		{"a pair twice", []group{{From: []string{"Kita"}, To: []string{"Hort"}}, {From: []string{"Kita", "Krippe"}, To: []string{"Hort"}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if len(problems(tt.groups)) == 0 {
				t.Error("no problem was found")
			}
		})
	}
}
