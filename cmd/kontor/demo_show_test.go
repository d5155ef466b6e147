package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"kontor/pkg/demo"
)

// Passwords go to people and not into the log; where there are none, the log says why.
func TestShowSignIns(t *testing.T) {
	for _, list := range [][]demo.SignIn{nil, {{Role: "admin", Mail: "a@example.org", Password: "abcd-efgh"}}} {
		var out, log bytes.Buffer
		if err := showSignIns(&out, slog.New(slog.NewTextHandler(&log, nil)), list); err != nil {
			t.Fatal(err)
		}
		shown, said := strings.Contains(out.String(), "  admin  a@example.org  abcd-efgh\n"), strings.Contains(log.String(), "accounts already")
		if shown != (list != nil) || said != (list == nil) || strings.Contains(log.String(), "abcd") {
			t.Errorf("%v: out %q, log %q", list, out.String(), log.String())
		}
	}
}
