package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// relevanceCommand judges the answers of the search over the sample portal.
const relevanceCommand = "relevance"

// asker answers queries: each with the hits that a judgement calls by slug, best first.
type asker func([]judgement) ([][]string, error)

func relevance(ctx context.Context, args []string, out, log io.Writer) (err error) {
	flags := flag.NewFlagSet("bench relevance", flag.ContinueOnError)
	misses := flags.Bool("misses", true, "list the queries of the tuning half that were not answered as they should be")
	also := flags.Bool("held", false, "list those of the held half too: whoever has seen them can't tune by them any more")
	rules := flags.Bool("rules", true, "measure what each ranking rule adds")
	if err := flags.Parse(args); err != nil {
		return &usageError{err}
	}
	dir, err := os.MkdirTemp("", "kontor-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary, err := build(ctx, dir)
	if err != nil {
		return err
	}
	data := filepath.Join(dir, "data")
	s, err := startServer(ctx, binary, data, "--demo")
	if err != nil {
		return err
	}
	tallies, err := judgeServer(ctx, s.addr)
	s.stop()
	if err != nil {
		return err
	}
	writeTallies(out, tallies)
	for _, t := range tallies {
		if *misses && (t.half == tune || *also) {
			writeMisses(out, t)
		}
	}
	if !*rules {
		return nil
	}
	return ablate(ctx, data, out)
}

// judgeServer waits until a server's search is filled, and judges its answers.
func judgeServer(ctx context.Context, addr string) ([]tally, error) {
	var out []tally
	for _, half := range []string{tune, held} {
		all, err := judgements(half)
		if err != nil {
			return nil, err
		}
		if err := waitForSearch(ctx, addr, all); err != nil {
			return nil, err
		}
		t, err := judgeAll(half, all, func(j []judgement) ([][]string, error) { return askServer(addr, j) })
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func judgeAll(half string, all []judgement, answer asker) (tally, error) {
	t := tally{half: half}
	for chunk := range slices.Chunk(all, atOnce) {
		hits, err := answer(chunk)
		if err != nil {
			return t, err
		}
		for i, j := range chunk {
			t.add(j, hits[i])
		}
	}
	return t, nil
}

// atOnce is how many queries go in one request.
const atOnce = 10

// fillTime is how long the search may take to be filled with the sample portal on a busy machine.
const fillTime = 2 * time.Minute

// waitForSearch returns when all the indexes that are asked for answer.
func waitForSearch(ctx context.Context, addr string, all []judgement) error {
	var each []judgement // one of each index
	for _, j := range all {
		if !slices.ContainsFunc(each, func(o judgement) bool { return o.index == j.index }) {
			each = append(each, j)
		}
	}
	deadline := time.Now().Add(fillTime)
	for {
		_, err := judgeAll("", each, func(j []judgement) ([][]string, error) { return askServer(addr, j) })
		if err == nil || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// askServer asks as a site does that speaks Meilisearch.
func askServer(addr string, all []judgement) ([][]string, error) {
	var queries []object
	for _, j := range all {
		queries = append(queries, object{"indexUid": j.index, "q": j.text, "limit": window, "attributesToRetrieve": []string{"slug", typeAttribute}})
	}
	body, err := json.Marshal(object{"queries": queries})
	if err != nil {
		return nil, err
	}
	raw, err := ask(addr, request("POST", "/search/multi-search", "", "", body), 200)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Results []struct{ Hits []map[string]any }
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, err
	}
	if len(answer.Results) != len(all) {
		return nil, errors.New("there are not as many answers as queries")
	}
	out := make([][]string, len(all))
	for i, r := range answer.Results {
		for _, h := range r.Hits {
			out[i] = append(out[i], nameOf(all[i].index, h))
		}
	}
	return out, nil
}

// typeAttribute tells an entry's type in the index of all types.
const typeAttribute = "type"

// nameOf is what judgements call a hit.
func nameOf(index string, hit map[string]any) string {
	slug, _ := hit["slug"].(string)
	if index != allIndex {
		return slug
	}
	typ, _ := hit[typeAttribute].(string)
	return typ + "/" + slug
}

func writeTallies(out io.Writer, all []tally) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "half\tclass\tqueries\tMRR\trecall@10\ton top\t")
	for _, t := range all {
		row(w, t.half, "all", t.all)
		for _, m := range t.classes {
			row(w, t.half, m.name, *m)
		}
	}
	_ = w.Flush() // the writer's own errors are the terminal's
	fmt.Fprintln(out, "\nMRR: one by the place of the first wanted hit. recall@10: the wanted entries in the first ten hits, of ten at most.\n"+
		"on top: the same in as many hits as are wanted, so it is 1 if nothing else comes between.")
}

func row(w io.Writer, half, name string, m mean) {
	fmt.Fprintf(w, "%s\t%s\t%d\t%.3f\t%.3f\t%.3f\t\n", half, name, m.queries, m.reciprocalRank, m.recall, m.top)
}

func writeMisses(out io.Writer, t tally) {
	fmt.Fprintf(out, "\n%s: %d queries were not answered as they should be\n", t.half, len(t.misses))
	for _, m := range t.misses {
		fmt.Fprintf(out, "%s, %s: %q, MRR %.2f, recall %.2f\n", m.class, m.index, m.text, m.rank, m.recall)
		fmt.Fprintf(out, "    missing  %s\n", shorten(slices.DeleteFunc(slices.Clone(m.wanted), func(s string) bool { return slices.Contains(m.hits, s) })))
		fmt.Fprintf(out, "    answered %s\n", shorten(marked(m)))
	}
}

// marked puts a star to the hits that are wanted.
func marked(m miss) []string {
	out := slices.Clone(m.hits)
	for i, h := range out {
		if slices.Contains(m.wanted, h) {
			out[i] = "*" + h
		}
	}
	return out
}

// shorten keeps a list readable.
func shorten(slugs []string) string {
	const most = 6
	out := strings.Join(slugs[:min(most, len(slugs))], " ")
	switch {
	case len(slugs) == 0:
		return "nothing"
	case len(slugs) > most:
		return fmt.Sprintf("%s and %d more", out, len(slugs)-most)
	}
	return out
}
