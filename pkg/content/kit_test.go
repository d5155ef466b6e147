package content_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/blob/fileblob"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/store/sqlitestore"
	"kontor/pkg/value"
	"kontor/schemas"
)

type (
	obj  = value.Object
	list = value.List
)

var (
	admin  = auth.Caller{ID: "1", Name: "Ada", Role: auth.Admin}
	editor = auth.Caller{ID: "2", Name: "Eva", Role: auth.Editor}
	public = auth.Anonymous()
)

// clock is a time that only a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Millisecond)
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// kit is a service on a store of its own. At the end of the test every invariant must hold.
type kit struct {
	testing.TB
	*content.Service
	st    *spy
	path  string
	clock *clock
	files *asset.Service
}

// prepared is a file with every collection and no entry: to make them anew for each test takes longer than most tests.
var prepared = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "content")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "prepared.db")
	db, err := sqlitestore.Open(path, sqlitestore.Options{Unsynced: true})
	if err != nil {
		return nil, err
	}
	files, err := assets(context.Background(), db, dir, time.Now)
	if err == nil {
		_, err = serve(context.Background(), db, types(), files, time.Now)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func newKit(t testing.TB) *kit { return newKitOf(t, types()) }

// newPath is a copy of the prepared file.
func newPath(t testing.TB) string {
	t.Helper()
	data, err := prepared()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func newKitOf(t testing.TB, fsys fstest.MapFS) *kit {
	t.Helper()
	k := openKit(t, newPath(t), fsys)
	t.Cleanup(k.verify)
	return k
}

// openKit is one more process on a store.
func openKit(t testing.TB, path string, fsys fstest.MapFS) *kit {
	t.Helper()
	db, err := sqlitestore.Open(path, sqlitestore.Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	k := &kit{TB: t, st: &spy{Store: db}, path: path, clock: &clock{at: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}}
	if k.files, err = assets(t.Context(), k.st, filepath.Dir(path), k.clock.now); err != nil {
		t.Fatal(err)
	}
	k.load(fsys)
	return k
}

// load gives the kit other types.
func (k *kit) load(fsys fstest.MapFS) {
	k.Helper()
	var err error
	if k.Service, err = serve(k.Context(), k.st, fsys, k.files, k.clock.now); err != nil {
		k.Fatal(err)
	}
}

func serve(ctx context.Context, st store.Store, fsys fstest.MapFS, files *asset.Service, now func() time.Time) (*content.Service, error) {
	set, err := load(fsys)
	if err != nil {
		return nil, err
	}
	return content.New(ctx, st, set, content.Options{Now: now, Meta: schemas.FS, Files: files})
}

// assets are the files of a test, with their bytes beside the database.
func assets(ctx context.Context, st store.Store, dir string, now func() time.Time) (*asset.Service, error) {
	bl, err := fileblob.Open(filepath.Join(dir, "files"))
	if err != nil {
		return nil, err
	}
	return asset.New(ctx, st, bl, asset.Options{Now: now})
}

// upload adds a file and gives its id.
func (k *kit) upload(c auth.Caller, name, text string) asset.File {
	k.Helper()
	f, err := k.files.Upload(k.Context(), c, strings.NewReader(text), asset.Info{Name: name})
	if err != nil {
		k.Fatal(err)
	}
	return f
}

var sets sync.Map // what load has loaded, by the text of all files

func load(fsys fstest.MapFS) (*schema.Set, error) {
	text := ""
	for _, name := range slices.Sorted(maps.Keys(fsys)) {
		text += name + string(fsys[name].Data)
	}
	if set, ok := sets.Load(text); ok {
		return set.(*schema.Set), nil
	}
	set, err := schema.Load(fsys, schemas.FS)
	if err == nil {
		sets.Store(text, set)
	}
	return set, err
}

func (k *kit) verify() {
	k.Helper()
	breaches, err := k.Verify(context.Background())
	if err != nil {
		k.Error(err)
	}
	for _, b := range breaches {
		k.Error(b)
	}
	for _, lie := range k.st.lies {
		k.Error(lie)
	}
	if doc := k.st.changed(); doc != "" {
		k.Errorf("a document of the store was changed in place: %s", doc)
	}
}

func (k *kit) typ(id string) *schema.Type {
	k.Helper()
	t, ok := k.Types().Type(id)
	if !ok {
		k.Fatalf("no type %s", id)
	}
	return t
}

// create makes a published entry.
func (k *kit) create(typ string, changes obj) string { return k.made(typ, changes, content.Write{}) }

// draft makes an entry that is not published.
func (k *kit) draft(typ string, changes obj) string {
	return k.made(typ, changes, content.Write{Draft: true})
}

func (k *kit) made(typ string, changes obj, o content.Write) string {
	k.Helper()
	saved, err := k.Create(k.Context(), admin, k.typ(typ), changes, o)
	if err != nil {
		k.Fatalf("create %s %v: %v", typ, changes, show(err))
	}
	return saved.DocumentID
}

func (k *kit) update(typ, id string, changes obj, o content.Write) content.Saved {
	k.Helper()
	saved, err := k.Update(k.Context(), admin, k.typ(typ), id, changes, o)
	if err != nil {
		k.Fatalf("update %s %v: %v", typ, changes, show(err))
	}
	return saved
}

// doc reads an entry as the admin sees its draft, or as the public sees it.
func (k *kit) doc(typ, id, locale string, draft bool) map[string]any {
	k.Helper()
	c := public
	if draft {
		c = admin
	}
	e, err := k.Get(k.Context(), c, k.typ(typ), id, query.Query{Locale: locale, Draft: draft})
	if err != nil {
		k.Fatalf("get %s %s: %v", typ, locale, err)
	}
	return flat(e.Attributes)
}

func flat(a content.Attributes) map[string]any {
	out := map[string]any{}
	for _, x := range a {
		out[x.Name] = x.Value
	}
	return out
}

// names lists what a query hits by the display field.
func (k *kit) names(c auth.Caller, typ string, q query.Query) ([]string, error) {
	if q.Page.Limit == 0 {
		q.Page = query.Page{Limit: 100, Count: true}
	}
	page, err := k.List(k.Context(), c, k.typ(typ), q)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, e := range page.Entries {
		v, _ := e.Attributes.Get(k.typ(typ).Display)
		out = append(out, fmt.Sprint(v))
	}
	if q.Page.Offset == 0 && len(out) < q.Page.Limit && page.Total != len(out) {
		k.Errorf("total %d of %d entries", page.Total, len(out))
	}
	return out, nil
}

func (k *kit) hits(c auth.Caller, typ string, q query.Query, want ...string) {
	k.Helper()
	got, err := k.names(c, typ, q)
	if err != nil {
		k.Fatalf("%v: %v", q.Filter, show(err))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) && len(got)+len(want) > 0 {
		k.Errorf("filter %v: got %v, want %v", q.Filter, got, want)
	}
}

func where(path string, op query.Op, v any) query.Query {
	return query.Query{Filter: query.Where(path, op, v)}
}

func match(path string, f query.Filter) query.Filter {
	return query.Filter{Op: query.Match, Path: path, Args: []query.Filter{f}}
}

func to(ids ...string) content.Links {
	l := content.Links{Replace: true}
	for _, id := range ids {
		l.Set = append(l.Set, content.Link{DocumentID: id})
	}
	return l
}

func show(err error) string {
	if err == nil {
		return "no error"
	}
	e := fault.As(err)
	text := fmt.Sprintf("%s: %v %v", e.Code, err, e.Details)
	for _, f := range e.Fields {
		text += fmt.Sprintf("\n  %v %s: %s | %s", f.Path, f.Code, f.English, f.German)
	}
	return text
}

func wantCode(t testing.TB, err error, code fault.Code) {
	t.Helper()
	var e *fault.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("got %s, want %s", show(err), code)
	}
}

// wrong lists the fields of an error as "path code".
func wrong(err error) []string {
	var out []string
	for _, f := range fault.As(err).Fields {
		path := ""
		for i, p := range f.Path {
			if i > 0 {
				path += "."
			}
			path += p
		}
		out = append(out, path+" "+f.Code)
	}
	slices.Sort(out)
	return out
}

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	g, _ := json.Marshal(got)
	w, _ := json.Marshal(want)
	if string(g) != string(w) {
		t.Errorf("%s: got %s, want %s", what, g, w)
	}
}

// spy is a store that counts reads, and that can break in the middle of a write.
type spy struct {
	store.Store
	reads atomic.Int64

	mu    sync.Mutex
	cut   int            // how many ops happen before it breaks
	cross func(store.Op) // what somebody else does behind each op
	on    bool           // whether it breaks
	lost  bool           // the answer to the next Apply is lost
	ops   int            // ops applied since count began
	calls int
	lent  []lent
	lies  []string // see unmarked

	found func([]store.Document) // is called after each Find
}

// lent is a document that the store has given out, and what it was then: the store may give it out again, so nobody may change it.
type lent struct {
	doc store.Document
	was string
}

// maxLent bounds what one test remembers of the documents that were given out.
const maxLent = 3000

func (s *spy) lend(docs ...store.Document) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range docs {
		if len(s.lent) < maxLent {
			s.lent = append(s.lent, lent{d, written(d)})
		}
	}
}

