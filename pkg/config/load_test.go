package config_test

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"kontor/pkg/config"
)

// load reads flags, environment and a file's text as the command does; no text means no file.
func load(t *testing.T, args, environ []string, file string) (config.Config, error) {
	t.Helper()
	flags := pflag.NewFlagSet("kontor", pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	config.Bind(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	path := ""
	if file != "" {
		path = filepath.Join(t.TempDir(), "kontor.yaml")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return config.Load(flags, environ, path)
}

func TestDefaults(t *testing.T) {
	c, err := load(t, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:8080" || c.Data != "./data" || c.Schemas != "" || c.Store != "" || c.BaseURL != "" ||
		c.LogFormat != config.LogText || c.LogLevel != slog.LevelInfo || c.RequestTimeout != 10*time.Second ||
		c.ShutdownTimeout != 20*time.Second || c.BodyLimit != 1<<20 || len(c.Warnings) != 0 ||
		c.RateLimit.Span() != time.Minute || c.TokenRateLimit.Burst != 12000 || c.TrustedProxies != nil || !slices.Equal(c.CORSOrigins, []string{"*"}) {
		t.Errorf("got %+v", c)
	}
	for _, s := range c.Settings() {
		if s.Origin != "default" || s.Help == "" {
			t.Errorf("setting %+v", s)
		}
	}
}

func TestPrecedence(t *testing.T) {
	const file = "addr: 127.0.0.1:1\nlog-level: warn\n"
	env := []string{"KONTOR_ADDR=127.0.0.1:2", "PATH=/bin", "KONTOR_DATA="}
	flag := []string{"--addr", "127.0.0.1:3"}
	for _, tt := range []struct {
		name         string
		args, env    []string
		file         string
		addr, origin string
	}{
		{"default", nil, nil, "", "127.0.0.1:8080", "default"},
		{"file over default", nil, nil, file, "127.0.0.1:1", "kontor.yaml:1"},
		{"environment over file", nil, env, file, "127.0.0.1:2", "KONTOR_ADDR"},
		{"flag over environment", flag, env, file, "127.0.0.1:3", "flag --addr"},
		{"flag over file", flag, nil, file, "127.0.0.1:3", "flag --addr"},
		{"empty variable is none", nil, []string{"KONTOR_ADDR="}, file, "127.0.0.1:1", "kontor.yaml:1"},
		{"the last of two variables", nil, []string{"KONTOR_ADDR=:1", "KONTOR_ADDR=:2"}, "", ":2", "KONTOR_ADDR"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := load(t, tt.args, tt.env, tt.file)
			if err != nil {
				t.Fatal(err)
			}
			s := c.Settings()[0]
			if c.Addr != tt.addr || s.Value != tt.addr || !strings.HasSuffix(s.Origin, tt.origin) {
				t.Errorf("addr %s, setting %+v; want %s from %s", c.Addr, s, tt.addr, tt.origin)
			}
			if tt.file != "" && c.LogLevel != slog.LevelWarn {
				t.Errorf("log level %v", c.LogLevel)
			}
		})
	}
}

func TestValues(t *testing.T) {
	for _, tt := range []struct{ name, value, problem, shown string }{
		{"addr", ":0", "", ":0"},
		{"addr", "[::1]:80", "", "[::1]:80"},
		{"addr", "localhost", "wants host:port", ""},
		{"addr", "localhost:http", "from 0 to 65535", ""},
		{"addr", "localhost:65536", "from 0 to 65535", ""},
		{"addr", "localhost:080", "from 0 to 65535", ""},
		{"data", " ", "may not be empty", ""},
		{"base-url", "https://portal.example/kontor//", "", "https://portal.example/kontor"},
		{"base-url", "portal.example", "wants an address", ""},
		{"base-url", "ftp://portal.example", "wants an address", ""},
		{"base-url", "https://", "wants an address", ""},
		{"base-url", "https://a@portal.example", "no user", ""},
		{"base-url", "https://portal.example/?", "no query", ""},
		{"base-url", "https://portal.example/#", "no fragment", ""},
		{"log-format", "json", "", "json"},
		{"log-format", "JSON", "one of text, json", ""},
		{"log-level", "debug", "", "debug"},
		{"log-level", "info+1", "one of debug", ""},
		{"request-timeout", "1m30s", "", "1m30s"},
		{"request-timeout", "20", "such as 20s", ""},
		{"request-timeout", "0s", "from 1ms to 1h", ""},
		{"request-timeout", "2h", "from 1ms to 1h", ""},
		{"body-limit", "2048", "", "2KiB"},
		{"body-limit", "1025", "", "1025"},
		{"body-limit", "2 MiB", "", "2MiB"},
		{"body-limit", "1GiB", "", "1GiB"},
		{"body-limit", "2GiB", "from 1KiB to 1GiB", ""},
		{"body-limit", "4294967295GiB", "from 1KiB to 1GiB", ""},
		{"body-limit", "99999999999999999999", "wants a size", ""},
		{"body-limit", "1MB", "wants a size", ""},
		{"body-limit", "-1", "wants a size", ""},
		{"rate-limit", "600/1m", "", "600/1m"},
		{"rate-limit", "7/1m30s", "", "7/1m30s"},
		{"rate-limit", "100/1h", "", "100/1h"},
		{"rate-limit", "off", "", "off"},
		{"rate-limit", "600", "wants a number of requests and a time", ""},
		{"rate-limit", "0/1m", "wants a number of requests and a time", ""},
		{"rate-limit", "-1/1m", "wants a number of requests and a time", ""},
		{"rate-limit", "10/1", "such as 20s", ""},
		{"rate-limit", "10/20ms", "at least 1s", ""},
		{"upload-rate", "20GiB/1h", "", "20GiB/1h"},
		{"upload-rate", "1536MiB/1m30s", "", "1536MiB/1m30s"},
		{"upload-rate", "off", "", "off"},
		{"upload-rate", "20GiB", "a size and a time", ""},
		{"upload-rate", "many/1h", "wants a size", ""},
		{"upload-rate", "1KiB/1h", "from 1MiB to", ""},
		{"upload-rate", "1GiB/20ms", "at least 1s", ""},
		{"max-uploads", "0", "from 1 to 1000", ""},
		{"max-connections", "1000", "", "1000"},
		{"max-connections", "15", "from 16 to 1000000", ""},
		{"max-connections", "many", "from 16 to 1000000", ""},
		{"max-connections-per-address", "0", "from 1 to 1000000", ""},
		{"trusted-proxies", "10.0.0.7, 192.168.0.0/16,::1", "", "10.0.0.7,192.168.0.0/16,::1"},
		{"trusted-proxies", "10.0.0.7/8", "its network is 10.0.0.0/8", ""},
		{"trusted-proxies", "proxy.example", "wants addresses or networks", ""},
		{"trusted-proxies", "fe80::1%eth0", "wants addresses or networks", ""},
		{"cors-origins", "*", "", "*"},
		{"cors-origins", "none", "", "none"},
		{"manage-origins", "none", "", "none"},
		{"manage-origins", "https://Admin.example:443/", "", "https://admin.example"},
		{"manage-origins", "*", "wants a list of sites", ""},
		{"cors-origins", "https://WWW.portal.example:443/, http://localhost:3000", "", "https://www.portal.example,http://localhost:3000"},
		{"cors-origins", "*,https://portal.example", "either * or a list", ""},
		{"cors-origins", "https://*.portal.example", "wants sites", ""},
		{"cors-origins", "portal.example", "wants sites", ""},
		{"cors-origins", "https://portal.example/path", "wants sites", ""},
		{"store", "mongodb://u:pw@db/kontor", "", "******"},
		{"store", "mongodb+srv://u:pw@db/kontor", "", "******"},
		{"store", "mongodb://", "such as mongodb://", ""},
		{"store", "mongodb:db", "such as mongodb://", ""},
		{"store", "mysql://u:pw@db/kontor", "such as mongodb://", ""},
		{"store", "sqlite", "such as mongodb://", ""},
		{"blob", "s3://id:pw@minio:9000/bucket", "", "******"},
		{"blob", "", "", ""},
		{"blob", "minio:9000/bucket", "wants s3://", ""},
		{"blob", "http://id:pw@minio/bucket", "wants s3://", ""},
	} {
		t.Run(tt.name+"="+tt.value, func(t *testing.T) {
			c, err := load(t, []string{"--" + tt.name, tt.value}, nil, "")
			if tt.problem != "" {
				if err == nil || !strings.Contains(err.Error(), tt.problem) || !strings.Contains(err.Error(), tt.name) {
					t.Fatalf("error %v, want one with %q", err, tt.problem)
				}
				if strings.Contains(err.Error(), "pw") {
					t.Errorf("the error shows a secret: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range c.Settings() {
				if s.Name == tt.name && s.Value != tt.shown {
					t.Errorf("shown as %q, want %q", s.Value, tt.shown)
				}
			}
		})
	}
}

// A switch needs no value as a flag, and takes one behind =, which everything else has without it as well.
func TestSwitch(t *testing.T) {
	for _, tt := range []struct {
		name      string
		args, env []string
		file      string
		on        bool
		problem   string
	}{
		{name: "default"},
		{name: "flag alone", args: []string{"--demo"}, on: true},
		{name: "flag alone, another behind it", args: []string{"--demo", "--addr", ":0"}, on: true},
		{name: "flag over environment", args: []string{"--demo=false"}, env: []string{"KONTOR_DEMO=true"}},
		{name: "environment", env: []string{"KONTOR_DEMO=1"}, on: true},
		{name: "file", file: "demo: true\n", on: true},
		{name: "environment over file", env: []string{"KONTOR_DEMO=false"}, file: "demo: true\n"},
		{name: "neither", args: []string{"--demo=maybe"}, problem: "demo (flag --demo = \"maybe\") wants true or false"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := load(t, tt.args, tt.env, tt.file)
			if tt.problem == "" && (err != nil || c.Demo != tt.on) || tt.problem != "" && (err == nil || err.Error() != tt.problem) {
				t.Errorf("%v, %v", c.Demo, err)
			}
		})
	}
}

func TestEveryProblemInOneError(t *testing.T) {
	_, err := load(t, []string{"--log-format", "xml"}, []string{"KONTOR_ADDR=x", "KONTOR_STORE=secret"},
		"log-level: loud\nport: 80\ndata: 7\n")
	var p config.Problems
	if !errors.As(err, &p) || len(p) != 6 {
		t.Fatalf("got %d problems: %v", len(p), err)
	}
	for i, want := range []string{
		`log-format (flag --log-format = "xml")`, `addr (KONTOR_ADDR = "x")`, `store (KONTOR_STORE = ******)`, `log-level (`, `:2: the setting "port"`, `:3: data wants text`,
	} {
		if !strings.Contains(p[i], want) {
			t.Errorf("problem %d is %s, want %s", i, p[i], want)
		}
	}
	if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "secret") {
		t.Errorf("the error is not one line without secrets: %v", err)
	}
}

func TestUnknownVariablesAreWarnings(t *testing.T) {
	c, err := load(t, nil, []string{"KONTOR_ADR=:1", "KONTOR_PORT_8080_TCP_PROTO=tcp", "KONTOR_CONFIG=x", "KONTOR_TEST_BLOB=x", "OTHER=1"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) != 2 || !strings.Contains(c.Warnings[0], "did you mean KONTOR_ADDR?") || strings.Contains(c.Warnings[1], "mean") {
		t.Errorf("got %q", c.Warnings)
	}
}

func TestFilePath(t *testing.T) {
	env := []string{"KONTOR_CONFIG=b"}
	if got := config.FilePath("a", env) + config.FilePath("", env) + config.FilePath("", nil); got != "ab" {
		t.Errorf("got %q", got)
	}
}

func TestMissingFile(t *testing.T) {
	_, err := config.Load(pflag.NewFlagSet("", pflag.ContinueOnError), nil, filepath.Join(t.TempDir(), "none.yaml"))
	if err == nil || !strings.Contains(err.Error(), "none.yaml can't be read: no such file") {
		t.Errorf("got %v", err)
	}
}
