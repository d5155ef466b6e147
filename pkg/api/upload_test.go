package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"kontor/pkg/api"
)

// formPart is one part of a form.
type formPart struct{ name, file, text string }

// formBody makes a form. A part with a file name is a file.
func formBody(parts ...formPart) (body string, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		h := textproto.MIMEHeader{}
		disposition := fmt.Sprintf(`form-data; name="%s"`, p.name)
		if p.file != "" {
			disposition += fmt.Sprintf(`; filename="%s"`, strings.ReplaceAll(p.file, `"`, "%22"))
			h.Set("Content-Type", "text/html") // what a client says of the type is not believed
		}
		h.Set("Content-Disposition", disposition)
		part, err := w.CreatePart(h)
		if err == nil {
			_, err = io.WriteString(part, p.text)
		}
		if err != nil {
			panic(err) // a buffer takes everything
		}
	}
	_ = w.Close()
	return b.String(), w.FormDataContentType()
}

func (s *server) form(by, path string, parts ...formPart) reply {
	s.t.Helper()
	body, contentType := formBody(parts...)
	return s.do(call{"POST", path, by, body, map[string]string{"Content-Type": contentType}})
}

// fileAnswer is a file as clients see it.
type fileAnswer struct {
	ID                               int64
	DocumentID                       string
	Name, Ext, Mime, Hash, URL       string
	AlternativeText, Caption, Credit *string
	Licence                          *string
	Width, Height                    *int
	Size                             float64
	Formats                          map[string]struct {
		URL, Mime, Ext, Name string
		Width, Height        int
		SizeInBytes          int64
	}
	CreatedAt, UpdatedAt, PublishedAt string
	Provider                          string
}

// upload sends one file and wants it to be taken.
func (s *server) upload(name, text string, more ...formPart) fileAnswer {
	s.t.Helper()
	r := s.form("editor", "/api/upload", append([]formPart{{"files", name, text}}, more...)...)
	var list []fileAnswer
	if err := json.Unmarshal([]byte(r.body), &list); err != nil || r.status != 201 || len(list) != 1 {
		s.t.Fatalf("upload of %s: %d %s", name, r.status, r.body)
	}
	return list[0]
}

// nothingKept waits until nothing is left of uploads that failed: a connection that broke is noticed a moment later.
func (s *server) nothingKept(clause string) {
	s.t.Helper()
	for wait := time.Millisecond; ; wait *= 2 {
		kept, list := s.kept(), s.get("editor", "/api/upload/files").body
		if len(kept) == 0 && list == "[]" {
			return
		}
		if wait > time.Second {
			s.t.Errorf("%s: there stay %q and %s", clause, kept, list)
			return
		}
		time.Sleep(wait)
	}
}

