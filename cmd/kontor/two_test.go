package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kontor/pkg/store/storetest"
)

// two is two servers on one database, each with a directory of its own.
type two struct {
	*kill
	dirs    [2]string
	servers [2]*process
}

func newTwo(t *testing.T) *two {
	name := t.TempDir()
	address := storetest.MongoAddress(t, name)
	t.Setenv("KONTOR_TEST_STORE", os.Getenv("KONTOR_TEST_MONGO_URI"))
	w := &two{kill: newKill(t), dirs: [2]string{t.TempDir(), t.TempDir()}}
	w.store = killStore(t, name)
	if w.store != address {
		t.Fatal("two names for one database")
	}
	w.begin(0)
	w.begin(1)
	w.server = w.servers[0]
	w.setUp()
	return w
}

func (w *two) begin(i int) {
	w.servers[i] = startProcess(w.t, w.binary, w.dirs[i], w.store)
	w.server = w.servers[0]
}

func (w *two) client(i int) *client { return newClient(w.servers[i%2].url, w.token) }

// TestKillTwo kills one of two servers on one database, kill -9, while clients write to both: what either had acknowledged is there for
// the other at once. Two rounds, or as many as KONTOR_KILL_ROUNDS says.
func TestKillTwo(t *testing.T) {
	w := newTwo(t)
	rounds := killSetting(t, "KONTOR_KILL_ROUNDS", 2)
	for w.round = range rounds {
		ctx, cancel := context.WithCancel(t.Context())
		before := w.acked.Load()
		var all sync.WaitGroup
		for i, writer := range w.writers {
			all.Go(func() { writer.write(ctx, w.client(i)) })
		}
		(&killLoad{kill: w.kill, before: before}).await(10 + w.rng.IntN(100))
		dies := w.rng.IntN(2)
		w.servers[dies].kill(t)
		time.Sleep(time.Duration(w.rng.IntN(50_000)) * time.Microsecond)
		cancel()
		all.Wait()
		w.checkAt(1 - dies) // the survivor knows what the dead one has promised
		w.begin(dies)
		w.checkAt(dies)
	}
	for _, s := range w.servers {
		if code := s.end(t, os.Interrupt); code != 0 {
			t.Errorf("exit code %d\n%s", code, s.log)
		}
	}
	w.verify()
	w.summary(rounds)
}

// checkAt asks one server for everything that either has acknowledged.
func (w *two) checkAt(i int) {
	w.t.Helper()
	w.server = w.servers[i]
	w.check()
}

// TestTwoProcesses: 32 clients of two servers on one database get numbers of their own, one of all gets a value that only one may have,
// and what is written through one is read through the other.
func TestTwoProcesses(t *testing.T) {
	const clients, each = 32, 4
	w := newTwo(t)
	var won atomic.Int32
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range clients {
		all.Go(func() {
			<-start
			mine, other := w.client(i), w.client(i+1)
			for n := range each {
				status, rev, data, err := mine.send("POST", "/api/topics", "", fieldsOf{"data": fieldsOf{"name": fmt.Sprintf("Thema %d von %d", n, i)}})
				if err != nil || status != 201 {
					t.Errorf("a topic of its own: %d %v %v", status, data, err)
					return
				}
				id, _ := data["documentId"].(string)
				number, _ := data["id"].(float64)
				w.ids.note("topics", int64(number), id)
				got, err := other.read(slot{"topics", id, "de", ""})
				if err != nil || got.gone || got.rev < rev {
					t.Errorf("what one server has acknowledged the other does not have: %+v, %v", got, err)
				}
			}
			status, _, data, err := mine.send("POST", "/api/municipalities", "", fieldsOf{"data": fieldsOf{"name": "Unna", "kind": "town", "ags": "05978036"}})
			switch {
			case err == nil && status == 201:
				won.Add(1)
			case err != nil || status != 400:
				t.Errorf("a key that one may have: %d %v %v", status, data, err)
			}
		})
	}
	close(start)
	all.Wait()
	if n := won.Load(); n != 1 {
		t.Errorf("%d clients have the one key, want 1", n)
	}
	for _, wrong := range w.ids.takeWrong() {
		t.Error(wrong)
	}
	t.Run("the public too, a little later", func(t *testing.T) { w.seenByAll(t) })
	for _, s := range w.servers {
		s.end(t, os.Interrupt)
	}
	w.verify()
}

// seenByAll: answers to the public are kept by each server, until it hears of a foreign write.
func (w *two) seenByAll(t *testing.T) {
	id := w.client(0).mustCreate(t, "topics", fieldsOf{"name": "Zuerst"})
	look := func() string {
		status, _, data, err := newClient(w.servers[1].url, "").send("GET", "/api/topics/"+id, "", nil)
		if err != nil || status != http.StatusOK {
			return fmt.Sprint(status, err)
		}
		return fmt.Sprint(data["name"])
	}
	if name := look(); name != "Zuerst" {
		t.Fatal(name)
	}
	status, _, data, err := w.client(0).send("PUT", "/api/topics/"+id, "", fieldsOf{"data": fieldsOf{"name": "Danach"}})
	if err != nil || status != http.StatusOK {
		t.Fatal(status, data, err)
	}
	began := time.Now()
	for look() != "Danach" {
		if time.Since(began) > processPatience {
			t.Fatal("the other server goes on answering what was before")
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Logf("seen by the other server after %v", time.Since(began).Round(time.Millisecond))
}
