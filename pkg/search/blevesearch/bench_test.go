package blevesearch

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"kontor/pkg/search"
	"kontor/pkg/value"
)

// sampler writes documents like a portal's projects: 3 KB of German whose words are as unevenly frequent as real ones, most of them
// compounds.
type sampler struct {
	r      *rand.Rand
	words  []string
	zipf   *rand.Zipf
	places []string
	topics []string
}

func newSampler(compounds int) *sampler {
	r := rand.New(rand.NewPCG(5, 6))
	nouns := strings.Fields(`Abwasser Straßen Beleuchtung Bürger Büro Verwaltung Gericht Digitalisierung Gemeinde Kreis Stadt Zweck Verband Vertrag Steuer Umwelt Schutz Wasser
		Versorgung Bau Hof Amt Personal Abrechnung Vergabe Stelle Prüfung Rechnung Kasse Volks Hochschule Musik Schule Kinder Garten Jugend Hilfe Feuer Wehr Rettung Dienst Not Ruf
		Klima Anpassung Wärme Planung Netz Ausbau Breitband Daten Portal Geo Akte Archiv Bücherei Museum Theater Tourismus Rad Weg Brücke Park Platz Markt Gewerbe Gebiet Fläche
		Boden Wald Forst Friedhof Sport Halle Bad Schwimm Abfall Wirtschaft Förderung Mittel Satzung Ordnung Aufsicht Behörde Land Bund Region Zusammenarbeit Leistung Zentrum`)
	s := &sampler{r: r}
	seen := map[string]bool{}
	add := func(w string) {
		if !seen[w] {
			seen[w] = true
			s.words = append(s.words, w)
		}
	}
	for _, w := range strings.Fields("die der und in den von zu das mit für im nach auf ist eine werden sind als bei wird durch auch aus zur oder") {
		add(w)
	}
	for _, w := range nouns {
		add(w)
	}
	for _, w := range strings.Fields("gemeinsam kommunal öffentlich regional digital neu alt groß klein jährlich rechtlich technisch beteiligt beschlossen vereinbart geplant gefördert") {
		add(w)
		add(w + "e")
		add(w + "en")
	}
	for range compounds {
		w := nouns[r.IntN(len(nouns))] + strings.ToLower(nouns[r.IntN(len(nouns))])
		if r.IntN(3) == 0 {
			w += "s" + strings.ToLower(nouns[r.IntN(len(nouns))])
		}
		if r.IntN(4) == 0 {
			w += []string{"en", "s", "e", "es"}[r.IntN(4)]
		}
		add(w)
	}
	s.zipf = rand.NewZipf(r, 1.15, 4, uint64(len(s.words)-1))
	for i := range 396 {
		s.places = append(s.places, fmt.Sprintf("%s%s", []string{"Ober", "Nieder", "Bad ", "Alt", "Neu", "Hohen", "Wald"}[i%7], nouns[i%len(nouns)])+strconv.Itoa(i/7))
	}
	for i := range 45 {
		s.topics = append(s.topics, nouns[i*2]+strings.ToLower(nouns[i*2+1]))
	}
	return s
}

func (s *sampler) text(words int) string {
	var b strings.Builder
	for i := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s.words[s.zipf.Uint64()])
		if i%12 == 11 {
			b.WriteByte('.')
		}
	}
	return b.String()
}

func (s *sampler) some(list []string, most int) value.List {
	var out value.List
	for range 1 + s.r.IntN(most) {
		out = append(out, list[s.r.IntN(len(list))])
	}
	return out
}

func (s *sampler) document(i int) search.Document {
	return search.Document{ID: fmt.Sprintf("p%023d", i), Rev: int64(i), Want: 1, Attributes: map[string]any{
		"title": s.text(6), "summary": s.text(30), "body": s.text(220), "goals": s.text(60), "results": s.text(60), "topics": s.some(s.topics, 3), "municipalities": s.some(s.places, 6),
		"district": s.some([]string{"Köln", "Düsseldorf", "Münster", "Detmold", "Arnsberg"}, 2), "phase": []string{"geplant", "läuft", "beendet"}[s.r.IntN(3)],
		"startYear": int64(1990 + s.r.IntN(36)), "best": s.r.IntN(9) == 0, "_geo": search.Point{Lat: 50.5 + s.r.Float64()*2, Lng: 6 + s.r.Float64()*3},
	}}
}

func sampleSettings() search.Settings {
	return search.Settings{Language: "de", Attributes: []search.Attribute{
		{Name: "title", Weight: 10, Sort: true}, {Name: "summary", Weight: 5}, {Name: "body", Weight: 2}, {Name: "goals", Weight: 2}, {Name: "results", Weight: 2},
		{Name: "topics", Weight: 3, Filter: true}, {Name: "municipalities", Weight: 2, Filter: true}, {Name: "district", Weight: 2, Filter: true}, {Name: "phase", Filter: true, Sort: true},
		{Name: "startYear", Filter: true, Sort: true}, {Name: "best", Filter: true, Sort: true}, {Name: "_geo", Filter: true, Sort: true},
	}}
}

