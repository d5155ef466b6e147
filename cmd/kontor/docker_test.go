package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// readDockerfile returns the variables, the command and the volume of the image.
func readDockerfile(t *testing.T) (environ, cmd []string, volume string) {
	t.Helper()
	data, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "ENV "); ok {
			environ = append(environ, strings.Fields(rest)...)
		}
		if rest, ok := strings.CutPrefix(line, "VOLUME "); ok {
			volume = strings.TrimSpace(rest)
		}
		if rest, ok := strings.CutPrefix(line, "CMD "); ok {
			if err := json.Unmarshal([]byte(rest), &cmd); err != nil {
				t.Fatal(err)
			}
		}
	}
	return environ, cmd, volume
}

// TestDockerEnvironment checks that a command of `docker exec`, which has the ENV of the image and not the flags of its CMD, works on
// the data of the server.
func TestDockerEnvironment(t *testing.T) {
	environ, cmd, volume := readDockerfile(t)
	if len(cmd) != 1 || cmd[0] != "serve" {
		t.Errorf("CMD is %q: a setting in a flag is unknown to the commands of docker exec", cmd)
	}
	if !slices.Contains(environ, "KONTOR_DATA="+volume) || !slices.Contains(environ, "KONTOR_ADDR=0.0.0.0:8080") {
		t.Fatalf("ENV is %q; the volume is %s", environ, volume)
	}
	l := listen(t)
	addr := l.Addr().String()
	_ = l.Close()
	// The same variables with a directory and an address of this test.
	dir := t.TempDir()
	for i, v := range environ {
		environ[i] = strings.NewReplacer("="+volume, "="+dir, "=0.0.0.0:8080", "="+addr).Replace(v)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, cmd, strings.NewReader(""), io.Discard, io.Discard, environ) }()
	defer func() { stop(); <-ended }()
	get := func(path, body string) int {
		r, err := http.Post("http://"+addr+path, "application/json", strings.NewReader(body))
		if err != nil {
			return 0
		}
		defer r.Body.Close()
		return r.StatusCode
	}
	const signIn = `{"identifier": "a@stadt.example", "password": "correct horse battery"}`
	for end := time.Now().Add(time.Minute); get("/api/auth/local", signIn) == 0 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	var errs bytes.Buffer
	add := []string{"user", "add", "--email", "a@stadt.example", "--role", "admin", "--password-stdin"}
	if code := run(t.Context(), add, strings.NewReader("correct horse battery"), io.Discard, &errs, environ); code != exitOK {
		t.Fatalf("user add: %d, %s", code, errs.String())
	}
	if status := get("/api/auth/local", signIn); status != http.StatusOK {
		t.Errorf("signing in with the account: %d", status)
	}
}
