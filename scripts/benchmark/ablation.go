package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"kontor/pkg/search"
	"kontor/pkg/search/blevesearch"
)

// variant is settings that are not those in force.
type variant struct {
	name   string
	change func(*search.Settings)
}

// variants leave out each rule of ranking once, then begin with none and add one after the other; the last has no synonyms.
func variants() []variant {
	rules := slices.DeleteFunc(search.DefaultRanking(), func(r search.Rule) bool { return r == search.Sorting }) // nothing is sorted here
	ranking := func(r []search.Rule) func(*search.Settings) {
		return func(s *search.Settings) { s.Ranking = r }
	}
	out := []variant{{"as it is", func(*search.Settings) {}}}
	for _, left := range rules {
		rest := slices.DeleteFunc(slices.Clone(rules), func(r search.Rule) bool { return r == left })
		out = append(out, variant{"without " + string(left), ranking(rest)})
	}
	out = append(out, variant{"no rule", ranking([]search.Rule{})})
	for i, r := range rules {
		out = append(out, variant{"and " + string(r), ranking(rules[:i+1])})
	}
	return append(out, variant{"without synonyms", func(s *search.Settings) { s.Synonyms = nil }})
}

// ablate measures the ranking with rules left out, on the index that a server has left in a data directory.
func ablate(ctx context.Context, data string, out io.Writer) (err error) {
	e, err := blevesearch.Open(filepath.Join(data, "search"), blevesearch.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	halves := map[string][]judgement{}
	settings := map[string]search.Settings{}
	for _, half := range []string{tune, held} {
		if halves[half], err = judgements(half); err != nil {
			return err
		}
		for _, j := range halves[half] {
			if settings[j.index], err = e.Settings(j.index); err != nil {
				return err
			}
		}
	}
	fmt.Fprintln(out, "\nWhat each rule of ranking adds: first all but one, then one after the other.")
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "ranking\ttune MRR\trecall@10\ton top\theld MRR\trecall@10\ton top\t")
	for _, v := range variants() {
		for name, s := range settings {
			v.change(&s)
			if err := e.Ensure(ctx, name, s); err != nil {
				return err
			}
		}
		fmt.Fprintf(w, "%s\t", v.name)
		for _, half := range []string{tune, held} {
			t, err := judgeAll(half, halves[half], func(j []judgement) ([][]string, error) { return askEngine(ctx, e, j) })
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "%.3f\t%.3f\t%.3f\t", t.all.reciprocalRank, t.all.recall, t.all.top)
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// askEngine asks as the server would, without the server.
func askEngine(ctx context.Context, e search.Engine, all []judgement) ([][]string, error) {
	queries := make([]search.Query, len(all))
	for i, j := range all {
		queries[i] = search.Query{Index: j.index, Text: j.text, Limit: window, Retrieve: []string{"slug", typeAttribute}}
	}
	results, err := e.Search(ctx, queries)
	if err != nil {
		return nil, err
	}
	out := make([][]string, len(all))
	for i, r := range results {
		for _, h := range r.Hits {
			out[i] = append(out[i], nameOf(all[i].index, h.Attributes))
		}
	}
	return out, nil
}
