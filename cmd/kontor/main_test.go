package main

import (
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be the command kontor too, so that the scripts run what main runs, race detector included.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"kontor": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"freeaddr": freeAddr, "answers": answers},
	})
}

// freeAddr NAME puts an address into the environment on which nobody listens.
func freeAddr(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeaddr NAME")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

// answers URL waits until the address answers with 200; ! answers URL wants that it does not listen.
func answers(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: answers URL")
	}
	client := http.Client{Timeout: time.Second}
	ok := func() bool {
		r, err := client.Get(args[0])
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	}
	if neg {
		if ok() {
			ts.Fatalf("%s answers", args[0])
		}
		return
	}
	for end := time.Now().Add(3 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	ts.Fatalf("%s does not answer", args[0])
}
