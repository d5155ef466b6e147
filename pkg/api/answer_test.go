package api_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"kontor/pkg/api"
	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/store"
	"kontor/pkg/store/sqlitestore"
)

// reads counts the store calls that fn causes, those for the roles aside: they are read now and then by themselves.
func (s *server) reads(fn func()) int {
	var n atomic.Int64
	s.store.trouble(func(_ context.Context, _, collection string) error {
		if !strings.HasPrefix(collection, "_") {
			n.Add(1)
		}
		return nil
	})
	fn()
	s.store.trouble(nil)
	return int(n.Load())
}

// settled waits until no signal of earlier writes is under way any more: then what is asked for twice comes from memory.
func (s *server) settled(path string) {
	s.t.Helper()
	for range 200 {
		if s.reads(func() { s.get("", path); s.get("", path) }) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.t.Fatalf("%s is never answered from memory", path)
}

func TestAnswersAreKept(t *testing.T) {
	s := newServer(t, setup{})
	topic := s.create("topics", `{"name":"Bauhof"}`)
	project := s.create("projects", `{"title":"Gemeinsam","topics":["`+topic+`"]}`)
	s.want(200, call{"PUT", "/api/settings", "admin", `{"data":{"siteName":"Portal"}}`, nil})
	for _, path := range []string{
		"/api/topics/" + topic, "/api/projects/" + project + "?populate=topics", "/api/topics?filters[name][$eq]=Bauhof&sort=name", "/api/topics/count", "/api/settings",
	} {
		s.settled(path)
		first := s.want(200, call{"GET", path, "", "", nil})
		n := s.reads(func() {
			// However a client encodes it, it is the same question.
			same := strings.NewReplacer("[", "%5b", "]", "%5D", "$", "%24").Replace(path)
			if again := s.get("", same); again.body != first.body || again.header.Get("ETag") != first.header.Get("ETag") {
				t.Errorf("%s: another answer the second time: %s", path, again.body)
			}
			if head := s.do(call{"HEAD", path, "", "", nil}); head.header.Get("Content-Length") != fmt.Sprint(len(first.body)) || head.body != "" {
				t.Errorf("HEAD %s: %v", path, head.header)
			}
			if r := s.do(call{"GET", path, "", "", map[string]string{"If-None-Match": first.header.Get("ETag")}}); r.status != 304 || r.body != "" {
				t.Errorf("%s: status %d where nothing has changed", path, r.status)
			}
		})
		if n != 0 {
			t.Errorf("%s: %d calls of the store for what was answered already", path, n)
		}
		for name, h := range map[string]string{"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-cache", "Vary": "Authorization, Accept-Encoding", "Access-Control-Allow-Origin": "*"} {
			if got := s.get("", path).header.Get(name); got != h {
				t.Errorf("%s: %s %q, want %q", path, name, got, h)
			}
		}
		// Who shows credentials gets nothing from memory.
		if n := s.reads(func() { s.get("editor", path) }); n == 0 {
			t.Errorf("%s for an editor came from memory", path)
		}
	}
	// Nor is it kept that something is not there, or that it may not be seen.
	for path, status := range map[string]int{"/api/topics/nothing": 404, "/api/topics?status=draft": 403, "/api/memos": 404, "/api/topics?sort=nothing": 400} {
		first, again := s.get("", path), s.get("", path)
		if first.status != status || again.status != status || again.header.Get("ETag") != "" || again.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, then %d %v", path, first.status, again.status, again.header)
		}
	}
}

