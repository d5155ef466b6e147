package main

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"kontor/pkg/config"
	"kontor/pkg/content"
	"kontor/pkg/schema"
	"kontor/schemas"
)

// killWriters is how many clients write at once.
const killWriters = 6

// TestKill kills the real server, kill -9, while clients write to it, starts it again and looks for what it had acknowledged. After
// each round every rule about stored entries must hold. Three rounds, or as many as KONTOR_KILL_ROUNDS says, about two seconds each:
//
//	KONTOR_KILL_ROUNDS=300 go test ./cmd/kontor -run TestKill -timeout 30m
//
// KONTOR_KILL_SEED repeats a run as far as chance is ours; KONTOR_BIN names a binary to test in place of one built here;
// KONTOR_TEST_STORE names a MongoDB server to keep the documents on in place of SQLite.
func TestKill(t *testing.T) {
	k := newKill(t)
	rounds := killSetting(t, "KONTOR_KILL_ROUNDS", 3)
	for round := range rounds {
		k.round = round
		k.start()
		if round == 0 {
			k.setUp()
			k.expectSecondRefused()
		}
		k.check()
		k.searchFollows()
		load := k.load()
		load.await(10 + k.rng.IntN(150))
		time.Sleep(time.Duration(k.rng.IntN(50_000)) * time.Microsecond) // not always right after an answer
		k.server.kill(t)
		load.stop(k.rng.IntN(2) == 0)
		if round%2 == 1 { // else the server itself is the first to open the file
			k.verify()
		}
	}
	k.start()
	k.check()
	k.searchFollows()
	k.server.end(t, os.Interrupt)
	k.verify()
	k.searchIsEqual() // without a server the command does it
	k.summary(rounds)
}

// TestTerminate ends the server by SIGTERM under load: it exits 0, and nothing that it acknowledged is lost.
func TestTerminate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no SIGTERM")
	}
	k := newKill(t)
	k.start()
	k.setUp()
	load := k.load()
	load.await(100)
	if code := k.server.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d after SIGTERM\n%s", code, k.server.log)
	}
	load.stop(false)
	k.verify()
	k.start()
	k.check()
	k.server.end(t, os.Interrupt)
	k.summary(1)
}

// kill is one run: a data directory, the server on it, and what its clients know.
type kill struct {
	t       *testing.T
	binary  string
	dir     string
	store   string // an address of MongoDB; "" for SQLite in dir
	seed    uint64
	rng     *rand.Rand
	round   int
	server  *process
	token   string // of an editor
	admin   string // of an administrator
	ids     *idBook
	writers []*killWriter
	secrets []string // that the command line printed since the last check
	tokens  int
	acked   atomic.Int64 // writes in all rounds
}

func newKill(t *testing.T) *kill {
	k := &kill{t: t, dir: t.TempDir(), seed: uint64(killSetting(t, "KONTOR_KILL_SEED", 20261122)), ids: &idBook{of: map[string]string{}}}
	k.rng = rand.New(rand.NewPCG(k.seed, 0))
	k.binary = killBinary(t)
	k.store = killStore(t, k.dir)
	t.Logf("seed %d", k.seed)
	return k
}

func killSetting(t *testing.T, name string, usual int) int {
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 100_000_000 {
		t.Fatalf("%s=%s is no number that makes sense", name, text)
	}
	return n
}

func (k *kill) start() { k.server = startProcess(k.t, k.binary, k.dir, k.store) }

// setUp makes the token, what all entries refer to, and the entry that all writers share.
func (k *kill) setUp() {
	k.admin = strings.TrimSpace(k.run("token", "create", "--name", "operators", "--role", "admin"))
	k.token = strings.TrimSpace(k.run("token", "create", "--name", "writers", "--role", "editor"))
	c := newClient(k.server.url, k.token)
	var topics []string
	for _, name := range []string{"Bauhof", "Beschaffung", "Digitalisierung"} {
		topics = append(topics, c.mustCreate(k.t, "topics", fieldsOf{"name": name}))
	}
	shared := c.mustCreate(k.t, "projects", fieldsOf{"title": "Gemeinsam", "topics": topics})
	for i := range killWriters {
		k.writers = append(k.writers, newKillWriter(i, k.seed, topics, shared, k.ids, &k.acked))
	}
}

