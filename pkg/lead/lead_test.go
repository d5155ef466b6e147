package lead_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/lead"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/store/sqlitestore"
	"kontor/pkg/value"
)

// The tests run a hundred times as fast as a process does.
const (
	beat     = 20 * time.Millisecond
	patience = 60 * time.Millisecond
)

func open(t *testing.T, file string) store.Store {
	t.Helper()
	st, err := sqlitestore.Open(file, sqlitestore.Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return st
}

func newLead(t *testing.T, st store.Store, o lead.Options) *lead.Lead {
	t.Helper()
	o.Store, o.Beat = st, beat
	if o.Patience == 0 {
		o.Patience = patience
	}
	l, err := lead.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// soon waits until something holds; how long that takes is not judged.
func soon(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// running is a Lead that campaigns until it is stopped.
type running struct {
	*lead.Lead
	terms atomic.Int64 // how often it has led
	stop  func()       // ends it, and waits
}

func run(t *testing.T, l *lead.Lead) *running {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{Lead: l}
	var wg sync.WaitGroup
	wg.Go(func() {
		l.Run(ctx, func(ctx context.Context) {
			r.terms.Add(1)
			<-ctx.Done()
		})
	})
	r.stop = func() { cancel(); wg.Wait() }
	t.Cleanup(r.stop)
	return r
}

func TestOneLeads(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kontor.db")
	var all []*running
	for _, name := range []string{"a", "b", "c"} {
		// Nobody loses patience here, so who follows another does because that has given up.
		all = append(all, run(t, newLead(t, open(t, file), lead.Options{Name: name, Patience: time.Hour})))
	}
	leaders := func() (out []*running) {
		for _, r := range all {
			if r.Leads() {
				out = append(out, r)
			}
		}
		return out
	}
	for left := len(all); left > 0; left-- {
		soon(t, "one leads", func() bool { return len(leaders()) == 1 })
		who := leaders()[0]
		named, err := who.Leader(t.Context())
		if err != nil || named.Name == "" || named.Since == "" {
			t.Fatalf("the leader is %v (%v)", named, err)
		}
		time.Sleep(2 * patience) // it keeps the lease against those who wait for it
		if !who.Leads() || len(leaders()) != 1 || who.terms.Load() != 1 {
			t.Fatalf("%d lead, the first for the %dth time", len(leaders()), who.terms.Load())
		}
		who.stop()
		if who.Leads() {
			t.Fatal("who has stopped still leads")
		}
	}
	named, err := all[0].Leader(t.Context())
	if err != nil || named.Name != "" {
		t.Errorf("when all have stopped %q leads (%v)", named.Name, err)
	}
}

// dead is a store that answers nothing any more, as for a process that was killed.
type dead struct {
	store.Store
	gone atomic.Bool
}

func (d *dead) Apply(ctx context.Context, ops []store.Op) error {
	if d.gone.Load() {
		return fault.New(fault.Unavailable, "gone")
	}
	return d.Store.Apply(ctx, ops)
}

// A holder that is not heard of any more is followed by another, and gives up by itself.
func TestTakeover(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kontor.db")
	st := &dead{Store: open(t, file)}
	first := run(t, newLead(t, st, lead.Options{Name: "first"}))
	soon(t, "the first leads", first.Leads)
	second := run(t, newLead(t, open(t, file), lead.Options{Name: "second"}))
	st.gone.Store(true)
	soon(t, "the second leads", second.Leads)
	soon(t, "the first gives up", func() bool { return !first.Leads() })
	st.gone.Store(false)
	soon(t, "one of them leads again", func() bool { return first.Leads() != second.Leads() })
}

// Whoever lost the lease to another ends at once, and does not give it up in the other's place.
func TestStolen(t *testing.T) {
	st := open(t, filepath.Join(t.TempDir(), "kontor.db"))
	l := run(t, newLead(t, st, lead.Options{Name: "me"}))
	soon(t, "it leads", l.Leads)
	soon(t, "it is stolen", func() bool {
		d, err := st.Get(t.Context(), "_lead", "lease", nil)
		if err != nil {
			t.Fatal(err)
		}
		return nil == st.Apply(t.Context(), []store.Op{{Kind: store.Replace, Collection: "_lead", Key: "lease", Rev: d.Rev, Set: value.Object{"holder": "thief", "name": "thief"}}})
	})
	soon(t, "it ends", func() bool { return !l.Leads() })
	if who, err := l.Leader(t.Context()); err != nil || who.Name != "thief" {
		t.Errorf("%q leads (%v)", who.Name, err)
	}
	soon(t, "the thief does not write, so it is taken back", func() bool { return l.terms.Load() == 2 })
}

// A lease that is of one who can't be alive any more is taken at once.
func TestSole(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kontor.db")
	st := &dead{Store: open(t, file)}
	first := run(t, newLead(t, st, lead.Options{Sole: "serve", Patience: time.Hour}))
	soon(t, "the first leads", first.Leads)
	st.gone.Store(true)
	other := run(t, newLead(t, open(t, file), lead.Options{Patience: time.Hour}))
	time.Sleep(patience)
	if other.Leads() {
		t.Error("one who does not know that it is dead does not wait")
	}
	second := run(t, newLead(t, open(t, file), lead.Options{Sole: "serve", Patience: time.Hour}))
	soon(t, "the second leads", second.Leads)
}

func TestUnfit(t *testing.T) {
	var unfit atomic.Bool
	unfit.Store(true)
	st := open(t, filepath.Join(t.TempDir(), "kontor.db"))
	l := run(t, newLead(t, st, lead.Options{Fit: func(context.Context) error {
		if unfit.Load() {
			return errors.New("older types")
		}
		return nil
	}}))
	time.Sleep(patience)
	if l.Leads() {
		t.Fatal("who is not fit leads")
	}
	unfit.Store(false)
	soon(t, "it leads", l.Leads)
	unfit.Store(true)
	soon(t, "it gives up", func() bool { return !l.Leads() })
	if who, err := l.Leader(t.Context()); err != nil || who.Name != "" {
		t.Errorf("the lease was not given up: %q (%v)", who.Name, err)
	}
}

// Work that ends by itself gives the lease up, and begins anew.
func TestWorkEnds(t *testing.T) {
	l := newLead(t, open(t, filepath.Join(t.TempDir(), "kontor.db")), lead.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	times := 0
	l.Run(ctx, func(context.Context) {
		if times++; times == 3 {
			cancel()
		}
	})
	if times != 3 {
		t.Errorf("it worked %d times", times)
	}
}

func TestJobs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kontor.db")
	st := open(t, file)
	leader, command := newLead(t, st, lead.Options{}), newLead(t, open(t, file), lead.Options{})
	ctx := t.Context()
	first, err := command.Submit(ctx, "rebuild", value.Object{"indexes": value.List{"projects"}}, "Ada")
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Millisecond) // they are done in the order of their times
	second, err := leader.Submit(ctx, "verify", nil, "Eva")
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-leader.Woken():
	default:
		t.Error("a job of this process does not wake it")
	}
	run(t, leader) // so that it is somebody
	soon(t, "it leads", leader.Leads)
	j, ok, err := leader.Next(ctx)
	if err != nil || !ok || j.ID != first.ID || j.Kind != "rebuild" || !value.Equal(j.Args, value.Object{"indexes": value.List{"projects"}}) || j.By != "Ada" {
		t.Fatalf("the first job is %+v, %v, %v", j, ok, err)
	}
	other, ok, err := leader.Next(ctx)
	if err != nil || !ok || other.ID != second.ID {
		t.Fatalf("the second job is %+v, %v, %v", other, ok, err)
	}
	if _, ok, err := leader.Next(ctx); ok || err != nil {
		t.Fatalf("there is a third one (%v)", err)
	}
	if err := leader.Progress(ctx, &j, 3, 10, "projects"); err != nil {
		t.Fatal(err)
	}
	var seen []lead.Job
	over, err := command.Follow(ctx, first.ID, func(j lead.Job) {
		seen = append(seen, j)
		if len(seen) == 1 {
			if err := leader.End(ctx, &other, nil, fault.New(fault.Conflict, "it does not fit")); err != nil {
				t.Error(err)
			}
			k := seen[0]
			if k.State != lead.Running || k.Done != 3 || k.Total != 10 || k.Text != "projects" {
				t.Errorf("followed: %+v", k)
			}
			go func() { _ = leader.End(context.WithoutCancel(ctx), ptr(k), value.Object{"documents": int64(10)}, nil) }()
		}
	})
	if err != nil || over.State != lead.Done || !value.Equal(over.Result, value.Object{"documents": int64(10)}) || over.Ended == "" {
		t.Fatalf("in the end: %+v (%v)", over, err)
	}
	failed, err := command.Job(ctx, second.ID)
	if err != nil || failed.State != lead.Failed || failed.Error != "it does not fit" {
		t.Errorf("failed: %+v (%v)", failed, err)
	}
	if _, err := command.Job(ctx, "nothing"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a job that is not there: %v", err)
	}
	for _, c := range []struct {
		ended string
		want  int
	}{{time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), 0}, {"2001-01-01T00:00:00.000Z", 1}} {
		if _, err := st.Touch(ctx, "_jobs", query.Where(store.KeyPath, query.Eq, first.ID), value.Object{"ended": c.ended}, nil); err != nil {
			t.Fatal(err)
		}
		if n, err := leader.Sweep(ctx); n != c.want || err != nil {
			t.Errorf("of jobs ended %s %d were swept (%v)", c.ended, n, err)
		}
	}
}

func ptr(j lead.Job) *lead.Job { return &j }

// What a leader has begun and not ended the next one does again, and the former can't end it any more.
func TestJobOfTheDead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kontor.db")
	ctx := t.Context()
	one, two := newLead(t, open(t, file), lead.Options{}), newLead(t, open(t, file), lead.Options{})
	sent, err := one.Submit(ctx, "verify", nil, "")
	if err != nil {
		t.Fatal(err)
	}
	first := run(t, one)
	soon(t, "the first leads", first.Leads)
	j, ok, err := one.Next(ctx)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	first.stop()
	second := run(t, two)
	soon(t, "the second leads", second.Leads)
	again, ok, err := two.Next(ctx)
	if err != nil || !ok || again.ID != sent.ID || again.Done != 0 {
		t.Fatalf("the second gets %+v, %v, %v", again, ok, err)
	}
	if err := one.End(ctx, &j, nil, nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("the first ends it: %v", err)
	}
	if err := two.End(ctx, &again, nil, nil); err != nil {
		t.Error(err)
	}
}
