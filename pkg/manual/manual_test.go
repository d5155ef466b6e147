package manual

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTopics compares the list of topics with the files, and follows each link between pages.
func TestTopics(t *testing.T) {
	topics, err := Topics()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains(names, strings.TrimSuffix(e.Name(), ".md")) {
			t.Errorf("%s is not listed as a topic", e.Name())
		}
	}
	target := regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)
	for _, topic := range topics {
		for _, m := range target.FindAllStringSubmatch(topic.Text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if path.Ext(m[1]) != ".md" || !slices.Contains(names, strings.TrimSuffix(m[1], ".md")) {
				t.Errorf("%s links to %s, which is not a page", topic.Name, m[1])
			}
		}
	}
}

// TestHTML checks the parts of Markdown that the pages use.
func TestHTML(t *testing.T) {
	html, err := Topic{Text: "# A\n\nSee [two](object-stores.md).\n\n| a | b |\n| --- | --: |\n| 1 | <2> |\n"}.HTML()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<h1 id="a">`, `href="/docs/manual/object-stores"`, "<table>", `align="right"`, "&lt;2&gt;"} {
		if !strings.Contains(string(html), want) {
			t.Errorf("%q is missing in %s", want, html)
		}
	}
	if strings.Contains(string(html), "style=") {
		t.Errorf("inline style in %s", html)
	}
}
