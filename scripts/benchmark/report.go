package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"text/tabwriter"
	"time"
)

// report is everything that was measured.
type report struct {
	Machine machine  `json:"machine"`
	Entries int      `json:"entries"`
	Small   int      `json:"smallEntries"`
	Seconds float64  `json:"seconds"`
	Results []result `json:"results"`
	Start   *startup `json:"start,omitempty"`
	RSS     int64    `json:"rssBytes"`
	Peak    int64    `json:"peakBytes"`
}

// result is one workload at one number of connections.
type result struct {
	Name      string  `json:"name"`
	Conns     int     `json:"connections"`
	Requests  int     `json:"requests"`
	Rate      float64 `json:"perSecond"`
	P50       float64 `json:"p50Ms"`
	P99       float64 `json:"p99Ms"`
	Aim       int     `json:"aim,omitempty"`
	Bytes     int64   `json:"bytes"`        // of an answer's body, on average
	Cost      float64 `json:"serverMicros"` // CPU time of the server a request: what a busy machine distorts least
	ServerCPU float64 `json:"serverCPU"`    // cores
	LoadCPU   float64 `json:"loadCPU"`      // cores that the generator took from the server
	RSS       int64   `json:"rssBytes"`
	RivalRate float64 `json:"rivalPerSecond,omitempty"` // of the smaller or of the bare server
	Cost500   float64 `json:"costOfSize,omitempty"`     // what the request costs here, in terms of its cost on the smaller server
	OfBare    float64 `json:"ofBare,omitempty"`         // the rate here, in terms of the bare server's
	OtherRate float64 `json:"otherPerSecond,omitempty"` // on the other drivers
	OtherP50  float64 `json:"otherP50Ms,omitempty"`
}

// warmUp is not counted: statements are prepared and caches filled in it.
const warmUp = 400 * time.Millisecond

// slices of a comparison, each on one server after the other.
const turns = 4

// stretch collects the load on one server in several stretches.
type stretch struct {
	target      *target
	source      source
	counter     atomic.Int64
	all         answers
	server, own time.Duration
}

func (s *stretch) run(ctx context.Context, w workload, conns int, span time.Duration, count bool) error {
	pid := s.target.cmd.Process.Pid
	server, own := usageOf(pid).cpu, usageOf(os.Getpid()).cpu
	got, err := load(ctx, s.target.addr, conns, span, s.source, w.status, &s.counter)
	if err == nil {
		err = ctx.Err()
	}
	if !count || err != nil {
		return err
	}
	s.server += usageOf(pid).cpu - server
	s.own += usageOf(os.Getpid()).cpu - own
	s.all.took = append(s.all.took, got.took...)
	s.all.bytes += got.bytes
	s.all.busy += got.busy
	s.all.elapsed += got.elapsed
	return nil
}

// measure runs a workload at a number of connections and notes the result.
func (r *report) measure(ctx context.Context, w workload, conns int, t *targets) error {
	runs := []*stretch{r.stretch(w, t.large)}
	switch {
	case w.rival == nobody:
		runs = []*stretch{r.stretch(w, t.kept), r.stretch(w, t.bare)}
	case w.rival == size && conns > 1:
		runs = append(runs, r.stretch(w, t.small))
	}
	var other *stretch
	if t.other != nil && w.rival != nobody {
		other = r.stretch(w, t.other)
		runs = append(runs, other)
	}
	for _, s := range runs {
		if err := s.probe(w); err != nil {
			return err
		}
		if err := s.run(ctx, w, conns, warmUp, false); err != nil {
			return err
		}
	}
	span, parts := time.Duration(r.Seconds*float64(time.Second)), 1
	if len(runs) > 1 {
		parts = turns
	}
	for range parts {
		for _, s := range runs {
			if err := s.run(ctx, w, conns, span/time.Duration(parts), true); err != nil {
				return err
			}
		}
	}
	out := runs[0].result(w, conns)
	if out.Requests == 0 {
		return fmt.Errorf("no request was left for %d connections", conns)
	}
	if other != nil {
		on := other.result(w, conns)
		out.OtherRate, out.OtherP50 = on.Rate, on.P50
		runs = runs[:len(runs)-1]
	}
	if len(runs) > 1 {
		out.RivalRate = runs[1].result(w, conns).Rate
		if w.rival == nobody {
			out.OfBare = out.Rate / out.RivalRate
		} else {
			out.Cost500 = out.RivalRate / out.Rate
		}
	}
	r.Results = append(r.Results, out)
	return nil
}

