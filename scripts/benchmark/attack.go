package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// attackCommand measures how long ordinary lists take while others ask for the dearest that the server allows.
const attackCommand = "attack"

const (
	listsPerSecond = 50 // open loop: a list is sent when its time has come, whatever became of those before
	candidates     = 300
	worstKept      = 12
)

// attackOptions are what its command line says.
type attackOptions struct {
	entries, attackers int
	seconds            float64
	dir, store         string
}

func parseAttack(args []string) (attackOptions, error) {
	var o attackOptions
	flags := flag.NewFlagSet("bench attack", flag.ContinueOnError)
	flags.IntVar(&o.entries, "entries", 10_000, "projects in the store")
	flags.IntVar(&o.attackers, "attackers", 8, "connections that ask for what is dear, one request after another")
	flags.Float64Var(&o.seconds, "seconds", 10, "how long each round takes; there is a quiet one, one under attack, and a quiet one again")
	flags.StringVar(&o.dir, "dir", "", "where to make the data directory (default: the system's)")
	flags.StringVar(&o.store, "store", "", "measure on this MongoDB server, in a database of its own")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		return o, complain("there are no arguments, only options: %s", flags.Arg(0))
	case o.entries < 100 || o.entries > maxEntries:
		return o, complain("--entries wants 100 to %d", maxEntries)
	case o.seconds < 1 || o.seconds > maxSeconds:
		return o, complain("--seconds wants 1 to %d", maxSeconds)
	case o.attackers < 1 || o.attackers > 64:
		return o, complain("--attackers wants 1 to 64")
	}
	return o, nil
}

// runAttack fills a store, finds the dearest requests that are allowed, and measures lists beside them. The
// server has no limit on requests, which would end the attack: what is measured is that the rest holds.
func runAttack(ctx context.Context, args []string, out, log io.Writer) error {
	o, err := parseAttack(args)
	if err != nil {
		return &usageError{err}
	}
	dir, err := os.MkdirTemp(o.dir, "kontor-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary, err := build(ctx, dir)
	if err != nil {
		return err
	}
	data, address, options := filepath.Join(dir, "data"), "", []string{"--cache-size=0"}
	if o.store != "" {
		address = within(o.store, fmt.Sprintf("kontor_bench_%d", time.Now().Unix()))
		options = append(options, "--store="+address)
	}
	set, err := fill(ctx, data, address, o.entries, 0, log)
	if err != nil {
		return err
	}
	t, err := start(ctx, binary, data, set, options...)
	if err != nil {
		return err
	}
	defer t.stop()
	if err := waitForEntries(ctx, t, o.entries); err != nil {
		return err
	}
	settle(ctx, t.cmd.Process.Pid)
	a := &attack{base: "http://" + t.addr, log: log, client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}}}
	if err := a.choose(ctx, set); err != nil {
		return err
	}
	return a.report(ctx, o, out)
}

// attack is one run.
type attack struct {
	base   string
	client *http.Client
	log    io.Writer
	worst  []costly
}

// costly is a request and how long it took alone.
type costly struct {
	path, body string
	took       time.Duration
}

