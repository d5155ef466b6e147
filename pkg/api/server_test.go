package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"kontor/pkg/api"
	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/index"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/store/sqlitestore"
	"kontor/pkg/value"
	"kontor/schemas"
)

// ownTypes stand beside the shipped ones: a type that is not public, and one with fields for admins only.
var ownTypes = map[string]string{
	"memo.json": `{"$schema":"meta/content-type.json","$id":"memo","title":"Vermerk","type":"object",
		"x-type":{"plural":"memos","display":"title"},"required":["title"],"properties":{
		"title":{"type":"string","title":"Titel","x-search":{"weight":5,"sort":true}}}}`,
	"notice.json": `{"$schema":"meta/content-type.json","$id":"notice","title":"Meldung","type":"object",
		"x-type":{"plural":"notices","display":"title","slug":"title","path":"/{locale}/meldungen/{id}-{slug}","locales":["de","en"],"public":true},
		"required":["title"],"properties":{"title":{"type":"string","title":"Titel","maxLength":60},"slug":{"type":"string","title":"Slug","format":"slug"}}}`,
	"leaflet.json": `{"$schema":"meta/content-type.json","$id":"leaflet","title":"Faltblatt","type":"object",
		"x-type":{"plural":"leaflets","display":"title","path":"/faltblaetter","public":true},"properties":{"title":{"type":"string","title":"Titel"}}}`,
	"dossier.json": `{"$schema":"meta/content-type.json","$id":"dossier","title":"Akte","type":"object",
		"x-type":{"plural":"dossiers","display":"title","slug":"title","locales":["de","en"],"public":true},"required":["title"],"properties":{
		"title":{"type":"string","title":"Titel","maxLength":60,"x-search":{"weight":5,"sort":true}},
		"slug":{"type":"string","title":"Slug","format":"slug"},
		"year":{"type":"integer","title":"Jahr","minimum":1945,"maximum":2100,"x-search":{"facet":true,"sort":true}},
		"extra":{"title":"JSON","x-json":true},
		"verdict":{"type":"string","title":"Urteil","x-search":{"weight":5},"x-access":{"read":["admin"]}},
		"stamp":{"type":"string","title":"Stempel","x-access":{"write":["admin"]}},
		"parts":{"type":"array","title":"Teile","items":{"type":"object","properties":{"label":{"type":"string","title":"Name"},"raw":{"title":"Roh","x-json":true}}}},
		"memo":{"title":"Vermerk","x-relation":{"to":"memo"}},
		"clues":{"type":"array","title":"Spuren","x-relation":{"to":"dossier"},"x-access":{"read":["editor","admin"]}},
		"see":{"type":"array","title":"Siehe","x-relation":{"to":"dossier"}}}}`,
}

// setup says how a test's server is different from the usual one.
type setup struct {
	store    func(t testing.TB) store.Store // nil: SQLite in a directory of the test
	searched bool                           // there is a search, which follows the store
	edit     func(*api.Options)
}

// server is a Kontor on a listener of its own.
type server struct {
	t        testing.TB
	addr     string
	store    *switchedStore
	content  *content.Service
	auth     *auth.Service
	files    *asset.Service
	index    *index.Service // nil: there is no search
	dir      string         // where the bytes of files lie
	api      *api.Server
	log      *logText
	client   *http.Client
	secrets  map[string]string // what goes into Authorization, by the name of who calls
	password string
}

// prepared is a database with every collection and no entry, made once: making them takes longer than most tests.
var prepared struct {
	sync.Once
	dir string
	err error
}

func TestMain(m *testing.M) {
	code := m.Run()
	code = checkSeen(code, flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == "")
	if prepared.dir != "" {
		_ = os.RemoveAll(prepared.dir)
	}
	if err := databases.drop(); err != nil {
		fmt.Fprintln(os.Stderr, "databases of tests are left:", err)
	}
	os.Exit(code)
}