// sampleEngine gives an engine with that many documents, kept in the directory KONTOR_SEARCH_BENCH if that is set.
func sampleEngine(b *testing.B, n int) *Engine {
	b.Helper()
	dir := os.Getenv("KONTOR_SEARCH_BENCH")
	if dir == "" {
		dir = b.TempDir()
	}
	dir = filepath.Join(dir, fmt.Sprint(n))
	e, err := Open(dir, Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = e.Close() })
	ctx := context.Background()
	if list, _ := e.Indexes(ctx); len(list) == 1 && list[0].Documents == n {
		return e
	}
	if err := e.Ensure(ctx, "p", sampleSettings()); err != nil {
		b.Fatal(err)
	}
	s := newSampler(60_000)
	start := time.Now()
	var batch []search.Document
	for i := range n {
		if batch = append(batch, s.document(i)); len(batch) == 500 || i == n-1 {
			if _, err := e.Put(ctx, "p", batch); err != nil {
				b.Fatal(err)
			}
			batch = nil
		}
	}
	list, _ := e.Indexes(ctx)
	b.Logf("%d documents filled in %v, %d MB on disk", n, time.Since(start).Round(time.Millisecond), list[0].Bytes>>20)
	return e
}

func benchQueries() map[string][]search.Query {
	facets := []string{"topics", "municipalities", "district", "phase", "startYear"}
	marked := []string{"title", "summary", "body", "goals", "results", "topics"}
	q := func(text string) search.Query {
		return search.Query{Index: "p", Text: text, Facets: facets, Limit: 20, Matches: marked, Retrieve: []string{"title", "summary", "topics", "body"}}
	}
	or := q("gemeindeverbnad wass")
	eq := func(name, v string) search.Filter {
		return search.Filter{Op: "eq", Attribute: name, Values: []string{v}}
	}
	multi := []search.Query{or, or, or, or}
	filters := []search.Filter{eq("topics", "abwasserstraßen"), eq("district", "köln"), eq("phase", "läuft")}
	multi[0].Filter = search.AllOf(filters...)
	for i := range 3 {
		multi[i+1].Filter = search.AllOf(filters[(i+1)%3], filters[(i+2)%3])
		multi[i+1].Limit, multi[i+1].Facets, multi[i+1].Matches = 0, []string{[]string{"topics", "district", "phase"}[i]}, nil
	}
	sorted := q("")
	sorted.Sort = []search.Order{{Attribute: "title"}}
	filtered := or
	filtered.Filter = search.AllOf(filters...)
	return map[string][]search.Query{
		"typo+prefix": {q("gemeindeverbnad wass")}, "common": {q("gemeinde vertrag")}, "one": {q("digitalisierung")}, "prefix1": {q("s")}, "prefix2": {q("st")}, "prefix3": {q("str")},
		"two+prefix1": {q("gemeinde s")}, "three": {q("öffentliche wasserversorgung kreis")}, "phrase": {q(`"gemeinde kreis"`)}, "empty": {q("")}, "sorted": {sorted}, "multi": multi, "filtered": {filtered},
	}
}

// BenchmarkSearch measures at KONTOR_SEARCH_SIZES documents, 10,000 unless set.
func BenchmarkSearch(b *testing.B) {
	sizes := os.Getenv("KONTOR_SEARCH_SIZES")
	if sizes == "" {
		sizes = "10000"
	}
	for _, size := range strings.Split(sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil {
			b.Fatal(err)
		}
		e := sampleEngine(b, n)
		queries := benchQueries()
		s := newSampler(60_000)
		for _, clients := range []int{1, 32} { // words that nobody has looked for yet
			b.Run(fmt.Sprintf("%s/unheard/%d", size, clients), func(b *testing.B) { measure(b, e, clients, s.mistyped(queries["typo+prefix"][0])) })
		}
		names := make([]string, 0, len(queries))
		for name := range queries {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			for _, clients := range []int{1, 32} {
				b.Run(fmt.Sprintf("%s/%s/%d", size, name, clients), func(b *testing.B) {
					measure(b, e, clients, func() []search.Query { return queries[name] })
				})
			}
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		b.Logf("%d documents: %d MB of heap in use", n, m.HeapInuse>>20)
	}
}

// mistyped gives the query each time with other words: one with a letter left out, and the beginning of one.
func (s *sampler) mistyped(q search.Query) func() []search.Query {
	var mu sync.Mutex
	return func() []search.Query {
		mu.Lock()
		defer mu.Unlock()
		word := func() string {
			for {
				if w := s.words[s.zipf.Uint64()]; len(w) > 6 {
					return w
				}
			}
		}
		one, two := word(), word()
		at := 2 + s.r.IntN(len(one)-3)
		q.Text = one[:at] + one[at+1:] + " " + two[:4]
		return []search.Query{q}
	}
}

func measure(b *testing.B, e *Engine, clients int, queries func() []search.Query) {
	ctx := context.Background()
	r, err := e.Search(ctx, queries())
	if err != nil {
		b.Fatal(err)
	}
	var (
		mu    sync.Mutex
		times []time.Duration
		wait  sync.WaitGroup
	)
	work := make(chan struct{})
	b.ReportAllocs()
	b.ResetTimer()
	for range clients {
		wait.Go(func() {
			var own []time.Duration
			for range work {
				q := queries()
				start := time.Now()
				if _, err := e.Search(ctx, q); err != nil {
					b.Error(err)
				}
				own = append(own, time.Since(start))
			}
			mu.Lock()
			times = append(times, own...)
			mu.Unlock()
		})
	}
	for range b.N {
		work <- struct{}{}
	}
	close(work)
	wait.Wait()
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(times[len(times)-1].Microseconds())/1000, "max-ms")
	b.ReportMetric(float64(r[0].Total), "hits")
}
