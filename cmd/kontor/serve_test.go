package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// slowServer answers when release is closed; started tells of each request.
func slowServer() (s *http.Server, started, release chan struct{}) {
	started, release = make(chan struct{}, 1), make(chan struct{})
	return &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		started <- struct{}{}
		<-release
		_, _ = io.WriteString(w, "done")
	})}, started, release
}

// A request that runs when the signal comes is answered.
func TestShutdownWaitsForRequests(t *testing.T) {
	l := listen(t)
	s, started, release := slowServer()
	ctx, signal := context.WithCancel(t.Context())
	ended, answer := make(chan error, 1), make(chan string, 1)
	go func() { ended <- supervise(ctx, l, s, 20*time.Second, discard()) }()
	go func() {
		r, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer r.Body.Close()
		data, _ := io.ReadAll(r.Body)
		answer <- string(data)
	}()
	<-started
	signal()
	select {
	case err := <-ended:
		t.Fatalf("ended with a request running: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	if got := <-answer; got != "done" {
		t.Errorf("answered %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestShutdownHasAnEnd(t *testing.T) {
	l := listen(t)
	s, started, release := slowServer()
	defer close(release)
	ctx, signal := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- supervise(ctx, l, s, 20*time.Millisecond, discard()) }()
	go func() {
		if r, err := http.Get("http://" + l.Addr().String()); err == nil {
			_ = r.Body.Close()
		}
	}()
	<-started
	signal()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "requests were still running after 20ms") {
		t.Errorf("got %v", err)
	}
}

func TestServerThatEndsByItself(t *testing.T) {
	l := listen(t)
	_ = l.Close()
	if err := supervise(t.Context(), l, &http.Server{}, time.Second, discard()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestSignalBeforeServing(t *testing.T) {
	ctx, signal := context.WithCancel(t.Context())
	signal()
	if err := supervise(ctx, listen(t), &http.Server{}, time.Second, discard()); err != nil {
		t.Error(err)
	}
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	first, err := lockData(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lockData(dir); err == nil || !strings.Contains(err.Error(), "another kontor serve (process ") || !strings.Contains(err.Error(), dir) {
		t.Errorf("the second got %v", err)
	}
	if err := first.release(); err != nil {
		t.Error(err)
	}
	second, err := lockData(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.release(); err != nil {
		t.Error(err)
	}
}
