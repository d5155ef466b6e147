package api_test

import (
	"testing"
	"time"

	"kontor/pkg/api"
)

// RFC 9112 has a server refuse these heads, because a proxy in front may read them in another way.
// A head that is read is answered with 404.
func TestRefusedHeads(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.ReadTimeout = 500 * time.Millisecond }})
	const host = "Host: x\r\n"
	get := "GET /api/nothing HTTP/1.1\r\n"
	for _, c := range []struct {
		name, sent string
		status     string
	}{
		{"as it should be", get + host + "\r\n", "404"},
		{"HTTP/1.0", "GET /api/nothing HTTP/1.0\r\n\r\n", "404"},
		{"HTTP/1.0 with a Host", "GET /api/nothing HTTP/1.0\r\n" + host + "\r\n", "404"},
		{"a Host with a port", get + "Host: [::1]:8080\r\n\r\n", "404"},
		{"a tab in a value", get + host + "X: a\tb\r\n\r\n", "404"},
		{"UTF-8 in a value", get + host + "X: ä\r\n\r\n", "404"},

		{"lines that end with LF alone", "GET /api/nothing HTTP/1.1\nHost: x\n\n", "408"},
		{"an empty Host", get + "Host:\r\n\r\n", "400"},
		{"HTTP/0.9", "GET /api/nothing\r\n\r\n", "400"},
		{"HTTP/0.9 with headers", "GET /api/nothing\r\n" + host + "\r\n", "400"},
		{"HTTP/2.0 in words", "GET /api/nothing HTTP/2.0\r\n" + host + "\r\n", "400"},
		{"a version that is none", "GET /api/nothing HTTP/1.1x\r\n" + host + "\r\n", "400"},
		{"another protocol", "GET /api/nothing FOO/1.1\r\n" + host + "\r\n", "400"},
		{"no Host", get + "\r\n", "400"},
		{"no Host among others", get + "X: y\r\nHosts: x\r\n\r\n", "400"},
		{"no Host, in the target", "GET http://x/api/nothing HTTP/1.1\r\n\r\n", "400"},
		{"two Hosts", get + host + "Host: y\r\n\r\n", "400"},
		{"the same Host twice", get + host + "hOST: x\r\n\r\n", "400"},
		{"two Hosts in HTTP/1.0", "GET /api/nothing HTTP/1.0\r\n" + host + host + "\r\n", "400"},
		{"a Host with a blank", get + "Host: x y\r\n\r\n", "400"},
		{"a Host with a path", get + "Host: x/y\r\n\r\n", "400"},
		{"a Host with a user", get + "Host: a@x\r\n\r\n", "400"},
		{"two Hosts in one", get + "Host: x, y\r\n\r\n", "400"},
		{"CR in a value", get + host + "X: a\rb\r\n\r\n", "400"},
		{"CR before a header", get + host + "X: a\rTransfer-Encoding: chunked\r\n\r\n", "400"},
		{"CR in a name", get + host + "X\rY: a\r\n\r\n", "400"},
		{"CR at the end of a value", get + host + "X: a\r\r\n\r\n", "400"},
		{"CR in the target", "GET /api/no\rthing HTTP/1.1\r\n" + host + "\r\n", "400"},
		{"CR after the version", "GET /api/nothing HTTP/1.1\r\r\n" + host + "\r\n", "400"},
		{"CR in the method", "GE\rT /api/nothing HTTP/1.1\r\n" + host + "\r\n", "400"},
		{"NUL in a value", get + host + "X: a\x00b\r\n\r\n", "400"},
		{"NUL in a name", get + host + "X\x00: a\r\n\r\n", "400"},
		{"NUL in the Host", get + "Host: x\x00y\r\n\r\n", "400"},
		{"NUL in a known header", get + host + "Content-Type: a\x00b\r\n\r\n", "400"},
		{"another control character in a value", get + host + "X: a\x01b\r\n\r\n", "400"},
		{"DEL in a value", get + host + "X: a\x7fb\r\n\r\n", "400"},
		{"a blank before the colon", get + host + "Transfer-Encoding : chunked\r\n\r\n", "400"},
		{"a header without a name", get + host + ": a\r\n\r\n", "400"},
		{"a blank in a name", get + host + "X Y: a\r\n\r\n", "400"},
		{"a header that goes on in the next line", get + host + "X: a\r\n b\r\n\r\n", "400"},
		{"a blank before the first header", get + " " + host + "\r\n", "400"},
		{"a tab between the words of the request", "GET\t/api/nothing\tHTTP/1.1\r\n" + host + "\r\n", "400"},
		{"two blanks in the request", "GET  /api/nothing HTTP/1.1\r\n" + host + "\r\n", "400"},
		{"a blank in the target", "GET /api/nothing x HTTP/1.1\r\n" + host + "\r\n", "400"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, closed := s.exchange(c.sent)
			if got := statuses(text); len(got) != 1 || got[0] != c.status {
				t.Errorf("statuses %v, want %s: %s", got, c.status, abridged(text))
			}
			if c.status != "404" && !closed {
				t.Error("the connection stays open")
			}
		})
	}
}
