package demo_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/demo"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// moment are the facts of a snapshot that tell when it was written; all else is the same in every fill.
var moment = []string{"createdAt", "updatedAt", "publishedAt"}

// snapshot is what a store holds of the sample: documents by type and key.
func (k *kit) snapshot() map[string]map[string]value.Object {
	k.Helper()
	out := map[string]map[string]value.Object{}
	for _, t := range k.content.Types().Types() {
		out[t.ID] = map[string]value.Object{}
		err := k.store.Scan(k.Context(), t.ID, query.Filter{}, nil, func(d store.Document) error {
			o := value.Object{"id": d.Part(store.Meta)["id"], "rev": d.Rev, "organisation": d.Part(store.Meta)["organisation"]}
			for _, part := range []string{store.Draft, store.Published} {
				if p := value.CloneObject(d.Part(part)); p != nil {
					maps.DeleteFunc(p, func(name string, _ any) bool { return slices.Contains(moment, name) })
					o[part] = p
				}
			}
			out[t.ID][d.Key] = o
			return nil
		})
		if err != nil {
			k.Fatal(err)
		}
	}
	return out
}

// fileList is every file without when it was uploaded.
func (k *kit) fileList() map[int64]asset.File {
	k.Helper()
	var ids []int64
	for i := range int64(1000) {
		ids = append(ids, i)
	}
	found, err := k.files.Files(k.Context(), ids)
	if err != nil {
		k.Fatal(err)
	}
	for id, f := range found {
		f.CreatedAt, f.UpdatedAt = today, today
		found[id] = f
	}
	return found
}

// breaking is a store that fails after so many writes, as a full disk would, or one that a process loses when it is killed.
type breaking struct {
	store.Store
	left atomic.Int64
}

var errBroken = errors.New("the disk is full")

func (b *breaking) Apply(ctx context.Context, ops []store.Op) error {
	if b.left.Add(-1) < 0 {
		return errBroken
	}
	return b.Store.Apply(ctx, ops)
}

// plain is the sample filled in at once. Nobody had an account, so there are some now.
func plain(t *testing.T) *kit {
	t.Helper()
	k, r := filled(t)
	roles := map[string]bool{}
	for _, s := range r.SignIns {
		roles[s.Role] = true
		if _, _, err := k.auth.SignIn(t.Context(), auth.Credentials{Identifier: s.Mail, Password: s.Password}); err != nil {
			t.Errorf("%s: %v", s.Mail, err)
		}
	}
	if len(r.SignIns) != 3 || !roles[auth.Admin] || !roles[auth.Editor] || !roles["organizer"] {
		t.Errorf("%d sign-ins: %v", len(r.SignIns), roles)
	}
	return k
}

