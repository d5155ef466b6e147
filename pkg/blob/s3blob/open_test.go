package s3blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"kontor/pkg/blob"
	"kontor/pkg/blob/blobtest"
	"kontor/pkg/fault"
)

// newBucket is a name that no bucket has.
func newBucket() string { return "t-" + strings.ToLower(rand.Text()) }

// TestOpenSaysWhatToDo: an operator's mistakes end in a sentence, without the secret.
func TestOpenSaysWhatToDo(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>Hello</html>") }))
	t.Cleanup(page.Close)
	missing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(missing.Close)
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	t.Cleanup(secure.Close)
	host := func(s *httptest.Server) string { return s.Listener.Addr().String() }
	onEach(t, func(t *testing.T, a Address) {
		for _, c := range []struct {
			name string
			edit func(*Address)
			want string
		}{
			{"no bucket", func(a *Address) { a.Bucket, a.Create = newBucket(), false }, "there is no bucket t-"},
			{"wrong secret", func(a *Address) { a.secret = "hunter2hunter2" }, "the SECRET is wrong"},
			{"wrong ID", func(a *Address) { a.id = "nobody" }, "the server does not know the ID"},
			{"nobody listens", func(a *Address) { a.Host = "127.0.0.1:1" }, "the server can't be reached"},
			{"no such host", func(a *Address) { a.Host = "no.such.host.invalid" }, "the server can't be reached"},
			{"TLS with a server without", func(a *Address) { a.Plain = false }, "add tls=off"},
			{"no TLS with a server with it", func(a *Address) { a.Host = host(secure) }, "leave tls=off out"},
			{"a certificate of nobody", func(a *Address) { a.Host, a.Plain = host(secure), false }, "certificate is not trusted"},
			{"a page", func(a *Address) { a.Host = host(page) }, "answers otherwise than S3 does"},
			{"no S3", func(a *Address) { a.Host = host(missing) }, "there is no bucket"},
		} {
			t.Run(c.name, func(t *testing.T) {
				a := a.in(t.TempDir())
				c.edit(&a)
				if s, err := Open(t.Context(), a, Options{}); err == nil {
					empty(t, s)
					t.Error("it opens")
				} else if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), a.secret) {
					t.Errorf("it says %v, want %q", err, c.want)
				}
			})
		}
	})
}

