package mongostore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

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

// address is that of the server that the tests use, with a database of its own for each directory.
func address(t *testing.T, dir string) string {
	t.Helper()
	uri := os.Getenv("KONTOR_TEST_MONGO_URI")
	if uri == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("KONTOR_TEST_MONGO_URI names no server")
		}
		t.Skip("KONTOR_TEST_MONGO_URI names a MongoDB server to test on; scripts/services up starts one")
	}
	c, err := connstring.Parse(uri)
	if err != nil {
		t.Fatal("KONTOR_TEST_MONGO_URI:", err)
	}
	sum := sha256.Sum256([]byte(dir))
	name := "kontor_test_" + hex.EncodeToString(sum[:8])
	hosts, rest, _ := strings.Cut(strings.TrimPrefix(uri, c.Scheme+"://"), "/")
	_, query, _ := strings.Cut(rest, "?")
	if query != "" {
		query = "?" + query
	}
	return c.Scheme + "://" + hosts + "/" + name + query
}

// open gives a handle on the database of a directory, which goes with the test.
func open(t *testing.T, dir string) *Store {
	t.Helper()
	// A loaded machine is no reason to give a server up.
	s, err := Open(context.Background(), address(t, dir), Options{Patience: 30 * time.Second, Start: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s, err := Open(context.Background(), address(t, dir), Options{Patience: 30 * time.Second})
		if err == nil {
			err = s.db.Drop(context.Background())
			_ = s.Close()
		}
		if err != nil {
			t.Error(err)
		}
	})
	return s
}
