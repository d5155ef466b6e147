package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"kontor/pkg/fault"
)

// keyed creates a topic under an Idempotency-Key.
func (s *server) keyed(by, key, query, data string) reply {
	s.t.Helper()
	return s.do(call{"POST", "/api/topics" + query, by, `{"data":` + data + `}`, map[string]string{"Idempotency-Key": key}})
}

func (s *server) topics() int {
	s.t.Helper()
	r := s.want(200, call{"GET", "/api/topics?status=draft", "admin", "", nil})
	return int(r.at(s.t, "meta.pagination.total").(float64))
}

var errAway = fault.New(fault.Unavailable, "the database is gone")

// failOnce lets the n-th call of a method on a collection fail.
func failOnce(method, collection string, n int) func(context.Context, string, string) error {
	var mu sync.Mutex
	return func(_ context.Context, m, c string) error {
		mu.Lock()
		defer mu.Unlock()
		if m == method && c == collection {
			if n--; n == 0 {
				return errAway
			}
		}
		return nil
	}
}

func TestIdempotencyKey(t *testing.T) {
	s := newServer(t, setup{})
	first := s.keyed("editor", `"8e03978e"`, "", `{"name":"Bauhof"}`)
	if first.status != 201 || first.header.Get("ETag") == "" {
		t.Fatalf("%d %s", first.status, first.body)
	}
	for _, key := range []string{`"8e03978e"`, `8e03978e`} {
		again := s.keyed("editor", key, "", `{"name":"Bauhof"}`)
		if again.status != 201 || again.body != first.body || again.header.Get("ETag") != first.header.Get("ETag") || again.header.Get("Content-Type") != first.header.Get("Content-Type") {
			t.Errorf("sent again with %s: %d %v %s, first %s", key, again.status, again.header, again.body, first.body)
		}
	}
	for name, r := range map[string]reply{
		"another body": s.keyed("editor", "8e03978e", "", `{"name":"Bauamt"}`), "another query": s.keyed("editor", "8e03978e", "?status=draft", `{"name":"Bauhof"}`),
	} {
		if r.status != 422 {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if n := s.topics(); n != 1 {
		t.Errorf("%d topics after one key", n)
	}
	if r := s.keyed("admin", "8e03978e", "", `{"name":"Bauhof"}`); r.status != 201 || r.body == first.body {
		t.Errorf("the key of another caller: %d %s", r.status, r.body)
	}
	for _, key := range []string{`""`, `"a\b"`, "ä", strings.Repeat("x", 256)} {
		if r := s.keyed("editor", key, "", `{"name":"Bauhof"}`); r.status != 400 {
			t.Errorf("key %q: %d %s", key, r.status, r.body)
		}
	}
	markup := call{"POST", "/api/projects?status=draft", "editor", `{"data":{"title":"Eins","body":"<p>a</p><script>x</script>"}}`, map[string]string{"Idempotency-Key": "markup"}}
	for range 2 {
		if got := s.want(201, markup).header.Get("Kontor-Removed"); got != "body script" {
			t.Errorf("removed: %q", got)
		}
	}
	// An error leaves the key free.
	if r := s.keyed("editor", "wrong", "", `{"name":7}`); r.status != 400 {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := s.keyed("editor", "wrong", "", `{"name":"Abwasser"}`); r.status != 201 {
		t.Errorf("%d %s", r.status, r.body)
	}
	if n := s.topics(); n != 3 {
		t.Errorf("%d topics, want 3", n)
	}
}

// Wherever the first request is cut off, the second makes one entry in all.
func TestIdempotencyKeyAfterACut(t *testing.T) {
	s := newServer(t, setup{})
	for i, c := range []struct {
		name string
		hook func(context.Context, string, string) error
		want int // the status of the request that is cut off
	}{
		{"before the entry", failOnce("Apply", "_claims", 1), 503},
		{"after the entry, before it is read", failOnce("Get", "topic", 1), 503},
		{"before the answer is kept", failOnce("Apply", "_idempotency", 2), 201},
	} {
		t.Run(c.name, func(t *testing.T) {
			key, data := fmt.Sprint("cut", i), fmt.Sprintf(`{"name":"Thema %d"}`, i)
			s.store.trouble(c.hook)
			first := s.keyed("editor", key, "", data)
			s.store.trouble(nil)
			if first.status != c.want {
				t.Fatalf("cut off: %d %s", first.status, first.body)
			}
			second := s.keyed("editor", key, "", data)
			third := s.keyed("editor", key, "", data)
			if second.status != 201 || third.body != second.body || third.status != 201 || c.want == 201 && second.body != first.body {
				t.Errorf("%d %s, then %d %s", second.status, second.body, third.status, third.body)
			}
			if n := s.topics(); n != i+1 {
				t.Errorf("%d topics, want %d", n, i+1)
			}
		})
	}
}

// refuse lets each call on a collection fail as if the caller's role had changed.
func refuse(collection string) func(context.Context, string, string) error {
	return func(_ context.Context, _, c string) error {
		if c == collection {
			return fault.New(fault.Forbidden, "Forbidden")
		}
		return nil
	}
}

// A request that is refused between two others of its key lets the last one find the entry or the
// file that the first one wrote.
func TestIdempotencyKeyRefusedAfterACut(t *testing.T) {
	s := newServer(t, setup{})
	article := s.want(201, call{"POST", "/api/articles?status=draft", "editor", `{"data":{"title":"Treffen"}}`, nil}).text(t, "data.documentId")
	form := []formPart{{"files", "eins.jpg", jpegText(t, 20, 10)}, {"ref", "", "article"}, {"refId", "", article}, {"field", "", "gallery"}}
	topic := func() reply { return s.keyed("editor", "topic", "", `{"name":"Bauhof"}`) }
	upload := func() reply { return s.keyedForm("form", form...) }
	for _, c := range []struct {
		name         string
		send         func() reply
		cut, refused func(context.Context, string, string) error
	}{
		{"entry", topic, failOnce("Get", "topic", 1), refuse("topic")},
		{"file", upload, failOnce("Apply", "article~", 1), refuse("article~")},
	} {
		for i, hook := range []func(context.Context, string, string) error{c.cut, c.refused, nil} {
			s.store.trouble(hook)
			if r, want := c.send(), []int{503, 403, 201}[i]; r.status != want {
				t.Errorf("%s, request %d: %d %s, want %d", c.name, i, r.status, r.body, want)
			}
		}
	}
	if topics, files := s.topics(), s.fileCount(); topics != 1 || files != 1 {
		t.Errorf("%d topics and %d files, want 1 of each", topics, files)
	}
	var list []fileAnswer
	if err := json.Unmarshal([]byte(s.get("editor", "/api/upload/files").body), &list); err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	if r := s.get("editor", list[0].URL); r.status != 200 || r.body == "" {
		t.Errorf("the bytes of the file: status %d, %d bytes", r.status, len(r.body))
	}
}

// While the first request is in progress, another one with its key is told so.
func TestIdempotencyKeyInProgress(t *testing.T) {
	s := newServer(t, setup{})
	reached, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.store.trouble(func(_ context.Context, method, collection string) error {
		if method == "Apply" && collection == "_claims" {
			once.Do(func() { close(reached); <-goOn })
		}
		return nil
	})
	answered := make(chan reply)
	go func() { answered <- s.keyed("editor", "slow", "", `{"name":"Bauhof"}`) }()
	<-reached
	if r := s.keyed("editor", "slow", "", `{"name":"Bauhof"}`); r.status != 409 || r.header.Get("Retry-After") == "" {
		t.Errorf("in progress: %d %v %s", r.status, r.header, r.body)
	}
	if r := s.keyed("editor", "slow", "", `{"name":"Bauamt"}`); r.status != 422 {
		t.Errorf("another body meanwhile: %d %s", r.status, r.body)
	}
	close(goOn)
	first := <-answered
	if again := s.keyed("editor", "slow", "", `{"name":"Bauhof"}`); first.status != 201 || again.body != first.body || s.topics() != 1 {
		t.Errorf("%d %s, then %d %s", first.status, first.body, again.status, again.body)
	}
}

// keyedForm uploads under a key. Each time the boundary is another one.
func (s *server) keyedForm(key string, parts ...formPart) reply {
	s.t.Helper()
	body, contentType := formBody(parts...)
	return s.do(call{"POST", "/api/upload", "editor", body, map[string]string{"Content-Type": contentType, "Idempotency-Key": key}})
}

func (s *server) fileCount() int {
	s.t.Helper()
	var list []fileAnswer
	if err := json.Unmarshal([]byte(s.get("editor", "/api/upload/files").body), &list); err != nil {
		s.t.Fatal(err)
	}
	return len(list)
}

func TestIdempotencyKeyOfAnUpload(t *testing.T) {
	s := newServer(t, setup{})
	parts := []formPart{{"files", "eins.txt", "Text eins"}, {"files", "zwei.txt", "Text zwei"}, {"fileInfo", "", `[{"name":"a.txt"},{"name":"b.txt"}]`}}
	first := s.keyedForm("form", parts...)
	again := s.keyedForm("form", parts...)
	if first.status != 201 || again.status != 201 || again.body != first.body || s.fileCount() != 2 {
		t.Errorf("%d %s, then %d %s", first.status, first.body, again.status, again.body)
	}
	for name, other := range map[string][]formPart{
		"other bytes": {parts[0], {"files", "zwei.txt", "Text drei"}, parts[2]}, "another name": {parts[0], {"files", "drei.txt", "Text zwei"}, parts[2]}, "less": parts[:1],
	} {
		if r := s.keyedForm("form", other...); r.status != 422 {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if r := s.keyedForm("bad", formPart{"files", "eins.txt", "x"}, formPart{"other", "", "x"}); r.status != 400 {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := s.keyedForm("bad", parts[0]); r.status != 201 || s.fileCount() != 3 {
		t.Errorf("an error leaves the key free: %d %s, %d files", r.status, r.body, s.fileCount())
	}
	for i, c := range []struct {
		name string
		hook func(context.Context, string, string) error
	}{
		{"before it is decided", failOnce("Apply", "_idempotency", 2)}, {"before the records", failOnce("Apply", "_files", 1)},
		{"before the answer is kept", failOnce("Apply", "_idempotency", 3)},
	} {
		before := s.fileCount()
		s.store.trouble(c.hook)
		cut := s.keyedForm(fmt.Sprint("cut", i), parts...)
		s.store.trouble(nil)
		second, third := s.keyedForm(fmt.Sprint("cut", i), parts...), s.keyedForm(fmt.Sprint("cut", i), parts...)
		if second.status != 201 || third.body != second.body || s.fileCount() != before+2 {
			t.Errorf("%s: %d, then %d %s, then %d %s; %d files", c.name, cut.status, second.status, second.body, third.status, third.body, s.fileCount()-before)
		}
	}
}

// TestIdempotencyKeyOfAChange: a change of a file stores no response, so it rejects the header.
func TestIdempotencyKeyOfAChange(t *testing.T) {
	s := newServer(t, setup{})
	path := fmt.Sprintf("/api/upload?id=%d", s.upload("a.txt", "eins").ID)
	form, formType := formBody(formPart{"files", "a.txt", "zwei"})
	for contentType, body := range map[string]string{formType: form, "application/json": `{"fileInfo":{"caption":"zwei"}}`} {
		c := call{"POST", path, "editor", body, map[string]string{"Content-Type": contentType, "Idempotency-Key": "change"}}
		if r := s.want(400, c); !strings.Contains(r.body, "Idempotency-Key is not supported with id") {
			t.Error(r.body)
		}
		delete(c.header, "Idempotency-Key")
		s.want(200, c)
	}
}

// A form that puts its file into an entry puts it there once.
func TestIdempotencyKeyOfAnAttachedUpload(t *testing.T) {
	s := newServer(t, setup{})
	made := s.want(201, call{"POST", "/api/articles?status=draft", "editor", `{"data":{"title":"Treffen"}}`, nil})
	id := made.text(t, "data.documentId")
	parts := []formPart{{"files", "eins.jpg", jpegText(t, 20, 10)}, {"ref", "", "article"}, {"refId", "", id}, {"field", "", "gallery"}}
	before := s.fileCount()
	for _, cutAt := range []string{"article~", "_idempotency"} {
		hook := failOnce("Apply", cutAt, 1)
		if cutAt == "_idempotency" {
			hook = failOnce("Apply", cutAt, 3)
		}
		s.store.trouble(hook)
		cut := s.keyedForm(cutAt, parts...)
		s.store.trouble(nil)
		second := s.keyedForm(cutAt, parts...)
		before++
		entry := s.want(200, call{"GET", "/api/articles/" + id + "?status=draft&populate=gallery", "editor", "", nil})
		if shown, _ := entry.at(t, "data.gallery").([]any); second.status != 201 || s.fileCount() != before || len(shown) != before {
			t.Errorf("cut off at %s: %d %s, then %d %s; %d files, want %d, of which the entry shows %d", cutAt, cut.status, cut.body, second.status, second.body, s.fileCount(), before, len(shown))
		}
	}
}
