package main

import (
	"os/exec"
	"time"
)

// searchFollows waits until the search has seen every change, and then compares it with the store, both beside the server.
func (k *kill) searchFollows() {
	k.t.Helper()
	for end := time.Now().Add(processPatience); ; time.Sleep(20 * time.Millisecond) {
		code, _, data, err := newClient(k.server.url, k.admin).send("GET", "/manage/index", "", nil)
		list, _ := data["indexes"].([]any)
		settled := err == nil && code == 200 && len(list) > 0
		for _, e := range list {
			i, _ := e.(fieldsOf)
			settled = settled && i["state"] == "ready" && i["pending"] == float64(0)
		}
		if settled {
			break
		}
		if time.Now().After(end) {
			k.t.Fatalf("round %d: the search does not catch up: %d %v %v\n%s", k.round, code, data, err, k.server.log)
		}
	}
	k.searchIsEqual()
}

// searchIsEqual has the command compare the search with the store.
func (k *kill) searchIsEqual() {
	k.t.Helper()
	cmd := exec.Command(k.binary, "index", "verify", "--data", k.dir)
	cmd.Env = killEnviron(k.store)
	if out, err := cmd.CombinedOutput(); err != nil {
		k.t.Errorf("seed %d, round %d: %v: %s", k.seed, k.round, err, out)
	}
}