func jpegText(t *testing.T, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, width, height)), nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestUpload(t *testing.T) {
	s := newServer(t, setup{})
	f := s.upload("Gemeinsamer Bauhof.jpg", jpegText(t, 1200, 600), formPart{"fileInfo", "", `{"alternativeText":"Ein Bagger","caption":null,"credit":"Stadt","licence":"CC BY 4.0"}`})
	if f.ID < 1 || len(f.DocumentID) != 24 || f.Name != "Gemeinsamer Bauhof.jpg" || f.Ext != ".jpg" || f.Mime != "image/jpeg" || *f.Width != 1200 || *f.Height != 600 ||
		*f.AlternativeText != "Ein Bagger" || f.Caption != nil || *f.Credit != "Stadt" || *f.Licence != "CC BY 4.0" || f.URL != "/files/"+f.Hash+"/Gemeinsamer%20Bauhof.jpg" ||
		len(f.Formats) != 4 || f.Formats["small"].Width != 500 || f.Formats["thumbnail"].Mime != "image/jpeg" || f.Provider != "local" || f.PublishedAt == "" {
		t.Errorf("the file is %+v", f)
	}
	one := s.want(200, call{"GET", fmt.Sprintf("/api/upload/files/%d", f.ID), "editor", "", nil})
	list := s.want(200, call{"GET", "/api/upload/files", "editor", "", nil})
	if list.body != "["+one.body+"]" || list.header.Get("X-Total-Count") != "1" {
		t.Errorf("one is %s, all are %s", one.body, list.body)
	}
	for name, v := range f.Formats {
		r := s.want(200, call{"GET", v.URL, "editor", "", nil})
		if int64(len(r.body)) != v.SizeInBytes || r.header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%s has %d bytes of %d", name, len(r.body), v.SizeInBytes)
		}
	}
	// What is said of it changes, by a form and by JSON.
	path := fmt.Sprintf("/api/upload?id=%d", f.ID)
	r := s.form("editor", path, formPart{"fileInfo", "", `{"name":"Neu.jpg","caption":"Bild"}`})
	if r.status != 200 || !strings.Contains(r.body, `"name":"Neu.jpg","alternativeText":"Ein Bagger","caption":"Bild"`) {
		t.Errorf("after the change: %d %s", r.status, r.body)
	}
	s.want(200, call{"POST", path, "editor", `{"fileInfo":{"alternativeText":null}}`, nil})
	if r := s.get("editor", fmt.Sprintf("/api/upload/files/%d", f.ID)); !strings.Contains(r.body, `"alternativeText":null,"caption":"Bild"`) {
		t.Errorf("after the change by JSON: %s", r.body)
	}
	s.want(200, call{"DELETE", fmt.Sprintf("/api/upload/files/%d", f.ID), "editor", "", nil})
	s.want(404, call{"DELETE", fmt.Sprintf("/api/upload/files/%d", f.ID), "editor", "", nil})
	s.want(404, call{"GET", fmt.Sprintf("/api/upload/files/%d", f.ID), "editor", "", nil})
	s.want(404, call{"GET", f.URL, "editor", "", nil})
	s.want(404, call{"GET", f.Formats["small"].URL, "editor", "", nil})
	s.want(404, call{"POST", path, "editor", `{"fileInfo":{"caption":"Weg"}}`, nil})
	if r := s.get("editor", "/api/upload/files"); r.body != "[]" {
		t.Errorf("after the deletion there are %s", r.body)
	}
}

