package main

import (
	"encoding/json"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// The floors are a little under what was measured when they were set: below them something is broken, not tuned differently.
const (
	rankFloor   = 0.97
	recallFloor = 0.95
)

// What is tuned by does not get worse without being noticed. The held half is for the bench alone.
func TestRelevance(t *testing.T) {
	addr := serveBinary(t, filepath.Join(t.TempDir(), "data"), "--demo")
	all, err := judgements(tune)
	if err != nil {
		t.Fatal(err)
	}
	if err := waitForSearch(t.Context(), addr, all); err != nil {
		t.Fatal(err)
	}
	got, err := judgeAll(tune, all, func(j []judgement) ([][]string, error) { return askServer(addr, j) })
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("MRR %.3f, recall %.3f, on top %.3f", got.all.reciprocalRank, got.all.recall, got.all.top)
	if got.all.reciprocalRank < rankFloor || got.all.recall < recallFloor {
		t.Errorf("MRR %.3f of at least %.2f, recall %.3f of at least %.2f", got.all.reciprocalRank, rankFloor, got.all.recall, recallFloor)
		var b strings.Builder
		writeMisses(&b, got)
		t.Log(b.String())
	}
}

// German as it is typed, over titles of which each is about something else, among as many that are not.
func TestGermanSearch(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	set, err := seed(t.Context(), dir, "", 40, 0)
	if err != nil {
		t.Fatal(err)
	}
	addr := serveBinary(t, dir)
	titles := []string{"Abwasserbeseitigung im Tal", "Umrüstung der Straßenbeleuchtung", "Eine Straße für alle", "Das Bürgerbüro kommt ins Dorf",
		"Digitalisierung der Verwaltung", "Kita unter einem Dach", "Interkommunale Zusammenarbeit am Fluss", "Onlinezugangsgesetz gemeinsam umsetzen",
		"Volkshochschule der Nachbarn", "Nahverkehr auf Zuruf"}
	for _, title := range titles {
		body := bodyOf(object{"title": title, "topics": set.topics[:1]})
		if _, err := ask(addr, request("POST", "/api/projects", set.token, "", body), 201); err != nil {
			t.Fatal(err)
		}
	}
	if err := waitForEntries(t.Context(), &target{server: &server{addr: addr}}, set.wanted+len(titles)); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ typed, want string }{
		{"Abwaser", "Abwasserbeseitigung"},
		{"Beleuchtung", "Straßenbeleuchtung"},
		{"Strasse", "Straße"},
		{"Burgerburo", "Bürgerbüro"},
		{"Buergerbuero", "Bürgerbüro"},
		{"Digitalisirung Verwaltng", "Digitalisierung der Verwaltung"},
		{"verwaltung digital", "Digitalisierung der Verwaltung"},
		{"Bürgerb", "Bürgerbüro"},
		{"Kindergarten", "Kita"},
		{"IKZ", "Interkommunale Zusammenarbeit"},
		{"OZG", "Onlinezugangsgesetz"},
		{"VHS", "Volkshochschule"},
		{"ÖPNV", "Nahverkehr"},
	}
	for _, tt := range tests {
		t.Run(tt.typed, func(t *testing.T) {
			raw, err := ask(addr, searchRequest(object{"q": tt.typed, "limit": 1, "attributesToRetrieve": []string{"title"}}), 200)
			if err != nil {
				t.Fatal(err)
			}
			var answer struct {
				Results []struct{ Hits []struct{ Title string } }
			}
			if err := json.Unmarshal(raw, &answer); err != nil {
				t.Fatal(err)
			}
			if hits := answer.Results[0].Hits; len(hits) == 0 || !strings.Contains(hits[0].Title, tt.want) {
				t.Errorf("found %+v, not %s", hits, tt.want)
			}
		})
	}
}

// serveBinary starts the real program until the test ends, and gives its address.
func serveBinary(t *testing.T, data string, flags ...string) string {
	t.Helper()
	lookAtSources(t)
	binary, err := build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, err := startServer(t.Context(), binary, data, flags...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return s.addr
}

// lookAtSources lets go test see what the program is built from, or it would take the result of an older program for that of this one.
func lookAtSources(t *testing.T) {
	t.Helper()
	for _, dir := range []string{"../../cmd", "../../pkg", "../../schemas"} {
		if err := filepath.WalkDir(dir, func(_ string, _ fs.DirEntry, err error) error { return err }); err != nil {
			t.Fatal(err)
		}
	}
}
