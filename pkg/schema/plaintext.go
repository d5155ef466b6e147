package schema

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// PlainText is what somebody reads of HTML, on one line: words of different blocks and cells are apart, runs of space are one.
func PlainText(s string) string {
	var b strings.Builder
	hidden := 0
	for z := html.NewTokenizer(strings.NewReader(s)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return strings.Join(strings.FieldsFunc(b.String(), isSpace), " ")
		case html.TextToken:
			if hidden == 0 {
				b.Write(z.Text())
			}
		case html.StartTagToken:
			hidden += tag(z, &b)
		case html.EndTagToken:
			hidden = max(0, hidden-tag(z, &b))
		case html.SelfClosingTagToken:
			tag(z, &b)
		}
	}
}

// tag writes a space for every element that isn't part of running text, and gives 1 for one whose content nobody sees.
func tag(z *html.Tokenizer, b *strings.Builder) int {
	name, _ := z.TagName()
	switch atom.Lookup(name) {
	case atom.Script, atom.Style, atom.Template, atom.Noscript:
		return 1
	case atom.A, atom.Strong, atom.Em, atom.B, atom.I, atom.U, atom.S, atom.Sub, atom.Sup, atom.Code, atom.Abbr, atom.Span,
		atom.Mark, atom.Del, atom.Ins:
	default:
		b.WriteByte(' ')
	}
	return 0
}
