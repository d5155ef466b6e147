package api_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/store/mongostore"
	"kontor/pkg/store/storetest"
)

// openStore opens an empty store: SQLite, or a database on the MongoDB server that KONTOR_TEST_STORE names.
func openStore(t testing.TB) store.Store {
	t.Helper()
	if storetest.ServiceAddress(t, "") == "" {
		return openSQLite(t)
	}
	d := databases.take(t)
	t.Cleanup(func() {
		if err := d.empty(); err != nil {
			t.Error(err)
			return
		}
		databases.give(d)
	})
	return d
}

// database is one on MongoDB. It is emptied and used again, since to make all collections and their indexes takes longer than most
// tests.
type database struct {
	*mongostore.Store
	address string
	shut    bool
	mu      sync.Mutex
	decls   map[string]store.Collection
}

func openDatabase(address string) (*database, error) {
	st, err := mongostore.Open(context.Background(), address, mongostore.Options{})
	return &database{Store: st, address: address, decls: map[string]store.Collection{}}, err
}

// Ensure notes what is to be emptied.
func (d *database) Ensure(ctx context.Context, c store.Collection) error {
	d.mu.Lock()
	d.decls[c.Name] = c
	d.mu.Unlock()
	return d.Store.Ensure(ctx, c)
}

// Close closes the handle; the database stays for the next test.
func (d *database) Close() error {
	d.shut = true
	return d.Store.Close()
}

// empty makes the database ready for the next test.
func (d *database) empty() error {
	ctx := context.Background()
	if d.shut {
		again, err := openDatabase(d.address)
		if err != nil {
			return err
		}
		d.Store, d.shut = again.Store, false
		for _, c := range d.decls {
			if err := d.Store.Ensure(ctx, c); err != nil {
				return err
			}
		}
	}
	for name := range d.decls {
		var ops []store.Op
		err := d.Scan(ctx, name, query.Filter{}, []string{}, func(doc store.Document) error {
			ops = append(ops, store.Op{Kind: store.Delete, Collection: name, Key: doc.Key})
			return nil
		})
		if err == nil {
			err = d.Apply(ctx, ops)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// pool is the databases of this run.
type pool struct {
	mu   sync.Mutex
	free []*database
	all  []*database
}

var databases pool

func (p *pool) take(t testing.TB) *database {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		d := p.free[n-1]
		p.free = p.free[:n-1]
		return d
	}
	d, err := openDatabase(storetest.ServiceAddress(t, fmt.Sprint("api ", os.Getpid(), len(p.all))))
	if err != nil {
		t.Fatal(err)
	}
	p.all = append(p.all, d)
	return d
}

func (p *pool) give(d *database) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, d)
}

func (p *pool) drop() error {
	var err error
	for _, d := range p.all {
		err = errors.Join(err, d.Drop(context.Background()), d.Store.Close())
	}
	return err
}
