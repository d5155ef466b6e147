package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// call runs the command in a directory of its own.
func call(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(stdin), &out, &errs, []string{"KONTOR_DATA=" + t.TempDir()})
	return code, out.String(), errs.String()
}

func TestExitCodes(t *testing.T) {
	const pw = "correct horse battery"
	for _, tt := range []struct {
		args   string
		code   int
		stderr string
	}{
		{"version", exitOK, ""},
		{"", exitOK, ""},
		{"user", exitOK, ""},
		{"--help", exitOK, ""},
		{"user add --help", exitOK, ""},
		{"user list", exitOK, ""},
		{"usr", exitUsage, `kontor: unknown command "usr", did you mean user? (see kontor --help)`},
		{"user ad", exitUsage, `kontor: unknown command "ad", did you mean add? (see kontor user --help)`},
		{"user list more", exitUsage, `kontor: unknown command "more" for "kontor user list" (see kontor user list --help)`},
		{"user list --nope", exitUsage, "kontor: unknown flag: --nope (see kontor user list --help)"},
		{"user add --email a@x.example", exitUsage, `kontor: required flag(s) "role" not set (see kontor user add --help)`},
		{"user add --email a@x.example --role admin", exitUsage, "--password-stdin"},
		{"token create --name a --role editor --expires tomorrow", exitUsage, "--expires wants a day"},
		{"version --log-format xml", exitOK, ""}, // it reads no settings
		{"config --log-format xml", exitUsage, `kontor: log-format (flag --log-format = "xml") wants one of text, json`},
		{"serve --addr x", exitUsage, "wants host:port"},
		{"config --config none.yaml", exitUsage, "kontor: the file none.yaml can't be read: no such file or directory"},
		{"user passwd --email a@x.example --password-stdin", exitFailed, `kontor: there is no account with the e-mail address "a@x.example"`},
		{"user role --email a --role admin", exitFailed, "there is no account"},
		{"user remove --email a", exitFailed, "there is no account"},
		{"token revoke --name a", exitFailed, `kontor: there is no token with the name "a"`},
		{"token create --name a --role public", exitFailed, "kontor: role must be admin, editor, organizer, reviewer or site"},
		{"user add --email a --role b --password-stdin", exitFailed, "kontor: email must be a valid email; role must be admin, editor, organizer, reviewer or site"},
		{"user list --data /dev/null/x", exitFailed, "kontor: the data directory /dev/null/x can't be made: not a directory"},
		{"serve --schemas /none", exitFailed, "kontor: the content types in /none can't be read: no such file or directory"},
		{"serve --schemas /dev/null", exitFailed, "kontor: /dev/null is not a directory of content types"},
		{"serve --addr 192.0.2.1:1", exitFailed, "kontor: can't listen: "},
	} {
		t.Run(tt.args, func(t *testing.T) {
			code, _, stderr := call(t, pw, strings.Fields(tt.args)...)
			if code != tt.code || !strings.Contains(stderr, tt.stderr) || tt.stderr == "" && stderr != "" {
				t.Errorf("exit code %d, stderr %q; want %d, %q", code, stderr, tt.code, tt.stderr)
			}
			if strings.Contains(stderr, "Usage:") || strings.Contains(stderr, "goroutine") {
				t.Errorf("more than a line: %s", stderr)
			}
		})
	}
}

func TestPasswordInput(t *testing.T) {
	for _, tt := range []struct{ name, stdin, problem string }{
		{"line", "correct horse battery\n", ""},
		{"line of Windows", "correct horse battery\r\n", ""},
		{"no line end", "correct horse battery", ""},
		{"two lines", "correct horse\nbattery\n", "as one line"},
		{"two line ends", "correct horse battery\n\n", "as one line"},
		{"nothing", "", "password is a required field"},
		{"too much", strings.Repeat("a", maxInput+1), "too long"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, _, stderr := call(t, tt.stdin, "user", "add", "--email", "a@x.example", "--role", "admin", "--password-stdin")
			if (code == exitOK) != (tt.problem == "") || !strings.Contains(stderr, tt.problem) {
				t.Errorf("exit code %d, stderr %q", code, stderr)
			}
		})
	}
}

func TestExpiry(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ in, out string }{
		{"90d", "2026-05-30T08:00:00Z"},
		{"2026-03-01", "2026-03-02T00:00:00Z"},
		{"0d", ""}, {"-1d", ""}, {"d", ""}, {"2026-02-30", ""}, {"1h", ""}, {"99999999d", ""},
	} {
		got, err := expiry(tt.in, now)
		var u usage
		if tt.out == "" && !errors.As(err, &u) || tt.out != "" && (err != nil || got.Format(time.RFC3339) != tt.out) {
			t.Errorf("%s: %v, %v", tt.in, got, err)
		}
	}
	if got, err := expiry("", now); err != nil || !got.IsZero() {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestEndedBySignal(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr bytes.Buffer
	if code := run(ctx, []string{"user", "list"}, nil, io.Discard, &stderr, []string{"KONTOR_DATA=" + t.TempDir()}); code != exitFailed || stderr.String() != "kontor: interrupted\n" {
		t.Errorf("exit code %d, stderr %q", code, stderr.String())
	}
}
