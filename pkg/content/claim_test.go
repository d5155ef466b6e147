package content_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kontor/pkg/content"
	"kontor/pkg/query"
)

func TestClaim(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("person")
	free := func(mail string) bool {
		t.Helper()
		id, err := k.Create(ctx, editor, typ, obj{"name": "Probe", "mail": mail}, content.Write{Draft: true})
		if err == nil {
			must(t, k.Delete(ctx, editor, typ, id.DocumentID, content.Write{}))
			return true
		}
		equal(t, mail, wrong(err), []string{"mail not_unique"})
		return false
	}
	check := func(what, mail string, want bool) {
		t.Helper()
		if free(mail) != want {
			t.Errorf("%s: %s free is not %v", what, mail, want)
		}
	}
	id := k.create("person", obj{"name": "A", "mail": "ärger@x.de"})
	check("held", "ärger@x.de", false)
	check("folded", "ÄRGER@X.DE", false)
	k.update("person", id, obj{"mail": "b@x.de"}, content.Write{Draft: true})
	check("still published", "ärger@x.de", false)
	check("the draft", "b@x.de", false)
	must2(k.Discard(ctx, editor, typ, id, content.Write{}))(t)
	check("discarded", "b@x.de", true)
	k.update("person", id, obj{"mail": "b@x.de"}, content.Write{})
	check("changed", "ärger@x.de", true)
	k.update("person", id, obj{"mail": "c@x.de"}, content.Write{Draft: true})
	must2(k.Unpublish(ctx, editor, typ, id, content.Write{}))(t)
	check("unpublished", "b@x.de", true)
	check("the draft", "c@x.de", false)
	k.update("person", id, obj{"mail": "C@x.de"}, content.Write{})
	must(t, k.Delete(ctx, editor, typ, id, content.Write{}))
	check("deleted", "c@x.de", true)
	other := k.create("person", obj{"name": "B", "mail": "c@x.de"})
	_, err := k.Restore(ctx, editor, typ, id, content.Write{})
	equal(t, "restore", wrong(err), []string{"mail not_unique"})
	k.update("person", other, obj{"mail": nil}, content.Write{})
	must2(k.Restore(ctx, editor, typ, id, content.Write{}))(t)
	check("restored", "c@x.de", false)

	// Long values, numbers, and several at once.
	long := strings.Repeat("ü", 2000)
	k.create("person", obj{"name": "L", "badge": long})
	_, err = k.Create(ctx, editor, typ, obj{"name": "L", "badge": strings.ToUpper(long), "mail": "c@x.de"}, content.Write{})
	equal(t, "both", wrong(err), []string{"badge not_unique", "mail not_unique"})
	k.create("town", obj{"name": "T", "ags": "ab", "number": int64(1)})
	_, err = k.Create(ctx, editor, k.typ("town"), obj{"name": "T", "ags": "AB", "number": int64(1)}, content.Write{})
	equal(t, "both", wrong(err), []string{"ags not_unique", "number not_unique"})
}

func must2(_ content.Saved, err error) func(*testing.T) {
	return func(t *testing.T) { t.Helper(); must(t, err) }
}

// A claim whose holder died before it wrote its entry is taken over after a minute, not before.
func TestStaleClaim(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("person")
	k.create("person", obj{"name": "first"}) // takes the block of ids
	k.st.breakAfter(1)
	if _, err := k.Create(ctx, editor, typ, obj{"name": "dead", "mail": "a@x.de"}, content.Write{}); err == nil {
		t.Fatal("it did not break")
	}
	k.st.heal()
	k.clock.pass(50 * time.Second)
	_, err := k.Create(ctx, editor, typ, obj{"name": "early", "mail": "a@x.de"}, content.Write{})
	equal(t, "early", wrong(err), []string{"mail not_unique"})
	k.clock.pass(11 * time.Second)
	id := k.create("person", obj{"name": "late", "mail": "a@x.de"})
	// An old claim of a living entry is not stale.
	k.clock.pass(24 * time.Hour)
	_, err = k.Create(ctx, editor, typ, obj{"name": "later", "mail": "a@x.de"}, content.Write{})
	equal(t, "living", wrong(err), []string{"mail not_unique"})
	k.doc("person", id, "", false)
	k.hits(admin, "person", query.Query{Draft: true}, "first", "late")
}

func TestClaimsAtOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	other := openKit(t, k.path, types())
	var won atomic.Int64
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			by := []*kit{k, other}[i%2]
			if _, err := by.Create(t.Context(), editor, k.typ("town"), obj{"name": "T", "ags": "11"}, content.Write{}); err == nil {
				won.Add(1)
			} else {
				equal(t, "lost", wrong(err), []string{"ags not_unique"})
			}
		})
	}
	wg.Wait()
	equal(t, "won", won.Load(), 1)
	// One value wanders between the states of one entry, and is never without an owner.
	id := k.create("town", obj{"name": "W", "ags": "20"})
	for i := range 40 {
		wg.Go(func() {
			by := []*kit{k, other}[i%2]
			if _, err := by.Update(t.Context(), admin, k.typ("town"), id, obj{"ags": fmt.Sprint(20 + i%3)}, content.Write{}); err != nil {
				t.Error(show(err))
			}
		})
	}
	wg.Wait()
}

// The ids of two processes never meet, and are not given again after a delete.
func TestID(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	other := openKit(t, k.path, types())
	seen := map[int64]bool{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			by := []*kit{k, other}[i%2]
			id := by.create("person", obj{"name": "x"})
			st, err := by.State(t.Context(), admin, by.typ("person"), id, "")
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if seen[st.ID] || st.ID < 1 {
				t.Errorf("id %d twice", st.ID)
			}
			seen[st.ID] = true
			if err := by.Delete(t.Context(), admin, by.typ("person"), id, content.Write{}); err != nil {
				t.Error(err)
			}
			if err := by.Purge(t.Context(), admin, by.typ("person"), id, content.Write{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	third := openKit(t, k.path, types())
	st, err := third.State(t.Context(), admin, third.typ("person"), third.create("person", obj{"name": "y"}), "")
	if err != nil || seen[st.ID] {
		t.Errorf("id %d again: %v", st.ID, err)
	}
	if n, err := k.st.Count(t.Context(), "_claims", query.Where("meta.documentId", query.NotNull, nil)); err != nil || n != 0 {
		t.Errorf("%d claims are left: %v", n, err)
	}
}

// A store may do the ops of a write one by one: what a refused write has claimed until then is free again at once.
func TestRefusedWriteKeepsNoClaim(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("person")
	k.create("person", obj{"name": "first", "mail": "a@x.de", "badge": "7"})
	id := k.create("person", obj{"name": "second", "mail": "b@x.de"})
	k.st.breakAfter(1 << 30)
	for _, mail := range []string{"c@x.de", "d@x.de"} {
		_, err := k.Create(ctx, editor, typ, obj{"name": "refused", "mail": mail, "badge": "7"}, content.Write{})
		equal(t, "refused", wrong(err), []string{"badge not_unique"})
	}
	if _, err := k.Update(ctx, editor, typ, id, obj{"mail": "e@x.de", "badge": "7"}, content.Write{}); err == nil {
		t.Fatal("it was not refused")
	}
	for _, mail := range []string{"c@x.de", "d@x.de", "e@x.de"} {
		k.create("person", obj{"name": "free", "mail": mail})
	}
	_, err := k.Create(ctx, editor, typ, obj{"name": "last", "mail": "b@x.de"}, content.Write{})
	equal(t, "held", wrong(err), []string{"mail not_unique"})
	k.st.heal()
}
