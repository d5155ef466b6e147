package main

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// The text must be spread as real text is: a few words are everywhere, most are rare, and more text brings more words.
func TestWordsFollowZipf(t *testing.T) {
	counts := map[string]int{}
	r := rand.New(rand.NewPCG(1, 2))
	const drawn = 200_000
	var half int
	for i := range drawn {
		counts[word(r)]++
		if i == drawn/2 {
			half = len(counts)
		}
	}
	all := vocabulary()
	if len(all) < 10_000 {
		t.Errorf("there are %d words", len(all))
	}
	if first, tenth := counts[all[0]], counts[all[9]]; first < 5*tenth || first > 20*tenth {
		t.Errorf("the first word came %d times, the tenth %d times", first, tenth)
	}
	if len(counts) < half*11/10 || counts[all[0]] < drawn/50 {
		t.Errorf("%d words in half of the text, %d in all of it; the first %d times", half, len(counts), counts[all[0]])
	}
	if p := phrase(r); strings.Contains(p, "%") || len(strings.Fields(p)) < 6 {
		t.Errorf("a phrase reads %q", p)
	}
}
