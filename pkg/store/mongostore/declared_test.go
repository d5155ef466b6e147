package mongostore_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/blob/fileblob"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/store/mongostore"
	"kontor/pkg/store/storetest"
	"kontor/schemas"
)

// asked is a store that remembers what was asked of it.
type asked struct {
	*mongostore.Store
	mu      sync.Mutex
	queries []question
}

type question struct {
	collection string
	query      store.Query
	count      bool
}

func (a *asked) note(q question) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queries = append(a.queries, q)
}

func (a *asked) take() []question {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := a.queries
	a.queries = nil
	return out
}

// Find remembers the query.
func (a *asked) Find(ctx context.Context, collection string, q store.Query) ([]store.Document, error) {
	a.note(question{collection, q, false})
	return a.Store.Find(ctx, collection, q)
}

// Count remembers the filter.
func (a *asked) Count(ctx context.Context, collection string, f query.Filter) (int, error) {
	a.note(question{collection, store.Query{Filter: f}, true})
	return a.Store.Count(ctx, collection, f)
}

// TestDeclared asks for every filter and every sort that the shipped types declare, as the public does, and the server how it finds
// what content then asks of it: by an index of the field, never by reading every document or every key.
func TestDeclared(t *testing.T) {
	st, service, types := declared(t)
	filters, sorts := 0, 0
	for _, typ := range types.Types() {
		if !typ.Public || typ.Single {
			continue
		}
		for _, f := range typ.Fields {
			if f.Search.Facet || f.Unique || f.Kind == schema.Slug {
				filters++
				t.Run(typ.ID+" by "+f.Name, func(t *testing.T) {
					list(t, st, service, typ, query.Query{Filter: query.Where(f.Name, query.NotNull, nil)}, "")
					for _, v := range []any{"1", "x", "true", "2026-01-01", "2026-01-01T00:00:00.000Z"} {
						if list(t, st, service, typ, query.Query{Filter: query.Where(f.Name, query.Eq, v)}, "") {
							return
						}
					}
					if f.Kind != schema.Enum && f.Kind != schema.Relation {
						t.Errorf("no value could be asked for: a %s", f.Kind)
					}
				})
			}
			if f.Search.Sort {
				sorts++
				for _, desc := range []bool{false, true} {
					t.Run(typ.ID+" sorted by "+f.Name, func(t *testing.T) {
						list(t, st, service, typ, query.Query{Sort: []query.Order{{Path: f.Name, Desc: desc}}}, "SORT")
					})
				}
			}
		}
	}
	if filters < 10 || sorts < 10 {
		t.Errorf("only %d filters and %d sorts are declared", filters, sorts)
	}
	t.Logf("%d filters, %d sorts", filters, sorts)
}

func declared(t *testing.T) (*asked, *content.Service, *schema.Set) {
	t.Helper()
	ctx := t.Context()
	db, err := mongostore.Open(ctx, storetest.MongoAddress(t, t.TempDir()), mongostore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(db.Drop(context.Background()), db.Close()); err != nil {
			t.Error(err)
		}
	})
	if err := db.Ensure(ctx, store.Collection{Name: "plan"}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Plan(ctx, "plan", store.Query{}, false); err != nil {
		t.Skip("KONTOR_TEST_MONGO_URI names a server that does not say how it finds things; name a MongoDB")
	}
	st := &asked{Store: db}
	bl, err := fileblob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	files, err := asset.New(ctx, st, bl, asset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	types, err := schema.Load(schemas.FS, schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	service, err := content.New(ctx, st, types, content.Options{Meta: schemas.FS, Files: files})
	if err != nil {
		t.Fatal(err)
	}
	if err := service.Activate(ctx); err != nil {
		t.Fatal(err)
	}
	return st, service, types
}

// list asks for a page and checks how each query of the type's collection would be answered. It is false if the value is not one of
// the field's.
func list(t *testing.T, st *asked, service *content.Service, typ *schema.Type, q query.Query, not string) bool {
	t.Helper()
	q.Page = query.Page{Limit: 25, Count: true}
	st.take()
	if _, err := service.List(t.Context(), auth.Anonymous(), typ, q); fault.Is(err, fault.Invalid) {
		return false
	} else if err != nil {
		t.Fatal(err)
	}
	seen := false
	for _, question := range st.take() {
		if question.collection != typ.ID {
			continue
		}
		seen = true
		plan, err := st.Plan(t.Context(), question.collection, question.query, question.count)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"COLLSCAN", "_id_", not} {
			if bad != "" && strings.Contains(plan, bad) {
				t.Errorf("%+v is found by %s", question.query, plan)
			}
		}
	}
	if !seen {
		t.Errorf("nothing was asked of %s", typ.ID)
	}
	return true
}
