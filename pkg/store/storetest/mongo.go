package storetest

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// MongoAddress is the address of a database of its own for each name on the server that KONTOR_TEST_MONGO_URI names. Without one the
// test is skipped, and fails where the gate runs. Whoever opens the database drops it.
func MongoAddress(t testing.TB, name string) string {
	t.Helper()
	uri := os.Getenv("KONTOR_TEST_MONGO_URI")
	switch {
	case uri == "" && os.Getenv("CI") != "":
		t.Fatal("KONTOR_TEST_MONGO_URI names no server")
	case uri == "":
		t.Skip("KONTOR_TEST_MONGO_URI names a MongoDB server to test on; scripts/services up starts one")
	}
	return database(t, uri, name)
}

// ServiceAddress is where the tests of what stands above the port keep documents: "" for SQLite, or a database of its own for each
// name on the MongoDB server that KONTOR_TEST_STORE names.
func ServiceAddress(t testing.TB, name string) string {
	t.Helper()
	uri := os.Getenv("KONTOR_TEST_STORE")
	if uri == "" {
		return ""
	}
	return database(t, uri, name)
}

func database(t testing.TB, uri, name string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(name))
	scheme, rest, _ := strings.Cut(uri, "://")
	rest, query, _ := strings.Cut(rest, "?")
	hosts, _, _ := strings.Cut(rest, "/")
	if hosts == "" || !strings.HasPrefix(scheme, "mongodb") {
		t.Fatal("the server to test on has no address such as mongodb://127.0.0.1:27017/")
	}
	// A loaded machine is no reason to give a server up; the tests of servers that are away say otherwise.
	return scheme + "://" + hosts + "/kontor_test_" + hex.EncodeToString(sum[:8]) + "?" +
		strings.TrimPrefix(query+"&serverSelectionTimeoutMS=30000&connectTimeoutMS=30000", "&")
}