// stretch gives a fresh one; a source that runs dry or makes names goes on where the last one of the server stopped.
func (r *report) stretch(w workload, t *target) *stretch {
	s := &stretch{target: t, source: w.source(t.data)}
	s.counter.Store(t.sent[w.name])
	return s
}

// probe asks once and looks at the answer.
func (s *stretch) probe(w workload) error {
	body, err := ask(s.target.addr, s.source(s.counter.Add(1)-1, nil), w.status)
	if err == nil && w.holds != "" && !strings.Contains(string(body), w.holds) {
		err = fmt.Errorf("the answer has no %s: %.300s", w.holds, body)
	}
	return err
}

func (s *stretch) result(w workload, conns int) result {
	s.target.sent[w.name] = s.counter.Load()
	took, n := s.all.took, len(s.all.took)
	if n == 0 {
		return result{}
	}
	slices.Sort(took)
	seconds := s.all.elapsed.Seconds()
	out := result{
		Name: w.name, Conns: conns, Requests: n, Rate: float64(n) / seconds, P50: ms(took[n/2]), P99: ms(took[min(n-1, n*99/100)]),
		Bytes: s.all.bytes / int64(n), ServerCPU: s.server.Seconds() / seconds, LoadCPU: s.own.Seconds() / seconds,
		RSS: usageOf(s.target.cmd.Process.Pid).rss, Cost: s.server.Seconds() * 1e6 / float64(n),
	}
	if conns > 1 {
		out.Aim = w.aim
	}
	return out
}

func ms(ns int64) float64 { return float64(ns) / 1e6 }

func (r *report) finish(t *targets) {
	u := usageOf(t.large.cmd.Process.Pid)
	r.RSS, r.Peak = u.rss, u.peak
}

func (r *report) writeJSON(out io.Writer) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

func (r *report) writeTable(out io.Writer) {
	m := r.Machine
	fmt.Fprintf(out, "%s, %d cores, %s, %s; load at the start %s; fsync of a page %.2f ms\n", m.CPU, m.Cores, m.Go, m.OS, m.Load, m.Sync)
	fmt.Fprintf(out, "%d projects (cost: against %d), %.1f s each; CPU in cores; server µs is CPU time a request; what is kept is compared with a bare Fiber handler that sends the same bytes\n\n", r.Entries, r.Small, r.Seconds)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "workload\tconns\trequests/s\taim\tp50 ms\tp99 ms\tbytes\tserver µs\tserver CPU\tload CPU\tRSS MB\tcost\tof bare\tother/s\tother p50\t")
	for _, x := range r.Results {
		aim, cost, bare, other, otherP50 := "", "", "", "", ""
		if x.Aim > 0 {
			aim = fmt.Sprint(x.Aim)
		}
		if x.Cost500 > 0 {
			cost = fmt.Sprintf("%.2f", x.Cost500)
		}
		if x.OfBare > 0 {
			bare = fmt.Sprintf("%.2f", x.OfBare)
		}
		if x.OtherRate > 0 {
			other, otherP50 = fmt.Sprintf("%.0f", x.OtherRate), fmt.Sprintf("%.3f", x.OtherP50)
		}
		fmt.Fprintf(w, "%s\t%d\t%.0f\t%s\t%.3f\t%.3f\t%d\t%.0f\t%.2f\t%.2f\t%d\t%s\t%s\t%s\t%s\t\n",
			x.Name, x.Conns, x.Rate, aim, x.P50, x.P99, x.Bytes, x.Cost, x.ServerCPU, x.LoadCPU, x.RSS>>20, cost, bare, other, otherP50)
	}
	_ = w.Flush() // the writer's own errors are the terminal's
	fmt.Fprintf(out, "\nserver memory: %d MB at the end, %d MB at its peak\n", r.RSS>>20, r.Peak>>20)
	if s := r.Start; s != nil {
		fmt.Fprintf(out, "sample portal: %.0f ms from the start to the first answer, %.0f ms with the store to fill; %d MB resident when idle, %d MB of it without the binary\n",
			s.First, s.Fill, s.Idle>>20, s.Memory>>20)
	}
}