// ask sends a request and reads the whole answer.
func (a *attack) ask(ctx context.Context, path, body string) (int, error) {
	method, in := http.MethodGet, io.Reader(nil)
	if body != "" {
		method, in = http.MethodPost, strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(ctx, method, a.base+path, in)
	if err != nil {
		return 0, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := a.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}

// choose generates requests and keeps those that take longest of the allowed ones.
func (a *attack) choose(ctx context.Context, d *dataset) error {
	r := rand.New(rand.NewPCG(7, 7))
	refused := 0
	for range candidates {
		path, body := dear(r, d)
		began := time.Now()
		status, err := a.ask(ctx, path, body)
		switch {
		case err != nil:
			return err
		case status == http.StatusOK:
			a.worst = append(a.worst, costly{path, body, time.Since(began)})
		case status == http.StatusBadRequest, status == http.StatusRequestHeaderFieldsTooLarge:
			refused++
		case status == http.StatusServiceUnavailable: // the server's own work has the slots
		default:
			return fmt.Errorf("a request alone is answered with %d: %s", status, path)
		}
	}
	slices.SortFunc(a.worst, func(x, y costly) int { return int(y.took - x.took) })
	fmt.Fprintf(a.log, "of %d generated requests %d are allowed and %d refused\n", candidates, len(a.worst), refused)
	a.worst = a.worst[:min(worstKept, len(a.worst))]
	for _, w := range a.worst {
		fmt.Fprintf(a.log, "%8v %.150s %.100s\n", w.took.Round(time.Millisecond), w.path, w.body)
	}
	if len(a.worst) == 0 {
		return fmt.Errorf("no generated request is allowed")
	}
	return nil
}

// dear generates a request that somebody could send to make the server work.
func dear(r *rand.Rand, d *dataset) (path, body string) {
	if r.IntN(6) == 0 {
		q := object{"q": []string{"a", "ge", "gemeinsam verwaltung", "archiv unter dach wasser"}[r.IntN(4)], "hitsPerPage": 1 + r.IntN(100), "facets": []string{"*"}, "attributesToHighlight": []string{"*"}}
		if r.IntN(2) == 0 {
			return "/search/indexes/projects/search", encoded(q)
		}
		q["indexUid"] = "projects"
		return "/search/multi-search", encoded(object{"queries": slices.Repeat([]object{q}, 1+r.IntN(10))})
	}
	v := url.Values{"pagination[pageSize]": {fmt.Sprint([]int{1, 25, 100}[r.IntN(3)])}}
	texts := []string{"title", "body", "summary", "goals", "slug"}
	text := func() string { return texts[r.IntN(len(texts))] }
	for range 1 + r.IntN(3) {
		switch n := 1 << r.IntN(8); r.IntN(8) {
		case 0:
			v.Set("filters["+text()+"][$containsi]", fmt.Sprint("zz", n))
		case 1:
			field := text()
			for i := range n {
				v.Set(fmt.Sprintf("filters[$or][%d][%s][$containsi]", i, field), fmt.Sprint("zz", i))
			}
		case 2:
			for i := range n {
				v.Set(fmt.Sprintf("filters[$or][%d][startYear]", i), fmt.Sprint(1500+i))
			}
		case 3:
			v.Set("_q", "zz")
		case 4:
			v.Set("filters[topics][summary][$containsi]", "e")
		case 5:
			v.Set("populate", "*")
		case 6:
			v.Set("filters["+[]string{"endYear", "summary", "image"}[r.IntN(3)]+"][$notNull]", "true")
		case 7:
			v.Set("filters[municipalities][name][$containsi]", "e")
		}
	}
	v.Set("sort", []string{"title", "updatedAt", "endYear:desc", "id"}[r.IntN(4)])
	if r.IntN(3) == 0 {
		v.Set("pagination[page]", fmt.Sprint(1+r.IntN(90)))
	}
	return "/api/projects?" + v.Encode(), ""
}

// encoded is a body in JSON.
func encoded(o object) string {
	text, _ := json.Marshal(o) // maps of plain values always encode
	return string(text)
}

// report measures lists in three rounds and prints their times.
func (a *attack) report(ctx context.Context, o attackOptions, out io.Writer) error {
	span := time.Duration(o.seconds * float64(time.Second))
	before, err := a.lists(ctx, span)
	if err != nil {
		return err
	}
	attacked, stop := context.WithCancel(ctx)
	defer stop()
	var served, busy, failed atomic.Int64
	var wg sync.WaitGroup
	for i := range o.attackers {
		wg.Go(func() {
			for n := i; attacked.Err() == nil; n++ {
				w := a.worst[n%len(a.worst)]
				switch status, err := a.ask(attacked, w.path, w.body); {
				case err != nil:
				case status == http.StatusOK:
					served.Add(1)
				case status == http.StatusServiceUnavailable:
					busy.Add(1)
				default:
					failed.Add(1)
				}
			}
		})
	}
	during, err := a.lists(ctx, span)
	stop()
	wg.Wait()
	if err != nil {
		return err
	}
	after, err := a.lists(ctx, span)
	if err != nil {
		return err
	}
	quiet := append(before, after...)
	slices.Sort(quiet)
	fmt.Fprintf(out, "%d lists of 25 along an index a second, %d projects, %d attackers: %d of their requests served, %d told to come back (503), %d refused\n",
		listsPerSecond, o.entries, o.attackers, served.Load(), busy.Load(), failed.Load())
	for _, row := range []struct {
		name string
		took []time.Duration
	}{{"quiet", quiet}, {"under attack", during}} {
		fmt.Fprintf(out, "%-14s p50 %7.1f ms   p99 %7.1f ms   worst %7.1f ms\n", row.name, millis(row.took, 0.5), millis(row.took, 0.99), millis(row.took, 1))
	}
	bound := max(5*millis(quiet, 0.99), 25)
	fmt.Fprintf(out, "p99 under attack is %.1f times the quiet one; it may be %.1f ms\n", millis(during, 0.99)/millis(quiet, 0.99), bound)
	return nil
}

// millis is a quantile of sorted times in milliseconds.
func millis(sorted []time.Duration, q float64) float64 {
	at := min(len(sorted)-1, int(q*float64(len(sorted))))
	return float64(sorted[at]) / float64(time.Millisecond)
}

// lists sends lists at their times and gives how long each took from when it was due, in order.
func (a *attack) lists(ctx context.Context, span time.Duration) ([]time.Duration, error) {
	n := int(span.Seconds() * listsPerSecond)
	took, errs := make([]time.Duration, n), make([]error, n)
	var wg sync.WaitGroup
	began := time.Now()
	for i := range n {
		due := began.Add(time.Duration(i) * time.Second / listsPerSecond)
		time.Sleep(time.Until(due))
		wg.Go(func() {
			path := fmt.Sprintf("/api/projects?sort=title&pagination[pageSize]=25&pagination[page]=%d", 1+i%40)
			status, err := a.ask(ctx, path, "")
			if err == nil && status != http.StatusOK {
				err = fmt.Errorf("a list is answered with %d", status)
			}
			took[i], errs[i] = time.Since(due), err
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(took)
	return took, nil
}
