package api_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kontor/pkg/api"
)

// wireCase is bytes sent as they are over a connection of its own.
type wireCase struct {
	name   string
	sent   []string // with a pause between
	status []string // of the answers, in order; nil: the connection ends without one
	names  string   // what the last answer says
	open   bool     // whether the connection can be used afterwards
}

// Requests that no client library would send. None is answered with a 5xx, none changes anything, and what follows on the connection is
// either read as what it is or not at all.
func TestBadBytes(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.ReadTimeout = 120 * time.Millisecond }})
	s.someContent()
	before := s.dump()
	for _, c := range s.wireCases() {
		t.Run(c.name, func(t *testing.T) {
			text, closed := s.exchange(c.sent...)
			if got := statuses(text); !slices.Equal(got, c.status) {
				t.Errorf("answers %v, want %v: %s", got, c.status, abridged(text))
			}
			if !strings.Contains(text, c.names) {
				t.Errorf("no %q in %s", c.names, text)
			}
			if closed == c.open {
				t.Errorf("closed: %v", closed)
			}
			if _, body, ok := strings.Cut(text, "\r\n\r\n"); ok && len(c.status) == 1 && !strings.HasPrefix(c.sent[0], "HEAD") {
				if !json.Valid([]byte(body)) {
					t.Errorf("no JSON: %q", body)
				}
			}
			if strings.Contains(text, "hunter2") {
				t.Errorf("the answer quotes the request: %s", text)
			}
			if after := s.dump(); after != before {
				t.Errorf("something has changed:\n%s", firstDifference(before, after))
				before = after
			}
		})
	}
	if log := s.log.String(); strings.Contains(log, "level=ERROR") {
		t.Errorf("a client's fault is logged as ours: %s", log)
	}
}

