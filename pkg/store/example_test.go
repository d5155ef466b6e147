package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/store/sqlitestore"
	"kontor/pkg/value"
)

// A write is a list of steps. Replace is conditional on the revision, so of two writers one gets a Conflict and reads again.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	st, err := sqlitestore.Open(filepath.Join(dir, "kontor.db"), sqlitestore.Options{})
	if err != nil {
		panic(err)
	}
	defer st.Close()

	ctx := context.Background()
	collection := store.Collection{Name: "project", Indexes: [][]string{{"published.phase", "published.title"}}}
	if err := st.Ensure(ctx, collection); err != nil {
		panic(err)
	}
	insert := store.Op{Kind: store.Insert, Collection: "project", Key: "a/de", Parts: map[string]value.Object{
		store.Published: {"title": "Bauhof", "phase": "running"},
	}}
	replace := store.Op{Kind: store.Replace, Collection: "project", Key: "a/de", Rev: 1, Parts: map[string]value.Object{
		store.Published: {"title": "Gemeinsamer Bauhof", "phase": "running"},
	}}
	fmt.Println(st.Apply(ctx, []store.Op{insert, replace}))

	var failed *store.OpError
	err = st.Apply(ctx, []store.Op{replace}) // the document is at revision 2 by now
	fmt.Println(errors.As(err, &failed), failed.Index)

	docs, err := st.Find(ctx, "project", store.Query{
		Filter: query.Where("published.phase", query.Eq, "running"),
		Sort:   []query.Order{{Path: "published.title"}},
		Limit:  25,
		Parts:  []string{store.Published},
	})
	fmt.Println(len(docs), docs[0].Rev, docs[0].Part(store.Published)["title"], err)
	// Output:
	// <nil>
	// true 0
	// 1 2 Gemeinsamer Bauhof <nil>
}
