package api_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"kontor/pkg/api"
)

// TestHostileFiles: nothing that is uploaded runs in a browser, whatever it is called and whatever it says that it is.
func TestHostileFiles(t *testing.T) {
	s := newServer(t, setup{})
	page := "<!DOCTYPE html><html><script>alert(1)</script></html>"
	svg := `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
	for _, c := range []struct {
		name, text string
		mediaType  string
		inline     bool
	}{
		{"page.html", page, "application/octet-stream", false},
		{"image.png", page, "application/octet-stream", false},
		{"document.pdf", page, "application/octet-stream", false},
		{"page.txt", "\ufeff" + page, "application/octet-stream", false},
		{"space.png", "\n\n   \t" + page, "application/octet-stream", false},
		{"body.html", "<body onload=alert(1)>", "application/octet-stream", false},
		{"image.svg", svg, "application/octet-stream", false},
		{"image.jpg", `<?xml version="1.0"?>` + svg, "application/octet-stream", false},
		{"x.xhtml", `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>`, "application/octet-stream", false},
		{"x.xml", `<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><a/>`, "application/octet-stream", false},
		{"x.js", "alert(document.cookie)", "text/plain; charset=utf-8", true},
		{"x.js", "#!/usr/bin/env node\nalert(1)", "application/octet-stream", false},
		{"x.mjs", "export default 1", "text/plain; charset=utf-8", true},
		{"x.css", "body{background:url(x)}", "text/plain; charset=utf-8", true},
		{"x.html", "plain <script>alert(1)</script>", "text/plain; charset=utf-8", true},
		{"x.wasm", "\x00asm\x01\x00\x00\x00", "application/octet-stream", false},
		{"x.swf", "FWS\x09\x00\x00\x00\x00", "application/octet-stream", false},
		{"x.exe", "MZ\x90\x00" + strings.Repeat("\x00", 100), "application/octet-stream", false},
		{"x.json", `{"a":1}`, "application/json", false},
		{"x.pdf", "%PDF-1.7\n" + page, "application/pdf", true},
		{"x.html", "%PDF-1.7\n" + page, "application/pdf", true},
		{"x.bmp", "BM<script>alert(1)</script>", "text/plain; charset=utf-8", true},
		{"x.bmp", "BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00<script>alert(1)</script>", "image/bmp", true},
		{"x.mht", "MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + page, "text/plain; charset=utf-8", true},
		{"x.bin", "\x00\x01\x02\x03", "application/octet-stream", false},
	} {
		f := s.upload(c.name, c.text)
		r := s.want(200, call{"GET", f.URL, "editor", "", nil})
		disposition := r.header.Get("Content-Disposition")
		if got := r.header.Get("Content-Type"); got != c.mediaType {
			t.Errorf("%s, %.40q: served as %s, want %s", c.name, c.text, got, c.mediaType)
		}
		if got := strings.HasPrefix(disposition, "inline;"); got != c.inline || !c.inline && !strings.HasPrefix(disposition, "attachment;") {
			t.Errorf("%s, %.40q: %s", c.name, c.text, disposition)
		}
		policy := r.header.Get("Content-Security-Policy")
		if r.header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(policy, "sandbox") && c.mediaType != "application/pdf" || strings.Contains(policy, "allow-") {
			t.Errorf("%s: the headers are %v", c.name, r.header)
		}
		if r.body != c.text {
			t.Errorf("%s: the bytes are others", c.name)
		}
	}
}

// TestHostileNames become names that harm nobody, in the record, in headers and in paths.
func TestHostileNames(t *testing.T) {
	s := newServer(t, setup{})
	long := strings.Repeat("ä", 300)
	for sent, want := range map[string]string{
		"../../etc/passwd": "passwd", `C:\Users\x\Bild.png`: "Bild.png", "a/b\\c.txt": "c.txt", ".htaccess": "htaccess", "..": "file", "/": "file", " ": "file", "...": "file",
		"a\u202egnp.exe": "agnp.exe", "a\u200bb.txt": "ab.txt", "\u2066x\u2069": "x", `say "hi".txt`: `say "hi".txt`, "a;b=c.txt": "a;b=c.txt", "100%.pdf": "100%.pdf",
		"A\u0308mter.pdf": "Ämter.pdf", "日本.txt": "日本.txt", "😀.png": "😀.png", "a\u00a0b.txt": "a b.txt", "<script>.html": "<script>.html", "x.": "x",
		long + ".pdf": strings.Repeat("ä", 196) + ".pdf", strings.Repeat("x", 300): strings.Repeat("x", 200), "a\tb.txt": "ab.txt", "'; drop table.txt": "'; drop table.txt",
	} {
		f := s.upload(sent, "hello")
		if f.Name != want {
			t.Errorf("%q is called %q, want %q", sent, f.Name, want)
		}
		r := s.want(200, call{"GET", f.URL, "editor", "", nil})
		disposition := r.header.Get("Content-Disposition")
		for _, b := range []byte(disposition) {
			if b < ' ' || b > '~' {
				t.Errorf("%q: the header holds byte %d: %q", sent, b, disposition)
				break
			}
		}
		if strings.Count(disposition, `"`) != 2 || len(disposition) > 3000 {
			t.Errorf("%q: the name leaves its quotes: %s", sent, disposition)
		}
	}
	if r := s.form("editor", "/api/upload", formPart{"files", "a\xffb.txt", "x"}); r.status != 201 || !strings.Contains(r.body, `"name":"aÿb.txt"`) {
		t.Errorf("a name in Latin-1: %d %s", r.status, r.body)
	}
	f := s.upload("Öffnungszeiten 2026.txt", "x")
	want := `inline; filename="_ffnungszeiten 2026.txt"; filename*=UTF-8''%C3%96ffnungszeiten%202026.txt`
	if got := s.get("editor", f.URL).header.Get("Content-Disposition"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := s.get("editor", f.URL+"?download").header.Get("Content-Disposition"); got != strings.Replace(want, "inline", "attachment", 1) {
		t.Errorf("to be kept: %s", got)
	}
}

