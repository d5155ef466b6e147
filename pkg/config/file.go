package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxFile bounds the file; a real one has a few lines.
const maxFile = 1 << 20

// entry is a setting as the file has it.
type entry struct {
	text string
	line int
}

// readFile reads the file at path; no path is no entries. Its error is always a Problems.
func readFile(path string) (map[string]entry, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, Problems{unreadable(path, err)}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, Problems{unreadable(path, err)}
	}
	entries, problems := parseFile(path, data)
	if len(problems) > 0 {
		return entries, problems
	}
	return entries, nil
}

func unreadable(path string, err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Sprintf("the file %s can't be read: %v", path, err)
}

// parseFile reads a YAML mapping of settings and lists all that is wrong with its shape; what the values may be is judged by the
// table. The entries that are right come back in any case.
func parseFile(path string, data []byte) (map[string]entry, Problems) {
	switch {
	case len(data) > maxFile:
		return nil, Problems{fmt.Sprintf("%s is longer than %d bytes", path, maxFile)}
	case !utf8.Valid(data):
		return nil, Problems{path + " is not UTF-8"}
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	switch err := d.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil // empty, or comments only
	case err != nil:
		return nil, Problems{fmt.Sprintf("%s: %v", path, err)}
	}
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, Problems{path + " holds more than one YAML document"}
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind == yaml.ScalarNode && doc.Content[0].Tag == "!!null" {
		return nil, nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, Problems{fmt.Sprintf("%s:%d: wants lines of the form name: value", path, root.Line)}
	}
	return readMapping(path, root)
}

func readMapping(path string, root *yaml.Node) (map[string]entry, Problems) {
	table := map[string]setting{}
	var names []string
	for _, s := range settings() {
		table[s.name] = s
		names = append(names, s.name)
	}
	var problems Problems
	wrong := func(n *yaml.Node, format string, args ...any) {
		problems = append(problems, fmt.Sprintf("%s:%d: ", path, n.Line)+fmt.Sprintf(format, args...))
	}
	entries, first := map[string]entry{}, map[string]int{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, v := root.Content[i], root.Content[i+1]
		s, known := table[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode || !known:
			wrong(key, "the setting %q is not known%s", key.Value, suggest(key.Value, names))
		case first[s.name] != 0:
			wrong(key, "%s stands here again, first in line %d", s.name, first[s.name])
		default:
			first[s.name] = key.Line
			if why := s.kind.refuses(v); why != "" {
				wrong(v, "%s %s", s.name, why)
				continue
			}
			entries[s.name] = entry{v.Value, v.Line}
		}
	}
	return entries, problems
}

// refuses says why a YAML value is not of the kind, "" if it is. A number or a word that YAML takes for something else (yes, 1.10,
// 2026-01-01) must be quoted where text is wanted, so that nobody is surprised by what it became.
func (k kind) refuses(v *yaml.Node) string {
	switch {
	case v.Kind == yaml.AliasNode || v.Anchor != "":
		return "takes no YAML anchors and aliases"
	case v.Kind != yaml.ScalarNode:
		return "wants one value, not a list or a mapping"
	case v.Tag == "!!null":
		return "has no value; leave the line out for the default"
	case v.Tag == "!!str", (k == sizeKind || k == countKind) && v.Tag == "!!int", k == switchKind && v.Tag == "!!bool":
		return ""
	case k == switchKind:
		return "wants true or false"
	case k == durationKind:
		return "wants a duration with its unit, such as 20s"
	case k == countKind:
		return "wants a number"
	case k == sizeKind:
		return "wants a size such as 1MiB or a number of bytes"
	}
	return "wants text; put it in quotes"
}
