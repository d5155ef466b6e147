package mongostore

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"kontor/pkg/store"
	"kontor/pkg/store/storetest"
)

func TestConformance(t *testing.T) {
	h := storetest.Harness{
		Open:   func(t *testing.T, dir string) store.Store { return open(t, dir) },
		Notice: watchEvery,
	}
	if ferret(t) {
		h.Lacks = lacksFerretDB
	}
	h.Run(t)
}

// lacksFerretDB is what FerretDB 1.24 can't do and MongoDB can: the whole list of what the suite leaves out there. $elemMatch refuses
// most conditions or judges the list as a whole; a list in a list is refused when it is written; a quote in the name of an indexed field
// breaks its SQL.
var lacksFerretDB = []storetest.Capability{storetest.Elements, storetest.NestedLists, storetest.AnyIndex}

// ferret tells whether the server is FerretDB.
func ferret(t *testing.T) bool {
	s := open(t, t.TempDir())
	defer s.Close()
	raw, err := s.db.RunCommand(context.Background(), bson.D{{Key: "buildInfo", Value: 1}}).Raw()
	if err != nil {
		t.Fatal(err)
	}
	return raw.Lookup("ferretdbVersion").Type != 0
}

// open gives a handle on the database of a directory, which goes with the test.
func open(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(context.Background(), storetest.MongoAddress(t, dir), Options{Start: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { drop(t, dir) })
	return s
}

// drop removes the database of a directory.
func drop(t testing.TB, dir string) {
	s, err := Open(context.Background(), storetest.MongoAddress(t, dir), Options{Start: time.Minute})
	if err == nil {
		err = errors.Join(s.Drop(context.Background()), s.Close())
	}
	if err != nil {
		t.Error(err)
	}
}
