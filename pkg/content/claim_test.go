package content_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
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

// A claim whose holder died before it wrote its entry is taken over at once, whatever the clocks
// say, and that of a living entry never.
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
	k.clock.pass(-5 * time.Minute)
	id := k.create("person", obj{"name": "late", "mail": "a@x.de"})
	k.clock.pass(24 * time.Hour)
	_, err := k.Create(ctx, editor, typ, obj{"name": "later", "mail": "a@x.de"}, content.Write{})
	equal(t, "living", wrong(err), []string{"mail not_unique"})
	k.doc("person", id, "", false)
	k.hits(admin, "person", query.Query{Draft: true}, "first", "late")
}

// A process that stops between its claim and its entry does not write the entry after another
// process took the claim over, on clocks that differ by five minutes either way: no value is held
// twice.
func TestStoppedBetweenClaimAndEntry(t *testing.T) {
	t.Parallel()
	claimed := func(op store.Op) bool { return op.Collection == "_claims" && op.Kind == store.Insert }
	for _, skew := range []time.Duration{-5 * time.Minute, 5 * time.Minute} {
		for _, c := range []struct {
			name string
			do   func(slow *kit, id string) (content.Saved, error) // wants the address or the slug
			take obj                                               // what the other process makes meanwhile
			want []string                                          // why the slow write is refused in the end; nil: it is not
		}{
			{"create with an address", func(slow *kit, _ string) (content.Saved, error) {
				return slow.Create(t.Context(), editor, slow.typ("person"), obj{"name": "slow", "mail": "a@x.de"}, content.Write{})
			}, obj{"name": "fast", "mail": "A@x.de"}, []string{"mail not_unique"}},
			{"change of an address", func(slow *kit, id string) (content.Saved, error) {
				return slow.Update(t.Context(), admin, slow.typ("person"), id, obj{"mail": "a@x.de"}, content.Write{})
			}, obj{"name": "fast", "mail": "A@x.de"}, []string{"mail not_unique"}},
		} {
			t.Run(fmt.Sprint(c.name, " ", skew), func(t *testing.T) {
				t.Parallel()
				k := newKit(t)
				slow := openKit(t, k.path, types())
				slow.clock.pass(skew)
				id := k.create("person", obj{"name": "renamed", "mail": "old@x.de"})
				var taken string
				slow.st.breakAfter(1 << 30) // one op at a time
				slow.st.cross = func(op store.Op) {
					if taken == "" && claimed(op) {
						taken = k.create("person", c.take)
					}
				}
				_, err := c.do(slow, id)
				equal(t, "the slow write", wrong(err), c.want)
				if taken == "" {
					t.Fatal("nobody came in between")
				}
				docs, err := k.st.Find(t.Context(), "person", store.Query{Parts: []string{store.Draft}})
				docs = slices.DeleteFunc(docs, func(d store.Document) bool {
					mail, _ := d.Part(store.Draft)["mail"].(string)
					return !strings.EqualFold(mail, "a@x.de")
				})
				if err != nil || len(docs) != 1 || !strings.HasPrefix(docs[0].Key, taken) {
					t.Errorf("held by %v, %v; want %s", docs, err, taken)
				}
			})
		}
	}
}

// The same for a slug: the slow entry gets another one, as if it had come later.
func TestStoppedBetweenSlugAndEntry(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	slow := openKit(t, k.path, types())
	slow.clock.pass(5 * time.Minute)
	taken := ""
	slow.st.breakAfter(1 << 30)
	slow.st.cross = func(op store.Op) {
		if taken == "" && op.Collection == "_claims" {
			taken = k.create("project", plan)
		}
	}
	late := slow.create("project", plan)
	first, second := k.doc("project", taken, "", true)["slug"], k.doc("project", late, "", true)["slug"]
	if first != "plan" || second != "plan-2" {
		t.Errorf("the slugs are %v and %v", first, second)
	}
	// The translation of an entry that was fenced meanwhile is written all the same.
	k.update("project", late, obj{"title": "Scheme"}, content.Write{Locale: "en"})
}

// A write whose answer was lost keeps its claims, also those of an earlier try, since the entry may
// have been written.
func TestClaimOfAnEntryThatMayBeWritten(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, typ := t.Context(), k.typ("person")
	id := k.create("person", obj{"name": "first", "mail": "old@x.de"})
	k.st.breakAfter(1)
	if _, err := k.Create(ctx, editor, typ, obj{"name": "dead", "badge": "7"}, content.Write{}); err == nil {
		t.Fatal("it did not break")
	}
	k.st.breakAfter(1 << 30)
	k.st.cross = func(op store.Op) {
		k.st.lost = k.st.lost || op.Kind == store.Replace && op.Collection == "person" && strings.HasPrefix(op.Key, id)
	}
	_, err := k.Update(ctx, admin, typ, id, obj{"badge": "7", "mail": "new@x.de"}, content.Write{})
	wantCode(t, err, fault.Unavailable)
	k.st.cross = nil
	k.st.heal()
	_, err = k.Create(ctx, editor, typ, obj{"name": "second", "badge": "7", "mail": "new@x.de"}, content.Write{})
	equal(t, "held", wrong(err), []string{"badge not_unique", "mail not_unique"})
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
