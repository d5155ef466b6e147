package demo

import (
	"embed"
	"fmt"
	"regexp"
	"strings"
)

// texts is everything that an editor can proofread without reading Go: see data/README.md for its form.
//
//go:embed data
var texts embed.FS

// record is one entry of a file: a title, named lines, and a text below them.
type record struct {
	title  string
	fields map[string][]string
	body   string
}

// one gives a field's only value, "" if it has none.
func (r record) one(name string) string {
	if len(r.fields[name]) == 0 {
		return ""
	}
	return r.fields[name][0]
}

// list gives the parts of a field that is written as "a; b; c".
func (r record) list(name string) []string { return split(r.one(name), ";") }

// choices gives the alternatives of a field that is written as "a | b | c".
func (r record) choices(name string) []string { return split(r.one(name), "|") }

func split(s, at string) []string {
	var out []string
	for part := range strings.SplitSeq(s, at) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

var fieldLine = regexp.MustCompile(`^(\p{L}[\p{L}0-9]*): (.+)$`)

// parse reads records: "# Title", below it lines "Name: value", and whatever follows the first line of another form.
func parse(text string) ([]record, error) {
	var out []record
	head := false
	for n, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if title, ok := strings.CutPrefix(line, "# "); ok {
			out = append(out, record{title: strings.TrimSpace(title), fields: map[string][]string{}})
			head = true
			continue
		}
		if len(out) == 0 {
			if strings.TrimSpace(line) == "" {
				continue
			}
			return nil, fmt.Errorf("line %d stands above the first title", n+1)
		}
		r := &out[len(out)-1]
		if m := fieldLine.FindStringSubmatch(line); head && m != nil {
			r.fields[m[1]] = append(r.fields[m[1]], strings.TrimSpace(m[2]))
			continue
		}
		head = false
		r.body += line + "\n"
	}
	for i := range out {
		out[i].body = strings.TrimSpace(out[i].body)
	}
	return out, nil
}

// load reads the records of a file under data.
func load(name string) ([]record, error) {
	text, err := texts.ReadFile("data/" + name)
	if err != nil {
		return nil, err
	}
	records, err := parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return records, nil
}

// kind is what a block of a text is.
type kind int

const (
	paragraph kind = iota
	heading
	bullet
)

// block is a paragraph, a heading or a line of a list.
type block struct {
	kind kind
	text string
}

// blocks takes a text apart: "## Heading", "- item", and paragraphs between empty lines.
func blocks(text string) []block {
	var out []block
	open := false // the last block is a paragraph that goes on
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			open = false
		case strings.HasPrefix(line, "## "):
			out, open = append(out, block{heading, line[3:]}), false
		case strings.HasPrefix(line, "- "):
			out, open = append(out, block{bullet, line[2:]}), false
		case open:
			out[len(out)-1].text += " " + line
		default:
			out, open = append(out, block{paragraph, line}), true
		}
	}
	return out
}
