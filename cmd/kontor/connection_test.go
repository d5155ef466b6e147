package main

import (
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// With few descriptors 2,000 connections that say nothing do not end the server, and others are answered meanwhile and afterwards.
func TestFewDescriptors(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("CI: ulimit and many addresses of this machine are Linux's")
	}
	const connections, perAddress = 2000, 100
	cmd := exec.Command("/bin/sh", append([]string{"-c", `ulimit -n 256 && exec "$0" "$@"`, killBinary(t)}, serveArguments(t.TempDir())...)...)
	p := startCommand(t, cmd, killStore(t, "connection"))
	client := &http.Client{Timeout: processPatience, Transport: &http.Transport{DisableKeepAlives: true}}
	ask := func() (err error) {
		var res *http.Response
		for range 3 { // on a busy machine a connection may be the longest idle before its request is sent
			if res, err = client.Get(p.url + "/api/topics"); err == nil {
				break
			}
		}
		if err != nil {
			return err
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("status %d", res.StatusCode)
		}
		return nil
	}
	var flooded atomic.Bool
	asked := make(chan error, 1)
	go func() {
		for n := 0; n < 20 || !flooded.Load(); n++ {
			if err := ask(); err != nil {
				asked <- fmt.Errorf("request %d of another client: %w", n, err)
				return
			}
		}
		asked <- nil
	}()
	var open []net.Conn
	for i := range connections {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(1+i/perAddress))}, Timeout: processPatience}
		c, err := d.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err != nil {
			t.Fatalf("connection %d: %v\n%s", i, err, p.log)
		}
		open = append(open, c)
		if i%20 == 19 {
			time.Sleep(time.Millisecond)
		}
	}
	flooded.Store(true)
	if err := <-asked; err != nil {
		t.Errorf("%v\n%s", err, p.log)
	}
	for _, c := range open {
		_ = c.Close()
	}
	if err := ask(); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if log := fmt.Sprint(p.log); strings.Contains(log, "too many open files") || !strings.Contains(log, "too many connections") {
		t.Errorf("the log:\n%s", log)
	}
}
