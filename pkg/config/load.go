package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"kontor/pkg/fault"
)

// prefix starts the names of Kontor's environment variables.
const prefix = "KONTOR_"

// FileVariable names the environment variable that stands for the flag --config: the path of the file.
const FileVariable = prefix + "CONFIG"

// Problems is everything that is wrong with what an operator set, in the order of flags, environment, file.
type Problems []string

// Error joins the problems to one line.
func (p Problems) Error() string { return strings.Join(p, "; ") }

// Bind adds a flag for every setting, for Load to read.
func Bind(flags *pflag.FlagSet) {
	for _, s := range settings() {
		flags.Var(&flagValue{text: s.standard, kind: s.kind}, s.name, s.help)
		if s.kind == switchKind {
			flags.Lookup(s.name).NoOptDefVal = "true" // --demo alone
		}
	}
}

// flagValue keeps a flag's text; Load judges it with the other sources.
type flagValue struct {
	text string
	kind kind
}

func (v *flagValue) String() string     { return v.text }
func (v *flagValue) Type() string       { return string(v.kind) }
func (v *flagValue) Set(s string) error { v.text = s; return nil }

// FilePath says which file to load: the flag's value, else what the environment names, else "" for none.
func FilePath(flag string, environ []string) string {
	if flag != "" {
		return flag
	}
	return environment(environ)[FileVariable]
}

// Load reads the flags that Bind added, the environment ("NAME=value" each) and the file at path ("" for none). Its error is a
// Problems with everything that is wrong, also in what a stronger source overrides; the Config is only of use without one.
//
// A variable that is empty counts as not set, since shells and containers cannot always leave one out. A variable KONTOR_… that no
// setting has is a warning, not an error: orchestrators put names such as KONTOR_PORT into the environment on their own.
func Load(flags *pflag.FlagSet, environ []string, path string) (Config, error) {
	c := Config{origins: map[string]string{}}
	var problems Problems
	file, err := readFile(path)
	env := environment(environ)
	for _, s := range settings() {
		if err := s.parse(&c, s.standard); err != nil {
			return Config{}, fmt.Errorf("the default of %s %w", s.name, err) // a defect of the table; a test looks at each
		}
	}
	// The weakest source first, so that each stronger one overwrites it; problems are listed the other way round.
	var perSource [3]Problems
	for _, s := range settings() {
		if v, ok := file[s.name]; ok {
			perSource[2] = c.take(s, v.text, fmt.Sprintf("%s:%d", path, v.line), perSource[2])
		}
		if v := env[s.env()]; v != "" {
			perSource[1] = c.take(s, v, s.env(), perSource[1])
		}
		if f := flags.Lookup(s.name); f != nil && f.Changed {
			perSource[0] = c.take(s, f.Value.String(), "flag --"+s.name, perSource[0])
		}
	}
	problems = slices.Concat(perSource[0], perSource[1], perSource[2])
	if err != nil {
		problems = append(problems, err.(Problems)...)
	}
	if len(problems) > 0 {
		return Config{}, problems
	}
	c.Warnings = unknown(env)
	return c, nil
}

// take reads one value of a setting and notes where it came from.
func (c *Config) take(s setting, text, origin string, problems Problems) Problems {
	if err := s.parse(c, text); err != nil {
		shown := fmt.Sprintf("%q", text)
		if s.secret {
			shown = mask
		}
		return append(problems, fmt.Sprintf("%s (%s = %s) %v", s.name, origin, shown, err))
	}
	c.origins[s.name] = origin
	return problems
}

// environment gives Kontor's own variables. Of a name that stands twice the last counts, as in os/exec.
func environment(environ []string) map[string]string {
	out := map[string]string{}
	for _, e := range environ {
		if name, v, ok := strings.Cut(e, "="); ok && strings.HasPrefix(name, prefix) {
			out[name] = v
		}
	}
	return out
}

// unknown warns of variables that look like settings and are none, save those that name the servers of tests.
func unknown(env map[string]string) []string {
	known := []string{FileVariable}
	for _, s := range settings() {
		known = append(known, s.env())
	}
	var out []string
	for name := range env {
		if !slices.Contains(known, name) && !strings.HasPrefix(name, prefix+"TEST_") {
			out = append(out, fmt.Sprintf("the environment variable %s is not known%s", name, suggest(name, known)))
		}
	}
	slices.Sort(out)
	return out
}

// suggest names the known word that a mistyped one is nearest to, if one is near.
func suggest(word string, known []string) string {
	best, distance := "", 4
	for _, k := range known {
		if d := fault.Edits(word, k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return ", did you mean " + best + "?"
}
