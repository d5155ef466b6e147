package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// build makes the binary that is measured, or takes the one that KONTOR_BIN names.
func build(ctx context.Context, dir string) (string, error) {
	if given := os.Getenv("KONTOR_BIN"); given != "" {
		return filepath.Abs(given)
	}
	binary := filepath.Join(dir, "kontor")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "kontor/cmd/kontor").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binary, nil
}

// server is a running kontor serve.
type server struct {
	cmd   *exec.Cmd
	addr  string
	ended chan struct{} // closed when the server writes no more
}

// startServer starts the binary and waits until it says where it listens.
func startServer(ctx context.Context, binary, dir string, flags ...string) (*server, error) {
	cmd := exec.CommandContext(ctx, binary, append([]string{"serve", "--addr", "127.0.0.1:0", "--data", dir, "--log-format", "json",
		"--rate-limit", "100000000/1m", "--token-rate-limit", "100000000/1m", "--upload-rate", "off", "--max-uploads", "64"}, flags...)...) // counted, but never too many
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "KONTOR_") })
	log, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{cmd: cmd, ended: make(chan struct{})}
	var said bytes.Buffer
	lines := bufio.NewScanner(io.TeeReader(log, &said))
	for s.addr == "" && lines.Scan() {
		var line struct{ Msg, URL string }
		if json.Unmarshal(lines.Bytes(), &line) != nil || line.Msg != "listening" {
			continue
		}
		if u, err := url.Parse(line.URL); err == nil {
			s.addr = u.Host
		}
	}
	if s.addr == "" {
		return nil, errors.Join(fmt.Errorf("the server did not start: %s", said.Bytes()), cmd.Wait())
	}
	go func() {
		defer close(s.ended)
		_, _ = io.Copy(io.Discard, log) // or a chatty server would wait for its log to be read
	}()
	return s, nil
}

// stop ends the server and waits for it.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
}

// usage is what a process has used so far. Without /proc it is all zero.
type usage struct {
	cpu       time.Duration
	rss, peak int64 // bytes
	anonymous int64 // bytes of rss that no file is behind: the binary itself is not in it
}

// ticks is how many clock ticks /proc counts in a second; Linux has the same for all programs.
const ticks = 100

func usageOf(pid int) usage {
	var u usage
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u
	}
	// The name in parentheses may hold spaces; utime and stime are the 12th and 13th field behind it.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) > 12 {
		user, _ := strconv.ParseInt(fields[11], 10, 64)
		system, _ := strconv.ParseInt(fields[12], 10, 64)
		u.cpu = time.Duration(user+system) * time.Second / ticks
	}
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		n, _ := strconv.ParseInt(f[1], 10, 64)
		switch f[0] {
		case "VmRSS:":
			u.rss = n << 10
		case "VmHWM:":
			u.peak = n << 10
		case "RssAnon:":
			u.anonymous = n << 10
		}
	}
	return u
}

// machine is where the numbers come from.
type machine struct {
	CPU   string  `json:"cpu"`
	Cores int     `json:"cores"`
	Go    string  `json:"go"`
	OS    string  `json:"os"`
	Load  string  `json:"load"`    // what else the machine was doing at the start
	Sync  float64 `json:"fsyncMs"` // median time to write a page and force it to the disk: the least a lone commit can take
}

func machineOf(dir string) machine {
	m := machine{CPU: "unknown", Cores: runtime.NumCPU(), Go: runtime.Version(), OS: runtime.GOOS + "/" + runtime.GOARCH, Sync: syncTime(dir)}
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			m.CPU = strings.TrimSpace(v)
			break
		}
	}
	load, _ := os.ReadFile("/proc/loadavg")
	m.Load, _, _ = strings.Cut(string(load), " ")
	return m
}

func syncTime(dir string) float64 {
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return 0
	}
	defer f.Close()
	page, took := make([]byte, 4096), make([]int64, 0, 50)
	for range cap(took) {
		start := time.Now()
		if _, err := f.Write(page); err != nil || f.Sync() != nil {
			return 0
		}
		took = append(took, int64(time.Since(start)))
	}
	slices.Sort(took)
	return float64(took[len(took)/2]) / 1e6
}