func TestDownload(t *testing.T) {
	s := newServer(t, setup{})
	text := strings.Repeat("0123456789", 10_000)
	f := s.upload("a.txt", text)
	tag := s.get("editor", f.URL).header.Get("ETag")
	for _, c := range []struct {
		name         string
		header       map[string]string
		status       int
		from, to     int
		contentRange string
	}{
		{"all", nil, 200, 0, 100000, ""},
		{"the first", map[string]string{"Range": "bytes=0-9"}, 206, 0, 10, "bytes 0-9/100000"},
		{"from the middle", map[string]string{"Range": "bytes=99990-"}, 206, 99990, 100000, "bytes 99990-99999/100000"},
		{"the last", map[string]string{"Range": "bytes=-7"}, 206, 99993, 100000, "bytes 99993-99999/100000"},
		{"more than there is", map[string]string{"Range": "bytes=5-999999999"}, 206, 5, 100000, "bytes 5-99999/100000"},
		{"the last of more than there is", map[string]string{"Range": "bytes=-999999999"}, 206, 0, 100000, "bytes 0-99999/100000"},
		{"behind the end", map[string]string{"Range": "bytes=100000-"}, 416, 0, 0, "bytes */100000"},
		{"none of the last", map[string]string{"Range": "bytes=-0"}, 416, 0, 0, "bytes */100000"},
		{"several", map[string]string{"Range": "bytes=0-1,5-6"}, 200, 0, 100000, ""},
		{"backwards", map[string]string{"Range": "bytes=9-1"}, 200, 0, 100000, ""},
		{"nonsense", map[string]string{"Range": "bytes=x-y"}, 200, 0, 100000, ""},
		{"other units", map[string]string{"Range": "lines=0-1"}, 200, 0, 100000, ""},
		{"a part of this", map[string]string{"Range": "bytes=0-9", "If-Range": tag}, 206, 0, 10, "bytes 0-9/100000"},
		{"a part of another", map[string]string{"Range": "bytes=0-9", "If-Range": `"x"`}, 200, 0, 100000, ""},
		{"known", map[string]string{"If-None-Match": tag}, 304, 0, 0, ""},
		{"known, weakly", map[string]string{"If-None-Match": `"x", W/` + tag}, 304, 0, 0, ""},
		{"not known", map[string]string{"If-None-Match": `"x"`}, 200, 0, 100000, ""},
	} {
		r := s.do(call{"GET", f.URL, "editor", "", c.header})
		if r.status != c.status || r.header.Get("Content-Range") != c.contentRange || c.status < 300 && r.body != text[c.from:c.to] {
			t.Errorf("%s: %d %v, %d bytes", c.name, r.status, r.header, len(r.body))
		}
		if r.status < 400 && r.header.Get("ETag") != tag {
			t.Errorf("%s: ETag %s", c.name, r.header.Get("ETag"))
		}
		if r.status == 304 && r.body != "" {
			t.Errorf("%s: 304 with %d bytes", c.name, len(r.body))
		}
	}
	head := s.do(call{"HEAD", f.URL, "editor", "", map[string]string{"Range": "bytes=0-9"}})
	if head.status != 200 || head.header.Get("Content-Length") != "100000" || head.body != "" || head.header.Get("Accept-Ranges") != "bytes" || head.header.Get("ETag") != tag {
		t.Errorf("HEAD: %d %v", head.status, head.header)
	}
	for _, path := range []string{"/files/" + f.Hash, "/files/" + f.Hash + "/other.txt", f.URL + "?v=2&width=300"} {
		if r := s.want(200, call{"GET", path, "editor", "", nil}); r.body != text {
			t.Errorf("%s gives %d bytes", path, len(r.body))
		}
	}
	for _, path := range []string{"/files", "/files/", "/files/x", "/files/x/y/z", f.URL + "?format=small", "/files/" + strings.Repeat("a", 24), "/files/..%2fkontor.db", "/files/%00"} {
		if r := s.get("editor", path); r.status != 404 && r.status != 400 {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	s.want(405, call{"POST", f.URL, "editor", "", nil})
	s.want(401, call{"GET", f.URL, "", "", map[string]string{"Authorization": "Bearer wrong"}})
}

// TestWhoMayDownload: the public reads what something published shows, and from the moment on at which nothing does, no more.
func TestWhoMayDownload(t *testing.T) {
	s := newServer(t, setup{})
	f := s.upload("a.jpg", jpegText(t, 600, 300), formPart{"fileInfo", "", `{"alternativeText":"Ein Bagger"}`})
	both := func(status int, clause string) {
		t.Helper()
		for _, path := range []string{f.URL, f.Formats["small"].URL} {
			if r := s.get("", path); r.status != status {
				t.Errorf("%s: the public gets %d for %s", clause, r.status, path)
			}
			if r := s.get("editor", path); r.status != 200 {
				t.Errorf("%s: an editor gets %d for %s", clause, r.status, path)
			}
		}
	}
	both(404, "used nowhere")
	id := s.create("topics?status=draft", fmt.Sprintf(`{"name":"Bauhof","image":{"id":%d}}`, f.ID))
	both(404, "in a draft")
	s.want(200, call{"POST", "/manage/entries/topic/" + id + "/publish", "editor", "", map[string]string{"If-Match": "*"}})
	both(200, "published")
	if r := s.get("", f.URL); r.header.Get("Cache-Control") != "no-cache" || r.header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("the public's headers are %v", r.header)
	}
	if r := s.get("editor", f.URL); r.header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("an editor's headers are %v", r.header)
	}
	if r := s.get("", "/api/topics/"+id+"?populate=image"); !strings.Contains(r.body, `"formats":{"thumbnail":{`) {
		t.Errorf("populated: %s", r.body)
	}
	if r := s.get("", "/api/topics/"+id+"?populate[image][fields][0]=url"); !strings.Contains(r.body, fmt.Sprintf(`"image":{"id":%d,"documentId":"%s","url":"%s"}`, f.ID, f.DocumentID, f.URL)) {
		t.Errorf("one field populated: %s", r.body)
	}
	s.want(200, call{"POST", "/manage/entries/topic/" + id + "/unpublish", "editor", "", map[string]string{"If-Match": "*"}})
	both(404, "unpublished")
	for _, c := range []call{
		{"POST", "/api/topics", "editor", `{"data":{"name":"X","image":99}}`, nil}, {"POST", "/api/topics", "editor", `{"data":{"name":"X","image":[99]}}`, nil},
	} {
		if r := s.do(c); r.status != 400 || !strings.Contains(r.body, "image") {
			t.Errorf("%s: %d %s", c.body, r.status, r.body)
		}
	}
}

// TestSlowDownload takes longer than any request may, and comes through since the client always takes something; who takes nothing is let go.
func TestSlowDownload(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.ReadTimeout, o.RequestTimeout = 400*time.Millisecond, 50*time.Millisecond }})
	text := strings.Repeat("x", 28<<20) // more than the system's buffers hold
	f := s.upload("a.txt", text)
	get := func() io.ReadCloser {
		req, err := http.NewRequest("GET", "http://"+s.addr+f.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", s.secrets["editor"])
		r, err := s.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		return r.Body
	}
	body := get()
	n := 0
	for buf := make([]byte, 1<<20); ; time.Sleep(60 * time.Millisecond) {
		m, err := io.ReadFull(body, buf)
		n += m
		if err != nil {
			break
		}
	}
	if _ = body.Close(); n != len(text) {
		t.Errorf("%d bytes came of %d", n, len(text))
	}
	body = get()
	time.Sleep(1500 * time.Millisecond)
	if rest, err := io.ReadAll(body); err == nil {
		t.Errorf("a client that takes nothing is waited for: %d bytes", len(rest))
	}
	_ = body.Close()
}
