package index_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/index"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// A topic is renamed after a project that shows it was read, and before that is searchable.
func TestRenamedInFlight(t *testing.T) {
	k, g := newGated(t)
	k.follow(index.Following{}).ready()
	topic := k.create("topic", obj{"name": "Alterstopf"})
	k.settled()
	var once sync.Once
	g.set(hooks{before: func(name string, _ []search.Document) {
		if name == "projects" {
			once.Do(func() { k.write("topic", topic, obj{"name": "Neuland"}, content.Write{}) })
		}
	}})
	k.create("project", obj{"title": "Fuhrpark", "topics": to(topic)})
	k.settled()
	k.want("projects", "Neuland", "title", "Fuhrpark")
	k.want("projects", "Alterstopf", "title")
	k.clean()
}

// An entry that changes after it was read is read again.
func TestChangedInFlight(t *testing.T) {
	k, g := newGated(t)
	k.follow(index.Following{}).ready()
	topic := k.create("topic", obj{"name": "Bauhof"})
	id := k.create("project", obj{"title": "Fuhrpark", "topics": to(topic)})
	k.settled()
	for name, do := range map[string]func() error{
		"renamed": func() error { k.write("project", id, obj{"title": "Werkstatt"}, content.Write{}); return nil },
		"deleted, purged, and seen to by another leader": func() error {
			if err := k.content.Delete(t.Context(), admin, k.typ("project"), id, content.Write{}); err != nil {
				return err
			}
			if err := k.content.Purge(t.Context(), admin, k.typ("project"), id, content.Write{}); err != nil {
				return err
			}
			marks, err := k.content.Purged(t.Context(), 10)
			if err == nil {
				_, err = k.content.Settle(t.Context(), k.typ("project"), marks)
			}
			return err
		},
	} {
		id = k.create("project", obj{"title": "Fuhrpark", "topics": to(topic)})
		k.settled()
		var once sync.Once
		done := make(chan error, 1)
		g.set(hooks{before: func(name string, _ []search.Document) {
			if name == "projects" {
				once.Do(func() { done <- do() })
			}
		}})
		k.write("project", id, obj{"summary": "neu"}, content.Write{})
		if err := <-done; err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		g.set(hooks{})
		k.settled()
		k.clean()
	}
}

// What was deleted for good before anybody looked is not found afterwards.
func TestPurgedUnseen(t *testing.T) {
	k := newKit(t).follow(index.Following{}).ready()
	topic := k.create("topic", obj{"name": "Bauhof"})
	id := k.create("project", obj{"title": "Fuhrpark", "topics": to(topic)})
	k.settled()
	k.want("all", "Fuhrpark", "title", "Fuhrpark")
	k.stopped()
	if err := k.content.Delete(t.Context(), admin, k.typ("project"), id, content.Write{}); err != nil {
		t.Fatal(err)
	}
	if err := k.content.Purge(t.Context(), admin, k.typ("project"), id, content.Write{}); err != nil {
		t.Fatal(err)
	}
	k.follow(index.Following{}).ready().settled()
	stamps, err := k.engine.Scan(t.Context(), "projects", "", 10)
	if err != nil || len(stamps) != 0 {
		t.Errorf("the index still has %v (%v)", stamps, err)
	}
	k.clean()
}

// While the engine is away content goes on, and search says so; then it catches up.
func TestEngineAway(t *testing.T) {
	k, g := newGated(t)
	k.follow(index.Following{}).ready()
	g.away.Store(true)
	for i := range 5 {
		k.create("topic", obj{"name": fmt.Sprintf("Thema %d", i)})
	}
	soon(t, "search says that it does not follow", func() bool { return fault.Is(k.search.Ready(t.Context()), fault.Unavailable) })
	status, err := k.search.Status(t.Context(), "")
	if what, _ := status["trouble"].(string); err != nil || !strings.HasSuffix(what, ": the engine is away") {
		t.Errorf("the status says %v of it (%v)", status["trouble"], err)
	}
	if status := k.job(index.StatusJob, nil); status["trouble"] == nil {
		t.Errorf("who asks from elsewhere hears nothing of it: %v", status)
	}
	k.want("topics", "Thema", "name") // searching goes on
	g.away.Store(false)
	k.settled().ready()
	if n := len(k.found("topics", "Thema", "name")); n != 5 {
		t.Errorf("%d of 5 are found", n)
	}
}

