package blevesearch

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"kontor/pkg/search"
)

// childVariable names the directory in which the test binary, started again, writes until it is killed.
const childVariable = "KONTOR_SEARCH_KILL_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		writeUntilKilled(dir)
		return
	}
	os.Exit(m.Run())
}

// batchOf is what the child writes in one step: some documents of the step, and one that every step replaces.
func batchOf(step int) []search.Document {
	docs := []search.Document{{ID: "shared", Rev: int64(step), Attributes: map[string]any{"title": fmt.Sprint("Stand ", step), "startYear": int64(step)}}}
	for i := range 20 {
		docs = append(docs, search.Document{ID: fmt.Sprintf("s%d-%d", step, i), Rev: int64(step), Attributes: map[string]any{"title": "Gemeinde Vertrag", "startYear": int64(step)}})
	}
	return docs
}

// writeUntilKilled puts, deletes and swaps, and tells each step that was acknowledged.
func writeUntilKilled(dir string) {
	fail := func(err error) {
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
	}
	e, err := Open(dir, Options{})
	fail(err)
	ctx := context.Background()
	fail(e.Ensure(ctx, "p", sampleSettings()))
	start := 0
	for after := ""; ; {
		page, err := e.Scan(ctx, "p", after, 500)
		fail(err)
		if len(page) == 0 {
			break
		}
		for _, s := range page {
			start = max(start, int(s.Rev))
		}
		after = page[len(page)-1].ID
	}
	fail(e.Delete(ctx, "p", []string{fmt.Sprintf("s%d-7", start)})) // which the last one may not have come to
	for step := start + 1; ; step++ {
		_, err := e.Put(ctx, "p", batchOf(step))
		fail(err)
		fmt.Println("put", step)
		fail(e.Delete(ctx, "p", []string{fmt.Sprintf("s%d-7", step)}))
		fmt.Println("deleted", step)
		if step%5 == 0 {
			_ = e.Drop(ctx, "q~")
			fail(e.Ensure(ctx, "q~", sampleSettings()))
			_, err = e.Put(ctx, "q~", batchOf(step))
			fail(err)
			fail(e.Swap(ctx, "q", "q~"))
			fmt.Println("swapped", step)
		}
	}
}

// TestKill: what was acknowledged before the process is killed is there when it starts again, and nothing is damaged.
func TestKill(t *testing.T) {
	rounds := 6
	if s := os.Getenv("KONTOR_SEARCH_KILLS"); s != "" {
		_, err := fmt.Sscan(s, &rounds)
		must(t, err)
	}
	dir := t.TempDir()
	told := map[string]int{}
	for round := range rounds {
		killed(t, dir, told)
		e, err := Open(dir, Options{})
		must(t, err)
		afterKill(t, e, told)
		must(t, e.Close())
		if t.Failed() {
			t.Fatalf("in round %d, told %v", round, told)
		}
	}
	if told["put"] < rounds || told["swapped"] == 0 {
		t.Errorf("the child hardly wrote: %v", told)
	}
}

// killed runs the child for a while, kills it, and notes the last of each step that it told.
func killed(t *testing.T, dir string, told map[string]int) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childVariable+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	lines := bufio.NewScanner(out)
	first := true
	for lines.Scan() {
		var what string
		var step int
		if _, err := fmt.Sscan(lines.Text(), &what, &step); err != nil || strings.HasPrefix(lines.Text(), "error") {
			t.Fatalf("the child says %q", lines.Text())
		}
		told[what] = step
		if first { // not before it has begun, however slow the machine is
			first = false
			time.AfterFunc(time.Duration(20+rand.IntN(250))*time.Millisecond, func() { _ = child.Process.Kill() })
		}
	}
	_ = child.Wait()
}

func afterKill(t *testing.T, e *Engine, told map[string]int) {
	t.Helper()
	ctx := context.Background()
	list, err := e.Indexes(ctx)
	must(t, err)
	for _, i := range list {
		if i.Damaged != "" {
			t.Errorf("%s is damaged: %s", i.Name, i.Damaged)
		}
	}
	there := map[string]int64{}
	for after := ""; ; {
		page, err := e.Scan(ctx, "p", after, 500)
		must(t, err)
		if len(page) == 0 {
			break
		}
		for _, s := range page {
			there[s.ID] = s.Rev
		}
		after = page[len(page)-1].ID
	}
	if there["shared"] < int64(told["put"]) {
		t.Errorf("the shared document is at %d, %d was acknowledged", there["shared"], told["put"])
	}
	for step := 1; step <= told["put"]; step++ {
		for i := range 20 {
			_, ok := there[fmt.Sprintf("s%d-%d", step, i)]
			if i == 7 && ok && step <= told["deleted"] {
				t.Errorf("s%d-7 was deleted and is there", step)
			}
			if i != 7 && !ok {
				t.Errorf("s%d-%d was acknowledged and is not there", step, i)
			}
		}
	}
	r, err := e.Search(ctx, []search.Query{{Index: "p", Text: "gemeinde vertrag", Facets: []string{"startYear"}}})
	must(t, err)
	if r[0].Total != len(there)-1 {
		t.Errorf("the search finds %d of %d", r[0].Total, len(there)-1)
	}
	if told["swapped"] == 0 {
		return
	}
	r, err = e.Search(ctx, []search.Query{{Index: "q", Facets: []string{"startYear"}}})
	must(t, err)
	if r[0].Total != 21 || len(r[0].Facets["startYear"].Counts) != 1 || r[0].Facets["startYear"].Stats.Max < float64(told["swapped"]) {
		t.Errorf("the swapped index has %d documents of the steps %v, want 21 of %d", r[0].Total, r[0].Facets["startYear"].Counts, told["swapped"])
	}
}