func written(d store.Document) string {
	var b []byte
	for _, name := range store.Parts() {
		b = value.AppendCanonical(b, d.Part(name))
	}
	return string(b)
}

// changed names a document that was given out and is not what it was.
func (s *spy) changed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lent {
		if is := written(l.doc); is != l.was {
			return l.doc.Key + " was " + l.was + " and is " + is
		}
	}
	return ""
}

var errBroken = fault.New(fault.Unavailable, "the database is gone")

func (s *spy) Get(ctx context.Context, c, key string, parts []string) (store.Document, error) {
	s.reads.Add(1)
	d, err := s.Store.Get(ctx, c, key, parts)
	s.lend(d)
	return d, err
}

func (s *spy) Find(ctx context.Context, c string, q store.Query) ([]store.Document, error) {
	s.reads.Add(1)
	docs, err := s.Store.Find(ctx, c, q)
	s.lend(docs...)
	if s.found != nil {
		s.found(docs)
	}
	return docs, err
}

// breakAfter lets n more ops happen.
func (s *spy) breakAfter(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on, s.cut, s.ops = true, n, 0
}

func (s *spy) heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on = false
}

// Apply applies what is left before the break, one op at a time as the contract allows.
func (s *spy) Apply(ctx context.Context, ops []store.Op) error {
	s.mu.Lock()
	for i, op := range ops {
		if why := s.unmarked(ctx, op, ops[:i]); why != "" {
			s.lies = append(s.lies, op.Collection+" "+op.Key+": "+why)
		}
	}
	s.calls++
	if !s.on {
		s.mu.Unlock()
		return s.Store.Apply(ctx, ops)
	}
	defer s.mu.Unlock()
	for i, op := range ops {
		if s.ops >= s.cut {
			return errBroken
		}
		if err := s.Store.Apply(ctx, []store.Op{op}); err != nil {
			var failed *store.OpError
			if errors.As(err, &failed) {
				return &store.OpError{Index: i, Err: failed.Err}
			}
			return err
		}
		s.ops++
		if s.cross != nil {
			s.cross(op)
		}
	}
	if s.lost || s.ops >= s.cut && len(ops) > 0 && s.cut == 0 {
		s.lost = false
		return errBroken
	}
	return nil
}

func with(o obj, more obj) obj {
	out := maps.Clone(o)
	maps.Copy(out, more)
	return out
}
