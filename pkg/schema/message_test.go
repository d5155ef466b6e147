package schema_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/value"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestMessages compares every message with testdata/messages.golden: the change that is sent, then a line in English and one in
// German for each problem. Blocks that begin with "publish" are what CheckPublish says of the values.
func TestMessages(t *testing.T) {
	typ := thing(t)
	golden := read(t, "messages.golden")
	var out strings.Builder
	for _, block := range strings.Split(strings.TrimSpace(golden), "\n\n") {
		input, _, _ := strings.Cut(block, "\n")
		var problems []fault.Field
		if text, ok := strings.CutPrefix(input, "publish "); ok {
			problems = typ.CheckPublish(normal(t, typ, nil, object(t, text)))
		} else {
			_, problems = typ.Normalise(value.Object{"title": "x"}, object(t, strings.ReplaceAll(input, "LONG", strings.Repeat("x", 101))))
		}
		out.WriteString(input + "\n")
		for _, p := range problems {
			out.WriteString("  " + p.Code + "\n  " + p.English + "\n  " + p.German + "\n")
		}
		out.WriteString("\n")
	}
	got := strings.TrimSuffix(out.String(), "\n")
	if *update {
		if err := os.WriteFile("testdata/messages.golden", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(golden, "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		if i >= len(gotLines) || i >= len(wantLines) || gotLines[i] != wantLines[i] {
			t.Fatalf("line %d differs; see -update\n%s", i+1, got)
		}
	}
}

func TestMessagesHoldNothingLong(t *testing.T) {
	typ := thing(t)
	long := strings.Repeat("ü", 100_000)
	_, problems := typ.Normalise(nil, value.Object{
		"title": long, "phase": value.List{long}, "startYear": long, "home": long, long: int64(1), "place": value.Object{long: long},
	})
	for _, p := range problems {
		if s, ok := p.Value.(string); ok && len(s) > 2000 {
			t.Errorf("%s: %d bytes of the value come back", p.Code, len(s))
		}
		if len(p.English) > 2000 || len(p.German) > 2000 {
			t.Errorf("%s: %d bytes of English, %d of German", p.Code, len(p.English), len(p.German))
		}
	}
}