// What was written is in the next answer, whatever it was that changed.
func TestKeptAnswersEnd(t *testing.T) {
	s := newServer(t, setup{})
	topic := s.create("topics", `{"name":"Bauhof"}`)
	project := s.create("projects", `{"title":"Gemeinsam","topics":["`+topic+`"]}`)
	path := "/api/projects/" + project + "?populate=topics"
	list := "/api/projects?populate=topics&fields=title"
	changes := []struct {
		name string
		do   call
		see  string // in both answers afterwards
		not  string
	}{
		{"a field", call{"PUT", "/api/projects/" + project, "admin", `{"data":{"title":"Zusammen"}}`, nil}, "Zusammen", "Gemeinsam"},
		{"what it points to", call{"PUT", "/api/topics/" + topic, "admin", `{"data":{"name":"Betriebshof"}}`, nil}, "Betriebshof", `"Bauhof"`},
		{"unpublishing what it points to", call{"POST", "/manage/entries/topic/" + topic + "/unpublish", "admin", "", map[string]string{"If-Match": "*"}}, `"topics":[]`, "Betriebshof"},
		{"publishing it again", call{"POST", "/manage/entries/topic/" + topic + "/publish", "admin", "", map[string]string{"If-Match": "*"}}, "Betriebshof", `"topics":[]`},
		{"a role", call{"PUT", "/manage/roles/public", "admin", `{"name":"public","title":"Öffentlichkeit","rules":[{"types":["project"],"actions":["read"]},{"types":["topic"],"actions":["read"],"fields":["slug"]}]}`, map[string]string{"If-Match": "*"}}, "Zusammen", "Betriebshof"},
	}
	for _, c := range changes {
		s.settled(path)
		s.settled(list)
		if r := s.do(c.do); r.status >= 300 {
			t.Fatalf("%s: %d %s", c.name, r.status, r.body)
		}
		for _, p := range []string{path, list} {
			if r := s.get("", p); !strings.Contains(r.body, c.see) || strings.Contains(r.body, c.not) {
				t.Errorf("after %s %s is still %s", c.name, p, r.body)
			}
		}
	}
	s.settled(path)
	s.want(204, call{"DELETE", "/api/projects/" + project, "admin", "", nil})
	if r := s.get("", path); r.status != 404 || r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("after the end of the entry: %d %s", r.status, r.body)
	}
}

// Readers and writers race over populated answers: what was acknowledged before a question is in its answer.
func TestNoAnswerIsStale(t *testing.T) {
	const writers, rounds, readers = 4, 40, 6
	s := newServer(t, setup{})
	var topics [writers]string
	for w := range writers {
		topics[w] = s.create("topics", fmt.Sprintf(`{"name":"T%d-000"}`, w))
	}
	project := s.create("projects", `{"title":"Gemeinsam","topics":["`+strings.Join(topics[:], `","`)+`"]}`)
	paths := []string{"/api/projects/" + project + "?populate=topics", "/api/projects?populate[topics][fields]=name", "/api/topics?sort=name", "/api/topics?filters[name][$startsWith]=T"}
	var done [writers]atomic.Int64 // the last round that was acknowledged
	var running, reading sync.WaitGroup
	stop := make(chan struct{})
	for w := range writers {
		running.Go(func() {
			for i := 1; i <= rounds; i++ {
				r, err := s.try(t.Context(), call{"PUT", "/api/topics/" + topics[w], "admin", fmt.Sprintf(`{"data":{"name":"T%d-%03d"}}`, w, i), nil})
				if err != nil || r.status != 200 {
					t.Errorf("write: %v %d %s", err, r.status, r.body)
					return
				}
				done[w].Store(int64(i))
			}
		})
	}
	var answered atomic.Int64
	for range readers {
		reading.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				var least [writers]int64
				for w := range writers {
					least[w] = done[w].Load()
				}
				r, err := s.try(t.Context(), call{"GET", paths[i%len(paths)], "", "", nil})
				if err != nil || r.status != 200 {
					t.Errorf("read: %v %d", err, r.status)
					return
				}
				answered.Add(1)
				for w := range writers {
					_, rest, _ := strings.Cut(r.body, fmt.Sprintf(`"T%d-`, w))
					if got := 0; len(rest) < 3 {
						t.Errorf("no topic %d in %s", w, r.body)
					} else if _, err := fmt.Sscanf(rest[:3], "%03d", &got); err != nil || int64(got) < least[w] {
						t.Errorf("%s shows round %d of topic %d, %d was acknowledged before", paths[i%len(paths)], got, w, least[w])
						return
					}
				}
			}
		})
	}
	running.Wait()
	close(stop)
	reading.Wait()
	if answered.Load() < rounds {
		t.Errorf("only %d questions were asked", answered.Load())
	}
}

