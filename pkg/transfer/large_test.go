package transfer

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// TestLarge checks that a file is not held in memory: 50,000 rows, about 20 MB, and a part of that in the other formats.
func TestLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("sends 36 MB through imports")
	}
	k := newKit(t, own())
	note := strings.Repeat("Text ", 80)
	for format, rows := range map[Format]int{CSV: 50_000, NDJSON: 20_000, JSON: 20_000} {
		in, out := io.Pipe()
		go func() { _ = out.CloseWithError(generate(out, format, rows, note)) }()
		var most uint64
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		before := m.HeapAlloc
		result, err := Import(t.Context(), k.svc, caller(), in, Options{Type: k.typ("thing"), Format: format, DryRun: true, Progress: func(p Progress) {
			if p.Rows%10_000 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}})
		_ = in.Close()
		if err != nil || result.Created != rows {
			t.Fatalf("%s: %+v, %v", format, result, err)
		}
		if grown := int64(most) - int64(before); grown > 8<<20 {
			t.Errorf("%s: the heap grew by %d MB", format, grown>>20)
		}
	}
}

func generate(out io.Writer, format Format, rows int, note string) error {
	line, between, begin, end := "%d,%q\n", "", "count,note\n", ""
	if format != CSV {
		line, begin = "{\"count\": %d, \"note\": %q}\n", ""
	}
	if format == JSON {
		between, begin, end = ",", "[", "]"
	}
	var err error
	write := func(s string) {
		if err == nil {
			_, err = io.WriteString(out, s)
		}
	}
	write(begin)
	for i := range rows {
		if i > 0 {
			write(between)
		}
		write(fmt.Sprintf(line, i, note))
	}
	write(end)
	return err
}
