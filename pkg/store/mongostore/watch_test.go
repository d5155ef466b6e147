package mongostore_test

import (
	"context"
	"testing"
	"time"

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
		db, err := mongostore.Open(ctx, address, mongostore.Options{Quiet: []string{"_beats"}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		for _, name := range []string{"_beats", "thing"} {
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
	changes := db.Watch(watching)
	write := func(collection, key string) {
		op := store.Op{Kind: store.Insert, Collection: collection, Key: key, Parts: map[string]value.Object{store.Meta: {"x": int64(1)}}}
		if err := other.Apply(ctx, []store.Op{op}); err != nil {
			t.Fatal(err)
		}
	}
	for quiet := time.After(3 * time.Second); quiet != nil; { // what came before, and the stream's beginning
		select {
		case <-changes:
		case <-quiet:
			quiet = nil
		}
	}
	for i := range 10 {
		write("_beats", string(rune('a'+i)))
		select {
		case <-changes:
			t.Fatalf("a signal for the quiet write %d", i)
		case <-time.After(300 * time.Millisecond):
		}
	}
	select {
	case <-changes:
		t.Fatal("a signal for a quiet write, late")
	case <-time.After(2 * time.Second):
	}
	write("thing", "a")
	select {
	case <-changes:
	case <-time.After(30 * time.Second):
		t.Fatal("no signal for another write")
	}
}
