package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kontor/pkg/store/mongostore"
	"kontor/pkg/store/storetest"
)

// processPatience bounds every wait for a process; a busy machine is slow, not broken.
const processPatience = time.Minute

// killBinary builds the command, or takes the one that KONTOR_BIN names.
func killBinary(t *testing.T) string {
	if given := os.Getenv("KONTOR_BIN"); given != "" {
		path, err := filepath.Abs(given)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	binary := filepath.Join(t.TempDir(), "kontor")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// killEnviron is the environment without settings of Kontor, which would get in the way, but for the store.
func killEnviron(store string) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "KONTOR_") })
	return append(env, "KONTOR_STORE="+store)
}

// killStore is the store of a test: "" for SQLite, or a database on MongoDB that goes with the test.
func killStore(t *testing.T, name string) string {
	t.Helper()
	address := storetest.ServiceAddress(t, name)
	if address == "" {
		return ""
	}
	t.Cleanup(func() {
		ctx := context.Background()
		st, err := mongostore.Open(ctx, address, mongostore.Options{})
		if err == nil {
			err = errors.Join(st.Drop(ctx), st.Close())
		}
		if err != nil {
			t.Error(err)
		}
	})
	return address
}

// process is a running kontor serve.
type process struct {
	cmd   *exec.Cmd
	url   string
	log   *tail
	ended chan struct{} // closed when it has been waited for
}

// startProcess starts a server and waits until it listens. It is ended with the test at the latest.
func startProcess(t *testing.T, binary, dir, store string, flags ...string) *process {
	t.Helper()
	return startCommand(t, exec.Command(binary, append(serveArguments(dir), flags...)...), store)
}

func serveArguments(dir string) []string {
	return []string{"serve", "--addr", "127.0.0.1:0", "--data", dir, "--log-format", "json"}
}

// startCommand is startProcess with a command that leads to a server.
func startCommand(t *testing.T, cmd *exec.Cmd, store string) *process {
	t.Helper()
	p := &process{cmd: cmd, log: &tail{}, ended: make(chan struct{})}
	p.cmd.Env = killEnviron(store)
	pipe, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
	})
	found := make(chan string, 1)
	go func() {
		defer close(p.ended)
		lines := bufio.NewScanner(io.TeeReader(pipe, p.log))
		for lines.Scan() {
			var line struct{ Msg, URL string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "listening" {
				found <- line.URL
			}
		}
		close(found)
		_ = p.cmd.Wait()
	}()
	select {
	case p.url = <-found:
	case <-time.After(processPatience):
	}
	if p.url == "" {
		t.Fatalf("the server does not listen:\n%s", p.log)
	}
	return p
}

// kill ends the process as a power cut would.
func (p *process) kill(t *testing.T) {
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.wait(t)
}

// end sends a signal and gives the exit code.
func (p *process) end(t *testing.T, sig os.Signal) int {
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	p.wait(t)
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) wait(t *testing.T) {
	select {
	case <-p.ended:
	case <-time.After(processPatience):
		t.Fatalf("the server does not end:\n%s", p.log)
	}
}

// tail keeps the last part of a log.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (l *tail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	if over := len(l.text) - 8<<10; over > 0 {
		l.text = slices.Delete(l.text, 0, over)
	}
	return len(p), nil
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

// killLoad is everything that writes at the moment.
type killLoad struct {
	kill   *kill
	before int64 // writes that had been acknowledged when it began
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu  sync.Mutex
	cli *os.Process // the command that makes a token now
}

// load lets the writers write over HTTP, and beside them one command after the other straight to the store.
func (k *kill) load() *killLoad {
	ctx, cancel := context.WithCancel(k.t.Context())
	l := &killLoad{kill: k, cancel: cancel, before: k.acked.Load()}
	for _, w := range k.writers {
		c := newClient(k.server.url, k.token)
		l.wg.Go(func() { w.write(ctx, c) })
	}
	l.wg.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			l.makeToken(n)
		}
	})
	return l
}

// await returns when so many writes are acknowledged, because time says little on a busy machine; it is only the bound.
func (l *killLoad) await(writes int) {
	for end := time.Now().Add(processPatience); time.Now().Before(end) && l.kill.acked.Load()-l.before < int64(writes); {
		time.Sleep(time.Millisecond)
	}
}

// makeToken runs one command. What it has printed it has done, also if it is killed right after.
func (l *killLoad) makeToken(n int) {
	k := l.kill
	name := "beside-" + itoa(k.round) + "-" + itoa(n)
	cmd := exec.Command(k.binary, "token", "create", "--name", name, "--role", "editor", "--data", k.dir)
	cmd.Env = killEnviron(k.store)
	var out, complaint strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Start(); err != nil {
		k.t.Error(err)
		return
	}
	l.mu.Lock()
	l.cli = cmd.Process
	l.mu.Unlock()
	err := cmd.Wait()
	if secret, whole := strings.CutSuffix(out.String(), "\n"); whole {
		k.secrets = append(k.secrets, secret)
	}
	if err != nil && cmd.ProcessState.Exited() { // and was not killed
		k.t.Errorf("kontor token create: %v %s", err, complaint.String())
	}
}

// stop waits until nobody writes any more, and if it is told to kills the command as well.
func (l *killLoad) stop(killCommand bool) {
	l.cancel()
	if killCommand {
		l.mu.Lock()
		if l.cli != nil {
			_ = l.cli.Kill() // one that has ended already is not hit: os.Process knows
		}
		l.mu.Unlock()
	}
	l.wg.Wait()
}