func TestUploadOfSeveral(t *testing.T) {
	s := newServer(t, setup{})
	r := s.form("editor", "/api/upload", formPart{"files", "a.txt", "a"}, formPart{"files", "b.txt", "b"}, formPart{"fileInfo", "", `[{"caption":"A"},{"name":"x.txt","caption":"B"}]`})
	if r.status != 201 || !strings.Contains(r.body, `"name":"a.txt","alternativeText":null,"caption":"A"`) || !strings.Contains(r.body, `"name":"x.txt","alternativeText":null,"caption":"B"`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := s.form("editor", "/api/upload", formPart{"files", "blob", "a"}, formPart{"files", "", ""}); r.status != 400 {
		t.Errorf("a field in the place of a file: %d %s", r.status, r.body)
	}
	if n := len(s.kept()); n != 2 {
		t.Errorf("%d files are kept", n)
	}
}

// TestUploadsRefused: every one is a 4xx with a word of what is wrong, and leaves nothing.
func TestUploadsRefused(t *testing.T) {
	s := newServer(t, setup{})
	file := formPart{"files", "a.txt", "hello"}
	many := make([]formPart, 51)
	for i := range many {
		many[i] = file
	}
	fields := make([]formPart, 3000)
	for i := range fields {
		fields[i] = formPart{"fileInfo", "", "{}"}
	}
	for _, c := range []struct {
		name   string
		by     string
		query  string
		parts  []formPart
		status int
		says   string
	}{
		{"the public", "", "", []formPart{file}, 403, "Forbidden"},
		{"nothing", "editor", "", nil, 400, "empty"},
		{"no files", "editor", "", []formPart{{"fileInfo", "", "{}"}}, 400, "empty"},
		{"an empty file", "editor", "", []formPart{file, {"files", "b.txt", ""}}, 400, "empty"},
		{"another name", "editor", "", []formPart{file, {"file", "b.txt", "x"}}, 400, "Invalid key file"},
		{"another field", "editor", "", []formPart{file, {"path", "", "x"}}, 400, "Invalid key path"},
		{"too many files", "editor", "", many, 413, "at most 50 files"},
		{"too many fields", "editor", "", append([]formPart{file}, fields...), 413, "at most 100 fields"},
		{"a long field", "editor", "", []formPart{file, {"fileInfo", "", strings.Repeat("x", 70<<10)}}, 413, "65536 bytes"},
		{"broken facts", "editor", "", []formPart{file, {"fileInfo", "", "{"}}, 400, ""},
		{"facts that are none", "editor", "", []formPart{file, {"fileInfo", "", `{"alt":"x"}`}}, 400, "Invalid key alt"},
		{"facts too long", "editor", "", []formPart{file, {"fileInfo", "", `{"alternativeText":"` + strings.Repeat("x", 1001) + `"}`}}, 400, "1000"},
		{"a folder", "editor", "", []formPart{file, {"fileInfo", "", `{"folder":3}`}}, 400, "folder"},
		{"facts of more files", "editor", "", []formPart{file, {"fileInfo", "", `[{},{}]`}}, 400, "2 for 1"},
		{"half a place", "editor", "", []formPart{file, {"ref", "", "topic"}}, 400, "stand together"},
		{"no such type", "editor", "", []formPart{file, {"ref", "", "api::x.x"}, {"refId", "", "1"}, {"field", "", "image"}}, 400, "no content type"},
		{"no such entry", "editor", "", []formPart{file, {"ref", "", "api::topic.topic"}, {"refId", "", "99"}, {"field", "", "image"}}, 404, ""},
		{"no such field", "editor", "", []formPart{file, {"ref", "", "topic"}, {"refId", "", "99"}, {"field", "", "name"}}, 400, "Invalid key name"},
		{"an unknown parameter", "editor", "?x=1", []formPart{file}, 400, "Invalid key x"},
		{"bytes for a file that is not there", "editor", "?id=1", []formPart{file}, 404, ""},
		{"facts for none that is there", "editor", "?id=1", []formPart{{"fileInfo", "", "{}"}}, 404, ""},
		{"an id that is none", "editor", "?id=x", []formPart{{"fileInfo", "", "{}"}}, 404, ""},
		{"a bomb", "editor", "", []formPart{{"files", "a.gif", "GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02D\x01\x00;"}}, 413, ""},
	} {
		r := s.form(c.by, "/api/upload"+c.query, c.parts...)
		if r.status != c.status || !strings.Contains(r.body, c.says) {
			t.Errorf("%s: %d %s, want %d with %q", c.name, r.status, r.body, c.status, c.says)
		}
		s.nothingKept(c.name)
	}
	for _, contentType := range []string{"text/plain", "multipart/form-data", "multipart/form-data; boundary=" + strings.Repeat("x", 71), "multipart/mixed; boundary=x", ""} {
		if r := s.do(call{"POST", "/api/upload", "editor", "--x\r\n\r\n--x--", map[string]string{"Content-Type": contentType}}); r.status != 415 {
			t.Errorf("%q: %d %s", contentType, r.status, r.body)
		}
	}
	if log := s.log.String(); strings.Contains(log, "level=ERROR") || strings.Contains(log, "level=WARN") {
		t.Errorf("a client's fault is logged as ours: %s", log)
	}
}

func TestUploadIntoAnEntry(t *testing.T) {
	s := newServer(t, setup{})
	id := s.create("topics", `{"name":"Bauhof"}`)
	f := s.upload("a.jpg", jpegText(t, 30, 30), formPart{"ref", "", "api::topic.topic"}, formPart{"refId", "", id}, formPart{"field", "", "image"})
	r := s.get("editor", "/api/topics/"+id+"?status=draft&populate=image")
	if !strings.Contains(r.body, fmt.Sprintf(`"image":{"id":%d,"documentId":"%s","name":"a.jpg"`, f.ID, f.DocumentID)) {
		t.Errorf("the draft is %s", r.body)
	}
	if r := s.get("", "/api/topics/"+id+"?populate=image"); !strings.Contains(r.body, `"image":null`) {
		t.Errorf("the public sees it before it is published: %s", r.body)
	}
	// What the field does not take leaves neither a file nor a change.
	if r := s.form("editor", "/api/upload", formPart{"files", "a.jpg", "no image"}, formPart{"ref", "", "topic"}, formPart{"refId", "", id}, formPart{"field", "", "image"}); r.status != 400 || !strings.Contains(r.body, "image/*") {
		t.Errorf("text for an image: %d %s", r.status, r.body)
	}
	if n := len(s.kept()); n != 1 {
		t.Errorf("%d files are kept", n)
	}
	s.want(409, call{"DELETE", fmt.Sprintf("/api/upload/files/%d", f.ID), "editor", "", nil})
	if r := s.want(200, call{"GET", fmt.Sprintf("/manage/files/%d/uses", f.ID), "editor", "", nil}); !strings.Contains(r.body, id) {
		t.Errorf("where used: %s", r.body)
	}
}

func TestListFiles(t *testing.T) {
	s := newServer(t, setup{})
	for i, name := range []string{"Bauhof.txt", "Ämter.txt", "zoo.PDF"} {
		text := strings.Repeat("x", 1000*(i+1))
		if i == 2 {
			text = "%PDF-1.7\n" + text
		}
		s.upload(name, text, formPart{"fileInfo", "", fmt.Sprintf(`{"caption":"Nr %d"}`, i)})
	}
	for query, want := range map[string]string{
		"": "Bauhof.txt,Ämter.txt,zoo.PDF", "?sort=name": "Ämter.txt,Bauhof.txt,zoo.PDF", "?sort=size:desc": "zoo.PDF,Ämter.txt,Bauhof.txt",
		"?filters[name][$containsi]=ÄM": "Ämter.txt", "?filters[mime][$contains]=pdf": "zoo.PDF", "?filters[mime]=text/plain": "Bauhof.txt,Ämter.txt",
		"?filters[ext][$eqi]=.PDF": "zoo.PDF", "?filters[size][$gt]=2.5": "zoo.PDF", "?filters[size][$between][0]=1&filters[size][$between][1]=2": "Bauhof.txt,Ämter.txt",
		"?filters[$or][0][name][$startsWith]=zoo&filters[$or][1][caption]=Nr 0": "Bauhof.txt,zoo.PDF", "?filters[id][$in][0]=1&filters[id][$in][1]=3": "Bauhof.txt,zoo.PDF",
		"?filters[name][$gt]=Bau": "Bauhof.txt,zoo.PDF", "?filters[alternativeText][$notNull]=true": "", "?_q=nr 1": "Ämter.txt", "?filters[createdAt][$gt]=2020-01-01": "Bauhof.txt,Ämter.txt,zoo.PDF",
		"?pagination[page]=2&pagination[pageSize]=2": "zoo.PDF", "?pagination[start]=1&pagination[limit]=1": "Ämter.txt", "?populate=*&sort=id:DESC": "zoo.PDF,Ämter.txt,Bauhof.txt",
	} {
		r := s.get("editor", "/api/upload/files"+strings.ReplaceAll(query, " ", "%20"))
		var list []fileAnswer
		if err := json.Unmarshal([]byte(r.body), &list); err != nil {
			t.Errorf("%s: %d %s", query, r.status, r.body)
			continue
		}
		names := make([]string, len(list))
		for i, f := range list {
			names[i] = f.Name
		}
		if got := strings.Join(names, ","); got != want {
			t.Errorf("%s gives %s, want %s", query, got, want)
		}
	}
	for _, query := range []string{"?filters[sha256]=x", "?filters[createdBy]=1", "?filters[name][first]=x", "?sort=createdBy", "?filters[size]=many", "?filters[id][$contains]=1", "?filter=1", "?filters[id][$between]=1"} {
		if r := s.get("editor", "/api/upload/files"+query); r.status != 400 {
			t.Errorf("%s: %d %s", query, r.status, r.body)
		}
	}
	s.want(403, call{"GET", "/api/upload/files", "", "", nil})
	s.want(403, call{"GET", "/api/upload/files/1", "", "", nil})
	s.want(404, call{"GET", "/api/upload/files/x", "editor", "", nil})
	s.want(405, call{"PUT", "/api/upload/files/1", "editor", "", nil})
}

// TestUploadsCutOff leave nothing, whatever the client's end looks like, and what follows on a connection is not misread.
func TestUploadsCutOff(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.ReadTimeout = 150 * time.Millisecond }})
	head := func(length int) string {
		return fmt.Sprintf("POST /api/upload HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: multipart/form-data; boundary=xyz\r\nContent-Length: %d\r\n\r\n", s.secrets["editor"], length)
	}
	part := "--xyz\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\n"
	next := "GET /api/nothing HTTP/1.1\r\nHost: x\r\n\r\n"
	whole := part + "hello\r\n--xyz--\r\n"
	for _, c := range []struct {
		name   string
		sent   []string
		status string
	}{
		{"nothing comes", []string{head(100)}, "[408]"},
		{"it stops in the head of a part", []string{head(100), part[:30]}, "[408]"},
		{"it stops in a file", []string{head(100000), part + "hello"}, "[408]"},
		{"it stops later", []string{head(1000000), part + strings.Repeat("x", 300000)}, "[408]"},
		{"no last boundary", []string{head(len(part) + 5), part + "hello"}, "[400]"},
		{"another boundary", []string{head(len(part)), strings.ReplaceAll(part, "xyz", "abc")}, "[400]"},
		{"a head of a part without end", []string{head(9000000), "--xyz\r\nX: " + strings.Repeat("y", 100000)}, "[413]"},
		{"headers without end", []string{head(9000000), "--xyz\r\n" + strings.Repeat("X: y\r\n", 20000)}, "[413]"},
		{"preamble without end", []string{head(9000000), strings.Repeat("y\r\n", 50000)}, "[413]"},
		{"an end without end", []string{head(9000000), whole + strings.Repeat("y", 200000)}, "[413]"},
		{"announced too large", []string{head(maxFile * 2)}, "[413]"},
		{"no disposition", []string{head(len("--xyz\r\n\r\nx\r\n--xyz--")), "--xyz\r\n\r\nx\r\n--xyz--"}, "[400]"},
	} {
		text, closed := s.exchange(c.sent...)
		if got := fmt.Sprint(statuses(text)); got != c.status || !closed && c.status != "[400]" {
			t.Errorf("%s: %s, closed %v: %s", c.name, got, closed, abridged(text))
		}
		s.nothingKept(c.name)
	}
	if text, closed := s.exchange(head(len(whole)) + whole + next); fmt.Sprint(statuses(text)) != "[201 404]" || closed {
		t.Errorf("what follows an upload: %s", abridged(text))
	}
	chunked := strings.Replace(head(0), "Content-Length: 0", "Transfer-Encoding: chunked", 1)
	if text, closed := s.exchange(chunked + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(whole), whole) + next); fmt.Sprint(statuses(text)) != "[201 404]" || closed {
		t.Errorf("what follows an upload in chunks: %s", abridged(text))
	}
	anonymous := strings.Replace(head(len(whole)), "Authorization", "X-Nothing", 1)
	if text, _ := s.exchange(anonymous + whole + next); fmt.Sprint(statuses(text)) != "[403]" {
		t.Errorf("what follows a refused upload: %s", abridged(text))
	}
}