func prepare() error {
	dir, err := os.MkdirTemp("", "kontor-api-test-")
	if err != nil {
		return err
	}
	prepared.dir = dir
	st, err := sqlitestore.Open(filepath.Join(dir, "kontor.db"), sqlitestore.Options{Unsynced: true})
	if err != nil {
		return err
	}
	types, err := testTypes()
	if err == nil {
		_, _, _, err = services(st, types, dir, nil)
	}
	return errors.Join(err, st.Close())
}

// maxFile is the longest file that the tests' server takes.
const maxFile = 30 << 20

func services(st store.Store, types *schema.Set, dir string, log *slog.Logger) (*content.Service, *auth.Service, *asset.Service, error) {
	ctx := context.Background()
	accounts, err := auth.New(ctx, st, auth.Options{Log: log})
	if err != nil {
		return nil, nil, nil, err
	}
	bl, err := openBlobs(dir)
	if err != nil {
		return nil, nil, nil, err
	}
	files, err := asset.New(ctx, st, bl, asset.Options{MaxBytes: maxFile})
	if err != nil {
		return nil, nil, nil, err
	}
	o := content.Options{Meta: schemas.FS, Roles: accounts.Roles(), Actors: accounts.ActorNames, Files: files}
	if tracked, ok := st.(*store.Tracked); ok {
		o.Generation = tracked.Generation
	}
	entries, err := content.New(ctx, st, types, o)
	if err != nil {
		return nil, nil, nil, err
	}
	return entries, accounts, files, entries.Activate(ctx)
}

func openSQLite(t testing.TB) store.Store {
	t.Helper()
	return openSQLiteAt(t, t.TempDir())
}

