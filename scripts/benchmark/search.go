package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// searchCommand measures the search.
const searchCommand = "search"

// searchOptions are what its command line says.
type searchOptions struct {
	entries int
	seconds float64
	only    string
	dir     string
}

func parseSearch(args []string) (searchOptions, error) {
	var o searchOptions
	flags := flag.NewFlagSet("bench search", flag.ContinueOnError)
	flags.IntVar(&o.entries, "entries", 10_000, "projects in the index")
	flags.Float64Var(&o.seconds, "seconds", 5, "how long each search runs at each number of connections")
	flags.StringVar(&o.only, "only", "", "run the searches whose name has this in it, and nothing else")
	flags.StringVar(&o.dir, "dir", "", "where to make the data directory (default: the system's)")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		return o, complain("there are no arguments, only options: %s", flags.Arg(0))
	case o.entries < 100 || o.entries > maxEntries:
		return o, complain("--entries wants 100 to %d", maxEntries)
	case o.seconds < 0.1 || o.seconds > maxSeconds:
		return o, complain("--seconds wants 0.1 to %d", maxSeconds)
	}
	return o, nil
}

// searchReport is everything that was measured of the search.
type searchReport struct {
	machine machine
	entries int
	seconds float64
	fill    time.Duration // from the start of the server to the first answer
	rebuild time.Duration // of the command, while the server runs
	rows    []searchRow
	changes []changeRow
	size    int64 // of the index on disk
	end     usage
}

func runSearch(ctx context.Context, args []string, out, log io.Writer) (err error) {
	o, err := parseSearch(args)
	if err != nil {
		return &usageError{err}
	}
	dir, err := os.MkdirTemp(o.dir, "kontor-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r := searchReport{machine: machineOf(dir), entries: o.entries, seconds: o.seconds}
	binary, err := build(ctx, dir)
	if err != nil {
		return err
	}
	data := filepath.Join(dir, "data")
	set, err := fill(ctx, data, "", o.entries, 0, log)
	if err != nil {
		return err
	}
	began := time.Now()
	t, err := start(ctx, binary, data, set, "--cache-size=0")
	if err != nil {
		return err
	}
	defer t.server.stop()
	if err := waitForEntries(ctx, t, o.entries); err != nil {
		return err
	}
	r.fill = time.Since(began)
	fmt.Fprintf(log, "the index is filled after %v\n", r.fill.Round(time.Millisecond))
	settle(ctx, t.cmd.Process.Pid)
	if err := r.measure(ctx, t, o, log); err != nil {
		return err
	}
	if o.only == "" {
		if r.changes, err = measureChanges(ctx, t); err != nil {
			return err
		}
		if r.rebuild, err = rebuild(ctx, binary, data); err != nil {
			return err
		}
	}
	r.size, r.end = sizeOf(filepath.Join(data, "search")), usageOf(t.cmd.Process.Pid)
	r.write(out)
	return nil
}

// waitForEntries returns when a search for everything finds everything.
func waitForEntries(ctx context.Context, t *target, entries int) error {
	for {
		found, err := countHits(t, object{"q": "", "hitsPerPage": 1})
		if err == nil && found >= entries {
			return nil
		}
		select {
		case <-t.ended:
			return fmt.Errorf("the server ended by itself; the last answer: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// settle waits until the server has nothing to do any more, as after a fill, which it looks through once more; but not for ever.
func settle(ctx context.Context, pid int) {
	const look, most, busy = 500 * time.Millisecond, 2 * time.Minute, 50 * time.Millisecond
	for began := time.Now(); time.Since(began) < most; {
		before := usageOf(pid).cpu
		select {
		case <-ctx.Done():
			return
		case <-time.After(look):
		}
		if usageOf(pid).cpu-before < busy {
			return
		}
	}
}

// rebuild runs the command as an operator would, beside the running server.
func rebuild(ctx context.Context, binary, data string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, binary, "index", "rebuild", "--data", data)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "KONTOR_") })
	began := time.Now()
	if said, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("kontor index rebuild: %w\n%s", err, said)
	}
	return time.Since(began), nil
}

// sizeOf is the size of all files below a directory.
func sizeOf(dir string) int64 {
	var total int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error { // a file that goes meanwhile counts nothing
		if err == nil && !d.IsDir() {
			if info, err := d.Info(); err == nil {
				total += info.Size()
			}
		}
		return nil
	})
	return total
}

func (r *searchReport) write(out io.Writer) {
	m := r.machine
	fmt.Fprintf(out, "%s, %d cores, %s, %s; load at the start %s; fsync of a page %.2f ms\n", m.CPU, m.Cores, m.Go, m.OS, m.Load, m.Sync)
	fmt.Fprintf(out, "%d projects, %.1f s each; server µs is CPU time a request; of: how many times as long as its rival, in turns\n\n", r.entries, r.seconds)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "search\tconns\trequests/s\tp50 ms\taim\tp99 ms\tworst ms\taim\tbytes\tserver µs\tserver CPU\tload CPU\tof\tat most\t")
	for _, x := range r.rows {
		fmt.Fprintf(w, "%s\t%d\t%.0f\t%.2f\t%s\t%.2f\t%.2f\t%s\t%d\t%.0f\t%.2f\t%.2f\t%s\t%s\t\n", x.name, x.conns, x.rate, x.p50, aimOf(x.aim), x.p99, x.worst,
			aimOf(x.worstAim), x.bytes, x.cost, x.serverCPU, x.loadCPU, ratioOf(x.of), ratioOf(x.most))
	}
	_ = w.Flush() // the writer's own errors are the terminal's
	fmt.Fprintln(out)
	for _, c := range r.changes {
		fmt.Fprintf(out, "%s: p50 %.0f ms, worst of %d %.0f ms; aim 300 ms\n", c.name, c.p50, c.times, c.worst)
	}
	fmt.Fprintf(out, "filled %.1f s after the start of the server", r.fill.Seconds())
	if r.rebuild > 0 {
		fmt.Fprintf(out, ", rebuilt in %.1f s while it runs", r.rebuild.Seconds())
	}
	fmt.Fprintf(out, "\nindex %d MB on disk; server memory %d MB at the end, %d MB of it anonymous, %d MB at its peak\n", r.size>>20, r.end.rss>>20, r.end.anonymous>>20, r.end.peak>>20)
}

func aimOf(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprint(d.Milliseconds())
}

func ratioOf(f float64) string {
	if f == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", f)
}
