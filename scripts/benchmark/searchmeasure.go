package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// searchRow is one kind of search at one number of connections.
type searchRow struct {
	name               string
	conns              int
	rate               float64
	p50, p99, worst    float64 // milliseconds
	aim, worstAim      time.Duration
	bytes              int64
	cost               float64 // microseconds of CPU time
	serverCPU, loadCPU float64 // cores
	of, most           float64
	busy               int // searches that were told to come back
}

// measure runs every search that is asked for at one connection and at 32.
func (r *searchReport) measure(ctx context.Context, t *target, o searchOptions, log io.Writer) error {
	all := searchLoads()
	for _, l := range all {
		if !strings.Contains(l.name, o.only) {
			continue
		}
		for _, conns := range []int{1, 32} {
			fmt.Fprintf(log, "%s, %d connections\n", l.name, conns)
			var rival *searchLoad
			if i := slices.IndexFunc(all, func(x searchLoad) bool { return x.name == l.rival }); i >= 0 {
				rival = &all[i]
			}
			row, err := measureSearch(ctx, t, l, rival, conns, time.Duration(o.seconds*float64(time.Second)))
			if err != nil {
				return fmt.Errorf("%s: %w", l.name, err)
			}
			if row.busy > 0 {
				fmt.Fprintf(log, "%d of them were told to come back (503), since others had all slots\n", row.busy)
			}
			r.rows = append(r.rows, row)
		}
	}
	return nil
}

// measureSearch runs a search, in turns with its rival if it has one.
func measureSearch(ctx context.Context, t *target, l searchLoad, rival *searchLoad, conns int, span time.Duration) (searchRow, error) {
	runs := []*stretch{{target: t, source: l.source(t.data)}}
	parts := 1
	if rival != nil {
		runs, parts = append(runs, &stretch{target: t, source: rival.source(t.data)}), turns
	}
	w := workload{name: l.name, status: 200, holds: `"hits":[{`}
	for _, s := range runs {
		if err := s.probe(w); err != nil {
			return searchRow{}, err
		}
		if err := s.run(ctx, w, conns, warmUp, false); err != nil {
			return searchRow{}, err
		}
	}
	for range parts {
		for _, s := range runs {
			if err := s.run(ctx, w, conns, span/time.Duration(parts), true); err != nil {
				return searchRow{}, err
			}
		}
	}
	x := runs[0].result(w, conns)
	if x.Requests == 0 {
		return searchRow{}, errors.New("not one answer came in time")
	}
	took := runs[0].all.took // in order, since the result
	row := searchRow{name: l.name, conns: conns, rate: x.Rate, p50: x.P50, p99: x.P99, worst: ms(took[len(took)-1]), worstAim: l.worst, most: l.most, busy: runs[0].all.busy,
		bytes: x.Bytes, cost: x.Cost, serverCPU: x.ServerCPU, loadCPU: x.LoadCPU}
	if conns == 1 {
		row.aim = l.aim
		if len(t.data.projects) > 10_000 {
			row.aim = l.aim * 25 / 4
		}
	}
	if rival != nil {
		row.of = x.P50 / runs[1].result(w, conns).P50
	}
	return row, nil
}

// changeRow is how long a kind of change took to show in the search.
type changeRow struct {
	name       string
	times      int
	p50, worst float64
}

// changeTimes is how many entries are changed, one after the other.
const changeTimes = 20

// measureChanges publishes entries with a word that no other has, and takes them away again.
func measureChanges(ctx context.Context, t *target) ([]changeRow, error) {
	var shown, gone []int64
	for i := range changeTimes {
		word := fmt.Sprintf("Eigenwort%c%c", 'a'+i/5, 'k'+i%5)
		id := t.data.projects[i*len(t.data.projects)/changeTimes]
		change := request("PUT", "/api/projects/"+id, t.data.token, "", bodyOf(object{"title": word + " im Verbund"}))
		took, err := timeChange(ctx, t, change, 200, word, 1)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", word, err)
		}
		shown = append(shown, took)
		if took, err = timeChange(ctx, t, request("DELETE", "/api/projects/"+id, t.data.token, "", nil), 204, word, 0); err != nil {
			return nil, fmt.Errorf("deleting %s: %w", word, err)
		}
		gone = append(gone, took)
	}
	return []changeRow{changeRowOf("published and found", shown), changeRowOf("deleted and gone", gone)}, nil
}

func changeRowOf(name string, took []int64) changeRow {
	slices.Sort(took)
	return changeRow{name: name, times: len(took), p50: ms(took[len(took)/2]), worst: ms(took[len(took)-1])}
}

// timeChange sends a change and gives the nanoseconds from its answer until a search for word has as many hits as it should.
func timeChange(ctx context.Context, t *target, change []byte, status int, word string, hits int) (int64, error) {
	if _, err := ask(t.addr, change, status); err != nil {
		return 0, err
	}
	began := time.Now()
	for {
		found, err := countHits(t, object{"q": `"` + word + `"`, "hitsPerPage": 1})
		switch {
		case err != nil:
			return 0, err
		case found == hits:
			return int64(time.Since(began)), nil
		case time.Since(began) > patience:
			return 0, fmt.Errorf("%d hits in place of %d after %v", found, hits, patience)
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// countHits gives the number of all hits.
func countHits(t *target, query object) (int, error) {
	raw, err := ask(t.addr, searchRequest(query), 200)
	if err != nil {
		return 0, err
	}
	var answer struct{ Results []struct{ TotalHits int } }
	if err := json.Unmarshal(raw, &answer); err != nil {
		return 0, err
	}
	if len(answer.Results) != 1 {
		return 0, errors.New("there is no answer in the answer")
	}
	return answer.Results[0].TotalHits, nil
}
