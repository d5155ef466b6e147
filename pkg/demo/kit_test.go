package demo_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/blob"
	"kontor/pkg/blob/fileblob"
	"kontor/pkg/content"
	"kontor/pkg/demo"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/store/sqlitestore"
	"kontor/schemas"
)

// today is the day as of which tests fill.
var today = time.Date(2026, 3, 17, 15, 30, 0, 0, time.UTC)

// kit is the services on a store of its own.
type kit struct {
	testing.TB
	store   store.Store
	blobs   blob.Store
	files   *asset.Service
	auth    *auth.Service
	content *content.Service
}

var types = sync.OnceValues(func() (*schema.Set, error) { return schema.Load(schemas.FS, schemas.FS) })

func newKit(t testing.TB) *kit {
	return openKit(t, t.TempDir(), func(st store.Store) store.Store { return st })
}

// openKit opens the services in a directory; between may put something before the store.
func openKit(t testing.TB, dir string, between func(store.Store) store.Store) *kit {
	t.Helper()
	db, err := sqlitestore.Open(filepath.Join(dir, "kontor.db"), sqlitestore.Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	k := &kit{TB: t, store: between(db)}
	if k.blobs, err = fileblob.Open(filepath.Join(dir, "files")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(k.blobs.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	set, err := types()
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if k.files, err = asset.New(ctx, k.store, k.blobs, asset.Options{}); err == nil {
		k.auth, err = auth.New(ctx, k.store, auth.Options{})
	}
	if err == nil {
		k.content, err = content.New(ctx, k.store, set, content.Options{Meta: schemas.FS, Files: k.files, Roles: k.auth.Roles()})
	}
	if err == nil {
		err = k.content.Activate(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *kit) fill(ctx context.Context, day time.Time) (demo.Result, error) {
	return demo.Fill(ctx, demo.Options{Store: k.store, Content: k.content, Files: k.files, Auth: k.auth, Today: day})
}

// filled is a kit with the sample in it.
func filled(t testing.TB) (*kit, demo.Result) {
	t.Helper()
	k := newKit(t)
	r, err := k.fill(t.Context(), today)
	if err != nil {
		t.Fatal(err)
	}
	if r.Outcome != demo.Filled {
		t.Fatalf("%+v", r)
	}
	return k, r
}
