// Package manual is the manual for operators and developers: Markdown files beside this one, embedded and rendered to HTML.
package manual

import (
	"bytes"
	"embed"
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
)

//go:embed *.md
var files embed.FS

// names lists the topics in the order in which the manual is read.
var names = []string{
	"operation", "admin", "content-types", "api", "roles", "search", "mongodb", "object-stores", "speed", "upgrading", "changes",
}

// Topic is one page of the manual.
type Topic struct {
	Name  string // as in `kontor help NAME` and /docs/manual/NAME
	Title string // the page's heading
	Text  string // Markdown
}

// Topics lists the pages of the manual in reading order.
func Topics() ([]Topic, error) {
	list := make([]Topic, len(names))
	for i, name := range names {
		text, err := files.ReadFile(name + ".md")
		if err != nil {
			return nil, err
		}
		heading, _, _ := strings.Cut(string(text), "\n")
		title, ok := strings.CutPrefix(heading, "# ")
		if !ok {
			return nil, fmt.Errorf("manual page %s does not start with a heading", name)
		}
		list[i] = Topic{Name: name, Title: title, Text: string(text)}
	}
	return list, nil
}

// pageLink is a link to another page as it stands in the files, so that it also works where a repository is browsed.
var pageLink = regexp.MustCompile(`href="([a-z-]+)\.md"`)

// HTML renders the page as an HTML fragment. Headings have ids; links to other pages lead to where a server shows them.
func (t Topic) HTML() ([]byte, error) {
	// Cells are aligned by attribute, because the pages' policy forbids inline styles.
	table := extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))
	markdown := goldmark.New(goldmark.WithExtensions(table), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	var out bytes.Buffer
	if err := markdown.Convert([]byte(t.Text), &out); err != nil {
		return nil, err
	}
	return pageLink.ReplaceAll(out.Bytes(), []byte(`href="/docs/manual/$1"`)), nil
}