// One document that makes every batch fail does not keep the others from being found.
func TestPoison(t *testing.T) {
	k, g := newGated(t)
	g.set(hooks{poison: func(d search.Document) bool { return strings.HasPrefix(fmt.Sprint(d.Attributes["name"]), "Gift") }})
	for i := range 9 {
		k.create("topic", obj{"name": fmt.Sprintf("Thema %d", i)})
	}
	id := k.create("topic", obj{"name": "Gift"})
	k.follow(index.Following{}).ready().settled()
	if n := len(k.found("topics", "Thema", "name")); n != 9 {
		t.Errorf("%d of 9 are found", n)
	}
	status, err := k.search.Status(t.Context(), "topic/"+id)
	if failed, _ := status["failed"].(value.List); err != nil || len(failed) != 1 || strings.Contains(fmt.Sprint(failed), "inside") {
		t.Errorf("failed: %v (%v)", status["failed"], err)
	}
	k.clean()
}

// An index that comes to be damaged is built anew, and says meanwhile when to ask again.
func TestDamagedWhileOpen(t *testing.T) {
	k, g := newGated(t)
	k.follow(index.Following{}).ready()
	k.create("topic", obj{"name": "Bauhof"})
	k.settled()
	for _, name := range []string{"topics", "kontor-state"} {
		g.damaged.Store(name)
		if name == "topics" {
			_, err := k.search.Search(t.Context(), []search.Query{{Index: name, Limit: 1}})
			if e := fault.As(err); e.Code != fault.Unavailable || e.Details[index.RetryAfter] == nil {
				t.Errorf("a damaged index answers %v", err)
			}
		}
		k.create("topic", obj{"name": "Archiv"})
		soon(t, "it is dropped", func() bool { return g.damaged.Load() == "" })
		k.ready().settled().clean()
	}
	k.want("topics", "Archiv", "name", "Archiv", "Archiv")
}

