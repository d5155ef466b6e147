package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// demoProcess is a kontor serve --demo.
type demoProcess struct {
	cmd    *exec.Cmd
	out    tail
	log    tail
	ended  chan struct{}
	killed sync.Once
}

func startDemo(t *testing.T, binary, dir string) *demoProcess {
	t.Helper()
	p := &demoProcess{ended: make(chan struct{})}
	p.cmd = exec.Command(binary, "serve", "--demo", "--addr", "127.0.0.1:0", "--data", dir, "--log-format", "json")
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = killEnviron(""), &p.out, &p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.kill)
	return p
}

func (p *demoProcess) kill() {
	p.killed.Do(func() { _ = p.cmd.Process.Kill() })
	<-p.ended
}

// url is where it listens; "" as long as it does not.
func (p *demoProcess) url() string {
	for line := range strings.Lines(p.log.String()) {
		var l struct{ Msg, URL string }
		if json.Unmarshal([]byte(line), &l) == nil && l.Msg == "listening" {
			return l.URL
		}
	}
	return ""
}

// await polls until done is true, and tells whether it was before the process ended.
func (p *demoProcess) await(t *testing.T, done func() bool) bool {
	t.Helper()
	for end := time.Now().Add(3 * processPatience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if done() {
			return true
		}
		select {
		case <-p.ended:
			return false
		default:
		}
	}
	t.Fatalf("nothing has come of it:\n%s", &p.log)
	return false
}

// sizeOf adds up the files of a directory that match.
func sizeOf(dir, pattern string) (files int, bytes int64) {
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() { // what goes away meanwhile is gone
			return nil
		}
		if ok, _ := filepath.Match(pattern, d.Name()); ok {
			if i, err := d.Info(); err == nil {
				files, bytes = files+1, bytes+i.Size()
			}
		}
		return nil
	})
	return files, bytes
}

// A fill that is killed among the files, and again among the entries, is finished by the start after that: nothing is missing, nothing
// is there twice, and whoever looks at the last start can sign in.
func TestDemoSurvivesKill(t *testing.T) {
	binary, dir := killBinary(t), t.TempDir()
	rounds := []func() func() bool{
		func() func() bool {
			return func() bool { n, _ := sizeOf(filepath.Join(dir, "files"), "*"); return n > 30 }
		},
		func() func() bool { return grown(dir, 600_000) },
		func() func() bool { return grown(dir, 1_200_000) },
	}
	for n, round := range rounds {
		p := startDemo(t, binary, dir)
		due := round()
		over := false
		if !p.await(t, func() bool { over = p.url() != ""; return over || due() }) || over {
			t.Fatalf("the fill was over before kill %d:\n%s", n+1, &p.log)
		}
		p.kill()
		if p.out.String() != "" {
			t.Errorf("sign-ins were shown before the fill was over: %s", &p.out)
		}
	}
	p := startDemo(t, binary, dir)
	if !p.await(t, func() bool { return p.url() != "" }) {
		t.Fatalf("the server has ended:\n%s", &p.log)
	}
	url := p.url()
	for plural, want := range map[string]float64{"projects": 500, "documents": 120, "topics": 48, "events": 60, "municipalities": 75, "persons": 80} {
		var list struct {
			Meta struct{ Pagination struct{ Total float64 } }
		}
		getJSON(t, url+"/api/"+plural+"?pagination[pageSize]=1", &list)
		if list.Meta.Pagination.Total != want {
			t.Errorf("%v %s, want %v", list.Meta.Pagination.Total, plural, want)
		}
	}
	signIn := regexp.MustCompile(`(?m)^  admin +(\S+) +(\S+)$`).FindStringSubmatch(p.out.String())
	if signIn == nil {
		t.Fatalf("no sign-in is shown: %s", &p.out)
	}
	body, _ := json.Marshal(map[string]string{"identifier": signIn[1], "password": signIn[2]})
	r, err := http.Post(url+"/api/auth/local", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if r.StatusCode != http.StatusOK {
		t.Errorf("the sign-in that was shown is answered with %s", r.Status)
	}
	p.kill()
	check := exec.CommandContext(t.Context(), binary, "schema", "check", "--deep", "--data", dir)
	check.Env = killEnviron("")
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// grown tells, from now on, whether the database has grown by so many bytes; opening it may make it smaller first.
func grown(dir string, bytes int64) func() bool {
	_, least := sizeOf(dir, "kontor.db*")
	return func() bool {
		_, now := sizeOf(dir, "kontor.db*")
		least = min(least, now)
		return now-least > bytes
	}
}

func getJSON(t *testing.T, url string, v any) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v: %s", url, r.Status, err, data)
	}
}
