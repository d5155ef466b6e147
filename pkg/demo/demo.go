// Package demo fills an empty store with a sample portal: what municipalities in North Rhine-Westphalia do together, told in German.
//
// The texts lie under data, where an editor can read and change them. The package puts them together: a project is one of the stories in
// data/projekte, told with the names of real towns, with figures and turns of its own. Nothing is left to chance: two stores that are filled
// as of the same day hold the same entries under the same names. Every entry and every file says that it is sample data.
//
// A fill that was cut short goes on at the next start, as of the day on which it began. What is there already is left alone.
package demo

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// The collection and the key of the record of how far the fill has got.
const (
	collection = "_demo"
	fillKey    = "fill"
)

// The states of a fill.
const (
	filling = "filling"
	filled  = "filled"
)

// Options are what Fill works on; all but Log are needed.
type Options struct {
	Store   store.Store
	Content *content.Service
	Files   *asset.Service
	Auth    *auth.Service
	Today   time.Time    // events are placed around this day
	Log     *slog.Logger // nil discards
}

// Outcome is what Fill found and did.
type Outcome int

// The outcomes.
const (
	Foreign Outcome = iota // the store has entries that are not of the sample: nothing was done
	Earlier                // the sample was filled in before: nothing was done
	Filled                 // the sample is there now
)

// Result is what came of a fill.
type Result struct {
	Outcome Outcome
	Entries int
	Files   int
	SignIns []SignIn // the accounts that were made; nobody can find out their passwords later
}

// Fill fills an empty store, or goes on with a fill that did not end. Nobody else may fill or use the store meanwhile.
func Fill(ctx context.Context, o Options) (Result, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := o.Store.Ensure(ctx, store.Collection{Name: collection}); err != nil {
		return Result{}, fmt.Errorf("collection %s: %w", collection, err)
	}
	m, err := readMark(ctx, o.Store)
	switch {
	case err != nil:
		return Result{}, err
	case m.state == filled:
		return Result{Outcome: Earlier}, nil
	case m.state == "":
		empty, err := isEmpty(ctx, o)
		if err != nil || !empty {
			return Result{Outcome: Foreign}, err
		}
		if m, err = begin(ctx, o); err != nil {
			return Result{}, err
		}
	default:
		o.Log.Info("an earlier start did not finish the sample portal; going on with it")
	}
	p, err := compose(m.today)
	if err != nil {
		return Result{}, err
	}
	f := &filler{Options: o, portal: p, resumed: m.resumed}
	if err := f.run(ctx); err != nil {
		return Result{}, err
	}
	r := Result{Outcome: Filled, Entries: len(p.items), Files: len(p.uploads)}
	if m.accounts {
		if r.SignIns, err = signIns(ctx, o.Auth); err != nil {
			return Result{}, err
		}
	}
	return r, nil
}

// Finish notes that the sample is complete and its sign-ins were handed over. Until then every start gives the accounts new passwords.
func Finish(ctx context.Context, st store.Store) error {
	m, err := readMark(ctx, st)
	if err != nil {
		return err
	}
	return st.Apply(ctx, []store.Op{{Kind: store.Replace, Collection: collection, Key: fillKey, Rev: m.rev, Set: value.Object{"state": filled}}})
}

// mark is the record of a fill.
type mark struct {
	state    string // "" if there is none
	today    time.Time
	accounts bool // the fill makes accounts
	resumed  bool
	rev      int64
}

func readMark(ctx context.Context, st store.Store) (mark, error) {
	d, err := st.Get(ctx, collection, fillKey, []string{store.Meta})
	if fault.Is(err, fault.NotFound) {
		return mark{}, nil
	}
	if err != nil {
		return mark{}, err
	}
	meta := d.Part(store.Meta)
	m := mark{rev: d.Rev, resumed: true}
	m.state, _ = meta["state"].(string)
	m.accounts, _ = meta["accounts"].(bool)
	day, _ := meta["today"].(string)
	if m.today, err = time.Parse(time.DateOnly, day); err != nil {
		return m, fmt.Errorf("the record of the sample portal is not readable: %w", err)
	}
	return m, nil
}

// begin notes that a fill has begun, as of which day, and whether it is to make accounts: only where there are none.
func begin(ctx context.Context, o Options) (mark, error) {
	_, n, err := o.Auth.Accounts(ctx, query.Page{Count: true})
	if err != nil {
		return mark{}, err
	}
	y, month, d := o.Today.Date()
	m := mark{state: filling, today: time.Date(y, month, d, 0, 0, 0, 0, time.UTC), accounts: n == 0, rev: 1}
	meta := value.Object{"state": m.state, "today": date(m.today), "accounts": m.accounts}
	return m, o.Store.Apply(ctx, []store.Op{{Kind: store.Insert, Collection: collection, Key: fillKey, Parts: map[string]value.Object{store.Meta: meta}}})
}

// isEmpty tells whether no type has entries, those in the trash included.
func isEmpty(ctx context.Context, o Options) (bool, error) {
	for _, t := range o.Content.Types().Types() {
		docs, err := o.Store.Find(ctx, t.ID, store.Query{Limit: 1, Parts: []string{}})
		if err != nil || len(docs) > 0 {
			return false, err
		}
	}
	return true, nil
}