// TestCredentialsOfTheSurroundings: without credentials in the address those of the environment are used, or of the machine.
func TestCredentialsOfTheSurroundings(t *testing.T) {
	a := serverOf(t, servers[0]).in(t.TempDir())
	id, secret := a.id, a.secret
	a.id, a.secret = "", ""
	role := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"AccessKeyId": %q, "SecretAccessKey": %q, "Expiration": %q}`, id, secret, time.Now().Add(time.Hour).Format(time.RFC3339))
	}))
	defer role.Close()
	nobody := "http://127.0.0.1:1/role"
	for _, c := range []struct {
		name string
		env  map[string]string
		ok   bool
	}{
		{"environment", map[string]string{"AWS_ACCESS_KEY_ID": id, "AWS_SECRET_ACCESS_KEY": secret}, true},
		{"machine", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": role.URL}, true},
		{"none", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, v := range map[string]string{
				"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_ACCESS_KEY": "", "AWS_SECRET_KEY": "", "AWS_SHARED_CREDENTIALS_FILE": t.TempDir() + "/none",
				"AWS_CONTAINER_CREDENTIALS_FULL_URI": nobody, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "", "AWS_SESSION_TOKEN": "",
			} {
				t.Setenv(name, v)
			}
			for name, v := range c.env {
				t.Setenv(name, v)
			}
			s, err := Open(t.Context(), a, Options{})
			if c.ok {
				if err != nil {
					t.Fatal(err)
				}
				defer empty(t, s)
				if _, err := s.Put(t.Context(), "file/a", strings.NewReader("a")); err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), "AWS_ACCESS_KEY_ID") {
				t.Errorf("it says %v", err)
			}
		})
	}
}

// TestSuiteByHost runs the suite in buckets that are made for it, named by the host and without a prefix. scripts/services tells both
// servers to be s3.test too.
func TestSuiteByHost(t *testing.T) {
	onEach(t, func(t *testing.T, a Address) {
		server := a.Host
		_, port, err := net.SplitHostPort(server)
		if err != nil {
			t.Fatal(err)
		}
		buckets := map[string]string{}
		blobtest.Harness{Huge: 1 << 20, Open: func(t *testing.T, dir string) blob.Store {
			a := a
			a.Style, a.Host, a.Part, a.Region = "host", net.JoinHostPort("s3.test", port), minPart, "us-east-1"
			if a.Bucket = buckets[dir]; a.Bucket == "" {
				a.Bucket = newBucket()
				buckets[dir] = a.Bucket
			}
			s, err := prepare(a, Options{}, calm)
			if err != nil {
				t.Fatal(err)
			}
			var made atomic.Bool // which no bucket's host can be asked for
			s.wire.next.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if made.Load() && addr != net.JoinHostPort(a.Bucket+".s3.test", port) {
					t.Errorf("a request goes to %s", addr)
				}
				return (&net.Dialer{}).DialContext(ctx, network, server)
			}
			if err := s.check(t.Context()); err != nil {
				t.Fatal(err)
			}
			made.Store(true)
			s.wire.next.CloseIdleConnections()
			t.Cleanup(func() { empty(t, s) })
			return s
		}}.Run(t)
	})
}

// TestSuiteWithoutConditions runs the suite as on a server that knows no conditional writes. There the driver looks first, and keeps the
// Puts of one process apart.
func TestSuiteWithoutConditions(t *testing.T) {
	a := serverOf(t, servers[1])
	blobtest.Harness{Huge: 1 << 20, Open: func(t *testing.T, dir string) blob.Store {
		s := openTest(t, a.in(dir))
		s.unconditional = true
		return s
	}}.Run(t)
}

// TestServersWithoutConditionsAreFound: one that lets a conditional write through, or refuses to hear of conditions.
func TestServersWithoutConditionsAreFound(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter, conditional bool){
		"lets it through": func(w http.ResponseWriter, _ bool) { w.Header().Set("ETag", `"e"`) },
		"refuses": func(w http.ResponseWriter, conditional bool) {
			if w.Header().Set("ETag", `"e"`); conditional {
				w.WriteHeader(http.StatusNotImplemented)
				_, _ = io.WriteString(w, "<Error><Code>NotImplemented</Code></Error>")
			}
		},
		"knows it": func(w http.ResponseWriter, conditional bool) {
			if w.Header().Set("ETag", `"e"`); conditional {
				w.WriteHeader(http.StatusPreconditionFailed)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPut {
					answer(w, r.Header.Get("If-None-Match") == "*")
					return
				}
				_, _ = io.WriteString(w, "<ListBucketResult></ListBucketResult>")
			}))
			defer server.Close()
			var log logText
			a := Address{Host: server.Listener.Addr().String(), Bucket: "kontor", Part: minPart, Plain: true, Region: "us-east-1", id: "id", secret: "secret"}
			s, err := Open(t.Context(), a, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			want := name != "knows it"
			if warned := strings.Contains(log.String(), "If-None-Match"); s.unconditional != want || warned != want {
				t.Errorf("unconditional is %t, the log says %s", s.unconditional, log.String())
			}
		})
	}
}

// TestTidyEndsOnlyItsOwnAndOld: uploads of others stay, and those that still grow.
func TestTidyEndsOnlyItsOwnAndOld(t *testing.T) {
	onEach(t, func(t *testing.T, a Address) {
		s, other := openTest(t, a.in(t.TempDir())), openTest(t, a.in(t.TempDir()))
		begin := func(s *Store, key string) string {
			id, err := s.core.NewMultipartUpload(t.Context(), s.address.Bucket, s.name(key), minio.PutObjectOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		part := func(s *Store, key, id string) error {
			_, err := s.core.PutObjectPart(t.Context(), s.address.Bucket, s.name(key), id, 1, strings.NewReader("part"), 4, minio.PutObjectPartOptions{})
			return err
		}
		dead, alive, foreign, strange := begin(s, "file/dead"), begin(s, "file/alive"), begin(other, "file/foreign"), begin(s, "Not a key")
		if err := part(s, "file/dead", dead); err != nil {
			t.Fatal(err)
		}
		// Some servers tell the time in seconds.
		time.Sleep(1100 * time.Millisecond)
		before := time.Now()
		time.Sleep(1100 * time.Millisecond)
		if err := part(s, "file/alive", alive); err != nil {
			t.Fatal(err)
		}
		if n, err := s.Tidy(t.Context(), before); err != nil || n != 1 {
			t.Errorf("Tidy ended %d, %v", n, err)
		}
		if err := part(s, "file/dead", dead); err == nil {
			t.Error("what nobody completed goes on")
		}
		for _, u := range []struct {
			s       *Store
			key, id string
		}{{s, "file/alive", alive}, {other, "file/foreign", foreign}, {s, "Not a key", strange}} {
			if err := part(u.s, u.key, u.id); err != nil {
				t.Errorf("the upload of %s was ended: %v", u.key, err)
			}
			if err := u.s.core.AbortMultipartUpload(t.Context(), u.s.address.Bucket, u.s.name(u.key), u.id); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestTooManyParts: what does not fit is refused, and nothing stays.
func TestTooManyParts(t *testing.T) {
	a := serverOf(t, servers[0]).in(t.TempDir())
	s := openTest(t, a)
	s.most = 2
	if _, err := s.Put(t.Context(), "file/a", io.LimitReader(zeros{}, 2*minPart+1)); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a byte too many: %v", err)
	}
	nothingLeft(t, s, "file/a")
	if _, err := s.Put(t.Context(), "file/a", io.LimitReader(zeros{}, 2*minPart)); err != nil {
		t.Errorf("just as much as fits: %v", err)
	}
}

// TestForeignObjectsAreNotKeys: what others put beside is not listed, Ping's object included.
func TestForeignObjectsAreNotKeys(t *testing.T) {
	onEach(t, func(t *testing.T, a Address) {
		s := openTest(t, a.in(t.TempDir()))
		if err := s.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"Thumbs.DB", "file/.hidden", "file/Ä"} {
			_, err := s.core.PutObject(t.Context(), s.address.Bucket, s.name(name), bytes.NewReader(nil), 0, "", sum(nil), minio.PutObjectOptions{})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := s.List(t.Context(), "", "", func(i blob.Info) error { t.Errorf("%s is listed", i.Key); return nil }); err != nil {
			t.Error(err)
		}
	})
}
