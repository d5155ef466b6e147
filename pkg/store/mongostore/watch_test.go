package mongostore_test

import (
	"context"
	"testing"
	"time"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/store/mongostore"
	"kontor/pkg/store/storetest"
	"kontor/pkg/value"
)

// On a replica set nobody hears of writes to quiet collections, nor of what the server writes by itself, and of all others as before.
func TestWatchLeavesQuietWritesOut(t *testing.T) {
	ctx := t.Context()
	address := storetest.MongoAddress(t, t.TempDir())
	open := func() *mongostore.Store {
		db, err := mongostore.Open(ctx, address, mongostore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		for _, name := range []string{"_beats", "_lists", "thing"} {
			if err := db.Ensure(ctx, store.Collection{Name: name}); err != nil {
				t.Fatal(err)
			}
		}
		return db
	}
	db, other := open(), open()
	if !db.Streams(ctx) {
		return // a server without change streams can't tell one write from another, and then every one is a signal, as the suite wants
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	changes := db.Watch(watching, store.Interest{Own: []string{"_lists"}, Facts: []string{"shown"}})
	write := func(op store.Op) {
		t.Helper()
		if err := other.Apply(ctx, []store.Op{op}); err != nil {
			t.Fatal(err)
		}
	}
	insert := func(collection, key, fact string) store.Op {
		return store.Op{Kind: store.Insert, Collection: collection, Key: key, Parts: map[string]value.Object{store.Meta: {fact: int64(1)}}}
	}
	write(insert("thing", "draft", "x"))
	for quiet := time.After(3 * time.Second); quiet != nil; { // what came before, and the stream's beginning
		select {
		case <-changes:
		case <-quiet:
			quiet = nil
		}
	}
	for i, op := range []store.Op{
		insert("_beats", "a", "shown"), insert("thing", "b", "x"),
		{Kind: store.Replace, Collection: "thing", Key: "draft", Rev: 1, Set: value.Object{"x": "y"}, Parts: map[string]value.Object{store.Draft: {"shown": int64(1)}}},
		{Kind: store.Replace, Collection: "thing", Key: "draft", Rev: 2, Set: value.Object{"shown": nil}},
	} {
		write(op)
		select {
		case <-changes:
			t.Fatalf("a signal for the quiet write %d", i)
		case <-time.After(300 * time.Millisecond):
		}
	}
	if _, err := other.Touch(ctx, "thing", query.Filter{}, value.Object{"shown": "z"}, nil); err != nil {
		t.Fatal(err)
	}
	select {
	case <-changes:
		t.Fatal("a signal for a quiet write, late")
	case <-time.After(2 * time.Second):
	}
	for i, op := range []store.Op{
		insert("thing", "c", "shown"), insert("_lists", "a", "x"),
		{Kind: store.Replace, Collection: "thing", Key: "draft", Rev: 3, Set: value.Object{"shown": "later"}},
		{Kind: store.Delete, Collection: "thing", Key: "c"},
	} {
		write(op)
		select {
		case s := <-changes:
			if s.Guess || s.Heard&1 == 0 {
				t.Errorf("the signal for the write %d is %+v", i, s)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("no signal for the write %d", i)
		}
	}
}