// TestSlowUpload takes longer than any request may, and comes through since something always comes.
func TestSlowUpload(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.ReadTimeout, o.RequestTimeout = 2*time.Second, 50*time.Millisecond }})
	body, contentType := formBody(formPart{"files", "a.txt", strings.Repeat("x", 200_000)})
	req, err := http.NewRequest("POST", "http://"+s.addr+"/api/upload", &drip{text: body, pause: 30 * time.Millisecond, size: 5000})
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = int64(len(body))
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Authorization", s.secrets["editor"])
	r, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if text, _ := io.ReadAll(r.Body); r.StatusCode != 201 {
		t.Errorf("%d %s", r.StatusCode, text)
	}
}

// drip gives a text in pieces.
type drip struct {
	text  string
	pause time.Duration
	size  int
}

// Read waits before each piece.
func (d *drip) Read(p []byte) (int, error) {
	if d.text == "" {
		return 0, io.EOF
	}
	time.Sleep(d.pause)
	n := copy(p[:min(len(p), d.size)], d.text)
	d.text = d.text[n:]
	return n, nil
}

func TestUploadsAtOnce(t *testing.T) {
	s := newServer(t, setup{})
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			text := strings.Repeat(fmt.Sprintf("%d,", i), 200_000)
			body, contentType := formBody(formPart{"files", fmt.Sprintf("%d.txt", i), text})
			r, err := s.try(t.Context(), call{"POST", "/api/upload", "editor", body, map[string]string{"Content-Type": contentType}})
			var list []fileAnswer
			if err == nil {
				err = json.Unmarshal([]byte(r.body), &list)
			}
			if err != nil || len(list) != 1 {
				t.Errorf("%d: %v %s", i, err, r.body)
				return
			}
			if r, err = s.try(t.Context(), call{"GET", list[0].URL, "editor", "", nil}); err != nil || r.body != text {
				t.Errorf("%d: %v, %d bytes came back of %d", i, err, len(r.body), len(text))
			}
		})
	}
	wg.Wait()
}
