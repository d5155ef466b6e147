package index_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kontor/pkg/index"
	"kontor/pkg/lead"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// counted counts the calls of a store, but those about the lease.
type counted struct {
	store.Store
	calls atomic.Int64
}

func (c *counted) count(collection string) {
	if !strings.HasPrefix(collection, "_lead") {
		c.calls.Add(1)
	}
}

func (c *counted) Get(ctx context.Context, collection, key string, parts []string) (store.Document, error) {
	c.count(collection)
	return c.Store.Get(ctx, collection, key, parts)
}

func (c *counted) Find(ctx context.Context, collection string, q store.Query) ([]store.Document, error) {
	c.count(collection)
	return c.Store.Find(ctx, collection, q)
}

func (c *counted) Count(ctx context.Context, collection string, f query.Filter) (int, error) {
	c.count(collection)
	return c.Store.Count(ctx, collection, f)
}

func (c *counted) Apply(ctx context.Context, ops []store.Op) error {
	c.count(ops[0].Collection)
	return c.Store.Apply(ctx, ops)
}

func (c *counted) Touch(ctx context.Context, collection string, f query.Filter, set value.Object, inc map[string]int64) (int, error) {
	c.count(collection)
	return c.Store.Touch(ctx, collection, f, set, inc)
}

func (c *counted) Ping(ctx context.Context) error {
	c.count("")
	return c.Store.Ping(ctx)
}

// An idle worker leaves the store alone, also where a driver can only guess that others write. It
// wakes for marks and jobs of its own process and of others.
func TestIdle(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kontor.db")
	types, err := someTypes()
	if err != nil {
		t.Fatal(err)
	}
	var c *counted
	k := openWrapped(t, file, openEngine(t, t.TempDir()), types, func(st store.Store) store.Store {
		c = &counted{Store: st}
		return c
	})
	guesses := make(chan store.Signal)
	changes := make(chan store.Signal, 1)
	ctx := t.Context()
	go func() { // merges what the store tells and what the test guesses
		for told := k.st.Changes(ctx); ; {
			select {
			case s := <-told:
				changes <- s
			case s := <-guesses:
				changes <- s
			case <-ctx.Done():
				return
			}
		}
	}()
	k.follow(index.Following{Changes: changes}).ready()
	k.create("topic", obj{"name": "Bauhof"})
	k.settled()

	quiet := func(what string, most int64, meanwhile func()) {
		t.Helper()
		for range 10 { // what came before may have its last look meanwhile
			before := c.calls.Load()
			for range 9 {
				meanwhile()
				time.Sleep(100 * time.Millisecond)
			}
			if c.calls.Load()-before <= most {
				return
			}
		}
		t.Errorf("%s: the worker never leaves the store alone", what)
	}
	quiet("idle", 1, func() {})
	quiet("guesses", 2, func() { guesses <- store.Signal{Heard: store.EveryInterest, Guess: true} })

	other := openKit(t, file, nil)
	for name, write := range map[string]func(){
		"own":     func() { k.create("topic", obj{"name": "Abwasser"}) },
		"another": func() { other.create("topic", obj{"name": "Abwasser"}) },
	} {
		began := time.Now()
		write()
		k.settled()
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("a mark of the %s process waited %v", name, took)
		}
	}
	quiet("after marks", 1, func() {})
	if j, err := other.search.Ask(ctx, index.VerifyJob, nil, "test"); err != nil {
		t.Fatal(err)
	} else if j, err = other.jobs.Follow(ctx, j.ID, func(lead.Job) {}); err != nil || j.State != lead.Done {
		t.Errorf("a job of another process: %+v, %v", j, err)
	}
}
