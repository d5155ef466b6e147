package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/config"
	"kontor/pkg/content"
	"kontor/pkg/idempotency"
	"kontor/pkg/index"
	"kontor/pkg/lead"
	"kontor/pkg/rate"
	"kontor/pkg/search"
	"kontor/pkg/search/blevesearch"
	"kontor/pkg/store"
)

// searchDirectory is the name of the directory of the full-text engine in the data directory. It belongs to the process that leads.
const searchDirectory = "search"

// openSearch opens the full-text engine, and makes the data directory.
func openSearch(c config.Config) (search.Engine, error) {
	if err := makeData(c.Data); err != nil {
		return nil, err
	}
	return blevesearch.Open(filepath.Join(c.Data, searchDirectory), blevesearch.Options{})
}

// processName tells people which process leads.
func processName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	return fmt.Sprintf("%s, process %d", host, os.Getpid())
}

// openIndex makes what leads and what searches. Only a process whose content types are in force may lead.
func openIndex(ctx context.Context, st store.Store, accounts *auth.Service, entries *content.Service, sole string, log *slog.Logger) (*index.Service, *lead.Lead, error) {
	jobs, err := lead.New(ctx, lead.Options{Store: st, Name: processName(), Fit: entries.Ping, Log: log, Sole: sole})
	if err != nil {
		return nil, nil, err
	}
	finder, err := index.New(ctx, index.Options{Content: entries, Roles: accounts.Roles(), Store: st, Jobs: jobs, Log: log})
	return finder, jobs, err
}

// soleServer is what a server is called of whom there is only one on its store: it has the lock of the data directory, and the store is in
// there. The lease of one that was killed is free then.
func soleServer(c config.Config) string {
	if c.Store != "" {
		return ""
	}
	return "serve"
}

// duty is what one process of all does beside requests.
type duty struct {
	config   config.Config
	store    *store.Tracked
	accounts *auth.Service
	entries  *content.Service
	finder   *index.Service
	jobs     *lead.Lead
	keys     *idempotency.Service
	log      *slog.Logger
}

// start begins to stand for the lease; stop ends it and waits. It outlives ctx, since running requests may need it.
func (d *duty) start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	wg.Go(func() { d.jobs.Run(ctx, d.do) })
	return func() {
		cancel()
		wg.Wait()
	}
}

// do is the work of the one who leads.
func (d *duty) do(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { d.search(ctx) })
	wg.Go(func() {
		every(ctx, time.Hour, func() {
			if err := d.accounts.Sweep(ctx); err != nil && ctx.Err() == nil {
				d.log.Warn("sessions that have run out were not deleted", "error", err)
			}
			n, err := d.entries.SweepFiles(ctx)
			swept(ctx, d.log, n, err, "bytes that belonged to no file were removed", "bytes that belong to no file were not removed")
			if _, err := d.keys.Sweep(ctx); err != nil && ctx.Err() == nil {
				d.log.Warn("the records of old Idempotency-Keys were not deleted", "error", err)
			}
			if _, err := d.jobs.Sweep(ctx); err != nil && ctx.Err() == nil {
				d.log.Warn("jobs that are over were not deleted", "error", err)
			}
		})
	})
	wg.Go(func() { // by itself, since after an upgrade it may take hours
		every(ctx, time.Hour, func() {
			n, err := d.entries.RenewFiles(rate.Patient(ctx))
			swept(ctx, d.log, n, err, "images and PDFs of an earlier version were read again", "images and PDFs of an earlier version were not read again")
		})
	})
	wg.Go(func() {
		every(ctx, time.Minute, func() {
			n, err := d.entries.Sweep(ctx)
			swept(ctx, d.log, n, err, "writes that were cut off were mended", "writes that were cut off were not mended")
		})
	})
}

// reopenEvery is how often the engine is tried again that another process still has.
const reopenEvery = time.Second

// search opens the engine and lets it follow the store until ctx ends.
func (d *duty) search(ctx context.Context) {
	for told := false; ctx.Err() == nil; {
		engine, err := openSearch(d.config)
		if err == nil {
			d.finder.Follow(ctx, engine, index.Following{Changes: d.store.Changes(ctx)})
			if err = engine.Close(); err == nil || ctx.Err() != nil {
				continue
			}
		}
		if !told {
			d.log.Warn("the search can't be opened; it is tried again", "error", err)
			told = true
		}
		wait(ctx, reopenEvery)
	}
}

// every calls fn now and again after each period, until ctx ends.
func every(ctx context.Context, period time.Duration, fn func()) {
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		fn()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// swept notes what a sweep came to.
func swept(ctx context.Context, log *slog.Logger, n int, err error, done, failed string) {
	if err != nil && ctx.Err() == nil {
		log.Warn(failed, "error", err)
	} else if n > 0 {
		log.Info(done, "count", n)
	}
}
