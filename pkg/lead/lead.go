// Package lead elects the one process that does what is to be done once: sweeps, and keeping search equal to the store. It also has the jobs
// that other processes leave for that one.
//
// The lease is a document that its holder writes anew every two seconds. Others take it over when they have not seen it change for six, by
// their own clock: no two clocks are ever compared. That two may think for a moment that they lead can't be ruled out this way, nor by any
// other that has no lock, so leading only spares work: whatever a leader does is conditional, or may be done twice.
package lead

import (
	"cmp"
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Kontor's own collections that belong to leading.
const (
	leases = "_lead" // one document
	jobs   = "_jobs" // by a random key
)

// WorkCollections are those in which a new document is work for the leader.
func WorkCollections() []string { return []string{jobs} }

// leaseKey is the one document that decides who leads.
const leaseKey = "lease"

// Options are what a Lead is made from. Store must be there.
type Options struct {
	Store store.Store
	Name  string                      // of this process, for people
	Fit   func(context.Context) error // why this process must not lead now; nil: it always may
	Log   *slog.Logger                // nil discards

	// Sole names those of whom only one can run at a time, by a lock of theirs that this process has: a lease that another of them holds is
	// of a dead one, for which nobody need wait. "" for no such name.
	Sole string

	Beat     time.Duration // how often the holder writes; 2 s if 0
	Patience time.Duration // how long nothing may be seen of it; 6 s if 0
}

// Lead is this process among those that may lead. It is safe for use by many goroutines.
type Lead struct {
	store    store.Store
	name     string
	sole     string
	id       string // of this time of leading
	fit      func(context.Context) error
	log      *slog.Logger
	beat     time.Duration
	patience time.Duration
	leads    atomic.Bool
	woken    chan struct{} // a job of this process waits
}

// New makes the collections that leading needs.
func New(ctx context.Context, o Options) (*Lead, error) {
	l := &Lead{
		store: o.Store, name: o.Name, sole: o.Sole, fit: o.Fit, log: o.Log,
		beat: cmp.Or(o.Beat, 2*time.Second), patience: cmp.Or(o.Patience, 6*time.Second), woken: make(chan struct{}, 1),
	}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	if l.fit == nil {
		l.fit = func(context.Context) error { return nil }
	}
	for _, c := range []store.Collection{{Name: leases}, {Name: jobs, Indexes: [][]string{{"meta.state", "meta.at"}}}} {
		if err := o.Store.Ensure(ctx, c); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// Leads tells whether this process leads, as far as it knows.
func (l *Lead) Leads() bool { return l.leads.Load() }

// Leader is who leads.
type Leader struct {
	Name  string // "" if nobody does
	Since string
}

// Leader gives who leads as the store has it: one that has died a moment ago is still named.
func (l *Lead) Leader(ctx context.Context) (Leader, error) {
	d, err := l.store.Get(ctx, leases, leaseKey, nil)
	if fault.Is(err, fault.NotFound) || err == nil && d.Part(store.Meta)["free"] == true {
		return Leader{}, nil
	}
	return Leader{Name: text(d, "name"), Since: text(d, "since")}, err
}

// Run waits until this process leads, and lets it work. The work's context ends when the lease is lost or ctx ends; the lease is given up
// when the work has returned, for others to take at once. Work that returns by itself is begun again after a while, by whoever leads then.
// Run returns when ctx has ended and the work too.
func (l *Lead) Run(ctx context.Context, work func(context.Context)) {
	c := candidate{Lead: l}
	for ctx.Err() == nil {
		rev, err := c.take(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			l.log.Warn("it can't be told who leads", "error", err)
		case rev > 0:
			l.hold(ctx, rev, work)
			wait(ctx, l.patience)
			continue
		}
		wait(ctx, l.beat/4)
	}
}

// candidate is one who waits for the lease.
type candidate struct {
	*Lead
	rev int64     // of the lease when it last changed
	at  time.Time // when that was seen
}

// take tries to get the lease: one that nobody has, or whose holder does not write any more. It gives its revision, 0 without success.
func (c *candidate) take(ctx context.Context) (rev int64, err error) {
	if c.fit(ctx) != nil {
		return 0, nil
	}
	d, err := c.store.Get(ctx, leases, leaseKey, nil)
	c.id = store.RandomKey() // a new one each time: what the last time has left undone is then somebody else's
	mine := value.Object{"holder": c.id, "name": c.name, "since": time.Now().UTC().Format(timeFormat), "free": nil, "sole": nil}
	if c.sole != "" {
		mine["sole"] = c.sole
	}
	switch {
	case fault.Is(err, fault.NotFound):
		err = c.store.Apply(ctx, []store.Op{{Kind: store.Insert, Collection: leases, Key: leaseKey, Parts: map[string]value.Object{
			store.Meta: value.Normal(mine).(value.Object),
		}}})
		return won(1, err)
	case err != nil:
		return 0, err
	case d.Rev != c.rev:
		c.rev, c.at = d.Rev, time.Now()
	}
	dead := c.sole != "" && text(d, "sole") == c.sole
	if !dead && d.Part(store.Meta)["free"] != true && time.Since(c.at) < c.patience {
		return 0, nil
	}
	return won(d.Rev+1, c.store.Apply(ctx, []store.Op{{Kind: store.Replace, Collection: leases, Key: leaseKey, Rev: d.Rev, Set: mine}}))
}

// won is the revision that a write has made, 0 where somebody else was first.
func won(rev int64, err error) (int64, error) {
	if fault.Is(err, fault.Conflict) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return rev, nil
}

// hold leads until the lease is lost, the work returns or ctx ends.
func (l *Lead) hold(ctx context.Context, rev int64, work func(context.Context)) {
	l.log.Info("this process leads", "name", l.name)
	l.leads.Store(true)
	working, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		work(working)
	}()
	rev = l.keep(ctx, rev, done)
	cancel()
	<-done
	l.leads.Store(false)
	if rev == 0 {
		l.log.Warn("this process does not lead any more")
		return
	}
	l.free(ctx, rev)
}

// keep writes the lease anew until there is a reason not to. It gives the revision of the lease, 0 if it is lost.
func (l *Lead) keep(ctx context.Context, rev int64, done <-chan struct{}) int64 {
	tick := time.NewTicker(l.beat)
	defer tick.Stop()
	for written := time.Now(); ; {
		select {
		case <-ctx.Done():
			return rev
		case <-done:
			return rev
		case <-tick.C:
		}
		if err := l.fit(ctx); err != nil && ctx.Err() == nil {
			l.log.Warn("this process gives up leading", "error", err)
			return rev
		}
		next, err := l.renew(ctx, rev)
		switch {
		case err == nil && next == 0:
			return 0
		case err == nil:
			rev, written = next, time.Now()
		case time.Since(written) > l.patience-l.beat:
			l.log.Warn("the lease could not be kept", "error", err)
			return 0
		}
	}
}

// renew writes the lease; 0 if somebody else has it.
func (l *Lead) renew(ctx context.Context, rev int64) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, l.patience/2)
	defer cancel()
	next, err := won(rev+1, l.store.Apply(ctx, []store.Op{
		{Kind: store.Replace, Collection: leases, Key: leaseKey, Rev: rev, Inc: map[string]int64{"beats": 1}},
	}))
	if err != nil || next > 0 {
		return next, err
	}
	// It may have been this process's own write, of which it never heard that it happened.
	d, err := l.store.Get(ctx, leases, leaseKey, nil)
	if err == nil && text(d, "holder") == l.id {
		return d.Rev, nil
	}
	return 0, err
}

// freeing bounds how long giving up the lease may take: others wait no longer than that for it anyway.
const freeing = 2 * time.Second

// free gives the lease up. The last renewal may have been cut off by the end and have happened all the same.
func (l *Lead) free(ctx context.Context, rev int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), freeing)
	defer cancel()
	give := func(rev int64) error {
		return l.store.Apply(ctx, []store.Op{{Kind: store.Replace, Collection: leases, Key: leaseKey, Rev: rev, Set: value.Object{"free": true}}})
	}
	err := give(rev)
	if fault.Is(err, fault.Conflict) {
		var d store.Document
		if d, err = l.store.Get(ctx, leases, leaseKey, nil); err == nil && text(d, "holder") == l.id {
			err = give(d.Rev)
		}
	}
	if err != nil {
		l.log.Warn("the lease was not given up; others will wait for it", "error", err)
	}
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// timeFormat is the one form of a point in time in a document: UTC, fixed width.
const timeFormat = "2006-01-02T15:04:05.000Z"

func text(d store.Document, name string) string { s, _ := d.Part(store.Meta)[name].(string); return s }