// openSQLiteAt opens a copy of the prepared database in a directory.
func openSQLiteAt(t testing.TB, dir string) store.Store {
	t.Helper()
	prepared.Do(func() { prepared.err = prepare() })
	if prepared.err != nil {
		t.Fatal(prepared.err)
	}
	if err := os.CopyFS(dir, os.DirFS(prepared.dir)); err != nil {
		t.Fatal(err)
	}
	st, err := sqlitestore.Open(filepath.Join(dir, "kontor.db"), sqlitestore.Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return st
}

// testTypes are the shipped types and those of the tests.
func testTypes() (*schema.Set, error) {
	files := fstest.MapFS{}
	err := fs.WalkDir(schemas.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(schemas.FS, path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		return nil, err
	}
	for name, text := range ownTypes {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return schema.Load(files, schemas.FS)
}

func newServer(t testing.TB, u setup) *server {
	t.Helper()
	if u.store == nil {
		u.store = openStore
	}
	ctx := context.Background()
	s := &server{t: t, store: &switchedStore{Store: u.store(t)}, log: &logText{}, secrets: map[string]string{}, password: "correct horse battery"}
	types, err := testTypes()
	if err != nil {
		t.Fatal(err)
	}
	s.dir = t.TempDir()
	tracked := store.Track(ctx, store.NewGuard(s.store), quiet())
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if s.content, s.auth, s.files, err = services(tracked, types, s.dir, log); err != nil {
		t.Fatal(err)
	}
	if u.searched {
		s.openSearch(tracked)
	}
	for _, role := range []string{auth.Editor, auth.Admin} {
		secret, _, err := s.auth.CreateToken(ctx, auth.Token{Name: role, Role: role})
		if err != nil {
			t.Fatal(err)
		}
		s.secrets[role] = "Bearer " + secret
	}
	// The time for a request is long: the machine may be busy.
	o := api.Options{Content: s.content, Files: s.files, Auth: s.auth, RequestTimeout: time.Minute, CacheSize: 4 << 20, CORSOrigins: []string{"*"}, Log: log}
	o.Index = s.index
	if u.edit != nil {
		u.edit(&o)
	}
	s.serve(o)
	return s
}

// serve starts the server's HTTP side.
func (s *server) serve(o api.Options) {
	s.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.addr, s.api = l.Addr().String(), api.New(o)
	s.client = &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}}
	done := make(chan error, 1)
	go func() { done <- s.api.Serve(l) }()
	s.t.Cleanup(func() {
		s.client.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.api.Shutdown(ctx); err != nil {
			s.t.Error("shutdown:", err)
		}
		if err := <-done; err != nil {
			s.t.Error("serve:", err)
		}
	})
}

// call is one request. Who calls is a name in server.secrets, or "" for the public.
type call struct {
	method string
	path   string
	by     string
	body   string
	header map[string]string
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

// do sends a request. A body goes as JSON unless the header says something else.
func (s *server) do(c call) reply {
	s.t.Helper()
	r, err := s.try(context.Background(), c)
	if err != nil {
		s.t.Fatalf("%s %s: %v", c.method, c.path, err)
	}
	return r
}

func (s *server) try(ctx context.Context, c call) (reply, error) {
	var body io.Reader
	if c.body != "" {
		body = strings.NewReader(c.body)
	}
	req, err := http.NewRequestWithContext(ctx, c.method, "http://"+s.addr, body)
	if err != nil {
		return reply{}, err
	}
	req.URL.Opaque = "//" + s.addr + c.path // as it is: the client must not tidy it up
	if c.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.by != "" {
		secret, ok := s.secrets[c.by]
		if !ok {
			return reply{}, fmt.Errorf("nobody is called %q", c.by)
		}
		req.Header.Set("Authorization", secret)
	}
	for k, v := range c.header {
		req.Header.Set(k, v)
	}
	res, err := s.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	r := reply{res.StatusCode, res.Header, string(data)}
	if err == nil {
		s.conforms(c, r)
	}
	return r, err
}

func (s *server) get(by, path string) reply {
	s.t.Helper()
	return s.do(call{"GET", path, by, "", nil})
}

// want is do, and the status must be this.
func (s *server) want(status int, c call) reply {
	s.t.Helper()
	r := s.do(c)
	if r.status != status {
		s.t.Fatalf("%s %s by %q: status %d, want %d: %s", c.method, c.path, c.by, r.status, status, r.body)
	}
	return r
}

// create makes an entry and gives its documentId.
func (s *server) create(path, data string) string {
	s.t.Helper()
	r := s.want(201, call{"POST", "/api/" + path, "admin", `{"data":` + data + `}`, nil})
	return r.text(s.t, "data.documentId")
}

// at finds a value in a JSON answer by a dotted path; list positions are numbers.
func (r reply) at(t testing.TB, path string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		t.Fatalf("no JSON: %v: %s", err, r.body)
	}
	for name := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			i := 0
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(x) {
				t.Fatalf("no %s in %s", path, r.body)
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func (r reply) text(t testing.TB, path string) string {
	t.Helper()
	s, ok := r.at(t, path).(string)
	if !ok {
		t.Fatalf("no text at %s in %s", path, r.body)
	}
	return s
}

// wantAt checks a value in a JSON answer, written as JSON.
func (r reply) wantAt(t testing.TB, path, want string) {
	t.Helper()
	got, err := json.Marshal(r.at(t, path))
	if err != nil || string(got) != want {
		t.Errorf("%s is %s, want %s, in %s", path, got, want, r.body)
	}
}

// scenario is a request and what must be true of its answer.
type scenario struct {
	call
	status int
	holds  []string // parts of the body
	lacks  []string
}

func (s *server) run(t *testing.T, list []scenario) {
	t.Helper()
	for _, sc := range list {
		t.Run(sc.by+" "+sc.method+" "+abridged(sc.path), func(t *testing.T) {
			r := s.do(sc.call)
			if r.status != sc.status {
				t.Errorf("status %d, want %d: %s", r.status, sc.status, r.body)
			}
			for _, h := range sc.holds {
				if !strings.Contains(r.body, h) {
					t.Errorf("no %q in %s", h, r.body)
				}
			}
			for _, l := range sc.lacks {
				if strings.Contains(r.body, l) {
					t.Errorf("%q in %s", l, r.body)
				}
			}
			r.checkForm(t, sc.call)
		})
	}
}

// checkForm wants of every answer: JSON, an error in the dialect of its path, headers that go with the status.
func (r reply) checkForm(t testing.TB, c call) {
	t.Helper()
	if r.status == 204 || r.status == 304 || c.method == "HEAD" {
		if r.body != "" {
			t.Errorf("a body where none may be: %s", r.body)
		}
		return
	}
	if !json.Valid([]byte(r.body)) {
		t.Errorf("no JSON: %s", r.body)
		return
	}
	media := r.header.Get("Content-Type")
	switch {
	case r.status < 400:
		if media != "application/json; charset=utf-8" && media != "application/json" {
			t.Errorf("media type %q", media)
		}
		return
	case strings.HasPrefix(c.path, "/api/") || c.path == "/api":
		r.wantAt(t, "error.status", fmt.Sprint(r.status))
		r.wantAt(t, "data", "null")
		if r.text(t, "error.name") == "" || r.text(t, "error.message") == "" || r.at(t, "error.details") == nil {
			t.Errorf("an error without name, message or details: %s", r.body)
		}
	case strings.HasPrefix(c.path, "/search/") || c.path == "/search":
		if !strings.HasPrefix(media, "application/json") || r.text(t, "message") == "" || r.text(t, "type") == "" ||
			r.text(t, "link") != "https://docs.meilisearch.com/errors#"+r.text(t, "code") {
			t.Errorf("no error of Meilisearch: %q %s", media, r.body)
		}
	default:
		if media != "application/problem+json; charset=utf-8" && media != "application/problem+json" {
			t.Errorf("media type %q of a problem", media)
		}
		r.wantAt(t, "status", fmt.Sprint(r.status))
		r.wantAt(t, "title", `"`+http.StatusText(r.status)+`"`)
		if r.text(t, "detail") == "" || r.text(t, "type") == "" || r.text(t, "instance") == "" {
			t.Errorf("a problem without detail, type or instance: %s", r.body)
		}
	}
	if r.header.Get("ETag") != "" {
		t.Error("an error with an ETag")
	}
	if r.status == 401 && r.header.Get("WWW-Authenticate") == "" {
		t.Error("401 without WWW-Authenticate")
	}
	if r.status == 405 && r.header.Get("Allow") == "" {
		t.Error("405 without Allow")
	}
	if r.status == 503 && r.header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
}

func abridged(s string) string {
	if len(s) > 100 {
		return s[:100] + "…"
	}
	return s
}

// dump is everything that is stored of entries, their histories, claims and accounts, one document a line. When a credential was
// last used, and numbers that were taken and given to nobody, are left out.
func (s *server) dump() string {
	s.t.Helper()
	var out bytes.Buffer
	names := []string{"_claims", "_settings", "_accounts", "_account-mails", "_account-names", "_sessions", "_tokens", "_token-names", "_roles", "_previews"}
	for _, t := range s.content.Types().Types() {
		names = append(names, t.ID, t.ID+"~")
	}
	for _, name := range names {
		count := 0
		err := s.store.Scan(context.Background(), name, query.Filter{}, nil, func(d store.Document) error {
			count++
			parts := value.Object{}
			for k, p := range d.Parts {
				p = value.CloneObject(p)
				if k == store.Meta && strings.HasPrefix(name, "_") {
					delete(p, "used")
				}
				parts[k] = p
			}
			fmt.Fprintf(&out, "%s %s %d %s\n", name, d.Key, d.Rev, value.AppendCanonical(nil, parts))
			return nil
		})
		if err != nil {
			s.t.Fatalf("%s: %v", name, err)
		}
		fmt.Fprintf(&out, "%s %d\n", name, count)
	}
	return out.String()
}

// firstDifference is the first line in which two dumps differ.
func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("was %s\nis  %s", x[i], y[i])
		}
	}
	return fmt.Sprintf("%d lines were %d", len(y), len(x))
}

// logText collects a log.
type logText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
