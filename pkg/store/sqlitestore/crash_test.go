package sqlitestore

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// TestKill ends a writing process with SIGKILL, again and again on one file: what it acknowledged is there, what it did not has
// happened as a prefix, and the side tables agree with the documents.
func TestKill(t *testing.T) {
	if dir := os.Getenv("KONTOR_KILL_DIR"); dir != "" {
		writeUntilKilled(dir, os.Getenv("KONTOR_KILL_ROUND"))
		return
	}
	rounds := 8
	if testing.Short() {
		rounds = 2
	}
	dir := t.TempDir()
	acknowledged := map[string]bool{}
	for round := range rounds {
		for _, key := range killed(t, dir, round) {
			acknowledged[key] = true
		}
		checkKilled(t, dir, acknowledged)
	}
	if len(acknowledged) < rounds {
		t.Errorf("only %d writes were acknowledged in %d rounds", len(acknowledged), rounds)
	}
}

func killCollection() store.Collection {
	return store.Collection{Name: "kill", Many: []string{"published.tags"}, Indexes: [][]string{{"published.tags"}, {"published.n"}}}
}

// writeUntilKilled is the child: it writes a line for each Apply that was acknowledged.
func writeUntilKilled(dir, round string) {
	s, err := Open(filepath.Join(dir, "kontor.db"), Options{})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(3)
	}
	ctx := context.Background()
	if err := s.Ensure(ctx, killCollection()); err != nil {
		fmt.Println("error", err)
		os.Exit(3)
	}
	var out sync.Mutex
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				key := fmt.Sprint(round, "/", w, "/", i)
				part := map[string]value.Object{store.Published: {"n": int64(i), "tags": value.List{"t", fmt.Sprint("w", w)}, "text": strings.Repeat("x", 2000)}}
				op := func(kind store.OpKind, suffix string, rev int64) store.Op {
					return store.Op{Kind: kind, Collection: "kill", Key: key + suffix, Rev: rev, Parts: part}
				}
				ops := []store.Op{op(store.Insert, "a", 0), op(store.Replace, "a", 1), op(store.Insert, "b", 0), op(store.Keep, "c", 0)}
				if err := s.Apply(ctx, ops); err == nil {
					out.Lock()
					fmt.Println(key)
					out.Unlock()
				}
			}
		}()
	}
	select {}
}

// killed runs the child for a moment and gives what it acknowledged.
func killed(t *testing.T, dir string, round int) (keys []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKill$")
	cmd.Env = append(os.Environ(), "KONTOR_KILL_DIR="+dir, fmt.Sprint("KONTOR_KILL_ROUND=", round))
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(pipe)
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break // a line without an end was not acknowledged to anybody
		}
		if strings.HasPrefix(line, "error") {
			t.Error(line)
		}
		if len(keys) == 0 { // it has begun; the end comes at any moment
			time.AfterFunc(time.Duration(20+rand.IntN(200))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		}
		keys = append(keys, strings.TrimSpace(line))
	}
	_ = cmd.Wait()
	return keys
}

func checkKilled(t *testing.T, dir string, acknowledged map[string]bool) {
	t.Helper()
	s, err := Open(filepath.Join(dir, "kontor.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := context.Background()
	if err := s.Ensure(ctx, killCollection()); err != nil {
		t.Fatal(err)
	}
	there := map[string]int64{}
	err = s.Scan(ctx, "kill", query.Filter{}, []string{}, func(d store.Document) error {
		there[d.Key] = d.Rev
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for key := range acknowledged {
		if there[key+"a"] != 2 || there[key+"b"] != 1 || there[key+"c"] != 1 {
			t.Errorf("%s was acknowledged and is not there whole", key)
		}
	}
	for key := range there {
		base := key[:len(key)-1]
		if key[len(key)-1] == 'b' && there[base+"a"] != 2 || key[len(key)-1] == 'c' && there[base+"b"] != 1 {
			t.Errorf("%s is there without the ops before it", key)
		}
	}
	for _, f := range []query.Filter{query.Where("published.tags", query.Eq, "t"), query.Where("published.n", query.Gte, int64(0))} {
		if n, err := s.Count(ctx, "kill", f); n != len(there) || err != nil {
			t.Errorf("an index has %d of %d documents, %v", n, len(there), err)
		}
	}
	s.sound(t)
}

// sound asks SQLite itself.
func (s *Store) sound(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	err := s.read(ctx, func(c *conn) error {
		n, err := c.number(ctx, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check<>'ok'")
		if n != 0 {
			t.Errorf("the file has %d defects", n)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