// patched is one whose fill was cut short again and again. Somebody has an account, so it makes none.
func patched(t *testing.T) *kit {
	t.Helper()
	b := &breaking{}
	b.left.Store(1 << 40)
	k := openKit(t, t.TempDir(), func(st store.Store) store.Store { b.Store = st; return b })
	own := auth.NewAccount{Mail: "ich@stadt.example", Role: auth.Admin, Password: "correct horse battery"}
	if _, err := k.auth.CreateAccount(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	for _, writes := range []int64{0, 1, 30, 80, 90, 300, 200, 400} {
		b.left.Store(writes)
		// A later start has a later day; the sample keeps the one on which it began.
		_, err := k.fill(t.Context(), today.AddDate(0, 0, 40))
		if writes < 2 && !errors.Is(err, errBroken) || err == nil {
			t.Errorf("after %d writes: %v", writes, err)
		}
		if writes == 0 {
			b.left.Store(2)
			_, err = k.fill(t.Context(), today)
			if !errors.Is(err, errBroken) {
				t.Error(err)
			}
		}
	}
	b.left.Store(1 << 40)
	r, err := k.fill(t.Context(), today.AddDate(1, 0, 0))
	if err != nil || r.Outcome != demo.Filled || len(r.SignIns) > 0 {
		t.Fatalf("%+v: %v", r, err)
	}
	if _, n, err := k.auth.Accounts(t.Context(), query.Page{Count: true}); err != nil || n != 1 {
		t.Errorf("%d accounts: %v", n, err)
	}
	return k
}

// TestSample fills two stores, one of them with interruptions, and looks at everything that they hold. Under the race detector, to which
// a fill takes minutes, it is one store, and no look at values.
func TestSample(t *testing.T) {
	if racing {
		k := plain(t)
		t.Run("owners", func(t *testing.T) { owners(t, k) })
		t.Run("again", func(t *testing.T) { again(t, k) })
		return
	}
	var a, b *kit
	var wg sync.WaitGroup
	wg.Go(func() { a = plain(t) })
	wg.Go(func() { b = patched(t) })
	wg.Wait()
	if a == nil || b == nil {
		t.FailNow()
	}
	t.Run("the same", func(t *testing.T) { same(t, a, b) })
	t.Run("invariants", func(t *testing.T) {
		for _, k := range []*kit{a, b} {
			breaches, err := k.content.Verify(t.Context())
			if err != nil {
				t.Error(err)
			}
			for _, x := range breaches {
				t.Error(x)
			}
		}
	})
	e := entriesOf(a)
	t.Run("counts", e.counts)
	t.Run("texts", e.texts)
	t.Run("titles", e.titles)
	t.Run("notes", e.notes)
	t.Run("relations", e.relations)
	t.Run("spread", e.spread)
	t.Run("shown", e.shown)
	t.Run("files", func(t *testing.T) { files(t, a) })
	t.Run("owners", func(t *testing.T) { owners(t, a) })
	t.Run("again", func(t *testing.T) { again(t, a) })
}

func same(t *testing.T, a, b *kit) {
	x, y := a.snapshot(), b.snapshot()
	for typ, docs := range x {
		if len(docs) != len(y[typ]) {
			t.Errorf("%s: %d and %d documents", typ, len(docs), len(y[typ]))
		}
		for key, d := range docs {
			if !value.Equal(d, y[typ][key]) {
				t.Errorf("%s %s: %v\nand %v", typ, key, d, y[typ][key])
			}
		}
	}
	f, g := a.fileList(), b.fileList()
	if len(f) < 130 || len(f) != len(g) {
		t.Errorf("%d and %d files", len(f), len(g))
	}
	for id, file := range f {
		if fmt.Sprintf("%+v", file) != fmt.Sprintf("%+v", g[id]) {
			t.Errorf("file %d: %+v\nand %+v", id, file, g[id])
		}
	}
	for _, k := range []*kit{a, b} { // what comes later gets other numbers
		for _, typ := range []string{"project", "topic"} {
			ct, _ := k.content.Types().Type(typ)
			saved, err := k.content.Create(t.Context(), auth.System("test"), ct, content.Changes{}, content.Write{Draft: true})
			if err != nil {
				t.Fatal(err)
			}
			state, err := k.content.State(t.Context(), auth.System("test"), ct, saved.DocumentID, "")
			if err != nil || state.ID <= int64(len(x[typ])/4) {
				t.Errorf("the next %s has the id %d: %v", typ, state.ID, err)
			}
			if err := k.content.Delete(t.Context(), auth.System("test"), ct, saved.DocumentID, content.Write{}); err != nil {
				t.Error(err)
			}
		}
	}
}

// owners: an organizer of the sample has events, and only those of the own organisation.
func owners(t *testing.T, k *kit) {
	a, err := k.auth.AccountByMail(t.Context(), "veranstaltungen@example.org")
	if err != nil {
		t.Fatal(err)
	}
	events, _ := k.content.Types().Type("event")
	page, err := k.content.List(t.Context(), a.Caller(), events, query.Query{Draft: true, Page: query.Page{Limit: 100, Count: true}})
	if err != nil || page.Total < 10 || page.Total > 40 {
		t.Errorf("the organizer sees %d events: %v", page.Total, err)
	}
}

// again: what is filled is left alone, also after somebody has deleted what was written last.
func again(t *testing.T, k *kit) {
	if err := demo.Finish(t.Context(), k.store); err != nil {
		t.Fatal(err)
	}
	home, _ := k.content.Types().Type("home")
	if err := k.content.DeleteSingle(t.Context(), auth.System("test"), home, content.Write{}); err != nil {
		t.Fatal(err)
	}
	before := k.snapshot()
	r, err := k.fill(t.Context(), today)
	if err != nil || !reflect.DeepEqual(r, demo.Result{Outcome: demo.Earlier}) {
		t.Errorf("%+v: %v", r, err)
	}
	if after := k.snapshot(); !reflect.DeepEqual(before, after) {
		t.Error("the second fill has changed something")
	}
}

// A store with an entry of somebody is left alone, also when that is in the trash.
func TestForeignStore(t *testing.T) {
	k := newKit(t)
	topic, _ := k.content.Types().Type("topic")
	saved, err := k.content.Create(t.Context(), auth.System("test"), topic, content.Changes{"name": "Eigenes"}, content.Write{Draft: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, deleted := range []bool{false, true} {
		if deleted {
			if err := k.content.Delete(t.Context(), auth.System("test"), topic, saved.DocumentID, content.Write{}); err != nil {
				t.Fatal(err)
			}
		}
		r, err := k.fill(t.Context(), today)
		if err != nil || r.Outcome != demo.Foreign || len(r.SignIns) > 0 {
			t.Errorf("%+v: %v", r, err)
		}
	}
	if _, n, err := k.auth.Accounts(t.Context(), query.Page{Count: true}); err != nil || n != 0 {
		t.Errorf("%d accounts: %v", n, err)
	}
}