// What the engine refuses is noted, is not found as it was before, and is tried again when it changes and when the index is built anew.
func TestRefused(t *testing.T) {
	k, g := newGated(t)
	var bad atomic.Value
	bad.Store("verboten")
	g.set(hooks{refuse: func(d search.Document) bool {
		name, _ := d.Attributes["name"].(string)
		return strings.Contains(name, bad.Load().(string))
	}})
	k.follow(index.Following{}).ready()
	letters := func() value.List {
		status, err := k.search.Status(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		failed, _ := status["failed"].(value.List)
		return failed
	}
	id := k.create("topic", obj{"name": "erlaubt"})
	other := k.create("topic", obj{"name": "anderes"})
	k.settled()
	k.write("topic", id, obj{"name": "verboten"}, content.Write{})
	k.settled()
	k.want("topics", "", "name", "anderes")
	failed := letters()
	if len(failed) != 1 || failed[0].(value.Object)["entry"] != "topic/"+id || failed[0].(value.Object)["reason"] != "it is not wanted" {
		t.Fatalf("failed: %v", failed)
	}
	k.clean()
	k.write("topic", other, obj{"name": "drittes"}, content.Write{})
	k.settled()
	k.want("topics", "", "name", "drittes")
	k.write("topic", id, obj{"name": "wieder erlaubt"}, content.Write{})
	k.settled()
	k.want("topics", "", "name", "drittes", "wieder erlaubt")
	if failed := letters(); len(failed) != 0 {
		t.Errorf("failed: %v", failed)
	}
	k.write("topic", id, obj{"name": "verboten"}, content.Write{})
	k.settled()
	bad.Store("nichts")
	k.job(index.RebuildJob, obj{"indexes": list{"topics"}})
	k.want("topics", "", "name", "drittes", "verboten")
	if failed := letters(); len(failed) != 0 {
		t.Errorf("after a rebuild failed: %v", failed)
	}
}

// Two who follow one store with one engine do double work and no harm.
func TestTwoFollow(t *testing.T) {
	file, engine := filepath.Join(t.TempDir(), "kontor.db"), openEngine(t, t.TempDir())
	kits := []*kit{openKit(t, file, engine), openKit(t, file, engine)}
	ctx, cancel := context.WithCancel(context.Background())
	var following, writing sync.WaitGroup
	for _, k := range kits {
		following.Go(func() { k.search.Follow(ctx, engine, index.Following{Changes: k.st.Changes(ctx)}) })
	}
	for i, k := range kits {
		writing.Go(func() { scribble(k, rand.New(rand.NewPCG(1, uint64(i))), 60) })
	}
	writing.Wait()
	for _, k := range kits {
		k.ready().settled()
	}
	cancel()
	following.Wait()
	kits[0].follow(index.Following{Once: true})
	kits[0].settled().clean()
}

// scribble writes at random: topics that are renamed, and projects that show them and come and go.
func scribble(k *kit, rng *rand.Rand, acts int) {
	topics := []string{k.create("topic", obj{"name": "eins"}), k.create("topic", obj{"name": "zwei"})}
	var projects []string
	ctx, project := context.Background(), k.typ("project")
	for n := range acts {
		var err error
		switch act := rng.IntN(6); {
		case act == 0 || len(projects) == 0:
			projects = append(projects, k.create("project", obj{"title": fmt.Sprintf("Projekt %d", n), "topics": to(topics...)}))
		case act == 1:
			k.write("topic", topics[rng.IntN(2)], obj{"name": fmt.Sprintf("Thema %d", n)}, content.Write{})
		case act == 2:
			_, err = k.content.Unpublish(ctx, admin, project, projects[0], content.Write{})
		case act == 3:
			_, err = k.content.Publish(ctx, admin, project, projects[0], content.Write{})
		case act == 4:
			if err = k.content.Delete(ctx, admin, project, projects[0], content.Write{}); err == nil && rng.IntN(2) == 0 {
				err = k.content.Purge(ctx, admin, project, projects[0], content.Write{})
			}
			projects = projects[1:]
		default:
			k.write("project", projects[0], obj{"summary": fmt.Sprintf("Stand %d", n)}, content.Write{})
		}
		if err != nil {
			k.Errorf("act %d: %v", n, err)
		}
	}
}

// An index that is gone or damaged when the search is opened is built anew; until then search says so.
func TestLostIndex(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, dir string){
		"the directory is gone": func(t *testing.T, dir string) {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		},
		"every file is cut off": func(t *testing.T, dir string) {
			err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
				if err == nil && info.Mode().IsRegular() && info.Size() > 1 {
					err = os.Truncate(path, info.Size()/2)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		},
		"every file is rubbish": func(t *testing.T, dir string) {
			err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
				if err == nil && info.Mode().IsRegular() && info.Size() > 0 {
					err = os.WriteFile(path, []byte(strings.Repeat("x", int(info.Size()))), 0o600)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, file := filepath.Join(t.TempDir(), "search"), filepath.Join(t.TempDir(), "kontor.db")
			k := openKit(t, file, openEngine(t, dir)).follow(index.Following{}).ready()
			k.create("topic", obj{"name": "Bauhof"})
			k.settled()
			k.want("topics", "Bauhof", "name", "Bauhof")
			k.stopped()
			if err := k.engine.Close(); err != nil {
				t.Fatal(err)
			}
			harm(t, dir)
			k = openKit(t, file, openEngine(t, dir))
			_, err := k.search.Search(t.Context(), []search.Query{{Index: "topics", Limit: 1}})
			if e := fault.As(err); e.Code != fault.Unavailable || e.Details[index.RetryAfter] == nil {
				t.Errorf("before the search is open: %v", err)
			}
			k.follow(index.Following{})
			for ; ; time.Sleep(time.Millisecond) { // until it is there, what is answered is that it is not
				got, err := k.search.Search(t.Context(), []search.Query{{Index: "topics", Limit: 1}})
				if err == nil {
					if got[0].Total != 1 {
						t.Errorf("%d of 1 are found", got[0].Total)
					}
					break
				}
				if !fault.Is(err, fault.Unavailable) {
					t.Fatal(err)
				}
			}
			k.ready().settled().clean()
		})
	}
}

// endingEngine has its process told to end by the first question.
type endingEngine struct {
	search.Engine
	end func()
}

func (e endingEngine) Indexes(ctx context.Context) ([]search.Info, error) {
	e.end()
	return nil, ctx.Err()
}

// A process may be told to end while it only starts to follow.
func TestEndWithinStart(t *testing.T) {
	k := newKit(t)
	ctx, cancel := context.WithCancel(k.Context())
	k.search.Follow(ctx, endingEngine{k.engine, cancel}, index.Following{})
	if ctx.Err() == nil {
		t.Error("the engine was not asked")
	}
}
