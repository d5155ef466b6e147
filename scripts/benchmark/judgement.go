package main

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

// judgement says what must come first for a query.
type judgement struct {
	half   string // tune or held
	class  string
	index  string
	text   string   // what is typed
	wanted []string // slugs, in no order; "type/slug" in the index of all types
}

// The halves of the judgements.
const (
	tune = "tune"
	held = "held"
)

//go:embed relevance/*.tsv
var judged embed.FS

// judgements reads one half. The format is told at the top of the file of tune.
func judgements(half string) ([]judgement, error) {
	raw, err := judged.ReadFile("relevance/" + half + ".tsv")
	if err != nil {
		return nil, err
	}
	return parseJudgements(half, string(raw))
}

func parseJudgements(half, text string) ([]judgement, error) {
	var out []judgement
	for i, line := range strings.Split(text, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 4 || slices.Contains(f, "") {
			return nil, fmt.Errorf("%s, line %d: class, index, query and slugs are wanted, with a tab between", half, i+1)
		}
		out = append(out, judgement{half: half, class: f[0], index: f[1], text: f[2], wanted: strings.Fields(f[3])})
	}
	return out, nil
}

// allIndex is the index of all types.
const allIndex = "all"

// window is how many hits count.
const window = 10

// verdict is how well a list of hits answers to a judgement. All figures are 0 to 1.
type verdict struct {
	rank   float64 // one by the place of the first wanted hit, 0 if there is none in the window
	recall float64 // wanted hits in the window, of as many as there could be
	top    float64 // the same if the window is only as long as the list of wanted entries
}

func (j judgement) judge(hits []string) verdict {
	var v verdict
	most := min(window, len(j.wanted))
	for i, h := range hits[:min(window, len(hits))] {
		if !slices.Contains(j.wanted, h) {
			continue
		}
		if v.rank == 0 {
			v.rank = 1 / float64(i+1)
		}
		v.recall += 1 / float64(most)
		if i < most {
			v.top += 1 / float64(most)
		}
	}
	return v
}

// mean is the mean of verdicts.
type mean struct {
	name                        string
	queries                     int
	reciprocalRank, recall, top float64
}

func (m *mean) add(v verdict) {
	n := float64(m.queries)
	m.queries++
	m.reciprocalRank = (m.reciprocalRank*n + v.rank) / (n + 1)
	m.recall = (m.recall*n + v.recall) / (n + 1)
	m.top = (m.top*n + v.top) / (n + 1)
}

// tally is what was judged, as a whole and by class in the order of the file.
type tally struct {
	half    string
	all     mean
	classes []*mean
	misses  []miss
}

// miss is a query that was not answered as it should be.
type miss struct {
	judgement
	verdict
	hits []string
}

func (t *tally) add(j judgement, hits []string) {
	v := j.judge(hits)
	t.all.add(v)
	i := slices.IndexFunc(t.classes, func(m *mean) bool { return m.name == j.class })
	if i < 0 {
		i = len(t.classes)
		t.classes = append(t.classes, &mean{name: j.class})
	}
	t.classes[i].add(v)
	const whole = 1 - 1e-9 // a sum of fractions
	if v.rank < whole || v.recall < whole {
		t.misses = append(t.misses, miss{judgement: j, verdict: v, hits: hits})
	}
}