func (s *server) wireCases() []wireCase {
	const host = "Host: x\r\n"
	token := "Authorization: " + s.secrets["editor"] + "\r\nContent-Type: application/json\r\n"
	get := func(path string) string { return "GET " + path + " HTTP/1.1\r\n" + host + "\r\n" }
	post := "POST /api/projects HTTP/1.1\r\n" + host + token
	one := func(status string) []string { return []string{status} }
	return []wireCase{
		{"no request", []string{"hello\r\n\r\n"}, one("400"), "can't be read", false},
		{"a secret in a broken request", []string{"GET\r\nAuthorization: Bearer hunter2\r\n\r\n"}, one("400"), "can't be read", false},
		{"the greeting of TLS", []string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"}, one("400"), "can't be read", false},
		{"a line of 20 KB", []string{get("/api/projects?_q=" + strings.Repeat("x", 20<<10))}, one("431"), "16384", false},
		{"a path of 20 KB", []string{get("/api/projects/" + strings.Repeat("x", 20<<10))}, one("431"), "16384", false},
		{"a header of 20 KB", []string{"GET /api/projects HTTP/1.1\r\n" + host + "X: " + strings.Repeat("x", 20<<10) + "\r\n\r\n"}, one("431"), "16384", false},
		{"a flood of headers", []string{"GET /api/projects HTTP/1.1\r\n" + host + strings.Repeat("X-Y: z\r\n", 5000) + "\r\n"}, one("431"), "16384", false},
		{"a megabyte of headers", []string{"GET /api/projects HTTP/1.1\r\n" + host + strings.Repeat("X-Y: z\r\n", 1<<17) + "\r\n"}, one("431"), "16384", false},
		{"a header without a colon", []string{"GET /api/projects HTTP/1.1\r\n" + host + "nonsense\r\n\r\n"}, one("400"), "can't be read", false},
		{"raw bytes in the path", []string{get("/api/projects/\xff\xfe")}, one("404"), "Not Found", true},
		{"NUL in the path", []string{get("/api/projects/a\x00b")}, one("400"), "can't be read", false},
		{"raw bytes in the query", []string{get("/api/projects?_q=\xff")}, one("400"), "UTF-8", true},
		{"NUL in the query", []string{get("/api/projects?\x00=1")}, one("400"), "can't be read", false},
		{"another host's URL", []string{get("http://example.org/api/nothing")}, one("404"), "Not Found", true},
		{"two slashes first", []string{get("//api/projects")}, one("404"), "Not Found", true},
		{"dots in the path", []string{get("/api/../../../../etc/passwd")}, one("404"), "Not Found", true},
		{"a fragment", []string{get("/api/nothing#projects")}, one("404"), "Not Found", true},
		{"OPTIONS of everything", []string{"OPTIONS * HTTP/1.1\r\n" + host + "\r\n"}, one("404"), "Not Found", true},
		{"CONNECT", []string{"CONNECT example.org:443 HTTP/1.1\r\n" + host + "\r\n"}, one("404"), "Not Found", true},
		{"a method of its own", []string{"BREW /api/projects HTTP/1.1\r\n" + host + "\r\n"}, one("405"), "Allow: GET, HEAD, POST", true},
		{"a body cut off", []string{post + "Content-Length: 100\r\n\r\n{\"data\":"}, one("408"), "in time", false},
		{"a head cut off", []string{"GET /api/projects HTTP/1.1\r\nHos"}, one("408"), "in time", false},
		{"a body too large", []string{post + "Content-Length: 99999999\r\n\r\n{\"data\":"}, one("413"), "PayloadTooLargeError", false},
		{"a chunked body too large", []string{post + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("8000\r\n"+strings.Repeat("x", 0x8000)+"\r\n", 40) + "0\r\n\r\n"}, one("413"), "Too Large", false},
		{"a chunk too large", []string{post + "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n{}"}, one("408"), "in time", false},
		{"a chunk size that is none", []string{post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"}, one("400"), "can't be read", false},
		{"a chunk size beyond 64 bits", []string{post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n"}, one("400"), "can't be read", false},
		{"a negative length", []string{post + "Content-Length: -5\r\n\r\n{}"}, one("400"), "", false},
		{"two lengths", []string{post + "Content-Length: 4\r\nContent-Length: 0\r\n\r\n" + get("/api/nothing")}, one("400"), "framing", false},
		{"two lengths, the longer last", []string{post + "content-length: 0\r\nCONTENT-LENGTH: 40\r\n\r\n" + get("/api/nothing")}, one("400"), "framing", false},
		{"the same length twice", []string{post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"}, one("400"), "framing", false},
		{"a length and chunks", []string{post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + get("/api/nothing")}, one("400"), "framing", false},
		{"chunks and a length, where none is read", []string{"GET /api/nothing HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"}, one("400"), "framing", false},
		{"a length beyond 64 bits", []string{post + "Content-Length: 99999999999999999999\r\n\r\n{}"}, one("400"), "", false},
		{"expected and too large", []string{post + "Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n"}, []string{"100", "413"}, "PayloadTooLargeError", false},
		{"expected, wrong", []string{post + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", "{}"}, []string{"100", "400"}, "data", true},
		{"what follows a refused body", []string{post + "Content-Length: 7\r\n\r\n{\"x\":1}" + get("/api/nothing")}, []string{"400", "404"}, "Not Found", true},
		{"a body where none is read", []string{"GET /api/nothing HTTP/1.1\r\n" + host + "Content-Length: 26\r\n\r\nDELETE /api/topics HTTP/1." + get("/api/projects?filter=1")}, []string{"404", "400"}, "filter", true},
		{"a chunked body where none is read", []string{"GET /api/nothing HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n" + get("/api/projects?filter=1")}, []string{"404", "400"}, "filter", true},
		{"the rest of a body too large", []string{post + "Content-Length: 2000000\r\n\r\n" + strings.Repeat(get("/api/projects"), 1000)}, one("413"), "PayloadTooLargeError", false},
		{"two lengths", []string{post + "Content-Length: 9\r\nContent-Length: 0\r\n\r\n" + get("/api/nothing")}, one("400"), "can't be read", false},
		{"two equal lengths", []string{post + "Content-Length: 2\r\ncontent-length: 2\r\n\r\n{}" + get("/api/nothing")}, one("400"), "can't be read", false},
		{"a length and chunks", []string{post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + get("/api/nothing")}, one("400"), "can't be read", false},
		{"chunks and a length", []string{post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + get("/api/nothing")}, one("400"), "can't be read", false},
		{"an unknown coding", []string{post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + get("/api/nothing")}, one("400"), "can't be read", false},
		{"two codings", []string{post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + get("/api/nothing")}, one("400"), "can't be read", false},
		{"two codings in a line", []string{post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + get("/api/nothing")}, one("400"), "can't be read", false},
		{"two lengths where no body is read", []string{"GET /api/nothing HTTP/1.1\r\n" + host + "Content-Length: 26\r\nContent-Length: 0\r\n\r\n" + get("/api/projects?foo=1")}, one("400"), "can't be read", false},
		{"empty lines ahead", []string{"\r\n\r\n" + get("/api/nothing")}, one("404"), "Not Found", true},
		{"HEAD of nothing", []string{"HEAD /api/nothing HTTP/1.1\r\n" + host + "\r\n"}, one("404"), "", true},
	}
}

// A client that is still sending when it is refused must get the answer, not a broken connection.
func TestRefusalArrives(t *testing.T) {
	s := newServer(t, setup{})
	for range 20 {
		r := s.do(call{"POST", "/api/projects", "editor", strings.Repeat(" ", 8<<20), nil})
		if r.status != 413 {
			t.Fatalf("status %d: %s", r.status, r.body)
		}
	}
}

// A connection stays usable after every error whose request was read, and its next request is answered as on a new one.
func TestConnectionReuse(t *testing.T) {
	s := newServer(t, setup{})
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	in := bufio.NewReader(c)
	for _, part := range []struct {
		request string
		status  int
	}{
		{"POST /api/projects HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 403},
		{"GET /api/projects HTTP/1.1\r\nHost: x\r\n\r\n", 200},
		{"POST /manage/types HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 405},
		{"GET /api/projects?filter=1 HTTP/1.1\r\nHost: x\r\nAuthorization: " + s.secrets["editor"] + "\r\n\r\n", 400},
		{"GET /api/memos HTTP/1.1\r\nHost: x\r\n\r\n", 404}, // who called before is forgotten
		{"GET /api/projects HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\nContent-Length: 4\r\n\r\nabcd", 401},
		{"PUT /api/x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}", 404},
		{"GET /api/projects HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200},
	} {
		if _, err := io.WriteString(c, part.request); err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		res, err := http.ReadResponse(in, nil)
		for err == nil && res.StatusCode == 100 {
			res, err = http.ReadResponse(in, nil)
		}
		if err != nil {
			t.Fatalf("%q: %v", part.request, err)
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != part.status {
			t.Errorf("%q: status %d, want %d", part.request, res.StatusCode, part.status)
		}
	}
}

// exchange sends bytes as they are and reads until the other side has been silent for a while or has closed.
func (s *server) exchange(parts ...string) (text string, closed bool) {
	s.t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	defer c.Close()
	for i, p := range parts {
		if i > 0 {
			time.Sleep(50 * time.Millisecond)
		}
		if _, err := io.WriteString(c, p); err != nil {
			break // refused before the end: the answer says why
		}
	}
	var out []byte
	buf := make([]byte, 64<<10)
	for {
		patience := 10 * time.Second // a busy machine may need long for the first answer; that none follows shows soon
		if len(out) > 0 {
			patience = 400 * time.Millisecond
		}
		_ = c.SetReadDeadline(time.Now().Add(patience))
		n, err := c.Read(buf)
		out = append(out, buf[:n]...)
		if err != nil {
			var timeout net.Error
			closed = !(errors.As(err, &timeout) && timeout.Timeout())
			return string(out), closed
		}
	}
}

// statuses are those of the answers in what came back over one connection.
func statuses(text string) []string {
	var out []string
	for rest := range strings.SplitSeq(text, "HTTP/1.1 ") {
		if len(rest) >= 3 && rest[0] >= '1' && rest[0] <= '5' {
			out = append(out, rest[:3])
		}
	}
	return out
}
