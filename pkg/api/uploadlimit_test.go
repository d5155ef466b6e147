package api_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"kontor/pkg/api"
	"kontor/pkg/auth"
	"kontor/pkg/rate"
)

// uploadForm is the form of an upload of one file.
func uploadForm(bytes int) (body, contentType string) {
	return formBody(formPart{"files", "a.txt", strings.Repeat("x", bytes)})
}

// openUpload begins an upload that goes on until the test sends its rest.
func (s *server) openUpload(by string, bytes int) (finish func() int) {
	s.t.Helper()
	body, contentType := uploadForm(bytes)
	in, out := io.Pipe()
	req, err := http.NewRequest("POST", "http://"+s.addr+"/api/upload", in)
	if err != nil {
		s.t.Fatal(err)
	}
	req.ContentLength = int64(len(body))
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Authorization", s.secrets[by])
	status := make(chan int, 1)
	go func() {
		r, err := s.client.Do(req)
		if err != nil {
			s.t.Error(err)
			status <- 0
			return
		}
		_ = r.Body.Close()
		status <- r.StatusCode
	}()
	half := len(body) / 2
	if _, err := io.WriteString(out, body[:half]); err != nil {
		s.t.Fatal(err)
	}
	return func() int {
		_, _ = io.WriteString(out, body[half:])
		_ = out.Close()
		return <-status
	}
}

func (s *server) uploadFrom(by string, bytes int) reply {
	s.t.Helper()
	body, contentType := uploadForm(bytes)
	return s.do(call{"POST", "/api/upload", by, body, map[string]string{"Content-Type": contentType}})
}

// An account has a number of uploads at once. More wait, and are refused if none ends; other accounts are not held up.
func TestUploadsOfAnAccount(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.MaxUploads, o.RequestTimeout = 2, 700*time.Millisecond }})
	edition := fmt.Sprintf("/api/upload?id=%d", s.upload("a.txt", "x").ID)
	first, second := s.openUpload("editor", 100_000), s.openUpload("editor", 100_000)
	for tries, refused := 0, false; !refused; tries++ { // the two begin as soon as their bytes have come
		r := s.uploadFrom("editor", 10)
		if tries > 100 {
			t.Fatal("beside two uploads more are taken")
		}
		if refused = r.status == 429; refused && (r.header.Get("Retry-After") != "5" || !strings.Contains(r.body, "2 uploads running")) {
			t.Errorf("%v %s", r.header, r.body)
		}
	}
	if r := s.form("editor", edition, formPart{"files", "a.txt", "y"}); r.status != 429 {
		t.Errorf("a new edition beside two uploads: %d %s", r.status, r.body)
	}
	describe := call{"POST", edition, "editor", `{"fileInfo":{"caption":"Text"}}`, map[string]string{"Content-Type": "application/json"}}
	s.want(200, describe)
	if r := s.uploadFrom("admin", 10); r.status != 201 {
		t.Errorf("another account: %d %s", r.status, r.body)
	}
	waiting := make(chan int, 1)
	go func() { waiting <- s.uploadFrom("editor", 10).status }()
	if status := first(); status != 201 {
		t.Errorf("the first upload: %d", status)
	}
	if status := <-waiting; status != 201 {
		t.Errorf("an upload that waited: %d", status)
	}
	if status := second(); status != 201 {
		t.Errorf("the second upload: %d", status)
	}
}

// An account has a number of bytes in a time, counted whether they are announced or not. An unlimited token has any.
func TestBytesOfAnAccount(t *testing.T) {
	for _, chunked := range []bool{false, true} {
		t.Run(fmt.Sprint("in chunks: ", chunked), func(t *testing.T) {
			s := newServer(t, setup{edit: func(o *api.Options) { o.UploadRate = rate.Limit{Burst: 100, Every: time.Hour} }})
			secret, _, err := s.auth.CreateToken(t.Context(), auth.Token{Name: "site", Role: auth.Editor, Unlimited: true})
			if err != nil {
				t.Fatal(err)
			}
			s.secrets["site"] = "Bearer " + secret
			send := func(by string, kib int) int {
				body, contentType := uploadForm(kib << 10)
				req, err := http.NewRequest("POST", "http://"+s.addr+"/api/upload", strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				if chunked {
					req.ContentLength, req.Body = -1, io.NopCloser(strings.NewReader(body))
				}
				req.Header.Set("Content-Type", contentType)
				req.Header.Set("Authorization", s.secrets[by])
				r, err := s.client.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				defer r.Body.Close()
				if _, err := io.Copy(io.Discard, r.Body); err != nil {
					t.Fatal(err)
				}
				return r.StatusCode
			}
			for i, want := range []struct{ kib, status int }{{60, 201}, {30, 201}, {30, 201}, {1, 429}} {
				if status := send("editor", want.kib); status != want.status && !(chunked && i == 2) { // in chunks the end of the bytes shows within the upload
					t.Errorf("upload %d of %d KiB: %d, want %d", i, want.kib, status, want.status)
				}
			}
			if status := send("admin", 50); status != 201 {
				t.Errorf("another account: %d", status)
			}
			for range 3 {
				if status := send("site", 90); status != 201 {
					t.Errorf("an unlimited token: %d", status)
				}
			}
			if r := s.form("editor", "/api/upload?id=1", formPart{"files", "a.txt", "y"}); r.status != 429 {
				t.Errorf("a new edition: %d %s", r.status, r.body)
			}
			r := s.uploadFrom("editor", 1)
			if r.status != 429 || r.header.Get("Retry-After") == "" || !strings.Contains(r.body, "too many bytes") {
				t.Errorf("%d %v %s", r.status, r.header, r.body)
			}
		})
	}
}

// Of what was announced only what came is counted.
func TestBytesThatDoNotCome(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) {
		o.UploadRate, o.ReadTimeout = rate.Limit{Burst: 100, Every: time.Hour}, 200*time.Millisecond
	}})
	head := "POST /api/upload HTTP/1.1\r\nHost: x\r\nAuthorization: " + s.secrets["editor"] + "\r\nContent-Type: multipart/form-data; boundary=b\r\n"
	part := "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\n" + strings.Repeat("x", 20<<10)
	if text, _ := s.exchange(head + "Content-Length: 10000000\r\n\r\n" + part); !strings.Contains(text, " 408 ") {
		t.Fatal(abridged(text))
	}
	if r := s.uploadFrom("editor", 50<<10); r.status != 201 {
		t.Errorf("after an upload that broke off: %d %s", r.status, r.body)
	}
}

// An upload of which a little comes now and then ends, though it is never silent for long.
func TestLeastRateOfUploads(t *testing.T) {
	s := newServer(t, setup{edit: func(o *api.Options) { o.ReadTimeout = 500 * time.Millisecond }})
	body, contentType := uploadForm(100_000)
	in, out := io.Pipe()
	req, err := http.NewRequest("POST", "http://"+s.addr+"/api/upload", in)
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = int64(len(body))
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Authorization", s.secrets["editor"])
	ended := make(chan struct{})
	go func() {
		defer out.Close()
		if _, err := io.WriteString(out, body[:9000]); err != nil {
			return
		}
		for rest := body[9000:]; len(rest) > 0; rest = rest[1:] {
			select {
			case <-ended:
				return
			case <-time.After(20 * time.Millisecond):
			}
			if _, err := io.WriteString(out, rest[:1]); err != nil {
				return
			}
		}
	}()
	r, err := s.client.Do(req)
	close(ended)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if text, _ := io.ReadAll(r.Body); r.StatusCode != 408 {
		t.Errorf("%d %s", r.StatusCode, text)
	}
}
