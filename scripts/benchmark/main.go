// Command benchmark measures a running Kontor over HTTP: it fills a data directory, starts the real binary on it, and loads it from
// this process. It is a measuring tool, not a test: a slow machine makes it print small numbers, and only a wrong answer makes it fail.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	entries int
	small   int // entries of the second, smaller server that lists are compared with
	seconds float64
	only    string
	dir     string
	json    bool
	store   string // the address of a MongoDB server to measure side by side with the embedded stores; "" for none
	blob    string // the address of an object store to go with it; "" for files
}

// The bounds keep a mistyped number from filling a disk.
const (
	maxEntries  = 200_000
	maxSeconds  = 120
	smallNumber = 500
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := command(ctx, os.Args[1:])
	if wrong := (*usageError)(nil); errors.As(err, &wrong) {
		os.Exit(2) // it is said already
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// command runs what the command line asks for: the workloads, unless its first word is another.
func command(ctx context.Context, args []string) error {
	word := ""
	if len(args) > 0 {
		word = args[0]
	}
	switch word {
	case bareCommand:
		return serveBare(ctx, os.Stdin, os.Stdout)
	case relevanceCommand:
		return relevance(ctx, args[1:], os.Stdout, os.Stderr)
	case attackCommand:
		return runAttack(ctx, args[1:], os.Stdout, os.Stderr)
	case searchCommand:
		return runSearch(ctx, args[1:], os.Stdout, os.Stderr)
	}
	o, err := parse(args)
	if err != nil {
		return &usageError{err}
	}
	return run(ctx, o, os.Stdout, os.Stderr)
}

// usageError is a command line that can't be followed.
type usageError struct{ error }

func parse(args []string) (options, error) {
	o := options{small: smallNumber}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintf(flags.Output(), "Usage: scripts/bench [options]\n       scripts/bench %s|%s|%s [options]\n\nWorkloads: %s\n\n", relevanceCommand, searchCommand, attackCommand, strings.Join(names(), ", "))
		flags.PrintDefaults()
	}
	flags.IntVar(&o.entries, "entries", 10_000, "projects in the store")
	flags.Float64Var(&o.seconds, "seconds", 5, "how long each workload runs at each number of connections")
	quick := flags.Bool("quick", false, "2,000 projects and 1 second, unless given")
	flags.StringVar(&o.only, "only", "", "run the workloads whose name has this in it")
	flags.StringVar(&o.dir, "dir", "", "where to make the data directories; what the disk is decides about writes (default: the system's)")
	flags.StringVar(&o.store, "store", "", "measure side by side on this MongoDB server, in a database of its own: mongodb://host:port/?options")
	flags.StringVar(&o.blob, "blob", "", "keep that one's files in an object store, under a prefix of their own: s3://ID:SECRET@host:port/bucket?options")
	flags.BoolVar(&o.json, "json", false, "print JSON in place of a table")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if *quick {
		given := map[string]bool{}
		flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
		if !given["entries"] {
			o.entries = 2000
		}
		if !given["seconds"] {
			o.seconds = 1
		}
	}
	switch {
	case flags.NArg() > 0:
		return o, complain("there are no arguments, only options: %s", flags.Arg(0))
	case o.entries < 1 || o.entries > maxEntries:
		return o, complain("--entries wants 1 to %d", maxEntries)
	case o.seconds < 0.1 || o.seconds > maxSeconds:
		return o, complain("--seconds wants 0.1 to %d", maxSeconds)
	case o.store == "" && o.blob != "":
		return o, complain("--blob goes with --store")
	case len(chosen(o.only)) == 0:
		return o, complain("--only %s hits no workload; there are: %s", o.only, strings.Join(names(), ", "))
	}
	return o, nil
}

func complain(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	fmt.Fprintln(os.Stderr, "bench:", err)
	return err
}

// run measures everything that is asked for. The servers live at the same time, so that what is compared is measured in turns and what
// else the machine does hits both alike.
func run(ctx context.Context, o options, out, log io.Writer) (err error) {
	dir, err := os.MkdirTemp(o.dir, "kontor-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	m := machineOf(dir)
	binary, err := build(ctx, dir)
	if err != nil {
		return err
	}
	r := report{Machine: m, Entries: o.entries, Small: min(o.small, o.entries), Seconds: o.seconds}
	if o.only == "" {
		began, err := measureStart(ctx, binary, dir, log)
		if err != nil {
			return fmt.Errorf("the sample portal: %w", err)
		}
		r.Start = &began
	}
	t, err := prepare(ctx, binary, dir, o, log)
	if err != nil {
		return err
	}
	defer t.stop()
	for _, w := range chosen(o.only) {
		for _, conns := range []int{1, 32} {
			fmt.Fprintf(log, "%s, %d connections\n", w.name, conns)
			if err := r.measure(ctx, w, conns, t); err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
		}
	}
	r.finish(t)
	if o.json {
		return r.writeJSON(out)
	}
	r.writeTable(out)
	return nil
}

// drafts is how many entries wait to be published, at both numbers of connections; a server that is faster ends its stretch early.
func (o options) drafts() int {
	for _, w := range chosen(o.only) {
		if w.drafts {
			return int((o.seconds + warmUp.Seconds()) * 1500)
		}
	}
	return 0
}

// targets are the servers that a run measures.
type targets struct {
	large *target // without kept answers: what the work costs
	small *target // likewise, with fewer entries
	kept  *target // as operators run it, with the same entries as large
	bare  *target // which does no work at all
	other *target // as large, on the drivers that the options name; nil if they name none
}

func (t *targets) stop() {
	for _, x := range []*target{t.large, t.small, t.kept, t.bare, t.other} {
		if x != nil {
			x.server.stop()
		}
	}
}

// prepare fills data directories and starts a server on each.
func prepare(ctx context.Context, binary, dir string, o options, log io.Writer) (t *targets, err error) {
	t = &targets{}
	defer func() {
		if err != nil {
			t.stop()
		}
	}()
	large, small, kept := filepath.Join(dir, "large"), filepath.Join(dir, "small"), filepath.Join(dir, "kept")
	const nothingKept = "--cache-size=0"
	data, err := fill(ctx, large, "", o.entries, o.drafts(), log)
	if err != nil {
		return t, err
	}
	if err := os.CopyFS(kept, os.DirFS(large)); err != nil {
		return t, err
	}
	if t.large, err = start(ctx, binary, large, data, nothingKept); err != nil {
		return t, err
	}
	if t.kept, err = start(ctx, binary, kept, data); err != nil {
		return t, err
	}
	if o.store != "" {
		if t.other, err = startOther(ctx, binary, filepath.Join(dir, "other"), o, log); err != nil {
			return t, err
		}
	}
	few, err := fill(ctx, small, "", min(o.small, o.entries), 0, log)
	if err != nil {
		return t, err
	}
	if t.small, err = start(ctx, binary, small, few, nothingKept); err != nil {
		return t, err
	}
	if data.answers, err = copyAnswers(t.kept.addr, keptTargets(data)); err != nil {
		return t, err
	}
	server, err := startBare(ctx, data.answers)
	if err != nil {
		return t, err
	}
	t.bare = &target{server: server, data: data, sent: map[string]int64{}}
	return t, nil
}

// startOther fills a database of its own on another driver and starts a server on it.
func startOther(ctx context.Context, binary, dir string, o options, log io.Writer) (*target, error) {
	name := fmt.Sprintf("kontor_bench_%d", time.Now().Unix())
	fmt.Fprintf(log, "the database %s stays behind\n", name)
	address := within(o.store, name)
	data, err := fill(ctx, dir, address, o.entries, o.drafts(), log)
	if err != nil {
		return nil, err
	}
	flags := []string{"--cache-size=0", "--store=" + address}
	if o.blob != "" {
		flags = append(flags, "--blob="+within(o.blob, name))
	}
	return start(ctx, binary, dir, data, flags...)
}

// within adds a name to the path of an address, ahead of its options.
func within(address, name string) string {
	path, options, _ := strings.Cut(address, "?")
	return strings.TrimRight(path, "/") + "/" + name + "?" + options
}

func fill(ctx context.Context, dir, address string, entries, drafts int, log io.Writer) (*dataset, error) {
	began := time.Now()
	data, err := seed(ctx, dir, address, entries, drafts)
	if err != nil {
		return nil, fmt.Errorf("filling %s: %w", dir, err)
	}
	fmt.Fprintf(log, "%d projects and %d drafts written in %v\n", entries, drafts, time.Since(began).Round(time.Millisecond))
	return data, nil
}

func start(ctx context.Context, binary, dir string, data *dataset, flags ...string) (*target, error) {
	s, err := startServer(ctx, binary, dir, flags...)
	if err != nil {
		return nil, err
	}
	return &target{server: s, data: data, sent: map[string]int64{}}, nil
}

// target is a server and what is in it.
type target struct {
	*server
	data *dataset
	sent map[string]int64 // requests so far, by workload
}
