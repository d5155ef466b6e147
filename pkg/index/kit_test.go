package index_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/blob/fileblob"
	"kontor/pkg/content"
	"kontor/pkg/index"
	"kontor/pkg/lead"
	"kontor/pkg/schema"
	"kontor/pkg/search"
	"kontor/pkg/search/blevesearch"
	"kontor/pkg/store"
	"kontor/pkg/store/sqlitestore"
	"kontor/pkg/value"
	"kontor/schemas"
)

type (
	obj  = value.Object
	list = value.List
)

var admin = auth.Caller{ID: "1", Name: "Ada", Role: auth.Admin}

// kit is one process: content and search on a store that others may have too.
type kit struct {
	testing.TB
	content  *content.Service
	accounts *auth.Service
	files    *asset.Service
	search   *index.Service
	jobs     *lead.Lead
	st       *store.Tracked
	engine   search.Engine
	stopped  func()
}

func newKit(t testing.TB) *kit {
	t.Helper()
	return openKit(t, filepath.Join(t.TempDir(), "kontor.db"), openEngine(t, t.TempDir()))
}

// files are the shipped types, of which a few are public: to make the indexes of all takes longer than most tests.
func files() (fstest.MapFS, error) {
	out := fstest.MapFS{}
	return out, fs.WalkDir(schemas.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(schemas.FS, path)
		if !slices.Contains([]string{"project.json", "event.json", "topic.json", "municipality.json", "person.json"}, path) {
			data = bytes.Replace(data, []byte(`"public": true`), []byte(`"public": false`), 1)
		}
		out[path] = &fstest.MapFile{Data: data}
		return err
	})
}

var someTypes = sync.OnceValues(func() (*schema.Set, error) {
	fsys, err := files()
	if err != nil {
		return nil, err
	}
	return schema.Load(fsys, schemas.FS)
})

// openKit opens one more process on a store; it follows nothing yet.
func openKit(t testing.TB, file string, engine search.Engine) *kit {
	t.Helper()
	types, err := someTypes()
	if err != nil {
		t.Fatal(err)
	}
	return openKitOf(t, file, engine, types)
}

func openKitOf(t testing.TB, file string, engine search.Engine, types *schema.Set) *kit {
	t.Helper()
	db, err := sqlitestore.Open(file, sqlitestore.Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	k := &kit{TB: t, engine: engine, stopped: func() {}}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	k.st = store.Track(ctx, db, store.Quiet{Collections: append(lead.Collections(), index.Collections()...), Facts: content.MarkFacts()})
	if k.accounts, err = auth.New(ctx, k.st, auth.Options{}); err != nil {
		t.Fatal(err)
	}
	bytes, err := fileblob.Open(filepath.Join(filepath.Dir(file), "files"))
	if err == nil {
		k.files, err = asset.New(ctx, k.st, bytes, asset.Options{})
	}
	if err != nil {
		t.Fatal(err)
	}
	if k.content, err = content.New(ctx, k.st, types, content.Options{Meta: schemas.FS, Roles: k.accounts.Roles(), Files: k.files}); err != nil {
		t.Fatal(err)
	}
	if err := k.content.Activate(ctx); err != nil {
		t.Fatal(err)
	}
	if k.jobs, err = lead.New(ctx, lead.Options{Store: k.st, Name: "test", Beat: 100 * time.Millisecond, Patience: time.Minute}); err != nil {
		t.Fatal(err)
	}
	if k.search, err = index.New(ctx, index.Options{Content: k.content, Roles: k.accounts.Roles(), Store: k.st, Jobs: k.jobs}); err != nil {
		t.Fatal(err)
	}
	return k
}

// follow leads and follows the store until it is stopped, at the latest with the test.
func (k *kit) follow(f index.Following) *kit {
	ctx, cancel := context.WithCancel(context.Background())
	if f.Changes == nil {
		f.Changes = k.st.Changes(ctx)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		k.jobs.Run(ctx, func(ctx context.Context) { k.search.Follow(ctx, k.engine, f) })
	})
	k.stopped = sync.OnceFunc(func() { cancel(); wg.Wait() })
	k.Cleanup(k.stopped)
	return k
}