func (k *kill) run(args ...string) string {
	ctx, cancel := context.WithTimeout(k.t.Context(), processPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, k.binary, append(args, "--data", k.dir)...)
	cmd.Env = killEnviron(k.store)
	out, err := cmd.Output()
	if err != nil {
		k.t.Fatalf("kontor %s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}

// expectSecondRefused: one data directory, one server.
func (k *kill) expectSecondRefused() {
	ctx, cancel := context.WithTimeout(k.t.Context(), processPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, k.binary, "serve", "--addr", "127.0.0.1:0", "--data", k.dir)
	cmd.Env = killEnviron(k.store)
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "another kontor serve") {
		k.t.Errorf("a second server on the data directory was not refused: %v\n%s", err, out)
	}
}

// check asks the server for everything that was acknowledged so far.
func (k *kill) check() {
	k.t.Helper()
	c := newClient(k.server.url, k.token)
	var wg sync.WaitGroup
	for _, w := range k.writers {
		wg.Go(func() { w.book.check(c) })
	}
	wg.Wait()
	for i, w := range k.writers {
		for _, wrong := range w.book.takeWrong() {
			k.t.Errorf("round %d, writer %d: %s", k.round, i, wrong)
		}
	}
	for _, wrong := range k.ids.takeWrong() {
		k.t.Errorf("round %d: %s", k.round, wrong)
	}
	for _, secret := range k.secrets {
		if status, _, _, err := newClient(k.server.url, secret).send("GET", "/manage/types", "", nil); err != nil || status != 200 {
			k.t.Errorf("round %d: a token that was printed does not work: %d %v", k.round, status, err)
		}
	}
	k.tokens += len(k.secrets)
	k.secrets = nil
	if k.t.Failed() {
		k.t.Fatalf("seed %d, round %d\n%s", k.seed, k.round, k.server.log)
	}
}

// verify opens the store as another process does and checks every rule.
func (k *kill) verify() {
	k.t.Helper()
	ctx := k.t.Context()
	types, err := schema.Load(schemas.FS, schemas.FS)
	if err != nil {
		k.t.Fatal(err)
	}
	st, err := openStore(ctx, config.Config{Data: k.dir, Store: k.store})
	if err != nil {
		k.t.Fatal(err)
	}
	defer st.Close()
	// The clock is ahead, as it is when a server has run for some minutes: what was cut off has been mended.
	later := func() time.Time { return time.Now().Add(5 * time.Minute) }
	service, err := content.New(ctx, st, types, content.Options{Meta: schemas.FS, Now: later})
	if err != nil {
		k.t.Fatal(err)
	}
	if _, err := service.Sweep(ctx); err != nil {
		k.t.Fatal(err)
	}
	breaches, err := service.Verify(ctx)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, b := range breaches {
		k.t.Errorf("seed %d, round %d: %s", k.seed, k.round, b)
	}
	if len(breaches) > 0 {
		k.t.FailNow()
	}
}

// summary says what the run has covered, and fails if that is nothing: a test that can't fail is a defect.
func (k *kill) summary(rounds int) {
	done := map[string]int{}
	cut := 0
	for _, w := range k.writers {
		for name, n := range w.done {
			done[name] += n
		}
		cut += w.cut
	}
	k.t.Logf("%d rounds, acknowledged %v, %d tokens; %d writes were cut off", rounds, done, k.tokens, cut)
	if done["create"] == 0 || done["update"] == 0 {
		k.t.Error("too little was written to show anything")
	}
}
