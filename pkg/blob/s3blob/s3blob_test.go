package s3blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"kontor/pkg/blob"
	"kontor/pkg/blob/blobtest"
)

// servers are the variables of the environment that hold the addresses of the servers to test with, as scripts/services prints them.
var servers = []string{"KONTOR_TEST_S3_MINIO", "KONTOR_TEST_S3_VERSITYGW"}

// onEach runs a test on each server, on both at once.
func onEach(t *testing.T, test func(t *testing.T, a Address)) {
	for _, variable := range servers {
		t.Run(variable, func(t *testing.T) {
			a := serverOf(t, variable)
			t.Parallel()
			test(t, a)
		})
	}
}

func serverOf(t *testing.T, variable string) Address {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not set", variable)
		}
		t.Skip("KONTOR_TEST_S3_MINIO and KONTOR_TEST_S3_VERSITYGW name no servers: eval \"$(scripts/services up)\"")
	}
	a, err := ParseAddress(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// in gives the address of a storage of its own for a directory.
func (a Address) in(dir string) Address {
	digest := sha256.Sum256([]byte(dir))
	a.Prefix = "test/" + hex.EncodeToString(digest[:8])
	return a
}

// calm waits long where a test is not about time: the machine may be busy.
var calm = patience{dial: time.Minute, read: time.Minute, write: time.Minute, ping: time.Minute}

func openTest(t *testing.T, a Address) *Store {
	t.Helper()
	s, err := open(context.Background(), a, Options{}, calm)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { empty(t, s) })
	return s
}

// empty removes everything below the prefix of a storage, which may be closed.
func empty(t *testing.T, s *Store) {
	found := s.core.Client.ListObjects(context.Background(), s.address.Bucket, minio.ListObjectsOptions{Prefix: s.name(""), Recursive: true})
	for failed := range s.core.Client.RemoveObjects(context.Background(), s.address.Bucket, found, minio.RemoveObjectsOptions{}) {
		t.Errorf("%s stays: %v", failed.ObjectName, failed.Err)
	}
	s.wire.next.CloseIdleConnections()
}

func TestSuite(t *testing.T) {
	onEach(t, func(t *testing.T, a Address) {
		blobtest.Harness{Huge: 3*minPart + 1, Open: func(t *testing.T, dir string) blob.Store { return openTest(t, a.in(dir)) }}.Run(t)
	})
}