// soon waits until something holds; how long that takes is not judged.
func soon(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// ready waits until the whole search is filled.
func (k *kit) ready() *kit {
	k.Helper()
	soon(k, "the search is filled", func() bool { return k.search.Ready(k.Context()) == nil })
	return k
}

// settled waits until no entry is marked.
func (k *kit) settled() *kit {
	k.Helper()
	soon(k, "no entry is marked", func() bool {
		for _, t := range k.content.Types().Types() {
			n, _, err := k.content.CountMarks(k.Context(), t, "")
			if err != nil {
				k.Fatal(err)
			}
			if n > 0 {
				return false
			}
		}
		return true
	})
	return k
}

// clean fails unless engine and store are equal.
func (k *kit) clean() {
	k.Helper()
	if got := k.verify(nil); got["drift"] != nil && got["drift"] != int64(0) {
		k.Errorf("search and store differ: %v", got)
	}
}

// verify compares engine and store through a job.
func (k *kit) verify(args obj) obj {
	k.Helper()
	return k.job(index.VerifyJob, args)
}

func (k *kit) job(kind string, args obj) obj {
	k.Helper()
	j, err := k.search.Ask(k.Context(), kind, args, "test")
	if err == nil {
		j, err = k.jobs.Follow(k.Context(), j.ID, func(lead.Job) {})
	}
	if err != nil || j.State != lead.Done {
		k.Fatalf("%s: %+v, %v", kind, j, err)
	}
	return j.Result
}

func (k *kit) typ(id string) *schema.Type {
	k.Helper()
	t, ok := k.content.Types().Type(id)
	if !ok {
		k.Fatalf("no type %s", id)
	}
	return t
}

func (k *kit) create(typ string, changes obj) string {
	k.Helper()
	return k.write(typ, "", changes, content.Write{})
}

func (k *kit) write(typ, id string, changes obj, o content.Write) string {
	k.Helper()
	var saved content.Saved
	var err error
	if id == "" {
		saved, err = k.content.Create(k.Context(), admin, k.typ(typ), changes, o)
	} else {
		saved, err = k.content.Update(k.Context(), admin, k.typ(typ), id, changes, o)
	}
	if err != nil {
		k.Fatalf("write %s %v: %v", typ, changes, err)
	}
	return saved.DocumentID
}

func to(ids ...string) content.Links {
	l := content.Links{Replace: true}
	for _, id := range ids {
		l.Set = append(l.Set, content.Link{DocumentID: id})
	}
	return l
}

// found lists what a text finds, by an attribute.
func (k *kit) found(name, text, attribute string) []string {
	k.Helper()
	out := []string{}
	for _, h := range k.hits(search.Query{Index: name, Text: text, Limit: 100}) {
		out = append(out, fmt.Sprint(h.Attributes[attribute]))
	}
	slices.Sort(out)
	return out
}

func (k *kit) hits(q search.Query) []search.Hit {
	k.Helper()
	got, err := k.search.Search(k.Context(), []search.Query{q})
	if err != nil {
		k.Fatalf("%s %q: %v", q.Index, q.Text, err)
	}
	return got[0].Hits
}

func (k *kit) want(name, text, attribute string, want ...string) {
	k.Helper()
	slices.Sort(want)
	if got := k.found(name, text, attribute); !slices.Equal(got, want) && len(got)+len(want) > 0 {
		k.Errorf("%s %q: got %v, want %v", name, text, got, want)
	}
}

func openEngine(t testing.TB, dir string) search.Engine {
	t.Helper()
	e, err := blevesearch.Open(dir, blevesearch.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}
