package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"kontor/pkg/api"
	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/store/sqlitestore"
	"kontor/schemas"
)

// BenchmarkServer runs the workloads against a server in this process, so that one profile shows where its time goes:
//
//	KONTOR_BENCH_PROFILE=/tmp go test ./scripts/benchmark -run '^$' -bench 'Server/^list$' -benchtime 3000x
//	go tool pprof -top -cum -tagignore side=load /tmp/list.cpu
//	go tool pprof -top -sample_index alloc_space -base /tmp/list.mem0 /tmp/list.mem
//
// KONTOR_BENCH_ENTRIES is how many projects there are, 1,000 unless set. Go's own -cpuprofile would be full of the filling.
func BenchmarkServer(b *testing.B) {
	entries, _ := strconv.Atoi(os.Getenv("KONTOR_BENCH_ENTRIES"))
	if entries == 0 {
		entries = 1000
	}
	for _, w := range workloads() {
		b.Run(w.name, func(b *testing.B) {
			drafts := 0
			if w.drafts {
				drafts = b.N
			}
			dir := b.TempDir()
			d, err := seed(b.Context(), dir, "", entries, drafts)
			if err != nil {
				b.Fatal(err)
			}
			cache := int64(0)
			if w.rival == nobody {
				cache = 32 << 20
			}
			addr := serveHere(b, dir, cache)
			if d.answers, err = copyAnswers(addr, keptTargets(d)); err != nil {
				b.Fatal(err)
			}
			drive(b, addr, w, d)
		})
	}
}

// drive sends b.N requests. The generator's share of the profile carries a label, to be left out of it.
func drive(b *testing.B, addr string, w workload, d *dataset) {
	src := w.source(d)
	bounded := func(n int64, buf []byte) []byte {
		if n >= int64(b.N) {
			return nil
		}
		return src(n, buf)
	}
	var counter atomic.Int64
	defer profile(b, w.name)()
	b.ReportAllocs()
	before := usageOf(os.Getpid()).cpu
	b.ResetTimer()
	pprof.Do(b.Context(), pprof.Labels("side", "load"), func(ctx context.Context) {
		if _, err := load(ctx, addr, 32, time.Hour, bounded, w.status, &counter); err != nil {
			b.Fatal(err)
		}
	})
	b.StopTimer()
	b.ReportMetric(float64((usageOf(os.Getpid()).cpu-before).Microseconds())/float64(b.N), "cpu-µs/op") // of both sides
}

// profile starts the profiles that KONTOR_BENCH_PROFILE asks for; the function that it gives ends them.
func profile(b *testing.B, name string) (stop func()) {
	dir := os.Getenv("KONTOR_BENCH_PROFILE")
	if dir == "" || b.N == 1 { // a benchmark's first round only tries it out
		return func() {}
	}
	create := func(name string) *os.File {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			b.Fatal(err)
		}
		return f
	}
	heap := func(name string) {
		f := create(name)
		defer f.Close()
		runtime.GC() // what it does not see is not in the profile yet
		if err := pprof.Lookup("allocs").WriteTo(f, 0); err != nil {
			b.Fatal(err)
		}
	}
	heap(name + ".mem0")
	cpu := create(name + ".cpu")
	if err := pprof.StartCPUProfile(cpu); err != nil {
		b.Fatal(err)
	}
	return func() {
		pprof.StopCPUProfile()
		_ = cpu.Close()
		heap(name + ".mem")
	}
}

// serveHere starts a server in this process.
func serveHere(b *testing.B, dir string, cache int64) string {
	opened, err := sqlitestore.Open(filepath.Join(dir, "kontor.db"), sqlitestore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	st := store.Track(b.Context(), opened, store.Listening{})
	types, err := schema.Load(schemas.FS, schemas.FS)
	if err != nil {
		b.Fatal(err)
	}
	accounts, err := auth.New(b.Context(), st, auth.Options{})
	if err != nil {
		b.Fatal(err)
	}
	entries, err := content.New(b.Context(), st, types, content.Options{Meta: schemas.FS, Generation: st.Generation})
	if err == nil {
		err = entries.Activate(b.Context())
	}
	if err != nil {
		b.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := api.New(api.Options{Content: entries, Auth: accounts, CacheSize: cache})
	go func() { _ = s.Serve(l) }()
	b.Cleanup(func() {
		_ = s.Shutdown(context.Background())
		_ = st.Close()
	})
	return l.Addr().String()
}
