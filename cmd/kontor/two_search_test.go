package main

import (
	"os"
	"testing"
	"time"
)

// TestTwoSearch: of two servers on one database one searches, and what is written through either is found there. When it is killed the other
// takes over with an engine of its own, and knows all.
func TestTwoSearch(t *testing.T) {
	w := newTwo(t)
	first := w.searches()
	w.finds(first, "Bauhof")
	other := 1 - first
	if status, _, data, err := newClient(w.servers[other].url, "").send("GET", "/search/indexes/topics/search", "", nil); err != nil || status != 503 {
		t.Errorf("the one who does not lead answers %d %v %v", status, data, err)
	}
	if status, _, data, err := newClient(w.servers[other].url, "").send("GET", "/readyz", "", nil); err != nil || status != 200 {
		t.Errorf("it is not ready: %d %v %v", status, data, err)
	}
	for i := range w.servers {
		w.client(i).mustCreate(t, "topics", fieldsOf{"name": []string{"Vermessung", "Gewässerschutz"}[i]})
	}
	w.finds(first, "Vermessung")
	w.finds(first, "Gewässerschutz")
	w.server = w.servers[other] // has the other one tell how far it is
	w.searchFollows()

	w.servers[first].kill(t)
	w.client(other).mustCreate(t, "topics", fieldsOf{"name": "Katasterwesen"})
	w.finds(other, "Katasterwesen")
	w.finds(other, "Vermessung")
	w.begin(first)
	w.server = w.servers[other]
	w.searchFollows()
	if code := w.servers[other].end(t, os.Interrupt); code != 0 {
		t.Errorf("exit code %d\n%s", code, w.servers[other].log)
	}
	w.finds(first, "Katasterwesen") // its engine has slept meanwhile
	w.server = w.servers[first]
	w.searchFollows()
}

// searches waits until one of the servers has a search, and gives which.
func (w *two) searches() int {
	w.t.Helper()
	for end := time.Now().Add(processPatience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for i, s := range w.servers {
			if status, _, _, err := newClient(s.url, "").send("GET", "/search/indexes/topics/search", "", nil); err == nil && status == 200 {
				return i
			}
		}
	}
	w.t.Fatal("no server has a search")
	return 0
}

// finds waits until a server's search finds a topic.
func (w *two) finds(i int, name string) {
	w.t.Helper()
	for end := time.Now().Add(processPatience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		status, _, data, err := newClient(w.servers[i].url, "").send("POST", "/search/indexes/topics/search", "", fieldsOf{"q": name})
		if hits, _ := data["hits"].([]any); err == nil && status == 200 && len(hits) > 0 && hits[0].(fieldsOf)["name"] == name {
			return
		}
	}
	w.t.Errorf("the search never finds %s\n%s", name, w.servers[i].log)
}
