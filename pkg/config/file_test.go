package config

import (
	"strings"
	"testing"
)

func TestParseFile(t *testing.T) {
	for _, tt := range []struct{ name, data, problem string }{
		{"empty", "", ""},
		{"comment", "# nothing\n", ""},
		{"null", "~", ""},
		{"quoted", `"addr": 'x'`, ""},
		{"JSON is YAML", `{"addr": "x", "body-limit": 2048}`, ""},
		{"not UTF-8", "addr: \xff", "not UTF-8"},
		{"broken", "addr: [", "f.yaml: yaml"},
		{"tab", "addr:\n\t- x", "f.yaml: yaml"},
		{"a list", "- addr", "f.yaml:1: wants lines"},
		{"a word", "addr", "f.yaml:1: wants lines"},
		{"two documents", "addr: x\n---\ndata: y\n", "more than one"},
		{"unknown", "addr: x\ndate: y\n", `f.yaml:2: the setting "date" is not known, did you mean data?`},
		{"unknown and far", "something: y\n", `f.yaml:1: the setting "something" is not known`},
		{"merge key", "<<: {addr: x}\n", `"<<" is not known`},
		{"key is a list", "? [a]\n: b\n", "is not known"},
		{"twice", "addr: x\ndata: y\naddr: z\n", "f.yaml:3: addr stands here again, first in line 1"},
		{"number for text", "data: 1.10\n", "f.yaml:1: data wants text"},
		{"boolean for text", "data: true\n", "f.yaml:1: data wants text"},
		{"date for text", "data: 2026-01-01\n", "f.yaml:1: data wants text"},
		{"own tag", "data: !!binary eA==\n", "f.yaml:1: data wants text"},
		{"list for text", "data: [a]\n", "f.yaml:1: data wants one value"},
		{"nothing for text", "data:\n", "f.yaml:1: data has no value"},
		{"number for duration", "request-timeout: 20\n", "f.yaml:1: request-timeout wants a duration"},
		{"number for a switch", "demo: 1\n", "f.yaml:1: demo wants true or false"},
		{"switch", "demo: true\naddr: x\n", ""},
		{"fraction for size", "body-limit: 1.5\n", "f.yaml:1: body-limit wants a size"},
		{"anchor", "data: &a x\n", "no YAML anchors"},
		{"alias", "addr: &a x\ndata: *a\n", "no YAML anchors"},
		{"long", strings.Repeat("#", maxFile+1), "longer than"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			entries, problems := parseFile("f.yaml", []byte(tt.data))
			switch {
			case tt.problem == "" && len(problems) > 0:
				t.Errorf("problems %q", problems)
			case tt.problem == "" && strings.Contains(tt.data, "x") && entries["addr"].text != "x":
				t.Errorf("entries %v", entries)
			case tt.problem != "" && (len(problems) == 0 || !strings.Contains(problems.Error(), tt.problem)):
				t.Errorf("problems %q, want %q", problems, tt.problem)
			}
		})
	}
}

func TestDefaultsAreOfTheirKind(t *testing.T) {
	for _, s := range settings() {
		var c Config
		if err := s.parse(&c, s.standard); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
		if got := s.show(&c); got != s.standard {
			t.Errorf("%s is shown as %q, its default is written %q", s.name, got, s.standard)
		}
	}
}

// FuzzParseFile: whatever stands in the file, it is read or refused with a problem that names the file, and what comes back is known.
func FuzzParseFile(f *testing.F) {
	for _, s := range []string{"addr: x", "a: &a [*a]", "? !!set {a}\n: b", "addr: |\n  x\n", "%YAML 1.1\n---\naddr: x\n...\n", "{addr: x,", "<<: *x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, problems := parseFile("f.yaml", data)
		for _, p := range problems {
			if !strings.HasPrefix(p, "f.yaml") || strings.Contains(p, "\n") {
				t.Errorf("problem %q", p)
			}
		}
		for name, e := range entries {
			var c Config
			known := false
			for _, s := range settings() {
				if s.name == name {
					known = true
					_ = s.parse(&c, e.text) // must not panic
				}
			}
			if !known || e.line < 1 {
				t.Errorf("entry %s %+v", name, e)
			}
		}
	})
}