// Another process writes into the same file: its changes are seen soon, and once seen they stay.
func TestForeignWritesAreNoticed(t *testing.T) {
	var file string
	s := newServer(t, setup{store: func(t testing.TB) store.Store {
		dir := t.TempDir()
		file = filepath.Join(dir, "kontor.db")
		return openSQLiteAt(t, dir)
	}})
	topic := s.create("topics", `{"name":"Alt"}`)
	project := s.create("projects", `{"title":"Gemeinsam","topics":["`+topic+`"]}`)
	path := "/api/projects/" + project + "?populate=topics"
	st, err := sqlitestore.Open(file, sqlitestore.Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	types, err := testTypes()
	if err != nil {
		t.Fatal(err)
	}
	foreign, accounts, _, err := services(st, types, s.dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	typ, _ := types.Type("topic")
	for i := range 10 {
		s.settled(path)
		if _, err := foreign.Update(t.Context(), auth.System("foreign"), typ, topic, content.Changes{"name": fmt.Sprintf("Neu %d", i)}, content.Write{}); err != nil {
			t.Fatal(err)
		}
		fresh := fmt.Sprintf(`"Neu %d"`, i)
		for tries := 0; !strings.Contains(s.get("", path).body, fresh); tries++ {
			if tries > 500 {
				t.Fatalf("round %d is never seen", i)
			}
			time.Sleep(10 * time.Millisecond)
		}
		for range 20 {
			if r := s.get("", path); !strings.Contains(r.body, fresh) {
				t.Fatalf("round %d was seen and is gone: %s", i, r.body)
			}
		}
	}
	// Roles are read anew only now and then, so an answer may be made with the old ones after their change was noticed. It must not stay.
	for i, status := range []int{400, 200, 400, 200, 400} {
		stored, err := accounts.RoleByName(t.Context(), "public")
		if err != nil {
			t.Fatal(err)
		}
		types := map[int]string{200: `["project","topic"]`, 400: `["project"]`}[status]
		role, err := auth.ParseRole([]byte(`{"name":"public","title":"Öffentlichkeit","rules":[{"types":` + types + `,"actions":["read"]}]}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := accounts.PutRole(t.Context(), role, stored.Rev, foreign.Types()); err != nil {
			t.Fatal(err)
		}
		for tries := 0; s.get("", path).status != status; tries++ {
			if tries > 500 {
				t.Fatalf("round %d: what another process has changed about a role never shows", i)
			}
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(time.Duration(50+60*i) * time.Millisecond) // to be at another place between two readings of the roles
	}
}

// unpacked is a body without its coding.
func unpacked(coding, body string) (string, error) {
	r := io.Reader(strings.NewReader(body))
	var err error
	switch coding {
	case "":
		return body, nil
	case "gzip":
		r, err = gzip.NewReader(r)
	case "br":
		r = brotli.NewReader(r)
	case "zstd":
		r, err = zstd.NewReader(r)
	default:
		err = fmt.Errorf("an unknown coding %q", coding)
	}
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(r)
	return string(data), err
}

func TestEncodings(t *testing.T) {
	s := newServer(t, setup{})
	for i := range 40 {
		s.create("topics", fmt.Sprintf(`{"name":"Thema %d"}`, i))
	}
	path := "/api/topics?pagination[pageSize]=40"
	plain := s.want(200, call{"GET", path, "", "", nil})
	if plain.header.Get("Content-Encoding") != "" || plain.header.Get("Vary") != "Authorization, Accept-Encoding" {
		t.Errorf("without Accept-Encoding: %v", plain.header)
	}
	for header, want := range map[string]string{
		"gzip": "gzip", "br": "br", "zstd": "zstd", "gzip, deflate, br": "br", "gzip, deflate, br, zstd": "zstd", "GZIP": "gzip", "x-gzip": "gzip",
		"zstd;q=0.1, gzip;q=0.9": "gzip", "br;q=0, gzip;q=0.5": "gzip", "*": "zstd", "*;q=0": "", "identity": "", "deflate": "", "gzip;q=0": "",
		"gzip;q=x": "", "gzip;q=2": "", "*, zstd;q=0": "br", "": "",
	} {
		for _, by := range []string{"", "editor"} {
			h := map[string]string{"Accept-Encoding": header}
			r := s.want(200, call{"GET", path, by, "", h})
			if got := r.header.Get("Content-Encoding"); got != want {
				t.Errorf("%q by %q: %q, want %q", header, by, got, want)
				continue
			}
			if text, err := unpacked(want, r.body); err != nil || text != plain.body {
				t.Errorf("%q by %q: another text (%v)", header, by, err)
			}
			if want != "" && (len(r.body) > len(plain.body)/2 || r.header.Get("Content-Length") != fmt.Sprint(len(r.body))) {
				t.Errorf("%q: %d of %d bytes, said to be %s", header, len(r.body), len(plain.body), r.header.Get("Content-Length"))
			}
			tag := r.header.Get("ETag")
			if (tag == plain.header.Get("ETag")) != (want == "") {
				t.Errorf("%q: the tag %s for other bytes than %s", header, tag, plain.header.Get("ETag"))
			}
			h["If-None-Match"] = tag
			if r := s.do(call{"GET", path, by, "", h}); r.status != 304 || r.header.Get("ETag") != tag || r.body != "" {
				t.Errorf("%q by %q again: %d %v", header, by, r.status, r.header)
			}
		}
	}
	// A tag of a packed answer names the revision as the plain one does.
	project := s.create("projects", `{"title":"Neu","topics":["`+s.create("topics", `{"name":"Bauhof"}`)+`"],"body":"<p>`+strings.Repeat("Text ", 400)+`</p>"}`)
	r := s.want(200, call{"GET", "/api/projects/" + project, "editor", "", map[string]string{"Accept-Encoding": "br"}})
	if !strings.HasSuffix(r.header.Get("ETag"), `-br"`) {
		t.Fatalf("the tag %s", r.header.Get("ETag"))
	}
	s.want(200, call{"PUT", "/api/projects/" + project, "editor", `{"data":{"title":"Neuer"}}`, map[string]string{"If-Match": r.header.Get("ETag")}})
	s.want(412, call{"PUT", "/api/projects/" + project, "editor", `{"data":{"title":"Neuer"}}`, map[string]string{"If-Match": r.header.Get("ETag")}})
	// What is short stays as it is.
	if r := s.do(call{"GET", "/api/topics/count", "", "", map[string]string{"Accept-Encoding": "gzip"}}); r.header.Get("Content-Encoding") != "" {
		t.Errorf("a number is packed: %v", r.header)
	}
}

// A CDN may answer for a while where the operator says so, and never what needs credentials or went wrong.
func TestSharedCaches(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.SharedMaxAge, o.CORSOrigins = time.Minute, []string{"https://portal.example"} }})
	topic := s.create("topics", `{"name":"Bauhof"}`)
	for range 2 { // from the store, and from memory
		r := s.do(call{"GET", "/api/topics/" + topic, "", "", map[string]string{"Origin": "https://portal.example"}})
		for name, want := range map[string]string{
			"Cache-Control": "public, max-age=0, must-revalidate, s-maxage=60", "Vary": "Origin, Authorization, Accept-Encoding", "Access-Control-Allow-Origin": "https://portal.example",
		} {
			if got := r.header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if other := s.do(call{"GET", "/api/topics/" + topic, "", "", map[string]string{"Origin": "https://other.example"}}); other.header.Get("Access-Control-Allow-Origin") != "" {
			t.Error("another site is let in by what was kept for the first")
		}
	}
	for _, c := range []call{
		{"GET", "/api/topics/" + topic, "editor", "", nil}, {"GET", "/api/topics?status=draft", "editor", "", nil}, {"GET", "/api/topics?status=draft", "", "", nil},
		{"GET", "/api/topics/nothing", "", "", nil}, {"GET", "/api/topics?sort=nothing", "", "", nil}, {"GET", "/api/nothing", "", "", nil}, {"POST", "/api/topics", "editor", `{"data":{"name":"A"}}`, nil},
	} {
		if r := s.do(c); !strings.Contains(r.header.Get("Cache-Control"), "no-store") {
			t.Errorf("%s %s by %q: %d, Cache-Control %q", c.method, c.path, c.by, r.status, r.header.Get("Cache-Control"))
		}
	}
}

// A clock of fills and writes that cross: what was read before a write is not kept behind it.
func TestAFillThatAWriteCrosses(t *testing.T) {
	s := newServer(t, setup{})
	topic := s.create("topics", `{"name":"Alt"}`)
	path := "/api/topics/" + topic
	s.settled(path)
	s.want(200, call{"PUT", path, "admin", `{"data":{"name":"Mitte"}}`, nil})
	read, written := make(chan struct{}), make(chan struct{})
	s.store.after(func(method, collection string) {
		if method == "Get" && collection == "topic" {
			s.store.after(nil)
			close(read)
			<-written
		}
	})
	answer := make(chan reply, 1)
	go func() {
		r, _ := s.try(context.Background(), call{"GET", path, "", "", nil})
		answer <- r
	}()
	<-read // the fill has read what was
	s.want(200, call{"PUT", path, "admin", `{"data":{"name":"Neu"}}`, nil})
	close(written)
	if r := <-answer; r.status != http.StatusOK || !strings.Contains(r.body, "Mitte") {
		t.Fatalf("the fill: %d %s", r.status, r.body)
	}
	if r := s.get("", path); !strings.Contains(r.body, "Neu") {
		t.Errorf("what was read before the write is answered behind it: %s", r.body)
	}
}
