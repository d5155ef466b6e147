package storetest

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// mongoVariable names the MongoDB server that tests use; the gate sets it.
const mongoVariable = "KONTOR_TEST_MONGO_URI"

// MongoAddress is the address of a database of its own for each name on the server that KONTOR_TEST_MONGO_URI names. Without one the
// test is skipped, and fails where the gate runs. Whoever opens the database drops it.
func MongoAddress(t testing.TB, name string) string {
	t.Helper()
	uri := os.Getenv(mongoVariable)
	switch {
	case uri == "" && os.Getenv("CI") != "":
		t.Fatal(mongoVariable + " names no server")
	case uri == "":
		t.Skip("KONTOR_TEST_MONGO_URI names a MongoDB server to test on; scripts/services up starts one")
	}
	sum := sha256.Sum256([]byte(name))
	scheme, rest, _ := strings.Cut(uri, "://")
	rest, query, _ := strings.Cut(rest, "?")
	hosts, _, _ := strings.Cut(rest, "/")
	if hosts == "" {
		t.Fatalf("%s is no address", mongoVariable)
	}
	// A loaded machine is no reason to give a server up; the tests of servers that are away say otherwise.
	return scheme + "://" + hosts + "/kontor_test_" + hex.EncodeToString(sum[:8]) + "?" +
		strings.TrimPrefix(query+"&serverSelectionTimeoutMS=30000&connectTimeoutMS=30000", "&")
}

// OnMongo tells whether the tests of services run on MongoDB in place of SQLite: KONTOR_TEST_STORE=mongodb says so.
func OnMongo(t testing.TB) bool {
	t.Helper()
	switch chosen := os.Getenv("KONTOR_TEST_STORE"); chosen {
	case "", "sqlite":
		return false
	case "mongodb":
		return true
	default:
		t.Fatalf("KONTOR_TEST_STORE=%s is no store; it is sqlite or mongodb", chosen)
		return false
	}
}
