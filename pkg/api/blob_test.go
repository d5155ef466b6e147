package api_test

import (
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"kontor/pkg/api"
	"kontor/pkg/asset"
	"kontor/pkg/blob"
	"kontor/pkg/blob/fileblob"
	"kontor/pkg/blob/s3blob"
	"kontor/pkg/fault"
	"kontor/pkg/store"
)

// openBlobs opens the bytes that belong to a directory: they lie in it, or where KONTOR_TEST_BLOB says.
func openBlobs(dir string) (blob.Store, error) {
	text := os.Getenv("KONTOR_TEST_BLOB")
	if text == "" {
		return fileblob.Open(filepath.Join(dir, "files"))
	}
	a, err := s3blob.ParseAddress(text)
	if err != nil {
		return nil, err
	}
	a.Prefix = path.Join("test", filepath.Base(filepath.Dir(dir)), filepath.Base(dir))
	return s3blob.Open(context.Background(), a, s3blob.Options{})
}

// kept lists the bytes that are kept; on a disk the temporary ones too.
func (s *server) kept() []string {
	s.t.Helper()
	var out []string
	bl, err := openBlobs(s.dir)
	if err == nil {
		err = bl.List(s.t.Context(), "", "", func(i blob.Info) error { out = append(out, i.Key); return nil })
		err = errors.Join(err, bl.Close())
	}
	temporary, globErr := filepath.Glob(filepath.Join(s.dir, "files", ".tmp", "*"))
	if err != nil || globErr != nil {
		s.t.Fatal(err, globErr)
	}
	return append(out, temporary...)
}

// awayBlobs is a storage of bytes that is away.
type awayBlobs struct{ blob.Store }

func (awayBlobs) Ping(context.Context) error {
	return fault.Wrap(fault.Unavailable, errors.New("secret"), "The storage of files is not available")
}

// TestReadyNamesTheFiles: who looks why a process is not ready reads that the files are away and the store is not.
func TestReadyNamesTheFiles(t *testing.T) {
	var st store.Store
	s := newServer(t, setup{
		store: func(t testing.TB) store.Store { st = openSQLite(t); return st },
		edit: func(o *api.Options) {
			var err error
			if o.Files, err = asset.New(t.Context(), st, awayBlobs{}, asset.Options{}); err != nil {
				t.Fatal(err)
			}
		},
	})
	r := s.do(call{"GET", "/readyz", "", "", nil})
	if want := `{"files":"The storage of files is not available","status":"unavailable","store":"ok"}`; r.status != 503 || strings.TrimSpace(r.body) != want {
		t.Errorf("%d %s, want 503 %s", r.status, r.body, want)
	}
}
